"""The status feeds as of now: what a build does not know yet is in them within seconds."""

from html import escape
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
    from portal.status import feeds  # a feed's library is of no use to any other request

    board = incident_store.last_known(services)
    component = request.args.get("component", "")
    if board is None or (component and component not in {one.id for one in board.components}):
        raise Problem(404, "There is no such feed.")
    # Its own address, or a reader goes on with the file of the last build.
    address = services.absolute(f"api/status/{name}") + (f"?component={component}" if component else "")
    text = getattr(feeds, kind)(board, address, _paragraphs, component)
    return tagged(request, Response(text, mimetype=mimetype))


def _paragraphs(text: str) -> str:
    return "".join(f"<p>{escape(part).replace(chr(10), '<br>')}</p>" for part in text.split("\n\n") if part.strip())
