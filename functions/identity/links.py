"""The address of an identity provider's page for an account job, and the return from it."""

from collections.abc import Mapping
from typing import TYPE_CHECKING
from urllib.parse import urlencode, urlsplit

from portal.account import Link, fill, hosts
from portal.urls import is_safe

if TYPE_CHECKING:
    from functions.services import Services
    from portal.models import Requester

# How Keycloak says that the customer turned back. Claims are read again in any case.
UNFINISHED = {"cancelled", "error"}


def page_url(services: "Services", link: Link, requester: "Requester | None", back: str) -> str | None:
    """A `url` row filled in from the claims of `requester`; None when a claim is missing or the row is unusable.

    Nothing of a form or an address bar is ever filled in.
    """
    account = services.portal.get("account") or {}
    values = {
        "at": account.get("at") or "",
        "client_id": services.settings.oidc_client_id,
        "back": back,
    }
    if requester is not None:
        values |= {"user": requester.subject, "org": requester.account or ""}
    try:
        url = fill(link.value, values)
    except KeyError:
        return None
    # The build has checked this already; the bundle may come from an older build.
    return url if is_safe(url) and urlsplit(url).netloc in hosts(account) else None


def came_back(back: str, answer: Mapping[str, str]) -> str:
    """The page to return to, marked when the customer left the provider's page without finishing."""
    if "job=" in back and answer.get("kc_action_status") in UNFINISHED:
        return f"{back}&{urlencode({'outcome': 'unfinished'})}"
    return back


def ask(services: "Services", call: str, requester: "Requester", back: str, invitee: str) -> tuple[str, set[str]]:
    """Make the server call of a row, such as `auth0:password`; returns the address to go to, empty when the call was
    all, and the hosts it may be on. Raises VendorError and SettingsError."""
    from functions.identity import server_links

    vendor, _, name = call.partition(":")
    connected = server_links.connect(services.settings, vendor)
    return getattr(connected, name)(server_links.Asked(requester, back, invitee)), connected.hosts
