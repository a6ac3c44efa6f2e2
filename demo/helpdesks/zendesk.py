"""The part of Zendesk's API that the portal uses, with tickets in memory."""

import json
import re
from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING, Any
from urllib.parse import unquote

from werkzeug.wrappers import Request, Response

from demo.helpdesks.faults import Faults, now_iso

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIEnvironment

CLIENT_ID, CLIENT_SECRET = "portal", "zendesk-client-secret"
REFUSAL = {
    "error": "RecordInvalid",
    "description": "Record validation errors",
    "details": {"subject": [{"description": "Subject: ada@customer.example cannot be here"}]},
}
AGENT, SCOPES = 1, {"read", "write"}
FIELDS: list[dict[str, Any]] = [
    {"id": number, "type": "text", "title": title}
    for number, title in ((1, "Subject"), (2, "Status"), (27648, "Account"))
]
PER_PAGE = 2
# A portal that speaks to it.
VARIABLES = {
    "ZENDESK_SUBDOMAIN": "acme",
    "ZENDESK_CLIENT_ID": CLIENT_ID,
    "ZENDESK_CLIENT_SECRET": CLIENT_SECRET,
    "ZENDESK_FIELDS": "account=27648",
}


class Zendesk:
    """One account; `tokens` are valid, of which `powerless` may do nothing; `grants`: whether the client gets the
    scopes that it asks for."""

    def __init__(self) -> None:
        self.faults = Faults(refusal=REFUSAL)
        self.users: dict[str, int] = {}
        self.tickets: list[dict[str, Any]] = []
        self.comments: dict[int, list[dict[str, Any]]] = {}
        self.keys: dict[str, tuple[str, int]] = {}
        self.uploads: dict[str, dict[str, Any]] = {}
        self.tokens: set[str] = set()
        self.powerless: set[str] = set()
        self.grants = True
        self.seen: int | None = None
        self.role = "agent"
        said = [{"field": "status", "value": "solved"}, {"field": "comment_value", "value": "Try another browser."}]
        self.macros: list[dict[str, Any]] = [{"title": "Browser", "usage_30d": 12, "actions": said}]
        self.sizes: set[str] = set()

    def __call__(self, environ: "WSGIEnvironment", start_response: "StartResponse") -> Iterable[bytes]:
        request = Request(environ)
        response = self.faults.around(request, lambda: self._answer(request))
        return response(environ, start_response)

    def hide(self, late: bool) -> None:
        """Set whether new tickets are left out of lists and lookups."""
        self.seen = len(self.tickets) if late else None

    def close(self, number: int) -> None:
        self._ticket(number)["status"] = "closed"

    def answer(self, number: int, body: str, public: bool = True, status: str = "pending") -> None:
        """Answer as an agent."""
        self._comment(number, AGENT, {"body": body, "public": public})
        self._ticket(number)["status"] = status

    def state(self) -> dict[str, list[list[str]]]:
        """Subject -> the texts in it, a list for each ticket of that subject."""
        found: dict[str, list[list[str]]] = {}
        for ticket in list(self.tickets):
            texts = [comment["body"] for comment in self.comments.get(ticket["id"], [])]
            found.setdefault(ticket["subject"], []).append(texts)
        return found

    def _answer(self, request: Request) -> Response:
        path, method = request.path, request.method
        if path == "/oauth/tokens":
            return self._token(request)
        token = request.headers.get("Authorization", "").removeprefix("Bearer ")
        if token not in self.tokens:
            return _json({"error": "invalid_token"}, 401)
        if token in self.powerless:
            return _json({"error": "Forbidden"}, 403)
        routes: list[tuple[str, str, Callable[..., Response]]] = [
            ("POST", r"/api/v2/tickets", self._create),
            ("GET", r"/api/v2/tickets", self._by_key),
            ("GET", r"/api/v2/users/search", self._search),
            ("GET", r"/api/v2/users/me", lambda _: _json({"user": {"id": AGENT, "role": self.role}})),
            ("GET", r"/api/v2/users/(\d+)/tickets/requested", self._requested),
            ("GET", r"/api/v2/tickets/(\d+)", lambda _, number: _json({"ticket": self._ticket(int(number))})),
            ("PUT", r"/api/v2/tickets/(\d+)", self._update),
            ("GET", r"/api/v2/tickets/(\d+)/comments", self._list_comments),
            ("POST", r"/api/v2/uploads", self._upload),
            ("GET", r"/api/v2/search/count", self._count),
            ("GET", r"/api/v2/macros/active", self._macros),
            ("GET", r"/api/v2/incremental/tickets/cursor", self._incremental),
            ("GET", r"/api/v2/ticket_fields", lambda request: self._page(request, "ticket_fields", FIELDS)),
        ]
        for verb, pattern, handler in routes:
            if verb == method and (found := re.fullmatch(pattern, path)):
                try:
                    return handler(request, *found.groups())
                except KeyError:
                    return _json({"error": "RecordNotFound"}, 404)
        return _json({"error": "RecordNotFound"}, 404)

    def _token(self, request: Request) -> Response:
        given = request.get_json()
        if (given.get("client_id"), given.get("client_secret")) != (CLIENT_ID, CLIENT_SECRET):
            return _json({"error": "invalid_client"}, 401)
        token = f"token-{len(self.tokens) + 1}"
        self.tokens.add(token)
        if set(given["scope"].split()) != SCOPES or not self.grants:  # a token is issued all the same
            self.powerless.add(token)
        return _json(
            {"access_token": token, "token_type": "bearer", "scope": given["scope"], "expires_in": 172_800}, 201
        )

    def _create(self, request: Request) -> Response:
        given = request.get_json()["ticket"]
        key = request.headers.get("Idempotency-Key", "")
        body = json.dumps(given, sort_keys=True)
        if key in self.keys:
            known, number = self.keys[key]
            if known != body:
                return _json({"error": "IdempotentRequestError", "description": "other parameters"}, 400)
            return _json({"ticket": self._ticket(number)}, 201, {"x-idempotency-lookup": "hit"})
        email = given["requester"]["email"].lower()
        requester = self.users.setdefault(email, 100 + len(self.users))
        number = 1000 + len(self.tickets)
        ticket = {
            "id": number, "subject": given["subject"], "external_id": given.get("external_id"), "status": "new",
            "requester_id": requester, "created_at": now_iso(), "updated_at": now_iso(), "tags": given.get("tags", []),
            "custom_fields": given.get("custom_fields", []), "followup_of": given.get("via_followup_source_id"),
        }  # fmt: skip
        self.tickets.append(ticket)
        self.keys[key] = (body, number)
        self._comment(number, requester, given["comment"])
        return _json({"ticket": ticket}, 201, {"x-idempotency-lookup": "miss"})

    def _by_key(self, request: Request) -> Response:
        wanted = request.args.get("external_id")
        return _json({"tickets": [one for one in self._seen() if one["external_id"] == wanted]})

    def _search(self, request: Request) -> Response:
        found = re.fullmatch(r'email:"(.*)"', unquote(request.args["query"]))
        # Zendesk's search matches prefixes, too.
        wanted = found[1].lower() if found else ""
        return _json(
            {
                "users": [
                    {"id": key, "name": mail, "email": mail}
                    for mail, key in self.users.items()
                    if mail.startswith(wanted)
                ]
            }
        )

    def _requested(self, request: Request, user: str) -> Response:
        rows = [one for one in self._seen() if one["requester_id"] == int(user)]
        rows.sort(key=lambda one: (one["updated_at"], one["id"]), reverse=True)
        return self._page(request, "tickets", rows)

    def _list_comments(self, request: Request, number: str) -> Response:
        self._ticket(int(number))
        # Sideloaded users stand on every page, if they are asked for.
        users = [{"id": AGENT, "name": "Mia Chen"}] if request.args.get("include") == "users" else []
        return self._page(request, "comments", self.comments[int(number)], 100, users=users)

    def _page(
        self, request: Request, name: str, rows: list[dict[str, Any]], size: int = PER_PAGE, **more_rows: Any
    ) -> Response:
        start = request.args.get("page[after]", 0, type=int)
        self.sizes |= {request.args["page[size]"]} if "page[size]" in request.args else set()
        more = start + size < len(rows)
        include = "&include=users" if more_rows else ""
        following = f"{request.base_url}?page[after]={start + size}{include}" if more else None
        links = {"meta": {"has_more": more}, "links": {"next": following}}
        return _json({name: rows[start : start + size], **links, **more_rows})

    def _update(self, request: Request, number: str) -> Response:
        ticket = self._ticket(int(number))
        given = request.get_json()["ticket"]
        if ticket["status"] == "closed":
            return _json({"error": "RecordInvalid", "description": "Status: closed prevents ticket update"}, 422)
        if "comment" in given:
            self._comment(int(number), given["comment"].get("author_id", AGENT), given["comment"])
        ticket["status"] = given.get("status", ticket["status"])
        ticket["updated_at"] = now_iso()
        return _json({"ticket": ticket})

    def _upload(self, request: Request) -> Response:
        token = f"upload-{len(self.uploads) + 1}"
        self.uploads[token] = {
            "file_name": request.args["filename"],
            "content_type": request.mimetype,
            "size": len(request.get_data()),
        }
        return _json({"upload": {"token": token}}, 201)

    def _count(self, request: Request) -> Response:
        found = re.fullmatch(r"type:ticket created>=(\S+) created<(\S+)", request.args["query"])
        assert found
        return _json({"count": sum(found[1] <= one["created_at"] < found[2] for one in self.tickets)})

    def _macros(self, request: Request) -> Response:
        by_use = ("usage_30d", "usage_30d", "desc")
        asked = tuple(request.args.get(name) for name in ("include", "sort_by", "sort_order"))
        return _json({"macros": self.macros}) if asked == by_use else _json({"error": "InvalidValue"}, 400)

    def _incremental(self, request: Request) -> Response:
        old = {"subject": "An old one", "created_at": "2020-01-01T00:00:00Z", "requester_id": AGENT}
        return _json({"tickets": [old, *self.tickets], "end_of_stream": True, "after_url": None})

    def _seen(self) -> list[dict[str, Any]]:
        return self.tickets[: self.seen]

    def _ticket(self, number: int) -> dict[str, Any]:
        return {one["id"]: one for one in self.tickets}[number]

    def _comment(self, number: int, author: int, given: dict[str, Any]) -> None:
        attachments = [self.uploads.pop(token) for token in given.get("uploads", [])]
        # Placeholders are filled for agents, and the API's user is one, whoever the author is.
        body = re.sub(r"\{\{.*?\}\}|\{%.*?%\}", "(what the placeholder stands for)", given["body"])
        self.comments.setdefault(number, []).append(
            {"body": body, "plain_body": body, "public": given.get("public", True),
             "author_id": author, "created_at": now_iso(), "attachments": attachments}
        )  # fmt: skip


def _json(data: Any, status: int = 200, headers: dict[str, str] | None = None) -> Response:
    return Response(json.dumps(data), status, headers, mimetype="application/json")
