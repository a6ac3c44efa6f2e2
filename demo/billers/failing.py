"""Stripe on a bad day, for the fault run: `python -m demo.billers.failing PORT SEED CUSTOMERS [WAY ...]`.

Of the calls, a third fails in a way of its own: before the write, after it, or with a write that comes only once the
caller has given up; with WAYs in these only. `POST /calm` ends that, and `GET /state` tells seats and invoices of each
customer.
"""

import json
import random
import sys
import threading
from collections.abc import Callable, Iterable, Sequence
from typing import TYPE_CHECKING

from werkzeug.wrappers import Request, Response

from demo import server
from demo.billers.company import Company, Customer, Subscription
from demo.billers.stripe import Stripe
from demo.helpdesks.faults import JSON, Faults

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIEnvironment

WAYS = ("unavailable", "limited", "lost", "broken_after", "garbage", "conflict", "late")
SHARE = 0.3
# Longer than the run's callers wait, much shorter than they wait before they believe that nothing was changed.
LATE_SECONDS = 2.5


class BadDay(Faults):
    """Chance decides about each call."""

    def __init__(self, seed: str, ways: Sequence[str]) -> None:
        super().__init__()
        self._ways = ways or WAYS
        self._chance = random.Random(seed)  # noqa: S311
        self._lock = threading.Lock()
        self.calm = False

    def around(self, request: Request, answer: Callable[[], Response]) -> Response:
        with self._lock:
            way = self._chance.choice(self._ways) if not self.calm and self._chance.random() < SHARE else ""
        if way == "late":
            self.patience.wait(LATE_SECONDS)
        if way in {"", "late"}:
            return answer()
        if way in {"unavailable", "limited"}:
            return self._early(way)
        return self._late(way, answer())


class Failing(Stripe):
    """The account, with what the run asks of it afterwards."""

    def __init__(self, books: Company, seed: str, ways: Sequence[str] = ()) -> None:
        super().__init__(books)
        self.faults: BadDay = BadDay(seed, ways)

    def __call__(self, environ: "WSGIEnvironment", start_response: "StartResponse") -> Iterable[bytes]:
        if environ["PATH_INFO"] == "/calm":
            self.faults.calm = True
            return Response(status=204)(environ, start_response)
        if environ["PATH_INFO"] == "/state":
            seats = {one.customer: one.seats for one in self.books.subscriptions.values()}
            bills = {customer: len(self.books.bills(customer)) for customer in self.books.customers}
            data = json.dumps({"seats": seats, "invoices": bills})
            return Response(data, mimetype=JSON)(environ, start_response)
        return super().__call__(environ, start_response)


def books(customers: int) -> Company:
    """A company of so many customers, `cus_0` and on, each with five seats."""
    made = Company()
    for number in range(customers):
        name = f"cus_{number}"
        made.join(Customer(name, f"{name}@customer.example"), Subscription(f"sub_{number}", name))
    return made


if __name__ == "__main__":
    server.serve(Failing(books(int(sys.argv[3])), sys.argv[2], sys.argv[4:]), int(sys.argv[1]))
