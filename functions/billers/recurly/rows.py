"""Recurly's objects as ours, and our changes as their JSON."""

import logging
from collections.abc import Collection
from dataclasses import replace
from datetime import UTC, datetime
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

from functions.billers import BillingEvent, PaymentRefused
from functions.billers.recurly.exact import Exact
from functions.errors import VendorError
from functions.foreign.rows import Row
from portal.billing import (
    Change,
    Charge,
    Interval,
    Invoice,
    InvoiceState,
    Line,
    Money,
    PaymentMethod,
    Plan,
    Preview,
    State,
    Subscription,
)

# A trial and a late payment are no states of theirs: see `subscription`. A `canceled` one runs until its last day.
STATES: dict[str, State] = {"paused": "paused", "expired": "ended", "failed": "ended"}
STATES |= dict.fromkeys(("active", "canceled", "future"), "active")
INVOICES: dict[str, InvoiceState] = {"paid": "paid", "closed": "paid", "failed": "uncollectible", "voided": "void"}
INVOICES |= dict.fromkeys(("open", "pending", "processing", "past_due"), "open")
INTERVALS: dict[str, Interval] = {"days": "day", "weeks": "week", "months": "month", "years": "year"}
METHODS = {"bank_account_info": "Bank account", "sepa": "SEPA Direct Debit", "paypal_billing_agreement": "PayPal"}
EVENTS = {"subscription": "subscription", "charge_invoice": "invoice", "credit_invoice": "invoice"}
WORDS: dict[str, State] = {"expired": "ended", "paused": "paused"}

log = logging.getLogger(__name__)

# More than any plan has.
MOST_SEATS = 10_000_000


def code(row: Row) -> str:
    """Their word for an error."""
    return row.text("error", "type")


def refined(status: int, row: Row) -> VendorError | None:
    """A payment that was refused; the change is not made then."""
    if code(row) != "transaction":
        return None
    said = row.text("error", "transaction_error", "code")
    return PaymentRefused(detail=f"{status} {said}", confirmable="3d_secure" in said or "three_d_secure" in said)


def subscription(row: Exact, sold: Exact, now: int, late: Collection[str]) -> Subscription:
    """`sold` is its plan as it is sold, `now` (unix ms) tells a trial, `late` has the ids of those with a failed
    payment."""
    state = _state(row.text("state"))
    trial = state == "active" and ms(row, "trial_ends_at") > now
    by_hand = row.text("collection_method") == "manual"
    if state == "active":
        state = "trial" if trial else "past_due" if row.text("id") in late and not by_hand else "active"
    ends = row.text("state") in {"canceled", "expired"}
    waiting = row.row("pending_change")
    return Subscription(
        id=row.text("id"),
        plan=_plan(row, sold),
        state=state,
        # What is added has numbers of its own.
        seats=None if row.rows("add_ons") else row.number("quantity"),
        renews_at=0 if ends else ms(row, "current_period_ends_at"),
        ends_at=(ms(row, "expires_at") or ms(row, "current_period_ends_at")) if ends else 0,
        trial_ends_at=ms(row, "trial_ends_at") if trial else 0,
        next_plan=waiting.text("plan", "name"),
        next_seats=waiting.number("quantity"),
        by_hand=by_hand,
    )


def plan(row: Exact, currency: str) -> Plan:
    """A plan as it is sold in a currency; a price that rises over time is no single amount."""
    prices = [
        each.money(currency, "unit_amount") for each in row.rows("currencies") if each.text("currency") == currency
    ]
    single = row.text("pricing_model") != "ramp"
    every = INTERVALS.get(row.text("interval_unit"), "month")
    price = prices[0] if prices and single else None
    return Plan(row.text("code"), row.text("name"), price, every, row.number("interval_length") or 1, by_seat=True)


def invoice(row: Exact) -> Invoice:
    """A credit is an invoice with a total below zero."""
    said, currency = row.text("state"), row.text("currency")
    total = row.money(currency, "total") or Money(0, currency)
    return Invoice(
        id=row.text("id"),
        number=row.text("number"),
        at=ms(row, "created_at"),
        total=total,
        state=INVOICES.get(said, "open"),
        failed=said == "past_due",
    )


def method(row: Exact) -> PaymentMethod | None:
    """From an account."""
    paid = row.row("billing_info", "payment_method")
    kind, last4 = paid.text("object"), paid.text("last_four")
    if kind == "credit_card" or paid.text("card_type"):
        expires = f"{paid.number('exp_month') or 0:02}/{paid.number('exp_year')}"
        return PaymentMethod(paid.text("card_type") or "Card", last4, expires)
    return PaymentMethod(METHODS.get(kind, kind.replace("_", " ").capitalize()), last4) if kind else None


def renewal(row: Exact, credit: int) -> Charge | None:
    """What the next period costs, from the subscription itself, less the account's credit (minor units); a change that
    waits has a price, and no tax yet."""
    currency, waiting = row.text("currency"), row.row("pending_change")
    if row.text("state") not in {"active", "future"}:
        return None
    total = _each_period(waiting, row) if waiting.text("object") else row.money(currency, "total")
    if total is None:
        return None
    used = max(0, min(credit, total.minor))
    left = Money(total.minor - used, currency)
    return Charge(left, ms(row, "current_period_ends_at"), Money(used, currency) if used else None)


def change(one: Subscription, wanted: Change) -> dict[str, Any]:
    """Plan and seats, both: seats that are not named become one."""
    seats = one.seats if wanted.seats is None else wanted.seats
    return {"timeframe": "now", "plan_code": wanted.plan or one.plan.id, "quantity": seats}


def preview(row: Exact, now: Exact, credit: int) -> Preview:
    """From a change that they worked out, and the subscription `now`: what is charged, and what is paid back. They do
    not count the account's credit (minor units) in, and use it up all the same."""
    currency = now.text("currency")
    found = [row.row("invoice_collection", "charge_invoice"), *row.rows("invoice_collection", "credit_invoices")]
    totals = [each.money(currency, "total") for each in found]
    taxes = [each.money(currency, "tax") for each in found]
    lines = [
        (line.text("description"), line.money(currency, "amount")) for each in found for line in each.rows("line_items")
    ]
    price = sum(total.minor for total in totals if total)
    used = max(0, min(credit, price))
    return Preview(
        today=Money(price - used, currency),
        later=_each_period(row, now),
        later_at=ms(now, "current_period_ends_at"),
        lines=tuple(Line(text, amount) for text, amount in lines if amount),
        tax=Money(sum(tax.minor for tax in taxes if tax), currency),
        credit=Money(used, currency) if used else None,
    )


def event(row: Row) -> BillingEvent:
    """From a webhook, which has names only; whose it is stands in it, or is the account itself."""
    what: Any = EVENTS.get(row.text("object_type"), "customer" if row.text("object_type") == "account" else "other")
    subscription_id = row.text("uuid") if what == "subscription" else ""
    state = WORDS.get(row.text("event_type"), "active") if what == "subscription" else None
    at_ms = milliseconds(row.text("event_time"))
    return BillingEvent(row.text("id"), at_ms, what, row.text("account_code"), subscription_id, state)


def ms(row: Row, name: str) -> int:
    return milliseconds(row.text(name))


def milliseconds(text: str) -> int:
    """An ISO 8601 time; 0 for anything else."""
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        return 0
    return max(0, int(moment.replace(tzinfo=moment.tzinfo or UTC).timestamp() * 1000))


def _state(said: str) -> State:
    if said not in STATES:
        log.warning("recurly calls a subscription %r, which we do not know: it is shown as active", said[:40])
    return STATES.get(said, "active")


def _plan(row: Exact, sold: Exact) -> Plan:
    """The plan with the price that this customer pays for it."""
    listed = plan(sold, row.text("currency"))
    price = row.money(row.text("currency"), "unit_amount")
    return replace(listed, id=row.text("plan", "code"), name=row.text("plan", "name"), price=price)


def _each_period(row: Exact, now: Exact) -> Money | None:
    """Price times seats of a change, with the tax rate of the subscription."""
    currency = now.text("currency")
    price, seats = row.money(currency, "unit_amount"), row.number("quantity")
    rate = Decimal(0) if now.flag("tax_inclusive") else now.share("tax_info", "rate")
    if price is None or seats is None or rate is None or abs(seats) > MOST_SEATS:
        return None
    net = Decimal(price.minor * seats)
    tax = net * rate
    return Money(int(net + tax.quantize(Decimal(1), ROUND_HALF_UP)), currency)
