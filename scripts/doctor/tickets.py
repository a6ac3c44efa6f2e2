"""The help desk, and what reaches its agents."""

from functions import vendors
from scripts.doctor import Check, Found, Portal, Refused, asked, bad, connected, good, unknown

DO = "See the help desk's page of the guides; HELPDESK and its variables are in the functions' environment."


def desk(portal: Portal) -> Found:
    if not portal.part("tickets"):
        return unknown("requests are switched off")
    name = portal.services.settings.helpdesk
    try:
        found = connected(portal, "desk")
    except Refused as refused:
        return bad(f"HELPDESK={name!r} cannot be connected: {refused}", DO)
    known = vendors.family("helpdesks")
    return asked(found.check, f"{known[name].title if name in known else name} takes requests", DO)


def context(portal: Portal) -> Found:
    """Stage 3: an agent sees what the customer had read and searched before asking."""
    if not portal.part("tickets"):
        return unknown("requests are switched off")
    row = portal.services.store.one("select count(*) as n from ticket where context <> '{}' and context <> ''")
    count = row["n"] if row else 0
    if not count:
        return unknown(
            "no request came with the article that was read or the words that were searched",
            "Send a request from the bottom of an article.",
        )
    return good("requests bring what was read and searched")


CHECKS = (
    Check("help-desk", "Help desk", desk, stage=3),
    Check("context", "Context of a request", context, stage=3),
)
