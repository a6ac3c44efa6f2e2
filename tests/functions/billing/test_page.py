"""Billing: who may open it, that each job leads to its page, and that nothing changes when the vendor fails."""

import logging
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
import requests
from werkzeug.test import TestResponse

from demo import billing, billing_books, server
from functions.app import Portal
from functions.billers import stripe
from functions.errors import SettingsError
from functions.services import Services
from functions.settings import read
from functions.signin import sessions
from portal.models import Requester
from tests.conftest import Browser, write_bundle

ADMIN = {"plan": "Team", "billing_admin": True, "billing_customer": "cus_demo"}


@pytest.fixture
def database_url(tmp_path: Path) -> str:
    # The store's own tests cover both engines; billing asks nothing special of one.
    return f"sqlite:///{tmp_path / 'portal.db'}"


@pytest.fixture
def books() -> billing_books.Books:
    return billing_books.Books()


@pytest.fixture
def vendor(books: billing_books.Books) -> Iterator[str]:
    with server.running(billing.create_app(books)) as origin:
        yield origin
        books.hurry.set()


@pytest.fixture
def environ(environ: dict[str, str], vendor: str) -> dict[str, str]:
    ours = {"STRIPE_KEY": billing.KEY, "STRIPE_API": vendor, "BILLING_HOSTS": urlsplit(vendor).netloc}
    return environ | {"BILLER": "stripe"} | ours


def enter(browser: Browser, services: Services, claims: dict[str, Any]) -> None:
    """Give the browser a session with these claims, as signing in does."""
    who = Requester("ada", "ada@bluebird.example", "Ada Byron", "bluebird")
    browser.set_cookie("portal", sessions.start(services, who, claims), domain="127.0.0.1")


def choose(browser: Browser, job: str) -> TestResponse:
    return browser.post("/api/billing", data={"job": job})


def test_updating_the_card_leads_through_the_vendor_and_back_to_what_is_so_now(browser: Browser, services: Services):
    enter(browser, services, ADMIN)
    before = browser.get("/my/billing/").text
    answer = choose(browser, "update_card")
    there = requests.get(answer.location, timeout=5).text
    done = requests.post(answer.location, data={"card": "mastercard"}, allow_redirects=False, timeout=5)
    after = browser.get(done.headers["Location"].removeprefix("http://127.0.0.1:8000")).text

    assert "Visa ending in 4242" in before
    assert answer.status_code == 303
    assert "Update your card" in there
    assert done.headers["Location"] == "http://127.0.0.1:8000/my/billing/?job=update_card"
    assert "Welcome back." in after
    assert "Mastercard ending in 4444, expires 04/2031" in after


def test_coming_back_without_a_change_claims_no_success(browser: Browser, services: Services):
    enter(browser, services, ADMIN)
    page = browser.get("/my/billing/?job=update_card").text

    assert "Welcome back." in page
    assert not re.search(r"updated|changed|thank", page, re.IGNORECASE)


def cancel(browser: Browser) -> str:
    """Confirm a cancellation at the vendor, and return the page to which it leads back."""
    there = choose(browser, "cancel").location
    done = requests.post(there, data={"cancel": "1"}, allow_redirects=False, timeout=5)
    return browser.get(done.headers["Location"].removeprefix("http://127.0.0.1:8000")).text


def test_a_cancelled_plan_shows_its_last_day_and_cannot_be_cancelled_twice(browser: Browser, services: Services):
    enter(browser, services, ADMIN)
    there = requests.get(choose(browser, "cancel").location, timeout=5).text
    back = cancel(browser)
    later = browser.get("/my/billing/").text

    assert "until 30 Apr 2031" in there
    assert "Cancelled. Your plan ends on 30 Apr 2031." in back
    for page in (back, later):
        assert "<dd>Team, ends on 30 Apr 2031</dd>" in page
        assert 'value="cancel"' not in page


@pytest.mark.parametrize("job", ["cancel", "change_plan"])
def test_coming_back_without_a_known_change_says_so_and_keeps_the_plan(job: str, browser: Browser, services: Services):
    enter(browser, services, ADMIN)
    page = browser.get(f"/my/billing/?job={job}").text

    assert "We couldn't confirm a change yet." in page
    assert "<dd>Team" in page
    assert "Cancelled" not in page
    assert 'value="cancel"' in page


def test_a_plan_beside_one_that_renews_is_not_shown_as_ending(
    browser: Browser, services: Services, books: billing_books.Books
):
    books.subscriptions["sub_2"] = dict(books.subscriptions["sub_demo"])
    books.subscriptions["sub_2"]["ends"] = True
    enter(browser, services, ADMIN)

    assert "ends on" not in browser.get("/my/billing/?job=cancel").text


def test_after_a_change_of_plan_the_plan_of_the_sign_in_is_not_shown_as_current(browser: Browser, services: Services):
    enter(browser, services, ADMIN)

    assert "<dd>Team</dd>" in browser.get("/my/billing/").text
    assert "<dd>Team</dd>" not in browser.get("/my/billing/?job=change_plan").text


@pytest.mark.parametrize(
    ("job", "title"),
    [
        ("update_card", "Update your card"),
        ("change_plan", "Change your plan"),
        ("cancel", "Cancel your plan"),
        ("invoices", "Invoice DEMO-0001"),
    ],
)
def test_each_job_leads_to_its_own_page(job: str, title: str, browser: Browser, services: Services):
    enter(browser, services, ADMIN)
    answer = choose(browser, job)

    assert title in requests.get(answer.location, timeout=5).text


def test_with_two_plans_the_customer_chooses_on_the_vendors_front_page(
    browser: Browser, services: Services, books: billing_books.Books
):
    books.subscriptions["sub_2"] = dict(books.subscriptions["sub_demo"])
    enter(browser, services, ADMIN)

    assert "Invoice DEMO-0001" in requests.get(choose(browser, "cancel").location, timeout=5).text


def test_without_a_plan_there_is_nothing_to_cancel_and_the_page_says_so(
    browser: Browser, services: Services, books: billing_books.Books
):
    books.subscriptions["sub_demo"]["status"] = "canceled"
    enter(browser, services, ADMIN)
    answer = choose(browser, "cancel")

    assert answer.status_code == 404
    assert "Your account has no plan that you can change here" in answer.text
    assert choose(browser, "update_card").status_code == 303


def test_the_way_to_billing_is_kept_by_no_cache_and_told_to_no_log(
    browser: Browser, services: Services, caplog: pytest.LogCaptureFixture
):
    caplog.set_level(logging.DEBUG, "functions")
    enter(browser, services, ADMIN)
    answer = choose(browser, "update_card")

    assert answer.headers["Cache-Control"] == "no-store"
    assert answer.headers["Referrer-Policy"] == "no-referrer"
    lines = [record for record in caplog.records if record.name.startswith("functions")]
    assert lines
    assert all("/p/session/" not in str(record.__dict__) for record in lines)


def test_opening_billing_takes_a_form_never_a_link(browser: Browser, services: Services, books: billing_books.Books):
    enter(browser, services, ADMIN)

    assert browser.get("/api/billing?job=cancel").status_code == 405
    assert (
        browser.post("/api/billing", data={"job": "cancel"}, headers={"Sec-Fetch-Site": "cross-site"}).status_code
        == 403
    )
    assert books.sessions == {}


def test_somebody_who_is_not_signed_in_is_told_what_there_is_and_asked_to_sign_in(browser: Browser):
    page = browser.get("/my/billing/")
    answer = choose(browser, "update_card")

    assert page.status_code == 200
    assert "/api/signin?return=%2Fmy%2Fbilling%2F" in page.text
    assert "<form" not in page.text
    assert answer.status_code == 303
    assert answer.location == "/api/signin?return=%2Fmy%2Fbilling%2F&way=account"


@pytest.mark.parametrize(
    ("claims", "text"),
    [
        (ADMIN | {"billing_admin": False}, "Only your billing admins can change this."),
        (ADMIN | {"billing_admin": "no"}, "Only your billing admins can change this."),
        (ADMIN | {"billing_admin": 1}, "Only your billing admins can change this."),
        ({}, "Only your billing admins can change this."),
        ({"billing_admin": True}, "Your account has no billing yet."),
        ({"billing_admin": "true", "billing_customer": ["cus_demo"]}, "Your account has no billing yet"),
    ],
    ids=str,
)
def test_who_may_not_open_billing_is_told_why(
    claims: dict[str, Any], text: str, browser: Browser, services: Services, books: billing_books.Books
):
    enter(browser, services, claims)
    page = browser.get("/my/billing/")
    answer = choose(browser, "update_card")

    assert text in page.text
    assert "<form" not in page.text
    assert answer.status_code == 403
    assert text in answer.text
    assert books.sessions == {}


def test_the_customer_comes_from_the_session_and_never_from_the_form(
    browser: Browser, services: Services, books: billing_books.Books
):
    books.customers["cus_other"] = dict(books.customers["cus_demo"])
    enter(browser, services, ADMIN)
    form = {"job": "update_card", "customer": "cus_other", "billing_customer": "cus_other"}
    browser.post("/api/billing?customer=cus_other", data=form)

    assert [session.customer for session in books.sessions.values()] == ["cus_demo"]


def test_an_unknown_job_is_refused(browser: Browser, services: Services, books: billing_books.Books):
    enter(browser, services, ADMIN)

    assert choose(browser, "delete_everything").status_code == 422
    assert books.sessions == {}


@pytest.mark.parametrize("mood", ["rate_limited", "broken", "garbage", "foreign_url"])
def test_a_vendor_that_fails_changes_nothing_and_the_page_says_so(
    mood: str, browser: Browser, services: Services, books: billing_books.Books
):
    enter(browser, services, ADMIN)
    books.mood = mood
    answer = choose(browser, "update_card")

    assert answer.status_code == 503
    assert "Location" not in answer.headers
    assert "Billing is temporarily unavailable. Nothing was changed." in answer.text
    assert 'value="update_card"' in answer.text
    assert 'href="/status/"' in answer.text
    assert "support@acme.example" in answer.text
    assert "evil.example" not in answer.text


def test_a_vendor_that_fails_leaves_the_page_with_its_jobs(
    browser: Browser, services: Services, books: billing_books.Books
):
    enter(browser, services, ADMIN)
    books.mood = "broken"
    page = browser.get("/my/billing/")

    assert page.status_code == 200
    assert "load your card and plan right now." in page.text
    assert 'value="cancel"' in page.text


def test_a_vendor_that_is_too_slow_is_not_waited_for(
    browser: Browser, services: Services, books: billing_books.Books, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(stripe, "TIMEOUT_SECONDS", 0.3)
    enter(browser, services, ADMIN)
    books.mood = "slow"

    assert choose(browser, "update_card").status_code == 503


def test_a_wrong_key_looks_like_any_failure_to_the_customer(environ: dict[str, str]):
    services = Services(read(environ | {"STRIPE_KEY": "rk_test_wrong"}))
    services.store.migrate()
    browser = Browser(Portal(services))
    enter(browser, services, ADMIN)
    answer = choose(browser, "update_card")
    services.store.close()

    assert answer.status_code == 503
    assert "Stripe" not in answer.text


def test_a_customer_that_the_vendor_does_not_know_is_not_found(browser: Browser, services: Services):
    enter(browser, services, ADMIN | {"billing_customer": "cus_gone"})

    assert choose(browser, "update_card").status_code == 404
    assert browser.get("/my/billing/").status_code == 200


def test_billing_can_be_opened_only_so_often(browser: Browser, services: Services):
    enter(browser, services, ADMIN)
    answers = [choose(browser, "invoices").status_code for _ in range(21)]

    assert answers == [303] * 20 + [429]


def test_without_a_billing_system_the_page_says_whom_to_write_to(environ: dict[str, str]):
    services = Services(read(environ | {"BILLER": "none"}))
    services.store.migrate()
    browser = Browser(Portal(services))
    enter(browser, services, ADMIN)
    page = browser.get("/my/billing/").text
    answer = choose(browser, "update_card")
    services.store.close()

    assert "Our team handles billing." in page
    assert "<form" not in page
    assert answer.status_code == 403


def test_a_portal_without_the_billing_part_has_no_such_page(environ: dict[str, str], tmp_path: Path):
    folder = write_bundle(tmp_path / "less", parts={"billing": False})
    services = Services(read(environ | {"PORTAL_BUILD_DIR": str(folder)}))
    services.store.migrate()
    page = Browser(Portal(services)).get("/my/billing/")
    services.store.close()

    assert page.status_code == 404


def test_below_a_base_path_every_address_is_below_it(environ: dict[str, str], tmp_path: Path):
    folder = write_bundle(tmp_path / "below", base_path="/help/")
    services = Services(read(environ | {"PORTAL_BUILD_DIR": str(folder)}))
    services.store.migrate()
    browser = Browser(Portal(services))
    enter(browser, services, ADMIN)
    page = browser.get("/help/my/billing/").text
    answer = browser.post("/help/api/billing", data={"job": "update_card"})
    there = requests.get(answer.location, timeout=5).text
    services.store.close()

    assert 'action="/help/api/billing"' in page
    assert "http://127.0.0.1:8000/help/my/billing/?job=update_card" in there


def test_another_server_than_stripes_is_for_loopback_only(environ: dict[str, str]):
    services = Services(read(environ | {"STRIPE_API": "https://api.evil.example"}))

    with pytest.raises(SettingsError, match=r"STRIPE_API='https://api.evil.example'"):
        _ = services.biller
