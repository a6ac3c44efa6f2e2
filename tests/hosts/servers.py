"""The hosts that run as programs on a port of loopback: each a context manager around a world."""

import os
import re
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tests.demo.ports import free
from tests.hosts.wire import Answer, Headers, exchange
from tests.hosts.world import World
from tests.node_tools import NODE

ROOT = Path(__file__).parents[2]
READY_SECONDS = 60.0
APP = "functions.hosts.machine:app"


@dataclass(frozen=True)
class OnPort:
    """A host that listens on a port."""

    port: int

    def carry(self, method: str, target: str, headers: Headers, body: bytes, chunked: bool) -> Answer:
        return exchange(self.port, method, target, headers, body, chunked)


class OnlyFunctions(OnPort):
    """A host whose port is not the site's."""


Host = Callable[[World], AbstractContextManager[Any]]


@contextmanager
def granian(world: World) -> Iterator[OnPort]:
    port = free(2)
    with python(world, port, "granian", "--interface", "wsgi", "--no-ws", "--port", str(port), APP) as host:
        yield host


@contextmanager
def gunicorn(world: World) -> Iterator[OnPort]:
    port = free()
    with python(world, port, "gunicorn", "--bind", f"127.0.0.1:{port}", "--threads", "4", APP) as host:
        yield host


@contextmanager
def waitress(world: World) -> Iterator[OnPort]:
    port = free()
    with python(world, port, "waitress", "--listen", f"127.0.0.1:{port}", APP) as host:
        yield host


@contextmanager
def mkdocs_serve(world: World) -> Iterator[OnPort]:
    """A writer's own server, on the tests' portal."""
    port = free()
    address = (
        "--config-file",
        str(ROOT / "tests/acme/mkdocs.yml"),
        "--dev-addr",
        f"127.0.0.1:{port}",
    )
    site = {"SITE_URL": f"http://127.0.0.1:{port}{world.base}", "NO_MKDOCS_2_WARNING": "1"}
    with python(world, port, "mkdocs", "serve", "--quiet", *address, **site) as host:
        yield host


@contextmanager
def nginx(world: World) -> Iterator[OnPort]:
    """Debian's nginx with hosts/machine/nginx.conf, and granian behind it."""
    with granian(world) as behind, in_front_nginx(world, behind.port) as host:
        yield host


@contextmanager
def in_front_nginx(world: World, functions: int) -> Iterator[OnPort]:
    """nginx on the port after that of the functions, whether those run or not."""
    port = functions + 1
    write_rules(world, "nginx", functions)
    text = (ROOT / "hosts/machine/nginx.conf").read_text("utf-8")
    text = re.sub(r"listen \[::\]:80;", "", text).replace("listen 80;", f"listen 127.0.0.1:{port};")
    text = text.replace("/srv/portal", str(world.folder)).replace("/var/cache/nginx", str(world.folder))
    paths = "".join(f"{name}_temp_path {world.folder}/{name};\n" for name in TEMPORARY)
    (world.folder / "nginx.conf").write_text(
        f"daemon off; user root; pid {world.folder}/nginx.pid; error_log {world.folder}/log;\n"
        f"events {{}}\nhttp {{ access_log off; include /etc/nginx/mime.types;\n{paths}\n{text}\n}}\n"
    )
    with running(["nginx", "-c", str(world.folder / "nginx.conf")], port, {}, world.folder) as host:
        yield host


@contextmanager
def caddy(world: World) -> Iterator[OnPort]:
    """Debian's Caddy with hosts/machine/Caddyfile, without TLS, and granian behind it."""
    with granian(world) as behind, in_front_caddy(world, behind.port) as host:
        yield host


@contextmanager
def in_front_caddy(world: World, functions: int) -> Iterator[OnPort]:
    """Caddy on the port after that of the functions, whether those run or not."""
    port = functions + 1
    write_rules(world, "caddy", functions)
    text = (ROOT / "hosts/machine/Caddyfile").read_text("utf-8")
    (world.folder / "Caddyfile").write_text("{\n\tadmin off\n\tauto_https off\n}\n" + text)
    environ = {
        "PORTAL_ADDRESS": f"http://:{port}",
        "PORTAL_RULES": str(world.folder / "build/Caddyfile"),
        "XDG_DATA_HOME": str(world.folder / "caddy"),
        "XDG_CONFIG_HOME": str(world.folder / "caddy"),
    }
    command = ["caddy", "run", "--adapter", "caddyfile", "--config", str(world.folder / "Caddyfile")]
    with running(command, port, environ, world.folder) as host:
        yield host


@contextmanager
def cloudflare(world: World) -> Iterator[OnPort]:
    """Cloudflare's Worker in front of the functions, in Node, whose fetch is the same standard's."""
    with granian(world) as behind, in_front_cloudflare(world, behind.port) as host:
        yield host


@contextmanager
def in_front_cloudflare(world: World, functions: int) -> Iterator[OnPort]:
    """The Worker on the port after that of the functions, whether those run or not."""
    address = f"http://127.0.0.1:{functions}"
    script = str(Path(__file__).with_name("worker.mjs"))
    command = [str(NODE), script, str(functions + 1), address, world.base, str(world.folder / "site")]
    with running(command, functions + 1, {}, world.folder) as host:
        yield OnlyFunctions(host.port)


TEMPORARY = ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")


def write_rules(world: World, host: str, port: int) -> None:
    """What `make machine` does after a build."""
    out = world.folder / "build" / {"nginx": "nginx.conf", "caddy": "Caddyfile"}[host]
    arguments = ["--build", str(world.folder / "build"), "--site", str(world.folder / "site"), "--out", str(out)]
    command = [sys.executable, "-m", "scripts.hosts.rules", host, "--functions", f"http://127.0.0.1:{port}", *arguments]
    subprocess.run(command, cwd=ROOT, check=True)


def python(world: World, port: int, name: str, *arguments: str, **environ: str) -> AbstractContextManager[OnPort]:
    """A Python module that serves the world."""
    return running([sys.executable, "-m", name, *arguments], port, world.environ | environ, world.folder)


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
            if port:  # 0: the host says its own
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
        with suppress(subprocess.TimeoutExpired):
            process.wait(0.02)
            break
    raise RuntimeError(f"{process.args!r} did not open port {port}")


# What needs nothing but Python.
LIGHT: dict[str, Host] = {"granian": granian, "gunicorn": gunicorn, "waitress": waitress, "mkdocs serve": mkdocs_serve}
FRONTS = {"nginx": in_front_nginx, "Caddy": in_front_caddy, "Cloudflare": in_front_cloudflare}
HEAVY: dict[str, Host] = {"nginx": nginx, "Caddy": caddy, "Cloudflare (Worker)": cloudflare}
