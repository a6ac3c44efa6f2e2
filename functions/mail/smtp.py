"""The mail server, over SMTP."""

import smtplib
import ssl
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from email.message import EmailMessage
from socket import SHUT_RDWR, create_connection, socket
from threading import Timer
from typing import TYPE_CHECKING
from urllib.parse import unquote, urlsplit

from functions.errors import VendorError
from portal.urls import LOOPBACK, ascii_host

if TYPE_CHECKING:
    from functions.services import Services
    from functions.settings import Settings

TIMEOUT_SECONDS = 10
# For a whole mail: the timeout starts anew with each byte that a server sends.
MOST_SECONDS = 30
# Answers about us and not about the recipient: sign in first, encrypt first, wrong password (RFC 3207, RFC 4954).
OF_THE_SENDER = {530, 534, 535, 538}


def connect(settings: "Settings", _: "Services") -> "MailServer":
    return MailServer(settings.smtp_url)


class MailServer:
    """A mail server at smtp://[user:password@]host[:port] (STARTTLS when offered) or smtps://."""

    def __init__(self, url: str) -> None:
        self._parts = urlsplit(url)

    def check(self) -> None:
        """Connect and sign in, and send nothing; raises VendorError that says what went wrong."""
        try:
            with self._server() as server:
                server.noop()
        except (OSError, smtplib.SMTPException) as error:
            raise VendorError(detail=f"{self._parts.hostname}: {_cause(error)}") from error

    def deliver(self, mail: EmailMessage) -> None:
        """Send a whole mail; raises VendorError."""
        try:
            with self._server() as server:
                server.send_message(mail)
        except smtplib.SMTPRecipientsRefused as error:
            # 4xx is "not now": many servers say it to every sender they meet for the first time.
            final = all(status >= 500 and status not in OF_THE_SENDER for status, _ in error.recipients.values())
            raise VendorError(
                "We couldn't deliver the email.",
                "rejected" if final else "unavailable",
                detail="recipient refused" if final else "recipient put off",
                alone=True,
            ) from error
        except (OSError, smtplib.SMTPException) as error:
            raise VendorError("We couldn't send the email right now.", detail=type(error).__name__) from error

    @contextmanager
    def _server(self) -> Iterator[smtplib.SMTP]:
        """A connection that is ready to take mails, and ends MOST_SECONDS later at the latest."""
        parts = self._parts
        host = ascii_host(parts.hostname or "") or ""
        with ExitStack() as stack:
            line = _Line(stack)
            if parts.scheme == "smtps":
                server: smtplib.SMTP = line.encrypted(
                    host, parts.port or 465, timeout=TIMEOUT_SECONDS, context=ssl.create_default_context()
                )
            else:
                server = line.plain(host, parts.port or 587, timeout=TIMEOUT_SECONDS)
            stack.enter_context(server)
            if parts.scheme != "smtps":
                _start_tls(server, host, secret=bool(parts.username))
            if parts.username:
                server.login(unquote(parts.username), unquote(parts.password or ""))
            yield server


def _cause(error: Exception) -> str:
    """The reason in words; a server's own text stays out, since it may quote what was sent."""
    if isinstance(error, smtplib.SMTPAuthenticationError):
        return "user or password refused"
    return str(error.strerror) if isinstance(error, OSError) and error.strerror else type(error).__name__


def _start_tls(server: smtplib.SMTP, host: str, *, secret: bool) -> None:
    """Encrypt the connection if the server offers that; raises VendorError when a `secret` would go in the open."""
    server.ehlo()
    if server.has_extn("starttls"):
        server.starttls(context=ssl.create_default_context())
    elif secret and host not in LOOPBACK:
        raise VendorError(
            "We couldn't send the email right now.", "authentication", detail="the server offers no STARTTLS"
        )


class _Line:
    """Makes connections that are cut after MOST_SECONDS, and tidied up with `stack`."""

    def __init__(self, stack: ExitStack) -> None:
        line = self

        class Plain(smtplib.SMTP):
            def _get_socket(self, host: str, port: int, timeout: float) -> socket:
                opened = create_connection((host, port), timeout)
                line._watch(opened)
                return opened

        class Encrypted(smtplib.SMTP_SSL, Plain):
            """SMTP_SSL takes its socket from the next class, and wraps it."""

        self._stack = stack
        self.plain, self.encrypted = Plain, Encrypted

    def _watch(self, opened: socket) -> None:
        # TLS takes the socket over; a second handle on the same connection can end it all the same.
        handle = self._stack.enter_context(opened.dup())
        timer = Timer(MOST_SECONDS, _cut, (handle,))
        timer.daemon = True
        self._stack.callback(timer.cancel)
        timer.start()


def _cut(handle: socket) -> None:
    # It may be closed by now.
    with suppress(OSError):
        handle.shutdown(SHUT_RDWR)
