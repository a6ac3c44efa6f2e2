"""Help Scout (https://developer.helpscout.com/mailbox-api/), as an OAuth application of the operator's.

Ticket, files and private note are one call. Nothing tells Help Scout that it has seen our key, so it is looked for in
the notes of the customer's latest conversations.
"""

from base64 import b64encode
from collections.abc import Mapping, Sequence
from hashlib import sha1, sha256
from html import escape
from typing import TYPE_CHECKING, Any

from werkzeug.datastructures import Headers

from functions.errors import VendorError
from functions.helpdesks import Capabilities, Macro, Notice, checks, webhooks
from functions.helpdesks.help_scout.api import HelpScoutApi
from functions.helpdesks.own_tickets import OwnTickets, same
from functions.helpdesks.rows import Row, is_ref
from functions.helpdesks.words import REFUSED, UNREACHABLE, fields, filled, iso, numeric, status, trimmed
from portal.clock import MINUTE_MS
from portal.models import Requester
from portal.tickets import File, Message, Reply, Status, Thread, Ticket, note

if TYPE_CHECKING:
    from functions.services import Services
    from functions.settings import Settings

WORDS: Mapping[str, Status] = {"active": "open", "open": "open", "pending": "pending", "closed": "solved"}
SAID, SHOWN = {"customer", "message", "chat", "phone", "beaconchat"}, {"", "published"}
# What the customer did, through the portal or by mail, and what is between agents.
ECHOES, INTERNAL = {"convo.created", "convo.customer.reply.created"}, {"convo.note.created"}
MOST_THREADS = 100
SKEW_MS, MOST_PAGES = 10 * MINUTE_MS, 5


def connect(settings: "Settings", services: "Services") -> "HelpScout":
    return HelpScout(settings.environ)


class HelpScout(OwnTickets):
    """One inbox for what is new; a customer sees every conversation of theirs."""

    # How far their lists lag is not documented.
    capabilities = Capabilities(creates="found", lookup_lag=120, list_lag=120, webhooks="signed", macros="unordered")

    def __init__(self, environ: Mapping[str, str]) -> None:
        get = trimmed(environ)
        self._secret, self._mailbox = get("HELPSCOUT_WEBHOOK_SECRET"), get("HELPSCOUT_MAILBOX")
        self._fields = fields(get("HELPSCOUT_FIELDS"))
        self._api = HelpScoutApi(environ)

    def create(self, ticket: Ticket) -> str:
        values, who = filled(self._fields, ticket), {"email": ticket.requester.email}
        said = {"type": "customer", "customer": who, **_text(ticket.draft.body, ticket.files)}
        body = {
            "subject": ticket.draft.subject, "customer": who, "type": "email", "status": "active",
            "mailboxId": numeric(self._mailbox, "HELPSCOUT_MAILBOX"), "autoReply": False,
            "tags": ["portal", f"topic-{ticket.draft.topic}"],
            "fields": [{"id": numeric(to, "HELPSCOUT_FIELDS"), "value": value} for to, value in values.items()],
            "threads": [said, {"type": "note", **_text(note(ticket))}],
        }  # fmt: skip
        # 201 without a body.
        desk_ref = self._api.call("POST", "/v2/conversations", body=body).headers.get("Resource-ID", "")
        if not is_ref(desk_ref):
            raise VendorError(UNREACHABLE, detail="the conversation has no number")
        return desk_ref

    def find(self, ticket: Ticket) -> str | None:
        for row in self._api.of(ticket.requester.email, most=MOST_PAGES):
            if self._owns(ticket.requester, row) and row.time("createdAt") >= ticket.created_at - SKEW_MS:
                notes = (one.text("body") for one in self._api.threads(row) if one.text("type") == "note")
                if any(ticket.key in one for one in notes):
                    return row.ref("id")
        return None

    def tickets(self, requester: Requester) -> list[Thread]:
        rows = self._api.of(requester.email)
        return [self._thread(row) for row in rows if self._owns(requester, row)]

    def note(self, desk_ref: str, text: str) -> None:
        self._api.call("POST", f"/v2/conversations/{desk_ref}/notes", body=_text(text))

    def count(self, since: int, until: int) -> int:
        # Both ends of their range are in it.
        found = self._api.found(f"(createdAt:[{iso(since)} TO {iso(until - 1000)}])")
        return found.number("page", "totalElements")

    def macros(self) -> list[Macro]:
        return [Macro(row.text("name"), row.text("text")) for row in self._api.saved_replies(self._mailbox)]

    def subjects(self, since: int) -> list[str]:
        return [row.text("subject") for row in self._api.conversations(f"(createdAt:[{iso(since)} TO *])")]

    def notice(self, headers: Mapping[str, str], body: bytes) -> Notice | None:
        known = Headers(headers)
        webhooks.verify(self._secret, body, known.get("X-HelpScout-Signature", ""), sha1)
        event, desk_ref = known.get("X-HelpScout-Event", ""), webhooks.content(body).ref("id")
        # It carries no number of its own; the same event is the same bytes.
        delivery = sha256(event.encode() + body).hexdigest()
        return Notice(desk_ref, delivery, event in ECHOES) if desk_ref and event not in INTERNAL else None

    def check(self) -> list[str]:
        def look() -> list[str]:
            return checks.fields("HELPSCOUT_FIELDS", self._fields, self._api.field_ids(self._mailbox))

        variables = "HELPSCOUT_APP_ID, HELPSCOUT_APP_SECRET and HELPSCOUT_MAILBOX"
        return checks.found("Help Scout", variables, look) + checks.webhook("HELPSCOUT_WEBHOOK_SECRET", self._secret)

    def _row(self, requester: Requester, desk_ref: str) -> Row:
        return self._api.conversation(desk_ref)

    def _owns(self, requester: Requester, row: Row) -> bool:
        shown = row.text("state") in SHOWN and row.text("status") != "spam" and bool(row.ref("id"))
        return shown and same(row.text("primaryCustomer", "email"), requester)

    def _thread(self, row: Row) -> Thread:
        created, changed = row.time("createdAt"), row.time("userUpdatedAt")
        state, full = status(WORDS, row.text("status")), (row.number("threads") or 0) >= MOST_THREADS
        return Thread(row.ref("id"), "", row.text("subject"), state, created, changed or created, closed=full)

    def _messages(self, row: Row, requester: Requester) -> list[Message]:
        parts = reversed(self._api.threads(row))
        said = [_message(one) for one in parts if one.text("type") in SAID and one.text("state") in SHOWN]
        return sorted(said, key=lambda one: one.at)

    def _add(self, row: Row, requester: Requester, reply: Reply) -> None:
        body = {"customer": {"email": requester.email}, **_text(reply.body, reply.files)}
        path = f"/v2/conversations/{row.ref('id')}/customer"
        if self._api.call("POST", path, body=body, allow={412}).status == 412:
            raise VendorError(REFUSED, "rejected", detail=f"the conversation has {MOST_THREADS} threads")
        if reply.solves:  # it was opened by the reply
            self._set(row, "solved")

    def _set(self, row: Row, status: Status) -> None:
        patch = {"op": "replace", "path": "/status", "value": "closed" if status == "solved" else "active"}
        self._api.call("PATCH", f"/v2/conversations/{row.ref('id')}", body=patch)


def _message(row: Row) -> Message:
    wrote, name = (row.text("createdBy", "type") or row.text("type")) == "customer", row.text("createdBy", "first")
    files = [one.attachment("filename", "mimeType", "size") for one in row.rows("_embedded", "attachments")]
    return Message("customer" if wrote else "agent", "", row.time("createdAt"), row.text("body"), tuple(files), name)


def _text(body: str, files: Sequence[File] = ()) -> dict[str, Any]:
    """A thread's text, which is HTML there, and its files."""
    sent = [{"fileName": one.name, "mimeType": one.type, "data": b64encode(one.data).decode()} for one in files]
    return {"text": escape(body).replace("\n", "<br>"), **({"attachments": sent} if sent else {})}
