"""The billing systems of `make serve BILLER=...`: what each is started with, and the portal's settings for it."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

from demo.billers import chargebee, company, recurly, stripe
from demo.billers.company import Company, Event

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIEnvironment


class Fake(Protocol):
    """A billing system: an app with books, whose events it can tell."""

    books: Company

    def __call__(self, environ: "WSGIEnvironment", start_response: "StartResponse") -> Iterable[bytes]: ...

    def webhook(self, event: Event) -> tuple[dict[str, str], bytes]: ...


@dataclass(frozen=True)
class Vendor:
    """`start` makes its app with the demo's customer, `settings` are the portal's, without the address."""

    start: Callable[[], Fake]
    api: str
    settings: Mapping[str, str]


VENDORS = {
    "stripe": Vendor(
        lambda: stripe.Stripe(company.demo()),
        "STRIPE_API",
        {"STRIPE_KEY": stripe.KEY, "STRIPE_WEBHOOK_SECRET": stripe.WEBHOOK_SECRET},
    ),
    "chargebee": Vendor(
        lambda: chargebee.Chargebee(company.demo(company.DAY)),
        "CHARGEBEE_API",
        {
            "CHARGEBEE_SITE": "demo",
            "CHARGEBEE_KEY": chargebee.KEY,
            "CHARGEBEE_WEBHOOK_USER": chargebee.WEBHOOK_USER,
            "CHARGEBEE_WEBHOOK_PASSWORD": chargebee.WEBHOOK_PASSWORD,
        },
    ),
    "recurly": Vendor(
        lambda: recurly.Recurly(company.demo(company.DAY)),
        "RECURLY_API",
        {"RECURLY_SUBDOMAIN": "demo", "RECURLY_KEY": recurly.KEY, "RECURLY_WEBHOOK_KEY": recurly.WEBHOOK_KEY},
    ),
}


def settings(name: str, origin: str) -> dict[str, str]:
    """The portal's settings for the billing system at an address. Those of the others are there too, so that no real
    key of the shell is."""
    found = {"BILLER": name}
    for vendor in VENDORS.values():
        found |= {**vendor.settings, vendor.api: origin}
    return found
