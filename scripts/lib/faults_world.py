"""The fault run's databases, its servers that can be killed, and a support mailbox behind a mail server."""

import asyncio
import email
import json
import os
import secrets
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from aiosmtpd.smtp import SMTP, Envelope
from aiosmtpd.smtp import Session as SMTPSession

from scripts.lib import postgresql

ROOT = Path(__file__).parents[2]
GREY = "@grey.example"
TOKEN = secrets.token_hex(16)


@dataclass
class Mailbox:
    """The support mailbox behind a real mail server: subject -> Message-IDs received with it, and when each address
    got its last mail. A mail takes `seconds`; while `hangs`, none is ever answered. Addresses at GREY are put off once,
    as greylisting does."""

    ids: dict[str, set[str]] = field(default_factory=dict)
    came: dict[str, float] = field(default_factory=dict)
    known: set[str] = field(default_factory=set)
    seconds: float = 0.0
    hangs: bool = False

    async def handle_RCPT(
        self, _server: SMTP, _session: SMTPSession, envelope: Envelope, address: str, _options: list[str]
    ) -> str:
        """aiosmtpd calls this for each recipient."""
        if address.endswith(GREY) and address not in self.known:
            self.known.add(address)
            return "451 Try again later"
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, _server: SMTP, _session: SMTPSession, envelope: Envelope) -> str:
        """aiosmtpd calls this once per mail."""
        mail = email.message_from_bytes(envelope.original_content or b"")
        await asyncio.sleep(3600 if self.hangs else self.seconds)
        self.came |= dict.fromkeys(envelope.rcpt_tos, time.monotonic())
        self.ids.setdefault(str(mail["Subject"]).partition("] ")[2], set()).add(str(mail["Message-ID"]))
        return "250 Message accepted for delivery"


class Server:
    """A server of the functions that can be killed and is started again on another port."""

    def __init__(self, arguments: list[str], environ: dict[str, str], stack: ExitStack) -> None:
        self._command = [sys.executable, "-m", "scripts.lib.faults_server", *arguments]
        self._environ = environ
        self._stack = stack
        self.start()

    def start(self) -> None:
        self.origin, self._child = self._stack.enter_context(process(self._command, self._environ))

    def kill(self) -> None:
        self._child.kill()
        self._child.wait()


def stores(url: str, folder: Path, stack: ExitStack) -> Iterator[tuple[str, str]]:
    """A database for each engine, or for the named one; each run empties its tables."""
    if url:
        yield "database", url
        return
    yield "sqlite", f"sqlite:///{folder / 'portal.db'}"
    address = stack.enter_context(postgresql.throw_away(folder / "postgresql"))
    if address is None:
        print("NOT RUN: PostgreSQL is not installed (apt-get install postgresql)", file=sys.stderr)
    else:
        yield "postgresql", address


def environment(url: str, folder: Path) -> dict[str, str]:
    bundle = {
        "build": "faults",
        "product": "Acme",
        "base_path": "/",
        "support_email": "support@acme.example",
        "response_time": "Soon.",
        "topics": [{"id": "help", "title": "Help", "routine": True}],
        "parts": {"tickets": True},
        "articles": [],
        "status": {"components": []},
    }
    (folder / "portal.json").write_text(json.dumps(bundle))
    (folder / "shell.html").write_text("<title><!--portal:title--></title><!--portal:crumbs--><!--portal:content-->")
    return {
        "PATH": os.environ["PATH"],
        "PYTHONPATH": str(ROOT),
        "PUBLIC_ORIGIN": "http://127.0.0.1:8000",
        "SECRET_KEYS": TOKEN * 2,
        "TICK_TOKEN": TOKEN,
        "DATABASE_URL": url,
        "PORTAL_BUILD_DIR": str(folder),
    }


@contextmanager
def process(command: list[str], environ: dict[str, str]) -> Iterator[tuple[str, subprocess.Popen[str]]]:
    """A server process and its address, which is its first line of output."""
    child = subprocess.Popen(
        command, env=environ, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True
    )
    assert child.stdout is not None
    try:
        origin = child.stdout.readline().strip()
        if not origin:
            raise RuntimeError(f"{' '.join(command)} did not start")
        yield origin, child
    finally:
        child.kill()
        child.wait()
        child.stdout.close()


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
