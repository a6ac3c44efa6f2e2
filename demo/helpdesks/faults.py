"""What goes wrong with the next call to a desk, the same way for every vendor."""

import time
from collections.abc import Callable
from dataclasses import dataclass, field
from threading import Event
from typing import Any

from werkzeug.wrappers import Request, Response

# unavailable: 503, nothing done. lost: done, and the answer is cut. broken_after: done, and 500. accepted: done, and an
# empty 202. garbage: done, and a page of somebody's proxy. list: done, and JSON of another shape. slow: done, and no
# answer until `patience` is over. limited: 429 with the vendor's own header. redirect: 302 elsewhere.
FAULTS = {"unavailable", "lost", "broken_after", "accepted", "garbage", "list", "slow", "limited", "redirect"}


@dataclass
class Faults:
    """`next` is taken by the next matching call (`method`, "" for any), then all is well again."""

    wait_header: str = "Retry-After"
    next: str = ""
    method: str = ""
    calls: list[tuple[str, str]] = field(default_factory=list)
    patience: Event = field(default_factory=Event)

    def around(self, request: Request, answer: Callable[[], Response]) -> Response:
        """The answer to a request, spoiled when it is time."""
        self.calls.append((request.method, request.path))
        if not self.next or (self.method and request.method != self.method):
            return answer()
        fault, self.next = self.next, ""
        early: dict[str, Callable[[], Response]] = {
            "unavailable": lambda: Response("<h1>Down</h1>", 503, mimetype="text/html"),
            "limited": lambda: Response("{}", 429, {self.wait_header: "30"}, mimetype="application/json"),
            "redirect": lambda: Response(status=302, headers={"Location": "http://127.0.0.1:1/elsewhere"}),
        }
        if fault in early:
            return early[fault]()
        done = answer()
        late: dict[str, Any] = {
            "lost": lambda: Response(done.get_data()[:7], done.status_code, {"Content-Length": "9999"}),
            "broken_after": lambda: Response("{}", 500, mimetype="application/json"),
            "accepted": lambda: Response(status=202),
            "slow": lambda: self._slow(done),
            "garbage": lambda: Response("<html>proxy", 200, mimetype="text/html"),
            "list": lambda: Response("[1]", 200, mimetype="application/json"),
        }
        response: Response = late[fault]()
        return response

    def _slow(self, done: Response) -> Response:
        self.patience.wait(20)
        return done


def now_iso() -> str:
    """The time as vendors write it."""
    return time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime())
