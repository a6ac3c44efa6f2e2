"""Billing inside the portal."""

from portal.clock import MINUTE_MS
from portal.models import counted
from scripts.doctor import Check, Found, Portal, Refused, asked, bad, connected, good, unknown

LATE_MS = 10 * MINUTE_MS


def biller(portal: Portal) -> Found:
    settings = portal.services.settings
    if not portal.part("billing"):
        return bad(
            "billing is switched off, so customers change their card elsewhere",
            "Set `parts: billing` in mkdocs.yml, and BILLER.",
        )
    if settings.biller == "none":
        return bad(
            "the billing page has no billing system behind it", "Set BILLER and its variables, or switch the part off."
        )
    try:
        found = connected(portal, "biller")
    except Refused as refused:
        return bad(f"BILLER={settings.biller!r} cannot be connected: {refused}", "See Billing in the operators' guide.")
    if not hasattr(found, "check"):
        return unknown(f"{settings.biller} has no check of its own")
    return asked(found.check, f"{settings.biller} answers, inside the portal", "See Billing in the operators' guide.")


def open_changes(portal: Portal) -> Found:
    """Changes of plans whose outcome should have been found out long ago."""
    if portal.services.settings.biller == "none":
        return unknown("there is no billing system")
    row = portal.services.store.one(
        "select count(*) as n from billing_change where state = 'asked' and asked_at < :old",
        old=portal.services.now() - LATE_MS,
    )
    late = row["n"] if row else 0
    if late:
        return bad(
            f"the outcome of {counted(late, 'change')} of a plan is not known for more than ten minutes",
            "See that the tick is called, and that the billing system answers.",
        )
    return good("the outcome of every change of a plan is known")


CHECKS = (
    Check("billing", "Billing inside the portal", biller, stage=3, mistake=5),
    Check("billing-changes", "Changes of plans", open_changes, stage=3),
)
