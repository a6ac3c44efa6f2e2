"""Starts the demo for a test or a screenshot, waits until it is ready, and stops it."""

import os
import signal
import socket
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).parents[2]
READY_LINE = "The portal is running."
START_SECONDS = 120
STOP_SECONDS = 20


@dataclass(frozen=True)
class World:
    """A running demo: the portal's front page, and the origins of what surrounds it."""

    url: str
    identity: str
    billing: str
    service: str
    inbox: str
    environ: dict[str, str]

    def desk(self, *arguments: str) -> str:
        """Run `python -m scripts.desk ...`, as an agent does; returns its output."""
        command = [sys.executable, "-m", "scripts.desk", *arguments]
        return subprocess.run(command, env=self.environ, cwd=ROOT, check=True, capture_output=True, text=True).stdout


@contextmanager
def running(
    state: Path, site_url: str = "https://help.acme.example/", config: Path = ROOT / "mkdocs.yml"
) -> Iterator[World]:
    """The demo of the portal `config` on free ports with its state in `state`; raises RuntimeError with its output when
    it does not start."""
    port = _free_ports(6)
    environ = os.environ | {
        "PORT": str(port),
        "DEMO_STATE": str(state),
        "PORTAL_BUILD_DIR": str(state / "build"),
        "SITE_URL": site_url,
        "MKDOCS_CONFIG": str(config),
        "PYTHONUNBUFFERED": "1",
    }
    process = subprocess.Popen(
        [sys.executable, "-m", "demo"],
        cwd=ROOT,
        env=environ,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        start_new_session=True,
    )
    output: list[str] = []
    ready = threading.Event()
    reader = threading.Thread(target=_read, args=(process, output, ready), daemon=True)
    reader.start()
    try:
        if not ready.wait(START_SECONDS) or process.poll() is not None:
            raise RuntimeError("the demo did not start:\n" + "".join(output))
        base = "/" + site_url.split("/", 3)[3] if site_url.count("/") > 2 else "/"
        portal, identity, billing, service, inbox = (f"http://127.0.0.1:{port + number}" for number in range(5))
        yield World(portal + base, identity, billing, service, inbox, environ)
    finally:
        process.send_signal(signal.SIGTERM)
        try:
            process.wait(STOP_SECONDS)
        except subprocess.TimeoutExpired:
            os.killpg(process.pid, signal.SIGKILL)
            raise
        finally:
            reader.join()
            if process.stdout:
                process.stdout.close()


def _read(process: "subprocess.Popen[str]", output: list[str], ready: threading.Event) -> None:
    for line in process.stdout or ():
        output.append(line)
        if READY_LINE in line:
            ready.set()
    ready.set()  # it ended, which the waiting thread then sees


def _free_ports(count: int) -> int:
    """The first of `count` free ports in a row."""
    for first in range(18000, 30000, count):
        probes = [socket.socket() for _ in range(count)]
        try:
            for number, probe in enumerate(probes):
                probe.bind(("127.0.0.1", first + number))
        except OSError:
            continue
        else:
            return first
        finally:
            for probe in probes:
                probe.close()
    raise RuntimeError("no free ports from 18000 to 30000")
