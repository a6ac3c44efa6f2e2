"""Front (https://dev.frontapp.com/reference/import-inbox-message), with an API token of the operator's company.

A ticket is a message imported into an inbox, whose `external_id` is our key. Front only accepts it, and gives it its
conversation a moment later.
"""

from collections.abc import Mapping
from hashlib import sha1, sha256
from typing import TYPE_CHECKING

from werkzeug.datastructures import Headers

from functions.helpdesks import Capabilities, Macro, Notice, checks, webhooks
from functions.helpdesks.front.api import FrontApi, is_conversation
from functions.helpdesks.own_tickets import OwnTickets, same
from functions.helpdesks.rows import Row
from functions.helpdesks.words import fields, filled, status, trimmed
from portal.clock import MINUTE_MS
from portal.models import Requester
from portal.tickets import Message, Reply, Status, Thread, Ticket, note, plain

if TYPE_CHECKING:
    from functions.services import Services
    from functions.settings import Settings

# With ticketing a conversation has a category, and the status beside it only says whose turn it is among agents.
WORDS: Mapping[str, Status] = {
    "open": "open", "waiting": "pending", "resolved": "solved",
    "assigned": "open", "unassigned": "open", "archived": "solved",
}  # fmt: skip
CATEGORIES: Mapping[Status, str] = {"open": "open", "solved": "resolved"}
WRITTEN: Mapping[Status, str] = {"open": "open", "solved": "archived"}
HIDDEN, UNSAID = {"deleted", "spam", ""}, {"internal", "call", "phone-call"}
# What the customer did, and what is between agents.
ECHOES, INTERNAL = {"inbound", "inbound_received"}, {"comment", "mention"}
SKEW_MS = 10 * MINUTE_MS


def connect(settings: "Settings", services: "Services") -> "Front":
    return Front(settings.environ)


class Front(OwnTickets):
    """One inbox for what is new; a customer sees every shared conversation of theirs."""

    # How long an accepted message takes is not documented.
    capabilities = Capabilities(creates="found", lookup_lag=60, list_lag=60, webhooks="signed", macros="unordered")

    def __init__(self, environ: Mapping[str, str]) -> None:
        get = trimmed(environ)
        self._secret, self._fields = get("FRONT_WEBHOOK_SECRET"), fields(get("FRONT_FIELDS"))
        self._api = FrontApi(environ)

    def create(self, ticket: Ticket) -> str:
        said = {"subject": ticket.draft.subject, "external_id": ticket.key, "tags": ["portal"]}
        uid = self._api.accepted(ticket.requester, ticket.draft.body, ticket.files, said, ticket.created_at)
        desk_ref = self._api.conversation_of(uid)
        self._complete(desk_ref, ticket)
        return desk_ref

    def find(self, ticket: Ticket) -> str | None:
        for row in self._api.of(ticket.requester.email):
            if self._owns(ticket.requester, row) and row.moment("created_at") >= ticket.created_at - SKEW_MS:
                messages = self._api.messages(row.text("id"))
                if any(one.text("metadata", "external_id") == ticket.key for one in messages):
                    self._complete(row.text("id"), ticket)
                    return row.text("id")
        return None

    def tickets(self, requester: Requester) -> list[Thread]:
        rows = self._api.of(requester.email)
        own = [self._thread(row) for row in rows if self._owns(requester, row)]
        return sorted(own, key=lambda one: one.updated_at, reverse=True)

    def note(self, desk_ref: str, text: str) -> None:
        self._api.call("POST", f"/conversations/{desk_ref}/comments", body={"body": text})

    def count(self, since: int, until: int) -> int:
        return self._api.begun(since // 1000, until // 1000)

    def macros(self) -> list[Macro]:
        return [Macro(row.text("name"), _plain(row.text("body"))) for row in self._api.templates()]

    def subjects(self, since: int) -> list[str]:
        # By activity: what was only answered since then is older.
        rows = self._api.active(since // 1000)
        return [row.text("subject") for row in rows if row.moment("created_at") >= since]

    def notice(self, headers: Mapping[str, str], body: bytes) -> Notice | None:
        known = Headers(headers)
        given, moment = known.get("X-Front-Signature", ""), known.get("X-Front-Request-Timestamp", "")
        if moment:  # an application's; a rule's has no time in it
            webhooks.verify(self._secret, moment.encode() + b":" + body, given, sha256)
            webhooks.must_be_fresh(moment[:10] if len(moment) == 13 else moment)
        else:
            webhooks.verify(self._secret, body, given, sha1)
        sent = webhooks.content(body)
        if moment and sent.text("type") == "sync":
            return Notice("", "", own=True, answer=known.get("X-Front-Challenge", ""))
        event = sent.row("payload") if moment else sent
        desk_ref, kind = event.text("conversation", "id"), event.text("type") or sent.text("type")
        is_news = is_conversation(desk_ref) and kind not in INTERNAL
        return Notice(desk_ref, event.text("id") or given, kind in ECHOES) if is_news else None

    def check(self) -> list[str]:
        def look() -> list[str]:
            self._api.call("GET", f"/inboxes/{self._api.inbox}")
            return checks.fields("FRONT_FIELDS", self._fields, self._api.field_names())

        variables = "FRONT_TOKEN, FRONT_INBOX and the token's scopes"
        return checks.found("Front", variables, look) + checks.webhook("FRONT_WEBHOOK_SECRET", self._secret)

    def _is_ref(self, value: str) -> bool:
        return is_conversation(value)

    def _row(self, requester: Requester, desk_ref: str) -> Row:
        return self._api.conversation(desk_ref)

    def _owns(self, requester: Requester, row: Row) -> bool:
        shown = row.text("type") == "conversation" and row.denies("is_private") and row.text("status") not in HIDDEN
        return shown and is_conversation(row.text("id")) and same(row.text("recipient", "handle"), requester)

    def _thread(self, row: Row) -> Thread:
        created, changed = row.moment("created_at"), row.moment("updated_at")
        state = status(WORDS, row.text("status_category") or row.text("status"))
        return Thread(row.text("id"), "", row.text("subject"), state, created, changed or created)

    def _messages(self, row: Row, requester: Requester) -> list[Message]:
        parts = [one for one in self._api.messages(row.text("id")) if one.text("type") not in UNSAID]
        return sorted((_message(one) for one in parts if not one.text("draft_mode")), key=lambda one: one.at)

    def _add(self, row: Row, requester: Requester, reply: Reply) -> None:
        if not reply.solves and self._thread(row).status != "open":
            self._set(row, "open")
        said = {"external_id": reply.key, "conversation_id": row.text("id")}
        self._api.conversation_of(self._api.accepted(requester, reply.body, reply.files, said, reply.created_at))
        if reply.solves:
            self._set(row, "solved")

    def _set(self, row: Row, status: Status) -> None:
        # One or the other, never both.
        known = self._api.status(CATEGORIES[status]) if row.text("status_category") else ""
        change = {"status_id": known} if known else {"status": WRITTEN[status]}
        self._api.call("PATCH", f"/conversations/{row.text('id')}", body=change)

    def _complete(self, desk_ref: str, ticket: Ticket) -> None:
        """Add the note and the fields, unless an earlier try did."""
        if not any(ticket.key in one.text("body") for one in self._api.comments(desk_ref)):
            self.note(desk_ref, note(ticket))
        values = filled(self._fields, ticket)
        if values:
            self._api.add_fields(desk_ref, values)


def _message(row: Row) -> Message:
    files = [one.attachment("filename", "content_type", "size") for one in row.rows("attachments")]
    wrote, name = row.flag("is_inbound"), row.text("author", "first_name")
    at, markup = row.moment("created_at"), row.text("body")
    return Message("customer" if wrote else "agent", "", at, markup, tuple(files), name)


def _plain(markup: str) -> str:
    return plain.text(Message("agent", "", 0, markup)).strip()
