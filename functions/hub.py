"""The customer's own front page: tickets, billing and account, one step away."""

from typing import TYPE_CHECKING

from functions import pages
from functions.signin import drafts, sessions

if TYPE_CHECKING:
    from werkzeug.wrappers import Response

    from functions.http import Request
    from functions.services import Services


def page(request: "Request", services: "Services") -> "Response":
    """GET /my/: links to the parts that are on."""
    session = sessions.require(request, services)
    parts = services.portal["parts"]
    unsent = drafts.of(services, session.requester.email) if parts.get("tickets", True) else []
    return pages.render(services, "Your portal", "hub.html", session=session, parts=parts, unsent=unsent)
