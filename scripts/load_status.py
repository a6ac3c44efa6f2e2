"""Load test of an outage: `make load-status` sends requests by wrk through nginx to the status resources.

Everything is on loopback: the functions with PostgreSQL (counted, request by request), nginx with load_status.conf,
wrk for the wave and a second wrk for a file of nginx's own beside it. First 20 requests/s, then 1,000/s for a minute,
then the store is stopped, then the functions. Exit code 1 for any answer that is not 200, for more than 0.2 requests/s
that reach the functions for one address, and for an answer that forgets its last good state.

wrk has no rate of its own: each of its connections waits between two requests for so long that all of them together
make the rate; what was reached is printed.
"""

import argparse
import json
import os
import re
import subprocess
import sys
import tempfile
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from socket import create_server
from typing import TYPE_CHECKING, Any

import requests
from werkzeug.serving import WSGIRequestHandler, make_server

from functions import tick
from functions.app import Portal
from functions.services import Services
from functions.settings import read
from scripts.lib.postgresql import Cluster, find_binaries

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIEnvironment

ROOT = Path(__file__).parent.parent
CONFIG = Path(__file__).with_suffix(".conf")
ADDRESSES = (
    "/api/v2/summary.json",
    "/api/v2/status.json",
    "/api/v2/incidents.json",
    "/api/status/feed.xml",
    "/api/status/badge.svg",
)
# Eight of ten readers have a page open, which asks for the summary.
SCRIPT = """
local paths = {{{paths}}}
local n = 0
local headers = {{["Accept-Encoding"] = "identity"}}
function delay() return {delay} end
function request()
  n = n + 1
  return wrk.format("GET", n % 10 < 8 and paths[1] or paths[math.floor(n / 10) % #paths + 1], headers)
end
function done(summary, latency, requests)
  local lost = summary.errors
  local row = '\\nRESULT {{"requests": %d, "seconds": %.3f, "p50": %.3f, "p99": %.3f, "bad": %d, "lost": %d}}\\n'
  io.write(string.format(row, summary.requests, summary.duration / 1e6, latency:percentile(50) / 1000,
    latency:percentile(99) / 1000, lost.status, lost.connect + lost.read + lost.write + lost.timeout))
end
"""
MOST_AT_ORIGIN = 0.2


@dataclass(frozen=True)
class Run:
    """wrk's result: requests a second, percentiles in ms, answers other than success, broken connections."""

    rate: float
    p50: float
    p99: float
    bad: int
    lost: int


class Origin:
    """The functions, counting what reaches them."""

    def __init__(self, portal: Portal) -> None:
        self.portal = portal
        self.seen: Counter[str] = Counter()

    def __call__(self, environ: "WSGIEnvironment", start_response: "StartResponse") -> Iterable[bytes]:
        self.seen[environ["PATH_INFO"]] += 1
        return self.portal(environ, start_response)


@dataclass(frozen=True)
class World:
    """The address of nginx, the functions behind it, and how to stop store and functions."""

    front: str
    origin: Origin
    stop_store: Callable[[], None]
    stop_functions: Callable[[], None]


def main(argv: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="python -m scripts.load_status", description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--rate", type=int, default=1000, help="requests a second of the wave")
    parser.add_argument("--seconds", type=int, default=60, help="how long the wave lasts")
    options = parser.parse_args(argv)
    if find_binaries() is None:
        print("Install Debian's postgresql, nginx-light and wrk first.", file=sys.stderr)
        return 2
    with tempfile.TemporaryDirectory(prefix="portal-load-") as name, ExitStack() as stack:
        return _measure(Path(name), stack, options.rate, options.seconds)


def _measure(folder: Path, stack: ExitStack, rate: int, seconds: int) -> int:
    world = _start_world(folder, stack)
    front, origin = world.front, world.origin
    faults = _errors("20/s", *_wave(folder, front, 20, 15)) + _at_full_rate(folder, front, origin, rate, seconds)
    before = json.loads(_get(front + ADDRESSES[0]))

    world.stop_store()
    faults += _errors("store stopped", *_wave(folder, front, rate, 40))
    after = json.loads(_get(front + ADDRESSES[0]))
    print(f"  asked while it was stopped: {origin.seen[ADDRESSES[0]]} times; last checked {after['checked_at']}")
    if (after["status"], after["checked_at"]) != (before["status"], before["checked_at"]):
        faults.append("without the store the last good state is gone")

    world.stop_functions()
    faults += _errors("functions stopped", *_wave(folder, front, rate, 40))
    if json.loads(_get(front + ADDRESSES[0]))["status"] != before["status"]:
        faults.append("without the functions the last good state is gone")
    print("\n".join(faults) or "no error, and the last good state all the time")
    return bool(faults)


def _start_world(folder: Path, stack: ExitStack) -> World:
    """PostgreSQL, the functions on it and nginx before them, with every address in nginx's cache."""
    folder.chmod(0o755)
    (folder / "store").mkdir()
    cluster = Cluster(folder / "store")
    cluster.start()
    store = stack.enter_context(ExitStack())
    store.callback(cluster.stop)
    with create_server(("127.0.0.1", 0)) as probe:
        port = probe.getsockname()[1]
    services = _services(folder, f"http://127.0.0.1:{port}", cluster.database())
    stack.callback(services.store.close)
    assert set(tick.tick(services, time.monotonic() + 60).values()) == {"done"}
    origin = Origin(Portal(services))
    functions = Serving(origin)
    stack.callback(functions.stop)
    front = stack.enter_context(_nginx(folder, port, functions.address))
    for path in ADDRESSES:
        _get(front + path)
    (folder / "static.json").write_bytes(_get(front + ADDRESSES[0]))
    return World(front, origin, store.close, functions.stop)


def _at_full_rate(folder: Path, front: str, origin: Origin, rate: int, seconds: int) -> list[str]:
    """The wave's faults, and how much of it reached the functions."""
    origin.seen.clear()
    began = time.monotonic()
    wave, beside = _wave(folder, front, rate, seconds)
    lasted = time.monotonic() - began
    faults = _errors(f"{rate:,}/s", wave, beside)
    for path in ADDRESSES:
        asked = origin.seen[path] / lasted
        print(f"  reached the functions: {asked:.3f}/s {path}")
        if asked > MOST_AT_ORIGIN:
            faults.append(f"{path} reached the functions {asked:.3f} times a second")
    if wave.rate < rate * 0.9:
        faults.append(f"wrk reached only {wave.rate:.0f} requests a second")
    return faults


def _errors(name: str, run: Run, beside: Run) -> list[str]:
    """Print what wrk saw, and return it as a fault when an answer was no success."""
    print(
        f"{name:>17}: {run.rate:7.1f}/s, p50 {run.p50:.2f} ms, p99 {run.p99:.2f} ms, {run.bad + run.lost} errors;"
        f" a file beside it: p99 {beside.p99:.2f} ms, ours is {run.p99 / beside.p99:.2f} of that",
        flush=True,
    )
    if not run.bad and not run.lost:
        return []
    return [f"{name}: {run.bad} answers were no success, {run.lost} connections broke"]


def _services(folder: Path, front: str, database: str) -> Services:
    """The portal of this repository, with one component that is well."""
    build = folder / "build"
    environ = {"PORTAL_BUILD_DIR": str(build), "NO_MKDOCS_2_WARNING": "1"}
    command = [sys.executable, "-m", "mkdocs", "build", "-q", "-d", str(folder / "site")]
    subprocess.run(command, cwd=ROOT, env=os.environ | environ, check=True)
    well = Serving(_well)
    services = Services(
        read(
            environ
            | {
                "PUBLIC_ORIGIN": front,
                "SECRET_KEYS": "k" * 32,
                "TICK_TOKEN": "t" * 16,
                "DATABASE_URL": database,
                "CHECK_DEMO_URL": well.address,
                "BOT_CHECK": "none",
            }
        )
    )
    services.store.migrate()
    return services


def _well(environ: "WSGIEnvironment", start_response: "StartResponse") -> Iterable[bytes]:
    start_response("200 OK", [("Content-Type", "text/plain")])
    return [b"ok\n"]


class Quiet(WSGIRequestHandler):
    protocol_version = "HTTP/1.1"

    def log_request(self, code: int | str = "-", size: int | str = "-") -> None:
        """No line for each request."""


class Serving:
    """An app on a free port of loopback, in a thread, until it is stopped."""

    def __init__(self, app: Any) -> None:
        self._server = make_server("127.0.0.1", 0, app, threaded=True, request_handler=Quiet)
        self.address = f"http://127.0.0.1:{self._server.server_port}"
        self._thread = threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)
        self._thread.start()

    def stop(self) -> None:
        if self._thread.is_alive():
            self._server.shutdown()
            self._thread.join()
            self._server.server_close()


@contextmanager
def _nginx(folder: Path, port: int, origin: str) -> Iterator[str]:
    config = folder / "nginx.conf"
    config.write_text(CONFIG.read_text("utf-8").format(folder=folder, port=port, origin=origin))
    user = ["-g", "user root;"] if os.geteuid() == 0 else []
    process = subprocess.Popen(["nginx", "-p", str(folder), "-c", str(config), *user])
    front = f"http://127.0.0.1:{port}"
    try:
        until = time.monotonic() + 20
        while process.poll() is None and time.monotonic() < until:
            try:
                _get(front + ADDRESSES[0])
                break
            except OSError:
                time.sleep(0.1)
        yield front
    finally:
        process.terminate()
        process.wait(20)


def _wave(folder: Path, front: str, rate: int, seconds: int) -> tuple[Run, Run]:
    """The wave over all addresses, and a tenth of it over nginx's own file at the same time."""
    both = (
        _start(folder, front, "wave", ADDRESSES, rate, seconds),
        _start(folder, front, "file", ("/static.json",), max(rate // 10, 10), seconds),
    )
    first, second = (_result(process) for process in both)
    return first, second


def _start(
    folder: Path, front: str, name: str, paths: tuple[str, ...], rate: int, seconds: int
) -> subprocess.Popen[str]:
    connections = min(rate, 200)
    script = folder / f"{name}.lua"
    listed = ", ".join(f'"{path}"' for path in paths)
    script.write_text(SCRIPT.format(paths=listed, delay=round(connections * 1000 / rate)))
    command = ["wrk", "-t1", f"-c{connections}", f"-d{seconds}s", "-s", str(script), front]
    return subprocess.Popen(command, stdout=subprocess.PIPE, text=True)


def _result(process: subprocess.Popen[str]) -> Run:
    out, _ = process.communicate()
    found = re.search(r"^RESULT (.*)$", out, re.MULTILINE)
    if process.returncode or not found:
        raise SystemExit(f"wrk ended with {process.returncode}:\n{out}")
    said = json.loads(found[1])
    return Run(said["requests"] / said["seconds"], said["p50"], said["p99"], said["bad"], said["lost"])


def _get(url: str) -> bytes:
    with requests.get(url, timeout=20, allow_redirects=False) as answer:
        if answer.status_code != 200:
            raise OSError(f"{url} was answered with {answer.status_code}")
        return answer.content


if __name__ == "__main__":
    raise SystemExit(main())
