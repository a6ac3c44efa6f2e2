"""The part of Help Scout's API that the portal uses, with conversations in memory."""

import html
import json
import re
from base64 import b64decode
from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING, Any

from werkzeug.wrappers import Request, Response

from demo.helpdesks.faults import Faults, now_iso

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIEnvironment

APP_ID, APP_SECRET, MAILBOX = "portal-app", "help-scout-secret", 85
REFUSAL = {
    "logRef": "1",
    "message": "Bad request",
    "_embedded": {"errors": [{"path": "subject", "message": "is odd", "rejectedValue": "ada@customer.example"}]},
}
FIELDS = {10: "Account", 11: "Plan"}
PER_PAGE, MOST_THREADS = 2, 100
# A portal that speaks to it.
VARIABLES = {
    "HELPSCOUT_APP_ID": APP_ID,
    "HELPSCOUT_APP_SECRET": APP_SECRET,
    "HELPSCOUT_MAILBOX": str(MAILBOX),
    "HELPSCOUT_FIELDS": "account=10",
}


class HelpScout:
    """One company; `moved` maps merged conversations to their new number."""

    def __init__(self) -> None:
        self.faults = Faults("X-RateLimit-Retry-After", REFUSAL)
        self.conversations: dict[int, dict[str, Any]] = {}
        self.threads: dict[int, list[dict[str, Any]]] = {}
        self.moved: dict[int, int] = {}
        self.tokens: set[str] = set()
        self.hidden: set[int] | None = None
        self.last: dict[str, Any] = {}
        self.number = "{}"

    def __call__(self, environ: "WSGIEnvironment", start_response: "StartResponse") -> Iterable[bytes]:
        request = Request(environ)
        response = self.faults.around(request, lambda: self._answer(request))
        return response(environ, start_response)

    def hide(self, late: bool) -> None:
        """Set whether new conversations are left out of lists and searches."""
        self.hidden = set(self.conversations) if late else None

    def answer(self, number: int, body: str, public: bool = True, status: str = "pending") -> None:
        """Answer as an agent."""
        self._thread(number, "message" if public else "note", html.escape(body), "user")
        self.conversations[number]["status"] = status

    def fill(self, number: int) -> None:
        """Give a conversation the most threads that it may have."""
        while len(self.threads[number]) < MOST_THREADS:
            self._thread(number, "lineitem", "", "user")

    def state(self) -> dict[str, list[list[str]]]:
        """Subject -> the texts in it, a list for each conversation of that subject."""
        found: dict[str, list[list[str]]] = {}
        for number, one in list(self.conversations.items()):
            texts = [html.unescape(thread["body"]) for thread in self.threads[number]]
            found.setdefault(one["subject"], []).append(texts)
        return found

    def _answer(self, request: Request) -> Response:
        if request.path == "/v2/oauth2/token":
            return self._token(request)
        if request.headers.get("Authorization", "").removeprefix("Bearer ") not in self.tokens:
            return _json({"error": "invalid_token"}, 401)
        routes: list[tuple[str, str, Callable[..., Response]]] = [
            ("POST", r"/v2/conversations", self._create),
            ("GET", r"/v2/conversations", self._list),
            ("GET", r"/v2/conversations/(\d+)", self._show),
            ("PATCH", r"/v2/conversations/(\d+)", self._patch),
            ("GET", r"/v2/conversations/(\d+)/threads", self._list_threads),
            ("POST", r"/v2/conversations/(\d+)/customer", self._reply),
            ("POST", r"/v2/conversations/(\d+)/notes", self._note),
            ("GET", rf"/v2/mailboxes/{MAILBOX}/saved-replies", lambda _: _json([{"id": 3, "name": "Browser"}])),
            ("GET", rf"/v2/mailboxes/{MAILBOX}/saved-replies/3", self._saved),
            ("GET", rf"/v2/mailboxes/{MAILBOX}/fields", self._fields),
        ]
        for verb, pattern, handler in routes:
            if verb == request.method and (found := re.fullmatch(pattern, request.path)):
                try:
                    return handler(request, *map(int, found.groups()))
                except KeyError:
                    return Response(status=404)
        return Response(status=404)

    def _token(self, request: Request) -> Response:
        if (request.form.get("client_id"), request.form.get("client_secret")) != (APP_ID, APP_SECRET):
            return _json({"error": "invalid_client"}, 401)
        token = f"token-{len(self.tokens) + 1}"
        self.tokens.add(token)
        return _json({"token_type": "bearer", "access_token": token, "expires_in": 172_800})

    def _create(self, request: Request) -> Response:
        given = self.last = request.get_json()
        wrong = [one["id"] for one in given.get("fields", ()) if one["id"] not in FIELDS]
        if wrong or given["mailboxId"] != MAILBOX:
            errors = {"errors": [{"path": "fields", "message": "does not exist", "rejectedValue": str(wrong)}]}
            return _json({"logRef": "1", "message": "Bad request", "_embedded": errors}, 400)
        number = 1000 + len(self.conversations)
        # Customers are identified by their address, whatever its case.
        self.conversations[number] = {
            "id": number, "number": number - 999, "status": given["status"], "state": "published", "type": "email",
            "subject": given["subject"], "mailboxId": MAILBOX, "createdAt": now_iso(), "userUpdatedAt": now_iso(),
            "primaryCustomer": {"id": 1, "email": given["customer"]["email"]},
            "tags": [{"id": at, "tag": tag} for at, tag in enumerate(given.get("tags", []))],
            "customFields": given.get("fields", []), "threads": 0,
        }  # fmt: skip
        self.threads[number] = []
        for one in given["threads"]:
            self._thread(number, one["type"], one["text"], one["type"], one.get("attachments", ()))
        return Response(status=201, headers={"Resource-ID": self.number.format(number)})

    def _list(self, request: Request) -> Response:
        status, query = request.args.get("status", "active"), request.args.get("query", "")
        email = re.search(r'email:"([^"]*)"', query)
        created = re.search(r"createdAt:\[(\S+) TO (\S+)\]", query)
        seen = [one for number, one in self.conversations.items() if self.hidden is None or number in self.hidden]
        # Their search matches prefixes of an address.
        rows = [
            one
            for one in reversed(seen)
            if (not email or one["primaryCustomer"]["email"].lower().startswith(email[1].lower()))
            and (not created or (created[1] <= one["createdAt"] and one["createdAt"] <= created[2].replace("*", "9")))
            and status in {"all", one["status"]}
        ]
        return self._page(request, "conversations", rows)

    def _show(self, request: Request, number: int) -> Response:
        if number in self.moved:
            return Response(
                status=301, headers={"Location": f"{request.host_url}v2/conversations/{self.moved[number]}"}
            )
        return _json(self.conversations[number])

    def _patch(self, request: Request, number: int) -> Response:
        given = request.get_json()
        assert given["path"] == "/status"
        self.conversations[number] |= {"status": given["value"], "userUpdatedAt": now_iso()}
        return Response(status=204)

    def _list_threads(self, request: Request, number: int) -> Response:
        return self._page(request, "threads", [*reversed(self.threads[number])], 50)

    def _reply(self, request: Request, number: int) -> Response:
        if len(self.threads[number]) >= MOST_THREADS:
            return _json({"message": "Too many threads"}, 412)
        given = request.get_json()
        self._thread(number, "customer", given["text"], "customer", given.get("attachments", ()))
        self.conversations[number] |= {"status": "active", "userUpdatedAt": now_iso()}
        return Response(status=201, headers={"Resource-ID": "1"})

    def _note(self, request: Request, number: int) -> Response:
        self._thread(number, "note", request.get_json()["text"], "user")
        return Response(status=201, headers={"Resource-ID": "1"})

    def _saved(self, request: Request) -> Response:
        return _json({"id": 3, "name": "Browser", "text": "Try another browser."})

    def _fields(self, request: Request) -> Response:
        return _json({"_embedded": {"fields": [{"id": key, "name": name} for key, name in FIELDS.items()]}})

    def _thread(self, number: int, kind: str, body: str, by: str, files: Iterable[dict[str, Any]] = ()) -> None:
        held = [
            {"id": 1, "filename": one["fileName"], "mimeType": one["mimeType"], "size": len(b64decode(one["data"]))}
            for one in files
        ]
        agent = {"type": "user", "first": "Mia", "last": "Chen"}
        self.threads[number].append(
            {"id": len(self.threads[number]), "type": kind, "state": "published", "body": body,
             "createdBy": {"type": "customer"} if by == "customer" else agent, "createdAt": now_iso(),
             "_embedded": {"attachments": held}}
        )  # fmt: skip
        self.conversations[number]["threads"] = len(self.threads[number])

    def _page(self, request: Request, name: str, rows: list[dict[str, Any]], size: int = PER_PAGE) -> Response:
        number = request.args.get("page", 1, type=int)
        part = rows[(number - 1) * size : number * size]
        page = {"size": size, "totalElements": len(rows), "totalPages": -(-len(rows) // size), "number": number}
        return _json({"page": page, **({"_embedded": {name: part}} if part else {})})


def _json(data: Any, status: int = 200) -> Response:
    return Response(json.dumps(data), status, mimetype="application/hal+json")
