"""Intercom (https://developers.intercom.com/docs/references/rest-api/api.intercom.io/tickets), with an access token of
the operator's workspace.

A ticket carries our key in its attribute `Portal key`. Files go with a private note: a contact's own reply takes none.
"""

from binascii import hexlify
from collections.abc import Mapping
from hashlib import sha1
from typing import TYPE_CHECKING

from werkzeug.datastructures import Headers

from functions.errors import VendorError
from functions.helpdesks import Capabilities, Macro, Notice, checks, webhooks
from functions.helpdesks.intercom.api import IntercomApi, condition, created
from functions.helpdesks.intercom.parts import DESCRIPTION, FILES, KEY, TITLE, is_note, messages, parts
from functions.helpdesks.own_tickets import OwnTickets
from functions.helpdesks.rows import Row
from functions.helpdesks.words import UNREACHABLE, fields, filled, status, trimmed
from portal.clock import DAY_MS
from portal.models import Requester
from portal.tickets import Message, Reply, Status, Thread, Ticket, note

if TYPE_CHECKING:
    from functions.services import Services
    from functions.settings import Settings

WORDS: Mapping[str, Status] = {
    "submitted": "open", "in_progress": "open", "waiting_on_customer": "pending", "resolved": "solved"
}  # fmt: skip
CATEGORIES: Mapping[Status, str] = {"open": "in_progress", "solved": "resolved"}
# What the customer did, and what is between agents.
ECHOES, INTERNAL = {"ticket.created", "ticket.contact.replied"}, {"ticket.note.created"}


def connect(settings: "Settings", services: "Services") -> "Intercom":
    return Intercom(settings.environ)


class Intercom(OwnTickets):
    """One ticket type for what is new; a customer sees the tickets of every contact with their address."""

    # New contacts and tickets are found by a search minutes later.
    capabilities = Capabilities(creates="found", lookup_lag=300, list_lag=300, webhooks="signed", macros="unordered")

    def __init__(self, environ: Mapping[str, str]) -> None:
        get = trimmed(environ)
        self._type = get("INTERCOM_TICKET_TYPE")
        self._secret, self._fields = get("INTERCOM_WEBHOOK_SECRET"), fields(get("INTERCOM_FIELDS"))
        self._api = IntercomApi(environ)

    def create(self, ticket: Ticket) -> str:
        about = {TITLE: ticket.draft.subject, DESCRIPTION: ticket.draft.body, KEY: ticket.key}
        who = [{"id": self._api.writer(ticket.requester)}]
        body = {
            "ticket_type_id": self._type,
            "contacts": who,
            "ticket_attributes": filled(self._fields, ticket) | about,
        }
        desk_ref = self._api.call("POST", "/tickets", body=body).row().ref("id")
        if not desk_ref:
            raise VendorError(UNREACHABLE, detail="the ticket has no id")
        self._api.note(desk_ref, note(ticket), ticket.files)
        return desk_ref

    def find(self, ticket: Ticket) -> str | None:
        for row in self._api.tickets_of(ticket.requester, created(ticket.created_at - DAY_MS)):
            if row.text("ticket_attributes", KEY) == ticket.key and row.ref("id"):
                self._complete(row.ref("id"), ticket)
                return row.ref("id")
        return None

    def tickets(self, requester: Requester) -> list[Thread]:
        rows = self._api.tickets_of(requester)
        return sorted(map(self._thread, rows), key=lambda one: one.updated_at, reverse=True)

    def note(self, desk_ref: str, text: str) -> None:
        self._api.note(desk_ref, text)

    def count(self, since: int, until: int) -> int:
        return self._api.found(created(since), condition("created_at", "<", until // 1000)).number("total_count")

    def macros(self) -> list[Macro]:
        return [Macro(row.text("name"), row.text("body_text")) for row in self._api.macros()]

    def subjects(self, since: int) -> list[str]:
        # By days: what came earlier on the first of them is older.
        rows = self._api.tickets(created(since))
        return [row.text("ticket_attributes", TITLE) for row in rows if row.moment("created_at") >= since]

    def notice(self, headers: Mapping[str, str], body: bytes) -> Notice | None:
        given = Headers(headers).get("X-Hub-Signature", "")
        scheme, _, made = given.partition("=")
        webhooks.verify(self._secret, body, made if scheme == "sha1" else "", sha1, hexlify)
        event = webhooks.content(body)
        topic, item = event.text("topic"), event.row("data", "item")
        desk_ref = item.ref("id") if item.text("type") == "ticket" else item.ref("ticket", "id")
        is_news = topic.startswith("ticket.") and topic not in INTERNAL and bool(desk_ref)
        return Notice(desk_ref, event.text("id") or given, topic in ECHOES) if is_news else None

    def check(self) -> list[str]:
        def look() -> list[str]:
            self._api.call("GET", f"/admins/{self._api.admin}")
            known = self._api.attributes(self._type)
            if known is None:
                return ["INTERCOM_TICKET_TYPE names no ticket type for customers: take the number from its address."]
            lacks = [] if KEY in known else [f"The ticket type has no attribute '{KEY}': add one, of type text."]
            return lacks + checks.fields("INTERCOM_FIELDS", self._fields, known)

        variables = "INTERCOM_TOKEN, INTERCOM_ADMIN and the app's permissions"
        return checks.found("Intercom", variables, look) + checks.webhook("INTERCOM_WEBHOOK_SECRET", self._secret)

    def _row(self, requester: Requester, desk_ref: str) -> Row:
        return self._api.call("GET", f"/tickets/{desk_ref}").row()

    def _owns(self, requester: Requester, row: Row) -> bool:
        return bool(row.ref("id")) and bool(self._api.owner(requester, row))

    def _thread(self, row: Row) -> Thread:
        created, changed = row.moment("created_at"), row.moment("updated_at")
        state = status(WORDS, row.text("ticket_state", "category"))
        return Thread(row.ref("id"), "", row.text("ticket_attributes", TITLE), state, created, changed or created)

    def _messages(self, row: Row, requester: Requester) -> list[Message]:
        return messages(row, self._api.admin)

    def _add(self, row: Row, requester: Requester, reply: Reply) -> None:
        if not reply.solves and self._thread(row).status != "open":
            self._set(row, "open")
        # Before the message: what comes after it would not be tried again.
        if reply.files:
            self._api.note(row.ref("id"), FILES, reply.files)
        who = {"intercom_user_id": self._api.owner(requester, row), "type": "user", "message_type": "comment"}
        self._api.call("POST", f"/tickets/{row.ref('id')}/reply", body=who | {"body": reply.body})
        if reply.solves:
            self._set(row, "solved")

    def _set(self, row: Row, status: Status) -> None:
        state = self._api.state(CATEGORIES[status], row)
        self._api.call("PUT", f"/tickets/{row.ref('id')}", body={"ticket_state_id": state})

    def _complete(self, desk_ref: str, ticket: Ticket) -> None:
        """Add the note, when a first try ended before it."""
        row = self._api.call("GET", f"/tickets/{desk_ref}").row()
        if not any(is_note(part) and ticket.key in part.text("body") for part in parts(row)):
            self._api.note(desk_ref, note(ticket), ticket.files)
