"""The billing page with each billing system behind it: what it shows, charges, and says when nothing was changed."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from werkzeug.test import TestResponse
from werkzeug.wrappers import Response

from demo.billers.company import DAY, Subscription
from functions.app import Portal
from functions.signin import sessions
from portal.billing import Change, Money
from portal.billing.money import written
from portal.models import Requester
from tests.conftest import Browser
from tests.databases import migrate
from tests.functions.billers.benches import Bench
from tests.functions.billers.conftest import FAKED
from tests.functions.billing.conftest import confirm, offer

ADMIN = {"billing_admin": True, "billing_customer": "acme"}


@pytest.fixture
def database_url(tmp_path: Path) -> str:
    return f"sqlite:///{tmp_path / 'portal.db'}"


# Without the environment of the folder's own conftest, which is Stripe's.
@pytest.fixture(params=FAKED)
def bench(request: pytest.FixtureRequest, bare: dict[str, str], sqlite_migrated: Path) -> Iterator[Bench]:
    with FAKED[request.param](bare) as made:
        migrate(made.services.store, sqlite_migrated)
        made.add()
        yield made
        made.services.store.close()


@pytest.fixture
def bare(environ: dict[str, str]) -> dict[str, str]:
    return {name: value for name, value in environ.items() if not name.startswith(("STRIPE", "BILL"))}


@pytest.fixture
def admin(bench: Bench) -> Browser:
    """A billing admin of `acme` at a portal with this billing system."""
    browser = Browser(Portal(bench.services))
    who = Requester("ada", "ada@acme-customer.example", "Ada Byron", "acme-customer")
    browser.set_cookie("portal", sessions.start(bench.services, who, ADMIN), domain="127.0.0.1")
    return browser


def look(admin: Browser, what: str, **query: str) -> TestResponse:
    return admin.get("/my/billing/change/", query_string={"what": what, "subscription": "sub-acme"} | query)


@pytest.mark.parametrize("seats", [7, 2])
def test_the_price_on_the_page_is_what_is_charged(bench: Bench, admin: Browser, seats: int):
    count = len(bench.books.invoices)
    page = look(admin, "seats", seats=str(seats))
    done = admin.get(confirm(admin, offer(page)).location)
    charged = Money(sum(bill.total for bill in bench.books.invoices[count:]), "EUR")

    assert written(charged, "en") in page.text
    assert f"Your plan has {seats} seats now." in done.text
    assert bench.books.subscriptions["sub-acme"].seats == seats


def test_a_plan_that_was_changed_meanwhile_is_not_charged_for(bench: Bench, admin: Browser):
    page = look(admin, "seats", seats="7")
    bench.books.subscriptions["sub-acme"].plan = "company"
    done = admin.get(confirm(admin, offer(page)).location)

    assert "Nothing was changed" in done.text
    assert bench.books.subscriptions["sub-acme"].seats == 5


def test_a_dearer_price_than_was_shown_is_not_charged(bench: Bench, admin: Browser):
    page = look(admin, "seats", seats="2")
    # The next day less is given back.
    bench.moment.seconds += 1
    bench.books.subscriptions["sub-acme"].start -= DAY
    bench.books.subscriptions["sub-acme"].end -= DAY
    done = admin.get(confirm(admin, offer(page)).location)

    assert "The price has changed since it was shown. Nothing was changed." in done.text
    assert bench.books.subscriptions["sub-acme"].seats == 5


def test_a_credit_that_another_plan_used_up_meanwhile_is_not_charged_instead(bench: Bench, admin: Browser):
    bench.books.join(bench.books.customers["acme"], Subscription("sub-other", "acme"))
    admin.get(confirm(admin, offer(look(admin, "seats", seats="2"))).location)
    page = look(admin, "seats", seats="5")
    bench.biller.apply("acme", Change("seats", "sub-other", seats=9, at=int(bench.moment() * 1000)), "other")
    count = len(bench.books.invoices)
    done = admin.get(confirm(admin, offer(page)).location)

    if bench.name == "stripe":
        assert "Nothing to pay" in page.text
        assert "The price has changed since it was shown. Nothing was changed." in done.text
        assert len(bench.books.invoices) == count


def test_an_invoice_comes_as_a_file_that_no_cache_keeps(bench: Bench, admin: Browser):
    bill = bench.biller.invoices("acme")[0]
    answer = admin.get("/my/billing/invoice/", query_string={"id": bill.id})

    if bench.biller.capabilities().pdf == "bytes":
        assert answer.data.startswith(b"%PDF-")
        assert answer.mimetype == "application/pdf"
        assert answer.headers["Content-Disposition"].startswith("attachment")
        assert answer.headers["X-Content-Type-Options"] == "nosniff"
    else:
        assert answer.status_code == 303
    assert answer.headers["Cache-Control"] == "no-store"


def test_what_comes_in_place_of_a_pdf_is_not_passed_on(bench: Bench, admin: Browser):
    bill = bench.biller.invoices("acme")[0]
    here = bench.biller.capabilities().pdf == "bytes"
    bench.fake.doors.page = bench.fake._pdf = lambda request, key: Response("<script>alert(1)</script>")
    if bench.name == "chargebee":
        del bench.fake._pdf  # there it leads to the file
    answer = admin.get("/my/billing/invoice/", query_string={"id": bill.id})

    assert answer.status_code == (503 if here else 303)
    assert "<script>alert" not in answer.text


def test_a_vendor_that_is_down_changes_nothing_and_says_so(bench: Bench, admin: Browser):
    sealed = offer(look(admin, "cancel"))
    bench.faults.next, bench.faults.times = "unavailable", 99
    done = admin.get(confirm(admin, sealed).location)
    shown = admin.get("/my/billing/")
    bench.faults.next = ""

    assert "Nothing was changed" in done.text
    assert shown.status_code == 200
    assert bench.books.subscriptions["sub-acme"].state == "active"


def test_a_declined_card_changes_nothing_and_says_so(bench: Bench, admin: Browser):
    sealed = offer(look(admin, "seats", seats="9"))
    card = bench.books.customers["acme"].card
    assert card is not None
    card.declined = True
    done = admin.get(confirm(admin, sealed).location)

    assert "Your payment was declined. Nothing was changed." in done.text
    assert bench.books.subscriptions["sub-acme"].seats == 5


def test_cancelling_and_taking_it_back_is_told_as_it_is(bench: Bench, admin: Browser):
    cancelled = admin.get(confirm(admin, offer(look(admin, "cancel")), reason="We are three now.").location)
    page = admin.get("/my/billing/").text
    kept = admin.get(confirm(admin, offer(look(admin, "resume"))).location)

    assert "Your plan is cancelled." in cancelled.text
    assert "you are not charged again" in page
    assert "Your plan goes on" in kept.text
    assert bench.books.subscriptions["sub-acme"].state == "active"
