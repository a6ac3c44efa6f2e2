"""What is guessed wrong about Stripe, and what an answer may not be believed."""

import json
from typing import Any

import pytest
import requests
from hypothesis import given
from hypothesis import strategies as st

from demo.billers import stripe as fake
from demo.billers.company import Card
from functions.billers import NotDone, PaymentRefused
from functions.billers.stripe import objects
from functions.billers.stripe.account import Account
from functions.errors import VendorError
from functions.foreign.rows import Row
from portal.billing import Change, Money, PaymentMethod
from tests.functions.billers.benches import NOON, Bench

SEATS = Change("seats", "sub-acme", seats=9, at=NOON * 1000)


def told(bench: Bench, path: str, **query: str) -> Any:
    """What the vendor itself answers."""
    headers = {"Authorization": f"Bearer {fake.KEY}", "Stripe-Version": "2026-10-28.endive"}
    origin = bench.services.settings.environ["STRIPE_API"]
    return requests.get(f"{origin}/v1/{path}", query, headers=headers, timeout=5).json()


def test_a_subscription_has_no_period_of_its_own_and_its_items_have(stripe: Bench):
    stripe.add()
    (row,) = told(stripe, "subscriptions", customer="acme")["data"]

    assert "current_period_end" not in row
    assert stripe.biller.subscriptions("acme")[0].renews_at == row["items"]["data"][0]["current_period_end"] * 1000


def test_an_invoice_has_no_paid_no_charge_and_no_subscription(stripe: Bench):
    stripe.add()
    (row, *_) = told(stripe, "invoices", customer="acme")["data"]

    assert {"paid", "charge", "subscription"} & row.keys() == set()
    assert row["parent"]["subscription_details"]["subscription"] == "sub-acme"
    assert stripe.biller.invoices("acme")[0].state == "paid"


def test_there_is_no_upcoming_invoice_and_a_preview_is_made_instead(stripe: Bench):
    stripe.add()
    (one,) = stripe.biller.subscriptions("acme")

    assert "error" in told(stripe, "invoices/upcoming", customer="acme")
    assert stripe.biller.next_charge("acme", one) is not None
    assert stripe.faults.calls[-1] == ("POST", "/v1/invoices/create_preview")


def test_no_property_is_expanded_deeper_than_four_levels(stripe: Bench):
    stripe.add()
    deep = told(stripe, "subscriptions", customer="acme", **{"expand[]": "data.items.data.price.product"})

    assert "more than 4 levels" in deep["error"]["message"]
    assert stripe.biller.subscriptions("acme")[0].plan.name == "Team"


def test_the_name_of_a_product_is_asked_for_once(stripe: Bench):
    stripe.add()
    stripe.biller.subscriptions("acme")
    stripe.biller.subscriptions("acme")

    assert stripe.faults.calls.count(("GET", "/v1/products/prod_team")) == 1


@pytest.mark.parametrize("flow", ["payment_method_update"])
def test_what_a_flow_may_do_is_decided_by_the_portals_configuration(flow: str, stripe: Bench):
    stripe.add()
    stripe.fake.switched_off.add(flow)

    with pytest.raises(VendorError) as raised:
        stripe.biller.portal_url("acme", "update_card", "http://127.0.0.1/back")
    assert raised.value.kind == "rejected"
    assert stripe.biller.check() == [f"switch on in the customer portal's settings: {flow}"]


def test_the_check_names_everything_that_is_wrong_with_the_configuration(stripe: Bench):
    right = stripe.biller.check()
    stripe.fake.switched_off |= {"invoice_history", "customer_update", "subscription_update"}
    stripe.fake.cancel_mode = "immediately"

    assert right == []
    assert stripe.biller.check() == [
        "switch on in the customer portal's settings: invoice_history, customer_update, subscription_update",
        "set cancellations in the customer portal's settings to the end of the billing period",
    ]


def test_the_same_key_with_other_parameters_is_refused_and_changes_nothing(stripe: Bench):
    stripe.add()
    stripe.biller.apply("acme", SEATS, "key")
    stripe.biller.apply("acme", SEATS, "key")
    with pytest.raises(VendorError) as raised:
        stripe.biller.apply("acme", Change("seats", "sub-acme", seats=20, at=NOON * 1000), "key")

    assert raised.value.kind == "rejected"
    assert stripe.books.subscriptions["sub-acme"].seats == 9
    assert len(stripe.books.bills("acme")) == 3


@pytest.mark.parametrize(("card", "confirmable"), [(Card(declined=True), False), (Card(asks=True), True)], ids=str)
def test_a_card_that_does_not_pay_changes_nothing(card: Card, confirmable: bool, stripe: Bench):
    stripe.add()
    stripe.books.customers["acme"].card = card
    with pytest.raises(PaymentRefused) as raised:
        stripe.biller.apply("acme", SEATS, "key")

    assert raised.value.confirmable is confirmable
    assert stripe.books.subscriptions["sub-acme"].seats == 5


def test_reading_before_the_write_tells_that_nothing_was_changed(stripe: Bench):
    stripe.add()
    stripe.faults.next = "unavailable"

    with pytest.raises(NotDone):
        stripe.biller.apply("acme", SEATS, "key")


def test_a_server_that_is_not_there_tells_that_nothing_was_changed():
    with pytest.raises(NotDone):
        Account("http://127.0.0.1:1", "key").post("subscriptions/sub", {})


@pytest.mark.parametrize(
    ("amount", "currency", "money"),
    [
        (1999, "eur", Money(1999, "EUR")),
        (500, "jpy", Money(500, "JPY")),
        (5505, "kwd", Money(5505, "KWD")),
        (50000, "isk", Money(500, "ISK")),
        (50000, "ugx", Money(500, "UGX")),
        (500, "mga", Money(50000, "MGA")),
        (-1999, "huf", Money(-1999, "HUF")),
    ],
)
def test_amounts_have_the_digits_that_stripe_gives_a_currency(amount: int, currency: str, money: Money):
    assert objects.money(amount, currency) == money


@pytest.mark.parametrize(
    ("method", "ours"),
    [
        ({"type": "card", "card": {"brand": "amex", "last4": "0005", "exp_month": 4, "exp_year": 2031}},
         PaymentMethod("American Express", "0005", "04/2031")),
        ({"type": "sepa_debit", "sepa_debit": {"last4": "3000"}}, PaymentMethod("SEPA Direct Debit", "3000")),
        ({"type": "paypal", "paypal": {"payer_email": "a@b.example"}}, PaymentMethod("PayPal")),
        ({"type": "new_kind"}, PaymentMethod("New Kind")),
        ({}, None),
    ],
    ids=str,
)  # fmt: skip
def test_a_payment_method_of_any_kind_has_a_name(method: dict[str, Any], ours: PaymentMethod | None):
    assert objects.payment_method(Row(method)) == ours


def test_a_subscription_with_several_items_has_no_seats_to_change(stripe: Bench):
    stripe.add()
    row = told(stripe, "subscriptions/sub-acme")
    row["items"]["data"].append(row["items"]["data"][0] | {"id": "si_2", "quantity": 2})
    found = objects.subscription(Row(row))

    assert found.seats is None
    assert found.plan.price is None


def test_an_unknown_state_is_the_safe_one_and_is_logged(stripe: Bench, caplog: pytest.LogCaptureFixture):
    stripe.add()
    found = objects.subscription(Row(told(stripe, "subscriptions/sub-acme") | {"status": "hibernating"}))

    assert found.state == "active"
    assert "hibernating" in caplog.text


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=8,
)
NAMES = ("id", "status", "items", "currency", "total", "customer", "type", "card", "lines", "data", "created")


@given(st.dictionaries(st.sampled_from(NAMES), JSON))
def test_whatever_stripe_answers_ends_in_our_words(data: dict[str, Any]):
    row = Row(json.loads(json.dumps(data)))

    objects.subscription(row)
    objects.invoice(row)
    objects.payment_method(row)
    objects.event(row)
    assert objects.plan(row).name
    assert objects.due(row).currency == row.text("currency").upper()


def test_an_answer_that_is_no_list_is_no_customer_without_a_plan(stripe: Bench):
    """As from another server in Stripe's place: 200, and JSON of another kind."""
    stripe.add()
    for read in (stripe.biller.subscriptions, stripe.biller.invoices, stripe.biller.payment_method):
        stripe.faults.next = "mangled"
        stripe.faults.mangle = lambda data: {"url": "https://billing.evil.example/", "id": "bps_1"}
        with pytest.raises(VendorError) as raised:
            read("acme")

        assert raised.value.kind == "unavailable"
