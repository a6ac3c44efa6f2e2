"""Cold start, measured: `make bench` imports the app and answers its first request in fresh interpreters.

Each case runs as `python -S` over one flat folder, as a serverless host runs it, a few times in turn; printed is the
least CPU time (user and system, of the whole process, in ms) and the resident memory (MB) of that run. Flask's and
FastAPI's hello-worlds are measured in the same run: believe the ratios, not the milliseconds.
"""

import argparse
import json
import os
import shutil
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path

from scripts.lib import postgresql

ROOT = Path(__file__).parent.parent
ROUNDS = 7
# The first request of each case, as a WSGI call; `call` prints the status so that a wrong answer cannot look fast.
CALL = """
import io
def call(app, method, path, form=b""):
    environ = {
        "REQUEST_METHOD": method, "PATH_INFO": path, "SCRIPT_NAME": "", "QUERY_STRING": "", "SERVER_NAME": "127.0.0.1",
        "SERVER_PORT": "8000", "HTTP_HOST": "127.0.0.1:8000", "SERVER_PROTOCOL": "HTTP/1.1", "wsgi.version": (1, 0),
        "wsgi.url_scheme": "http", "wsgi.input": io.BytesIO(form), "wsgi.errors": io.StringIO(),
        "wsgi.multithread": False, "wsgi.multiprocess": False, "wsgi.run_once": False,
        "CONTENT_TYPE": "application/x-www-form-urlencoded", "CONTENT_LENGTH": str(len(form)),
        "HTTP_ACCEPT": "text/html", "HTTP_SEC_FETCH_SITE": "same-origin", "HTTP_COOKIE": COOKIE,
    }
    status = []
    b"".join(app(environ, lambda line, headers, exc=None: status.append(line[:3])))
    return status[0]
COOKIE = ""
"""
FORM = (
    b"topic=getting-in&subject=The+first+ticket&body=This+is+the+first+ticket+of+a+cold+function.&key=0123456789abcdef"
)
# Printed last by every case. VmHWM is the process's own peak; getrusage's includes the parent's at the fork.
USAGE = """
import resource
usage = resource.getrusage(resource.RUSAGE_SELF)
peak = next(line.split()[1] for line in open("/proc/self/status") if line.startswith("VmHWM"))
print(usage.ru_utime + usage.ru_stime, peak)
"""
# The interpreter outside the virtual environment, since a serverless host does not read our site-packages at start.
BASE_PYTHON = str(Path(sys.base_prefix) / "bin" / f"python{sys.version_info.major}.{sys.version_info.minor}")
HELLO_FASTAPI = """
import asyncio
from fastapi import FastAPI
app = FastAPI()
@app.get("/")
def hello():
    return "hello"
sent = []
async def receive():
    return {"type": "http.request", "body": b"", "more_body": False}
async def send(message):
    sent.append(message)
scope = {
    "type": "http", "asgi": {"version": "3.0"}, "http_version": "1.1", "method": "GET", "path": "/", "raw_path": b"/",
    "query_string": b"", "headers": [], "scheme": "http", "server": ("127.0.0.1", 8000), "client": ("127.0.0.1", 1),
    "root_path": "",
}
asyncio.run(app(scope, receive, send))
print(sent[0]["status"])
"""
CASES = {
    "interpreter alone": ("pass", ""),
    "functions: /api/health": (f"{CALL}\nfrom functions.app import app\nprint(call(app, 'GET', '/api/health'))", "200"),
    "functions: first ticket": (
        f"{CALL}\nimport os\nCOOKIE = 'portal=' + os.environ['BENCH_COOKIE']\nfrom functions.app import app\n"
        f"print(call(app, 'POST', '/api/tickets', {FORM!r}))",
        "303",
    ),
    "Flask hello-world": (
        f"{CALL}\nfrom flask import Flask\napp = Flask('x')\n@app.get('/')\ndef hello():\n    return 'hello'\n"
        "print(call(app, 'GET', '/'))",
        "200",
    ),
    "FastAPI hello-world": (HELLO_FASTAPI, "200"),
}


@dataclass(frozen=True)
class Figure:
    """The least CPU time of a case in ms, and the resident memory of that run in MB."""

    cpu_ms: float
    rss_mb: float


def main(argv: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="python -m scripts.bench", description="Cold start of the functions.")
    parser.add_argument("--json", action="store_true", help="print the figures as JSON")
    arguments = parser.parse_args(argv)
    with tempfile.TemporaryDirectory() as folder:
        flat = flatten(Path(folder) / "flat")
        with postgresql.throw_away(Path(folder) / "postgresql") as url:
            figures = measure(flat, Path(folder), url)
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


def measure(flat: Path, folder: Path, postgresql_url: str | None) -> dict[str, Figure]:
    """The least figures of each case in ROUNDS runs, taken in turn."""
    plan = []
    for name, (code, expected) in CASES.items():
        if name == "functions: first ticket":
            for engine, url in (("SQLite", f"sqlite:///{folder / 'bench.db'}"), ("PostgreSQL", postgresql_url)):
                if url:
                    plan.append((f"{name}, {engine}", code, expected, environment(flat, folder, url)))
        else:
            plan.append((name, code, expected, environment(flat, folder, f"sqlite:///{folder / 'bench.db'}")))
    figures: dict[str, Figure] = {}
    for _ in range(ROUNDS):
        for name, code, expected, environ in plan:
            figure = once(code, expected, environ)
            if name not in figures or figure.cpu_ms < figures[name].cpu_ms:
                figures[name] = figure
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


def once(code: str, expected: str, environ: dict[str, str]) -> Figure:
    """The figure of one fresh interpreter; raises RuntimeError when it did not answer as expected."""
    done = subprocess.run(
        [BASE_PYTHON, "-S", "-c", code + USAGE], env=environ, cwd="/", capture_output=True, text=True, check=False
    )
    *answer, usage = done.stdout.splitlines() or [""]
    if done.returncode or answer != ([expected] if expected else []):
        raise RuntimeError(f"expected {expected!r}, got {answer!r}: {done.stderr.strip()[-400:]}")
    cpu_seconds, rss_kb = usage.split()
    return Figure(round(float(cpu_seconds) * 1000, 1), round(int(rss_kb) / 1024, 1))


def show(figures: dict[str, Figure]) -> None:
    print(f"{'case':<36}{'CPU ms':>8}{'RSS MB':>8}{'of Flask':>10}")
    flask = figures["Flask hello-world"].cpu_ms
    for name, figure in figures.items():
        print(f"{name:<36}{figure.cpu_ms:>8.0f}{figure.rss_mb:>8.0f}{figure.cpu_ms / flask:>10.2f}")


if __name__ == "__main__":
    raise SystemExit(main())
