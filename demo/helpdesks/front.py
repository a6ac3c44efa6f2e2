"""The part of Front's API that the portal uses, with conversations in memory."""

import html
import json
import re
import time
from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING, Any
from urllib.parse import unquote

from werkzeug.wrappers import Request, Response

from demo.helpdesks.faults import Faults

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIEnvironment

TOKEN, INBOX, ADDRESS = "front-token", "inb_55c8c149", "support@acme.example"
VARIABLES = {"FRONT_TOKEN": TOKEN, "FRONT_INBOX": INBOX, "FRONT_ADDRESS": ADDRESS}
REFUSAL = {
    "_error": {
        "status": 422,
        "title": "Bad request",
        "message": "Body did not satisfy requirements",
        "details": ["body.subject: ada@customer.example cannot be here"],
    }
}
AGENT = {
    "_links": {"self": "https://api2.frontapp.com/teammates/tea_1"}, "id": "tea_1", "email": "mia@acme.example",
    "username": "mia", "first_name": "Mia", "last_name": "Chen", "is_admin": False, "is_available": True,
    "is_blocked": False, "type": "user", "license_type": "full", "custom_fields": {},
}  # fmt: skip
STATUSES = {"sts_1": "open", "sts_2": "waiting", "sts_3": "resolved"}
# What can be written is read in other words.
READ = {"open": "unassigned", "archived": "archived", "deleted": "deleted", "spam": "spam"}
PER_PAGE = 2


class Front:
    """One company. `ticketing`: whether it has statuses of its own; `slow`: accepted messages wait until `settle`;
    `reports` is how many looks a report takes."""

    def __init__(self) -> None:
        self.faults = Faults(refusal=REFUSAL)
        self.conversations: dict[str, dict[str, Any]] = {}
        self.messages: dict[str, list[dict[str, Any]]] = {}
        self.comments: dict[str, list[dict[str, Any]]] = {}
        self.waiting: list[tuple[str, dict[str, Any]]] = []
        self.places: dict[str, str] = {}
        self.moved: dict[str, str] = {}
        self.imports: list[dict[str, Any]] = []
        self.reports: dict[str, Any] = {}
        self.looks = 1
        self.ticketing, self.slow = True, False
        self.hidden: set[str] | None = None

    def __call__(self, environ: "WSGIEnvironment", start_response: "StartResponse") -> Iterable[bytes]:
        with Request(environ) as request:
            response = self.faults.around(request, lambda: self._answer(request))
        return response(environ, start_response)

    def hide(self, late: bool) -> None:
        """Set whether new conversations are left out of lists."""
        self.hidden = set(self.conversations) if late else None

    def settle(self) -> None:
        """Bring in what was accepted."""
        for uid, given in self.waiting:
            self._import(uid, given)
        self.waiting.clear()

    def answer(self, number: str, body: str, public: bool = True) -> None:
        """Answer as an agent."""
        if public:
            self.add(number, f"<p>{html.escape(body)}</p>", inbound=False)
        else:
            self.comments[number].append({"id": "com_1", "body": body})
        self._set(number, "sts_2")

    def add(self, number: str, body: str, *, inbound: bool, uid: str = "", **more: Any) -> dict[str, Any]:
        """Add a message."""
        row = self.conversations[number]
        message = {
            "_links": {"related": {"conversation": f"https://api2.frontapp.com/conversations/{number}"}},
            "id": f"msg_{len(self.places) + 1}", "message_uid": uid, "type": "email", "is_inbound": inbound,
            "draft_mode": None, "created_at": time.time(), "subject": row["subject"], "body": body,
            "attachments": [], "metadata": {}, **({} if inbound else {"author": AGENT}), **more,
        }  # fmt: skip
        self.messages[number].append(message)
        self.places[uid or message["id"]] = number
        row["updated_at"] = time.time()
        return message

    def state(self) -> dict[str, list[list[str]]]:
        """Subject -> the texts in it, a list for each ticket of that subject."""
        found: dict[str, list[list[str]]] = {}
        for number, row in list(self.conversations.items()):
            said = [html.unescape(one["body"]) for one in [*self.messages[number], *self.comments[number]]]
            found.setdefault(row["subject"], []).append(said)
        return found

    def _answer(self, request: Request) -> Response:
        if request.headers.get("Authorization") != f"Bearer {TOKEN}":
            return _error(401, "Unauthorized")
        number = r"(cnv_\w+)"
        routes: list[tuple[str, str, Callable[..., Response]]] = [
            ("POST", rf"/inboxes/{INBOX}/imported_messages", self._accept),
            ("GET", r"/messages/alt:uid:(\w+)", self._message),
            ("GET", r"/contacts/alt:email:([^/]+)/conversations", self._list),
            ("GET", rf"/conversations/{number}", self._show),
            ("PATCH", rf"/conversations/{number}", self._patch),
            ("GET", rf"/conversations/{number}/messages", lambda r, one: self._page(r, self.messages[one][::-1], 50)),
            ("GET", rf"/conversations/{number}/comments", lambda _, one: _json({"_results": self.comments[one]})),
            ("POST", rf"/conversations/{number}/comments", self._comment),
            ("GET", r"/conversations/search/(.+)", self._search),
            (
                "GET",
                r"/conversations/custom_fields",
                lambda _: _json({"_results": [_field("Account"), _field("Tier")]}),
            ),
            ("GET", r"/company/statuses", self._statuses),
            ("GET", r"/message_templates", self._templates),
            ("POST", r"/analytics/reports", self._report),
            ("GET", r"/analytics/reports/(\w+)", self._progress),
            ("GET", rf"/inboxes/{INBOX}", lambda _: _json({"id": INBOX})),
        ]
        for verb, pattern, handler in routes:
            if verb == request.method and (found := re.fullmatch(pattern, request.path)):
                try:
                    return handler(request, *found.groups())
                except KeyError:
                    break
        return _error(404, "Not found")

    def _accept(self, request: Request) -> Response:
        given = _form(request) if request.mimetype == "multipart/form-data" else request.get_json()
        uid = f"uid{len(self.imports) + 1}"
        known = [one["external_id"] for one in self.imports]
        self.imports.append(given)
        if given["external_id"] not in known:  # no message is imported twice
            self.waiting.append((uid, given))
        if not self.slow:
            self.settle()
        return _json({"status": "accepted", "message_uid": uid}, 202)

    def _import(self, uid: str, given: dict[str, Any]) -> None:
        number = given.get("conversation_id") or f"cnv_{1000 + len(self.conversations)}"
        archived = given["metadata"].get("is_archived", True)
        if number not in self.conversations:
            recipient = {"_links": {"related": {"contact": None}}, "name": given["sender"]["name"], "role": "from"}
            self.conversations[number] = {
                "_links": {"self": f"https://api2.frontapp.com/conversations/{number}"}, "id": number,
                "type": "conversation", "subject": given["subject"], "ticket_ids": [], "assignee": AGENT,
                "recipient": {**recipient, "handle": given["sender"]["handle"]}, "tags": [], "links": [],
                "custom_fields": {"Tier": "gold"}, "created_at": time.time(), "updated_at": time.time(),
                "is_private": False, "scheduled_reminders": [], "metadata": {},
                "status": "archived" if archived else "unassigned", "status_id": "sts_3" if archived else "sts_1",
            }  # fmt: skip
            self.messages[number], self.comments[number] = [], []
        metadata = {"external_id": given["external_id"]}
        files = given.get("attachments", [])
        self.add(number, given["body"], inbound=True, uid=uid, metadata=metadata, attachments=files)

    def _message(self, request: Request, uid: str) -> Response:
        number = self.places[uid]
        return _json(next(one for one in self.messages[number] if one["message_uid"] == uid))

    def _list(self, request: Request, email: str) -> Response:
        rows = [
            self._shown(number)
            for number, row in self.conversations.items()
            if row["recipient"]["handle"].lower() == unquote(email).lower()
        ]
        if not rows:
            return _error(404, "Contact not found")
        return self._page(request, [one for one in rows if self.hidden is None or one["id"] in self.hidden])

    def _show(self, request: Request, number: str) -> Response:
        if number in self.moved:
            where = {"Location": f"https://api2.frontapp.com/conversations/{self.moved[number]}"}
            return Response(status=301, headers=where)
        return _json(self._shown(number))

    def _patch(self, request: Request, number: str) -> Response:
        given = request.get_json()
        if {"status", "status_id"} <= set(given):
            return _error(400, "status and status_id cannot both be given")
        if "status_id" in given:
            self._set(number, given["status_id"])
        if "status" in given:
            self.conversations[number]["status"] = READ[given["status"]]
        # Whatever is not in it is erased.
        fields = given.get("custom_fields", self.conversations[number]["custom_fields"])
        self.conversations[number] |= {"custom_fields": fields, "updated_at": time.time()}
        return Response(status=204)

    def _comment(self, request: Request, number: str) -> Response:
        comment = {
            "_links": {"self": "", "related": {"conversation": "", "mentions": "", "comment_replied_to": None}},
            "id": f"com_{len(self.comments[number]) + 1}", "author": AGENT, "body": request.get_json()["body"],
            "posted_at": time.time(), "attachments": [], "is_pinned": False,
        }  # fmt: skip
        self.comments[number].append(comment)
        return _json(comment, 201)

    def _search(self, request: Request, query: str) -> Response:
        found = re.fullmatch(rf"inbox:{INBOX} after:(\d+)", unquote(query))
        since = int(found[1]) if found else time.time()
        rows = [self._shown(one) for one, row in self.conversations.items() if row["updated_at"] > since]
        return self._page(request, rows, _total=len(rows))

    def _statuses(self, request: Request) -> Response:
        if not self.ticketing:
            return _error(404, "Ticketing is not enabled")
        rows = [
            {"_links": {"self": ""}, "id": number, "name": category, "category": category, "description": None}
            for number, category in STATUSES.items()
        ]
        return _json({"_results": rows})

    def _templates(self, request: Request) -> Response:
        links = {"self": "", "related": {"owner": None, "parent_folder": None}}
        template: dict[str, Any] = {
            "_links": links,
            "id": "rsp_1",
            "name": "Browser",
            "subject": None,
            "attachments": [],
        }
        template |= {"body": "<p>Try another browser.</p>", "is_available_for_all_inboxes": True, "inbox_ids": []}
        return self._page(request, [template])

    def _report(self, request: Request) -> Response:
        given = request.get_json()
        uid = f"rep{len(self.reports) + 1}"
        rows = [one for one in self.conversations.values() if given["start"] <= one["created_at"] < given["end"]]
        self.reports[uid] = {"looks": self.looks, "value": len(rows)}
        return _json(self._made(uid), 201)

    def _progress(self, request: Request, uid: str) -> Response:
        self.reports[uid]["looks"] -= 1
        return _json(self._made(uid))

    def _made(self, uid: str) -> dict[str, Any]:
        done = self.reports[uid]["looks"] < 1
        metric = {"id": "new_segments_count", "type": "number", "value": self.reports[uid]["value"]}
        return {
            "_links": {"self": ""}, "uid": uid, "status": "done" if done else "running",
            "progress": 100 if done else 10, "metrics": [metric] if done else [],
        }  # fmt: skip

    def _set(self, number: str, status: str) -> None:
        row = self.conversations[number]
        row["status_id"] = status
        row["status"] = "archived" if STATUSES[status] == "resolved" else "assigned"

    def _shown(self, number: str) -> dict[str, Any]:
        row = self.conversations[number]
        return row | {"status_category": STATUSES[row["status_id"]]} if self.ticketing else row

    def _page(self, request: Request, rows: list[dict[str, Any]], size: int = PER_PAGE, **more: Any) -> Response:
        start = request.args.get("page_token", 0, type=int)
        following = f"{request.base_url}?page_token={start + size}" if start + size < len(rows) else None
        return _json({"_pagination": {"next": following}, "_results": rows[start : start + size], **more})


def _form(request: Request) -> dict[str, Any]:
    """The JSON that a form stands for."""
    found: dict[str, Any] = {}
    for name, value in request.form.items(multi=True):
        outer, _, inner = name.removesuffix("]").partition("[")
        if inner:
            found.setdefault(outer, {})[inner] = {"true": True, "false": False}.get(value, value)
        elif name.endswith("[]"):
            found.setdefault(outer, []).append(value)
        else:
            found[name] = value
    files = [
        {"id": "fil_1", "url": "https://api2.frontapp.com/download/fil_1", "filename": one.filename,
         "content_type": one.mimetype, "size": len(one.read()), "metadata": {"is_inline": False, "cid": ""}}
        for one in request.files.getlist("attachments[]")
    ]  # fmt: skip
    return found | {"attachments": files}


def _field(name: str) -> dict[str, Any]:
    return {"_links": {"self": ""}, "id": f"fld_{name}", "name": name, "description": "", "type": "string"}


def _error(status: int, message: str) -> Response:
    return _json({"_error": {"status": status, "title": message, "message": message}}, status)


def _json(data: Any, status: int = 200) -> Response:
    return Response(json.dumps(data), status, mimetype="application/json")
