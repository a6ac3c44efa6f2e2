"""The billing page: what it shows in each state, who may see it, and what happens when the vendor does not answer."""

import logging
import re
import time
from pathlib import Path
from typing import Any

import pytest
import requests

from demo.billers.company import Card, Company, Customer, Invoice, Line, Subscription
from demo.billers.stripe import Stripe
from functions.app import Portal
from functions.billing import reading
from functions.errors import SettingsError
from functions.services import Services
from functions.settings import read
from tests.conftest import Browser, write_bundle
from tests.functions.billing.conftest import ADMIN, NOW, TERM_BEGAN, Enter, choose


def text(page: str) -> str:
    """What a reader sees: no tags, and one space between words."""
    return " ".join(re.sub(r"<[^>]+>", " ", page).replace("\u00a0", " ").split())


def test_the_page_says_what_is_paid_for_before_any_redirect(browser: Browser, enter: Enter):
    enter(seats_used="4")
    page = text(browser.get("/my/billing/").text)

    assert "Team Seats 5, 4 in use" in page
    assert "Price €19.99 a seat, each month, before tax" in page
    assert "Next charge €99.95 on 1 Dec 2026" in page
    assert "Visa ending in 4242, expires 04/2031" in page
    assert "1002 1 Nov 2026 €99.95 Paid PDF" in page


def test_the_newest_twelve_invoices_are_listed_with_their_state(browser: Browser, enter: Enter, books: Company):
    for number in range(15):
        bill = Invoice(str(2000 + number), "cus_demo", "sub_demo", "EUR", NOW + number, [Line("x", -5)], 0, "open")
        books.invoices.append(bill)
    enter()
    page = browser.get("/my/billing/").text

    assert re.findall(r">(20\d\d)</td>", page) == [str(number) for number in range(2014, 2002, -1)]
    assert page.count(">Open<") == 12
    assert page.count("-€0.05") == 12


def test_what_was_given_back_is_credited_and_not_paid(browser: Browser, enter: Enter, books: Company):
    books.change(books.subscriptions["sub_demo"], "team", 2, NOW)
    enter()

    assert "-€29.99 Credited PDF" in text(browser.get("/my/billing/").text)


@pytest.mark.parametrize(
    ("claims", "header", "shown"),
    [
        ({}, "", "€99.95"),
        ({}, "de-DE,de;q=0.9", "99,95 €"),
        ({"locale": "en-GB"}, "de", "€99.95"),
        ({"locale": "pt_PT"}, "", "99,95 €"),
        ({"locale": "tlh"}, "xx;q=1, fr-CA", "99,95 €"),
    ],
    ids=str,
)
def test_money_is_written_as_the_customer_writes_it(
    claims: dict[str, str], header: str, shown: str, browser: Browser, enter: Enter
):
    enter(**claims)

    assert shown in text(browser.get("/my/billing/", headers={"Accept-Language": header}).text)


@pytest.mark.parametrize(
    ("state", "words", "buttons"),
    [
        ("active", "Change plan", {"seats", "change_plan", "cancel"}),
        ("trial", "You are on a trial until 1 Dec 2026 (15 days left). You pay nothing before that.", None),
        ("paused", "Your plan is paused. You are not charged until it goes on.", None),
        ("ending", "Cancelled. You can use everything until 1 Dec 2026", {"resume"}),
        ("over", "This plan ended on 1 Dec 2026.", set()),
    ],
)
def test_each_state_of_a_plan_has_its_own_text_and_buttons(
    state: str, words: str, buttons: set[str] | None, browser: Browser, enter: Enter, books: Company
):
    books.subscriptions["sub_demo"].state = state
    enter()
    page = browser.get("/my/billing/").text
    offered = set(re.findall(r'name="job" value="(\w+)"', page)) - {"update_card", "details"}

    assert words in text(page)
    assert offered == ({"seats", "change_plan", "cancel"} if buttons is None else buttons)
    assert ("Renews" in page or "Next charge" in page) == (state in {"active", "trial"})


def test_somebody_who_pays_by_hand_is_told_that_no_card_is_charged(browser: Browser, enter: Enter, books: Company):
    books.customers["cus_demo"].by_hand = True
    books.customers["cus_demo"].card = None
    enter()
    page = text(browser.get("/my/billing/").text)

    assert "We send you an invoice, and you pay it by bank transfer. No card is charged." in page
    assert "Next invoice €99.95" in page
    assert "None on file." in page


def test_with_several_plans_each_has_its_own_buttons(browser: Browser, enter: Enter, books: Company):
    books.join(books.customers["cus_demo"], Subscription("sub_2", "cus_demo", plan="starter", start=TERM_BEGAN))
    enter()
    page = browser.get("/my/billing/").text

    assert "You have 2 plans." in page
    assert page.count('value="sub_2"') == page.count('value="sub_demo"') == 3


def test_a_customer_without_a_plan_is_told_so_and_keeps_the_invoices(browser: Browser, enter: Enter, books: Company):
    books.subscriptions.clear()
    enter()
    page = browser.get("/my/billing/").text

    assert "You have no plan at the moment." in page
    assert "1002" in page
    assert 'value="cancel"' not in page


def test_a_customer_that_the_vendor_does_not_know_has_no_billing_yet(browser: Browser, enter: Enter):
    enter(billing_customer="cus_gone")

    assert "Your account has no billing yet." in browser.get("/my/billing/").text


def test_a_failed_payment_comes_first_with_the_one_button_that_mends_it(browser: Browser, enter: Enter, books: Company):
    books.customers["cus_demo"].card = Card(declined=True)
    books.invoices[-1].state = "overdue"
    enter()
    page = browser.get("/my/billing/").text

    assert "A payment of €99.95 failed on 1 Nov 2026." in text(page)
    assert "The last payment for this plan failed. You keep your plan while we try again." in page
    assert "Payment failed" in page
    assert page.count('value="update_card"') == 1
    assert page.index('value="update_card"') < page.index("<h2")


@pytest.mark.parametrize(("failed", "words"), [(True, "A payment of €99.95 failed on 1 Nov 2026."), (False, "")])
def test_every_page_can_ask_whether_a_payment_failed(
    failed: bool, words: str, browser: Browser, enter: Enter, books: Company, vendor: Stripe
):
    if failed:
        books.invoices[-1].state = "overdue"
    enter()
    first = browser.get("/api/billing/notice").json
    calls = len(vendor.faults.calls)
    again = browser.get("/api/billing/notice").json

    assert first == again
    assert first["text"] == words
    assert len(vendor.faults.calls) == calls, "the vendor is not asked for each page"


@pytest.mark.parametrize("claims", [{"billing_admin": False}, {"billing_customer": ""}, {"level": "address"}], ids=str)
def test_only_a_billing_admin_is_told_of_a_failed_payment(
    claims: dict[str, Any], browser: Browser, enter: Enter, books: Company
):
    books.invoices[-1].state = "overdue"
    enter(**claims)

    assert browser.get("/api/billing/notice").json == {"text": ""}


@pytest.mark.parametrize(
    ("claims", "pays"),
    [({}, True), ({"billing_admin": "true"}, True), ({"billing_admin": False}, False), ({"level": "address"}, False)],
    ids=str,
)
def test_the_account_menu_is_told_who_pays(claims: dict[str, Any], pays: bool, browser: Browser, enter: Enter):
    enter(**claims)

    assert browser.get("/api/session", headers={"Accept": "application/json"}).json["pays"] is pays


def test_a_notice_is_forgotten_when_the_card_is_charged_again(
    browser: Browser, enter: Enter, books: Company, services: Services
):
    books.invoices[-1].state = "overdue"
    enter()
    before = browser.get("/api/billing/notice").json["text"]
    books.invoices[-1].state = "paid"
    reading.forget(services, "cus_demo")

    assert before
    assert browser.get("/api/billing/notice").json["text"] == ""


def test_updating_the_card_leads_through_the_vendor_and_back_to_what_is_known_now(browser: Browser, enter: Enter):
    enter()
    before = browser.get("/my/billing/").text
    answer = choose(browser, "update_card")
    there = requests.get(answer.location, timeout=5).text
    done = requests.post(answer.location, data={"card": "mastercard"}, allow_redirects=False, timeout=5)
    after = browser.get(done.headers["Location"].removeprefix("http://127.0.0.1:8000")).text

    assert "Visa ending in 4242" in before
    assert answer.status_code == 303
    assert "Update your card" in there
    assert done.headers["Location"] == "http://127.0.0.1:8000/my/billing/?job=update_card"
    assert "Welcome back. This is what we know now." in after
    assert "Mastercard ending in 4444, expires 09/2030" in after


def test_coming_back_without_a_change_claims_no_success(browser: Browser, enter: Enter):
    enter()
    page = browser.get("/my/billing/?job=update_card").text

    assert "Welcome back." in page
    assert not re.search(r"updated|changed|thank", page, re.IGNORECASE)


def test_an_invoice_is_downloaded_from_the_vendors_own_address_which_no_page_shows(browser: Browser, enter: Enter):
    enter()
    page = browser.get("/my/billing/").text
    (found,) = re.findall(r'href="(/my/billing/invoice/[^"]+1002)"', page)
    answer = browser.get(found)

    assert answer.status_code == 303
    assert answer.headers["Referrer-Policy"] == "no-referrer"
    assert "/files/" not in page
    assert b"invoice 1002" in requests.get(answer.location, timeout=5).content


def test_the_way_to_billing_is_kept_by_no_cache_and_told_to_no_log(
    browser: Browser, enter: Enter, caplog: pytest.LogCaptureFixture
):
    caplog.set_level(logging.DEBUG, "functions")
    enter()
    answer = choose(browser, "update_card")

    assert answer.headers["Cache-Control"] == "no-store"
    assert answer.headers["Referrer-Policy"] == "no-referrer"
    lines = [record for record in caplog.records if record.name.startswith("functions")]
    assert lines
    assert all("/p/session/" not in str(record.__dict__) for record in lines)


def test_somebody_who_is_not_signed_in_is_told_what_there_is_and_asked_to_sign_in(browser: Browser):
    page = browser.get("/my/billing/")
    answer = choose(browser, "update_card")

    assert page.status_code == 200
    assert "/api/signin?return=%2Fmy%2Fbilling%2F" in page.text
    assert "<form" not in page.text
    assert answer.status_code == 303
    assert answer.location == "/api/signin?return=%2Fmy%2Fbilling%2F&way=account"


@pytest.mark.parametrize(
    ("claims", "words"),
    [
        ({"billing_admin": False}, "Only your billing admins can change this."),
        ({"billing_admin": "no"}, "Only your billing admins can change this."),
        ({"billing_admin": 1}, "Only your billing admins can change this."),
        ({"billing_admin": None}, "Only your billing admins can change this."),
        ({"billing_admin": False, "billing_admins": "Ada, Grace"}, "can change this: Ada, Grace."),
        ({"billing_customer": None}, "Your account has no billing yet."),
        ({"billing_admin": "true", "billing_customer": ["cus_demo"]}, "Your account has no billing yet"),
        ({"level": "address"}, "You're signed in by email only."),
    ],
    ids=str,
)  # fmt: skip
def test_who_may_not_open_billing_is_told_why_and_who_can(
    claims: dict[str, Any], words: str, browser: Browser, enter: Enter, vendor: Stripe
):
    enter(**claims)
    page = browser.get("/my/billing/")
    answers = [choose(browser, "update_card"), browser.get("/my/billing/change/?what=cancel&subscription=sub_demo")]

    assert words in page.text
    assert "<form" not in page.text
    assert [answer.status_code for answer in answers] == [403, 403]
    assert all(words in answer.text for answer in answers)
    assert vendor.faults.calls == []


@pytest.mark.parametrize("mood", ["limited", "unavailable", "garbage", "lost"])
def test_a_vendor_whose_page_cannot_be_opened_is_said_to_fail_with_ways_out(
    mood: str, browser: Browser, enter: Enter, vendor: Stripe
):
    enter()
    vendor.faults.next, vendor.faults.times = mood, 1000
    answer = choose(browser, "update_card")

    assert answer.status_code == 503
    assert "Location" not in answer.headers
    assert "open our billing provider&#39;s page. Our billing provider isn&#39;t answering right now." in answer.text
    assert "Nothing was changed" not in answer.text
    assert 'href="/status/"' in answer.text
    assert "support@acme.example" in answer.text


def test_a_vendor_that_fails_leaves_the_page_with_the_jobs_that_need_no_plan(
    browser: Browser, enter: Enter, vendor: Stripe
):
    enter()
    vendor.faults.next, vendor.faults.times = "unavailable", 1000
    page = browser.get("/my/billing/")

    assert page.status_code == 200
    assert "load your plan right now. Reload this page" in page.text
    # A change may have been made before: a page that could not read the plan says nothing of that.
    assert "Nothing was changed" not in page.text
    assert "load your invoices right now. They are safe." in page.text
    assert 'value="update_card"' in page.text


def test_a_slow_vendor_is_waited_for_two_and_a_half_seconds_and_the_rest_is_shown(
    browser: Browser, enter: Enter, vendor: Stripe
):
    """One of the three parts hangs; which of them comes first is chance."""
    enter()
    vendor.faults.next = "slow"
    started = time.monotonic()
    page = browser.get("/my/billing/").text
    took = time.monotonic() - started

    missing = re.findall(r"We couldn't load (it|your plan|your invoices) right now", page.replace("&#39;", "'"))
    assert len(missing) >= 1
    assert "Team" in page or ">1002<" in page
    assert 2.4 < took < 5


def test_a_wrong_key_looks_like_any_failure_to_the_customer(environ: dict[str, str], services: Services, enter: Enter):
    other = Services(read(environ | {"STRIPE_KEY": "rk_test_wrong"}), services.clock)
    browser = Browser(Portal(other))
    enter(browser)
    answer = choose(browser, "update_card")
    other.store.close()

    assert answer.status_code == 503
    assert "Stripe" not in answer.text


def test_billing_can_be_opened_only_so_often(browser: Browser, enter: Enter):
    enter()
    answers = [choose(browser, "details").status_code for _ in range(21)]

    assert answers == [303] * 20 + [429]


def test_without_a_billing_system_the_page_says_whom_to_write_to(
    environ: dict[str, str], services: Services, enter: Enter
):
    other = Services(read(environ | {"BILLER": "none"}), services.clock)
    browser = Browser(Portal(other))
    enter(browser)
    page = browser.get("/my/billing/").text
    answer = choose(browser, "update_card")
    other.store.close()

    assert "Our team handles billing." in page
    assert "<form" not in page
    assert answer.status_code == 403


def test_a_portal_without_the_billing_part_has_no_such_page(environ: dict[str, str], tmp_path: Path):
    folder = write_bundle(tmp_path / "less", parts={"billing": False})
    services = Services(read(environ | {"PORTAL_BUILD_DIR": str(folder)}))
    services.store.migrate()
    browser = Browser(Portal(services))
    answers = [browser.get(path).status_code for path in ("/my/billing/", "/my/billing/change/", "/api/billing/notice")]
    services.store.close()

    assert answers == [404] * 3


def test_below_a_base_path_every_address_is_below_it(
    environ: dict[str, str], tmp_path: Path, services: Services, enter: Enter
):
    folder = write_bundle(tmp_path / "below", base_path="/help/")
    other = Services(read(environ | {"PORTAL_BUILD_DIR": str(folder)}), services.clock)
    browser = Browser(Portal(other))
    enter(browser)
    page = browser.get("/help/my/billing/").text
    to_change = browser.post("/help/api/billing", data={"job": "seats", "subscription": "sub_demo", "seats": "7"})
    change = browser.get(to_change.location).text
    there = requests.get(browser.post("/help/api/billing", data={"job": "update_card"}).location, timeout=5).text
    other.store.close()

    assert 'action="/help/api/billing"' in page
    assert 'action="/help/api/billing/change"' in change
    assert "http://127.0.0.1:8000/help/my/billing/?job=update_card" in there


def test_another_server_than_stripes_is_for_loopback_only(environ: dict[str, str]):
    services = Services(read(environ | {"STRIPE_API": "https://api.evil.example"}))

    with pytest.raises(SettingsError, match=r"STRIPE_API='https://api.evil.example'"):
        _ = services.biller


def test_an_admin_of_another_customer_sees_only_their_own(browser: Browser, enter: Enter, books: Company):
    books.join(Customer("cus_2", "eve@other.example"), Subscription("sub_2", "cus_2", plan="company", seats=77))
    enter()
    page = browser.get("/my/billing/").text

    assert "77" not in page
    assert ADMIN["billing_customer"] == "cus_demo"
