"""What Recurly answers: its objects, made from the demo's books, with amounts as floats in major units."""

from collections.abc import Sequence
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

from demo.billers import company
from demo.billers.company import DIGITS, Company, Invoice, Line, Subscription

# There is neither a trial nor a late payment among the states.
STATES = {"active": "active", "trial": "active", "future": "future", "paused": "paused"}
STATES |= {"ending": "canceled", "over": "expired"}
BILLS = {"open": "pending", "paid": "paid", "overdue": "past_due", "voided": "voided"}


def subscription(one: Subscription, books: Company) -> dict[str, Any]:
    price = books.price(one)
    lines = [Line("", price * one.seats)]
    tax = books.tax(one.customer, lines)
    found: dict[str, Any] = {
        "id": one.id, "object": "subscription", "uuid": one.id, "account": account_of(one.customer),
        "plan": plan_name(one.plan), "state": STATES[one.state], "pending_change": None,
        "current_period_started_at": iso(one.start), "current_period_ends_at": iso(one.end),
        "currency": one.currency, "unit_amount": major(price, one.currency), "quantity": one.seats, "add_ons": [],
        "subtotal": major(price * one.seats, one.currency), "tax": major(tax, one.currency),
        "total": major(price * one.seats + tax, one.currency), "auto_renew": True,
        "collection_method": "manual" if books.customers[one.customer].by_hand else "automatic",
        "created_at": iso(one.start), "updated_at": iso(books.now()),
    }  # fmt: skip
    if share := books.customers[one.customer].tax:
        found["tax_info"] = {"type": "vat", "region": "DE", "rate": share / 100}
    if one.on_trial:
        found |= {"trial_started_at": iso(one.start), "trial_ends_at": iso(one.end)}
    if one.state == "ending":
        found |= {"canceled_at": iso(books.now()), "expires_at": iso(one.end)}
    if one.state == "over":
        found |= {"expires_at": iso(books.now())}
    if one.waiting:
        plan, seats = one.waiting
        found["pending_change"] = {
            "object": "subscription_change", "subscription_id": one.id, "plan": plan_name(plan), "quantity": seats,
            "unit_amount": major(books.price(one, plan), one.currency), "activate_at": iso(one.end),
        }  # fmt: skip
    return found


def invoice(one: Invoice) -> dict[str, Any]:
    """A charge, or a credit with a total below zero."""
    kind = "charge" if one.total >= 0 else "credit"
    due = 0 if one.state in {"paid", "voided"} else one.total
    return {
        "id": f"in{one.number}", "object": "invoice", "type": kind, "origin": "immediate_change",
        "state": BILLS[one.state] if kind == "charge" else "closed", "account": account_of(one.customer),
        "number": one.number, "subscription_ids": [one.subscription], "currency": one.currency,
        "subtotal": major(one.subtotal, one.currency), "tax": major(one.tax, one.currency),
        "total": major(one.total, one.currency), "balance": major(due, one.currency),
        "line_items": [
            {"object": "line_item", "type": "charge" if line.amount >= 0 else "credit", "description": line.text,
             "currency": one.currency, "amount": major(line.amount, one.currency)}
            for line in one.lines
        ],
        "created_at": iso(one.at), "updated_at": iso(one.at), "due_at": iso(one.at),
    }  # fmt: skip


def collection(made: Sequence[Invoice]) -> dict[str, Any]:
    rows = [invoice(one) for one in made]
    charges = [row for row in rows if row["type"] == "charge"]
    return {
        "object": "invoice_collection", "charge_invoice": charges[0] if charges else None,
        "credit_invoices": [row for row in rows if row["type"] == "credit"],
    }  # fmt: skip


def plan_name(code: str) -> dict[str, Any]:
    return {"id": f"plan{code}", "object": "plan", "code": code, "name": company.PLANS[code][0]}


def account_of(code: str) -> dict[str, Any]:
    return {"id": f"acc{code}", "object": "account", "code": code}


def major(minor: int, currency: str) -> float:
    """An amount as Recurly writes it: a float in major units."""
    return float(Decimal(minor).scaleb(-DIGITS.get(currency, 2)))


def iso(at: int) -> str:
    return f"{datetime.fromtimestamp(at, UTC):%Y-%m-%dT%H:%M:%SZ}"
