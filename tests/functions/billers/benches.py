"""Every billing system with its vendor's side at hand: fakes that keep the same books and misbehave."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

from demo import server
from demo.billers import chargebee, recurly, stripe
from demo.billers.company import Card, Company, Customer, Event, Subscription
from demo.helpdesks.faults import Faults
from functions.billers import Biller
from functions.services import Services
from functions.settings import read

# 20 Nov 2026, 12:00 UTC.
NOON = 1_795_176_000
CHARGEBEE = {
    "BILLER": "chargebee",
    "CHARGEBEE_SITE": "acme-test",
    "CHARGEBEE_KEY": chargebee.KEY,
    "CHARGEBEE_WEBHOOK_USER": chargebee.WEBHOOK_USER,
    "CHARGEBEE_WEBHOOK_PASSWORD": chargebee.WEBHOOK_PASSWORD,
}
RECURLY = {
    "BILLER": "recurly",
    "RECURLY_SUBDOMAIN": "acme-test",
    "RECURLY_KEY": recurly.KEY,
    "RECURLY_WEBHOOK_KEY": recurly.WEBHOOK_KEY,
}

STRIPE = {"BILLER": "stripe", "STRIPE_KEY": stripe.KEY, "STRIPE_WEBHOOK_SECRET": stripe.WEBHOOK_SECRET}


@dataclass
class Moment:
    """The time of the vendor and of the portal, in unix seconds."""

    seconds: float = NOON

    def __call__(self) -> float:
        return self.seconds


@dataclass
class Bench:
    """A biller, the vendor's books and faults. `webhook` makes headers and body of an event; `forged` the same as
    somebody would who does not know the secret; `secrets` must never be in an error."""

    name: str
    biller: Biller
    books: Company
    fake: Any
    moment: Moment
    services: Services
    webhook: Callable[[Event], tuple[dict[str, str], bytes]]
    forged: Callable[[Event], tuple[dict[str, str], bytes]]
    secrets: tuple[str, ...]

    @property
    def faults(self) -> Faults:
        found: Faults = self.fake.faults
        return found

    def add(self, name: str = "acme", *subscriptions: Subscription, **customer: Any) -> Customer:
        """A customer with these subscriptions; an empty plan stands for the usual one."""
        made = Customer(name, f"{name}@customer.example", **customer)
        self.books.join(made, *(subscriptions or (Subscription(f"sub-{name}", name),)))
        return made


def company(moment: Moment, grain: int) -> Company:
    """Books with one other customer, whom no test's own customer may reach."""
    books = Company(moment, grain)
    books.join(
        Customer("other", "other@customer.example", card=Card("amex", "0005")), Subscription("sub-other", "other")
    )
    return books


@contextmanager
def chargebee_bench(environ: dict[str, str]) -> Iterator[Bench]:
    moment = Moment()
    fake = chargebee.Chargebee(company(moment, 86_400))
    with server.running(fake) as origin:
        services = _services(environ, CHARGEBEE | {"CHARGEBEE_API": origin}, moment)
        yield Bench(
            "chargebee", services.biller, fake.books, fake, moment, services, fake.webhook,
            lambda event: fake.webhook(event, "guessed"),
            (chargebee.KEY, chargebee.WEBHOOK_PASSWORD, "customer.example"),
        )  # fmt: skip
        fake.faults.patience.set()


@contextmanager
def recurly_bench(environ: dict[str, str]) -> Iterator[Bench]:
    moment = Moment()
    fake = recurly.Recurly(company(moment, 86_400))
    with server.running(fake) as origin:
        services = _services(environ, RECURLY | {"RECURLY_API": origin}, moment)
        yield Bench(
            "recurly", services.biller, fake.books, fake, moment, services, fake.webhook,
            lambda event: fake.webhook(event, "guessed"),
            (recurly.KEY, recurly.WEBHOOK_KEY, "customer.example"),
        )  # fmt: skip
        fake.faults.patience.set()


@contextmanager
def stripe_bench(environ: dict[str, str]) -> Iterator[Bench]:
    moment = Moment()
    fake = stripe.Stripe(company(moment, 1))
    with server.running(fake) as origin:
        services = _services(environ, STRIPE | {"STRIPE_API": origin}, moment)
        yield Bench(
            "stripe", services.biller, fake.books, fake, moment, services, fake.webhook,
            lambda event: fake.webhook(event, "guessed"),
            (stripe.KEY, stripe.WEBHOOK_SECRET, "customer.example"),
        )  # fmt: skip
        fake.faults.patience.set()


def _services(environ: dict[str, str], ours: dict[str, str], moment: Moment) -> Services:
    (api,) = (value for name, value in ours.items() if name.endswith("_API"))
    return Services(read(environ | ours | {"BILLING_HOSTS": urlsplit(api).netloc}), lambda: int(moment() * 1000))
