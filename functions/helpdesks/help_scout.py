"""Help Scout (https://developer.helpscout.com/mailbox-api/), as an OAuth application of one's own.

Ticket, files and private note are one call. Nothing tells Help Scout that it has seen our key, so it is looked for in
the notes of the customer's latest conversations.
"""

import base64
import hmac
import json
import re
from collections.abc import Iterator, Mapping, Sequence
from hashlib import sha1, sha256
from html import escape
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

from functions.errors import VendorError
from functions.helpdesks import Capabilities, Macro, Notice
from functions.helpdesks.oauth import TokenApi
from functions.helpdesks.web import GONE, REFUSED, UNREACHABLE, Answer, Api, address, text
from functions.helpdesks.words import fields, filled, iso, milliseconds, numeric
from portal.models import Requester
from portal.tickets import Attachment, File, Message, Reply, Status, Thread, Ticket, note

if TYPE_CHECKING:
    from functions.services import Services
    from functions.settings import Settings

WORDS: Mapping[str, Status] = {"pending": "pending", "closed": "solved"}
SAID = {"customer", "message", "chat", "phone", "beaconchat"}
MOST_PAGES, MOST_THREADS, MOST_MACROS = 20, 100, 50
SKEW_MS = 10 * 60_000


def connect(settings: "Settings", services: "Services") -> "HelpScout":
    return HelpScout(settings.environ)


class HelpScout:
    """One inbox for what is new; a customer sees every conversation of theirs."""

    # How far their lists lag is not documented.
    capabilities = Capabilities(creates="found", lookup_lag=120, list_lag=120, webhooks="signed", macros="unordered")

    def __init__(self, environ: Mapping[str, str]) -> None:
        def get(name: str) -> str:
            return environ.get(name, "").strip()

        self._app = {"client_id": get("HELPSCOUT_APP_ID"), "client_secret": get("HELPSCOUT_APP_SECRET")}
        self._secret, self._mailbox = get("HELPSCOUT_WEBHOOK_SECRET"), get("HELPSCOUT_MAILBOX")
        self._fields = fields(get("HELPSCOUT_FIELDS"))
        base = address(get("HELPSCOUT_API") or "https://api.helpscout.net", "HELPSCOUT_API")
        self._api = TokenApi(base, self._token, "X-RateLimit-Retry-After")

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
        if not desk_ref.isdecimal():
            raise VendorError(UNREACHABLE, detail="the conversation has no number")
        return desk_ref

    def find(self, ticket: Ticket) -> str | None:
        for row in self._of(ticket.requester, pages=1):
            if milliseconds(row.get("createdAt")) >= ticket.created_at - SKEW_MS:
                notes = (one for one in self._threads(str(row["id"])) if one.get("type") == "note")
                if any(ticket.key in text(one.get("body")) for one in notes):
                    return str(row["id"])
        return None

    def tickets(self, requester: Requester) -> list[Thread]:
        return [_thread(row) for row in self._of(requester)]

    def ticket(self, requester: Requester, desk_ref: str) -> Thread:
        row = self._own(requester, desk_ref)
        said = [
            one
            for one in self._threads(str(row["id"]))
            if one.get("type") in SAID and one.get("state") in {None, "published"}
        ]
        return _thread(row, sorted(map(_message, reversed(said)), key=lambda one: one.at))

    def reply(self, requester: Requester, desk_ref: str, reply: Reply) -> None:
        row = self._own(requester, desk_ref)
        body = {"customer": {"email": requester.email}, **_text(reply.body, reply.files)}
        if self._api.call("POST", f"/v2/conversations/{row['id']}/customer", body=body, allow={412}).status == 412:
            raise VendorError(REFUSED, "rejected", detail=f"the conversation has {MOST_THREADS} threads")
        if reply.solves:  # it was opened by the reply
            self._set(row, "closed")

    def set_status(self, requester: Requester, desk_ref: str, status: Status) -> None:
        self._set(self._own(requester, desk_ref), "closed" if status == "solved" else "active")

    def note(self, desk_ref: str, text: str) -> None:
        self._api.call("POST", f"/v2/conversations/{desk_ref}/notes", body=_text(text))

    def count(self, since: int, until: int) -> int:
        # Both ends of their range are in it.
        page = self._page(f"(createdAt:[{iso(since)} TO {iso(until - 1000)}])", 1).table("page")
        if not isinstance(page.get("totalElements"), int):
            raise VendorError(UNREACHABLE, detail="the count is no number")
        return int(page["totalElements"])

    def macros(self) -> list[Macro]:
        base = f"/v2/mailboxes/{self._mailbox}/saved-replies"
        rows = self._api.call("GET", base).data
        if not isinstance(rows, list):
            raise VendorError(UNREACHABLE, detail="the saved replies are no list")
        ids = [one["id"] for one in rows[:MOST_MACROS] if isinstance(one, dict) and isinstance(one.get("id"), int)]
        full = [self._api.call("GET", f"{base}/{number}").table() for number in ids]
        return [Macro(text(one.get("name")), text(one.get("text"))) for one in full]

    def subjects(self, since: int) -> list[str]:
        return [text(row.get("subject")) for row in self._rows(f"(createdAt:[{iso(since)} TO *])", MOST_PAGES)]

    def notice(self, headers: Mapping[str, str], body: bytes) -> Notice | None:
        known = {name.lower(): value for name, value in headers.items()}
        made = base64.b64encode(hmac.new(self._secret.encode(), body, sha1).digest())
        if not self._secret or not hmac.compare_digest(made, known.get("x-helpscout-signature", "").encode()):
            raise VendorError(REFUSED, "authentication", detail="the webhook's signature is not ours")
        try:
            data = json.loads(body)
        except ValueError:
            data = None
        number = data.get("id") if isinstance(data, dict) else None
        # It carries no number of its own; the same event is the same bytes.
        delivery = sha256(known.get("x-helpscout-event", "").encode() + body).hexdigest()
        return Notice(str(number), delivery) if isinstance(number, int) else None

    def check(self) -> list[str]:
        path = f"/v2/mailboxes/{self._mailbox}/fields"
        try:
            rows = self._api.call("GET", path).table().get("_embedded")
        except VendorError as error:
            return [f"Help Scout did not answer as it should ({error.kind}): {error.detail}. Look at HELPSCOUT_APP_ID,"
                    " HELPSCOUT_APP_SECRET and HELPSCOUT_MAILBOX."]  # fmt: skip
        known = {str(one.get("id")) for one in (rows or {}).get("fields", ())}
        faults = [
            f"HELPSCOUT_FIELDS names {name}={to}, and the inbox has no such field."
            for name, to in self._fields.items()
            if to not in known
        ]
        return (
            faults if self._secret else [*faults, "HELPSCOUT_WEBHOOK_SECRET is not set: answers are noticed by asking."]
        )

    def _token(self, api: Api) -> Answer:
        return api.call("POST", "/v2/oauth2/token", data={"grant_type": "client_credentials", **self._app})

    def _page(self, query: str, number: int) -> Answer:
        # Without a status only the active ones are listed.
        wanted = {"query": query, "status": "all", "sortField": "modifiedAt", "sortOrder": "desc", "page": number}
        return self._api.call("GET", f"/v2/conversations?{urlencode(wanted)}")

    def _rows(self, query: str, pages: int) -> Iterator[dict[str, Any]]:
        for number in range(1, pages + 1):
            page = self._page(query, number)
            # An empty page has no `_embedded` at all.
            yield from page.rows("_embedded", "conversations") if "_embedded" in page.table() else ()
            total = page.table("page").get("totalPages")
            if not isinstance(total, int) or number >= total:
                return

    def _of(self, requester: Requester, pages: int = MOST_PAGES) -> list[dict[str, Any]]:
        if '"' in requester.email or "\\" in requester.email:
            return []
        return [row for row in self._rows(f'(email:"{requester.email}")', pages) if _owns(requester, row)]

    def _own(self, requester: Requester, desk_ref: str) -> dict[str, Any]:
        if not re.fullmatch(r"[0-9]{1,18}", desk_ref):
            raise VendorError(GONE, "not_found", detail="not a conversation's number")
        answer = self._api.call("GET", f"/v2/conversations/{desk_ref}", allow={301})
        moved = re.search(r"/v2/conversations/([0-9]{1,18})$", answer.headers.get("Location", ""))
        if answer.status == 301 and moved:  # merged into another one
            answer = self._api.call("GET", f"/v2/conversations/{moved[1]}")
        if not _owns(requester, answer.table()):
            raise VendorError(GONE, "not_found", detail="the conversation is another customer's")
        return answer.table()

    def _threads(self, desk_ref: str) -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = []
        for number in range(1, MOST_PAGES + 1):
            page = self._api.call("GET", f"/v2/conversations/{desk_ref}/threads?page={number}")
            found += page.rows("_embedded", "threads") if "_embedded" in page.table() else []
            total = page.table("page").get("totalPages")
            if not isinstance(total, int) or number >= total:
                break
        return found

    def _set(self, row: Mapping[str, Any], status: str) -> None:
        if row.get("status") != status or status == "closed":
            patch = {"op": "replace", "path": "/status", "value": status}
            self._api.call("PATCH", f"/v2/conversations/{row['id']}", body=patch)


def _owns(requester: Requester, row: Mapping[str, Any]) -> bool:
    """Their search finds more than the address that was asked for, drafts and spam."""
    customer = row.get("primaryCustomer")
    address = text(customer.get("email")) if isinstance(customer, dict) else ""
    shown = row.get("state") in {None, "published"} and row.get("status") != "spam" and isinstance(row.get("id"), int)
    return shown and address.lower() == requester.email.lower()


def _text(body: str, files: Sequence[File] = ()) -> dict[str, Any]:
    """A thread's text, which is HTML there, and its files."""
    sent = [{"fileName": one.name, "mimeType": one.type, "data": base64.b64encode(one.data).decode()} for one in files]
    return {"text": escape(body).replace("\n", "<br>"), **({"attachments": sent} if sent else {})}


def _message(row: Mapping[str, Any]) -> Message:
    by, held = row.get("createdBy"), row.get("_embedded")
    wrote = by.get("type") == "customer" if isinstance(by, dict) else row.get("type") == "customer"
    files = held.get("attachments") if isinstance(held, dict) else None
    known = tuple(_attachment(one) for one in files or () if isinstance(one, dict))
    return Message(
        "customer" if wrote else "agent", "", milliseconds(row.get("createdAt")), text(row.get("body")), known
    )


def _attachment(one: Mapping[str, Any]) -> Attachment:
    size = one.get("size")
    return Attachment(text(one.get("filename")), text(one.get("mimeType")), size if isinstance(size, int) else 0)


def _thread(row: Mapping[str, Any], messages: Sequence[Message] = ()) -> Thread:
    created, changed = milliseconds(row.get("createdAt")), milliseconds(row.get("userUpdatedAt"))
    threads = row.get("threads")
    full = isinstance(threads, int) and threads >= MOST_THREADS
    status = WORDS.get(text(row.get("status")), "open")
    return Thread(
        str(row["id"]), "", text(row.get("subject")), status, created, changed or created, tuple(messages), full
    )
