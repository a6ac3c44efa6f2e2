"""What is easily guessed wrong about Chargebee, each at its server."""

import json
from dataclasses import replace
from typing import Any

import pytest
import requests

from demo.billers import chargebee as fake_chargebee
from demo.billers import chargebee_objects
from demo.billers.company import Card, Subscription
from functions.billers import web
from functions.billers.chargebee import Chargebee, connect
from functions.billers.chargebee.rows import items
from functions.errors import SettingsError, VendorError
from functions.settings import read
from portal.billing import Change
from tests.functions.billers.benches import CHARGEBEE, Bench

SEATS = Change("seats", "sub-acme", seats=7)


def ask(bench: Bench, path: str, **form: str) -> requests.Response:
    """A request of our own, as the adapter's server has it."""
    origin = bench.services.settings.environ["CHARGEBEE_API"]
    return requests.post(f"{origin}/api/v2/{path}", data=form, auth=(fake_chargebee.KEY, ""), timeout=5)


def test_arrays_stand_in_columns_and_another_form_is_refused(chargebee: Bench):
    chargebee.add()
    (one,) = chargebee.biller.subscriptions("acme")
    rows = {"subscription_items[0][item_price_id]": "team-EUR-Monthly", "subscription_items[0][quantity]": "7"}

    assert items(one, SEATS)["subscription_items[quantity][0]"] == "7"
    assert ask(chargebee, "subscriptions/sub-acme/update_for_items", **rows).status_code == 400


def test_a_cancelled_one_is_non_renewing_until_its_last_day_and_shown_as_active(chargebee: Bench):
    chargebee.add()
    chargebee.biller.apply("acme", Change("cancel", "sub-acme"), "key")
    theirs = chargebee.fake._with_customer(chargebee.books.subscriptions["sub-acme"])["subscription"]
    (ours,) = chargebee.biller.subscriptions("acme")

    assert theirs["status"] == "non_renewing"
    assert "next_billing_at" not in theirs
    assert (ours.state, ours.ends_at) == ("active", theirs["current_term_end"] * 1000)


def test_a_cancellation_never_ends_it_at_once(chargebee: Bench):
    chargebee.add("acme", Subscription("ours", "acme"), Subscription("careless", "acme"))
    chargebee.biller.apply("acme", Change("cancel", "ours"), "key")
    ask(chargebee, "subscriptions/careless/cancel_for_items")

    assert chargebee.books.subscriptions["ours"].state == "ending"
    assert chargebee.books.subscriptions["careless"].state == "over"


def test_a_preview_takes_off_what_the_old_seats_give_back(chargebee: Bench):
    chargebee.add()
    found = ask(
        chargebee, "estimates/update_subscription_for_items",
        **{"subscription[id]": "sub-acme", "subscription_items[item_price_id][0]": "team-EUR-Monthly",
           "subscription_items[quantity][0]": "7", "end_of_term": "false"},
    ).json()["estimate"]["invoice_estimate"]  # fmt: skip
    today = chargebee.biller.preview("acme", SEATS).today.minor

    assert today == found["amount_due"]
    assert today < found["total"]


def test_fewer_seats_give_a_credit_and_no_invoice(chargebee: Bench):
    chargebee.add()
    before = len(chargebee.biller.invoices("acme"))
    less = Change("seats", "sub-acme", seats=2)
    shown = chargebee.biller.preview("acme", less).today
    chargebee.biller.apply("acme", less, "key")

    assert shown.minor == -3998
    assert len(chargebee.biller.invoices("acme")) == before


def test_the_address_of_a_pdf_expires_so_the_file_is_fetched_at_once(chargebee: Bench):
    chargebee.add()
    bill = chargebee.biller.invoices("acme")[0].id
    first = chargebee.biller.pdf("acme", bill)
    link = ask(chargebee, f"invoices/{bill}/pdf").json()["download"]["download_url"]
    chargebee.moment.seconds += 61

    assert first.content.startswith(b"%PDF-")
    assert first.url == ""
    assert requests.get(link, timeout=5).status_code == 410
    assert chargebee.biller.pdf("acme", bill).content.startswith(b"%PDF-")


def test_the_address_of_a_file_gets_no_key_and_must_be_safe(chargebee: Bench):
    asked: list[str] = []
    chargebee.add()
    page = chargebee.fake.doors.page
    chargebee.fake.doors.page = lambda request, key: (asked.append(str(request.headers)), page(request, key))[1]
    chargebee.biller.pdf("acme", chargebee.biller.invoices("acme")[0].id)
    with pytest.raises(VendorError, match="not https"):
        web.fetched("http://files.example/x.pdf?sig=secret")

    assert len(asked) == 1
    assert "Authorization" not in asked[0]


def test_the_same_key_with_other_seats_is_refused(chargebee: Bench):
    chargebee.add()
    chargebee.biller.apply("acme", SEATS, "one key")
    with pytest.raises(VendorError) as raised:
        chargebee.biller.apply("acme", replace(SEATS, seats=9), "one key")

    assert raised.value.kind == "rejected"
    assert chargebee.books.subscriptions["sub-acme"].seats == 7


def test_a_hosted_page_is_open_for_five_minutes_only(chargebee: Bench):
    chargebee.add()
    address = chargebee.biller.portal_url("acme", "update_card", "http://127.0.0.1:8000/my/billing/")
    open_now = requests.get(address, timeout=5).status_code
    chargebee.moment.seconds += 301

    assert open_now == 200
    assert requests.get(address, timeout=5).status_code == 410


def test_the_card_page_leads_back_to_the_portal(chargebee: Bench):
    chargebee.add()
    back = "http://127.0.0.1:8000/my/billing/done/"
    address = chargebee.biller.portal_url("acme", "update_card", back)
    done = requests.post(address, data={"card": "mastercard"}, timeout=5, allow_redirects=False)

    assert done.headers["Location"] == back


@pytest.mark.parametrize("name", ["", ".", "..", "..."])
def test_an_id_of_dots_is_not_even_asked_for(chargebee: Bench, name: str):
    with pytest.raises(VendorError) as raised:
        chargebee.biller.pdf("acme", name)

    assert raised.value.kind == "not_found"
    assert chargebee.faults.calls == []


def test_two_customers_with_one_email_are_two(chargebee: Bench):
    chargebee.add("acme")
    chargebee.add("again", Subscription("sub-again", "again", seats=3))
    chargebee.books.customers["again"].email = chargebee.books.customers["acme"].email

    assert [one.seats for one in chargebee.biller.subscriptions("acme")] == [5]
    assert [one.seats for one in chargebee.biller.subscriptions("again")] == [3]


def test_what_is_paid_by_hand_is_not_late_when_an_invoice_is_due(chargebee: Bench):
    chargebee.add("acme", by_hand=True, card=Card(declined=True))
    chargebee.books.bills("acme")[0].state = "overdue"
    (one,) = chargebee.biller.subscriptions("acme")

    assert (one.by_hand, one.state) == (True, "active")


@pytest.mark.parametrize("said", ["", "sleeping", None])
def test_a_state_that_we_do_not_know_is_shown_as_active_and_logged(
    chargebee: Bench, said: Any, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
):
    chargebee.add()
    monkeypatch.setitem(chargebee_objects.STATES, "active", said)
    (one,) = chargebee.biller.subscriptions("acme")

    assert one.state == "active"
    assert "which we do not know" in caplog.text


def test_a_plan_whose_price_is_no_single_amount_is_shown_without_one_and_charged_in_its_currency(chargebee: Bench):
    chargebee.add()
    chargebee.faults.mangle = lambda data: json.loads(json.dumps(data).replace('"unit_price"', '"tiers"'))
    chargebee.faults.next, chargebee.faults.times = "mangled", 9
    (one,) = chargebee.biller.subscriptions("acme")
    charge = chargebee.biller.next_charge("acme", one)
    shown = chargebee.biller.preview("acme", SEATS)

    assert one.plan.price is None
    assert charge is not None
    assert charge.amount.currency == shown.today.currency == "EUR"


def test_only_loopback_may_stand_in_for_the_vendor(environ: dict[str, str]):
    settings = read(environ | CHARGEBEE | {"CHARGEBEE_API": "https://chargebee.example"})
    with pytest.raises(SettingsError, match="not on loopback"):
        connect(settings, None)  # type: ignore[arg-type]


def test_what_the_webhook_needs_is_named_by_the_check(environ: dict[str, str], chargebee: Bench):
    ours = CHARGEBEE | {"CHARGEBEE_API": chargebee.services.settings.environ["CHARGEBEE_API"]}
    bare = connect(read(environ | ours | {"CHARGEBEE_WEBHOOK_PASSWORD": ""}), chargebee.services)

    assert bare.check() == ["set CHARGEBEE_WEBHOOK_PASSWORD as in Chargebee's webhook settings"]


def test_customers_may_be_sent_to_the_site_that_is_set_and_to_no_other(environ: dict[str, str]):
    assert read(environ | CHARGEBEE).billing_hosts == {"acme-test.chargebee.com"}


@pytest.mark.parametrize("needed", [False, True])
def test_a_code_of_the_site_goes_with_a_cancellation(environ: dict[str, str], chargebee: Bench, needed: bool):
    chargebee.add()
    chargebee.fake.code_needed = needed
    coded(environ, chargebee, "Order change").apply("acme", Change("cancel", "sub-acme"), "key")

    assert chargebee.books.subscriptions["sub-acme"].state == "ending"
    assert chargebee.faults.calls.count(("POST", "/api/v2/subscriptions/sub-acme/cancel_for_items")) == 1


def test_a_code_that_the_site_does_not_know_cancels_without_one_and_goes_to_the_log(
    environ: dict[str, str], chargebee: Bench, caplog: pytest.LogCaptureFixture
):
    chargebee.add()
    coded(environ, chargebee, "order change").apply("acme", Change("cancel", "sub-acme", reason="too dear"), "key")

    assert chargebee.books.subscriptions["sub-acme"].state == "ending"
    assert chargebee.fake.comments == {"sub-acme": "too dear"}
    assert "CHARGEBEE_CANCEL_REASON='order change' is no code of the site" in caplog.text


def test_a_site_that_wants_a_code_refuses_a_cancellation_without_one_and_the_log_says_what_to_set(chargebee: Bench):
    chargebee.add()
    chargebee.fake.code_needed = True
    with pytest.raises(VendorError) as raised:
        chargebee.biller.apply("acme", Change("cancel", "sub-acme"), "key")

    assert raised.value.kind == "rejected"
    assert "CHARGEBEE_CANCEL_REASON" in raised.value.detail
    assert chargebee.books.subscriptions["sub-acme"].state == "active"


def coded(environ: dict[str, str], bench: Bench, code: str) -> Chargebee:
    """The adapter with a code for why customers cancel."""
    own = {"CHARGEBEE_API": bench.services.settings.environ["CHARGEBEE_API"], "CHARGEBEE_CANCEL_REASON": code}
    return connect(read(environ | CHARGEBEE | own), bench.services)
