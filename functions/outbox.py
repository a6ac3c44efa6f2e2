"""Deliveries that survive a crash: a row is written with what it belongs to, then delivered until it is done.

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
from functions.stores.people import Held
from portal.clock import DAY_MS, HOUR_MS, MINUTE_MS

if TYPE_CHECKING:
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
    "status.webhook": "functions.status.webhooks:deliver",
    "mail.verify": "functions.signin.mail_code:deliver",
}
FINAL = {"rejected", "unsupported"}
# Longer than any delivery takes: every call of a vendor has a timeout, and a ticket with ten files is a dozen calls.
LEASE_MS = 180_000
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
    row = _claim(services, row_id)
    if row is None:
        return False
    module, _, function = KINDS[row["kind"]].partition(":")
    try:
        getattr(importlib.import_module(module), function)(services, json.loads(row["payload"]))
    except Later as later:
        _put_off(services, row, later.wait)
        return False
    except VendorError as error:
        log.warning("delivery %s %s: %s %s", row["kind"], row_id, error.kind, error.detail)
        _postpone(services, row, error.kind, error.retry_after)
        return False
    except Exception:
        # A fault in an adapter must lose neither the row nor the customer's answer.
        log.exception("delivery %s %s: fault in the adapter", row["kind"], row_id)
        _postpone(services, row, "fault", None)
        return False
    services.store.run("update outbox set done_at = :now, error = null where id = :id", now=services.now(), id=row_id)
    return True


def deliver_first(services: "Services", row_id: str) -> None:
    """Try a delivery right after its row was committed, and when it succeeds one other that is due. A failure is
    left to the tick."""
    try:
        if deliver(services, row_id):  # else a desk that hangs would cost them its timeout twice
            deliver_due(services, deadline=float("inf"), most=1)
    except StoreError:
        log.exception("first delivery of %s: the store did not answer", row_id)


def deliver_due(services: "Services", deadline: float, most: int = 50) -> None:
    """Job of the tick: deliver what is due, oldest first, until `deadline` (time.monotonic seconds)."""
    now = services.now()
    rows = services.store.all(
        "select id from outbox where done_at is null and failed_at is null and next_at <= :now"
        " and (leased_until < :now or leased_until > :latest) order by next_at limit :most",
        now=now,
        latest=now + 2 * LEASE_MS,
        most=most,
    )
    for row in rows:
        if time.monotonic() > deadline:
            return
        deliver(services, row["id"])


def purge(services: "Services", deadline: float) -> None:
    """Job of the tick: forget deliveries 30 days after they were done or given up."""
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


def _claim(services: "Services", row_id: str) -> "Row | None":
    now = services.now()
    # A lease that ends later than any can was taken before the clock was set back. Twice a lease's length, since the
    # clocks of two processes differ a little.
    return services.store.one(
        "update outbox set leased_until = :until, attempts = attempts + 1 where id = :id and done_at is null"
        " and failed_at is null and next_at <= :now and (leased_until < :now or leased_until > :latest) returning *",
        id=row_id,
        until=now + LEASE_MS,
        latest=now + 2 * LEASE_MS,
        now=now,
    )


def _postpone(services: "Services", row: "Row", kind: str, retry_after: int | None) -> None:
    now = services.now()
    wait = BACKOFF_MS[min(row["attempts"], len(BACKOFF_MS)) - 1]
    services.store.run(
        "update outbox set leased_until = 0, next_at = :next, error = :kind, failed_at = :failed"
        " where id = :id and attempts = :attempts",  # else the lease ran out, and another process has the row
        next=now + max(wait, (retry_after or 0) * 1000),
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
