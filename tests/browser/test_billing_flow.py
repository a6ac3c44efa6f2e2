"""The whole of billing in a browser, at each vendor's server: card, seats, plan, invoice, cancel, and take it back."""

import re
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import urljoin, urlsplit

import pytest
import requests
from playwright.sync_api import Browser, Page, expect
from werkzeug.wrappers import Request, Response

from demo import server
from demo.billers import vendors
from demo.billers.company import Company
from functions.app import Portal
from functions.services import Services
from functions.settings import read
from functions.signin import sessions
from portal.billing import Money
from portal.billing.money import written
from portal.models import Requester
from scripts.lib.world import World
from tests.browser.conftest import NARROW, WIDE

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIEnvironment

ADMIN = {"billing_admin": True, "billing_customer": "cus_demo", "plan": "Team"}
ADA = Requester("ada", "ada@acme-customer.example", "Ada Byron", "acme-customer")


@dataclass
class Walk:
    """A billing admin's browser at a portal, and the books of the vendor behind it."""

    page: Page
    url: str
    books: Company
    returns: bool

    def billing(self) -> None:
        self.page.goto(f"{self.url}my/billing/")

    def press(self, name: str) -> None:
        self.page.get_by_role("button", name=name, exact=True).click()

    def told(self) -> str:
        """What the page says that is paid at once."""
        return (
            self.page.locator("dt", has_text=re.compile("^Today$"))
            .locator("xpath=following-sibling::dd[1]")
            .inner_text()
        )


@contextmanager
def portal(name: str, world: World, state: Path) -> Iterator[tuple[str, Services, Company]]:
    """The functions with another billing system; the site is that of the demo, which is built already."""
    fake = vendors.VENDORS[name].start()
    running: list[Portal] = []

    def app(environ: "WSGIEnvironment", start_response: "StartResponse") -> Iterable[bytes]:
        if environ["PATH_INFO"].startswith(("/my/", "/api/")):
            return running[0](environ, start_response)
        found = requests.get(world.url.rstrip("/") + Request(environ).path, timeout=20)
        kept = {"Content-Type": found.headers.get("Content-Type", "")}
        return Response(found.content, found.status_code, kept)(environ, start_response)

    with server.running(fake) as vendor, server.running(app) as origin:
        ours: dict[str, str] = {
            "PUBLIC_ORIGIN": origin,
            "DATABASE_URL": f"sqlite:///{state / 'portal.db'}",
            "BILLING_HOSTS": urlsplit(vendor).netloc,
            "PORTAL_BUILD_DIR": world.environ["PORTAL_BUILD_DIR"],
            "SECRET_KEYS": "k" * 32,
            "TICK_TOKEN": "t" * 16,
            "DEMO": "1",
        }
        services = Services(read(ours | vendors.settings(name, vendor)))
        services.store.migrate()
        running.append(Portal(services))
        yield f"{origin}/", services, fake.books
        services.store.close()


# The pages of a change are the same for every vendor: one walk each, and both kinds of browser among them.
WALKS: dict[str, dict[str, Any]] = {
    "stripe": {"viewport": WIDE},
    "chargebee": {"viewport": NARROW, "java_script_enabled": False},
    "recurly": {"viewport": NARROW, "java_script_enabled": False},
}


@pytest.fixture
def walk(biller: str, chromium: Browser, world: World, tmp_path: Path) -> Iterator[Walk]:
    with portal(biller, world, tmp_path) as (url, services, books):
        context = chromium.new_context(**WALKS[biller])
        context.add_cookies([{"name": "portal", "value": sessions.start(services, ADA, ADMIN), "url": url}])
        yield Walk(context.new_page(), url, books, services.biller.capabilities().returns)
        context.close()


@pytest.mark.parametrize("biller", vendors.VENDORS)
def test_a_billing_admin_does_everything_inside_the_portal(walk: Walk):
    walk.billing()
    expect(walk.page.get_by_role("heading", name="Team")).to_be_visible()
    _card(walk)
    _seats(walk, 7)
    _seats(walk, 3)
    _plan(walk)
    _invoice(walk)
    _cancel_and_take_it_back(walk)

    one = walk.books.subscriptions["sub_demo"]
    assert (one.plan, one.seats, one.state) == ("company", 3, "active")


def _card(walk: Walk) -> None:
    expect(walk.page.get_by_text("Visa ending in 4242")).to_be_visible()
    says = "It brings you back here." if walk.returns else "Come back to this page afterwards."
    expect(walk.page.get_by_text(says)).to_be_visible()
    walk.press("Update card")
    walk.page.get_by_label("Mastercard ending in 4444").check()
    walk.press("Use this card")
    if walk.returns:
        expect(walk.page).to_have_url(re.compile(re.escape(f"{walk.url}my/billing/")))
    else:
        walk.billing()
    expect(walk.page.get_by_text("Mastercard ending in 4444")).to_be_visible()


def _seats(walk: Walk, number: int) -> None:
    count = len(walk.books.invoices)
    walk.billing()
    walk.page.get_by_label("Number of seats").fill(str(number))
    walk.press("See the price")
    told = walk.told()
    walk.press(f"Change to {number} seats")
    expect(walk.page.get_by_text(f"Your plan has {number} seats now.")).to_be_visible()
    charged = sum(bill.total for bill in walk.books.invoices[count:])

    assert written(Money(abs(charged), "EUR"), "en") in told
    assert ("goes to your credit" in told) == (charged < 0)


def _plan(walk: Walk) -> None:
    walk.billing()
    walk.press("Change plan")
    walk.page.get_by_role("radio", name=re.compile("Company")).check()
    walk.press("See the price")
    walk.press("Change to Company")
    expect(walk.page.get_by_text("Your plan is Company now.")).to_be_visible()


def _invoice(walk: Walk) -> None:
    walk.billing()
    bill = walk.page.get_by_role("link", name=re.compile("^PDF of invoice")).first
    address = bill.get_attribute("href")
    found = walk.page.request.get(urljoin(walk.page.url, address or ""))

    assert found.headers["content-type"] == "application/pdf"
    assert found.body().startswith(b"%PDF-")


def _cancel_and_take_it_back(walk: Walk) -> None:
    walk.billing()
    walk.press("Cancel plan")
    expect(walk.page.get_by_text("the last day that is paid")).to_be_visible()
    walk.page.get_by_label("Why are you cancelling? (optional)").fill("We are three now.")
    walk.press("Cancel plan")
    expect(walk.page.get_by_text("Your plan is cancelled.")).to_be_visible()
    walk.billing()
    expect(walk.page.get_by_text("you are not charged again")).to_be_visible()
    walk.press("Keep your plan")
    walk.press("Keep your plan")
    expect(walk.page.get_by_text("Your plan goes on")).to_be_visible()


def test_a_failed_payment_stands_on_every_page_with_the_way_to_mend_it(world: World, chromium: Browser, tmp_path: Path):
    with portal("stripe", world, tmp_path) as (url, services, books):
        books.invoices[-1].state = "overdue"
        context = chromium.new_context(viewport=NARROW)
        cookie = sessions.start(services, ADA, ADMIN)
        cookies = {"portal": cookie, "portal_in": "1"}
        context.add_cookies([{"name": name, "value": value, "url": url} for name, value in cookies.items()])
        page = context.new_page()
        page.goto(f"{url}plans-and-billing/card-declined/")
        expect(page.get_by_role("alert")).to_contain_text(re.compile(r"A payment of €99\.95 failed on .+ 20\d\d\."))
        page.get_by_role("alert").get_by_role("link", name="Update card").click()
        expect(page).to_have_url(f"{url}my/billing/")
        expect(page.get_by_role("alert")).to_have_count(1)
        expect(page.get_by_role("alert").get_by_role("button", name="Update card")).to_be_visible()
        context.close()
