"""The portal's own pages as header, footer, home, overview and account menu name them: one list for all of them."""

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True)
class Place:
    """A page of the portal: its switch in `extra.portal.parts`, its path below the base path, its name, a line about
    it, and the menus that have it. `own` is a page for someone who is signed in."""

    part: str
    path: str
    title: str
    line: str
    menus: tuple[str, ...]
    own: bool = False

    @property
    def here(self) -> str:
        """Its name inside a sentence, such as `your requests`."""
        return self.title.lower() if self.part != "account" else "your account"


_OWN = ("own", "overview")
# In the order of every menu; "own" is the account menu, and the home page's "Manage your account".
PLACES = (
    Place("tickets", "my/tickets/", "Your requests", "Your questions and our answers", _OWN, own=True),
    Place("billing", "my/billing/", "Billing", "Card, plan, invoices and cancelling", _OWN, own=True),
    Place("account", "my/account/", "Account", "Your profile, password and sign-in", _OWN, own=True),
    Place("status", "status/", "Status", "Current status, incidents and updates", ("footer",)),
    Place("changelog", "changelog/", "Changelog", "What's new, improved and fixed", ("header", "footer")),
    Place("tickets", "ask/", "Contact support", "Ask us when no article helps", ("header", "footer", "overview")),
)
# Where the pages of a part are, and who can be there: what an address below one of these needs. The first match counts.
NEEDS = {
    "my/tickets/": ("tickets", "sign_in"),
    "my/ticket/": ("tickets", "sign_in"),
    "my/ask/": ("tickets",),
    "my/billing/": ("billing", "sign_in"),
    "my/account/": ("account", "sign_in"),
    "my/status/": ("status",),
    "my/changelog/": ("changelog",),
    "my/": ("sign_in",),
    "ask/": ("tickets",),
    "status/": ("status",),
    "changelog/": ("changelog",),
    "feedback/": ("articles",),
}

# The parts with texts that the search finds: one is enough.
SEARCHED = ("articles", "status", "changelog")


def places(menu: str, parts: Mapping[str, bool]) -> list[Place]:
    """The places of a menu that are there, by what is switched on: the parts and `sign_in`."""
    return [place for place in PLACES if menu in place.menus and not missing(place.path, parts)]


def missing(path: str, parts: Mapping[str, bool]) -> str:
    """What the page at a path needs and is switched off, a part or `sign_in`; empty when the page is there."""
    if path.startswith("search/"):
        return "" if any(parts.get(part, True) for part in SEARCHED) else SEARCHED[0]
    needs = next((words for start, words in NEEDS.items() if path.startswith(start)), ())
    return next((word for word in needs if not parts.get(word, True)), "")
