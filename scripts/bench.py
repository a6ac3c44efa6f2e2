"""Cold start, measured: `make bench` imports the app and answers its first request in fresh interpreters.

Each case runs as `python -S` over one flat folder, as a serverless host runs it, a few times in turn; printed is the
least CPU time (user and system, of the whole process, in ms) and the resident memory (MB) of that run. Flask's and
FastAPI's hello-worlds are measured in the same run: believe the ratios, not the milliseconds. `--instructions` counts
each case's instructions too (millions, with Debian's valgrind), which are the same on a loaded machine.
"""

import argparse
import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from scripts.lib import postgresql
from scripts.lib.cold_cases import HELLO_FASTAPI, HELLO_FLASK, health, ticket

ROOT = Path(__file__).parent.parent
ROUNDS = 7
# Printed last by every case. VmHWM is the process's own peak; getrusage's includes the parent's at the fork.
USAGE = """
import resource
usage = resource.getrusage(resource.RUSAGE_SELF)
peak = next(line.split()[1] for line in open("/proc/self/status") if line.startswith("VmHWM"))
print(usage.ru_utime + usage.ru_stime, peak)
"""
# The interpreter outside the virtual environment, since a serverless host does not read our site-packages at start.
BASE_PYTHON = str(Path(sys.base_prefix) / "bin" / f"python{sys.version_info.major}.{sys.version_info.minor}")
FLASK, FASTAPI = "Flask hello-world", "FastAPI hello-world"


@dataclass(frozen=True)
class Case:
    """Python text, the status that it must print, and its environment."""

    name: str
    code: str
    expected: str
    environ: dict[str, str]


@dataclass(frozen=True)
class Figure:
    """The least CPU time of a case in ms, the resident memory of that run in MB, and the millions of instructions where
    they were counted."""

    cpu_ms: float
    rss_mb: float
    instructions: int | None = None


def main(argv: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="python -m scripts.bench", description="Cold start of the functions.")
    parser.add_argument("--json", action="store_true", help="print the figures as JSON")
    parser.add_argument("--instructions", action="store_true", help="count instructions as well, with valgrind")
    arguments = parser.parse_args(argv)
    with tempfile.TemporaryDirectory() as folder:
        flat = flatten(Path(folder) / "flat")
        with postgresql.throw_away(Path(folder) / "postgresql") as url:
            cases = own_cases(flat, Path(folder), url)
            figures = measure(cases)
            if arguments.instructions:
                figures = {case.name: replace(figures[case.name], instructions=count(case)) for case in cases}
        if url is None:
            print("Without Debian's postgresql the first ticket is measured on SQLite only.", file=sys.stderr)
    if arguments.json:
        print(json.dumps({name: vars(figure) for name, figure in figures.items()}, indent=1))
    else:
        show(figures)
    return 0


def flatten(flat: Path) -> Path:
    """Copy dependencies and functions into one folder and compile them, as a host unpacks them."""
    requirements = ROOT / "requirements"
    uv = shutil.which("uv", path=str(Path(sys.executable).parent)) or "uv"
    install = [uv, "pip", "install", "--quiet", "--target", str(flat), "--python", sys.executable]
    subprocess.run([*install, "--require-hashes", "-r", str(requirements / "functions.txt")], check=True)
    peers = [
        line.split()[0]
        for line in (requirements / "dev.txt").read_text().splitlines()
        if line.startswith(("flask==", "fastapi=="))
    ]
    subprocess.run([*install, *peers], check=True)
    for room in ("portal", "functions"):
        shutil.copytree(ROOT / room, flat / room, ignore=shutil.ignore_patterns("__pycache__"))
    subprocess.run([sys.executable, "-m", "compileall", "-q", str(flat)], check=False, stdout=subprocess.DEVNULL)
    return flat


def own_cases(flat: Path, folder: Path, postgresql_url: str | None) -> list[Case]:
    """The functions on SQLite, and on PostgreSQL where there is one, between the bare interpreter and two peers."""
    on_sqlite = environment(flat, folder, f"sqlite:///{folder / 'bench.db'}")
    found = [
        Case("interpreter alone", "pass", "", on_sqlite),
        Case("functions: /api/health", health(), "200", on_sqlite),
        Case("functions: first ticket, SQLite", ticket(), "303", on_sqlite),
    ]
    if postgresql_url:
        environ = environment(flat, folder, postgresql_url)
        found.append(Case("functions: first ticket, PostgreSQL", ticket(), "303", environ))
    return found + peers(on_sqlite)


def peers(environ: dict[str, str]) -> list[Case]:
    """What the functions are compared with."""
    return [Case(FLASK, HELLO_FLASK, "200", environ), Case(FASTAPI, HELLO_FASTAPI, "200", environ)]


def measure(cases: Sequence[Case], rounds: int = ROUNDS) -> dict[str, Figure]:
    """The least figures of each case in so many runs, taken in turn."""
    figures: dict[str, Figure] = {}
    for _ in range(rounds):
        for case in cases:
            figure = once(case)
            if case.name not in figures or figure.cpu_ms < figures[case.name].cpu_ms:
                figures[case.name] = figure
    return figures


def environment(flat: Path, folder: Path, database_url: str) -> dict[str, str]:
    """The environment of a portal with a migrated store, one signed-in customer and a small build."""
    from functions.services import Services
    from functions.settings import read
    from functions.signin import sessions
    from portal.models import Requester

    build = folder / "build"
    build.mkdir(exist_ok=True)
    bundle = {
        "build": "bench",
        "base_path": "/",
        "product": "Acme",
        "topics": [{"id": "getting-in", "title": "Getting in"}],
        "articles": [],
        "parts": {},
    }
    (build / "portal.json").write_text(json.dumps(bundle))
    (build / "shell.html").write_text(
        "<title><!--portal:title--></title><main><!--portal:crumbs--><!--portal:content--></main>"
    )
    environ = {
        "PUBLIC_ORIGIN": "http://127.0.0.1:8000",
        "SECRET_KEYS": "k" * 32,
        "TICK_TOKEN": "t" * 16,
        "DATABASE_URL": database_url,
        "PORTAL_BUILD_DIR": str(build),
    }
    services = Services(read(environ))
    services.store.migrate()
    cookie = sessions.start(services, Requester("bench", "bench@customer.example"), {})
    return environ | {"PYTHONPATH": str(flat), "BENCH_COOKIE": cookie, "PATH": os.environ["PATH"]}


def once(case: Case) -> Figure:
    """The figure of one fresh interpreter."""
    cpu_seconds, rss_kb = _run(case, ()).stdout.split()[-2:]
    return Figure(round(float(cpu_seconds) * 1000, 1), round(int(rss_kb) / 1024, 1))


def count(case: Case) -> int:
    """The millions of instructions of one fresh interpreter; raises FileNotFoundError without valgrind."""
    done = _run(case, ("valgrind", "--tool=callgrind", "--callgrind-out-file=/dev/null"))
    # ==1234== Collected : 423382533
    return round(int(re.findall(r"Collected : (\d+)", done.stderr)[-1]) / 1e6)


def _run(case: Case, before: Sequence[str]) -> "subprocess.CompletedProcess[str]":
    """A fresh interpreter, below another program; raises RuntimeError when it did not answer as expected."""
    command = [*before, BASE_PYTHON, "-S", "-c", case.code + USAGE]
    environ = case.environ | {"PYTHONHASHSEED": "0"}
    done = subprocess.run(command, env=environ, cwd="/", capture_output=True, text=True, check=False)
    *answer, _ = done.stdout.splitlines() or [""]
    if done.returncode or answer != ([case.expected] if case.expected else []):
        raise RuntimeError(f"{case.name}: expected {case.expected!r}, got {answer!r}: {done.stderr.strip()[-400:]}")
    return done


def show(figures: dict[str, Figure]) -> None:
    """Print the figures, and how they stand to Flask's."""
    print(f"{'case':<36}{'CPU ms':>8}{'of Flask':>10}{'RSS MB':>8}{'of Flask':>10}{'instr. M':>10}{'of Flask':>10}")
    flask = figures[FLASK]
    for name, figure in figures.items():
        row = f"{name:<36}{figure.cpu_ms:>8.0f}{figure.cpu_ms / flask.cpu_ms:>10.2f}"
        row += f"{figure.rss_mb:>8.1f}{figure.rss_mb / flask.rss_mb:>10.2f}"
        if figure.instructions and flask.instructions:
            row += f"{figure.instructions:>10}{figure.instructions / flask.instructions:>10.2f}"
        print(row)


if __name__ == "__main__":
    raise SystemExit(main())
