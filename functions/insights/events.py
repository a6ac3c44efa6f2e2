"""POST /api/events: what visitors did, with nothing that identifies them.

The answer is 204 also for bad events: a counter must never trouble a reader. No address, no user
agent and no cookie is stored; the rate limit keeps a keyed hash of the address for two days.
"""

import json
import re
from dataclasses import asdict
from typing import TYPE_CHECKING

from werkzeug.wrappers import Response

from functions.errors import Problem
from functions.http import client, read_json
from functions.insights import rows
from functions.rate import limit, spend
from portal.clock import DAY_MS
from portal.insights.events import Event, EventError, parse

if TYPE_CHECKING:
    from functions.http import Request
    from functions.services import Services

MOST_BYTES = 16_000
MOST_EVENTS = 20
# A month can be compared with the same month a year ago.
KEPT_MS = 400 * DAY_MS
# A reader of forty pages sends some 120 requests; an office behind one address holds several readers.
TIMES, PER_SECONDS = 1200, 600
# What is past the day's budgets is not kept, only counted.
DROPPED, MOST_COUNTED = "events-dropped", 2**53
# Cubot is a brand of telephones.
ROBOT = re.compile(
    r"(?<!cu)bot|crawl|spider|slurp|headless|phantom|selenium|puppeteer|playwright|lighthouse|pagespeed|preview|"
    r"monitor|uptime|pingdom|statuscake|facebookexternalhit|curl|wget|python|httpx|go-http|java/|okhttp|axios|node",
    re.IGNORECASE,
)


def collect(request: "Request", services: "Services") -> Response:
    """Store the good ones of at most 20 events; always 204, but for 413 (16 kB) and 429."""
    if not is_robot(request) and not asks_not_to_be_counted(request):
        who = client(request, services.settings)
        limit(services, "events", who, TIMES, PER_SECONDS)
        events = _events(request)
        if has_room(services, who, sum(len(json.dumps(asdict(event))) for event in events)):
            keep(services, events)
        else:
            spend(services, DROPPED, "all", len(events), MOST_COUNTED)
    return Response(status=204)


def has_room(services: "Services", who: str, size: int) -> bool:
    """Take `size` bytes from the day's budgets of an address and of all; False when one of them is used up."""
    space = services.settings.space
    with services.store.transaction():
        return spend(services, "events-bytes", who, size, space.events_each) and spend(
            services, "events-bytes", "all", size, space.events_all
        )


def keep(services: "Services", events: list[Event]) -> None:
    """Store events under the server's clock; one that came before (a browser's retry) changes nothing."""
    if not events:
        return
    with services.store.transaction():
        rows.add(services.store, events, services.now(), str(services.portal["build"]))


def purge(services: "Services", deadline: float) -> None:
    """Job of the tick: forget visits after 400 days."""
    rows.remove(services.store, services.now() - KEPT_MS)


def is_robot(request: "Request") -> bool:
    """Whether the user agent is empty or a program's."""
    agent = request.headers.get("User-Agent", "")
    return not agent or ROBOT.search(agent) is not None


def asks_not_to_be_counted(request: "Request") -> bool:
    """Whether the browser sends Do Not Track or Global Privacy Control."""
    return request.headers.get("DNT") == "1" or request.headers.get("Sec-GPC") == "1"


def _events(request: "Request") -> list[Event]:
    try:
        raw = read_json(request, MOST_BYTES)
    except Problem as problem:
        if problem.status == 413:
            raise
        return []
    events = []
    for item in raw[:MOST_EVENTS] if isinstance(raw, list) else ():
        try:
            events.append(parse(item))
        except EventError:
            continue  # the others are kept
    return events
