"""Request Tracker 5 (https://docs.bestpractical.com/rt/5.0.3/RT/REST2.html), as a user with rights of its own.

A ticket carries our key in the custom field `Portal key`, which the query language finds at once.
"""

import logging
import re
from base64 import b64encode
from collections.abc import Collection, Mapping
from datetime import UTC, datetime
from typing import TYPE_CHECKING
from urllib.parse import quote

from functions.errors import VendorError
from functions.helpdesks import Capabilities, checks
from functions.helpdesks.own_tickets import OwnTickets, same
from functions.helpdesks.request_tracker.api import RequestTrackerApi, quoted
from functions.helpdesks.rows import Row
from functions.helpdesks.words import GONE, REFUSED, UNREACHABLE, fields, filled, status, trimmed
from portal.models import Requester
from portal.tickets import Attachment, File, Message, Reply, Status, Thread, Ticket, note

if TYPE_CHECKING:
    from functions.services import Services
    from functions.settings import Settings

# Their words and ours; a lifecycle of the site's own may have others.
WORDS: Mapping[str, Status] = {
    "new": "open", "open": "open", "stalled": "pending", "resolved": "solved", "rejected": "solved", "deleted": "solved"
}  # fmt: skip
CLOSED = {"rejected", "deleted"}
KEY = "Portal key"
NO_KEY = (
    f"The queue {{}} needs the custom field {KEY}, visible to {{}}: without it a lost answer makes a second ticket."
)
UNCHANGED = "the status was left as it was: look at ModifyTicket, the lifecycle and what the ticket depends on"
SAID = {"Create", "Correspond"}
# A message, and the ids of its files.
_Said = tuple[Message, list[str]]

log = logging.getLogger(__name__)


def connect(settings: "Settings", services: "Services") -> "RequestTracker":
    return RequestTracker(settings.environ)


class RequestTracker(OwnTickets):
    """One queue for what is new; customers see what the portal's user may see."""

    capabilities = Capabilities(creates="found", downloads=True)

    def __init__(self, environ: Mapping[str, str]) -> None:
        get = trimmed(environ)
        self._user, self._queue = get("RT_USER"), get("RT_QUEUE") or "General"
        self._fields = fields(get("RT_FIELDS"))
        self._api = RequestTrackerApi(environ)

    def create(self, ticket: Ticket) -> str:
        body = {
            "Queue": self._queue, "Requestor": ticket.requester.email, "Subject": ticket.draft.subject,
            "Content": ticket.draft.body, "ContentType": "text/plain",
            "CustomFields": filled(self._fields, ticket) | {KEY: ticket.key},
            "Attachments": [
                {"FileName": one.name, "FileType": one.type, "FileContent": b64encode(one.data).decode()}
                for one in ticket.files
            ],
            **({"RefersTo": ticket.follows} if ticket.follows.isdecimal() else {}),
        }  # fmt: skip
        desk_ref = self._api.call("POST", "/ticket", body=body).row().ref("id")
        if not desk_ref:
            raise VendorError(UNREACHABLE, detail="the ticket has no number")
        self.note(desk_ref, note(ticket))
        return desk_ref

    def find(self, ticket: Ticket) -> str | None:
        rows = self._search(f"CF.{{{KEY}}} = {quoted(ticket.key)}", ticket.requester, most=1)
        if not rows:
            return None
        desk_ref = rows[0].ref("id")
        # A first try may have ended between the ticket and its note.
        if not any(ticket.key in one.body for one, _ in self._said(desk_ref, {"Comment"}, ticket.requester)):
            self.note(desk_ref, note(ticket))
        return desk_ref

    def tickets(self, requester: Requester) -> list[Thread]:
        rows = self._search(f"Requestor.EmailAddress = {quoted(requester.email)}", requester)
        return [self._thread(row) for row in rows]

    def note(self, desk_ref: str, text: str) -> None:
        self._api.call("POST", f"/ticket/{desk_ref}/comment", body={"Content": text, "ContentType": "text/plain"})

    def count(self, since: int, until: int) -> int:
        return self._api.count(f"Created >= '{_moment(since)}' AND Created < '{_moment(until)}'")

    def subjects(self, since: int) -> list[str]:
        return [row.text("Subject") for row in self._api.tickets(f"Created >= '{_moment(since)}'")]

    def file(self, requester: Requester, desk_ref: str, message: int, number: int) -> File:
        said = self._said(self._own(requester, desk_ref).ref("id"), SAID, requester)
        files = list(zip(said[message][0].files, said[message][1], strict=True)) if 0 <= message < len(said) else []
        if not 0 <= number < len(files):
            raise VendorError(GONE, "not_found", detail="there is no such file")
        known, part = files[number]
        return File(known.name, known.type, self._api.content(part))

    def check(self) -> list[str]:
        def look() -> list[str]:
            queue = self._api.call("GET", f"/queue/{quote(self._queue, safe='')}").row()
            zone = self._api.call("GET", f"/user/{quote(self._user, safe='')}").row().text("Timezone")
            known = [one.text("name") for one in queue.rows("TicketCustomFields")]
            wrong = [] if zone == "UTC" else [f"Set the time zone of {self._user} to UTC, or months are off."]
            may = any(one.text("ref") == "create" for one in queue.rows("_hyperlinks"))
            wrong += [] if may else [f"{self._user} may not create tickets in the queue {self._queue}."]
            wrong += [] if KEY in known else [NO_KEY.format(self._queue, self._user)]
            return wrong + checks.fields("RT_FIELDS", self._fields, known)

        return checks.found("Request Tracker", "RT_USER, RT_TOKEN, RT_QUEUE and the user's rights", look)

    def _search(self, query: str, requester: Requester, most: int = 50) -> list[Row]:
        return [row for row in self._api.tickets(query, most) if self._owns(requester, row)]

    def _row(self, requester: Requester, desk_ref: str) -> Row | None:
        rows = [*self._api.tickets(f"id = {desk_ref}")]
        if not rows:  # merged into another one, perhaps, which only its address tells
            now = self._api.call("GET", f"/ticket/{desk_ref}", allow={403})
            rows = [*self._api.tickets(f"id = {now.row().ref('id') or 0}")]
        return rows[0] if rows else None

    def _owns(self, requester: Requester, row: Row) -> bool:
        return any(same(one.text("EmailAddress"), requester) for one in row.rows("Requestor")) and bool(row.ref("id"))

    def _thread(self, row: Row) -> Thread:
        said, created, updated = row.text("Status"), row.time("Created"), row.time("LastUpdated")
        state, closed = status(WORDS, said), said in CLOSED
        return Thread(row.ref("id"), "", row.text("Subject"), state, created, updated, closed=closed)

    def _messages(self, row: Row, requester: Requester) -> list[Message]:
        return [message for message, _ in self._said(row.ref("id"), SAID, requester)]

    def _said(self, desk_ref: str, kinds: Collection[str], requester: Requester) -> list[_Said]:
        """The messages of transactions of these kinds, oldest first."""
        parts: dict[str, list[Row]] = {}
        for part in self._api.parts(desk_ref):
            parts.setdefault(part.ref("TransactionId"), []).append(part)
        rows = [row for row in self._api.transactions(desk_ref) if row.text("Type") in kinds]
        return [self._one(row, parts.get(row.ref("id"), []), requester) for row in rows]

    def _one(self, row: Row, parts: list[Row], requester: Requester) -> _Said:
        # The portal's own user writes for customers alone.
        wrote = row.text("Creator", "Name") == self._user or same(row.text("Creator", "EmailAddress"), requester)
        files = [part for part in parts if part.text("Filename")]
        texts = {part.text("ContentType"): part.ref("id") for part in reversed(parts) if not part.text("Filename")}
        plain, html = (
            self._api.content(texts[kind]).decode("utf-8", "replace").replace("\0", "").strip() if kind in texts else ""
            for kind in ("text/plain", "text/html")
        )
        at, known = row.time("Created"), tuple(map(_attachment, files))
        name = row.text("Creator", "RealName")
        message = Message("customer" if wrote else "agent", plain, at, "" if plain else html, known, name)
        return message, [part.ref("id") for part in files]

    def _add(self, row: Row, requester: Requester, reply: Reply) -> None:
        self._api.correspond(self._queue, row.ref("id"), f"Re: {row.text('Subject')}", requester, reply)
        if not self._api.change(row.ref("id"), "resolved" if reply.solves else "open"):
            log.warning("ticket %s: %s", row.ref("id"), UNCHANGED)  # the message has arrived all the same

    def _set(self, row: Row, status: Status) -> None:
        if not self._api.change(row.ref("id"), "resolved" if status == "solved" else "open"):
            raise VendorError(REFUSED, "rejected", detail=UNCHANGED)


def _attachment(part: Row) -> Attachment:
    size = re.search(r"^Content-Length: (\d{1,12})$", part.text("Headers"), re.MULTILINE)
    return Attachment(part.text("Filename"), part.text("ContentType"), int(size[1]) if size else 0)


def _moment(at: int) -> str:
    """A time as the query language reads it, in the time zone of the user that asks (`check` wants UTC)."""
    return f"{datetime.fromtimestamp(at / 1000, UTC):%Y-%m-%d %H:%M:%S}"
