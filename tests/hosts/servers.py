"""The hosts that run as a program on a port of loopback."""

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from tests.demo.ports import free
from tests.hosts.wire import Answer, Headers, exchange
from tests.hosts.world import World

ROOT = Path(__file__).parents[2]
READY_SECONDS = 60.0


@dataclass(frozen=True)
class OnPort:
    """A host that listens on a port."""

    port: int

    def carry(self, method: str, target: str, headers: Headers, body: bytes, chunked: bool) -> Answer:
        return exchange(self.port, method, target, headers, body, chunked)


Command = Callable[[World, int], list[str]]


def granian(world: World, port: int) -> list[str]:
    return module("granian", "--interface", "wsgi", "--no-ws", "--port", str(port), "functions.hosts.machine:app")


def gunicorn(world: World, port: int) -> list[str]:
    return module("gunicorn", "--bind", f"127.0.0.1:{port}", "--threads", "4", "functions.hosts.machine:app")


def waitress(world: World, port: int) -> list[str]:
    return module("waitress", "--listen", f"127.0.0.1:{port}", "functions.hosts.machine:app")


def module(name: str, *arguments: str) -> list[str]:
    return [sys.executable, "-m", name, *arguments]


@contextmanager
def running(command: list[str], port: int, environ: Mapping[str, str], folder: Path) -> Iterator[OnPort]:
    """Run a host's program until the block ends; its output goes to `folder`/log."""
    with (folder / "log").open("ab") as log:
        process = subprocess.Popen(
            command,
            env=os.environ | {"PYTHONPATH": str(ROOT)} | dict(environ),
            cwd=folder,
            stdout=log,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
        try:
            wait(port, process)
            yield OnPort(port)
        finally:
            if process.poll() is None:
                os.killpg(process.pid, signal.SIGTERM)
            process.wait(20)


def wait(port: int, process: "subprocess.Popen[bytes]") -> None:
    """Until the port is open; raises RuntimeError when the program ends before."""
    late = time.monotonic() + READY_SECONDS
    while time.monotonic() < late:
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                return
        if process.poll() is not None:
            break
        time.sleep(0.02)
    raise RuntimeError(f"{process.args!r} did not open port {port}")


@contextmanager
def serve(command: Command, world: World) -> Iterator[OnPort]:
    """A host of `LIGHT` with a world."""
    port = free()
    with running(command(world, port), port, world.environ, world.folder) as host:
        yield host


LIGHT: dict[str, Command] = {"granian": granian, "gunicorn": gunicorn, "waitress": waitress}
