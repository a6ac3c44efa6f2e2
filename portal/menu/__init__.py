"""The portal's own pages as header, footer, home, overview and account menu name them: one list for all of them."""

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True)
class Place:
    """A page of the portal: its switch in `extra.portal.parts`, its path below the base path, its name, a line about
    it, and the menus that have it."""

    part: str
    path: str
    title: str
    line: str
    menus: tuple[str, ...]


# In the order of every menu; "own" is the account menu.
PLACES = (
    Place("tickets", "my/tickets/", "Your requests", "Your questions and our answers", ("own", "home", "overview")),
    Place("billing", "my/billing/", "Billing", "Card, plan, invoices and cancelling", ("own", "home", "overview")),
    Place("account", "my/account/", "Account", "Your profile, password and sign-in", ("own", "home", "overview")),
    Place("status", "status/", "Status", "Current status, incidents and updates", ("home", "footer")),
    Place("changelog", "changelog/", "Changelog", "What's new, improved and fixed", ("header", "footer")),
    Place("tickets", "ask/", "Contact support", "Ask us when no article helps", ("header", "footer", "overview")),
)


def places(menu: str, parts: Mapping[str, bool]) -> list[Place]:
    """The places of a menu whose parts are switched on."""
    return [place for place in PLACES if menu in place.menus and parts.get(place.part, True)]
