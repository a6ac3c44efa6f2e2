"""The job runner, called by the host's scheduler over HTTP."""

import importlib
import logging
import time
from typing import TYPE_CHECKING

from werkzeug.wrappers import Response

from functions import clock
from functions.errors import Problem, StoreError, VendorError
from functions.http import json_response, knows
from portal.clock import HOUR_MS, MINUTE_MS

if TYPE_CHECKING:
    from functions.http import Request
    from functions.services import Services

# A job, where it lives, and how often it runs (ms); a job of 0 runs at every tick and keeps its own times. Checks and
# their news come before what may wait for other systems, and such a system is asked for nothing more at the very end.
JOBS = {
    "poll": ("functions.status.poll:poll", 0),
    "tell": ("functions.status.tell:announce", 0),
    "outbox": ("functions.outbox:deliver_due", 0),
    "purge_tickets": ("functions.tickets.purge:purge", HOUR_MS),
    "purge_events": ("functions.insights.events:purge", HOUR_MS),
    "purge_comments": ("functions.insights.feedback:purge", HOUR_MS),
    "purge_webhooks": ("functions.tickets.webhook:purge", HOUR_MS),
    "digest": ("functions.changelog.digest:announce", 15 * MINUTE_MS),
    "purge_digest": ("functions.changelog.digest:purge", HOUR_MS),
    "purge_told": ("functions.status.tell:purge", HOUR_MS),
    "purge_samples": ("functions.status.poll:purge", HOUR_MS),
    "purge_drafts": ("functions.signin.drafts:purge", HOUR_MS),
    "purge_sessions": ("functions.signin.sessions:purge", HOUR_MS),
    "purge_verify": ("functions.signin.with_mail:purge", 15 * MINUTE_MS),
    "purge_mailed": ("functions.mail.addresses:purge", HOUR_MS),
    "purge_puzzles": ("functions.bots.used:purge", HOUR_MS),
    "purge_rates": ("functions.rate:purge", HOUR_MS),
    "purge_outbox": ("functions.outbox:purge", HOUR_MS),
    "settle_billing": ("functions.billing.ledger:settle", MINUTE_MS),
    "purge_billing": ("functions.billing.ledger:purge", HOUR_MS),
    "purge_billing_events": ("functions.billing.webhook:purge", HOUR_MS),
    "purge_billing_known": ("functions.billing.reading:purge", HOUR_MS),
    "count_visits": ("functions.insights.rollups:roll", 15 * MINUTE_MS),
    "end_retired": ("functions.status.retired:end", HOUR_MS),
    "look_at_tickets": ("functions.tickets.poll:poll", MINUTE_MS),
}
# Jobs that would take a whole tick -> how much of what is left of it they may have.
SHARES = {"poll": 0.8, "outbox": 0.8}
# How the names of jobs that erase begin.
ERASES = "purge_"
# Several processes may run it at once: each of its rows has a lease of its own.
SHARED = {"outbox"}
BUDGET_SECONDS = 20
NOBODY = ("job",)
LEASE_MS = 2 * MINUTE_MS

log = logging.getLogger(__name__)


def handle(request: "Request", services: "Services") -> Response:
    """GET or POST /api/tick with the scheduler's bearer token: 200, or 500 when a job failed."""
    given = request.headers.get("Authorization", "").removeprefix("Bearer ")
    # A scheduler that was set up from the same variable sends both tokens while they change.
    if not any(knows(token, services.settings.tick_tokens) for token in given.split(",")):
        raise Problem(401, "The tick needs its bearer token.")
    outcome = tick(services, time.monotonic() + BUDGET_SECONDS)
    return json_response({"jobs": outcome}, 500 if "failed" in outcome.values() else 200)


def tick(services: "Services", deadline: float) -> dict[str, str]:
    """Run every due job under a lease until `deadline` (time.monotonic seconds); job -> done, failed, left, or waits:
    nothing is erased by a clock that has just jumped."""
    outcome = {}
    clock.note(services)
    for name, (where, every) in JOBS.items():
        if time.monotonic() > deadline:
            outcome[name] = "left"
        elif name.startswith(ERASES) and not clock.moved(services).settled:
            outcome[name] = "waits"
        elif _claim(services, name, every):
            now = time.monotonic()
            until = now + SHARES.get(name, 1.0) * (deadline - now)
            outcome[name] = _run(services, name, where, every, until)
    return outcome


def age_ms(services: "Services") -> int | None:
    """Milliseconds since a job last finished, or None when none has. A time that is yet to come was written before the
    clock was set back."""
    row = services.store.one(
        "select max(finished_at) as at from job where finished_at <= :latest", latest=services.now() + LEASE_MS
    )
    return services.now() - row["at"] if row and row["at"] else None


def failing(services: "Services") -> list[str]:
    """The jobs whose last run failed."""
    rows = services.store.all("select name from job where failed_at is not null order by name")
    return [row["name"] for row in rows]


def _claim(services: "Services", name: str, every: int) -> bool:
    now = services.now()
    services.store.run(
        "insert into job (name, due_at, leased_until) values (:name, 0, 0) on conflict (name) do nothing", name=name
    )
    # A time further ahead than any can be was written before the clock was set back; a lease's length is allowed for
    # the difference between two processes' clocks.
    claimed = services.store.run(
        "update job set leased_until = :until where name = :name and (due_at <= :now or due_at > :latest)"
        " and (:shared = 1 or leased_until < :now or leased_until > :longest)",
        name=name,
        shared=int(name in SHARED),
        until=now + LEASE_MS,
        longest=now + 2 * LEASE_MS,
        latest=now + every + LEASE_MS,
        now=now,
    )
    return claimed == 1


def _run(services: "Services", name: str, where: str, every: int, deadline: float) -> str:
    module, _, function = where.partition(":")
    outcome = "done"
    try:
        getattr(importlib.import_module(module), function)(services, deadline)
    except (StoreError, VendorError) as error:
        log.error("job %s: %s", name, error)
        outcome = "failed"
    except Exception:
        # One faulty job must not keep tickets from being delivered; the answer says 500, so the scheduler alarms.
        log.exception("job %s: fault", name)
        outcome = "failed"
    ended = "finished_at = :now, failed_at = null" if outcome == "done" else "failed_at = :now"
    now = services.now()
    services.store.run(
        f"update job set leased_until = 0, due_at = :due, {ended} where name = :name",  # noqa: S608 - the text is ours
        name=name,
        due=now + every,
        now=now,
    )
    return outcome
