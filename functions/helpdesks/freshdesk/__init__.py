"""Freshdesk (https://developers.freshdesk.com/api/), as an agent of its own.

A ticket carries our key in a field of its own, which is looked for in the customer's latest tickets.
"""

from collections.abc import Mapping
from html import escape
from typing import TYPE_CHECKING, Any

from werkzeug.datastructures import Headers

from functions.errors import VendorError
from functions.helpdesks import Capabilities, Macro, Notice, checks, webhooks
from functions.helpdesks.freshdesk.api import FreshdeskApi
from functions.helpdesks.own_tickets import OwnTickets
from functions.helpdesks.rows import Row
from functions.helpdesks.words import UNREACHABLE, fields, filled, iso, status, trimmed
from portal.clock import MINUTE_MS
from portal.models import Requester
from portal.tickets import Message, Reply, Status, Thread, Ticket, note

if TYPE_CHECKING:
    from functions.services import Services
    from functions.settings import Settings

OPEN, RESOLVED, CLOSED = 2, 4, 5
WORDS: Mapping[str, Status] = {"2": "open", "3": "pending", "4": "solved", "5": "solved"}
LOW, PORTAL, OUTBOUND = 1, 2, 10  # a priority, and where a ticket came from
KEY = "cf_portal_key"
NO_KEY = "Make the ticket field Portal key (single-line text): without it Freshdesk refuses every ticket."
SKEW_MS = 10 * MINUTE_MS


def connect(settings: "Settings", services: "Services") -> "Freshdesk":
    return Freshdesk(settings.environ)


class Freshdesk(OwnTickets):
    """One account; what the agent may see, its customers see."""

    # How far their lists lag is not documented.
    capabilities = Capabilities(creates="found", lookup_lag=120, list_lag=120, webhooks="secret", macros="unordered")

    def __init__(self, environ: Mapping[str, str]) -> None:
        get = trimmed(environ)
        self._secret, self._fields = get("FRESHDESK_WEBHOOK_SECRET"), fields(get("FRESHDESK_FIELDS"))
        self._api = FreshdeskApi(environ)

    def create(self, ticket: Ticket) -> str:
        who = ticket.requester
        body = {
            "subject": ticket.draft.subject, "description": _html(ticket.draft.body),
            "email": who.email, "name": who.name or who.email,
            "status": OPEN, "priority": LOW, "source": PORTAL, "tags": ["portal", f"topic-{ticket.draft.topic}"],
            "custom_fields": filled(self._fields, ticket) | {KEY: ticket.key},
        }  # fmt: skip
        desk_ref = self._api.write("/tickets", body, ticket.files).ref("id")
        if not desk_ref:
            raise VendorError(UNREACHABLE, detail="the ticket has no number")
        self.note(desk_ref, note(ticket))
        return desk_ref

    def find(self, ticket: Ticket) -> str | None:
        rows = self._of(ticket.requester, since=ticket.created_at - SKEW_MS, order="created_at")
        desk_ref = next((row.ref("id") for row in rows if row.text("custom_fields", KEY) == ticket.key), None)
        # A first try may have ended between the ticket and its note.
        if desk_ref and not any(ticket.key in one.text("body") for one in self._api.conversations(desk_ref)):
            self.note(desk_ref, note(ticket))
        return desk_ref

    def tickets(self, requester: Requester) -> list[Thread]:
        return [self._thread(row) for row in self._of(requester)]

    def note(self, desk_ref: str, text: str) -> None:
        self._api.write(f"/tickets/{desk_ref}/notes", {"body": _html(text), "private": True}, ())

    def count(self, since: int, until: int) -> int:
        # Whole days, the first and the last among them; of what it finds it lists 300, and counts all.
        query = f"\"created_at:>'{iso(since)[:10]}' AND created_at:<'{iso(until - 1)[:10]}'\""
        return self._api.call("GET", "/search/tickets", {"query": query}).number("total")

    def macros(self) -> list[Macro]:
        return [Macro(row.text("title"), row.text("content")) for row in self._api.canned()]

    def subjects(self, since: int) -> list[str]:
        # By change: what was only changed since then is older.
        return [row.text("subject") for row in self._api.tickets(since) if row.time("created_at") >= since]

    def notice(self, headers: Mapping[str, str], body: bytes) -> Notice | None:
        webhooks.shared(self._secret, Headers(headers).get("X-Portal-Secret", ""))
        desk_ref = webhooks.content(body).ref("ticket")
        # Two changes of a ticket are the same bytes, so nothing tells a repetition from news.
        return Notice(desk_ref, "") if desk_ref else None

    def check(self) -> list[str]:
        def look() -> list[str]:
            known = self._api.field_names()
            return ([] if KEY in known else [NO_KEY]) + checks.fields("FRESHDESK_FIELDS", self._fields, known)

        variables = "FRESHDESK_DOMAIN, FRESHDESK_KEY and the agent's role"
        return checks.found("Freshdesk", variables, look) + checks.webhook("FRESHDESK_WEBHOOK_SECRET", self._secret)

    def _of(self, requester: Requester, **query: Any) -> list[Row]:
        contact = self._api.contact(requester)
        rows = self._api.tickets(requester_id=contact, **query) if contact else ()
        return [row for row in rows if self._owns(requester, row)]

    def _row(self, requester: Requester, desk_ref: str) -> Row:
        return self._api.call("GET", f"/tickets/{desk_ref}").row()

    def _owns(self, requester: Requester, row: Row) -> bool:
        shown = bool(row.ref("id")) and not row.flag("spam") and not row.flag("deleted")
        contact = self._api.contact(requester) if shown else ""
        return bool(contact) and row.ref("requester_id") == contact

    def _thread(self, row: Row) -> Thread:
        said, created, updated = row.number("status"), row.time("created_at"), row.time("updated_at")
        state, closed = status(WORDS, str(said)), said == CLOSED
        return Thread(row.ref("id"), "", row.text("subject"), state, created, updated, closed=closed)

    def _messages(self, row: Row, requester: Requester) -> list[Message]:
        whose, first = row.ref("requester_id"), row.number("source") != OUTBOUND
        # Only what says that it is public.
        said = [one for one in self._api.conversations(row.ref("id")) if one.denies("private")]
        rest = [_message(one, "body", one.flag("incoming") or one.ref("user_id") == whose) for one in said]
        return [_message(row, "description", first), *rest]

    def _add(self, row: Row, requester: Requester, reply: Reply) -> None:
        if not reply.solves and row.number("status") != OPEN:
            # First, since it is harmless twice: once the message is there, nothing tries again.
            self._set(row, "open")
        body = {"body": _html(reply.body), "private": False, "incoming": True, "user_id": row.number("requester_id")}
        # A note: what they call a reply is the agent's, and is sent to the customer.
        self._api.write(f"/tickets/{row.ref('id')}/notes", body, reply.files)
        if reply.solves:
            self._set(row, "solved")

    def _set(self, row: Row, status: Status) -> None:
        state = RESOLVED if status == "solved" else OPEN
        self._api.call("PUT", f"/tickets/{row.ref('id')}", body={"status": state})


def _message(row: Row, text: str, wrote: bool) -> Message:
    files = [one.attachment("name", "content_type", "size") for one in row.rows("attachments")]
    return Message("customer" if wrote else "agent", "", row.time("created_at"), row.text(text), tuple(files))


def _html(text: str) -> str:
    return escape(text).replace("\n", "<br>")
