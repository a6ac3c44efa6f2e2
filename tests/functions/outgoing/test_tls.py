"""A check over TLS: a certificate that is about to end is a warning, one that proves nothing is a failure."""

import socket
import ssl
import threading
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from datetime import timedelta
from ipaddress import ip_address
from pathlib import Path

import pytest
from cryptography import x509
from werkzeug.serving import WSGIRequestHandler, make_server
from werkzeug.wrappers import Request, Response

from functions.monitors.http import check
from functions.outgoing.post import send
from tests.functions.certificates import self_signed

Serve = Callable[[int], str]


class Quiet(WSGIRequestHandler):
    def log(self, type: str, message: str, *args: object) -> None:
        """Nobody reads it."""


@Request.application
def app(request: Request) -> Response:
    return Response(status=204) if request.path == "/empty" else Response("ok\n")


@pytest.fixture
def serve(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Serve]:
    """Start a service whose own certificate ends in so many days; the machine trusts that one."""
    with ExitStack() as stack:

        def start(days: int) -> str:
            path = certificate(tmp_path / "own.pem", days)
            # requests knows its trusted certificates by this path, and our checks read no variable for another.
            monkeypatch.setattr("requests.adapters.DEFAULT_CA_BUNDLE_PATH", str(path))
            context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
            context.load_cert_chain(path)
            service = make_server("127.0.0.1", 0, app, ssl_context=context, request_handler=Quiet)
            thread = threading.Thread(target=service.serve_forever, kwargs={"poll_interval": 0.05})
            thread.start()
            for stop in (service.server_close, thread.join, service.shutdown):
                stack.callback(stop)
            return f"https://127.0.0.1:{service.server_port}"

        yield start


def certificate(path: Path, days: int) -> Path:
    return self_signed(path, x509.IPAddress(ip_address("127.0.0.1")), timedelta(days=days, hours=1))


@pytest.mark.parametrize("path", ["/", "/empty"])
def test_a_certificate_that_is_about_to_end_is_a_warning(serve: Serve, path: str):
    url = serve(3) + path
    soon = check(url, timeout=5, statuses={200, 204}, tls_days=7, private=True)
    later = check(url, timeout=5, statuses={200, 204}, tls_days=2, private=True)

    assert (soon.outcome, soon.error) == ("slow", "the certificate ends in 3 days")
    assert later.outcome == "ok"


def test_a_certificate_that_has_ended_or_is_unknown_is_a_failure(serve: Serve, monkeypatch: pytest.MonkeyPatch):
    ended = check(serve(-1), timeout=5, statuses={200}, private=True)
    url = serve(30)
    monkeypatch.undo()
    unknown = check(url, timeout=5, statuses={200}, private=True)

    assert {(one.outcome, one.error) for one in (ended, unknown)} == {("fail", "the certificate was refused")}


def test_a_handshake_that_takes_all_the_time_leaves_none_for_headers(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    path = certificate(tmp_path / "own.pem", 30)
    monkeypatch.setattr("requests.adapters.DEFAULT_CA_BUNDLE_PATH", str(path))
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.load_cert_chain(path)
    late, cut = threading.Event(), threading.Event()
    # Looking the name up and the handshake are each in time, and together they are not.
    find = socket.getaddrinfo
    monkeypatch.setattr(socket, "getaddrinfo", lambda *what, **how: late.wait(0.2) or find(*what, **how))

    def drip(listener: socket.socket) -> None:
        plain, _ = listener.accept()
        late.wait(0.2)
        try:
            with context.wrap_socket(plain, server_side=True) as connection:
                connection.sendall(b"HTTP/1.1 200 OK\r\n")
                for _ in range(40):
                    connection.sendall(b"X-More: 1\r\n")
                    late.wait(0.05)
        except OSError:
            cut.set()

    with socket.create_server(("127.0.0.1", 0)) as listener:
        server = threading.Thread(target=drip, args=(listener,))
        server.start()
        answer = send(f"https://127.0.0.1:{listener.getsockname()[1]}/", b"{}", {}, private=True, seconds=0.3)
        server.join()

    assert answer == 0
    assert cut.is_set()
