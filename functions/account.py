"""The customer's own front page and account page: who is signed in, and where each thing is done."""

from typing import TYPE_CHECKING

from werkzeug.wrappers import Response

from functions import sessions
from functions.http import Request

if TYPE_CHECKING:
    from functions.services import Services

# Articles about one's own account, in the order in which they are shown.
ARTICLES = (
    "getting-in/forgot-password",
    "getting-in/lost-two-factor-device",
    "your-team/invite-a-teammate",
    "your-team/add-or-remove-seats",
    "using-the-portal/change-notifications",
)


def hub(request: Request, services: "Services") -> Response:
    """Tickets, billing and account, one step away."""
    session = sessions.require(request, services)
    return services.page("Your portal", "my.html", session=session, parts=services.portal["parts"])


def account(request: Request, services: "Services") -> Response:
    """Who is signed in, how to sign out, and the articles that explain the rest."""
    session = sessions.require(request, services)
    known = {article["id"]: article for article in services.portal["articles"]}
    articles = [known[name] for name in ARTICLES if name in known]
    return services.page("Your account", "account.html", session=session, articles=articles)
