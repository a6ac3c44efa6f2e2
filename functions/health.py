"""Is the portal itself well: the build it serves, its store, and the age of the last tick."""

from typing import TYPE_CHECKING

from werkzeug.wrappers import Response

from functions.http import json_response
from functions.tick import age_ms

if TYPE_CHECKING:
    from functions.http import Request
    from functions.services import Services

LATE_MS = 5 * 60_000


def read(request: "Request", services: "Services") -> Response:
    """GET /api/health: `status` ok or late (no tick for five minutes), `tick_age_seconds` or null."""
    age = age_ms(services)
    late = age is None or age > LATE_MS
    return json_response(
        {
            "status": "late" if late else "ok",
            "tick_age_seconds": None if age is None else age // 1000,
            "build": services.portal["build"],
        }
    )
