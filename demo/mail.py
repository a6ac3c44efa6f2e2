"""A mail server on loopback that keeps all mails, and an inbox page that shows them."""

import sys
from dataclasses import dataclass, field
from email import message_from_bytes, policy
from email.message import EmailMessage
from typing import TYPE_CHECKING, Any

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, Envelope
from aiosmtpd.smtp import Session as SMTPSession
from markupsafe import Markup
from werkzeug import Request, Response

from demo import pages, server

if TYPE_CHECKING:
    from _typeshed.wsgi import WSGIApplication

WHAT = "every mail that the portal sent, kept in memory"
KEPT = 200


@dataclass
class Inbox:
    """The newest mails, oldest first; older ones are forgotten."""

    messages: list[tuple[list[str], EmailMessage]] = field(default_factory=list)

    async def handle_DATA(self, _server: SMTP, _session: SMTPSession, envelope: Envelope) -> str:
        """Called by aiosmtpd once per mail."""
        content = envelope.original_content or b""
        message: Any = message_from_bytes(content, policy=policy.default)
        self.messages.append((envelope.rcpt_tos, message))
        del self.messages[:-KEPT]
        return "250 Message accepted for delivery"


def listen(inbox: Inbox, port: int) -> Controller:
    """An SMTP server on loopback that fills `inbox`; the caller starts and stops it."""
    return Controller(inbox, hostname=server.HOST, port=port)


def create_app(inbox: Inbox) -> "WSGIApplication":
    """The inbox's app: `/` lists the mails, newest first; `/message?id=0` shows one."""

    @Request.application
    def app(request: Request) -> Response:
        if request.path == "/":
            return _list(inbox)
        number = request.args.get("id", -1, type=int)
        if request.path == "/message" and 0 <= number < len(inbox.messages):
            return _message(*inbox.messages[number])
        return Response("Not found\n", 404)

    return app


def _list(inbox: Inbox) -> Response:
    rows = [
        Markup('<li><a href="/message?id={}">{}</a> to {}</li>').format(
            number, message["Subject"] or "(no subject)", ", ".join(to)
        )
        for number, (to, message) in reversed(list(enumerate(inbox.messages)))
    ]
    body = Markup("<ul>{}</ul>").format(Markup().join(rows)) if rows else Markup("<p>No mail yet.</p>")
    return pages.page("Inbox", WHAT, body)


def _message(to: list[str], message: EmailMessage) -> Response:
    part = message.get_body(("plain", "html"))
    body = Markup('<p><a href="/">Inbox</a></p><p>From {}<br>To {}<br>{}</p><pre>{}</pre>').format(
        message["From"], ", ".join(to), message["Date"] or "", part.get_content() if part else ""
    )
    return pages.page(message["Subject"] or "(no subject)", WHAT, body)


if __name__ == "__main__":
    kept = Inbox()
    smtp = listen(kept, int(sys.argv[2]))
    smtp.start()
    server.serve(create_app(kept), int(sys.argv[1]))
