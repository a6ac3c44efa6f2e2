"""Stripe's objects as ours, of version 2026-10-28.endive.

What is guessed wrong: a subscription has no period (its items have, since 2025-03-31.basil), an invoice has neither
`paid` nor `charge` nor `subscription`, and some currencies have other digits than elsewhere.
"""

import logging

from functions.billers import BillingEvent
from functions.foreign.rows import Row
from portal.billing import (
    Charge,
    Interval,
    Invoice,
    InvoiceState,
    Line,
    Money,
    PaymentMethod,
    Plan,
    State,
    Subscription,
)
from portal.billing.currencies import digits

STATES: dict[str, State] = {
    "trialing": "trial",
    "active": "active",
    "past_due": "past_due",
    "unpaid": "past_due",
    "incomplete": "past_due",
    "paused": "paused",
    "canceled": "ended",
    "incomplete_expired": "ended",
}
INVOICE_STATES: dict[str, InvoiceState] = {
    "draft": "draft",
    "open": "open",
    "paid": "paid",
    "uncollectible": "uncollectible",
    "void": "void",
}
# Events by the beginning of their type; the first that fits counts.
KINDS = {"customer.subscription.": "subscription", "customer.": "customer", "invoice.": "invoice"}
INTERVALS: dict[str, Interval] = {"day": "day", "week": "week", "month": "month", "year": "year"}
# https://docs.stripe.com/currencies#special-cases: Stripe counts these otherwise than ISO 4217.
OWN_DIGITS = {"ISK": 2, "UGX": 2, "MGA": 0}
BRANDS = {
    "amex": "American Express",
    "diners": "Diners Club",
    "jcb": "JCB",
    "unionpay": "UnionPay",
    "eftpos_au": "eftpos",
}
METHODS = {"sepa_debit": "SEPA Direct Debit", "us_bank_account": "Bank account", "bacs_debit": "Bacs Direct Debit"}
METHODS |= {"paypal": "PayPal", "link": "Link", "amazon_pay": "Amazon Pay", "cashapp": "Cash App Pay"}

log = logging.getLogger(__name__)


def money(amount: int, currency: str) -> Money:
    """An amount as Stripe counts it; `currency` in small letters as Stripe writes it."""
    code = currency.upper()
    more = digits(code) - OWN_DIGITS.get(code, digits(code))
    if more >= 0:
        return Money(amount * 10**more, code)
    # Stripe takes whole crowns only, so the last two digits are zeros.
    return Money(amount // 10**-more, code)


def total(row: Row, *path: str) -> Money:
    """An amount of an object that has its currency beside it; 0 when there is none."""
    return money(row.number(*path) or 0, row.text("currency"))


def subscription(row: Row, name: str = "") -> Subscription:
    """A subscription; `name` is its product's."""
    items = row.rows("items", "data")
    counted = [item for item in items if item.text("price", "recurring", "usage_type") != "metered"]
    price = counted[0] if len(counted) == 1 else Row(None)
    paused = bool(list(row.row("pause_collection")))
    state = "paused" if paused else _state(row.text("status"))
    trial = state == "trial"
    period = max((item.number("current_period_end") or 0 for item in items), default=0) * 1000
    ends = (row.number("cancel_at") or row.number("ended_at") or 0) * 1000
    return Subscription(
        row.text("id"),
        plan(price.row("price"), name),
        state,
        seats=price.number("quantity"),
        renews_at=0 if ends or paused else period,
        # Before `cancel_at` there was only the flag, which API clients still set.
        ends_at=ends or (period if row.flag("cancel_at_period_end") else 0),
        trial_ends_at=(row.number("trial_end") or 0) * 1000 if trial else 0,
        by_hand=row.text("collection_method") == "send_invoice",
        scheduled=bool(row.text("schedule") or list(row.row("schedule"))),
    )


def plan(price: Row, name: str = "") -> Plan:
    """A price and the name of its product, which may be expanded in it."""
    known = name or price.text("product", "name") or price.text("nickname") or "Plan"
    amount = price.number("unit_amount")
    by_seat = price.text("billing_scheme") == "per_unit" and not list(price.row("transform_quantity"))
    return Plan(
        price.text("id"),
        known,
        money(amount, price.text("currency")) if amount is not None and by_seat else None,
        INTERVALS.get(price.text("recurring", "interval"), "month"),
        price.number("recurring", "interval_count") or 1,
        by_seat,
    )


def invoice(row: Row) -> Invoice:
    state = INVOICE_STATES.get(row.text("status"), "open")
    return Invoice(
        row.text("id"),
        row.text("number"),
        (row.number("created") or 0) * 1000,
        total(row, "total"),
        state,
        has_pdf=bool(row.text("invoice_pdf")),
        failed=state == "open" and row.flag("attempted"),
    )


def payment_method(row: Row) -> PaymentMethod | None:
    """A payment method; a customer's default that is not expanded is an id, and nothing is known of it."""
    kind = row.text("type")
    if not kind:
        return None
    about = row.row(kind)
    if kind != "card":
        return PaymentMethod(METHODS.get(kind, kind.replace("_", " ").title()), about.text("last4"))
    brand = about.text("brand")
    expires = f"{about.number('exp_month') or 0:02}/{about.number('exp_year') or 0}"
    return PaymentMethod(BRANDS.get(brand, brand.title()), about.text("last4"), expires)


def charge(row: Row) -> Charge:
    """The next invoice, as `create_preview` tells it."""
    at = row.number("next_payment_attempt") or row.number("period_end") or 0
    return Charge(total(row, "amount_due"), at * 1000, credit(row))


def due(row: Row) -> Money:
    """What a preview asks for at once; a negative total becomes the customer's credit."""
    whole = total(row, "total")
    return whole if whole.minor < 0 else total(row, "amount_due")


def credit(row: Row) -> Money | None:
    """What the customer's balance pays of an invoice, negative when it adds something; None when it does neither."""
    used = max(0, row.number("total") or 0) - (row.number("amount_due") or 0)
    return money(used, row.text("currency")) if used else None


def lines(row: Row) -> tuple[Line, ...]:
    return tuple(
        Line(line.text("description"), money(line.number("amount") or 0, row.text("currency")))
        for line in row.rows("lines", "data")
    )


def tax(row: Row) -> Money | None:
    """The tax that comes on top of an invoice's lines, None without any."""
    parts = [part for part in row.rows("total_taxes") if part.text("tax_behavior") != "inclusive"]
    found = sum(part.number("amount") or 0 for part in parts)
    return money(found, row.text("currency")) if found else None


def event(row: Row) -> BillingEvent:
    """What a verified webhook tells."""
    kind = row.text("type")
    what = next((word for beginning, word in KINDS.items() if kind.startswith(beginning)), "other")
    about = row.row("data", "object")
    own = what == "subscription"
    return BillingEvent(
        row.text("id"),
        (row.number("created") or 0) * 1000,
        what,  # type: ignore[arg-type]
        about.text("id") if what == "customer" else about.text("customer"),
        about.text("id") if own else "",
        STATES.get(about.text("status")) if own else None,
    )


def _state(word: str) -> State:
    if word not in STATES:
        log.warning("Stripe has a subscription that is %r; it is shown as active", word)
    return STATES.get(word, "active")
