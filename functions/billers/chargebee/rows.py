"""Chargebee's objects as ours, and our changes as their forms, whose arrays stand in columns."""

import logging
from collections.abc import Callable

from functions.billers import BillingEvent, PaymentRefused
from functions.billers.web import REFUSED
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

# A cancelled subscription is `non_renewing` until its last day, and `cancelled` only then.
STATES: dict[str, State] = {"in_trial": "trial", "paused": "paused", "cancelled": "ended", "transferred": "ended"}
STATES |= dict.fromkeys(("future", "active", "non_renewing"), "active")
INVOICES: dict[str, InvoiceState] = {"paid": "paid", "voided": "void", "pending": "draft"}
INVOICES |= dict.fromkeys(("posted", "payment_due", "not_paid"), "open")
INTERVALS: dict[str, Interval] = {"day": "day", "week": "week", "month": "month", "year": "year"}
METHODS = {"direct_debit": "Direct debit", "paypal_express_checkout": "PayPal", "bank_transfer": "Bank transfer"}
BRANDS = {"visa": "Visa", "mastercard": "Mastercard", "american_express": "American Express"}
UNDONE = {"resume": "remove_scheduled_cancellation", "take_back": "remove_scheduled_changes"}
CONFIRMABLE = {"payment_intent_invalid", "3ds_card_authentication_failed"}

log = logging.getLogger(__name__)


def code(row: Row) -> str:
    """Their word for an error."""
    return row.text("api_error_code")


class CodeRefused(VendorError):
    """The reason code of a cancellation is missing, or not one of the site's; nothing was cancelled."""


def refined(status: int, row: Row) -> VendorError | None:
    """A payment that was refused (they undo the change with it), or the code of a reason."""
    if row.text("param") == "cancel_reason_code":
        said = f"{status} {code(row)}: set CHARGEBEE_CANCEL_REASON to a code that the site has"
        return CodeRefused(REFUSED, "rejected", detail=said)
    if row.text("type") != "payment":
        return None
    return PaymentRefused(detail=f"{status} {code(row)}", confirmable=code(row) in CONFIRMABLE)


def subscription(row: Row, later: Row, plan_of: Callable[[str], Plan]) -> Subscription:
    """From a row of a list, which has the customer as well, and what it will be later, if anything."""
    one, customer = row.row("subscription"), row.row("customer")
    parts, main, then = one.rows("subscription_items"), _main(one), _main(later)
    by_hand = (one.text("auto_collection") or customer.text("auto_collection")) == "off"
    state = _state(one.text("status"))
    if state == "active" and one.number("due_invoices_count") and not by_hand:
        state = "past_due"
    # A trial that was cancelled stays one, with its end as the time at which it is cancelled.
    ends = one.text("status") in {"non_renewing", "cancelled"} or bool(state == "trial" and _ms(one, "cancelled_at"))
    return Subscription(
        id=one.text("id"),
        plan=_plan(one, main, plan_of(main.text("item_price_id"))),
        state=state,
        seats=main.number("quantity") if len(parts) == 1 else None,
        renews_at=_ms(one, "next_billing_at"),
        ends_at=(_ms(one, "cancelled_at") or _ms(one, "current_term_end")) if ends else 0,
        trial_ends_at=_ms(one, "trial_end") if state == "trial" else 0,
        next_plan=plan_of(then.text("item_price_id")).name if then.text("item_price_id") else "",
        next_seats=then.number("quantity"),
        by_hand=by_hand,
    )


def plan(row: Row) -> Plan:
    """From the price of an item; prices in tiers are no single amount."""
    price, currency = row.number("price"), row.text("currency_code")
    by_seat = row.text("pricing_model") == "per_unit"
    single = by_seat or row.text("pricing_model") == "flat_fee"
    return Plan(
        id=row.text("id"),
        name=row.text("external_name") or row.text("name"),
        price=Money(price, currency) if single and price is not None else None,
        interval=INTERVALS.get(row.text("period_unit"), "month"),
        every=row.number("period") or 1,
        by_seat=by_seat,
    )


def invoice(row: Row) -> Invoice:
    state = INVOICES.get(row.text("status"), "open")
    total = Money(row.number("total") or 0, row.text("currency_code"))
    failed = row.text("status") == "not_paid" or bool(row.text("dunning_status"))
    return Invoice(row.text("id"), row.text("id"), _ms(row, "date"), total, state, state != "draft", failed)


def method(row: Row) -> PaymentMethod | None:
    """From a customer: a card stands beside it, another kind inside."""
    card = row.row("card")
    if last4 := card.text("last4"):
        brand = card.text("card_type")
        expires = f"{card.number('expiry_month') or 0:02}/{card.number('expiry_year')}"
        return PaymentMethod(BRANDS.get(brand, brand.replace("_", " ").title()), last4, expires)
    kind = row.text("customer", "payment_method", "type")
    return PaymentMethod(METHODS.get(kind, kind.replace("_", " ").capitalize())) if kind else None


def items(one: Subscription, change: Change) -> dict[str, str]:
    """The form of a change: the whole new state, at once, and paid at once."""
    seats = one.seats if change.seats is None else change.seats
    form = {"subscription_items[item_price_id][0]": change.plan or one.plan.id}
    # A price that is not for a seat takes no quantity.
    form |= {} if seats is None else {"subscription_items[quantity][0]": str(seats)}
    return form | {"prorate": "true", "end_of_term": "false", "invoice_immediately": "true"}


def action(one: Subscription, change: Change) -> tuple[str, dict[str, str]]:
    """The last part of the path of a change, and its form."""
    if change.what == "cancel":
        # Without end_of_term they end it at once.
        return "cancel_for_items", {"end_of_term": "true"}
    if change.what in UNDONE:
        return UNDONE[change.what], {}
    return "update_for_items", items(one, change)


def preview(row: Row, one: Subscription) -> Preview:
    """`total` is not what is charged: what the old seats give back is a credit note, and is taken off."""
    now, later = row.row("estimate", "invoice_estimate"), row.row("estimate", "next_invoice_estimate")
    currency = currency_of(one, now) or currency_of(one, later)
    notes = row.rows("estimate", "credit_note_estimates")
    given, allocated = _sum(notes, "total"), _sum(notes, "amount_allocated")
    used = (now.number("credits_applied") or 0) - allocated
    amount = later.number("total")
    tax = _tax(now, currency)
    lines = [(line.text("description"), line.number("amount") or 0) for line in now.rows("line_items")]
    lines = lines or [("New charges", (now.number("total") or 0) - (tax.minor if tax else 0))]
    lines += [(f"Credit for unused time of {one.plan.name}", -(note.number("total") or 0)) for note in notes]
    return Preview(
        today=Money((now.number("amount_due") or 0) - (given - allocated), currency),
        later=None if amount is None else Money(amount, currency),
        later_at=_ms(later, "date"),
        lines=tuple(Line(text, Money(minor, currency)) for text, minor in lines if minor),
        tax=tax,
        credit=Money(used, currency) if used else None,
    )


def _sum(found: list[Row], name: str) -> int:
    return sum(each.number(name) or 0 for each in found)


def _tax(estimate: Row, currency: str) -> Money | None:
    """What comes on top of the lines, None for prices with the tax in them."""
    found = 0 if estimate.text("price_type") == "tax_inclusive" else _sum(estimate.rows("taxes"), "amount")
    return Money(found, currency) if found else None


def currency_of(one: Subscription, estimate: Row) -> str:
    """The currency of an estimate: that of the plan's price, and of a plan whose price is no single amount its own."""
    return one.plan.price.currency if one.plan.price else estimate.text("currency_code")


def charge(row: Row, one: Subscription) -> Charge | None:
    """From the estimate of a renewal."""
    found = row.row("estimate", "invoice_estimate")
    amount, at, currency = found.number("amount_due"), found.number("date"), currency_of(one, found)
    if amount is None or at is None or not currency:
        return None
    used = found.number("credits_applied") or 0
    return Charge(Money(amount, currency), at * 1000, Money(used, currency) if used else None)


def event(row: Row) -> BillingEvent:
    """From an event that was read again."""
    row = row.row("event")
    one = row.row("content", "subscription")
    customer = row.text("content", "customer", "id") or one.text("customer_id")
    at = _ms(row, "occurred_at")
    if not one.text("id"):
        return BillingEvent(row.text("id"), at, "customer" if customer else "other", customer)
    return BillingEvent(row.text("id"), at, "subscription", customer, one.text("id"), _state(one.text("status")))


def _state(said: str) -> State:
    if said not in STATES:
        log.warning("chargebee calls a subscription %r, which we do not know: it is shown as active", said[:40])
    return STATES.get(said, "active")


def _main(one: Row) -> Row:
    """The item of a subscription that is its plan, beside addons and charges."""
    return next((part for part in one.rows("subscription_items") if part.text("item_type") == "plan"), Row(None))


def _plan(one: Row, main: Row, listed: Plan) -> Plan:
    """The plan with the price that this customer pays for it, which may be another than the listed one."""
    price, seats = main.number("unit_price"), main.number("quantity")
    return Plan(
        id=listed.id,
        name=listed.name,
        price=None if price is None else Money(price, one.text("currency_code")),
        interval=INTERVALS.get(one.text("billing_period_unit"), "month"),
        every=one.number("billing_period") or 1,
        by_seat=seats is not None,
    )


def _ms(row: Row, name: str) -> int:
    return (row.number(name) or 0) * 1000
