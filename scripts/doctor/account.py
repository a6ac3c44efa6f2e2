"""Account changes that need no request."""

from portal import account
from scripts.doctor import Check, Found, Portal, bad, good


def cards(portal: Portal) -> Found:
    if not portal.part("account"):
        return bad(
            "the account page is switched off, so each change is a request", "Set `parts: account` in mkdocs.yml."
        )
    without = account.missing(portal.bundle.get("account") or {})
    if without:
        return bad(
            f"customers must ask for: {', '.join(without)}",
            "Give each an address in `extra.portal.account` of mkdocs.yml, or hide its card.",
        )
    return good("each job of the account page leads somewhere")


CHECKS = (Check("account", "Account without a request", cards, stage=3, mistake=6),)
