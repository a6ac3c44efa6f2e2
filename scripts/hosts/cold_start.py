"""Print the cold start of each host's functions: `python -m scripts.hosts.cold_start`, after `make build`.

A row a host: the size of its bundle with all that it imports (MB, zipped in parentheses with OIDC's cryptography), its
modules, and the first answer and the first ticket after the import of the host's own entry point (CPU ms, `python -S`
over the bundle), beside Flask's and FastAPI's hello-world in the same run. `--write` puts the table into the guide.
"""

import argparse
import sys
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from scripts import bench
from scripts.hosts import bundle
from scripts.lib.cold_cases import health, ticket

GUIDE = bundle.ROOT / ".github/guides/hosts.md"
BEGIN, END = "<!-- written by python -m scripts.hosts.cold_start --write -->", "<!-- end of the cold starts -->"
# The bundle of a host -> its name, and what the host imports, in its order.
ENTRIES = {
    "aws": ("AWS Lambda", "functions.hosts.aws_lambda"),
    "vercel": ("Vercel", "functions.hosts.vercel"),
    "google": ("Google Cloud Run", "gunicorn.app.wsgiapp, functions.app"),
    "azure": ("Azure Functions", "functions.hosts.azure"),
}
# A customer may file 30 tickets an hour.
ROUNDS = 20
PEERS = (bench.FLASK, bench.FASTAPI)


@dataclass(frozen=True)
class Size:
    """The bytes of a bundle's functions, those of a zip of them, and how many modules are in it."""

    plain: int
    zipped: int
    modules: int


def main(argv: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(
        prog="python -m scripts.hosts.cold_start", description=(__doc__ or "").splitlines()[0]
    )
    parser.add_argument("--build", type=Path, default=Path("build"), help="the build's folder")
    parser.add_argument("--write", action="store_true", help="put the table into the hosts' guide")
    given = parser.parse_args(argv)
    if not (given.build / "headers.json").is_file():
        print(f"{given.build}/headers.json is missing: run `make build` first.", file=sys.stderr)
        return 1
    with tempfile.TemporaryDirectory() as folder:
        rows = table(Path(folder), given.build)
    print("\n".join(rows))
    if given.write:
        before, _, rest = GUIDE.read_text("utf-8").partition(BEGIN)
        GUIDE.write_text("\n".join([before + BEGIN, *rows, END + rest.partition(END)[2]]), "utf-8")
    return 0


def table(folder: Path, build: Path) -> list[str]:
    """The lines of the table."""
    sizes, cases = {}, []
    for host in ENTRIES:
        sizes[host] = [make(folder / host / extras, host, build, extras) for extras in ("altcha,postgresql", "oidc")]
        cases += host_cases(host, folder / host / "altcha,postgresql", folder)
    # Only the peers are taken from here, after the bundle's own.
    flat = bench.flatten(folder / "flat")
    cases += bench.peers(bench.environment(flat, folder, f"sqlite:///{folder}/bench.db"))
    figures = bench.measure(cases, ROUNDS)
    flask = figures[bench.FLASK].cpu_ms
    rows = ["| Host | MB | Zipped | With `oidc` | Modules | First answer | First ticket | RSS |", "|---" * 8 + "|"]
    for host, (name, _) in ENTRIES.items():
        small, large = sizes[host]
        first, sent = figures[f"{host} health"], figures[f"{host} ticket"]
        rows.append(
            f"| {name} | {small.plain / 1e6:.1f} | {small.zipped / 1e6:.1f} | {large.zipped / 1e6:.1f} |"
            f" {small.modules} | {_ms(first, flask)} | {_ms(sent, flask)} | {sent.rss_mb:.0f} |"
        )
    rows += [f"| {name} |  |  |  |  | {_ms(figures[name], flask)} |  | {figures[name].rss_mb:.0f} |" for name in PEERS]
    return rows


def make(out: Path, host: str, build: Path, extras: str) -> Size:
    """Write the functions of a host's bundle with everything that they import, whoever installs it there."""
    kind = replace(bundle.KINDS[host], functions=".", site=None, rules=(), installs=True)
    wanted = {*extras.split(","), "altcha", "postgresql"}
    out.mkdir(parents=True)
    bundle.write(kind, out, build, build, "", sorted(wanted))
    files = [file for file in out.rglob("*") if file.is_file()]
    modules = sum(file.suffix in {".pyc", ".so"} for file in files)
    return Size(sum(file.stat().st_size for file in files), bundle.zipped(files, out), modules)


def host_cases(host: str, flat: Path, folder: Path) -> list[bench.Case]:
    """The first answer and the first ticket of a host's bundle, on SQLite."""
    environ = bench.environment(flat, folder, f"sqlite:///{folder}/{host}.db")
    _, entry = ENTRIES[host]
    answers = (("health", health(entry), "200"), ("ticket", ticket(entry), "303"))
    return [bench.Case(f"{host} {what}", code, expected, environ) for what, code, expected in answers]


def _ms(figure: bench.Figure, flask: float) -> str:
    return f"{figure.cpu_ms:.0f} ms ({figure.cpu_ms / flask:.2f})"


if __name__ == "__main__":
    raise SystemExit(main())
