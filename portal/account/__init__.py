"""The jobs of the account page, and the identity provider's address for each."""

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Literal
from urllib.parse import quote, urlsplit

from portal.account.providers import PROVIDERS as PROVIDERS
from portal.account.providers import Link as Link
from portal.account.providers import Provider as Provider
from portal.models import is_true
from portal.urls import is_safe, why_unsafe

Who = Literal["anyone", "signed_in", "account_admin"]
PLACEHOLDERS = ("at", "org", "user", "client_id", "back")
# These are known of a signed-in customer only, and only from claims.
PERSONAL = {"org", "user"}
ADMIN_ROLES = {"owner", "admin"}


@dataclass(frozen=True)
class Card:
    """One job on the account page; `article` is the id of the one that explains it, or empty; `own` is a job that the
    portal does itself."""

    title: str
    sentence: str
    button: str
    article: str = ""
    who: Who = "signed_in"
    own: bool = False
    extra: bool = False  # few products have it, so its absence is not reported


# In the order of the page: the most wanted first.
CARDS: dict[str, Card] = {
    "password": Card(
        "Password",
        "Set a new password, even if you've forgotten the old one.",
        "Reset password",
        "getting-in/forgot-password",
        who="anyone",
    ),
    "profile": Card(
        "Profile", "Your name and how we contact you.", "Edit profile", "using-the-portal/change-your-account"
    ),
    "two_factor": Card(
        "Two-factor sign-in",
        "Adds a second check when you sign in.",
        "Set up two-factor sign-in",
        "getting-in/turn-on-two-factor",
    ),
    "lost_device": Card(
        "Lost your phone?",
        "Get back in without the device you use for codes.",
        "",
        "getting-in/lost-two-factor-device",
        who="anyone",
        own=True,
    ),
    "team": Card(
        "Team",
        "Invite or remove teammates.",
        "Manage team",
        "your-team/invite-a-teammate",
        who="account_admin",
    ),
    "roles": Card(
        "Roles",
        "Choose what each person can do in your account.",
        "Change roles",
        "your-team/change-a-role",
        who="account_admin",
    ),
    "company_sign_in": Card(
        "Company sign-in",
        "Let your teammates sign in with their company accounts.",
        "Set up company sign-in",
        "getting-in/company-sign-in",
        who="account_admin",
        extra=True,
    ),
    "sessions": Card(
        "Where you're signed in",
        "Sign out devices you don't recognise.",
        "See your devices",
        own=True,
    ),
    "notifications": Card(
        "Notifications",
        "Choose which emails this help centre sends you.",
        "Choose notifications",
        "using-the-portal/change-notifications",
        own=True,
    ),
    "export": Card(
        "Your data",
        "Get a copy of the data you store with us.",
        "Export data",
        "plans-and-billing/after-you-cancel",
    ),
    "delete": Card(
        "Delete your account",
        "Delete your account permanently. You see what is deleted before you confirm.",
        "Delete account",
        "plans-and-billing/after-you-cancel",
    ),
}
LINKED = tuple(job for job, card in CARDS.items() if not card.own)


def link(account: Mapping[str, Any], job: str, signed_in: bool) -> Link | None:
    """This portal's link for a job: the writer's own URL, else the provider's row, else None."""
    own = (account.get("cards") or {}).get(job) or {}
    if own.get("hidden"):
        return None
    if own.get("url"):
        return Link("url", own["url"])
    provider = PROVIDERS.get(account.get("provider") or "")
    if provider is None:
        return None
    if not signed_in and provider.signed_out is not None:
        return provider.signed_out.get(job)
    return provider.jobs.get(job)


def missing(account: Mapping[str, Any]) -> list[str]:
    """The jobs whose card this portal leaves out, because nothing says where they are done."""
    cards = account.get("cards") or {}
    wanted = [job for job in LINKED if not CARDS[job].extra and not (cards.get(job) or {}).get("hidden")]
    return [job for job in wanted if link(account, job, True) is None]


def article(account: Mapping[str, Any], job: str) -> str:
    """The id of the article that explains a job, or nothing."""
    return str(((account.get("cards") or {}).get(job) or {}).get("article") or CARDS[job].article)


def is_personal(template: str) -> bool:
    """Whether an address needs to know who is signed in."""
    return bool(PERSONAL & set(_placeholders(template)))


def fill(template: str, values: Mapping[str, str]) -> str:
    """A template with its placeholders replaced, each percent-encoded; `at` stands at the front and stays as it is.

    Raises KeyError for a value that is missing or empty.
    """

    def replace(match: re.Match[str]) -> str:
        value = values.get(match[1])
        if not value:
            raise KeyError(match[1])
        return value.rstrip("/") if match[1] == "at" else quote(value, safe="")

    return _PLACEHOLDER.sub(replace, template)


def fault(template: str) -> str | None:
    """What is wrong with a writer's URL template, or None."""
    unknown = [name for name in _placeholders(template) if name not in PLACEHOLDERS]
    if unknown:
        return f"'{{{unknown[0]}}}' is not one of: {', '.join('{' + name + '}' for name in PLACEHOLDERS)}"
    rest = template.removeprefix("{at}")
    if "{at}" in rest:
        return "{at} may stand at the front only"
    if rest != template:
        return None if not rest or rest[0] in "/?" else "after {at} comes a path"
    parts = urlsplit(template)
    # A name from a claim in the host's place would choose the host.
    if "{" in parts.scheme + parts.netloc or not is_safe(template):
        host = template.partition("://")[2].partition("/")[0]
        return "it must start with https:// and a host of its own" if host.isascii() else f"it {why_unsafe(template)}"
    return None


def hosts(account: Mapping[str, Any]) -> set[str]:
    """The hosts that this portal's own addresses name: where its account forms may lead."""
    cards = (account.get("cards") or {}).values()
    urls = [account.get("at") or "", *((card or {}).get("url") or "" for card in cards)]
    return {urlsplit(url).netloc for url in urls if is_safe(url)}


def is_admin(claims: Mapping[str, Any]) -> bool:
    """Whether the identity provider calls someone an admin of their account: `account_admin`, or else `role`."""
    if "account_admin" in claims:
        return is_true(claims["account_admin"])
    return isinstance(claims.get("role"), str) and claims["role"] in ADMIN_ROLES


def rows() -> Iterator[tuple[str, str, list[Link | None]]]:
    """Each provider with its link for each linked job, for the table in the guide."""
    for key, provider in PROVIDERS.items():
        yield key, provider.name, [provider.jobs.get(job) for job in LINKED]


def _placeholders(template: str) -> Iterable[str]:
    return _PLACEHOLDER.findall(template)


_PLACEHOLDER = re.compile(r"\{([^{}]*)\}")
