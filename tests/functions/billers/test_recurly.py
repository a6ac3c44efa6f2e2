"""What is easily guessed wrong about Recurly, each at its server."""

import hmac
import json
from decimal import Decimal
from hashlib import sha256

import pytest
import requests
from hypothesis import given
from hypothesis import strategies as st
from werkzeug.wrappers import Response

from demo.billers import recurly as fake_recurly
from demo.billers.company import Card, Subscription
from functions.billers import PaymentRefused
from functions.billers.recurly import connect
from functions.billers.recurly.exact import exact
from functions.errors import SettingsError, VendorError
from functions.settings import read
from portal.billing import Change, Money
from tests.functions.billers.benches import RECURLY, Bench

ACCEPT = "application/vnd.recurly.v2021-02-25"


def ask(bench: Bench, path: str, accept: str = ACCEPT) -> requests.Response:
    origin = bench.services.settings.environ["RECURLY_API"]
    return requests.get(f"{origin}{path}", headers={"Accept": accept}, auth=(fake_recurly.KEY, ""), timeout=5)


def test_without_its_accept_header_there_is_no_answer(recurly: Bench):
    recurly.add()

    assert ask(recurly, "/accounts/code-acme", "application/json").status_code == 406
    assert ask(recurly, "/accounts/code-acme").status_code == 200
    assert recurly.biller.payment_method("acme") is not None


def test_a_trial_and_a_late_payment_are_no_states_of_theirs(recurly: Bench):
    recurly.add("trying", Subscription("sub-t", "trying", state="trial"))
    recurly.add("late", card=Card(declined=True))
    states = [row["state"] for row in ask(recurly, "/subscriptions").json()["data"]]
    ours = [recurly.biller.subscriptions(name)[0].state for name in ("trying", "late")]

    assert set(states) == {"active"}
    assert ours == ["trial", "past_due"]


def test_of_two_only_the_one_whose_payment_failed_is_late(recurly: Bench):
    recurly.add("acme", Subscription("one", "acme"), Subscription("two", "acme"))
    next(bill for bill in recurly.books.bills("acme") if bill.subscription == "two").state = "overdue"
    states = {one.id: one.state for one in recurly.biller.subscriptions("acme")}

    assert states == {"one": "active", "two": "past_due"}


def test_a_change_answers_201_and_204_when_it_only_takes_back_one_that_waited(recurly: Bench):
    recurly.add("acme", Subscription("sub-acme", "acme", waiting=("starter", 2)))
    (before,) = recurly.biller.subscriptions("acme")
    origin = recurly.services.settings.environ["RECURLY_API"]
    answers = [
        requests.post(
            f"{origin}/subscriptions/sub-acme/change", json={"timeframe": "now", "quantity": seats},
            headers={"Accept": ACCEPT}, auth=(fake_recurly.KEY, ""), timeout=5,
        )
        for seats in (5, 7)
    ]  # fmt: skip
    (after,) = recurly.biller.subscriptions("acme")

    assert (before.next_plan, before.next_seats) == ("Starter", 2)
    assert [(answer.status_code, bool(answer.content)) for answer in answers] == [(204, False), (201, True)]
    assert (after.next_plan, after.next_seats, after.seats) == ("", None, 7)


def test_a_change_of_plan_keeps_the_seats_which_would_become_one(recurly: Bench):
    recurly.add()
    recurly.biller.apply("acme", Change("change_plan", "sub-acme", plan="company"), "key")
    one = recurly.books.subscriptions["sub-acme"]

    assert (one.plan, one.seats) == ("company", 5)


@given(st.decimals(-(10**9), 10**9, places=2))
def test_an_amount_is_read_exactly_as_it_is_written(amount: Decimal):
    found = exact(b'{"total": %s}' % str(amount).encode())

    assert found.money("EUR", "total") == Money(int(amount * 100), "EUR")


@pytest.mark.parametrize(
    ("text", "currency", "minor"),
    [
        ("0.1", "EUR", 10), ("1.005", "EUR", 101), ("-1.005", "EUR", -101), ("1e3", "EUR", 100_000),
        ("100", "JPY", 100), ("100.0", "JPY", 100), ("1.234", "KWD", 1_234),
        ("19.999999999999996", "EUR", 2_000), ("0", "EUR", 0),
    ],
)  # fmt: skip
def test_half_a_cent_is_rounded_away_from_zero(text: str, currency: str, minor: int):
    assert exact(f'{{"total": {text}}}'.encode()).money(currency, "total") == Money(minor, currency)


@pytest.mark.parametrize("text", ["true", '"12.00"', "null", "NaN", "Infinity", "1e999999999", "-1e400", "[1]", "1e15"])
def test_what_is_no_amount_is_none(text: str):
    assert exact(f'{{"total": {text}}}'.encode()).money("EUR", "total") is None


def test_many_amounts_are_never_added_as_floats(recurly: Bench):
    floats = [0.1] * 3
    written = [exact(json.dumps({"a": each}).encode()).money("EUR", "a") for each in floats]

    assert sum(floats) != 0.3
    assert sum(money.minor for money in written if money) == 30


def test_a_pdf_needs_our_key_and_comes_through_the_portal(recurly: Bench):
    recurly.add()
    bill = recurly.biller.invoices("acme")[0]
    origin = recurly.services.settings.environ["RECURLY_API"]
    bare = requests.get(f"{origin}/invoices/{bill.id}.pdf", headers={"Accept": "application/pdf"}, timeout=5)
    found = recurly.biller.pdf("acme", bill.id)

    assert bare.status_code == 401
    assert (found.url, found.content[:5]) == ("", b"%PDF-")


def test_a_pdf_of_more_than_ten_megabytes_is_not_taken_in(recurly: Bench):
    recurly.add()
    bill = recurly.biller.invoices("acme")[0].id
    recurly.fake._pdf = lambda request, name: Response(b"%PDF-" + b" " * 10_000_001, mimetype="application/pdf")
    with pytest.raises(VendorError) as raised:
        recurly.biller.pdf("acme", bill)

    assert raised.value.kind == "unavailable"


def test_an_invoice_of_another_account_is_not_found_by_its_number_either(recurly: Bench):
    recurly.add()
    number = recurly.biller.invoices("other")[0].number
    with pytest.raises(VendorError) as raised:
        recurly.biller.pdf("acme", f"number-{number}")

    assert raised.value.kind == "not_found"


def test_their_page_is_one_for_all_and_does_not_lead_back(recurly: Bench):
    recurly.add()
    back = "http://127.0.0.1:8000/my/billing/"
    pages = {recurly.biller.portal_url("acme", job, back) for job in ("update_card", "details")}
    (address,) = pages
    done = requests.post(address, data={"card": "mastercard"}, timeout=5, allow_redirects=False)

    assert not recurly.biller.capabilities().returns
    assert done.headers["Location"] != back


def test_without_hosted_pages_the_operator_is_told(recurly: Bench):
    recurly.add()
    recurly.fake.tokens["acme"] = ""
    with pytest.raises(VendorError, match="no hosted page") as raised:
        recurly.biller.portal_url("acme", "update_card", "http://127.0.0.1/")

    assert raised.value.kind == "unsupported"


def test_a_bank_that_wants_to_see_its_customer_is_told_apart_from_a_refusal(recurly: Bench):
    customer = recurly.add()
    customer.card = Card(declined=True)
    recurly.faults.mangle = lambda data: json.loads(
        json.dumps(data).replace('"declined"', '"three_d_secure_action_required"')
    )
    recurly.faults.method, recurly.faults.next = "", ""
    plain = _refusal(recurly)
    recurly.faults.method, recurly.faults.next = "POST", "mangled"
    asks = _refusal(recurly)

    assert (plain.confirmable, asks.confirmable) == (False, True)


def _refusal(bench: Bench) -> PaymentRefused:
    with pytest.raises(PaymentRefused) as raised:
        bench.biller.apply("acme", Change("seats", "sub-acme", seats=9), "key")
    return raised.value


def test_an_interval_comes_from_the_plan_as_it_is_sold(recurly: Bench):
    recurly.add()
    (one,) = recurly.biller.subscriptions("acme")

    assert (one.plan.interval, one.plan.every, one.plan.by_seat) == ("month", 1, True)


def test_only_loopback_may_stand_in_for_the_vendor(environ: dict[str, str], recurly: Bench):
    settings = read(environ | RECURLY | {"RECURLY_API": "https://recurly.example"})
    with pytest.raises(SettingsError, match="not on loopback"):
        connect(settings, recurly.services)


def test_what_the_webhook_needs_is_named_by_the_check(environ: dict[str, str], recurly: Bench):
    bare = dict(recurly.services.settings.environ) | {"RECURLY_WEBHOOK_KEY": ""}
    recurly.services.settings.environ.update(bare)  # type: ignore[attr-defined]

    assert connect(recurly.services.settings, recurly.services).check() == [
        "set RECURLY_WEBHOOK_KEY, the secret key of the webhook's endpoint"
    ]


def test_customers_may_be_sent_to_the_site_that_is_set_and_to_no_other(environ: dict[str, str]):
    assert read(environ | RECURLY).billing_hosts == {"acme-test.recurly.com"}


def test_another_region_is_named_with_those_that_there_are(environ: dict[str, str], recurly: Bench):
    settings = read(environ | RECURLY | {"RECURLY_REGION": "mars"})
    with pytest.raises(SettingsError, match="RECURLY_REGION='mars' is not one of: us, eu"):
        connect(settings, recurly.services)


def test_an_event_without_an_account_is_looked_up_by_its_subscription(recurly: Bench):
    recurly.add()
    headers, body = _signed(
        recurly, json.dumps({"id": "1", "object_type": "subscription", "uuid": "sub-acme"}).encode()
    )
    (event,) = recurly.biller.events(body, headers)

    assert (event.customer, event.subscription) == ("acme", "sub-acme")


@pytest.mark.parametrize("body", [b"", b"[]", b"{", b"{}", b'{"id": 5}', b"\xff"])
def test_a_signed_body_that_is_no_event_tells_nothing(recurly: Bench, body: bytes):
    headers, body = _signed(recurly, body)

    assert recurly.biller.events(body, headers) == []


def _signed(bench: Bench, body: bytes) -> tuple[dict[str, str], bytes]:
    moment = str(int(bench.moment() * 1000))
    made = hmac.new(fake_recurly.WEBHOOK_KEY.encode(), f"{moment}.".encode() + body, sha256).hexdigest()
    return {"recurly-signature": f"{moment},{made}"}, body
