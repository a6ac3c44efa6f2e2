"""GET /api/status/days.json: the last days in the shape of status/history/, from the store's samples."""

from collections import defaultdict
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from functions.errors import Problem
from functions.http import json_response
from functions.status import incident_store
from portal.status import days as status_days
from portal.status.days import Sample
from portal.status.uptime import DAY

if TYPE_CHECKING:
    from werkzeug.wrappers import Response

    from functions.http import Request
    from functions.services import Services

DAYS = 4  # today, and those whose samples are there from their first second


def days(request: "Request", services: "Services") -> "Response":
    """{day: {component: ...}} (portal.status.days), with today so far; five minutes in caches."""
    board = incident_store.board(services)
    if board is None:
        raise Problem(404, "This portal has no status page.")
    now = services.now() // 1000
    today = now // DAY * DAY
    first = today - (DAYS - 1) * DAY
    samples: dict[str, list[Sample]] = defaultdict(list)
    # Three intervals before the first day tell how it began.
    since = (first - 3 * 600) * 1000
    rows = services.store.all(
        "select component_id, at, result, ms from status_sample where at >= :since order by at", since=since
    )
    for row in rows:
        samples[row["component_id"]].append((row["at"] // 1000, row["result"], row["ms"]))
    told = status_days.days(board, samples, first, today + DAY, now)
    found = {f"{datetime.fromtimestamp(start, UTC):%Y-%m-%d}": one for start, one in told.items()}
    answer = json_response(found)
    answer.headers["Cache-Control"] = "public, max-age=0, s-maxage=300, stale-if-error=86400"
    answer.headers["Access-Control-Allow-Origin"] = "*"
    return answer
