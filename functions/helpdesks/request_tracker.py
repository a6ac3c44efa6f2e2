"""Request Tracker 5 (https://docs.bestpractical.com/rt/5.0.3/RT/REST2.html), as a user with rights of its own.

A ticket carries our key in the custom field `Portal key`, which the query language finds at once. Replies go through
the mail gateway, since only a mail is written as the customer.
"""

import base64
import re
from collections.abc import Collection, Iterable, Mapping
from datetime import UTC, datetime
from email.message import EmailMessage
from typing import TYPE_CHECKING, Any
from urllib.parse import quote, urlencode

from functions.errors import VendorError
from functions.helpdesks import Capabilities, Macro, Notice
from functions.helpdesks.web import GONE, REFUSED, UNREACHABLE, Answer, Api, address, text
from functions.helpdesks.words import fields, filled, milliseconds
from portal.models import Requester
from portal.tickets import Attachment, File, Message, Reply, Status, Thread, Ticket, note

if TYPE_CHECKING:
    from functions.services import Services
    from functions.settings import Settings

# Their words and ours; an unknown one, of a lifecycle of the site's own, is open.
WORDS: Mapping[str, Status] = {"stalled": "pending", "resolved": "solved", "rejected": "solved", "deleted": "solved"}
CLOSED = {"rejected", "deleted"}
KEY = "Portal key"
SAID = {"Create", "Correspond"}
PAGE, MOST_PAGES = 100, 50
# A message, and the ids of its files.
_Said = tuple[Message, list[str]]


def connect(settings: "Settings", services: "Services") -> "RequestTracker":
    return RequestTracker(settings.environ)


class RequestTracker:
    """One queue for what is new; customers see what the portal's user may see."""

    capabilities = Capabilities(creates="found", downloads=True)

    def __init__(self, environ: Mapping[str, str]) -> None:
        def get(name: str, default: str = "") -> str:
            return environ.get(name, default).strip()

        self._user, self._queue, self._name = get("RT_USER"), get("RT_QUEUE", "General"), get("RT_NAME")
        self._fields = fields(get("RT_FIELDS"))
        base = address(get("RT_URL"), "RT_URL")
        # A password would be hashed again at each call, about 0.3 s of their server's time.
        self._api = Api(base + "/REST/2.0", lambda: {"Authorization": f"token {get('RT_TOKEN')}"})
        self._mail = Api(base + "/REST/1.0", dict)

    def create(self, ticket: Ticket) -> str:
        body = {
            "Queue": self._queue, "Requestor": ticket.requester.email, "Subject": ticket.draft.subject,
            "Content": ticket.draft.body, "ContentType": "text/plain",
            "CustomFields": filled(self._fields, ticket) | {KEY: ticket.key},
            "Attachments": [
                {"FileName": one.name, "FileType": one.type, "FileContent": base64.b64encode(one.data).decode()}
                for one in ticket.files
            ],
            **({"RefersTo": ticket.follows} if ticket.follows.isdecimal() else {}),
        }  # fmt: skip
        desk_ref = str(self._api.call("POST", "/ticket", body=body).table().get("id") or "")
        if not desk_ref.isdecimal():
            raise VendorError(UNREACHABLE, detail="the ticket has no number")
        self.note(desk_ref, note(ticket))
        return desk_ref

    def find(self, ticket: Ticket) -> str | None:
        rows = self._search(f"CF.{{{KEY}}} = {_quoted(ticket.key)}", ticket.requester)
        if not rows:
            return None
        desk_ref = text(rows[0].get("id"))
        # A first try may have ended between the ticket and its note.
        if not any(ticket.key in one.body for one, _ in self._messages(desk_ref, {"Comment"}, ticket.requester)):
            self.note(desk_ref, note(ticket))
        return desk_ref

    def tickets(self, requester: Requester) -> list[Thread]:
        mine = f"Requestor.EmailAddress = {_quoted(requester.email)}"
        return [_thread(row) for row in self._search(mine, requester, MOST_PAGES)]

    def ticket(self, requester: Requester, desk_ref: str) -> Thread:
        row = self._own(requester, desk_ref)
        return _thread(row, self._messages(row["id"], SAID, requester))

    def reply(self, requester: Requester, desk_ref: str, reply: Reply) -> None:
        row = self._own(requester, desk_ref)
        _open(row)
        mail = EmailMessage()
        mail["From"], mail["Message-ID"] = requester.email, f"<{reply.key}@portal>"
        mail["Subject"] = f"[{self._name} #{row['id']}] {text(row.get('Subject'))[:200]}"
        mail.set_content(reply.body, cte="base64")
        for one in reply.files:
            kind, _, subtype = one.type.partition("/")
            mail.add_attachment(one.data, kind, subtype or "octet-stream", filename=one.name)
        form = {"queue": self._queue, "action": "correspond", "message": mail.as_bytes().decode("ascii")}
        said = text(self._mail.call("POST", "/NoAuth/mail-gateway", data=form, plain=True).data)
        if not said.startswith("ok"):
            raise VendorError(UNREACHABLE, detail="the mail gateway did not take the reply")
        self._set(row["id"], "resolved" if reply.solves else "open")

    def set_status(self, requester: Requester, desk_ref: str, status: Status) -> None:
        row = self._own(requester, desk_ref)
        if status == "solved" and row.get("Status") in CLOSED:
            return
        _open(row)
        self._set(row["id"], "resolved" if status == "solved" else "open")

    def note(self, desk_ref: str, text: str) -> None:
        self._api.call("POST", f"/ticket/{desk_ref}/comment", body={"Content": text, "ContentType": "text/plain"})

    def count(self, since: int, until: int) -> int:
        total = self._page(f"Created >= '{_moment(since)}' AND Created < '{_moment(until)}'", 1).table().get("total")
        if not isinstance(total, int):
            raise VendorError(UNREACHABLE, detail="the count is no number")
        return total

    def macros(self) -> list[Macro]:
        return []

    def subjects(self, since: int) -> list[str]:
        return [text(row.get("Subject")) for row in self._search(f"Created >= '{_moment(since)}'", None, MOST_PAGES)]

    def notice(self, headers: Mapping[str, str], body: bytes) -> Notice | None:
        raise VendorError(REFUSED, "unsupported", detail="Request Tracker signs no webhooks")

    def file(self, requester: Requester, desk_ref: str, message: int, number: int) -> File:
        row = self._own(requester, desk_ref)
        said = dict(enumerate(self._messages(row["id"], SAID, requester))).get(message)
        if said is None or not 0 <= number < len(said[1]):
            raise VendorError(GONE, "not_found", detail="there is no such file")
        known = said[0].files[number]
        return File(known.name, known.type, self._content(said[1][number]))

    def check(self) -> list[str]:
        try:
            queue = self._api.call("GET", f"/queue/{quote(self._queue, safe='')}").table()
            zone = self._api.call("GET", f"/user/{quote(self._user, safe='')}").table().get("Timezone")
        except VendorError as error:
            return [f"Request Tracker did not answer as it should ({error.kind}): {error.detail}. Look at RT_USER,"
                    " RT_TOKEN, RT_QUEUE and the user's rights."]  # fmt: skip
        known = [text(one.get("name")) for one in queue.get("TicketCustomFields") or () if isinstance(one, dict)]
        faults = [
            f"The queue {self._queue} has no custom field {name!r} that {self._user} may see."
            for name in (KEY, *self._fields.values())
            if name not in known
        ]
        return faults if zone == "UTC" else [*faults, f"Set the time zone of {self._user} to UTC, or months are off."]

    def _search(self, query: str, requester: Requester | None, pages: int = 1) -> list[dict[str, Any]]:
        """The tickets that a query finds, newest activity first; for a requester only those that name them."""
        found: list[dict[str, Any]] = []
        for page in range(1, pages + 1):
            rows = self._page(query, page).rows("items")
            found += [row for row in rows if requester is None or _names(row, requester)]
            if len(rows) < PAGE:
                break
        return found

    def _page(self, query: str, page: int) -> Answer:
        shown = {"fields": "Subject,Status,Created,LastUpdated,Requestor", "fields[Requestor]": "EmailAddress"}
        order = {"orderby": "LastUpdated", "order": "DESC", "per_page": PAGE, "page": page}
        return self._api.call("GET", f"/tickets?{urlencode({'query': query, **shown, **order})}")

    def _own(self, requester: Requester, desk_ref: str) -> dict[str, Any]:
        if not re.fullmatch(r"[0-9]{1,18}", desk_ref):
            raise VendorError(GONE, "not_found", detail="not a ticket's number")
        rows = self._search(f"id = {desk_ref}", requester)
        if not rows:  # merged into another one, perhaps, which only its address tells
            now = self._api.call("GET", f"/ticket/{desk_ref}").table().get("id")
            rows = self._search(f"id = {now}", requester) if isinstance(now, int) else []
        if not rows:
            raise VendorError(GONE, "not_found", detail="no such ticket, or another requester's")
        return rows[0]

    def _messages(self, desk_ref: str, kinds: Collection[str], requester: Requester) -> list[_Said]:
        """What was said in transactions of these kinds, oldest first. Texts are only to be had one by one: in a list of
        transactions `Content` is empty, in a list of attachments it brings every file along."""
        parts: dict[str, list[dict[str, Any]]] = {}
        for part in self._rows(f"/ticket/{desk_ref}/attachments?fields=ContentType,Filename,TransactionId,Headers"):
            parts.setdefault(text(part.get("TransactionId")), []).append(part)
        shown = urlencode({"fields": "Type,Created,Creator", "fields[Creator]": "EmailAddress,Name"})
        return [
            self._said(row, parts.get(text(row.get("id")), []), requester)
            for row in self._rows(f"/ticket/{desk_ref}/history?{shown}")
            if row.get("Type") in kinds
        ]

    def _said(self, row: Mapping[str, Any], parts: list[dict[str, Any]], requester: Requester) -> _Said:
        creator = row["Creator"] if isinstance(row.get("Creator"), dict) else {}
        # The portal's own user writes for customers alone.
        wrote = creator.get("Name") == self._user or _same(creator.get("EmailAddress"), requester)
        files = [part for part in parts if text(part.get("Filename"))]
        said = {part.get("ContentType"): text(part.get("id")) for part in reversed(parts) if part not in files}
        plain, html = (
            self._content(said[kind]).decode("utf-8", "replace").strip() if kind in said else ""
            for kind in ("text/plain", "text/html")
        )
        message = Message(
            "customer" if wrote else "agent",
            plain,
            milliseconds(row.get("Created")),
            "" if plain else html,
            tuple(map(_attachment, files)),
        )
        return message, [text(part.get("id")) for part in files]

    def _rows(self, path: str) -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = []
        for page in range(1, MOST_PAGES + 1):
            rows = self._api.call("GET", f"{path}&per_page={PAGE}&page={page}").rows("items")
            found += rows
            if len(rows) < PAGE:
                break
        return found

    def _content(self, attachment: str) -> bytes:
        content = text(self._api.call("GET", f"/attachment/{attachment}").table().get("Content"))
        try:
            return base64.b64decode(content)
        except ValueError as error:
            raise VendorError(UNREACHABLE, detail="an attachment is not base64") from error

    def _set(self, desk_ref: str, status: str) -> None:
        self._api.call("PUT", f"/ticket/{desk_ref}", body={"Status": status})


def _names(row: Mapping[str, Any], requester: Requester) -> bool:
    people = row.get("Requestor") if text(row.get("id")).isdecimal() else None
    return isinstance(people, list) and any(_same(one.get("EmailAddress"), requester) for one in people)


def _same(value: object, requester: Requester) -> bool:
    return text(value).lower() == requester.email.lower()


def _open(row: Mapping[str, Any]) -> None:
    if row.get("Status") in CLOSED:
        raise VendorError(REFUSED, "rejected", detail=f"the ticket is {row['Status']}")


def _thread(row: Mapping[str, Any], messages: Iterable[_Said] = ()) -> Thread:
    status = WORDS.get(text(row.get("Status")), "open")
    created, updated = milliseconds(row.get("Created")), milliseconds(row.get("LastUpdated"))
    said, closed = tuple(one for one, _ in messages), row.get("Status") in CLOSED
    return Thread(text(row.get("id")), "", text(row.get("Subject")), status, created, updated, said, closed)


def _attachment(part: Mapping[str, Any]) -> Attachment:
    size = re.search(r"^Content-Length: (\d{1,12})$", text(part.get("Headers")), re.MULTILINE)
    return Attachment(text(part.get("Filename")), text(part.get("ContentType")), int(size[1]) if size else 0)


def _quoted(value: str) -> str:
    """A string of the query language."""
    return "'" + value.replace("\\", "\\\\").replace("'", "\\'") + "'"


def _moment(at: int) -> str:
    """A time as the query language reads it, in the time zone of the user that asks (`check` wants UTC)."""
    return f"{datetime.fromtimestamp(at / 1000, UTC):%Y-%m-%d %H:%M:%S}"
