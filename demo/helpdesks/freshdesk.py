"""The part of Freshdesk's API that the portal uses, with tickets in memory."""

import html
import json
import re
from base64 import b64encode
from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING, Any

from werkzeug.wrappers import Request, Response

from demo.helpdesks.faults import Faults, now_iso

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIEnvironment

KEY = "freshdesk-api-key"
REFUSAL = {
    "description": "Validation failed",
    "errors": [{"field": "subject", "message": "ada@customer.example cannot be here", "code": "invalid_value"}],
}
AGENT, FIRST_CONTACT = 1, 6001
FIELDS = ("subject", "status", "cf_portal_key", "cf_account", "cf_plan")
# A portal that speaks to it.
VARIABLES = {"FRESHDESK_DOMAIN": "acme", "FRESHDESK_KEY": KEY, "FRESHDESK_FIELDS": "account=cf_account"}
# Smaller pages than are asked for, and the ten conversations that come along with a ticket.
PER_PAGE, ALONG, FOUND = 2, 10, 300
MONTH_AGO = "2026-06-01T00:00:00Z"


class Freshdesk:
    """One account; tickets that were last changed before `month_ago` are not in a list that names no time. `also`
    are further addresses of contacts."""

    def __init__(self) -> None:
        self.faults = Faults(refusal=REFUSAL)
        self.contacts: dict[int, dict[str, Any]] = {}
        self.tickets: dict[int, dict[str, Any]] = {}
        self.conversations: dict[int, list[dict[str, Any]]] = {}
        self.hidden: set[int] | None = None
        self.month_ago = MONTH_AGO
        self.fields = FIELDS
        self.also: dict[str, int] = {}
        self.folders = [{"id": 1, "name": "My own", "personal": True}, {"id": 2, "name": "General", "personal": False}]
        self.canned = {1: [_canned(1, "Mine", "Hi from me.")], 2: [_canned(2, "Browser", "Try another browser.")]}

    def __call__(self, environ: "WSGIEnvironment", start_response: "StartResponse") -> Iterable[bytes]:
        with Request(environ) as request:  # which closes its files
            response = self.faults.around(request, lambda: self._answer(request))
        return response(environ, start_response)

    def hide(self, late: bool) -> None:
        """Set whether new tickets are left out of lists and searches."""
        self.hidden = set(self.tickets) if late else None

    def close(self, number: int) -> None:
        self.tickets[number]["status"] = 5

    def answer(self, number: int, body: str, public: bool = True, status: int = 3) -> None:
        """Answer as an agent."""
        self._say(number, {"body": html.escape(body), "private": not public, "user_id": AGENT}, source=0)
        self.tickets[number]["status"] = status

    def state(self) -> dict[str, list[list[str]]]:
        """Subject -> the texts in it, a list for each ticket of that subject."""
        found: dict[str, list[list[str]]] = {}
        for number, ticket in list(self.tickets.items()):
            said = [ticket["description"], *(one["body"] for one in self.conversations[number])]
            found.setdefault(ticket["subject"], []).append([html.unescape(one) for one in said])
        return found

    def _answer(self, request: Request) -> Response:
        if request.headers.get("Authorization") != f"Basic {b64encode(f'{KEY}:X'.encode()).decode()}":
            return _json({"code": "invalid_credentials", "message": "You have to be logged in."}, 401)
        routes: list[tuple[str, str, Callable[..., Response]]] = [
            ("POST", r"/tickets", self._create),
            ("GET", r"/tickets", self._list),
            ("GET", r"/tickets/(\d+)", self._show),
            ("PUT", r"/tickets/(\d+)", self._update),
            ("GET", r"/tickets/(\d+)/conversations", self._list_conversations),
            ("POST", r"/tickets/(\d+)/notes", self._note),
            ("GET", r"/search/tickets", self._search),
            ("GET", r"/contacts", self._list_contacts),
            (
                "GET",
                r"/ticket_fields",
                lambda _: _json([{"id": at, "name": name} for at, name in enumerate(self.fields)]),
            ),
            ("GET", r"/canned_response_folders", lambda _: _json(self.folders)),
            ("GET", r"/canned_response_folders/(\d+)/responses", lambda _, number: _json(self.canned[number])),
        ]
        for verb, pattern, handler in routes:
            if verb == request.method and (found := re.fullmatch("/api/v2" + pattern, request.path)):
                try:
                    return handler(request, *map(int, found.groups()))
                except KeyError:
                    return Response(status=404)
        return Response(status=404)

    def _create(self, request: Request) -> Response:
        given, files = _given(request)
        wrong = [name for name in given["custom_fields"] if name not in self.fields]
        if wrong:
            return _bad(wrong[0], "It should not be there")
        number = 41 + len(self.tickets)
        self.tickets[number] = {
            "id": number, "subject": given["subject"], "description": given["description"],
            "description_text": re.sub("<[^>]+>", "", given["description"]), "status": int(given["status"]),
            "priority": int(given["priority"]), "source": int(given["source"]), "tags": given["tags"], "spam": False,
            "requester_id": self.contact(given["email"], given["name"]), "custom_fields": given["custom_fields"],
            "attachments": files, "created_at": now_iso(), "updated_at": now_iso(),
        }  # fmt: skip
        self.conversations[number] = []
        return _json(self.tickets[number], 201)

    def contact(self, email: str, name: str = "") -> int:
        """The id of the contact with this address, who is created if there is none."""
        known = [key for key, one in self.contacts.items() if one["email"] == email.lower()]
        key = known[0] if known else FIRST_CONTACT + len(self.contacts)
        self.contacts.setdefault(key, {"id": key, "name": name, "email": email.lower(), "active": False})
        return key

    def _list(self, request: Request) -> Response:
        since, whose = request.args.get("updated_since", self.month_ago), request.args.get("requester_id", type=int)
        if whose is not None and whose not in self.contacts:
            return _bad("requester_id", "There is no contact matching the given requester_id")
        # What is spam or deleted is in lists of its own.
        rows = [
            one
            for one in self._seen()
            if one["updated_at"] >= since and whose in {None, one["requester_id"]} and not one["spam"]
        ]
        rows.sort(key=lambda one: (one[request.args.get("order_by", "created_at")], one["id"]), reverse=True)
        return _page(request, rows)

    def _show(self, request: Request, number: int) -> Response:
        along = request.args.get("include") == "conversations"
        return _json(self.tickets[number] | ({"conversations": self.conversations[number][:ALONG]} if along else {}))

    def _update(self, request: Request, number: int) -> Response:
        self.tickets[number] |= {"status": request.get_json()["status"], "updated_at": now_iso()}
        return _json(self.tickets[number])

    def _list_conversations(self, request: Request, number: int) -> Response:
        return _page(request, self.conversations[number])

    def _note(self, request: Request, number: int) -> Response:
        given, files = _given(request)
        self.tickets[number]["updated_at"] = now_iso()
        # Private unless it says otherwise.
        note = {"private": True, "incoming": False, "user_id": AGENT, **given}
        return _json(self._say(number, note, files), 201)

    def _say(self, number: int, given: dict[str, Any], files: Iterable[Any] = (), source: int = 2) -> dict[str, Any]:
        said = {
            "id": 9000 + sum(map(len, self.conversations.values())), "ticket_id": number, "body": given["body"],
            "incoming": _true(given.get("incoming")), "private": _true(given["private"]),
            "user_id": int(given["user_id"]), "source": source, "attachments": list(files), "created_at": now_iso(),
        }  # fmt: skip
        self.conversations[number].append(said)
        return said

    def _search(self, request: Request) -> Response:
        found = re.fullmatch(r"\"created_at:>'([\d-]{10})' AND created_at:<'([\d-]{10})'\"", request.args["query"])
        if not found:
            return _bad("query", "Invalid query")
        # Both days are in it.
        rows = [one for one in self._seen() if found[1] <= one["created_at"][:10] <= found[2]]
        return _json({"total": len(rows), "results": rows[:FOUND][:30]})

    def _list_contacts(self, request: Request) -> Response:
        wanted = request.args.get("email", "").lower()
        return _json(
            [
                one
                for one in self.contacts.values()
                if wanted in {"", one["email"]} or self.also.get(wanted) == one["id"]
            ]
        )

    def _seen(self) -> list[dict[str, Any]]:
        return [one for number, one in self.tickets.items() if self.hidden is None or number in self.hidden]


def _given(request: Request) -> tuple[dict[str, Any], list[dict[str, Any]]]:
    """The fields of JSON or of a form, and the files of the latter."""
    if request.is_json:
        return request.get_json(), []
    form: dict[str, Any] = {"custom_fields": {}, "tags": request.form.getlist("tags[]")}
    for name, value in request.form.items():
        inner = re.fullmatch(r"custom_fields\[(\w+)\]", name)
        (form["custom_fields"] if inner else form)[inner[1] if inner else name] = value
    files = [
        {"id": at, "name": one.filename, "content_type": one.mimetype, "size": len(one.read())}
        for at, one in enumerate(request.files.getlist("attachments[]"))
    ]
    return form, files


def _true(value: Any) -> bool:
    return value in {True, "true"}


def _page(request: Request, rows: list[dict[str, Any]]) -> Response:
    number, size = request.args.get("page", 1, type=int), min(request.args.get("per_page", 30, type=int), PER_PAGE)
    more = number * size < len(rows)
    headers = {"Link": f'<{request.base_url}?page={number + 1}>; rel="next"'} if more else None
    return _json(rows[(number - 1) * size : number * size], headers=headers)


def _canned(number: int, title: str, content: str) -> dict[str, Any]:
    return {"id": number, "title": title, "content": content, "content_html": f"<div>{content}</div>"}


def _bad(field: str, message: str) -> Response:
    errors = [{"field": field, "message": message, "code": "invalid_value"}]
    return _json({"description": "Validation failed", "errors": errors}, 400)


def _json(data: Any, status: int = 200, headers: dict[str, str] | None = None) -> Response:
    return Response(json.dumps(data), status, headers, mimetype="application/json")
