"""Run the portal on this machine: `python -m scripts.hosts.serve`, in a container or under systemd.

Brings the store up to date, starts granian with the site and the functions, and calls the tick every minute. It ends
when the server ends, and stops the server when it is asked to stop. `--check` asks the running portal whether it is
well and exits 1 when it is not, for a container's health check.

LISTEN (127.0.0.1) and PORT (8000) say where, THREADS (8) how many requests are answered at once.
"""

import argparse
import http.client
import json
import os
import signal
import subprocess
import sys
import threading
from collections.abc import Mapping, Sequence
from pathlib import Path

from functions.errors import SettingsError, StoreError
from functions.settings import Settings, read
from functions.stores import connect

TICK_SECONDS = 60.0
# A tick takes 20 seconds at most, and its answer a little more.
WAIT_SECONDS = 40.0
CHECK_SECONDS = 5.0


def main(argv: Sequence[str] | None = None) -> int:
    """The server's exit code; 1 when the store cannot be migrated or the portal is not well, 2 for wrong settings."""
    parser = argparse.ArgumentParser(prog="python -m scripts.hosts.serve", description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--check", action="store_true", help="ask the running portal, exit 1 when it is not well")
    arguments = parser.parse_args(argv)
    if arguments.check:
        return 0 if ask(os.environ, "GET", "api/health", {}, CHECK_SECONDS) == 200 else 1
    try:
        settings = read(os.environ)
        base(os.environ)
        applied = migrate(settings.database_url)
    except SettingsError as error:
        print(error, file=sys.stderr)
        return 2
    except StoreError as error:
        print(f"The store was not migrated: {error}", file=sys.stderr)
        return 1
    print(f"Applied {', '.join(applied)}." if applied else "The store is up to date.", flush=True)
    return run(settings)


def migrate(database_url: str) -> list[str]:
    """Bring the store up to date; the names of what was applied."""
    store = connect(database_url)
    try:
        return store.migrate()
    finally:
        store.close()


def run(settings: Settings) -> int:
    """Granian and the tick, until granian ends or this process is asked to stop; granian's exit code."""
    server = subprocess.Popen(command(os.environ))
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: server.terminate())
    stopping = threading.Event()
    ticker = threading.Thread(target=tick, args=(os.environ, settings.tick_tokens[0], stopping), daemon=True)
    ticker.start()
    code = server.wait()
    stopping.set()
    return code


def command(environ: Mapping[str, str]) -> list[str]:
    """Granian with one process, since the last state that a part read is kept in it."""
    listen, port = environ.get("LISTEN", "127.0.0.1"), environ.get("PORT", "8000")
    options = ["--interface", "wsgi", "--workers", "1", "--blocking-threads", environ.get("THREADS", "8")]
    app = "functions.hosts.machine:app"
    return [sys.executable, "-m", "granian", *options, "--no-ws", "--host", listen, "--port", port, app]


def tick(environ: Mapping[str, str], token: str, stopping: threading.Event) -> None:
    """Call the tick each minute; what failed in it is in the functions' own log."""
    wait = CHECK_SECONDS
    while not stopping.wait(wait):
        wait = TICK_SECONDS
        status = ask(environ, "POST", "api/tick", {"Authorization": f"Bearer {token}"}, WAIT_SECONDS)
        if status != 200:
            print(f"The tick answered {status or 'nothing'}.", file=sys.stderr, flush=True)


def ask(environ: Mapping[str, str], method: str, path: str, headers: dict[str, str], seconds: float) -> int:
    """The status of the running portal's answer, 0 when there is none."""
    connection = http.client.HTTPConnection("127.0.0.1", int(environ.get("PORT", "8000")), timeout=seconds)
    try:
        connection.request(method, base(environ) + path, headers=headers | {"Content-Length": "0"})
        return connection.getresponse().status
    except (OSError, http.client.HTTPException):
        return 0
    finally:
        connection.close()


def base(environ: Mapping[str, str]) -> str:
    """The portal's base path, from its build; raises SettingsError without one."""
    file = Path(environ.get("PORTAL_BUILD_DIR", "build")) / "portal.json"
    if not file.is_file():
        raise SettingsError(f"{file} is missing: run `make build` first.")
    return str(json.loads(file.read_text("utf-8"))["base_path"])


if __name__ == "__main__":
    raise SystemExit(main())
