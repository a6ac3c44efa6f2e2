"""A help desk of an adopter's own, as in custom/desk.py: it imports all that such an adapter may import."""

from collections.abc import Mapping, Sequence
from hashlib import sha256
from typing import TYPE_CHECKING

from functions.errors import VendorError
from functions.helpdesks import Capabilities, Notice, checks, webhooks
from functions.helpdesks.oauth import TokenApi
from functions.helpdesks.own_tickets import OwnTickets, same
from functions.helpdesks.pages import numbered
from functions.helpdesks.rows import Row
from functions.helpdesks.web import address
from functions.helpdesks.words import UNREACHABLE, iso, status, trimmed
from portal.models import Requester
from portal.tickets import Message, Reply, Status, Thread, Ticket, note

if TYPE_CHECKING:
    from functions.helpdesks import HelpDesk
    from functions.services import Services
    from functions.settings import Settings

WORDS: Mapping[str, Status] = {"new": "open", "done": "solved"}
THEIRS: Mapping[Status, str] = {ours: theirs for theirs, ours in WORDS.items()}


def connect(settings: "Settings", services: "Services") -> "HelpDesk":
    return Desk(settings.environ)


class Desk(OwnTickets):
    capabilities = Capabilities(creates="found", webhooks="signed")

    def __init__(self, environ: Mapping[str, str]) -> None:
        get = trimmed(environ)
        self._secret = get("DESK_SECRET")
        self._api = TokenApi(address(get("DESK_URL"), "DESK_URL"), lambda api: api.call("POST", "/token"))

    def create(self, ticket: Ticket) -> str:
        said = {"from": "customer", "text": ticket.draft.body, "at": iso(ticket.created_at)}
        body = {
            "key": ticket.key,
            "reference": ticket.reference,
            "email": ticket.requester.email,
            "subject": ticket.draft.subject,
            "at": said["at"],
            "state": THEIRS["open"],
            "said": [said],
            "notes": [note(ticket)],
        }
        return self._api.call("POST", "/tickets", body=body).row().ref("id")

    def find(self, ticket: Ticket) -> str | None:
        return next((row.ref("id") for row in self._rows() if row.text("key") == ticket.key), None)

    def tickets(self, requester: Requester) -> list[Thread]:
        return [self._thread(row) for row in self._rows() if self._owns(requester, row)]

    def note(self, desk_ref: str, text: str) -> None:
        self._api.call("POST", f"/tickets/{desk_ref}", body={"notes": [text]})

    def notice(self, headers: Mapping[str, str], body: bytes) -> Notice:
        webhooks.verify(self._secret, body, headers.get("Signature", ""), sha256)
        row = webhooks.content(body)
        return Notice(row.ref("id"), row.text("delivery"))

    def check(self) -> list[str]:
        return checks.found("The desk", "DESK_URL", lambda: [str(row) for row in self._rows() if not row.ref("id")])

    def _rows(self) -> list[Row]:
        pages = numbered(
            lambda number: self._api.call("GET", "/tickets", {"page": number}),
            lambda page, number: number < page.number("pages"),
        )
        return [row for page in pages for row in page.rows("tickets")]

    def _row(self, requester: Requester, desk_ref: str) -> Row | None:
        answer = self._api.call("GET", f"/tickets/{desk_ref}", allow=[404])
        return None if answer.fault else answer.row()

    def _owns(self, requester: Requester, row: Row) -> bool:
        return same(row.text("email"), requester)

    def _thread(self, row: Row) -> Thread:
        if not row.ref("id"):
            raise VendorError(UNREACHABLE, detail="a ticket without a number")
        state, at = status(WORDS, row.text("state")), row.time("at")
        return Thread(row.ref("id"), row.text("reference"), row.text("subject"), state, at, at)

    def _messages(self, row: Row, requester: Requester) -> Sequence[Message]:
        return [
            Message("customer" if one.text("from") == "customer" else "agent", one.text("text"), one.time("at"))
            for one in row.rows("said")
        ]

    def _add(self, row: Row, requester: Requester, reply: Reply) -> None:
        said = {"from": "customer", "text": reply.body, "at": iso(reply.created_at)}
        state = THEIRS["solved" if reply.solves else "open"]
        self._api.call("POST", f"/tickets/{row.ref('id')}", body={"said": [said], "state": state})

    def _set(self, row: Row, status: Status) -> None:
        self._api.call("POST", f"/tickets/{row.ref('id')}", body={"state": THEIRS[status]})
