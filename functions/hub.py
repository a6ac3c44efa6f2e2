"""The customer's own overview: requests, billing and account, one step away, each with its facts."""

from typing import TYPE_CHECKING

from functions import pages
from functions.http import see_other
from functions.signin import drafts, own_facts, sessions
from portal.menu import places
from portal.models import counted

if TYPE_CHECKING:
    from werkzeug.wrappers import Response

    from functions.http import Request
    from functions.services import Services


def page(request: "Request", services: "Services") -> "Response":
    """GET /my/: links to the parts that are on, with the customer's own facts; the front page when there are none."""
    session = sessions.require(request, services)
    parts = services.portal["parts"]
    unsent = drafts.of(services, session.requester.email) if parts.get("tickets", True) else []
    by_email = session.claims.get("level") == "address"
    own = [place for place in places("overview", parts) if place.part != "billing" or not by_email]
    on_call = own_facts.on_call(services, session.requester)
    if not own and not on_call:
        return see_other(services.url(""))
    return pages.render(
        services,
        "Overview",
        "hub.html",
        session=session,
        unsent=unsent,
        places=own,
        facts=_facts(services, session),
        on_call=on_call,
    )


def _facts(services: "Services", session: sessions.Session) -> dict[str, str]:
    """A line for each path that the customer has facts for."""
    answers = own_facts.new_answers(services, session.requester.subject)
    plan = str(session.claims.get("plan") or "")
    found = {
        "my/tickets/": counted(answers, "new answer") if answers else "",
        "my/billing/": f"Plan: {plan}" if plan else "",
        "my/account/": session.requester.email,
    }
    return {path: line for path, line in found.items() if line}
