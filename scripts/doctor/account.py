"""Account changes that need no request."""

from functions.errors import SettingsError
from functions.identity import scim
from portal import account
from portal.account.providers import PROVIDERS
from scripts.doctor import Check, Found, Portal, asked, bad, good, unknown

DO = "Set them in the functions' environment; the operators' guide has each."


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


def provider(portal: Portal) -> Found:
    """What does the jobs of the account page: the provider's settings, and whether the SCIM server answers."""
    if not portal.part("account"):
        return unknown("the account page is switched off")
    settings = portal.services.settings
    known = PROVIDERS.get((portal.bundle.get("account") or {}).get("provider") or "")
    without = [name for name in (known.needs if known else ()) if not settings.environ.get(name, "").strip()]
    if known and without:
        return bad(f"{known.name} lacks {', '.join(without)}", DO)
    if not settings.environ.get("SCIM_URL", "").strip():
        return good(f"{known.name} has its settings" if known else "it needs no settings")
    try:
        server = scim.connect(settings)
    except SettingsError as error:
        return bad("; ".join(str(error).splitlines()), DO)
    return asked(server.check, "the SCIM server answers", "Check SCIM_URL, and what SCIM_TOKEN may read.")


CHECKS = (
    Check("account", "Account without a request", cards, stage=3, mistake=6),
    Check("account-provider", "Account's provider", provider, stage=3),
)
