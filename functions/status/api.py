"""The live state as public JSON in Statuspage's shape, for shared caches."""

import json
from hashlib import sha256
from typing import TYPE_CHECKING, Any

from werkzeug.wrappers import Response

from functions.errors import Problem
from functions.http import json_response
from functions.status import incident_store, live
from portal.status import badge as status_badge
from portal.status.summary import for_readers, seconds_left, summarise

if TYPE_CHECKING:
    from functions.http import Request
    from functions.services import Services

# 15 s in a shared cache and 15 s while it refreshes; a day of the last good answer while we are down.
FRESH, REFRESHING, DAY = 15, 15, 86_400


def summary(request: "Request", services: "Services") -> Response:
    """GET /api/v2/summary.json: page, indicator, components, open incidents, maintenance."""
    return _cached(request, for_readers(_summary(services)))


def status(request: "Request", services: "Services") -> Response:
    """GET /api/v2/status.json: page and indicator only."""
    return _cached(request, _part(_summary(services), "status", "checked_at", "stale_after"))


def components(request: "Request", services: "Services") -> Response:
    """GET /api/v2/components.json."""
    full = for_readers(_summary(services))
    return _cached(request, _part(full, "components", "unconfirmed", "checked_at", "stale_after"))


def incidents(request: "Request", services: "Services") -> Response:
    """GET /api/v2/incidents.json: the newest fifty."""
    return _cached(request, _newest(_summary(services), "incidents"))


def unresolved(request: "Request", services: "Services") -> Response:
    """GET /api/v2/incidents/unresolved.json."""
    return _cached(request, _part(_summary(services), "incidents"))


def maintenances(request: "Request", services: "Services") -> Response:
    """GET /api/v2/scheduled-maintenances.json: the newest fifty."""
    return _cached(request, _newest(_summary(services), "scheduled_maintenances"))


def upcoming(request: "Request", services: "Services") -> Response:
    """GET /api/v2/scheduled-maintenances/upcoming.json."""
    return _cached(request, _phases(_summary(services), {"scheduled"}))


def active(request: "Request", services: "Services") -> Response:
    """GET /api/v2/scheduled-maintenances/active.json."""
    return _cached(request, _phases(_summary(services), {"in_progress", "verifying"}))


def badge(request: "Request", services: "Services") -> Response:
    """GET /api/status/badge.svg: the state in a word, for a README or a dashboard."""
    indicator, left = _believed(_summary(services))
    return tagged(request, Response(status_badge.svg(indicator), mimetype="image/svg+xml"), stale_if_error=left)


def badge_json(request: "Request", services: "Services") -> Response:
    """GET /api/status/badge.json, in the shape of https://shields.io/badges/endpoint-badge."""
    indicator, left = _believed(_summary(services))
    return tagged(request, json_response(status_badge.shield(indicator)), stale_if_error=left)


def _summary(services: "Services") -> dict[str, Any]:
    """The summary of now. Without the store it is made from what this process last read, or from the build, with the
    time of those checks."""
    board = incident_store.last_known(services)
    if board is None:
        raise Problem(404, "This portal has no status page.")
    return summarise(board, live.known(services), services.now())


def _believed(full: dict[str, Any]) -> tuple[str, int]:
    """The indicator for an answer without a time in it, and for how many seconds a cache may serve it while we are
    down: green only as long as its checks are fresh."""
    indicator = full["status"]["indicator"]
    if indicator != "none":
        return indicator, DAY
    left = seconds_left(full) - FRESH - REFRESHING
    return (indicator, left) if left > 0 else ("unknown", DAY)


def _part(full: dict[str, Any], *keys: str) -> dict[str, Any]:
    return {key: full[key] for key in ("page", "generated_at", *keys)}


def _newest(full: dict[str, Any], key: str) -> dict[str, Any]:
    """With those that are over, which the summary itself leaves out."""
    return _part(full) | {key: full["every"][key]}


def _phases(full: dict[str, Any], phases: set[str]) -> dict[str, Any]:
    works = [work for work in full["scheduled_maintenances"] if work["status"] in phases]
    return _part(full) | {"scheduled_maintenances": works}


def _cached(request: "Request", data: dict[str, Any]) -> Response:
    """The answer, or 304 when the reader has it; its tag leaves out the time of making."""
    said = {key: value for key, value in data.items() if key not in {"generated_at", "every"}}
    answer = {key: value for key, value in data.items() if key != "every"}
    canonical = json.dumps(said, sort_keys=True, separators=(",", ":"))
    return tagged(request, json_response(answer), canonical)


def tagged(request: "Request", response: Response, canonical: str = "", stale_if_error: int = DAY) -> Response:
    """The answer with the headers of a shared cache and a strong tag of `canonical`, or of its own bytes."""
    stale = f"stale-while-revalidate={REFRESHING}, stale-if-error={stale_if_error}"
    response.headers["Cache-Control"] = f"public, max-age=0, s-maxage={FRESH}, {stale}"
    # Some hosts strip s-maxage before their own cache; this header is for that cache.
    response.headers["CDN-Cache-Control"] = f"max-age={FRESH}, {stale}"
    response.headers["Access-Control-Allow-Origin"] = "*"
    # A page on another host needs these to tell how old an answer is.
    response.headers["Access-Control-Expose-Headers"] = "Age, Date, ETag"
    text = canonical.encode() or response.get_data()
    response.set_etag(sha256(text).hexdigest()[:32])
    response.make_conditional(request)
    return response
