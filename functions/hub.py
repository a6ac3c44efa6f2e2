"""The customer's own front page: tickets, billing and account, one step away."""

from typing import TYPE_CHECKING

from functions import pages
from functions.signin import sessions

if TYPE_CHECKING:
    from werkzeug.wrappers import Response

    from functions.http import Request
    from functions.services import Services


def hub_page(request: "Request", services: "Services") -> "Response":
    """GET /my/: the parts that are on, for the customer who is signed in."""
    session = sessions.require(request, services)
    return pages.render(services, "Your portal", "hub.html", session=session, parts=services.portal["parts"])
