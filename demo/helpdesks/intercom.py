"""The part of Intercom's API that the portal uses, with contacts and tickets in memory."""

import html
import json
import re
import time
from base64 import b64decode
from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING, Any

from werkzeug.wrappers import Request, Response

from demo.helpdesks.faults import Faults

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIEnvironment

TOKEN, ADMIN, TICKET_TYPE = "intercom-token", "991267", "78"
AGENT = {"type": "admin", "id": "991300", "name": "Mia Chen", "email": "mia@acme.example"}
VARIABLES = {"INTERCOM_TOKEN": TOKEN, "INTERCOM_TICKET_TYPE": TICKET_TYPE, "INTERCOM_ADMIN": ADMIN}
REFUSAL = {
    "type": "error.list",
    "request_id": "9a0ff6b6-0ad2-4d3a-9fcd-0f2f0a3f2a10",
    "errors": [{"code": "parameter_invalid", "message": "ada@customer.example cannot be here", "field": "subject"}],
}
STATES = {"1": "submitted", "2": "in_progress", "3": "waiting_on_customer", "4": "resolved", "9": "resolved"}
ATTRIBUTES = ["_default_title_", "_default_description_", "Portal key", "Account ID", "Plan"]
# How contacts' ids begin.
CONTACT = "6a0f2c1d"
DAY, PER_PAGE = 86_400, 2


class Intercom:
    """One workspace. `contacts` may share an address; `parts` is what is in each ticket; `hidden` is what searches do
    not find yet."""

    def __init__(self) -> None:
        self.faults = Faults("X-RateLimit-Reset", REFUSAL, moment=True)
        self.contacts: dict[str, dict[str, Any]] = {}
        self.tickets: dict[str, dict[str, Any]] = {}
        self.parts: dict[str, list[dict[str, Any]]] = {}
        self.attributes = [*ATTRIBUTES]
        self.late = False
        self.hidden: set[str] = set()
        self.versions: set[str] = set()

    def __call__(self, environ: "WSGIEnvironment", start_response: "StartResponse") -> Iterable[bytes]:
        request = Request(environ)
        response = self.faults.around(request, lambda: self._answer(request))
        return response(environ, start_response)

    def hide(self, late: bool) -> None:
        """Set whether new contacts and tickets are left out of searches."""
        self.late, self.hidden = late, self.hidden if late else set()

    def add_contact(self, email: str, role: str = "user", name: str = "") -> str:
        number = f"{CONTACT}{len(self.contacts):016x}"
        known = {"type": "contact", "id": number, "external_id": None, "role": role, "email": email, "name": name}
        self.contacts[number] = known
        self.hidden |= {number} if self.late else set()
        return number

    def answer(self, ticket: str, body: str, public: bool = True) -> None:
        """Answer as an agent."""
        self.add_part(ticket, "comment" if public else "note", f"<p>{html.escape(body)}</p>", AGENT)
        self.tickets[ticket]["ticket_state"] = _state("3")

    def add_part(self, ticket: str, kind: str, body: str | None, author: Any, files: Iterable[Any] = ()) -> Any:
        held = [
            {"type": "upload", "name": one["name"], "url": "https://downloads.intercom.example/i/o/1?secret=1",
             "content_type": one["content_type"], "filesize": len(b64decode(one["data"])), "width": 1, "height": 1}
            for one in files
        ]  # fmt: skip
        part = {
            "type": "ticket_part", "id": str(len(self.parts[ticket]) + 1), "part_type": kind, "body": body,
            "created_at": int(time.time()), "updated_at": int(time.time()), "author": author, "attachments": held,
            "redacted": False,
        }  # fmt: skip
        self.parts[ticket].append(part)
        self.tickets[ticket]["updated_at"] = int(time.time())
        return part

    def state(self) -> dict[str, list[list[str]]]:
        """Subject -> the texts in it, a list for each ticket of that subject."""
        found: dict[str, list[list[str]]] = {}
        for number, ticket in list(self.tickets.items()):
            about = ticket["ticket_attributes"]
            said = [html.unescape(one["body"]).removeprefix("<p>").removesuffix("</p>") for one in self.parts[number]]
            found.setdefault(about["_default_title_"], []).append([about["_default_description_"], *said])
        return found

    def _answer(self, request: Request) -> Response:
        if request.headers.get("Authorization") != f"Bearer {TOKEN}":
            return _error(401, "unauthorized", "Access Token Invalid")
        self.versions.add(request.headers.get("Intercom-Version", ""))
        routes: list[tuple[str, str, Callable[..., Response]]] = [
            ("POST", r"/contacts", self._create_contact),
            ("POST", r"/contacts/search", self._search_contacts),
            ("GET", r"/contacts/([0-9a-f]+)", lambda _, number: _json(self.contacts[number])),
            ("POST", r"/tickets", self._create),
            ("POST", r"/tickets/search", self._search),
            ("GET", r"/tickets/(\d+)", lambda _, number: _json(self._shown(number))),
            ("PUT", r"/tickets/(\d+)", self._update),
            ("POST", r"/tickets/(\d+)/reply", self._reply),
            ("GET", r"/ticket_types", lambda _: _json({"type": "list", "data": [self._type()]})),
            ("GET", r"/ticket_states", lambda _: _json({"type": "list", "data": self._states()})),
            ("GET", r"/macros", self._macros),
            ("GET", rf"/admins/{ADMIN}", lambda _: _json({"type": "admin", "id": ADMIN})),
        ]
        for verb, pattern, handler in routes:
            if verb == request.method and (found := re.fullmatch(pattern, request.path)):
                try:
                    return handler(request, *found.groups())
                except KeyError:
                    break
        return _error(404, "not_found", "Resource Not Found")

    def _create_contact(self, request: Request) -> Response:
        given = request.get_json()
        for known in self.contacts.values():
            if (known["role"], known["email"].lower()) == (given["role"], given["email"].lower()):
                said = f"A contact matching those details already exists with id={known['id']}"
                return _error(409, "conflict", said)
        return _json(self.contacts[self.add_contact(given["email"], given["role"], given["name"])])

    def _search_contacts(self, request: Request) -> Response:
        one = request.get_json()["query"]
        rows = [
            row
            for row in self.contacts.values()
            if row["email"].lower() == one["value"].lower() and row["id"] not in self.hidden
        ]
        return self._page(request, "data", rows)

    def _create(self, request: Request) -> Response:
        given = request.get_json()
        (whose,) = given["contacts"]
        wrong = [name for name in given["ticket_attributes"] if name not in self.attributes]
        if wrong or given["ticket_type_id"] != TICKET_TYPE or whose["id"] not in self.contacts:
            return _error(400, "parameter_invalid", "Ticket attribute not found", "ticket_attributes")
        number = str(1000 + len(self.tickets))
        self.tickets[number] = {
            "type": "ticket", "id": number, "ticket_id": str(len(self.tickets) + 1), "category": "Customer",
            "ticket_attributes": given["ticket_attributes"], "ticket_state": _state("1"),
            "contacts": {"type": "contact.list", "contacts": [{"type": "contact", "id": whose["id"]}]},
            "created_at": int(time.time()), "updated_at": int(time.time()), "open": True,
        }  # fmt: skip
        self.parts[number] = []
        self.hidden |= {number} if self.late else set()
        return _json(self._shown(number))

    def _search(self, request: Request) -> Response:
        query = request.get_json()["query"]
        rows = [self._shown(number) for number in self.tickets if number not in self.hidden]
        return self._page(request, "tickets", [row for row in rows if _fits(row, query)])

    def _update(self, request: Request, number: str) -> Response:
        state = _state(request.get_json()["ticket_state_id"])
        self.tickets[number] |= {"ticket_state": state, "updated_at": int(time.time())}
        return _json(self._shown(number))

    def _reply(self, request: Request, number: str) -> Response:
        given, text = request.get_json(), request.get_json()["body"]
        if given["type"] == "admin":
            if given["admin_id"] != ADMIN:
                return _error(404, "admin_not_found", "Admin Not Found")
            author = {"type": "admin", "id": ADMIN, "name": "Portal", "email": "portal@acme.example"}
            # Notes are HTML, and hold files; a contact's message is plain text, and files in it are left out.
            return _json(self.add_part(number, "note", text, author, given.get("attachment_files", ())))
        who = self.contacts[given["intercom_user_id"]]
        author = {"type": "user", "id": who["id"], "name": who["name"], "email": who["email"]}
        body = f"<p>{html.escape(text)}</p>".replace("\n", "<br>")
        return _json(self.add_part(number, "comment", body, author))

    def _macros(self, request: Request) -> Response:
        macro = {"type": "macro", "id": "5", "name": "Browser", "body": "<p>Try another browser.</p>"}
        return self._page(request, "data", [macro | {"body_text": "Try another browser."}])

    def _type(self) -> dict[str, Any]:
        # Where their description says `ticket_type_attributes`, their examples say `data`.
        held = [{"type": "ticket_type_attribute", "name": name, "archived": False} for name in self.attributes]
        attributes = {"type": "list", "data": held}
        return {"type": "ticket_type", "id": TICKET_TYPE, "category": "Customer", "ticket_type_attributes": attributes}

    def _states(self) -> list[dict[str, Any]]:
        # The last state is of another ticket type.
        return [
            {**_state(number), "archived": False,
             "ticket_types": {"type": "list", "data": [{"type": "ticket_type", "id": "79" if number == "9" else "78"}]}}
            for number in reversed(STATES)
        ]  # fmt: skip

    def _shown(self, number: str) -> dict[str, Any]:
        parts = {"type": "ticket_part.list", "ticket_parts": self.parts[number], "total_count": len(self.parts[number])}
        return {**self.tickets[number], "ticket_type": self._type(), "ticket_parts": parts}

    def _page(self, request: Request, name: str, rows: list[dict[str, Any]]) -> Response:
        given = request.get_json()["pagination"] if request.method == "POST" else request.args
        start = int(given.get("starting_after", 0))
        following = {"per_page": PER_PAGE, "starting_after": str(start + PER_PAGE)}
        pages = {"type": "pages", **({"next": following} if start + PER_PAGE < len(rows) else {})}
        kind = "ticket.list" if name == "tickets" else "list"
        total = {} if request.method == "GET" else {"total_count": len(rows)}
        return _json({"type": kind, name: rows[start : start + PER_PAGE], "pages": pages, **total})


def _fits(ticket: dict[str, Any], query: dict[str, Any]) -> bool:
    if query["operator"] == "AND":
        return all(_fits(ticket, one) for one in query["value"])
    if query["operator"] == "IN":
        return not {one["id"] for one in ticket["contacts"]["contacts"]}.isdisjoint(query["value"])
    # Times are compared by the day that they are in.
    day, given = ticket["created_at"] // DAY, query["value"] // DAY
    return bool({">": day > given, ">=": day >= given, "<": day < given}[query["operator"]])


def _state(number: str) -> dict[str, Any]:
    return {
        "type": "ticket_state", "id": number, "category": STATES[number], "internal_label": STATES[number],
        "external_label": STATES[number],
    }  # fmt: skip


def _error(status: int, code: str, message: str, field: str | None = None) -> Response:
    error = {"code": code, "message": message, **({"field": field} if field else {})}
    return _json({"type": "error.list", "request_id": REFUSAL["request_id"], "errors": [error]}, status)


def _json(data: Any, status: int = 200) -> Response:
    return Response(json.dumps(data), status, mimetype="application/json")
