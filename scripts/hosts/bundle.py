"""Make what a host takes, from a build: `python -m scripts.hosts.bundle HOST [--out FOLDER]`.

The folder has the functions with their dependencies where the host wants them, the site below its base path, and the
host's rules. Prints the size, the files and modules, and the time of a cold start (CPU ms of the first answer from
/api/health, `python -S` over the functions' folder) beside Flask's and FastAPI's hello-world in the same run;
`--no-bench` leaves that out. Dependencies are installed for the host's Python and Linux on x86-64, with their hashes.
"""

import argparse
import shutil
import subprocess
import sys
import tempfile
import zipfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from scripts import bench
from scripts.hosts import rules

ROOT = Path(__file__).parents[2]
PLATFORM = "x86_64-manylinux_2_28"
# The team's own adapters are in custom/, if they have any.
SHIPPED = ("functions", "portal", "custom")
# What builds the site, a third of a megabyte of each zip.
SITE_ONLY = ("articles", "assets", "brand", "changelog", "freshness", "mistakes", "search", "walkthroughs")
# Programs, tests, what only builds C modules, and what is for other frameworks.
UNUSED = (
    "bin",
    "*/tests",
    "cffi",
    "pycparser",
    *(f"authlib/integrations/{name}*" for name in ("django", "flask", "httpx")),
)
UNUSED += ("authlib/integrations/starlette*", "authlib/integrations/sqla*", "werkzeug/debug/shared")
PYTHON = f"{sys.version_info.major}.{sys.version_info.minor}"


@dataclass(frozen=True)
class Kind:
    """How a host takes a portal: the folder of the functions and of the site in the bundle, the rules' file by its
    maker, further requirements, and further files (source below the repository -> place)."""

    functions: str | None
    site: str | None
    rules: tuple[tuple[str, str], ...] = ()
    adapters: tuple[str, ...] = ()
    files: tuple[tuple[str, str], ...] = ()
    installs: bool = True


# A host that installs the dependencies itself reads requirements.txt.
KINDS = {
    "aws": Kind("functions", "site", (("aws", "template.json"),), ("apig-wsgi",)),
    "vercel": Kind(
        ".",
        "public",
        (("vercel", "vercel.json"),),
        files=(("hosts/vercel/api/index.py", "api/index.py"),),
        installs=False,
    ),
    "google": Kind(
        "functions",
        "public",
        (("firebase", "firebase.json"),),
        ("gunicorn",),
        (("hosts/google/Procfile", "functions/Procfile"),),
        installs=False,
    ),
    "azure": Kind(
        "functions",
        "public",
        (("headers", "public/_headers"), ("netlify", "public/_redirects")),
        ("azure-functions",),
        (("hosts/azure", "functions"),),
        installs=False,
    ),
    "firebase": Kind(None, "public", (("firebase", "firebase.json"),)),
    "netlify": Kind(None, ".", (("headers", "_headers"), ("netlify", "_redirects"))),
    "cloudflare": Kind(
        None,
        "public",
        (
            ("cloudflare", "wrangler.jsonc"),
            ("headers", "public/_headers"),
            ("cloudflare-redirects", "public/_redirects"),
        ),
        files=(("hosts/cloudflare/worker.js", "worker.js"),),
    ),
    "github-pages": Kind(None, "."),
}


def main(argv: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="python -m scripts.hosts.bundle", description=(__doc__ or "").splitlines()[0])
    parser.add_argument("host", choices=sorted(KINDS))
    parser.add_argument("--out", type=Path, help="the folder to write; bundle/HOST without it")
    parser.add_argument("--functions", default="https://functions.example", help="where the functions are, for rules")
    parser.add_argument("--build", type=Path, default=Path("build"))
    parser.add_argument("--site", type=Path, default=Path("site"))
    parser.add_argument("--extras", default="oidc,altcha,postgresql", help="parts of the functions that need more")
    parser.add_argument("--previous", type=Path, help="site/assets of the build before, for pages that are still open")
    parser.add_argument("--no-bench", action="store_true", help="do not measure the cold start")
    given = parser.parse_args(argv)
    out = given.out or Path("bundle") / given.host
    if not (given.build / "headers.json").is_file() or not given.site.is_dir():
        print(f"{given.build}/headers.json or {given.site}/ is missing: run `make build` first.", file=sys.stderr)
        return 1
    shutil.rmtree(out, ignore_errors=True)
    write(KINDS[given.host], out, given.build, given.site, given.functions.rstrip("/"), given.extras.split(","))
    if given.previous and KINDS[given.host].site is not None:
        keep(given.previous, out / str(KINDS[given.host].site) / base_folder(given.build) / "assets")
    report(KINDS[given.host], out)
    if KINDS[given.host].functions and not given.no_bench:
        measure(out, KINDS[given.host])
    return 0


def write(kind: Kind, out: Path, build: Path, site: Path, functions: str, extras: Sequence[str]) -> None:
    """Write the bundle of a host into an empty folder."""
    found = rules.read(build, functions, site)
    if kind.site is not None:
        place = out / kind.site / found.base.strip("/")
        shutil.copytree(site, place, dirs_exist_ok=True)
        # Hosts look for it at the root, whatever is below.
        shutil.copyfile(site / "404.html", out / kind.site / "404.html")
    for maker, name in kind.rules:
        (out / name).parent.mkdir(parents=True, exist_ok=True)
        (out / name).write_text(rules.MAKERS[maker](found), "utf-8")
    if kind.functions is not None:
        _functions(kind, out / kind.functions, build, [extra for extra in extras if extra])
    for source, name in kind.files:
        if (ROOT / source).is_dir():
            shutil.copytree(ROOT / source, out / name, dirs_exist_ok=True)
        else:
            (out / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(ROOT / source, out / name)


def base_folder(build: Path) -> str:
    """The base path as a folder's name; empty at the root of a host name."""
    return rules.read(build, "", build).base.strip("/")


def keep(previous: Path, assets: Path) -> None:
    """Add the files of another build that this one no longer has."""
    for file in sorted(previous.rglob("*")) if previous.is_dir() else ():
        place = assets / file.relative_to(previous)
        if file.is_file() and not place.exists():
            place.parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(file, place)


def copy_code(root: Path, folder: Path) -> None:
    """Copy the rooms that answer requests from a checkout at `root`, without what only builds the site."""
    for room in (root / name for name in SHIPPED):
        if room.is_dir():
            ignored = shutil.ignore_patterns("__pycache__")
            shutil.copytree(room, folder / room.name, ignore=ignored, dirs_exist_ok=True)
    for part in SITE_ONLY:
        if (folder / "portal" / part).is_dir():
            shutil.rmtree(folder / "portal" / part)


def _functions(kind: Kind, folder: Path, build: Path, extras: Sequence[str]) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    copy_code(ROOT, folder)
    shutil.copytree(build, folder / "build", dirs_exist_ok=True)
    requirements = folder / "requirements.txt"
    with tempfile.NamedTemporaryFile("w", suffix=".in") as wanted:
        wanted.write("\n".join(kind.adapters))
        wanted.flush()
        options = [option for extra in extras for option in ("--extra", extra)]
        command = [_uv(), "pip", "compile", "--quiet", "pyproject.toml", wanted.name, *options, "--generate-hashes"]
        command += ["--no-header", "--no-annotate", "--no-emit-index-url", "--python-version", PYTHON]
        command += ["-c", "requirements/dev.txt", "-c", "requirements/hosts.txt", "--output-file"]
        subprocess.run([*command, str(requirements.resolve())], check=True, cwd=ROOT)
    if kind.installs:
        install = [_uv(), "pip", "install", "--quiet", "--target", str(folder), "--python-version", PYTHON]
        install += ["--python-platform", PLATFORM, "--only-binary", ":all:", "--require-hashes"]
        subprocess.run([*install, "-r", str(requirements)], check=True)
        _lighten(folder)


def _lighten(folder: Path) -> None:
    """Take out what no function imports, and the sources: compiled they are half as large alone, and start as fast. The
    host's Python must be the one that compiled them; the rules name it."""
    for name in UNUSED:
        for place in folder.glob(name):
            shutil.rmtree(place)
    for record in folder.glob("*.dist-info/RECORD"):
        record.unlink()  # by which pip would remove the package
    compiled = [sys.executable, "-m", "compileall", "-q", "-b", "--invalidation-mode", "unchecked-hash", str(folder)]
    subprocess.run(compiled, check=False, stdout=subprocess.DEVNULL)
    for source in list(folder.rglob("*.py")):
        if source.with_suffix(".pyc").exists():
            source.unlink()
    for cache in list(folder.rglob("__pycache__")):
        shutil.rmtree(cache)


def _uv() -> str:
    return shutil.which("uv", path=str(Path(sys.executable).parent)) or "uv"


def report(kind: Kind, out: Path) -> None:
    """Print size, files and modules of the functions, and of the site."""
    for what, where in (("functions", kind.functions), ("site", kind.site)):
        if where is None:
            continue
        folder = out / where
        inside = [file for file in folder.rglob("*") if file.is_file() and not _others(kind, out, where, file)]
        modules = sum(file.suffix in {".py", ".pyc", ".so"} for file in inside)
        size = sum(file.stat().st_size for file in inside)
        print(f"{what:<10}{size / 1e6:>7.1f} MB{zipped(inside, folder) / 1e6:>7.1f} MB zip", end="")
        print(f"{len(inside):>7} files{modules:>6} modules")


def _others(kind: Kind, out: Path, where: str, file: Path) -> bool:
    """Whether a file belongs to the other half, which may lie inside this one's folder."""
    others = [half for half in (kind.functions, kind.site) if half not in {None, where, "."}]
    return any(out / str(half) in file.parents for half in others)


def zipped(files: Sequence[Path], folder: Path) -> int:
    """The bytes of a zip of these files."""
    with tempfile.TemporaryFile() as archive:
        with zipfile.ZipFile(archive, "w", zipfile.ZIP_DEFLATED) as written:
            for file in files:
                written.write(file, file.relative_to(folder))
        return archive.tell()


def measure(out: Path, kind: Kind) -> None:
    """Print the cold start of the bundle's functions; a host that installs by itself is measured from our lock."""
    with tempfile.TemporaryDirectory() as folder:
        flat = bench.flatten(Path(folder) / "flat")
        # As PYTHONPATH: the bundle's own before what only the two others need.
        search = Path(f"{(out / str(kind.functions)).resolve()}:{flat}") if kind.installs else flat
        bench.show(bench.measure(bench.own_cases(search, Path(folder), None)))


if __name__ == "__main__":
    raise SystemExit(main())
