"""The APIs of three monitors, Pingdom, Better Stack and Statuspage, with state and faults.

One app, with a path for each. `states` maps a check's id to the vendor's word; `fault` is what goes wrong next.
"""

import json
import time
from collections.abc import Iterable
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from werkzeug.wrappers import Request, Response

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIEnvironment

TOKEN = "demo-monitor-token"
PER_PAGE = 2


class Monitors:
    """`fault`: "", "unauthorized", "limited", "broken", "garbage", "list", "redirect", "foreign_page", "old"."""

    def __init__(self) -> None:
        self.states: dict[str, str] = {}
        self.fault = ""
        self.asked: list[str] = []

    def __call__(self, environ: "WSGIEnvironment", start_response: "StartResponse") -> Iterable[bytes]:
        request = Request(environ)
        self.asked.append(request.path)
        return self._answer(request)(environ, start_response)

    def _answer(self, request: Request) -> Response:
        open_to_all = request.path == "/api/v2/components.json"
        if self.fault == "unauthorized" or (
            not open_to_all and request.headers.get("Authorization") != f"Bearer {TOKEN}"
        ):
            return _json({"error": {"statuscode": 401}}, 401)
        if self.fault == "limited":
            return _json({"error": "slow down"}, 429, {"Retry-After": "30"})
        if self.fault == "broken":
            return Response("<h1>Bad gateway</h1>", 502, mimetype="text/html")
        if self.fault == "garbage":
            return Response("{", mimetype="application/json")
        if self.fault == "list":
            return _json([1, 2])
        if self.fault == "redirect":
            return Response(status=302, headers={"Location": request.host_url + "elsewhere"})
        handlers = {
            "/checks": self._pingdom,
            "/api/v2/monitors": self._better_stack,
            "/api/v2/components.json": self._page,
        }
        handler = handlers.get(request.path)
        return handler(request) if handler else _json({"error": "not found"}, 404)

    def _looked(self) -> int:
        return int(time.time()) - (3600 if self.fault == "old" else 5)

    def _pingdom(self, request: Request) -> Response:
        checks = [
            {"id": int(key), "name": f"Check {key}", "status": word, "lasttesttime": self._looked()}
            for key, word in self.states.items()
        ]
        return _json({"checks": checks, "counts": {"total": len(checks)}})

    def _better_stack(self, request: Request) -> Response:
        page = request.args.get("page", 1, type=int)
        looked = datetime.fromtimestamp(self._looked(), UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
        every = [
            {"id": key, "type": "monitor", "attributes": {"status": word, "last_checked_at": looked}}
            for key, word in self.states.items()
        ]
        more = page * PER_PAGE < len(every)
        host = "http://127.0.0.1:1/" if self.fault == "foreign_page" else request.host_url
        following = f"{host}api/v2/monitors?page={page + 1}" if more else None
        return _json({"data": every[(page - 1) * PER_PAGE : page * PER_PAGE], "pagination": {"next": following}})

    def _page(self, request: Request) -> Response:
        return _json(
            {"page": {"id": "p"}, "components": [{"id": key, "status": word} for key, word in self.states.items()]}
        )


def _json(data: Any, status: int = 200, headers: dict[str, str] | None = None) -> Response:
    return Response(json.dumps(data), status, headers, mimetype="application/json")
