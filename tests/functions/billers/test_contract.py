"""What the portal asks of a billing system, the same for every vendor, at a server that misbehaves as theirs does."""

import re
from collections.abc import Callable

import pytest
import requests
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from demo.billers.company import DAY, PLANS, Card, Declined, Subscription
from demo.helpdesks.faults import EARLY, LATE
from functions.billers import UNCHANGED, UNKNOWN, NotDone, PaymentRefused
from functions.errors import VendorError
from portal.billing import Change, Money, PaymentMethod
from tests.functions.billers.benches import NOON, Bench

END = (NOON + 20 * DAY) * 1000
WAITING = {"slow", "trickle"}
WAYS = {
    "unavailable": "unavailable", "limited": "rate_limited", "refused": "rejected", "forbidden": "authentication",
    "redirect": "unavailable", "lost": "unavailable", "broken_after": "unavailable", "garbage": "unavailable",
    "large": "unavailable", "deep": "unavailable", "conflict": "unavailable",
}  # fmt: skip

# Stripe is told the moment for which a price was shown, and keeps a change that waits in a schedule of its own.
AT_THE_MOMENT_ITSELF = pytest.mark.parametrize("bench", ["chargebee", "recurly"], indirect=True)


def seats(number: int, name: str = "sub-acme", **more: object) -> Change:
    return Change("seats", name, seats=number, **more)  # type: ignore[arg-type]


def failure(call: Callable[[], object]) -> VendorError | None:
    """The named error that a call ends in; any other is a fault."""
    try:
        call()
    except VendorError as error:
        return error
    return None


def state_of(bench: Bench, name: str = "sub-acme") -> tuple[str, int, str, int]:
    """What the vendor has, and how much it has billed."""
    one = bench.books.subscriptions[name]
    return one.plan, one.seats, one.state, sum(bill.total for bill in bench.books.bills(one.customer))


def test_a_subscription_is_told_with_its_plan_its_seats_its_price_and_its_next_day(bench: Bench):
    bench.add()
    (found,) = bench.biller.subscriptions("acme")

    assert (found.id, found.plan.name, found.seats, found.state) == ("sub-acme", "Team", 5, "active")
    assert (found.plan.price, found.plan.interval, found.plan.every) == (Money(1999, "EUR"), "month", 1)
    assert (found.renews_at, found.ends_at, found.by_hand) == (END, 0, False)


@pytest.mark.parametrize(
    ("theirs", "ours", "renews", "ends", "trial"),
    [
        ("active", "active", END, 0, 0),
        ("trial", "trial", END, 0, END),
        ("paused", "paused", END, 0, 0),
        ("ending", "active", 0, END, 0),
    ],
)
def test_each_state_is_told_in_our_words(bench: Bench, theirs: str, ours: str, renews: int, ends: int, trial: int):
    bench.add("acme", Subscription("sub-acme", "acme", state=theirs))
    (found,) = bench.biller.subscriptions("acme")

    assert (found.state, found.renews_at, found.ends_at, found.trial_ends_at) == (ours, renews, ends, trial)


def test_one_that_is_over_is_told_only_when_there_is_no_other(bench: Bench):
    bench.add("acme", Subscription("old", "acme", state="over"))
    alone = [(one.id, one.state) for one in bench.biller.subscriptions("acme")]
    bench.books.join(bench.books.customers["acme"], Subscription("new", "acme"))

    assert alone == [("old", "ended")]
    assert [one.id for one in bench.biller.subscriptions("acme")] == ["new"]


def test_several_subscriptions_are_all_told(bench: Bench):
    bench.add("acme", Subscription("one", "acme"), Subscription("two", "acme", plan="starter", seats=1))

    assert {one.id for one in bench.biller.subscriptions("acme")} == {"one", "two"}


def test_a_failed_payment_is_told_and_one_that_is_paid_by_hand_is_not_late(bench: Bench):
    bench.add("acme", card=Card(declined=True))
    bench.add("byhand", by_hand=True, card=None)
    (late,) = bench.biller.subscriptions("acme")
    (by_hand,) = bench.biller.subscriptions("byhand")

    assert (late.state, late.by_hand) == ("past_due", False)
    assert (by_hand.state, by_hand.by_hand) == ("active", True)
    assert [bill.failed for bill in bench.biller.invoices("acme")] == [True, True]
    assert [(bill.state, bill.failed) for bill in bench.biller.invoices("byhand")] == [("open", False)] * 2


def test_a_customer_whom_the_vendor_does_not_know_is_not_found_and_one_without_a_plan_has_none(bench: Bench):
    bench.books.customers["empty"] = bench.add("acme")
    bench.books.customers["empty"].id = "empty"
    with pytest.raises(VendorError) as raised:
        bench.biller.subscriptions("nobody")

    assert raised.value.kind == "not_found"
    assert bench.biller.subscriptions("empty") == []
    assert bench.biller.invoices("empty") == []


@pytest.mark.parametrize("name", ["..", ".", "", "other/../acme", "other?x=1", "%2e%2e", "code-other", "ot#her"])
def test_an_id_leads_nowhere_else(bench: Bench, name: str):
    for call in (bench.biller.subscriptions, bench.biller.payment_method):
        with pytest.raises(VendorError) as raised:
            call(name)

        assert raised.value.kind == "not_found"


def test_invoices_are_the_newest_twelve_first_and_nobody_elses(bench: Bench):
    bench.add()
    for number in range(6, 20):
        bench.moment.seconds += 3_600
        bench.books.change(bench.books.subscriptions["sub-acme"], "team", number, int(bench.moment()))
    found = bench.biller.invoices("acme")
    told = bench.books.bills("acme")[:12]

    assert [(bill.number, bill.at) for bill in found] == [(bill.number, bill.at * 1000) for bill in told]
    assert all(bill.state == "paid" and bill.total.currency == "EUR" for bill in found)
    assert len(bench.biller.invoices("acme", most=3)) == 3


def test_the_payment_method_is_the_card_or_none(bench: Bench):
    bench.add("acme")
    bench.add("without", card=None)

    assert bench.biller.payment_method("acme") == PaymentMethod("Visa", "4242", "04/2031")
    assert bench.biller.payment_method("without") is None


@pytest.mark.parametrize(("currency", "net"), [("EUR", 9_995), ("JPY", 12_000), ("KWD", 27_525)])
def test_the_next_charge_has_the_tax_and_the_currency_of_the_customer(bench: Bench, currency: str, net: int):
    bench.add("acme", Subscription("sub-acme", "acme", currency=currency), tax=19)
    (one,) = bench.biller.subscriptions("acme")
    charge = bench.biller.next_charge("acme", one)

    assert charge is not None
    assert charge.amount == Money(bench.books.renewal(bench.books.subscriptions["sub-acme"]), currency)
    assert charge.amount.minor > net
    assert charge.at == END


@pytest.mark.parametrize("state", ["ending", "over", "paused"])
def test_what_does_not_renew_has_no_next_charge(bench: Bench, state: str):
    bench.add("acme", Subscription("sub-acme", "acme", state=state))
    (one,) = bench.biller.subscriptions("acme")

    assert bench.biller.next_charge("acme", one) is None


def test_the_other_plans_are_told_by_price_in_the_customers_currency(bench: Bench):
    bench.add("acme", Subscription("sub-acme", "acme", currency="KWD"))
    (one,) = bench.biller.subscriptions("acme")
    plans = bench.biller.plans("acme", one)

    assert [(plan.name, plan.price) for plan in plans] == [
        ("Starter", Money(2_755, "KWD")),
        ("Company", Money(11_995, "KWD")),
    ]


def test_a_trial_that_was_cancelled_stays_a_trial_until_its_last_day_and_can_be_taken_up_again(bench: Bench):
    bench.add("acme", Subscription("sub-acme", "acme", state="trial"))
    bench.biller.apply("acme", Change("cancel", "sub-acme"), "key-1")
    (cancelled,) = bench.biller.subscriptions("acme")
    bench.biller.apply("acme", Change("resume", "sub-acme"), "key-2")
    (again,) = bench.biller.subscriptions("acme")

    assert (cancelled.state, cancelled.ends_at, cancelled.trial_ends_at) == ("trial", END, END)
    assert (again.state, again.ends_at, again.trial_ends_at) == ("trial", 0, END)


@pytest.mark.parametrize(("credit", "charged"), [(0, 11_894), (5_000, 6_894), (11_894, 0), (99_999, 0)])
def test_the_next_charge_is_what_the_customers_credit_leaves_of_it(bench: Bench, credit: int, charged: int):
    bench.add("acme", tax=19)
    bench.books.credits["acme"] = credit
    (one,) = bench.biller.subscriptions("acme")
    charge = bench.biller.next_charge("acme", one)

    assert charge is not None
    assert charge.amount == Money(charged, "EUR")
    assert charge.credit == (Money(11_894 - charged, "EUR") if credit else None)
    assert charge.whole == Money(11_894, "EUR")


@settings(max_examples=20, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    credit=st.sampled_from([0, 1, 2_500, 10_000_000]), before=st.integers(1, 400), after=st.integers(1, 400),
    plan=st.sampled_from(sorted(PLANS)), currency=st.sampled_from(["EUR", "USD", "JPY", "KWD"]),
    passed=st.integers(0, 29 * DAY), tax=st.sampled_from([0, 7, 19]),
)  # fmt: skip
def test_the_price_that_was_shown_is_charged_to_the_cent(
    bench: Bench, credit: int, before: int, after: int, plan: str, currency: str, passed: int, tax: int
):
    name = f"c{len(bench.books.customers)}"
    start = int(bench.moment()) - passed
    bench.add(name, Subscription(f"s-{name}", name, plan, before, currency, start=start), tax=tax)
    one = bench.books.subscriptions[f"s-{name}"]
    bench.books.credits[name] = credit
    (mine,) = bench.biller.subscriptions(name)
    other = next((each.id for each in bench.biller.plans(name, mine) if each.name == "Company"), "")
    change = Change("change_plan", one.id, seats=after, plan=other, at=int(bench.moment() * 1000))
    count, shown = len(bench.books.invoices), bench.biller.preview(name, change)
    bench.biller.apply(name, Change(**{**vars(change), "shown": shown.today}), f"key-{name}")

    made = bench.books.invoices[count:]
    total = sum(bill.total for bill in made)
    assert shown.today.minor == (total if total < 0 else sum(bench.books.left[bill.number] for bill in made))
    assert {line.amount.currency for line in shown.made_up} <= {shown.today.currency} == {currency}
    assert sum(line.amount.minor for line in shown.made_up) == shown.to_pay.minor
    assert bench.books.credits[name] == credit - (shown.credit.minor if shown.credit else 0) + shown.given.minor
    assert "Discounts and other amounts" not in {line.text for line in shown.made_up}
    assert shown.later == Money(bench.books.renewal(one), currency)
    assert (one.seats, one.plan) == (after, "company" if other else plan)


@AT_THE_MOMENT_ITSELF
def test_a_change_that_waits_is_told_and_taken_back_by_asking_for_what_is_so_now(bench: Bench):
    bench.add("acme", Subscription("sub-acme", "acme", waiting=("starter", 2)))
    (before,) = bench.biller.subscriptions("acme")
    bench.biller.apply("acme", seats(5), "key")
    (after,) = bench.biller.subscriptions("acme")

    assert (before.next_plan, before.next_seats) == ("Starter", 2)
    assert (after.next_plan, after.next_seats, after.seats) == ("", None, 5)


def test_a_preview_changes_nothing(bench: Bench):
    bench.add()
    before = state_of(bench)
    bench.biller.preview("acme", seats(9))

    assert state_of(bench) == before


@AT_THE_MOMENT_ITSELF
def test_a_change_that_waits_can_be_taken_back_and_what_then_holds_has_a_price(bench: Bench):
    bench.add("acme", Subscription("sub-acme", "acme", waiting=("starter", 2)))
    before, change = state_of(bench), Change("take_back", "sub-acme")
    shown = bench.biller.preview("acme", change)
    waits = bench.biller.subscriptions("acme")[0].waits
    bench.biller.apply("acme", Change("take_back", "sub-acme", shown=shown.today), "key")
    bench.biller.apply("acme", change, "key")
    (after,) = bench.biller.subscriptions("acme")

    assert (shown.today, shown.later, shown.made_up) == (Money(0, "EUR"), Money(9_995, "EUR"), ())
    assert (waits, after.waits) == (True, False)
    assert bench.books.subscriptions["sub-acme"].waiting is None
    assert state_of(bench) == before


def kept_reason(bench: Bench) -> str | None:
    """Why the customer cancelled, where the vendor keeps it."""
    found: dict[str, dict[str, str]] = {
        "stripe": getattr(bench.fake, "reasons", {}),
        "chargebee": getattr(bench.fake, "comments", {}),
        "recurly": getattr(bench.fake, "notes", {}),
    }
    return found[bench.name].get("acme" if bench.name == "recurly" else "sub-acme")


def test_why_a_customer_cancels_is_kept_at_the_vendor(bench: Bench):
    bench.add()
    bench.biller.apply("acme", Change("cancel", "sub-acme", reason="Zu teuer, 100 %"), "key")

    assert bench.biller.capabilities().reasons
    assert (kept_reason(bench) or "").endswith("Zu teuer, 100 %")


def test_without_a_reason_nothing_is_noted(bench: Bench):
    bench.add()
    bench.biller.apply("acme", Change("cancel", "sub-acme"), "key")

    assert not kept_reason(bench)


@AT_THE_MOMENT_ITSELF
@pytest.mark.parametrize("fault", ["unavailable", "refused", "forbidden", "limited", "garbage"])
def test_a_reason_that_cannot_be_kept_cancels_all_the_same(bench: Bench, fault: str):
    bench.add()
    bench.faults.next, bench.faults.method = fault, "POST"
    bench.faults.below = {"chargebee": "/api/v2/comments", "recurly": "/accounts/code-acme/notes"}[bench.name]
    bench.biller.apply("acme", Change("cancel", "sub-acme", reason="too dear"), "key")

    assert bench.faults.next == ""
    assert state_of(bench)[2] == "ending"


@AT_THE_MOMENT_ITSELF
def test_a_change_that_would_cost_more_than_was_shown_is_not_made(bench: Bench):
    bench.add()
    before = state_of(bench)
    shown = bench.biller.preview("acme", seats(9)).today
    with pytest.raises(VendorError) as raised:
        bench.biller.apply("acme", seats(9, shown=Money(shown.minor - 1, "EUR")), "key")
    after = state_of(bench)
    bench.moment.seconds += 3 * DAY
    bench.biller.apply("acme", seats(9, shown=shown), "key-2")

    assert raised.value.kind == "rejected"
    assert "The price has changed" in raised.value.public
    assert after == before
    assert state_of(bench)[1] == 9


def test_cancelling_ends_it_with_its_period_and_resuming_takes_that_back(bench: Bench):
    bench.add()
    bench.biller.apply("acme", Change("cancel", "sub-acme", reason="too dear"), "key-1")
    (ending,) = bench.biller.subscriptions("acme")
    bench.biller.apply("acme", Change("resume", "sub-acme"), "key-2")
    (again,) = bench.biller.subscriptions("acme")

    assert (ending.state, ending.ends_at, ending.renews_at) == ("active", END, 0)
    assert (again.state, again.ends_at, again.renews_at) == ("active", 0, END)


@pytest.mark.parametrize("what", ["seats", "change_plan", "cancel", "resume"])
@pytest.mark.parametrize("fault", ["lost", "broken_after", "garbage"])
def test_a_change_whose_answer_was_lost_is_made_once_when_it_is_tried_again(bench: Bench, what: str, fault: str):
    bench.add("acme", Subscription("sub-acme", "acme", state="ending" if what == "resume" else "active"))
    (one,) = bench.biller.subscriptions("acme")
    plan = bench.biller.plans("acme", one)[-1].id if what == "change_plan" else ""
    change = Change(what, "sub-acme", seats=8 if what == "seats" else None, plan=plan)  # type: ignore[arg-type]
    bench.faults.method = "PUT" if bench.name == "recurly" and what in {"cancel", "resume"} else "POST"
    bench.faults.next = fault
    with pytest.raises(VendorError) as raised:
        bench.biller.apply("acme", change, "same key")
    first = state_of(bench)
    bench.biller.apply("acme", change, "same key")

    assert raised.value.kind == "unavailable"
    assert first == state_of(bench)
    assert (
        first[:3]
        == {
            "seats": ("team", 8, "active"),
            "change_plan": ("company", 5, "active"),
            "cancel": ("team", 5, "ending"),
            "resume": ("team", 5, "active"),
        }[what]
    )


def test_a_card_that_is_declined_changes_nothing(bench: Bench):
    customer = bench.add()
    assert customer.card is not None
    customer.card.declined = True
    before = state_of(bench)
    with pytest.raises(PaymentRefused) as raised:
        bench.biller.apply("acme", seats(9), "key")

    assert raised.value.kind == "rejected"
    assert state_of(bench) == before


def test_a_change_that_the_vendor_refuses_is_rejected_with_nothing_changed(bench: Bench):
    bench.add()
    before = state_of(bench)
    for change in (seats(0), seats(10_001), Change("change_plan", "sub-acme", plan="gone-EUR-Monthly")):
        with pytest.raises(VendorError) as raised:
            bench.biller.apply("acme", change, "key")

        assert raised.value.kind in {"rejected", "not_found"}
    assert state_of(bench) == before


def test_nothing_of_another_customer_can_be_reached(bench: Bench):
    bench.add()
    before = state_of(bench, "sub-other")
    bill = bench.biller.invoices("other")[0].id
    for call in (
        lambda: bench.biller.preview("acme", seats(9, "sub-other")),
        lambda: bench.biller.apply("acme", seats(9, "sub-other"), "key"),
        lambda: bench.biller.apply("acme", Change("cancel", "sub-other"), "key"),
        lambda: bench.biller.pdf("acme", bill),
        lambda: bench.biller.pdf("acme", "1"),
    ):
        with pytest.raises(VendorError) as raised:
            call()

        assert raised.value.kind == "not_found"
    assert state_of(bench, "sub-other") == before


def test_an_invoice_can_be_had_as_a_file(bench: Bench):
    bench.add()
    bill = bench.biller.invoices("acme")[0]
    found = bench.biller.pdf("acme", bill.id)
    content = found.content or requests.get(found.url, timeout=5).content

    assert content.startswith(b"%PDF-")
    assert bill.number.encode() in content


def test_each_job_that_is_done_elsewhere_leads_to_a_page_of_this_customer(bench: Bench):
    bench.add()
    for job, where in bench.biller.capabilities().jobs.items():
        if where in {"link", "home"}:
            address = bench.biller.portal_url("acme", job, "http://127.0.0.1:8000/my/billing/")
            page = requests.get(address, timeout=5)
            requests.post(address, data={"card": "mastercard"}, timeout=5, allow_redirects=False)

            assert page.status_code == 200
            assert ("Update your card" in page.text) == (where == "link")
    method = bench.biller.payment_method("acme")
    assert method is not None
    assert method.last4 == "4444"


def test_customers_are_counted_once_each_and_without_those_who_left(bench: Bench):
    bench.add("acme", Subscription("a", "acme"), Subscription("b", "acme", state="ending"))
    bench.add("gone", Subscription("c", "gone", state="over"))
    for number in range(250):
        bench.add(f"many{number}")

    assert bench.biller.active_customers() == 252


@pytest.mark.parametrize("fault", sorted((EARLY | LATE) - WAITING))
def test_each_fault_is_one_of_our_six_and_tells_nobody_a_secret(bench: Bench, fault: str):
    bench.add()
    for call in (
        lambda: bench.biller.subscriptions("acme"),
        lambda: bench.biller.payment_method("acme"),
        lambda: bench.biller.portal_url("acme", "update_card", "http://127.0.0.1/"),
        lambda: bench.biller.apply("acme", Change("cancel", "sub-acme"), "key"),
    ):
        bench.faults.next, bench.faults.times = fault, 1
        error = failure(call)
        told = f"{error.public} {error.detail}" if error else ""

        assert fault not in WAYS or (error and error.kind == WAYS[fault])
        assert not any(secret in told for secret in bench.secrets)
        assert not re.search(r"https?://", told)
        assert not error or error.retry_after == (30 if fault == "limited" else None)


def test_a_look_that_fails_speaks_of_no_change(bench: Bench):
    bench.add()
    bill = bench.biller.invoices("acme")[0].id
    (one,) = bench.biller.subscriptions("acme")
    calls: dict[str, Callable[[], object]] = {
        "subscriptions": lambda: bench.biller.subscriptions("acme"),
        "invoices": lambda: bench.biller.invoices("acme"),
        "method": lambda: bench.biller.payment_method("acme"),
        "charge": lambda: bench.biller.next_charge("acme", one),
        "plans": lambda: bench.biller.plans("acme", one),
        "preview": lambda: bench.biller.preview("acme", seats(9)),
        "pdf": lambda: bench.biller.pdf("acme", bill),
        "page": lambda: bench.biller.portal_url("acme", "update_card", "http://127.0.0.1/"),
    }
    for fault in sorted(fault for fault, kind in WAYS.items() if kind in {"unavailable", "rate_limited"}):
        for name, call in calls.items():
            bench.faults.next, bench.faults.times = fault, 1
            error = failure(call)

            assert isinstance(error, NotDone), (fault, name)
            assert UNCHANGED not in error.public
            assert error.public != UNKNOWN


def test_a_change_whose_outcome_is_unknown_says_so_and_what_to_do(bench: Bench):
    for fault in sorted(fault for fault, kind in WAYS.items() if kind == "unavailable"):
        bench.add(fault)
        bench.faults.next, bench.faults.method = fault, "PUT" if bench.name == "recurly" else "POST"
        error = failure(lambda: bench.biller.apply(fault, Change("cancel", f"sub-{fault}"), f"key-{fault}"))  # noqa: B023

        assert error is not None
        assert not isinstance(error, NotDone), fault
        assert error.public == UNKNOWN


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=9) | st.just("9" * 20),
    lambda each: st.lists(each, max_size=3) | st.dictionaries(st.text(max_size=9), each, max_size=3),
    max_leaves=9,
)


def spoilt(data: object, value: object, at: int) -> object:
    """The same JSON with its `at`-th leaf replaced."""
    count = -1

    def walk(found: object) -> object:
        nonlocal count
        if isinstance(found, dict):
            return {name: walk(each) for name, each in found.items()}
        if isinstance(found, list):
            return [walk(each) for each in found]
        count += 1
        return value if count == at else found

    return walk(data)


@settings(max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(value=JSON, at=st.integers(0, 60))
def test_no_answer_gives_anything_but_a_result_or_a_named_error(bench: Bench, value: object, at: int):
    if "acme" not in bench.books.customers:
        bench.add("acme", Subscription("sub-acme", "acme", waiting=("company", 7)), tax=19)
    (one,) = bench.biller.subscriptions("acme")
    bench.faults.mangle = lambda data: spoilt(data, value, at)
    for call in (
        lambda: bench.biller.next_charge("acme", one),
        lambda: bench.biller.subscriptions("acme"),
        lambda: bench.biller.invoices("acme"),
        lambda: bench.biller.payment_method("acme"),
        lambda: bench.biller.preview("acme", seats(9)),
        lambda: bench.biller.portal_url("acme", "details", "http://127.0.0.1/"),
        lambda: bench.biller.active_customers(),
    ):
        bench.faults.next, bench.faults.times = "mangled", 9
        error = failure(call)
        bench.faults.next = ""

        assert error is None or error.public


def test_the_check_finds_nothing_wrong_with_a_right_key(bench: Bench):
    assert bench.biller.check() == []


def test_a_refused_change_of_the_books_is_a_refusal(bench: Bench):
    bench.add("acme", card=Card(declined=True))
    with pytest.raises(Declined):
        bench.books.change(bench.books.subscriptions["sub-acme"], "team", 9, int(bench.moment()))
