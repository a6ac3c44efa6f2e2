"""The live status feeds: a new update is in them within seconds, without a build."""

from typing import TYPE_CHECKING

from werkzeug.wrappers import Response

from functions.errors import Problem
from functions.status import incident_store
from functions.status.api import tagged

if TYPE_CHECKING:
    from functions.http import Request
    from functions.services import Services


def atom(request: "Request", services: "Services") -> Response:
    """GET /api/status/feed.xml?component="""
    return _feed(request, services, "atom", "feed.xml", "application/atom+xml")


def rss(request: "Request", services: "Services") -> Response:
    """GET /api/status/rss.xml?component="""
    return _feed(request, services, "rss", "rss.xml", "application/rss+xml")


def json_feed(request: "Request", services: "Services") -> Response:
    """GET /api/status/feed.json?component="""
    return _feed(request, services, "json_feed", "feed.json", "application/feed+json")


def _feed(request: "Request", services: "Services", kind: str, name: str, mimetype: str) -> Response:
    # Heavy, and no other request needs them.
    from portal.status import feeds
    from portal.status.plain import from_plain

    board = incident_store.last_known(services)
    component = request.args.get("component", "")
    if board is None or (component and component not in {one.id for one in board.ever}):
        raise Problem(404, "There is no such feed.")
    # Its own address, or readers switch to the file of the last build.
    address = services.absolute(f"api/status/{name}") + (f"?component={component}" if component else "")
    text = getattr(feeds, kind)(board, address, from_plain, component)
    return tagged(request, Response(text, mimetype=mimetype))
