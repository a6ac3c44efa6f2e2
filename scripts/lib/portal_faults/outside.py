"""The systems around the portal, and what each says when it lies."""

import os
import sys
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

from aiosmtpd.controller import Controller

from scripts.lib.faults_world import Mailbox, free_port, process

LIES = {
    "desk": b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nConnection: close\r\n\r\n<html>Welcome to nginx!</html>",
    "billing": b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nConnection: close\r\n\r\n"
    b'{"url": "https://billing.evil.example/p/session/1", "id": "bps_1", "object": "billing_portal.session"}',
    "identity": b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nConnection: close\r\n\r\n"
    b'{"issuer": "https://id.evil.example", "authorization_endpoint": "https://id.evil.example/"}',
    "email": b"HTTP/1.1 200 OK\r\n\r\n<html>Welcome to nginx!</html>\r\n",
}


@dataclass(frozen=True)
class Outside:
    """The other systems: host and port of each, and the mailboxes behind the mail server."""

    targets: dict[str, tuple[str, int]]
    desk: str
    mailbox: Mailbox


@contextmanager
def outside() -> Iterator[Outside]:
    """Help desk, billing system, identity provider and mail server, each a process or a thread of its own."""
    commands = {"desk": ["demo.helpdesks"], "billing": ["demo.billers", "stripe"], "identity": ["demo.identity"]}
    with ExitStack() as stack:
        origins = {
            name: stack.enter_context(process([sys.executable, "-m", *command, "0"], _plain()))[0]
            for name, command in commands.items()
        }
        mailbox, port = Mailbox(), free_port()
        smtp = Controller(mailbox, hostname="127.0.0.1", port=port)
        smtp.start()
        stack.callback(smtp.stop)
        targets = {name: ("127.0.0.1", urlsplit(origin).port or 0) for name, origin in origins.items()}
        yield Outside(targets | {"email": ("127.0.0.1", port)}, origins["desk"], mailbox)


def _plain() -> dict[str, str]:
    return {"PATH": os.environ["PATH"], "PYTHONPATH": str(Path(__file__).parents[3]), "PYTHONWARNINGS": "ignore"}
