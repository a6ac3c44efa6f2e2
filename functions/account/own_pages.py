"""The account pages of the portal's own: sessions, notifications, and profile and team by SCIM."""

from typing import TYPE_CHECKING

from werkzeug.wrappers import Response

from functions import pages
from functions.account.jobs import account_session, component_ids, own_sessions
from functions.account.page import offers_emails
from functions.http import Request
from functions.mail import preferences
from functions.signin import sessions
from portal.clock import HOUR_MS

if TYPE_CHECKING:
    from functions.services import Services

# Attribute -> its label in the form, and its autocomplete token.
FIELDS = {
    "display_name": ("Name as others see it", "name"),
    "given_name": ("First name", "given-name"),
    "family_name": ("Last name", "family-name"),
    "phone": ("Work phone", "tel"),
    "locale": ("Language, for example en-GB", "language"),
    "timezone": ("Time zone, for example Europe/Berlin", "off"),
}
PARENTS = (pages.HUB, ("my/account/", "Your account"))
SAVED = {"1": "Saved.", "0": "There were no changes to save."}
DONE = {
    "invited": "If this address can be invited, we sent it an invitation.",
    "removed": "Removed from your team.",
}


def sessions_page(request: Request, services: "Services") -> Response:
    """GET /my/account/sessions/: the customer's sessions, to sign out of one or of all."""
    session = sessions.require(request, services)
    return pages.render(
        services,
        "Where you're signed in",
        "account/sessions.html",
        rows=own_sessions(services, session),
        hours={"most": sessions.ABSOLUTE_MS // HOUR_MS, "idle": sessions.IDLE_MS // HOUR_MS},
        parents=PARENTS,
        leads_away=True,
    )


def notifications_page(request: Request, services: "Services") -> Response:
    """GET /my/account/notifications/: which emails the customer wants."""
    session = sessions.require(request, services)
    components = (services.portal.get("status") or {}).get("components") or []
    return pages.render(
        services,
        "Notifications",
        "account/notifications.html",
        email=session.requester.email,
        parts=services.portal["parts"],
        components=components,
        offered=offers_emails(services),
        chosen=preferences.choices(services, session.requester.subject, component_ids(services)),
        saved=request.args.get("saved") == "1",
        parents=PARENTS,
    )


def profile_page(request: Request, services: "Services") -> Response:
    """GET /my/account/profile/: the customer's profile, read from the product."""
    session, scim = account_session(request, services, "profile")
    return pages.render(
        services,
        "Your profile",
        "account/profile.html",
        profile=scim.profile(session.requester),
        fields=FIELDS,
        saved=SAVED.get(request.args.get("saved", ""), ""),
        parents=PARENTS,
    )


def team_page(request: Request, services: "Services") -> Response:
    """GET /my/account/team/: the members of the customer's team."""
    session, scim = account_session(request, services, "team")
    found = scim.team(session.requester)
    return pages.render(
        services,
        "Your team",
        "account/team.html",
        team=scim.named(found) if found else None,
        own=scim.profile(session.requester).id if found else "",
        done=DONE.get(request.args.get("done", ""), ""),
        parents=PARENTS,
    )
