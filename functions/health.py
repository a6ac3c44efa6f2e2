"""The portal's own health: its build, its store, the age of the last tick, and late or failed deliveries."""

from typing import TYPE_CHECKING

from werkzeug.wrappers import Response

from functions import clock, outbox
from functions.http import json_response
from functions.rate import spent
from functions.tick import age_ms, failing
from portal.clock import MINUTE_MS

if TYPE_CHECKING:
    from functions.http import Request
    from functions.services import Services

LATE_MS = 5 * MINUTE_MS
# Of the size that an operator gives a database, what it may take before somebody should look.
NEARLY = 0.8


def read(request: "Request", services: "Services") -> Response:
    """GET /api/health: `status` is ok, late (no tick for five minutes) or failing (a job or a delivery failed, the
    clock was set back, or the store is nearly full); `tick_age_seconds` may be null. `clock` has its last jump in
    seconds, and whether it is believed; `dropped_events` are today's."""
    age = age_ms(services)
    jobs = failing(services)
    deliveries = outbox.count(services)
    moved = clock.moved(services)
    late = age is None or not -LATE_MS <= age <= LATE_MS
    size, full = space(services)
    failed = jobs or any(deliveries.values()) or full or (moved.by < 0 and not moved.settled)
    return json_response(
        {
            "status": "late" if late else "failing" if failed else "ok",
            "tick_age_seconds": None if age is None else age // 1000,
            "failing_jobs": jobs,
            "deliveries": deliveries,
            "clock": {"moved_seconds": moved.by // 1000, "settled": moved.settled},
            "store": {"megabytes": size // 1_000_000, "nearly_full": full},
            "dropped_events": spent(services, "events-dropped", "all"),
            "build": services.portal["build"],
        }
    )


def space(services: "Services") -> tuple[int, bool]:
    """The size of the store in bytes, and whether there will soon be no room for it."""
    space = services.settings.space
    size, free = services.store.space()
    little = free is not None and free < space.disk_free
    return size, little or 0 < space.database * NEARLY < size
