"""The webhook of the billing system: what it tells, and those who send others."""

import hmac
import json
import logging
from datetime import UTC, date, datetime
from hashlib import sha256
from pathlib import Path

import pytest
from werkzeug.test import TestResponse

from demo.billers import stripe
from demo.billers.company import DAY, Card, Company, Event
from functions.billing import reading, webhook
from functions.services import Services
from portal.billing import active
from portal.clock import DAY_MS
from scripts import report
from scripts.active_customers import from_webhooks
from scripts.active_customers.__main__ import main
from tests.conftest import Browser
from tests.functions.billing.conftest import NOW, Enter

BOTH = ["sqlite", pytest.param("postgresql", marks=pytest.mark.postgresql)]


@pytest.fixture(params=BOTH)
def database_url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path / 'portal.db'}"
    return str(request.getfixturevalue("postgresql_url"))


def send(browser: Browser, headers: dict[str, str], body: bytes) -> TestResponse:
    """As a vendor's server does: from no page, and without cookies."""
    return browser.post("/api/billing/webhook", data=body, headers={"Sec-Fetch-Site": "cross-site", **headers})


def tell(browser: Browser, vendor: stripe.Stripe, event: Event) -> int:
    return send(browser, *vendor.webhook(event)).status_code


def of(books: Company, kind: str) -> Event:
    return next(event for event in reversed(books.events) if event.kind == kind)


def states(services: Services) -> list[tuple[str, str, str]]:
    rows = services.store.all("select subscription, customer, state from billing_state order by at")
    return [(row["subscription"], row["customer"], row["state"]) for row in rows]


def test_a_signed_event_is_taken_in_once_however_often_it_comes(
    browser: Browser, services: Services, vendor: stripe.Stripe, books: Company
):
    event = of(books, "created")
    answers = [tell(browser, vendor, event) for _ in range(3)]

    assert answers == [204, 204, 204]
    assert states(services) == [("sub_demo", "cus_demo", "active")]
    assert services.store.one("select count(*) as n from billing_event") == {"n": 1}


def test_events_that_come_late_and_out_of_order_count_at_their_own_time(
    browser: Browser, services: Services, vendor: stripe.Stripe, books: Company
):
    began = of(books, "created")
    one = books.subscriptions["sub_demo"]
    first = vendor.webhook(Event(began.id, began.kind, began.customer, began.subscription, NOW - 60))
    books.finish(one)
    ended = vendor.webhook(books.events[-1])

    assert send(browser, *ended).status_code == 204
    assert send(browser, *first).status_code == 204
    told = from_webhooks(services.store)
    assert [one.state for one in sorted(told, key=lambda one: one.at)] == ["active", "ended"]


def test_of_two_events_in_one_second_the_end_counts(
    browser: Browser, services: Services, vendor: stripe.Stripe, books: Company
):
    one = books.subscriptions["sub_demo"]
    began = vendor.webhook(of(books, "created"))
    books.finish(one)
    ended = vendor.webhook(books.events[-1])
    for each in (ended, began):
        send(browser, *each)

    assert states(services) == [("sub_demo", "cus_demo", "ended")]


def test_an_event_makes_the_notice_of_a_failed_payment_be_read_again(
    browser: Browser, services: Services, vendor: stripe.Stripe, books: Company, enter: Enter
):
    enter()
    before = browser.get("/api/billing/notice").get_json()
    books.customers["cus_demo"].card = Card(declined=True)
    books.bills("cus_demo")[0].state = "overdue"
    meanwhile = browser.get("/api/billing/notice").get_json()
    tell(browser, vendor, Event("ev_failed", "failed", "cus_demo", "sub_demo", NOW))
    after = browser.get("/api/billing/notice").get_json()

    assert before["text"] == ""
    assert meanwhile["text"] == ""
    assert "failed" in after["text"]


def test_another_customers_event_forgets_nothing_of_this_one(
    browser: Browser, services: Services, vendor: stripe.Stripe, books: Company
):
    reading.notice(services, "cus_demo")
    event = of(books, "created")
    known = "select customer from billing_known"
    reading.keep(services, "cus_other", reading.Summary())
    tell(browser, vendor, event)

    assert services.store.all(known) == [{"customer": "cus_other"}]


def test_an_event_that_comes_again_forgets_nothing_again(
    browser: Browser, services: Services, vendor: stripe.Stripe, books: Company
):
    event = of(books, "created")
    tell(browser, vendor, event)
    reading.keep(services, "cus_demo", reading.Summary())
    tell(browser, vendor, event)

    assert services.store.all("select customer from billing_known") == [{"customer": "cus_demo"}]


@pytest.mark.parametrize("off", [-301, 301, -30 * DAY, 30 * DAY])
def test_a_replayed_old_or_future_one_is_refused(
    browser: Browser, services: Services, vendor: stripe.Stripe, books: Company, off: int
):
    headers, body = vendor.webhook(of(books, "created"), at=NOW + off)

    assert send(browser, headers, body).status_code == 401
    assert states(services) == []


def test_a_forged_one_is_refused_and_changes_nothing(
    browser: Browser, services: Services, vendor: stripe.Stripe, books: Company
):
    event = of(books, "created")
    headers, body = vendor.webhook(event)
    told = json.loads(body)
    told["data"]["object"]["customer"] = "cus_other"
    other = json.dumps(told).encode()
    answers = [
        send(browser, vendor.webhook(event, "whsec_guessed")[0], body),
        send(browser, headers, other),
        send(browser, {}, body),
        send(browser, {"Stripe-Signature": ""}, body),
        send(browser, {"Stripe-Signature": "t=1,v1="}, body),
        send(browser, {"Stripe-Signature": headers["Stripe-Signature"].replace("v1=", "v0=")}, body),
    ]

    assert {answer.status_code for answer in answers} == {401}
    assert states(services) == []
    assert all("whsec" not in answer.text for answer in answers)


def test_one_of_several_signatures_is_enough_while_a_secret_is_changed(
    browser: Browser, vendor: stripe.Stripe, books: Company
):
    event = of(books, "created")
    headers, body = vendor.webhook(event)
    right = headers["Stripe-Signature"].partition(",v1=")[2]
    wrong = vendor.webhook(event, "old")[0]["Stripe-Signature"]

    assert send(browser, {"Stripe-Signature": f"{wrong},v1={right}"}, body).status_code == 204


def test_the_raw_bytes_are_signed_and_not_what_they_mean(browser: Browser, vendor: stripe.Stripe, books: Company):
    headers, body = vendor.webhook(of(books, "created"))
    same = json.dumps(json.loads(body), indent=1).encode()

    assert json.loads(same) == json.loads(body)
    assert send(browser, headers, same).status_code == 401


@pytest.mark.parametrize(
    "body", [b"{}", b"[]", b"{", b'{"id": ""}', b'{"id": 5, "type": "customer.subscription.updated"}']
)
def test_a_signed_body_that_is_no_event_is_taken_and_forgotten(browser: Browser, services: Services, body: bytes):
    signature = hmac.new(stripe.WEBHOOK_SECRET.encode(), f"{NOW}.".encode() + body, sha256).hexdigest()

    assert send(browser, {"Stripe-Signature": f"t={NOW},v1={signature}"}, body).status_code == 204
    assert services.store.one("select count(*) as n from billing_event") == {"n": 0}


def test_too_much_is_not_read(browser: Browser, vendor: stripe.Stripe, books: Company):
    headers, body = vendor.webhook(of(books, "created"))

    assert send(browser, headers, body + b" " * webhook.BODY_MOST).status_code == 413


def test_a_page_of_another_site_cannot_read_what_is_there(browser: Browser):
    assert browser.get("/api/billing/webhook").status_code == 405


def test_what_a_webhook_says_is_in_no_log(
    browser: Browser, vendor: stripe.Stripe, books: Company, caplog: pytest.LogCaptureFixture
):
    caplog.set_level(logging.DEBUG)
    headers, body = vendor.webhook(of(books, "created"))
    send(browser, headers, body)
    send(browser, headers | {"Stripe-Signature": "t=1,v1=abc"}, body)

    assert "cus_demo" not in caplog.text
    assert headers["Stripe-Signature"] not in caplog.text


def test_old_ids_and_states_are_forgotten_but_never_the_newest_state(services: Services, books: Company):
    now = NOW * 1000
    rows = [("s1", now - 900 * DAY_MS, "active"), ("s1", now - 800 * DAY_MS, "paused"), ("s1", now, "ended")]
    rows += [("s2", now - 900 * DAY_MS, "active")]
    for subscription, at, state in rows:
        services.store.run(
            "insert into billing_state (subscription, at, customer, state) values (:subscription, :at, 'acme', :state)",
            subscription=subscription, at=at, state=state,
        )  # fmt: skip
    services.store.run("insert into billing_event (id, seen_at) values ('old', :at)", at=now - 31 * DAY_MS)
    services.store.run("insert into billing_event (id, seen_at) values ('new', :at)", at=now - 29 * DAY_MS)
    webhook.purge(services, 0.0)

    left = services.store.all("select subscription, state from billing_state order by subscription, at")
    assert [(row["subscription"], row["state"]) for row in left] == [
        ("s1", "paused"), ("s1", "ended"), ("s2", "active"),
    ]  # fmt: skip
    assert services.store.all("select id from billing_event") == [{"id": "new"}]


def test_customers_who_pay_are_counted_from_webhooks(
    browser: Browser, services: Services, vendor: stripe.Stripe, books: Company
):
    tell(browser, vendor, of(books, "created"))
    last = datetime.fromtimestamp(NOW, UTC).date()
    counted = active.months(from_webhooks(services.store), date(last.year + 1, 1, 15))

    assert counted == {"2026-12": 1, "2027-01": 1}


def test_the_command_prints_what_the_report_reads(
    services: Services, environ: dict[str, str], capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
):
    for name, value in environ.items():
        monkeypatch.setenv(name, value)
    nothing = main([])
    early = capsys.readouterr()
    now = main(["--now"])
    at_the_vendor = capsys.readouterr().out.splitlines()
    services.store.run(
        "insert into billing_state (subscription, at, customer, state) values ('s', 1790000000000, 'acme', 'active')"
    )
    told = main([])
    lines = capsys.readouterr().out.splitlines()

    assert (nothing, now, told) == (1, 0, 0)
    assert "No month is complete yet" in early.err
    assert at_the_vendor[0] == lines[0] == "month,active_customers"
    assert at_the_vendor[1].endswith(",1")
    assert lines[1] == "2026-10,1"


def test_the_command_counts_from_a_list_of_subscriptions(tmp_path: Path, capsys: pytest.CaptureFixture[str]):
    file = tmp_path / "list.csv"
    file.write_text("customer,started,ended\nacme,2026-08-05,2026-09-02\n")
    done = main(["--csv", str(file)])
    lines = capsys.readouterr().out.splitlines()
    file.write_text("customer,started\n")
    wrong = main(["--csv", str(file)])

    assert (done, wrong) == (0, 2)
    assert lines[:4] == ["month,active_customers", "2026-08,1", "2026-09,1", "2026-10,0"]
    assert "the first line must be" in capsys.readouterr().err


def test_the_report_counts_from_webhooks_when_it_is_given_no_file(
    services: Services, environ: dict[str, str], capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
):
    for name, value in environ.items():
        monkeypatch.setenv(name, value)
    report.main([])
    without = capsys.readouterr().out
    services.store.run(
        "insert into billing_state (subscription, at, customer, state) values ('s', 1785000000000, 'acme', 'active')"
    )
    services.store.run(
        "insert into billing_state (subscription, at, customer, state) values ('s', 1787000000000, 'acme', 'ended')"
    )
    report.main([])
    told = capsys.readouterr().out

    assert "or the billing system's webhooks for a whole month" in without
    assert "2026-08  0.0000  (0 tickets, 1 customer)" in told
    assert "2026-09" not in told
