"""The billing page with each billing system behind it: what it shows, charges, and says when nothing was changed."""

import re
from collections.abc import Iterator
from html import unescape
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
from tests.functions.billing.test_page import text

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

    assert written(Money(abs(charged.minor), "EUR"), "en") in page.text
    assert ("goes to your credit" in page.text) == (seats == 2)
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


def euros(written_: str) -> int:
    """Cents of an amount as the page writes it."""
    digits = re.sub(r"[^0-9-]", "", written_.replace("\u2212", "-"))
    return int(digits)


@pytest.mark.parametrize(("seats", "credit"), [(7, 0), (7, 500), (7, 99_999), (2, 0), (2, 500)])
def test_the_lines_on_the_page_add_up_to_what_is_paid_today(bench: Bench, admin: Browser, seats: int, credit: int):
    bench.books.customers["acme"].tax = 19
    bench.books.credits["acme"] = credit
    page = unescape(look(admin, "seats", seats=str(seats)).text)
    *amounts, to_pay = [euros(found) for found in re.findall(r"<div><dt>[^<]+</dt><dd>([^<]+)</dd></div>", page)]

    assert sum(amounts) == to_pay
    assert len(amounts) >= 2
    assert ("Paid with your credit" in page) == (seats == 7 and credit > 0)
    assert ("Added to your credit" in page) == (seats == 2)


def test_the_next_charge_names_the_credit_that_pays_for_it(bench: Bench, admin: Browser):
    bench.books.credits["acme"] = 2_000
    some = text(admin.get("/my/billing/").text)
    bench.books.credits["acme"] = 50_000
    enough = text(admin.get("/my/billing/").text)

    assert "€79.95 on 10 Dec 2026: €99.95, less €20.00 paid with your credit" in some
    assert "Nothing to pay on 10 Dec 2026: €99.95, less €99.95 paid with your credit" in enough


LOOKS = {
    "/my/billing/change/?what=seats&subscription=sub-acme&seats=7": "We couldn't load the price of this change.",
    "/my/billing/change/?what=change_plan&subscription=sub-acme": "We couldn't load the price of this change.",
    "/my/billing/change/?what=cancel&subscription=sub-acme": "We couldn't load your plan.",
    "/my/billing/invoice/?id=1001": "We couldn't load this invoice.",
}


def test_a_look_that_fails_says_what_could_not_be_loaded_and_of_no_change(bench: Bench, admin: Browser):
    for fault in ("unavailable", "limited", "garbage", "forbidden"):
        for look_at, says in LOOKS.items():
            bench.faults.next, bench.faults.times = fault, 99
            page = text(unescape(admin.get(look_at).text))

            assert says in page, (fault, look_at)
            assert "Nothing was changed" not in page
            assert "check our status" in page


def test_the_vendors_page_that_cannot_be_opened_is_named_and_no_change_is(bench: Bench, admin: Browser):
    bench.faults.next, bench.faults.times = "unavailable", 99
    page = text(unescape(admin.post("/api/billing", data={"job": "details"}).text))

    assert "We couldn't open our billing provider's page." in page
    assert "Nothing was changed" not in page


def test_a_plan_that_is_not_theirs_sends_nobody_to_the_status_page(bench: Bench, admin: Browser):
    page = admin.get("/my/billing/change/?what=cancel&subscription=sub-other")

    assert page.status_code == 404
    assert "We can&#39;t find that plan in your billing." in page.text
    assert "check our status" not in page.text
    assert "If this looks wrong to you" in page.text


def test_a_look_that_fails_just_before_a_change_says_that_nothing_was_changed(bench: Bench, admin: Browser):
    sealed = offer(look(admin, "seats", seats="7"))
    bench.faults.next, bench.faults.method, bench.faults.times = "unavailable", "GET", 99
    done = admin.get(confirm(admin, sealed).location)
    bench.faults.next = ""

    assert "Our billing provider isn&#39;t answering right now. Nothing was changed." in done.text
    assert bench.books.subscriptions["sub-acme"].seats == 5


def test_cancelling_a_trial_speaks_of_the_trial_and_of_no_charge(bench: Bench, admin: Browser):
    bench.books.subscriptions["sub-acme"].state = "trial"
    page = text(look(admin, "cancel").text)
    done = text(admin.get(confirm(admin, offer(look(admin, "cancel"))).location).text)
    shown = text(admin.get("/my/billing/").text)
    kept = text(look(admin, "resume").text)
    back = text(admin.get(confirm(admin, offer(look(admin, "resume"))).location).text)

    assert "until 10 Dec 2026, the last day of your trial. You are not charged." in page
    assert "that is paid" not in page + done + shown
    assert "charged again" not in page + done + shown
    assert "Your plan is cancelled. You can use everything until 10 Dec 2026" in done
    assert "until 10 Dec 2026, the last day of your trial, and you are not charged." in shown
    assert "Your trial of Team goes on until 10 Dec 2026, and your paid plan starts after that." in kept
    assert "Your trial goes on." in back
    assert bench.books.subscriptions["sub-acme"].state == "trial"


def test_cancelling_an_unpaid_plan_promises_nothing_as_paid(bench: Bench, admin: Browser):
    bench.books.bills("acme")[0].state = "overdue"
    page = text(look(admin, "cancel").text)

    assert "You can use everything until 10 Dec 2026. No new charge is made after that." in page
    assert "that is paid" not in page


def test_a_done_page_that_is_opened_after_a_later_change_tells_what_is_true_now(bench: Bench, admin: Browser):
    first = confirm(admin, offer(look(admin, "seats", seats="7"))).location
    at_once = text(admin.get(first).text)
    bench.moment.seconds += 600
    confirm(admin, offer(look(admin, "seats", seats="9")))
    later = text(admin.get(first).text)
    confirm(admin, offer(look(admin, "cancel")))
    last = text(admin.get(first).text)

    assert "Your plan has 7 seats now. Your plan now Team, 7 seats Renews 10 Dec 2026" in at_once
    assert "This was done on 20 Nov 2026. Your plan has changed since then." in later
    assert "Your plan now Team, 9 seats Renews 10 Dec 2026" in later
    assert "7 seats" not in later
    assert "Your plan now Team, 9 seats Cancelled You can use it until 10 Dec 2026" in last


def test_the_page_of_a_cancellation_that_was_taken_back_says_so(bench: Bench, admin: Browser):
    cancelled = confirm(admin, offer(look(admin, "cancel"))).location
    bench.moment.seconds += 600
    confirm(admin, offer(look(admin, "resume")))
    page = text(admin.get(cancelled).text)

    assert "Your plan has changed since then." in page
    assert "Renews 10 Dec 2026" in page
    assert "is cancelled" not in page


def test_the_page_of_a_refusal_tells_what_a_later_try_has_made(bench: Bench, admin: Browser):
    card = bench.books.customers["acme"].card
    assert card is not None
    card.declined = True
    refused = confirm(admin, offer(look(admin, "seats", seats="9"))).location
    before = text(admin.get(refused).text)
    card.declined = False
    confirm(admin, offer(look(admin, "seats", seats="9")))

    assert "Your payment was declined. Nothing was changed. Your plan now Team, 5 seats" in before
    assert "If it is refused again, contact support" in before
    assert "Your plan has 9 seats now." in admin.get(refused).text


def test_a_done_page_that_cannot_read_the_plan_claims_nothing(bench: Bench, admin: Browser):
    done = confirm(admin, offer(look(admin, "seats", seats="7"))).location
    bench.faults.next, bench.faults.times = "unavailable", 99
    page = text(unescape(admin.get(done).text))
    bench.faults.next = ""

    assert "We couldn't load your plan right now" in page
    assert "7 seats" not in page


def test_a_change_that_waits_is_taken_back_where_the_vendor_can(bench: Bench, admin: Browser):
    bench.books.subscriptions["sub-acme"].waiting = ("starter", 2)
    shown = admin.get("/my/billing/").text
    page = look(admin, "take_back")

    if bench.biller.capabilities().jobs["take_back"] == "no":
        assert "It can't be shown or taken back here" in unescape(shown)
        assert 'value="take_back"' not in shown
        assert page.status_code == 409
        assert "can't do that here" in unescape(page.text)
        return
    done = admin.get(confirm(admin, offer(page)).location)
    assert "From the next period Starter, 2 seats" in text(shown)
    assert 'value="take_back"' in shown
    assert "your plan would be Starter with 2 seats" in text(page.text)
    assert "From the next period €99.95, first on 10 Dec 2026" in text(page.text)
    assert "No change waits for your next period any more." in done.text
    assert bench.books.subscriptions["sub-acme"].waiting is None
    assert look(admin, "take_back").status_code == 409


def test_a_reason_is_asked_for_and_reaches_the_vendor_in_one_line(bench: Bench, admin: Browser):
    page = look(admin, "cancel")
    confirm(admin, offer(page), reason="Too\r\nmany meetings")
    kept = str(vars(bench.fake))

    assert "Why are you cancelling? (optional)" in page.text
    assert "Too many meetings" in kept


def test_a_change_of_unknown_outcome_is_looked_at_for_two_minutes_and_then_said_to_be_unknown(
    bench: Bench, admin: Browser
):
    sealed = offer(look(admin, "cancel"))
    bench.faults.next, bench.faults.times = "unavailable", 999
    bench.faults.method = "PUT" if bench.name == "recurly" else "POST"
    done = confirm(admin, sealed).location
    bench.faults.method = ""
    asked, unknown = admin.get(done), admin.get(f"{done}&n=24")
    bench.faults.next = ""

    assert "We are confirming this" in asked.text
    assert "Refresh" in asked.headers
    assert "We still don't know whether this was done" in unknown.text
    assert "Don't send the change a second time" in unknown.text
    assert "Refresh" not in unknown.headers
