"""A real SMTP server for tests: it keeps what arrives as raw bytes."""

import email
import email.policy
import re
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from email.message import EmailMessage

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, Envelope, Session


class Inbox:
    """Keeps what arrives; refuses addresses that start with `blocked@`, and everything while `down` or while it wants
    a sign-in that the portal does not know yet (`password_changed`)."""

    def __init__(self) -> None:
        self.raw: list[bytes] = []
        self.to: list[str] = []
        self.down = self.password_changed = False
        self.came = threading.Event()

    def forget(self) -> None:
        """An empty inbox of a server that is up."""
        self.raw, self.to, self.down = [], [], False

    async def handle_RCPT(
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        if self.down:
            return "451 try again later"  # as greylisting says it
        if self.password_changed:
            return "530 5.7.0 Authentication required"
        if address.startswith("blocked@"):
            return "550 no such mailbox"
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:
        assert isinstance(envelope.content, bytes)
        self.raw.append(envelope.content)
        self.to += envelope.rcpt_tos
        self.came.set()
        return "250 OK"

    def message(self, number: int = -1) -> EmailMessage:
        """A mail as a mail program reads it."""
        message = email.message_from_bytes(self.raw[number], policy=email.policy.default)
        assert isinstance(message, EmailMessage)
        return message

    def text(self, number: int = -1) -> str:
        part = self.message(number).get_body(("plain",))
        assert part
        return str(part.get_content()).replace("\r\n", "\n")

    def link(self, number: int = -1) -> str:
        """The path of the sign-in link in a mail."""
        found = re.search(r"^http://127\.0\.0\.1:8000(/\S+)$", self.text(number), re.M)
        assert found
        return found[1]

    def code(self, number: int = -1) -> str:
        """The six digits in an email."""
        found = re.search(r"asked for it: (\d{3}) (\d{3})$", self.text(number), re.M)
        assert found
        return found[1] + found[2]


@contextmanager
def listening() -> Iterator[tuple[Inbox, str]]:
    """An inbox and the address of its server."""
    inbox = Inbox()
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    controller = Controller(inbox, hostname="127.0.0.1", port=port)
    controller.start()
    try:
        yield inbox, f"smtp://127.0.0.1:{port}"
    finally:
        controller.stop()
