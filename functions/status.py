"""The live state for everybody: public JSON in Statuspage's shape, made to sit in shared caches."""

import json
from hashlib import sha256
from typing import TYPE_CHECKING, Any

from werkzeug.wrappers import Response

from functions.errors import Problem
from functions.http import json_response
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


def summary(request: "Request", services: "Services") -> Response:
    """GET /api/v2/summary.json: page, indicator, components, open incidents, maintenance."""
    return _cached(request, _summary(services))


def status(request: "Request", services: "Services") -> Response:
    """GET /api/v2/status.json: page and indicator only."""
    full = _summary(services)
    parts = ("page", "status", "checked_at", "generated_at", "stale_after")
    return _cached(request, {part: full[part] for part in parts})


def live_rows(store: "Store") -> dict[str, tuple[Live, int]]:
    """What the checks last said, with the revision that a writer must name."""
    rows = {}
    for row in store.all("select * from status_live"):
        revision = row.pop("revision")
        rows[row["component_id"]] = (Live(**{**row, "ok": bool(row["ok"])}), revision)
    return rows


def _summary(services: "Services") -> dict[str, Any]:
    bundle = services.portal.get("status")
    if not bundle:
        raise Problem(404, "This portal has no status page.")
    live = {key: state for key, (state, _) in live_rows(services.store).items()}
    return summarise(read(bundle), live, services.now())


def _cached(request: "Request", data: dict[str, Any]) -> Response:
    """The answer, or 304 when the reader has it: its tag covers all but the time at which it was made."""
    response = json_response(data, headers=HEADERS)
    said = {key: value for key, value in data.items() if key != "generated_at"}
    canonical = json.dumps(said, sort_keys=True, separators=(",", ":"))
    response.set_etag(sha256(canonical.encode()).hexdigest()[:32])
    response.make_conditional(request)
    return response
