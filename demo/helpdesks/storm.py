"""Faults at random for a vendor's fake, for the fault run."""

import json
import random
import threading
from collections.abc import Callable
from dataclasses import dataclass, field

from werkzeug.wrappers import Request, Response

from demo.helpdesks.faults import EARLY, Faults

# Of a hundred calls that write, how many fail in which way (demo.helpdesks.faults).
SHARES = {
    "unavailable": 8, "limited": 6, "broken_after": 8, "lost": 8, "slow": 4, "garbage": 4, "accepted": 6
}  # fmt: skip
REJECTED = b"Rejected"


@dataclass
class Storm(Faults):
    """Calls that write fail by chance until it is calm; what speaks of REJECTED is refused. `happened` counts the
    faults."""

    wait: str = "1"
    slow_seconds: float = 1.0
    chance: random.Random = field(default_factory=random.Random)
    calm: bool = False
    happened: dict[str, int] = field(default_factory=dict)
    lock: threading.Lock = field(default_factory=threading.Lock)

    def around(self, request: Request, answer: Callable[[], Response]) -> Response:
        with self.lock:  # the fakes number what they make
            fault = self._next(request)
            if fault in EARLY:
                return self._early(fault)
            done = answer()
        return self._late(fault, done) if fault else done

    def _next(self, request: Request) -> str:
        if request.method == "GET":
            return ""
        if request.method == "POST" and REJECTED in request.get_data():
            return "refused"
        roll = self.chance.uniform(0, 100)
        for name, share in SHARES.items():
            roll -= share
            if roll < 0 and not self.calm:
                self.happened[name] = self.happened.get(name, 0) + 1
                return name
        return ""

    def answer(self, request: Request) -> Response | None:
        """`POST /calm` ends the faults, `/happened` counts them; None for any other request."""
        if request.path == "/calm":
            self.calm = True
        elif request.path != "/happened":
            return None
        return Response(json.dumps(self.happened), mimetype="application/json")
