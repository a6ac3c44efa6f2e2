"""The portal's own health: its build, its store, the age of the last tick, and late or failed deliveries."""

from typing import TYPE_CHECKING

from werkzeug.wrappers import Response

from functions import clock, outbox
from functions.http import json_response
from functions.tick import age_ms, failing
from portal.clock import MINUTE_MS

if TYPE_CHECKING:
    from functions.http import Request
    from functions.services import Services

LATE_MS = 5 * MINUTE_MS


def read(request: "Request", services: "Services") -> Response:
    """GET /api/health: `status` is ok, late (no tick for five minutes) or failing (a job or a delivery failed, or the
    clock was set back); `tick_age_seconds` may be null. `clock` has its last jump in seconds, and whether it is
    believed."""
    age = age_ms(services)
    jobs = failing(services)
    deliveries = outbox.count(services)
    moved = clock.moved(services)
    late = age is None or not -LATE_MS <= age <= LATE_MS
    failed = jobs or any(deliveries.values()) or (moved.by < 0 and not moved.settled)
    return json_response(
        {
            "status": "late" if late else "failing" if failed else "ok",
            "tick_age_seconds": None if age is None else age // 1000,
            "failing_jobs": jobs,
            "deliveries": deliveries,
            "clock": {"moved_seconds": moved.by // 1000, "settled": moved.settled},
            "build": services.portal["build"],
        }
    )
