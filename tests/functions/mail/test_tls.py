"""Mail and TLS: a server that cannot prove its name gets no mail, and no password goes over an open line."""

import socket
import ssl
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from datetime import timedelta
from ipaddress import ip_address
from pathlib import Path
from typing import Any

import pytest
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, AuthResult, Envelope, LoginPassword, Session
from cryptography import x509

from functions.errors import VendorError
from functions.mail.mailer import Mailer
from functions.mail.smtp import MailServer
from tests.functions.certificates import self_signed
from tests.functions.inbox import Inbox

# Every Linux machine reaches itself under this address, which is no name of loopback to anyone who reads settings.
ELSEWHERE = "0.0.0.0"
Serve = Callable[..., "Server"]


class Server:
    """A mail server on 127.0.0.1 that keeps its mail and the passwords that reached it."""

    def __init__(self, certificate: Path | None, at_once: bool, **options: Any) -> None:
        self.inbox = Inbox()
        self.passwords: list[bytes] = []
        context = None
        if certificate:
            context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
            context.load_cert_chain(certificate)
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            self.port = probe.getsockname()[1]
        self.controller = Controller(
            self.inbox,
            hostname="127.0.0.1",
            port=self.port,
            ssl_context=context if at_once else None,
            tls_context=None if at_once else context,
            authenticator=self._login,
            auth_require_tls=False,
            **options,
        )

    def _login(
        self, server: SMTP, session: Session, envelope: Envelope, mechanism: str, login: LoginPassword
    ) -> AuthResult:
        self.passwords.append(login.password)
        return AuthResult(success=True)


@pytest.fixture
def serve() -> Iterator[Serve]:
    with ExitStack() as stack:

        def serve(certificate: Path | None = None, *, at_once: bool = False) -> Server:
            server = Server(certificate, at_once)
            server.controller.start()
            stack.callback(server.controller.stop)
            return server

        yield serve


@pytest.fixture(scope="module")
def certificates(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """Self-signed certificates, with their keys: for this machine, and for another name."""
    folder = tmp_path_factory.mktemp("certificates")
    names: dict[str, x509.GeneralName] = {
        "here": x509.IPAddress(ip_address("127.0.0.1")),
        "other": x509.DNSName("mail.acme.example"),
    }
    return {name: self_signed(folder / f"{name}.pem", subject, timedelta(days=1)) for name, subject in names.items()}


def send(url: str) -> None:
    Mailer(MailServer(url), "support@acme.example").send("ada@customer.example", "Ticket", "Text.\n", "id-1")


@pytest.mark.parametrize("scheme", ["smtps", "smtp"])
def test_a_server_that_signed_for_itself_gets_no_mail(serve: Serve, certificates: dict[str, Path], scheme: str):
    server = serve(certificates["here"], at_once=scheme == "smtps")
    with pytest.raises(VendorError) as error:
        send(f"{scheme}://portal:secret@127.0.0.1:{server.port}")

    assert error.value.kind == "unavailable"
    assert error.value.detail == "SSLCertVerificationError"
    assert (server.inbox.raw, server.passwords) == ([], [])


@pytest.mark.parametrize("scheme", ["smtps", "smtp"])
def test_a_server_with_the_certificate_of_another_gets_no_mail(
    serve: Serve, certificates: dict[str, Path], scheme: str, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setenv("SSL_CERT_FILE", str(certificates["other"]))
    server = serve(certificates["other"], at_once=scheme == "smtps")
    with pytest.raises(VendorError):
        send(f"{scheme}://portal:secret@127.0.0.1:{server.port}")

    assert (server.inbox.raw, server.passwords) == ([], [])


@pytest.mark.parametrize("scheme", ["smtps", "smtp"])
def test_a_server_with_its_own_certificate_gets_mail_and_password(
    serve: Serve, certificates: dict[str, Path], scheme: str, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setenv("SSL_CERT_FILE", str(certificates["here"]))
    server = serve(certificates["here"], at_once=scheme == "smtps")
    send(f"{scheme}://portal:secret@127.0.0.1:{server.port}")

    assert len(server.inbox.raw) == 1
    assert server.passwords == [b"secret"]


def test_no_password_goes_over_an_open_line(serve: Serve):
    server = serve()
    with pytest.raises(VendorError) as error:
        send(f"smtp://portal:secret@{ELSEWHERE}:{server.port}")

    assert error.value.kind == "authentication"
    assert (server.inbox.raw, server.passwords) == ([], [])


def test_on_ones_own_machine_the_open_line_is_enough(serve: Serve):
    server = serve()
    send(f"smtp://portal:secret@127.0.0.1:{server.port}")

    assert server.passwords == [b"secret"]
