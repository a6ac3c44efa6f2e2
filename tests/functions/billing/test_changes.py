"""Changing seats and plan, cancelling and taking it back: the price before, once, and what is known afterwards."""

import re
from collections.abc import Callable
from typing import ClassVar
from urllib.parse import urlsplit

import pytest
import requests
from werkzeug.wrappers import Request, Response

from demo.billers.company import Card, Company
from demo.billers.stripe import Stripe
from demo.helpdesks.faults import Faults
from functions.billing import ledger, offers
from functions.services import Services
from functions.tick import tick
from tests.conftest import Browser
from tests.functions.billing.conftest import NOW, Enter, change, choose, confirm, look, offer
from tests.functions.billing.test_page import text

# A price is asked for by POST as well, and changes nothing.
WRITES = "/v1/subscriptions"


def test_more_seats_cost_what_the_page_said_and_the_page_after_it_read_it_again(
    browser: Browser, enter: Enter, books: Company
):
    enter()
    page = look(browser, "seats", seats="7")
    after = browser.get(confirm(browser, offer(page)).location)

    assert "Team: from 5 seats to 7 seats." in page.text
    assert "Today €19.99 From the next period €139.93, first on 1 Dec 2026" in text(page.text)
    assert "Unused time of 5 × Team" in page.text
    assert "Your plan has 7 seats now." in after.text
    assert books.subscriptions["sub_demo"].seats == 7
    assert [books.invoices[-1].total, len(books.invoices)] == [1999, 3]


def test_fewer_seats_give_a_credit_that_the_next_change_uses_up(browser: Browser, enter: Enter, books: Company):
    enter()
    less = look(browser, "seats", seats="2")
    confirm(browser, offer(less))
    more = look(browser, "seats", seats="4")

    assert "Today Nothing to pay. €29.99 goes to your credit, which your next invoices use up" in text(less.text)
    assert "Nothing to pay" in more.text
    assert books.subscriptions["sub_demo"].seats == 2


def test_fewer_seats_than_are_in_use_come_with_a_warning(browser: Browser, enter: Enter):
    enter(seats_used="4")

    assert "4 seats are in use. Remove 1 teammate first" in look(browser, "seats", seats="3").text
    assert "in use" not in look(browser, "seats", seats="4").text


def test_a_plan_is_chosen_from_those_of_the_portals_configuration_and_priced(
    browser: Browser, enter: Enter, books: Company
):
    enter()
    choice = look(browser, "change_plan")
    page = look(browser, "change_plan", plan="price_company_eur")
    after = browser.get(confirm(browser, offer(page)).location)

    assert "Starter, €9.99 a seat each month" in text(choice.text)
    assert re.findall(r'name="plan" value="(\w+)"', choice.text) == ["price_starter_eur", "price_company_eur"]
    assert "name=offer" not in choice.text
    assert "Today €48.35 From the next period €196.65" in text(page.text)
    assert "Your plan is Company now." in after.text
    assert books.subscriptions["sub_demo"].plan == "company"


def test_a_plan_that_the_configuration_does_not_offer_cannot_be_chosen(browser: Browser, enter: Enter, vendor: Stripe):
    vendor.switched_off.add("subscription_update")
    enter()
    page = look(browser, "change_plan", plan="price_company_eur").text

    assert "There is no other plan that you can choose here." in page
    assert 'name="offer"' not in page


def test_cancelling_says_the_last_day_and_is_taken_back_until_then(
    browser: Browser, enter: Enter, books: Company, vendor: Stripe
):
    enter()
    page = look(browser, "cancel")
    answer = confirm(browser, offer(page), reason="Too many\r\nmeetings")
    after = browser.get(answer.location).text
    cancelled = books.subscriptions["sub_demo"].state
    back = change(browser, "resume").text

    assert "until 1 Dec 2026, the last day that is paid." in page.text
    assert "Why are you cancelling? (optional)" in page.text
    assert "You can use everything until 1 Dec 2026, and you can keep your plan after all until then." in after
    assert cancelled == "ending"
    assert vendor.reasons["sub_demo"] == "Too many meetings"
    assert "Your plan goes on and renews on 1 Dec 2026." in back
    assert books.subscriptions["sub_demo"].state == "active"


@pytest.mark.parametrize(
    ("state", "job", "words"),
    [
        ("ending", "cancel", "Your plan is already cancelled."),
        ("ending", "seats", "A cancelled plan keeps its seats."),
        ("active", "resume", "Your plan isn't cancelled."),
        ("over", "resume", "Your plan isn't cancelled."),
    ],
)
def test_a_change_that_makes_no_sense_is_explained(
    state: str, job: str, words: str, browser: Browser, enter: Enter, books: Company
):
    books.subscriptions["sub_demo"].state = state
    enter()
    page = look(browser, job, seats="7")

    assert page.status_code == 409
    assert words in text(page.text.replace("&#39;", "'"))


@pytest.mark.parametrize("seats", ["", "0", "-1", "1.5", "seven", "9999999", "\u0667", "1e3"])
def test_only_a_number_of_seats_is_priced(seats: str, browser: Browser, enter: Enter):
    enter()

    assert look(browser, "seats", seats=seats).status_code == 422


def test_a_declined_card_changes_nothing_and_says_so(browser: Browser, enter: Enter, books: Company):
    books.customers["cus_demo"].card = Card(declined=True)
    enter()
    page = change(browser, "seats", seats="7")

    assert "Your payment was declined. Nothing was changed." in page.text
    assert books.subscriptions["sub_demo"].seats == 5


def test_a_bank_that_wants_to_see_the_customer_does_so_on_the_vendors_page(
    browser: Browser, enter: Enter, books: Company
):
    books.customers["cus_demo"].card = Card(asks=True)
    enter()
    there = confirm(browser, offer(look(browser, "seats", seats="7"))).location
    unconfirmed = requests.get(there, timeout=5).text
    before = books.subscriptions["sub_demo"].seats
    back = requests.post(there, timeout=5, allow_redirects=False).headers["Location"]
    page = browser.get(back.removeprefix("http://127.0.0.1:8000")).text

    assert "Confirm your change" in unconfirmed
    assert before == 5
    assert "Your plan has 7 seats now." in page


def test_coming_back_from_the_bank_without_confirming_claims_nothing(
    browser: Browser, enter: Enter, books: Company, services: Services
):
    books.customers["cus_demo"].card = Card(asks=True)
    enter()
    sealed = offer(look(browser, "seats", seats="7"))
    confirm(browser, sealed)
    again = confirm(browser, sealed)
    soon = browser.get(again.location).text
    services.clock.at = NOW * 1000 + offers.VALID_MS + 1  # type: ignore[attr-defined]
    later = browser.get(again.location).text

    assert "Your bank didn't confirm this change of 16 Nov 2026, or your plan has changed since then." in later
    assert "If you didn't, nothing was changed." in soon
    assert books.subscriptions["sub_demo"].seats == 5


@pytest.mark.parametrize("mood", ["lost", "broken_after", "garbage"])
def test_an_answer_that_was_lost_after_the_write_is_found_out_by_a_second_try(
    mood: str, browser: Browser, enter: Enter, books: Company, vendor: Stripe
):
    enter()
    sealed = offer(look(browser, "seats", seats="7"))
    vendor.faults.next, vendor.faults.method, vendor.faults.below = mood, "POST", WRITES
    page = browser.get(confirm(browser, sealed).location)

    assert "Your plan has 7 seats now." in page.text
    assert len(books.invoices) == 3


class InTurn(Faults):
    """Faults of the next writes, one after the other."""

    turns: ClassVar[list[str]] = []

    def around(self, request: Request, answer: Callable[[], Response]) -> Response:
        if request.method == "POST" and request.path.startswith(WRITES) and self.turns:
            self.next, self.method, self.below, self.times = self.turns.pop(0), "POST", WRITES, 1
        return super().around(request, answer)


@pytest.mark.parametrize("second", ["limited", "refused", "forbidden", "unavailable"])
def test_a_second_try_that_is_refused_says_nothing_of_the_first(
    second: str, browser: Browser, enter: Enter, books: Company, vendor: Stripe
):
    enter()
    sealed = offer(look(browser, "seats", seats="7"))
    vendor.faults = InTurn()
    InTurn.turns = ["lost", second]
    page = browser.get(confirm(browser, sealed).location)

    assert InTurn.turns == []
    assert "Your plan has 7 seats now." in page.text
    assert len(books.invoices) == 3


def test_when_every_answer_is_lost_the_plan_itself_tells_what_became_of_it(
    browser: Browser, enter: Enter, books: Company, vendor: Stripe
):
    enter()
    sealed = offer(look(browser, "seats", seats="7"))
    vendor.faults.next, vendor.faults.method, vendor.faults.below, vendor.faults.times = "lost", "POST", WRITES, 2
    page = browser.get(confirm(browser, sealed).location)

    assert "Your plan has 7 seats now." in page.text
    assert len(books.invoices) == 3


def test_a_vendor_that_fails_before_the_write_is_waited_for_and_then_nothing_was_changed(
    browser: Browser, enter: Enter, books: Company, vendor: Stripe, services: Services
):
    enter()
    sealed = offer(look(browser, "seats", seats="7"))
    vendor.faults.next, vendor.faults.method, vendor.faults.times = "unavailable", "POST", 1000
    vendor.faults.below = WRITES
    page = browser.get(confirm(browser, sealed).location)
    beside = browser.get("/my/billing/").text
    services.clock.at = NOW * 1000 + ledger.SETTLE_MS + 1  # type: ignore[attr-defined]
    later = browser.get(page.request.path + "?" + page.request.query_string.decode())

    assert "We are confirming this with our billing provider." in page.text
    assert re.match(r"5; url=/my/billing/done/\?id=\w+&n=1", page.headers["Refresh"])
    assert "We are still confirming your last change." in beside
    assert "Nothing was changed. You can try again." in later.text
    assert "Refresh" not in later.headers
    assert books.subscriptions["sub_demo"].seats == 5


def test_the_billing_page_itself_finds_out_what_became_of_a_change(
    browser: Browser, enter: Enter, vendor: Stripe, services: Services
):
    enter()
    sealed = offer(look(browser, "seats", seats="7"))
    assert ledger.claim(services, offers.opened(services, sealed, "cus_demo"), "ada")
    before = browser.get("/my/billing/").text
    vendor.books.change(vendor.books.subscriptions["sub_demo"], "team", 7, NOW)  # by the function that was killed
    calls = len(vendor.faults.calls)
    after = browser.get("/my/billing/").text

    assert "We are still confirming your last change." in before
    assert "We are still confirming" not in after
    assert len(vendor.faults.calls) - calls == 4, "nothing is asked for besides what the page shows"
    assert services.store.one("select state from billing_change") == {"state": "done"}


def test_a_vendor_that_cannot_be_reached_changes_nothing_and_says_so_at_once(
    browser: Browser, enter: Enter, books: Company, vendor: Stripe
):
    enter()
    sealed = offer(look(browser, "seats", seats="7"))
    vendor.faults.next, vendor.faults.times = "limited", 1000
    page = browser.get(confirm(browser, sealed).location)

    assert "Our billing provider isn&#39;t answering right now. Nothing was changed." in page.text
    assert books.subscriptions["sub_demo"].seats == 5


def test_a_function_that_was_killed_leaves_a_change_that_the_tick_finds_out(
    browser: Browser, enter: Enter, books: Company, services: Services
):
    """Killed between the note and the call, as far as anybody can tell."""
    enter()

    sealed = offer(look(browser, "seats", seats="7"))
    assert ledger.claim(services, offers.opened(services, sealed, "cus_demo"), "ada")
    blocked = browser.get(confirm(browser, offer(look(browser, "seats", seats="9"))).location).text
    services.clock.at = NOW * 1000 + ledger.SETTLE_MS + 1  # type: ignore[attr-defined]
    jobs = tick(services, float("inf"))
    page = browser.get(confirm(browser, sealed).location).text

    assert "We are confirming this" in blocked
    assert jobs["settle_billing"] == "done"
    assert "Nothing was changed. You can try again." in page
    assert books.subscriptions["sub_demo"].seats == 5


def test_old_changes_are_forgotten_and_open_ones_are_kept(services: Services, browser: Browser, enter: Enter):
    enter()
    change(browser, "seats", seats="7")
    services.store.run("insert into billing_change values ('k', 'c', 's', '{}', 'asked', '', 0, 0)")
    services.clock.at = NOW * 1000 + ledger.KEPT_MS + 1  # type: ignore[attr-defined]
    ledger.purge(services, 0)

    assert [row["key"] for row in services.store.all("select key from billing_change")] == ["k"]


@pytest.mark.parametrize("job", ["seats", "change_plan", "cancel"])
def test_an_old_sign_in_is_asked_to_sign_in_again_before_what_is_paid_changes(
    job: str, browser: Browser, enter: Enter, services: Services, vendor: Stripe
):
    enter()
    services.clock.at = NOW * 1000 + 61 * 60_000  # type: ignore[attr-defined]
    there = browser.get(choose(browser, job, seats="7").location)
    query = urlsplit(there.location).query

    assert there.status_code == 303
    assert there.location.startswith("/api/signin?return=%2Fmy%2Fbilling%2Fchange%2F%3Fwhat%3D")
    assert query.endswith("&way=account&again=1")
    assert vendor.faults.calls == []


def test_an_offer_of_an_old_sign_in_is_not_confirmed(
    browser: Browser, enter: Enter, services: Services, books: Company
):
    enter()
    services.clock.at = NOW * 1000 + 59 * 60_000  # type: ignore[attr-defined]
    sealed = offer(look(browser, "cancel"))
    services.clock.at = NOW * 1000 + 61 * 60_000  # type: ignore[attr-defined]
    answer = confirm(browser, sealed)

    assert answer.location == "/api/signin?return=%2Fmy%2Fbilling%2F&way=account&again=1"
    assert books.subscriptions["sub_demo"].state == "active"
