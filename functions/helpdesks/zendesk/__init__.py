"""Zendesk (https://developer.zendesk.com/api-reference/ticketing/), with an OAuth client of its own: API tokens end in
April 2027.

A ticket carries our key as `external_id` and as `Idempotency-Key`, which Zendesk knows again for two hours.
"""

import re
from collections.abc import Mapping, Sequence
from hashlib import sha256
from typing import TYPE_CHECKING, Any

from werkzeug.datastructures import Headers

from functions.errors import VendorError
from functions.helpdesks import Capabilities, Macro, Notice, checks, webhooks
from functions.helpdesks.own_tickets import OwnTickets
from functions.helpdesks.rows import Row
from functions.helpdesks.words import UNREACHABLE, fields, filled, iso, numeric, status, trimmed
from functions.helpdesks.zendesk.api import PAGE, ZendeskApi
from portal.models import Requester
from portal.tickets import File, Message, Reply, Status, Thread, Ticket, note

if TYPE_CHECKING:
    from functions.services import Services
    from functions.settings import Settings

WORDS: Mapping[str, Status] = {
    "new": "open", "open": "open", "pending": "pending", "hold": "on_hold", "solved": "solved", "closed": "solved"
}  # fmt: skip
NO_AGENT = "The OAuth client's owner is neither agent nor admin: choose another owner."
JOINED = "{\N{WORD JOINER}"
REPLY_TEXT = {"comment_value", "comment_value_html"}


def connect(settings: "Settings", services: "Services") -> "Zendesk":
    return Zendesk(settings.environ)


class Zendesk(OwnTickets):
    """One account, as the user who owns the OAuth client."""

    # Creates are remembered for two hours; we stop relying on that a little earlier.
    capabilities = Capabilities(
        creates="keyed", key_ms=110 * 60_000, lookup_lag=90, list_lag=90, webhooks="signed", macros="by_use"
    )

    def __init__(self, environ: Mapping[str, str]) -> None:
        get = trimmed(environ)
        self._secret, self._fields = get("ZENDESK_WEBHOOK_SECRET"), fields(get("ZENDESK_FIELDS"))
        self._api = ZendeskApi(environ)

    def create(self, ticket: Ticket) -> str:
        who = ticket.requester
        body = {
            "subject": ticket.draft.subject, "external_id": ticket.key,
            "comment": self._comment(ticket.draft.body, ticket.files),
            "requester": {"name": who.name or who.email, "email": who.email},
            "tags": ["portal", f"topic_{ticket.draft.topic}"],
            "custom_fields": [
                {"id": numeric(field, "ZENDESK_FIELDS"), "value": value}
                for field, value in filled(self._fields, ticket).items()
            ],
            **({"via_followup_source_id": int(ticket.follows)} if ticket.follows.isdecimal() else {}),
        }  # fmt: skip
        headers = {"Idempotency-Key": ticket.key}
        answer = self._api.call(
            "POST", "/api/v2/tickets", body={"ticket": body}, headers=headers, allow={400, 409, 422}
        )
        # Two tries at once, or an earlier one whose files had other tokens: that one made the ticket.
        if answer.status == 409 or (answer.fault and "dempoten" in Row(answer.data).text("error")):
            desk_ref = self.find(ticket)
        elif answer.fault:
            raise answer.fault
        else:
            desk_ref = answer.row("ticket").ref("id")
        if not desk_ref:
            raise VendorError(UNREACHABLE, detail="the ticket has no id, or cannot be found yet")
        notes = [one.text("body") for one, _ in self._api.comments(desk_ref) if not one.flag("public")]
        if not any(ticket.key in one for one in notes):  # an earlier try may have ended in between
            self.note(desk_ref, note(ticket))
        return desk_ref

    def find(self, ticket: Ticket) -> str | None:
        # The list endpoint, not search, which lags by minutes.
        rows = self._api.call("GET", "/api/v2/tickets", {"external_id": ticket.key}).rows("tickets")
        return next((row.ref("id") for row in rows if row.text("external_id") == ticket.key and row.ref("id")), None)

    def tickets(self, requester: Requester) -> list[Thread]:
        user = self._api.user(requester)
        path, query = f"/api/v2/users/{user}/tickets/requested", PAGE | {"sort": "-updated_at"}
        rows = self._api.all("tickets", path, query) if user else ()
        return [self._thread(row) for row in rows if self._owns(requester, row)]

    def note(self, desk_ref: str, text: str) -> None:
        self._api.update(desk_ref, comment={"body": _plain(text), "public": False})

    def count(self, since: int, until: int) -> int:
        query = {"query": f"type:ticket created>={iso(since)} created<{iso(until)}"}
        return self._api.call("GET", "/api/v2/search/count", query).number("count")

    def macros(self) -> list[Macro]:
        query = {"include": "usage_30d", "sort_by": "usage_30d", "sort_order": "desc"}
        return [_macro(row) for row in self._api.call("GET", "/api/v2/macros/active", query).rows("macros")]

    def subjects(self, since: int) -> list[str]:
        # By change: what was only changed since then is older.
        rows = self._api.changed(since // 1000)
        return [row.text("subject") for row in rows if row.time("created_at") >= since]

    def notice(self, headers: Mapping[str, str], body: bytes) -> Notice | None:
        known = Headers(headers)
        moment = known.get("X-Zendesk-Webhook-Signature-Timestamp", "")
        given = known.get("X-Zendesk-Webhook-Signature", "")
        webhooks.verify(self._secret, moment.encode() + body, given, sha256)
        webhooks.must_be_fresh(moment)
        desk_ref = webhooks.content(body).ref("ticket")
        return Notice(desk_ref, known.get("X-Zendesk-Webhook-Invocation-Id", given)) if desk_ref else None

    def check(self) -> list[str]:
        def look() -> list[str]:
            role = self._api.call("GET", "/api/v2/users/me").row("user").text("role")
            wrong = [] if role in {"agent", "admin"} else [NO_AGENT]
            return wrong + checks.fields("ZENDESK_FIELDS", self._fields, self._api.field_ids())

        variables = "ZENDESK_CLIENT_ID, ZENDESK_CLIENT_SECRET and the client's scopes, read and write"
        return checks.found("Zendesk", variables, look) + checks.webhook("ZENDESK_WEBHOOK_SECRET", self._secret)

    def _row(self, requester: Requester, desk_ref: str) -> Row:
        return self._api.call("GET", f"/api/v2/tickets/{desk_ref}").row("ticket")

    def _owns(self, requester: Requester, row: Row) -> bool:
        user = self._api.user(requester)
        return bool(user and row.ref("id")) and row.ref("requester_id") == user

    def _thread(self, row: Row) -> Thread:
        said, created, updated = row.text("status"), row.time("created_at"), row.time("updated_at")
        state, closed = status(WORDS, said), said == "closed"
        return Thread(row.ref("id"), "", row.text("subject"), state, created, updated, closed=closed)

    def _messages(self, row: Row, requester: Requester) -> list[Message]:
        comments = self._api.comments(row.ref("id"))
        return [_message(one, row.ref("requester_id"), name) for one, name in comments if one.flag("public")]

    def _add(self, row: Row, requester: Requester, reply: Reply) -> None:
        # As the customer. The one who updates is still our user, so nothing reopens by itself.
        comment = self._comment(reply.body, reply.files) | {"author_id": row.number("requester_id")}
        self._api.update(row.ref("id"), status="solved" if reply.solves else "open", comment=comment)

    def _set(self, row: Row, status: Status) -> None:
        self._api.update(row.ref("id"), status=status)

    def _comment(self, body: str, files: Sequence[File]) -> dict[str, Any]:
        uploads = [self._api.upload(file) for file in files]
        return {"body": _plain(body), "public": True, **({"uploads": uploads} if uploads else {})}


def _message(row: Row, customer: str, name: str) -> Message:
    files = [one.attachment("file_name", "content_type", "size") for one in row.rows("attachments")]
    body = (row.text("plain_body") or row.text("body")).replace(JOINED, "{")
    wrote = row.ref("author_id") == customer
    return Message("customer" if wrote else "agent", body, row.time("created_at"), "", tuple(files), name)


def _plain(text: str) -> str:
    """What a customer typed as a placeholder stays text: agents' comments are rendered, and our user is an agent."""
    return re.sub(r"\{(?=[{%])", JOINED, text)


def _macro(row: Row) -> Macro:
    said = [one.text("value") for one in row.rows("actions") if one.text("field") in REPLY_TEXT]
    return Macro(row.text("title"), "\n".join(said), row.number("usage_30d"))
