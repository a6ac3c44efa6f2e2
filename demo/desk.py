"""A help desk that fails in all the ways that real desks do, for the fault run: `python -m demo.desk KIND PORT SEED`.

It keeps tickets in memory. KIND is `keyed` (knows a key again for KEY_SECONDS), `found` (a ticket can be looked up by
its key LAG_SECONDS after it was made) or `repeated` (neither). GET /state returns everything, POST /calm ends the
faults.
"""

import json
import random
import sys
import threading
import time
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from werkzeug import Request, Response
from werkzeug.exceptions import NotFound

from demo import server

if TYPE_CHECKING:
    from collections.abc import Callable

    from _typeshed.wsgi import WSGIApplication

KEY_SECONDS = 4.0
LAG_SECONDS = 0.8
SLOW_SECONDS = 1.0
# Of a hundred calls that write, how many fail in which way.
FAULTS = {
    "refuse": 8,  # 503, nothing written
    "limit": 6,  # 429, nothing written
    "error_after": 8,  # written, and 500
    "cut_after": 8,  # written, and half an answer
    "slow": 4,  # written, and the answer comes after the caller's timeout
    "garbage": 4,  # written, and a proxy's HTML page
    "accepted": 6,  # 202, and written a moment later
}


@dataclass
class Desk:
    """Its tickets, oldest first."""

    kind: str
    chance: random.Random
    calm: bool = False
    tickets: list[dict[str, Any]] = field(default_factory=list)
    keys: dict[str, tuple[float, str]] = field(default_factory=dict)
    happened: dict[str, int] = field(default_factory=dict)
    lock: threading.Lock = field(default_factory=threading.Lock)

    def fault(self) -> str:
        """The fault of the next call that writes; "" for none."""
        with self.lock:
            roll = self.chance.uniform(0, 100)
            for name, share in FAULTS.items():
                roll -= share
                if roll < 0 and not self.calm:
                    self.happened[name] = self.happened.get(name, 0) + 1
                    return name
            return ""

    def create(self, key: str, data: dict[str, Any]) -> str:
        """File a ticket; a keyed desk knows the key again for a while."""
        with self.lock:
            now = time.monotonic()
            at, known = self.keys.get(key, (0.0, ""))
            if self.kind == "keyed" and known and now - at < KEY_SECONDS:
                return known
            number = str(len(self.tickets) + 1)
            self.keys[key] = (now, number)
            self.tickets.append(data | {"id": number, "at": now, "replies": [], "made": int(time.time() * 1000)})
            return number

    def find(self, key: str) -> str | None:
        """The ticket with this key, once the index knows it."""
        with self.lock:
            old = time.monotonic() - LAG_SECONDS
            found = [ticket["id"] for ticket in self.tickets if ticket["key"] == key and ticket["at"] < old]
            return found[0] if found and self.kind != "repeated" else None

    def reply(self, number: str, data: dict[str, Any]) -> str:
        """Add a message to a ticket."""
        with self.lock:
            self.ticket(number)["replies"].append(data | {"at": int(time.time() * 1000)})
            return number

    def ticket(self, number: str) -> dict[str, Any]:
        """One ticket; NotFound."""
        if not number.isdecimal() or not 0 < int(number) <= len(self.tickets):
            raise NotFound
        return self.tickets[int(number) - 1]


def create_app(desk: Desk) -> "WSGIApplication":
    """POST /tickets, GET /tickets?key=, GET /ticket?id=, POST /replies?id=."""

    @Request.application
    def app(request: Request) -> Response:
        match request.method, request.path:
            case "GET", "/state":
                return _json({"tickets": desk.tickets, "happened": desk.happened})
            case "POST", "/calm":
                desk.calm = True
                return _json({})
            case "POST", "/tickets":
                data = request.get_json()
                if data["subject"].startswith("Rejected"):
                    return _json({"error": "this field is not allowed"}, 422)
                return _written(desk, lambda: desk.create(data["key"], data))
            case "GET", "/tickets":
                return _json({"id": desk.find(request.args["key"])})
            case "GET", "/ticket":
                return _json(desk.ticket(request.args["id"]))
            case "POST", "/replies":
                data, number = request.get_json(), request.args["id"]
                return _written(desk, lambda: desk.reply(number, data))
        raise NotFound

    return app


def _written(desk: Desk, write: "Callable[[], str]") -> Response:
    """The answer to a call that writes, spoilt by its fault."""
    fault = desk.fault()
    if fault == "refuse":
        return Response("busy", 503)
    if fault == "limit":
        return Response("slow down", 429, {"Retry-After": "1"})
    if fault == "accepted":
        threading.Timer(0.3, write).start()
        return _json({"status": "accepted"}, 202)
    number = write()
    if fault == "error_after":
        return Response("oops", 500)
    if fault == "cut_after":
        # As an iterator: Werkzeug would correct the length of bytes.
        return Response(iter([b'{"id": "']), 201, {"Content-Length": "400", "Connection": "close"})
    if fault == "garbage":
        return Response("<h1>It works!</h1>", 200, mimetype="text/html")
    if fault == "slow":
        time.sleep(SLOW_SECONDS)
    return _json({"id": number}, 201)


def _json(data: Any, status: int = 200) -> Response:
    return Response(json.dumps(data), status, mimetype="application/json")


if __name__ == "__main__":
    server.serve(create_app(Desk(sys.argv[1], random.Random(sys.argv[3]))), int(sys.argv[2]))  # noqa: S311
