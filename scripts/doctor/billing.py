"""Billing inside the portal."""

from scripts.doctor import Check, Found, Portal, Refused, asked, bad, connected, unknown


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


CHECKS = (Check("billing", "Billing inside the portal", biller, stage=3, mistake=5),)
