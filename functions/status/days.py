"""The last days in the shape of status/history/, from the store's samples, and with them the newest incidents."""

from collections import defaultdict
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from functions.errors import Problem
from functions.http import json_response
from functions.status import incident_store
from portal.status import days as status_days
from portal.status.days import Sample
from portal.status.summary import summarise
from portal.status.uptime import DAY

if TYPE_CHECKING:
    from werkzeug.wrappers import Response

    from functions.http import Request
    from functions.services import Services
    from portal.status import Board

DAYS = 4  # today, and those whose samples are there from their first second


def days(request: "Request", services: "Services") -> "Response":
    """GET /api/status/days.json: {day: {component: ...}} (portal.status.days), with today so far; five minutes in
    caches."""
    return _cached(_days(services, _board(services)), 300)


def past(request: "Request", services: "Services") -> "Response":
    """GET /api/status/past.json: what the status page adds to its build in one request: `days` as above, and the
    newest fifty `incidents` as in /api/v2/incidents.json; one minute in caches."""
    board = _board(services)
    every = summarise(board, {}, services.now())["every"]
    return _cached({"days": _days(services, board), "incidents": every["incidents"]}, 60)


def _board(services: "Services") -> "Board":
    board = incident_store.board(services)
    if board is None:
        raise Problem(404, "This portal has no status page.")
    return board


def _days(services: "Services", board: "Board") -> dict[str, Any]:
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
    return {f"{datetime.fromtimestamp(start, UTC):%Y-%m-%d}": one for start, one in told.items()}


def _cached(data: dict[str, Any], seconds: int) -> "Response":
    answer = json_response(data)
    answer.headers["Cache-Control"] = f"public, max-age=0, s-maxage={seconds}, stale-if-error=86400"
    answer.headers["Access-Control-Allow-Origin"] = "*"
    return answer
