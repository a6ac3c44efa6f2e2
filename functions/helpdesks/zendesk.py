"""Zendesk (https://developer.zendesk.com/api-reference/ticketing/), with an OAuth client of its own: API tokens end in
April 2027.

A ticket carries our key as `external_id` and as `Idempotency-Key`, which Zendesk knows again for two hours.
"""

import base64
import hmac
import json
import re
import time
from collections.abc import Iterator, Mapping
from hashlib import sha256
from typing import TYPE_CHECKING, Any
from urllib.parse import quote, urlencode

from functions.errors import VendorError
from functions.helpdesks import Capabilities, Macro, Notice
from functions.helpdesks.oauth import TokenApi
from functions.helpdesks.web import GONE, REFUSED, UNREACHABLE, Answer, Api, address, text
from functions.helpdesks.words import fields, filled, iso, milliseconds, numeric, when
from portal.models import Requester
from portal.tickets import Attachment, Message, Reply, Status, Thread, Ticket, note

if TYPE_CHECKING:
    from functions.services import Services
    from functions.settings import Settings

# Their words and ours; an unknown one is open.
WORDS: Mapping[str, Status] = {"pending": "pending", "hold": "on_hold", "solved": "solved", "closed": "solved"}
STATUSES: Mapping[Status, str] = {"open": "open", "solved": "solved"}
WEBHOOK_SECONDS = 300
MOST_PAGES = 20
TOKEN_SECONDS = 172_800


def connect(settings: "Settings", services: "Services") -> "Zendesk":
    return Zendesk(settings.environ)


class Zendesk:
    """One account, as the user who owns the OAuth client."""

    # Creates are remembered for two hours; we stop relying on that a little earlier.
    capabilities = Capabilities(
        creates="keyed", key_ms=110 * 60_000, lookup_lag=90, list_lag=90, webhooks="signed", macros="by_use"
    )

    def __init__(self, environ: Mapping[str, str]) -> None:
        def get(name: str) -> str:
            return environ.get(name, "").strip()

        base = get("ZENDESK_API") or f"https://{get('ZENDESK_SUBDOMAIN')}.zendesk.com"
        self._client = {"client_id": get("ZENDESK_CLIENT_ID"), "client_secret": get("ZENDESK_CLIENT_SECRET")}
        self._secret = get("ZENDESK_WEBHOOK_SECRET")
        self._fields = fields(get("ZENDESK_FIELDS"))
        self._api = TokenApi(address(base, "ZENDESK_API"), self._ask_token)
        self._users: dict[str, int] = {}

    def create(self, ticket: Ticket) -> str:
        found = self._api.call(
            "POST",
            "/api/v2/tickets",
            body={
                "ticket": {
                    "subject": ticket.draft.subject,
                    "external_id": ticket.key,
                    "comment": self._comment(ticket.draft.body, ticket.files),
                    "requester": {
                        "name": ticket.requester.name or ticket.requester.email,
                        "email": ticket.requester.email,
                    },
                    "tags": ["portal", f"topic_{ticket.draft.topic}"],
                    "custom_fields": self._custom(ticket),
                    **({"via_followup_source_id": int(ticket.follows)} if ticket.follows.isdecimal() else {}),
                }
            },
            headers={"Idempotency-Key": ticket.key},
            allow={409},
        )
        # Two creates with one key at once: the other one was first.
        desk_ref = self.find(ticket) if found.status == 409 else str(found.table("ticket").get("id") or "")
        if not desk_ref:
            raise VendorError(UNREACHABLE, detail="the ticket has no id")
        self._add_note(desk_ref, ticket)
        return desk_ref

    def find(self, ticket: Ticket) -> str | None:
        # The list endpoint, not search, which lags by minutes.
        rows = self._api.call("GET", f"/api/v2/tickets?external_id={quote(ticket.key, safe='')}").rows("tickets")
        return next((str(row["id"]) for row in rows if row.get("external_id") == ticket.key and row.get("id")), None)

    def tickets(self, requester: Requester) -> list[Thread]:
        user = self._user(requester)
        if user is None:
            return []
        path = f"/api/v2/users/{user}/tickets/requested?{urlencode({'page[size]': 100, 'sort': '-updated_at'})}"
        return [_thread(row) for page in self._pages(path) for row in page.rows("tickets")]

    def ticket(self, requester: Requester, desk_ref: str) -> Thread:
        row = self._own(requester, desk_ref)
        pages = self._pages(f"/api/v2/tickets/{desk_ref}/comments?{urlencode({'page[size]': 100})}")
        messages = [
            Message(
                "customer" if comment.get("author_id") == row.get("requester_id") else "agent",
                text(comment.get("plain_body")) or text(comment.get("body")),
                milliseconds(comment.get("created_at")),
                files=tuple(_attachment(one) for one in comment.get("attachments") or () if isinstance(one, dict)),
            )
            for page in pages
            for comment in page.rows("comments")
            if comment.get("public") is True
        ]
        return _thread(row, messages)

    def reply(self, requester: Requester, desk_ref: str, reply: Reply) -> None:
        row = self._own(requester, desk_ref)
        if row.get("status") == "closed":
            raise VendorError(REFUSED, "rejected", detail="the ticket is closed")
        # As the customer. The one who updates is still our user, so nothing reopens by itself.
        comment = self._comment(reply.body, reply.files) | {"author_id": row.get("requester_id")}
        self._update(desk_ref, {"status": "solved" if reply.solves else "open", "comment": comment})

    def set_status(self, requester: Requester, desk_ref: str, status: Status) -> None:
        row = self._own(requester, desk_ref)
        if row.get("status") == "closed":
            if status == "solved":
                return
            raise VendorError(REFUSED, "rejected", detail="the ticket is closed")
        self._update(desk_ref, {"status": STATUSES.get(status, "open")})

    def note(self, desk_ref: str, text: str) -> None:
        self._update(desk_ref, {"comment": {"body": text, "public": False}})

    def count(self, since: int, until: int) -> int:
        query = f"type:ticket created>={iso(since)} created<{iso(until)}"
        found = self._api.call("GET", f"/api/v2/search/count?{urlencode({'query': query})}").table().get("count")
        if not isinstance(found, int):
            raise VendorError(UNREACHABLE, detail="the count is no number")
        return found

    def macros(self) -> list[Macro]:
        query = urlencode({"include": "usage_30d", "sort_by": "usage_30d", "sort_order": "desc"})
        found = []
        for row in self._api.call("GET", f"/api/v2/macros/active?{query}").rows("macros"):
            actions = [one for one in row.get("actions") or () if isinstance(one, dict)]
            said = [
                text(one.get("value")) for one in actions if one.get("field") in {"comment_value", "comment_value_html"}
            ]
            uses = row.get("usage_30d")
            found.append(Macro(text(row.get("title")), "\n".join(said), uses if isinstance(uses, int) else None))
        return found

    def subjects(self, since: int) -> list[str]:
        found: list[str] = []
        path = f"/api/v2/incremental/tickets/cursor?start_time={since // 1000}"
        for _ in range(MOST_PAGES):
            page = self._api.call("GET", path)
            # By update: what was only changed since then is older.
            found += [
                text(row.get("subject")) for row in page.rows("tickets") if milliseconds(row.get("created_at")) >= since
            ]
            following = page.table().get("after_url")
            if page.table().get("end_of_stream") is not False or not isinstance(following, str):
                break
            path = following
        return found

    def notice(self, headers: Mapping[str, str], body: bytes) -> Notice | None:
        known = {name.lower(): value for name, value in headers.items()}
        moment = known.get("x-zendesk-webhook-signature-timestamp", "")
        made = base64.b64encode(hmac.new(self._secret.encode(), moment.encode() + body, sha256).digest()).decode()
        given = known.get("x-zendesk-webhook-signature", "")
        if not self._secret or not hmac.compare_digest(made.encode(), given.encode()):
            raise VendorError(REFUSED, "authentication", detail="the webhook's signature is not ours")
        if abs(time.time() - when(moment) / 1000) > WEBHOOK_SECONDS:
            raise VendorError(REFUSED, "authentication", detail="the webhook is old")
        data = _json(body)
        desk_ref = str(data.get("ticket") or "")
        delivery = known.get("x-zendesk-webhook-invocation-id") or given
        return Notice(desk_ref, delivery, data.get("by") == "portal") if desk_ref.isdecimal() else None

    def check(self) -> list[str]:
        faults = []
        try:
            role = self._api.call("GET", "/api/v2/users/me").table("user").get("role")
            if role not in {"agent", "admin"}:
                faults.append("The OAuth client's owner is neither agent nor admin: choose another owner.")
            for name, field in self._fields.items():
                if self._api.call("GET", f"/api/v2/ticket_fields/{quote(field, safe='')}", allow={404}).status == 404:
                    faults.append(f"ZENDESK_FIELDS names {name}={field}, and there is no such ticket field.")
        except VendorError as error:
            faults.append(
                f"Zendesk did not answer as it should ({error.kind}): {error.detail}. Look at ZENDESK_CLIENT_ID,"
                " ZENDESK_CLIENT_SECRET and the client's scopes, read and write."
            )
        return (
            faults if self._secret else [*faults, "ZENDESK_WEBHOOK_SECRET is not set: answers are noticed by asking."]
        )

    def _ask_token(self, api: Api) -> Answer:
        wanted = {"grant_type": "client_credentials", "scope": "read write", "expires_in": TOKEN_SECONDS}
        return api.call("POST", "/oauth/tokens", body={**wanted, **self._client})

    def _pages(self, path: str) -> Iterator[Answer]:
        for _ in range(MOST_PAGES):
            page = self._api.call("GET", path)
            yield page
            meta, links = page.table().get("meta"), page.table().get("links")
            following = links.get("next") if isinstance(links, dict) else None
            if not isinstance(meta, dict) or meta.get("has_more") is not True or not isinstance(following, str):
                return
            path = following

    def _user(self, requester: Requester) -> int | None:
        """The id of the user with exactly this address; kept, since asking costs a call of a small budget."""
        if requester.email not in self._users:
            query = quote(f'email:"{requester.email}"', safe="")
            rows = self._api.call("GET", f"/api/v2/users/search?query={query}").rows("users")
            own = [row for row in rows if text(row.get("email")).lower() == requester.email.lower()]
            if len(own) != 1 or not isinstance(own[0].get("id"), int):
                return None
            self._users[requester.email] = own[0]["id"]
        return self._users[requester.email]

    def _own(self, requester: Requester, desk_ref: str) -> dict[str, Any]:
        user = self._user(requester)
        if user is None or not re.fullmatch(r"\d{1,19}", desk_ref):
            raise VendorError(GONE, "not_found", detail="no such user or number")
        row = self._api.call("GET", f"/api/v2/tickets/{desk_ref}").table("ticket")
        if row.get("requester_id") != user:
            raise VendorError(GONE, "not_found", detail="the ticket is another requester's")
        return row

    def _update(self, desk_ref: str, ticket: Mapping[str, Any]) -> None:
        self._api.call("PUT", f"/api/v2/tickets/{desk_ref}", body={"ticket": ticket})

    def _add_note(self, desk_ref: str, ticket: Ticket) -> None:
        """The private note, unless an earlier try has written it."""
        known = self._api.call("GET", f"/api/v2/tickets/{desk_ref}/comments?{urlencode({'page[size]': 100})}").rows(
            "comments"
        )
        if not any(one.get("public") is False and ticket.key in text(one.get("body")) for one in known):
            self._update(desk_ref, {"comment": {"body": note(ticket), "public": False}})

    def _comment(self, body: str, files: Any) -> dict[str, Any]:
        uploads = [self._upload(file) for file in files]
        return {"body": body, "public": True, **({"uploads": uploads} if uploads else {})}

    def _upload(self, file: Any) -> str:
        """A token, good for an hour; until it is used, whoever has the file's address can read it."""
        path = f"/api/v2/uploads?{urlencode({'filename': file.name})}"
        return text(
            self._api.call("POST", path, data=file.data, headers={"Content-Type": file.type})
            .table("upload")
            .get("token")
        )

    def _custom(self, ticket: Ticket) -> list[dict[str, Any]]:
        values = filled(self._fields, ticket)
        return [{"id": numeric(field, "ZENDESK_FIELDS"), "value": value} for field, value in values.items()]


def _thread(row: Mapping[str, Any], messages: list[Message] | None = None) -> Thread:
    status = WORDS.get(text(row.get("status")), "open")
    created, updated = milliseconds(row.get("created_at")), milliseconds(row.get("updated_at"))
    subject, closed = text(row.get("subject")), row.get("status") == "closed"
    return Thread(str(row.get("id")), "", subject, status, created, updated, tuple(messages or ()), closed)


def _attachment(one: Mapping[str, Any]) -> Attachment:
    size = one.get("size")
    return Attachment(text(one.get("file_name")), text(one.get("content_type")), size if isinstance(size, int) else 0)


def _json(body: bytes) -> dict[str, Any]:
    try:
        data = json.loads(body)
    except (ValueError, RecursionError):
        return {}
    return data if isinstance(data, dict) else {}
