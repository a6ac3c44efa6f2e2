"""The live state for everybody: public JSON in Statuspage's shape, made to sit in shared caches."""

import json
import logging
from hashlib import sha256
from typing import TYPE_CHECKING, Any

from werkzeug.wrappers import Response

from functions import status_incidents
from functions.errors import Problem, StoreError
from functions.http import json_response
from portal import status_badge
from portal.status import Live, read
from portal.status_summary import summarise

if TYPE_CHECKING:
    from functions.http import Request
    from functions.services import Services
    from functions.stores import Store

# 15 s in a shared cache and 15 s while it refreshes; a day of the last good answer while we are down.
SHARED = "max-age=15, stale-while-revalidate=15, stale-if-error=86400"
HEADERS = {
    "Cache-Control": "public, max-age=0, s-maxage=15, stale-while-revalidate=15, stale-if-error=86400",
    # Some hosts strip s-maxage on its way to their own cache; this one is for that cache alone.
    "CDN-Cache-Control": SHARED,
    "Access-Control-Allow-Origin": "*",
}

log = logging.getLogger(__name__)


def summary(request: "Request", services: "Services") -> Response:
    """GET /api/v2/summary.json: page, indicator, components, open incidents, maintenance."""
    return _cached(request, _summary(services))


def status(request: "Request", services: "Services") -> Response:
    """GET /api/v2/status.json: page and indicator only."""
    return _cached(request, _of(_summary(services), "status", "checked_at", "stale_after"))


def components(request: "Request", services: "Services") -> Response:
    """GET /api/v2/components.json."""
    return _cached(request, _of(_summary(services), "components", "checked_at", "stale_after"))


def incidents(request: "Request", services: "Services") -> Response:
    """GET /api/v2/incidents.json: the newest fifty."""
    return _cached(request, _of(_summary(services), all="incidents"))


def unresolved(request: "Request", services: "Services") -> Response:
    """GET /api/v2/incidents/unresolved.json."""
    return _cached(request, _of(_summary(services), "incidents"))


def maintenances(request: "Request", services: "Services") -> Response:
    """GET /api/v2/scheduled-maintenances.json: the newest fifty."""
    return _cached(request, _of(_summary(services), all="scheduled_maintenances"))


def upcoming(request: "Request", services: "Services") -> Response:
    """GET /api/v2/scheduled-maintenances/upcoming.json."""
    return _cached(request, _phases(_summary(services), {"scheduled"}))


def active(request: "Request", services: "Services") -> Response:
    """GET /api/v2/scheduled-maintenances/active.json."""
    return _cached(request, _phases(_summary(services), {"in_progress", "verifying"}))


def badge(request: "Request", services: "Services") -> Response:
    """GET /api/status/badge.svg: the state in a word, for a README or a dashboard."""
    full = _summary(services)
    return tagged(request, Response(status_badge.svg(full["status"]["indicator"]), mimetype="image/svg+xml"))


def badge_json(request: "Request", services: "Services") -> Response:
    """GET /api/status/badge.json, in the shape of https://shields.io/badges/endpoint-badge."""
    return _cached(request, status_badge.shield(_summary(services)["status"]["indicator"]))


def live_rows(store: "Store") -> dict[str, tuple[Live, int]]:
    """What the checks last said, with the revision that a writer must name."""
    rows = {}
    for row in store.all("select * from status_live"):
        revision = row.pop("revision")
        rows[row["component_id"]] = (Live(**{**row, "ok": bool(row["ok"])}), revision)
    return rows


def _summary(services: "Services") -> dict[str, Any]:
    """The summary as of now; without the store the last good one of this process, or what the build knew. Both have
    their time, and no reader takes old data for green."""
    bundle = services.portal.get("status")
    if not bundle:
        raise Problem(404, "This portal has no status page.")
    try:
        board = status_incidents.board(services) or read(bundle)
        live = {key: state for key, (state, _) in live_rows(services.store).items()}
    except StoreError as error:
        log.warning("status: the store does not answer: %s", error)
        return services.last_good or summarise(read(bundle), {}, services.now())
    services.last_good = summarise(board, live, services.now())
    return services.last_good


def _of(full: dict[str, Any], *parts: str, all: str = "") -> dict[str, Any]:
    every = {all: full["every"][all]} if all else {}
    return {"page": full["page"]} | {part: full[part] for part in ("generated_at", *parts)} | every


def _phases(full: dict[str, Any], phases: set[str]) -> dict[str, Any]:
    works = [work for work in full["scheduled_maintenances"] if work["status"] in phases]
    return _of(full) | {"scheduled_maintenances": works}


def _cached(request: "Request", data: dict[str, Any]) -> Response:
    """The answer, or 304 when the reader has it: its tag covers all but the time at which it was made."""
    said = {key: value for key, value in data.items() if key not in {"generated_at", "every"}}
    answer = {key: value for key, value in data.items() if key != "every"}
    canonical = json.dumps(said, sort_keys=True, separators=(",", ":"))
    return tagged(request, json_response(answer), canonical)


def tagged(request: "Request", response: Response, canonical: str = "") -> Response:
    """The answer with the headers of a shared cache and a strong tag of `canonical`, or of its own bytes."""
    response.headers.update(HEADERS)
    text = canonical.encode() or response.get_data()
    response.set_etag(sha256(text).hexdigest()[:32])
    response.make_conditional(request)
    return response
