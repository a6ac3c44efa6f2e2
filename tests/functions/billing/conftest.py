"""A portal with Stripe's fake behind it, and a customer who walks through billing."""

import re
from collections.abc import Callable, Iterator
from html import unescape
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
from werkzeug.test import TestResponse

from demo import server
from demo.billers import company, stripe
from demo.billers.company import Company, Customer, Subscription
from functions.services import Services
from functions.signin import sessions
from portal.models import Requester
from tests.conftest import Browser

ADMIN = {"plan": "Team", "billing_admin": True, "billing_customer": "cus_demo"}
ADA = Requester("ada", "ada@acme-customer.example", "Ada Byron", "acme-customer")
# The middle of a term of 30 days that began on 1 November 2026.
TERM_BEGAN = 1_793_491_200
NOW = TERM_BEGAN + 15 * company.DAY


@pytest.fixture
def database_url(tmp_path: Path) -> str:
    # The store's own tests cover both engines; what billing asks of one, test_twice.py asks of both.
    return f"sqlite:///{tmp_path / 'portal.db'}"


@pytest.fixture
def books() -> Company:
    """The demo's customer with five seats of Team at 19.99 EUR, half a term in."""
    books = Company(clock=lambda: NOW)
    books.join(Customer("cus_demo", ADA.email), Subscription("sub_demo", "cus_demo", start=TERM_BEGAN))
    return books


@pytest.fixture
def vendor(books: Company) -> stripe.Stripe:
    return stripe.Stripe(books)


@pytest.fixture
def origin(vendor: stripe.Stripe) -> Iterator[str]:
    with server.running(vendor) as origin:
        yield origin
        vendor.faults.patience.set()


@pytest.fixture
def environ(environ: dict[str, str], origin: str) -> dict[str, str]:
    ours = {"STRIPE_KEY": stripe.KEY, "STRIPE_API": origin, "BILLING_HOSTS": urlsplit(origin).netloc}
    return environ | {"BILLER": "stripe", "STRIPE_WEBHOOK_SECRET": stripe.WEBHOOK_SECRET} | ours


@pytest.fixture
def services(services: Services) -> Services:
    """The portal's clock goes with the vendor's."""
    services.clock.at = NOW * 1000  # type: ignore[attr-defined]
    return services


Enter = Callable[..., None]


@pytest.fixture
def enter(browser: Browser, services: Services) -> Enter:
    """Give the browser a session with these claims, as signing in does: `enter(billing_admin=False)`."""

    def enter(other: Browser | None = None, /, **claims: Any) -> None:
        cookie = sessions.start(services, ADA, ADMIN | claims)
        (other or browser).set_cookie("portal", cookie, domain="127.0.0.1")

    return enter


def choose(browser: Browser, job: str, **form: Any) -> TestResponse:
    """Press a job's button on the billing page."""
    return browser.post("/api/billing", data={"job": job, "subscription": "sub_demo"} | form)


def look(browser: Browser, job: str, **form: Any) -> TestResponse:
    """The page of a change, as a press of its button leads there."""
    answer = choose(browser, job, **form)
    assert answer.status_code == 303, answer.text
    return browser.get(answer.location)


def offer(page: TestResponse) -> str:
    """What the page's button would confirm."""
    found = re.search(r'name="offer" value="([^"]+)"', page.text)
    assert found, page.text
    return unescape(found[1])


def confirm(browser: Browser, sealed: str, **form: Any) -> TestResponse:
    """Press the button of a change; the answer is the redirect."""
    return browser.post("/api/billing/change", data={"offer": sealed} | form)


def change(browser: Browser, job: str, **form: Any) -> TestResponse:
    """A change from its button to the page after it."""
    answer = confirm(browser, offer(look(browser, job, **form)))
    assert answer.status_code == 303, answer.text
    return browser.get(answer.location)
