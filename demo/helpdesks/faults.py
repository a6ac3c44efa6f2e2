"""Faults of the next call to a desk, the same for every vendor."""

import json
import math
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from threading import Event
from typing import Any

from werkzeug.wrappers import Request, Response

JSON = "application/json"
# Nothing is done. limited: 429 with the vendor's header. refused: 422 with the vendor's words.
EARLY = {"unavailable", "limited", "refused", "forbidden", "redirect"}
# The call is done, and the answer is cut, a 500, an empty 202, a 409, a proxy's page, JSON of another shape, too large,
# too deep, another customer's, as `mangle` makes it, or does not come (byte by byte) until `patience` is over.
LATE = {
    "lost",
    "broken_after",
    "accepted",
    "conflict",
    "garbage",
    "list",
    "large",
    "deep",
    "foreign",
    "mangled",
    "slow",
}
LATE |= {"trickle"}
# The fields in which vendors name an owner.
WHOSE = {"email": "eve@customer.example", "EmailAddress": "eve@customer.example", "requester_id": 666}
WHOSE |= {"handle": "eve@customer.example", "contacts": {"contacts": [{"type": "contact", "id": "666"}]}}


@dataclass
class Faults:
    """`wait_header` says `wait` after a 429, `refusal` is the JSON of a 422. `next` is the fault of the next `times`
    calls with `method` ("" for any) whose path begins with `below`; later calls succeed. `moment`: the header says when
    the wait is over, in unix seconds."""

    wait_header: str = "Retry-After"
    refusal: Any = None
    wait: str = "30"
    moment: bool = False
    slow_seconds: float = 20
    next: str = ""
    method: str = ""
    below: str = ""
    times: int = 1
    mangle: Callable[[Any], Any] = lambda data: data
    calls: list[tuple[str, str]] = field(default_factory=list)
    patience: Event = field(default_factory=Event)
    finished: Event = field(default_factory=Event)

    def around(self, request: Request, answer: Callable[[], Response]) -> Response:
        """The answer to a request, spoilt when a fault is due."""
        self.calls.append((request.method, request.path))
        other = (self.method and request.method != self.method) or not request.path.startswith(self.below)
        if not self.next or other:
            return answer()
        fault, self.times = self.next, self.times - 1
        if self.times < 1:
            self.next, self.times = "", 1
        if fault in EARLY:
            return self._early(fault)
        done = answer()
        self.finished.set()
        return self._late(fault, done)

    def _early(self, fault: str) -> Response:
        return {
            "unavailable": lambda: Response("<h1>Down</h1>", 503, mimetype="text/html"),
            "limited": lambda: Response("{}", 429, {self.wait_header: self._wait()}, mimetype=JSON),
            "refused": lambda: Response(json.dumps(self.refusal), 422, mimetype=JSON),
            "forbidden": lambda: Response("{}", 403, mimetype=JSON),
            "redirect": lambda: Response(status=302, headers={"Location": "http://127.0.0.1:1/elsewhere"}),
        }[fault]()

    def _wait(self) -> str:
        return str(math.ceil(time.time()) + int(self.wait)) if self.moment else self.wait

    def _late(self, fault: str, done: Response) -> Response:
        answers: dict[str, Callable[[], Response]] = {
            # As an iterator: Werkzeug would correct the length of a list.
            "lost": lambda: Response(iter([done.get_data()[:7]]), 200, {"Content-Length": "9999"}),
            "broken_after": lambda: Response("{}", 500, mimetype=JSON),
            "accepted": lambda: Response(status=202),
            "conflict": lambda: Response("{}", 409, mimetype=JSON),
            "garbage": lambda: Response("<html>proxy", 200, mimetype="text/html"),
            "list": lambda: Response("[1]", 200, mimetype=JSON),
            "large": lambda: Response(b" " * 10_100_000 + b"{}", 200, mimetype=JSON),
            "deep": lambda: Response('{"a":' * 100_000, 200, mimetype=JSON),
            "foreign": lambda: _changed(done, _foreign),
            "mangled": lambda: _changed(done, self.mangle),
            "slow": lambda: self._slow(done),
            "trickle": lambda: Response(self._bytes(), 200, mimetype=JSON),
        }
        return answers[fault]()

    def _slow(self, done: Response) -> Response:
        self.patience.wait(self.slow_seconds)
        return done

    def _bytes(self) -> Iterator[bytes]:
        while not self.patience.wait(0.05):
            yield b" "


def _foreign(data: Any) -> Any:
    """The same data with another owner everywhere."""
    if isinstance(data, list):
        return [_foreign(one) for one in data]
    if isinstance(data, dict):
        return {name: WHOSE.get(name, _foreign(value)) for name, value in data.items()}
    return data


def _changed(done: Response, change: Callable[[Any], Any]) -> Response:
    """The answer with its JSON changed; an answer without JSON is returned unchanged."""
    if not done.get_data().startswith((b"{", b"[")):
        return done
    return Response(json.dumps(change(json.loads(done.get_data()))), done.status_code, mimetype=JSON)


def now_iso() -> str:
    """The current time as vendors write it."""
    return time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime())
