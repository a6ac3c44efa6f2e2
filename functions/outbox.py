"""Deliveries that survive a crash: a row is written with what it belongs to, then delivered until it is done.

Each kind is in a lane (functions.lanes), so that neither many of one kind nor a system that hangs delays the others.
A row is claimed by a lease, so two processes never deliver it at once; a process that dies leaves its lease to
run out. So a handler may be called twice for one row, and hands the row's key to the vendor.
"""

import importlib
import json
import logging
import secrets
import time
from typing import TYPE_CHECKING, Any

from functions.errors import StoreError, VendorError
from functions.lanes import LANES, WORKERS, Lane, Patience, lane_of
from functions.stores.people import Held
from portal.clock import DAY_MS, HOUR_MS, MINUTE_MS

if TYPE_CHECKING:
    from concurrent.futures import Future

    from functions.services import Services
    from functions.stores import Row

KINDS = {
    "ticket.create": "functions.tickets.delivery:create",
    "ticket.reply": "functions.tickets.delivery:reply",
    "ticket.rating": "functions.tickets.delivery:rating",
    "ticket.look": "functions.tickets.news:refresh",
    "mail.send": "functions.mail.delivery:deliver",
    "status.mail": "functions.status.tell:deliver",
    "status.confirm": "functions.status.subscribers:deliver",
    "changelog.mail": "functions.changelog.digest:deliver",
    "changelog.confirm": "functions.changelog.subscribers:deliver",
    "status.webhook": "functions.status.webhooks:deliver",
    "mail.verify": "functions.signin.mail_code:deliver",
}
FINAL = {"rejected", "unsupported"}
# Longer than any delivery takes: every call of a vendor has a timeout, and a ticket with ten files is a dozen calls.
LEASE_MS = 180_000
# Of two times further ahead than they can be, the clock was set back since they were written: such a lease has ended,
# and such a pause is over.
IS_DUE = (
    "done_at is null and failed_at is null and (next_at <= :now or next_at > :longest)"
    " and (leased_until < :now or leased_until > :latest)"
)
LOOK_SECONDS = 1.0
BACKOFF_MS = [5_000, 15_000, MINUTE_MS, 5 * MINUTE_MS, 15 * MINUTE_MS, HOUR_MS]

PEOPLE = (Held("outbox", named=("subject_id", "payload")),)

log = logging.getLogger(__name__)


class Later(Exception):
    """Not yet: try again in `wait` milliseconds, and do not count this as a failure."""

    def __init__(self, wait: int, why: str) -> None:
        super().__init__(why)
        self.wait = wait


def put(services: "Services", kind: str, payload: dict[str, Any], *, subject_id: str) -> str:
    """Write a delivery, inside the transaction of what it belongs to; returns the row's id."""
    row_id = secrets.token_hex(12)
    now = services.now()
    services.store.run(
        "insert into outbox (id, kind, payload, subject_id, attempts, next_at, leased_until, created_at)"
        " values (:id, :kind, :payload, :subject, 0, :now, 0, :now)",
        id=row_id,
        kind=kind,
        payload=json.dumps(payload),
        subject=subject_id,
        now=now,
    )
    return row_id


def deliver(services: "Services", row_id: str) -> bool:
    """Try one delivery now; False when it failed, is not due, or another process holds it."""
    row = services.store.one("select kind from outbox where id = :id", id=row_id)
    return row is not None and _try(services, row_id, lane_of(row["kind"])) == "done"


def deliver_first(services: "Services", row_id: str) -> None:
    """Try a delivery right after its row was committed, and when it succeeds one other that is due for the same
    system. A failure is left to the tick."""
    try:
        row = services.store.one("select kind from outbox where id = :id", id=row_id)
        lane = lane_of(row["kind"]) if row else None
        if lane and _try(services, row_id, lane) == "done":  # else a desk that hangs would cost them its timeout twice
            _turn(services, lane, float("inf"), Patience())
    except StoreError:
        log.exception("first delivery of %s: the store did not answer", row_id)


def deliver_due(services: "Services", deadline: float) -> None:
    """Job of the tick: deliver what is due until nothing is, or until `deadline` (time.monotonic seconds). Each of
    WORKERS has a thread while there is something for it; while one works, what comes for the others is seen within
    LOOK_SECONDS. A call that outlasts the deadline ends by its own timeout, and nobody waits for it."""
    # Imported here, since only a tick needs threads.
    from concurrent.futures import ThreadPoolExecutor, wait

    patience, faults = Patience(), []
    pool = ThreadPoolExecutor(len(WORKERS))
    running: dict[tuple[str, ...], Future[None]] = {}
    while time.monotonic() < deadline:
        for worker in _with_work(services):
            if worker not in running:
                running[worker] = pool.submit(_work, services, worker, deadline, patience)
        wait(running.values(), timeout=min(LOOK_SECONDS, deadline - time.monotonic()))
        ended = [worker for worker, future in running.items() if future.done()]
        faults += [fault for fault in (running.pop(worker).exception() for worker in ended) if fault]
        if not running:
            break
    pool.shutdown(wait=False)
    if faults:
        raise faults[0]


def purge(services: "Services", deadline: float) -> None:
    """Job of the tick: forget the text of a sent email, and deliveries 30 days after they were done or given up."""
    services.store.run(
        "update outbox set payload = '{}' where kind = 'mail.send' and done_at is not null and payload <> '{}'"
    )
    old = services.now() - 30 * DAY_MS
    services.store.run("delete from outbox where done_at < :old or failed_at < :old", old=old)


def count(services: "Services") -> dict[str, int]:
    """How many deliveries were given up, and how many wait longer than a quarter of an hour."""
    row = services.store.one(
        "select count(failed_at) as failed,"
        " count(case when failed_at is null and created_at < :late then 1 end) as overdue"
        " from outbox where done_at is null",
        late=services.now() - 900_000,
    )
    return row or {"failed": 0, "overdue": 0}


def _with_work(services: "Services") -> list[tuple[str, ...]]:
    """The workers for which something is due."""
    due = {name for name, lane in LANES.items() if _due(services, lane, most=1)}
    return [worker for worker in WORKERS if due.intersection(worker)]


def _work(services: "Services", worker: tuple[str, ...], deadline: float, patience: Patience) -> None:
    """A thread of `deliver_due`: deliver one of each lane in turn, while one of them has any."""
    try:
        while sum(_turn(services, LANES[name], deadline, patience) for name in worker):
            continue
    finally:
        services.store.close()


def _turn(services: "Services", lane: Lane, deadline: float, patience: Patience) -> bool:
    """Try the first delivery of a lane whose system does not rest; False when there is none, or no time."""
    if time.monotonic() >= deadline:
        return False
    for row in _due(services, lane, most=500 if lane.each else 1):
        system = str(json.loads(row["payload"]).get(lane.each, "")) if lane.each else ""
        if not patience.is_over(lane, system):
            started = time.monotonic()
            outcome = _try(services, row["id"], lane)
            if outcome != "taken":
                patience.count(lane, system, time.monotonic() - started, failed=outcome == "failed")
            return True
    return False


def _due(services: "Services", lane: Lane, most: int) -> "list[Row]":
    """What a lane could deliver now, the longest due first."""
    kinds = {f"k{number}": kind for number, kind in enumerate(kind for kind in KINDS if lane_of(kind) is lane)}
    return services.store.all(
        f"select id, payload from outbox where kind in ({', '.join(f':{name}' for name in kinds)})"  # noqa: S608
        f" and {IS_DUE} order by next_at limit :most",
        **kinds,
        **_times(services, lane),
        most=most,
    )


def _times(services: "Services", lane: Lane) -> dict[str, int]:
    """The times of IS_DUE. Some minutes are allowed for the clocks of two processes, which differ a little."""
    now = services.now()
    return {"now": now, "latest": now + 2 * LEASE_MS, "longest": now + lane.pause + LEASE_MS}


def _try(services: "Services", row_id: str, lane: Lane) -> str:
    """Try one delivery: `done`; `failed`, when the system did not do its part; `waits`, when it did and the delivery
    has to wait or was given up; `taken`, when it is not due or another process has it."""
    row = _claim(services, row_id, lane)
    if row is None:
        return "taken"
    module, _, function = KINDS[row["kind"]].partition(":")
    try:
        getattr(importlib.import_module(module), function)(services, json.loads(row["payload"]))
    except Later as later:
        _put_off(services, row, min(later.wait, lane.pause))
        return "waits"
    except VendorError as error:
        log.warning("delivery %s %s: %s %s", row["kind"], row_id, error.kind, error.detail)
        _postpone(services, row, error.kind, error.retry_after)
        return "waits" if error.kind in FINAL or error.alone else "failed"
    except Exception:
        # A fault in an adapter must lose neither the row nor the customer's answer.
        log.exception("delivery %s %s: fault in the adapter", row["kind"], row_id)
        _postpone(services, row, "fault", None)
        return "failed"
    services.store.run("update outbox set done_at = :now, error = null where id = :id", now=services.now(), id=row_id)
    return "done"


def _claim(services: "Services", row_id: str, lane: Lane) -> "Row | None":
    return services.store.one(
        "update outbox set leased_until = :until, attempts = attempts + 1"  # noqa: S608 - the text is ours
        f" where id = :id and {IS_DUE} returning *",
        id=row_id,
        until=services.now() + LEASE_MS,
        **_times(services, lane),
    )


def _postpone(services: "Services", row: "Row", kind: str, retry_after: int | None) -> None:
    now = services.now()
    wait = BACKOFF_MS[min(row["attempts"], len(BACKOFF_MS)) - 1]
    services.store.run(
        "update outbox set leased_until = 0, next_at = :next, error = :kind, failed_at = :failed"
        " where id = :id and attempts = :attempts",  # else the lease ran out, and another process has the row
        next=now + min(max(wait, (retry_after or 0) * 1000), lane_of(row["kind"]).pause),
        kind=kind,
        failed=now if kind in FINAL else None,
        id=row["id"],
        attempts=row["attempts"],
    )


def _put_off(services: "Services", row: "Row", wait: int) -> None:
    """Wait without counting this as a try, so that a long wait does not lengthen the next one."""
    services.store.run(
        "update outbox set leased_until = 0, next_at = :next, attempts = attempts - 1"
        " where id = :id and attempts = :attempts",
        next=services.now() + wait,
        id=row["id"],
        attempts=row["attempts"],
    )
