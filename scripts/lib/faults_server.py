"""One server of the functions for the fault run: the real app on a real port, with hours shortened to seconds.

`python -m scripts.lib.faults_server DESK KIND [SWITCH ...]` prints its address and serves until it is killed.
KIND is one of demo.desk's, or a vendor whose fake is at DESK and whose adapter is in the environment.
--without-claim and --without-key each remove one safeguard, in this process only, to show that the run notices;
--hanging leaves the hours and the desk's timeout as they are.
"""

import os
import sys
from collections.abc import Mapping
from typing import Any, get_args, get_type_hints

import requests
from werkzeug.serving import make_server

from functions import outbox, tick
from functions.app import create
from functions.errors import VendorError
from functions.helpdesks import Capabilities, HelpDesk, Macro, Notice, web
from functions.lanes import Lane
from functions.services import Services
from functions.tickets import delivery
from portal.models import Requester
from portal.tickets import Message, Reply, Status, Thread, Ticket, note

TIMEOUT = (0.5, 0.5)
USUAL_TIMEOUT = (10, 10)


class FaultyDesk:
    """The adapter of demo.desk, in the three kinds of `Capabilities.creates`."""

    def __init__(self, origin: str, kind: str, timeout: tuple[float, float] = TIMEOUT) -> None:
        self.origin = origin
        self.timeout = timeout
        creates: Any = kind
        # The fake knows a key for four seconds, indexes within 0.8 and completes an accepted call within 0.3.
        self.capabilities = Capabilities(
            creates=creates, key_ms=4_000 if kind == "keyed" else 0, lookup_lag=2, list_lag=2, mails_customer=True
        )

    def create(self, ticket: Ticket) -> str:
        data = {
            "key": ticket.key,
            "reference": ticket.reference,
            "subject": ticket.draft.subject,
            "body": ticket.draft.body,
            "note": note(ticket),
            "files": [len(file.data) for file in ticket.files],
        }
        return str(self._call("post", "/tickets", json=data)["id"])

    def find(self, ticket: Ticket) -> str | None:
        found = self._call("get", "/tickets", params={"key": ticket.key})["id"]
        return str(found) if found else None

    def tickets(self, requester: Requester) -> list[Thread]:
        return []

    def ticket(self, requester: Requester, desk_ref: str) -> Thread:
        data = self._call("get", "/ticket", params={"id": desk_ref})
        messages = [Message("customer", data["body"], data["made"])]
        messages += [Message("customer", reply["body"], reply["at"]) for reply in data["replies"]]
        return Thread(
            desk_ref, data["reference"], data["subject"], "open", data["made"], messages[-1].at, tuple(messages)
        )

    def reply(self, requester: Requester, desk_ref: str, reply: Reply) -> None:
        data = {"body": reply.body, "key": reply.key, "files": [len(file.data) for file in reply.files]}
        self._call("post", "/replies", params={"id": desk_ref}, json=data)

    def set_status(self, requester: Requester, desk_ref: str, status: Status) -> None:
        raise VendorError(kind="unsupported")

    def count(self, since: int, until: int) -> int:
        raise VendorError(kind="unsupported")

    def macros(self) -> list[Macro]:
        raise VendorError(kind="unsupported")

    def subjects(self, since: int) -> list[str]:
        raise VendorError(kind="unsupported")

    def notice(self, headers: Mapping[str, str], body: bytes) -> Notice | None:
        raise VendorError(kind="unsupported")

    def check(self) -> list[str]:
        return []

    def _call(self, method: str, path: str, **options: Any) -> Any:
        try:
            answer = requests.request(method, self.origin + path, timeout=self.timeout, **options)
            if answer.status_code == 429:
                raise VendorError(kind="rate_limited", detail="429", retry_after=int(answer.headers["Retry-After"]))
            if answer.status_code == 422:
                raise VendorError(kind="rejected", detail="422")
            if answer.status_code not in {200, 201}:  # 202 too: the outcome is unknown
                raise VendorError(detail=str(answer.status_code))
            data = answer.json()
        except (requests.RequestException, ValueError) as error:
            raise VendorError(detail=type(error).__name__) from error
        if not isinstance(data, dict):
            raise VendorError(detail="not an object")
        return data


class WithoutKey(FaultyDesk):
    """The same desk for tickets without a key: each try makes a new ticket, and none can be found."""

    def create(self, ticket: Ticket) -> str:
        data = {"key": os.urandom(8).hex(), "subject": ticket.draft.subject, "body": ticket.draft.body}
        return str(self._call("post", "/tickets", json=data | {"reference": "", "files": [], "note": ""})["id"])


def _unclaimed(services: Services, row_id: str, lane: Lane) -> dict[str, Any] | None:
    """`outbox._claim` without its lease."""
    return services.store.one(
        "update outbox set attempts = attempts + 1 where id = :id and done_at is null and failed_at is null"
        " and next_at <= :now returning *",
        id=row_id,
        now=services.now(),
    )


def _shorten() -> None:
    """Hours become seconds; a lease still outlasts the longest delivery, four calls of half a second each."""
    outbox.BACKOFF_MS[:] = [200, 300, 500, 800, 1000]
    outbox.LEASE_MS = 6_000
    tick.LEASE_MS, tick.BUDGET_SECONDS = 8_000, 3
    delivery.AFTER_THE_TICKET_MS = 300


def _hurry(desk: HelpDesk) -> None:
    """A vendor's adapter with the waits of FaultyDesk."""
    web.TIMEOUT_SECONDS = TIMEOUT[0]  # type: ignore[assignment]
    type(desk).capabilities = desk.capabilities._replace(lookup_lag=2, list_lag=2)


def main(argv: list[str]) -> None:
    origin, kind, *switches = argv
    hanging = "--hanging" in switches
    if not hanging:
        _shorten()
    if "--without-claim" in switches:
        outbox._claim = _unclaimed
    portal = create(dict(os.environ))
    desk = WithoutKey if "--without-key" in switches else FaultyDesk
    if kind in get_args(get_type_hints(Capabilities)["creates"]):
        portal.services.__dict__["desk"] = desk(origin, kind, USUAL_TIMEOUT if hanging else TIMEOUT)
    else:
        _hurry(portal.services.desk)
    server = make_server("127.0.0.1", 0, portal, threaded=True)
    print(f"http://127.0.0.1:{server.server_port}", flush=True)
    server.serve_forever()


if __name__ == "__main__":
    main(sys.argv[1:])
