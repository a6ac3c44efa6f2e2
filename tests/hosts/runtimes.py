"""The hosts' own runtimes, from `.hosts/` (`make hosts`): each a context manager around a world."""

import base64
import http.client
import json
import platform
import re
import shutil
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import unquote

from tests.demo.ports import free
from tests.hosts.servers import ROOT, Host, OnPort, running
from tests.hosts.wire import Answer, Headers
from tests.hosts.world import World
from tests.node_tools import NODE

PYTHON = str(ROOT / ".hosts/bin/python")
UNPACKED = ROOT / ".hosts/unpacked"
INVOKE = "/2015-03-31/functions/function/invocations"


@dataclass(frozen=True)
class Lambda:
    """Lambda's emulator, asked with the events of an HTTP API (payload 2.0)."""

    port: int

    def carry(self, method: str, target: str, headers: Headers, body: bytes, chunked: bool) -> Answer:
        path, _, query = target.partition("?")
        joined: dict[str, str] = {}
        for name, value in headers:
            if name != "Cookie":
                joined[name.lower()] = f"{joined[name.lower()]},{value}" if name.lower() in joined else value
        if body:
            joined["content-length"] = str(len(body))
        cookies = [cookie for name, value in headers if name == "Cookie" for cookie in value.split("; ")]
        source = joined.get("x-forwarded-for", "").rpartition(",")[2].strip()
        http_part = {"method": method, "path": unquote(path), "protocol": "HTTP/1.1", "sourceIp": source}
        event = {
            "version": "2.0",
            "routeKey": "$default",
            "rawPath": path,
            "rawQueryString": query,
            "headers": joined,
            "requestContext": {"http": http_part, "stage": "$default", "requestId": "test"},
            "isBase64Encoded": bool(body),
        }
        event |= {"body": base64.b64encode(body).decode()} if body else {}
        event |= {"cookies": cookies} if cookies else {}
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=60)
        connection.request("POST", INVOKE, json.dumps(event))
        answer = json.loads(connection.getresponse().read())
        connection.close()
        text = answer["body"]
        data = base64.b64decode(text) if answer.get("isBase64Encoded") else text.encode()
        found = [*answer["headers"].items(), *(("Set-Cookie", cookie) for cookie in answer.get("cookies", []))]
        return Answer(answer["statusCode"], found, data)


@contextmanager
def aws_lambda(world: World) -> Iterator[Lambda]:
    port = free(2)
    machine = {"x86_64": "x86_64", "aarch64": "arm64"}[platform.machine()]
    emulator = world.folder / "rie"
    shutil.copyfile(UNPACKED / f"samcli/local/rapid/aws-lambda-rie-{machine}", emulator)
    emulator.chmod(0o755)
    addresses = ["--runtime-interface-emulator-address", f"127.0.0.1:{port}"]
    addresses += ["--runtime-api-address", f"127.0.0.1:{port + 1}"]
    command = [str(emulator), *addresses, PYTHON, "-m", "awslambdaric", "functions.hosts.aws_lambda.handler"]
    with running(command, port, world.environ, world.folder):
        yield Lambda(port)


@contextmanager
def google(world: World) -> Iterator[OnPort]:
    """The command that Google's buildpack takes for the container's; the buildpack itself is not to be had outside."""
    port = free()
    [(process, command)] = [line.split(": ", 1) for line in (ROOT / "hosts/google/Procfile").read_text().splitlines()]
    assert process == "web"
    environ = world.environ | {"PORT": str(port), "PATH": f"{Path(PYTHON).parent}:/usr/bin:/bin"}
    with running(["sh", "-c", f"exec {command}"], port, environ, world.folder) as host:
        yield host


@contextmanager
def vercel(world: World) -> Iterator[OnPort]:
    """Vercel's runtime needs Python 3.12: the `type` statements of a copy are written as it was before."""
    runtime = world.folder / "runtime"
    shutil.copytree(UNPACKED / "vercel_runtime", runtime / "vercel_runtime")
    for file in (runtime / "vercel_runtime").glob("*.py"):
        text = file.read_text("utf-8")
        file.write_text(re.sub(r"^type (\w+) = ", r"\1 = lambda: ", text, flags=re.MULTILINE), "utf-8")
    with socket.socket(socket.AF_UNIX) as platform_side:
        platform_side.bind(str(world.folder / "ipc"))
        platform_side.listen()
        platform_side.settimeout(60)
        environ = {
            "VERCEL_IPC_PATH": str(world.folder / "ipc"),
            "__VC_HANDLER_ENTRYPOINT": "api/index.py",
            "__VC_HANDLER_ENTRYPOINT_ABS": str(ROOT / "hosts/vercel/api/index.py"),
            "__VC_HANDLER_MODULE_NAME": "api.index",
            "__VC_HANDLER_VARIABLE_NAME": "app",
            "PYTHONPATH": f"{runtime}:{ROOT}",
        }
        with running([PYTHON, "-m", "vercel_runtime.vc_init"], 0, world.environ | environ, world.folder):
            connection, _ = platform_side.accept()
            with connection:
                host = OnPort(_announced(connection))
                # Its logs come this way too, and it waits until they are read.
                threading.Thread(target=_read_all, args=(connection,), daemon=True).start()
                yield host


def _announced(connection: socket.socket) -> int:
    connection.settimeout(60)
    said = b""
    while not (found := re.search(rb'"httpPort": ?(\d+)', said)):
        part = connection.recv(65_536)
        assert part, said
        said += part
    return int(found[1])


def _read_all(connection: socket.socket) -> None:
    connection.settimeout(None)
    with suppress(OSError):  # closed at the end
        while connection.recv(65_536):
            pass


@contextmanager
def azure(world: World) -> Iterator[OnPort]:
    """Azure's library as its worker calls it; the worker itself is not to be had outside of Azure."""
    port = free()
    command = [PYTHON, str(Path(__file__).with_name("azure_worker.py")), str(port)]
    with running(command, port, world.environ, world.folder) as host:
        yield host


@contextmanager
def cloudflare_python(world: World) -> Iterator[OnPort]:
    """Cloudflare's SDK in Pyodide: a Python Worker without Cloudflare's own runtime, which is not to be had outside."""
    port = free()
    script = str(Path(__file__).with_name("pyodide.mjs"))
    [packages] = (ROOT / ".hosts/lib").glob("python3*/site-packages")
    where = [str(port), str(ROOT), str(packages), str(UNPACKED), str(world.folder)]
    command = [str(NODE), "--experimental-wasm-jspi", script, *where]
    with running(command, port, world.environ | {"PYTHONPATH": ""}, world.folder) as host:
        yield host


RUNTIMES: dict[str, Host] = {
    "AWS Lambda": aws_lambda,
    "Google Cloud Run": google,
    "Vercel": vercel,
    "Azure Functions": azure,
    "Cloudflare (Python)": cloudflare_python,
}
