"""What Stripe answers: its objects in version 2026-10-28.endive, made from the demo's books.

A subscription has no period (its items have), and an invoice no `paid`, `charge` or `subscription`.
"""

from collections.abc import Iterable, Mapping
from typing import Any

from demo.billers.company import PLANS, Card, Company, Customer, Invoice, Line, Subscription

STATES = {"active": "active", "ending": "active", "trial": "trialing", "paused": "paused", "over": "canceled"}
STATES |= {"future": "active"}
BILLS = {"open": "open", "overdue": "open", "paid": "paid", "voided": "void"}
FEATURES = ("customer_update", "invoice_history", "payment_method_update", "subscription_cancel", "subscription_update")
UPDATES = ["price", "quantity"]


def listed(data: Iterable[Mapping[str, Any]], url: str, *, more: bool = False) -> dict[str, Any]:
    return {"object": "list", "url": url, "has_more": more, "data": list(data)}


def price_id(plan: str, currency: str) -> str:
    """The id of a plan's price, e.g. price_team_eur."""
    return f"price_{plan}_{currency.lower()}"


def price(plan: str, currency: str, *, product: Any = None) -> dict[str, Any]:
    amount = PLANS[plan][1][currency]
    return {
        "id": price_id(plan, currency),
        "object": "price",
        "active": True,
        "billing_scheme": "per_unit",
        "created": 1_700_000_000,
        "currency": currency.lower(),
        "livemode": False,
        "lookup_key": None,
        "metadata": {},
        "nickname": None,
        "product": product or f"prod_{plan}",
        "recurring": {"interval": "month", "interval_count": 1, "usage_type": "licensed"},
        "tax_behavior": "exclusive",
        "type": "recurring",
        "unit_amount": amount,
        "unit_amount_decimal": str(amount),
    }


def product(plan: str) -> dict[str, Any]:
    return {
        "id": f"prod_{plan}",
        "object": "product",
        "active": True,
        "created": 1_700_000_000,
        "features": [],
        "images": [],
        "livemode": False,
        "metadata": {},
        "name": PLANS[plan][0],
        "updated": 1_700_000_000,
        "unit_label": "seat",
    }


def customer(one: Customer, expand: Iterable[str], balance: int = 0) -> dict[str, Any]:
    method: Any = f"pm_{one.card.last4}" if one.card else None
    if one.card and "invoice_settings.default_payment_method" in expand:
        method = payment_method(one.card)
    settings = {"custom_fields": None, "default_payment_method": method, "footer": None, "rendering_options": None}
    return {
        "id": one.id,
        "object": "customer",
        "balance": -balance,
        "created": 1_700_000_000,
        "email": one.email,
        "invoice_settings": settings,
        "livemode": False,
        "metadata": {},
        "name": one.name,
    }


def payment_method(card: Card) -> dict[str, Any]:
    shown = {"brand": card.brand, "last4": card.last4, "exp_month": card.month, "exp_year": card.year}
    return {"id": f"pm_{card.last4}", "object": "payment_method", "type": "card", "card": shown}


def status(one: Subscription, books: Company) -> str:
    """Stripe's word; a subscription whose last invoice could not be charged is past due."""
    unpaid = any(bill.state == "overdue" and bill.subscription == one.id for bill in books.invoices)
    if one.on_trial:
        return "trialing"
    return "past_due" if unpaid and one.state == "active" else STATES[one.state]


def subscription(one: Subscription, books: Company, reason: str = "") -> dict[str, Any]:
    item = {
        "id": f"si_{one.id}",
        "object": "subscription_item",
        "created": one.start,
        "current_period_start": one.start,
        "current_period_end": one.end,
        "metadata": {},
        "price": price(one.plan, one.currency),
        "quantity": one.seats,
        "subscription": one.id,
    }
    ending = one.state == "ending"
    by_hand = books.customers[one.customer].by_hand
    return {
        "id": one.id,
        "object": "subscription",
        "automatic_tax": {"enabled": False},
        "billing_cycle_anchor": one.start,
        "cancel_at": one.end if ending else None,
        "cancel_at_period_end": ending,
        "canceled_at": books.now() if ending or one.state == "over" else None,
        "cancellation_details": {"comment": reason or None, "feedback": None, "reason": None},
        "collection_method": "send_invoice" if by_hand else "charge_automatically",
        "created": one.start,
        "currency": one.currency.lower(),
        "customer": one.customer,
        "ended_at": one.end if one.state == "over" else None,
        "items": listed([item], f"/v1/subscription_items?subscription={one.id}"),
        "livemode": False,
        "metadata": {},
        "pause_collection": None,
        "schedule": f"sub_sched_{one.id}" if one.waiting else None,
        "start_date": one.start,
        "status": status(one, books),
        "trial_end": one.end if one.on_trial else None,
        "trial_start": one.start if one.on_trial else None,
    }


def invoice(one: Invoice, books: Company, due: int | None = None, origin: str = "") -> dict[str, Any]:
    """An invoice that was made; `due` is what was left to pay after the customer's credit."""
    due = max(0, one.total) if due is None else due
    paid = due if one.state == "paid" else 0
    address = f"{origin}/files/in_{one.number}"
    return bill(one.lines, one.tax, due, one.currency, books.customers[one.customer], one.at) | {
        "id": f"in_{one.number}",
        "number": one.number,
        "amount_paid": paid,
        "amount_remaining": due - paid,
        "attempt_count": 0 if one.state == "open" else 1,
        "attempted": one.state != "open",
        "billing_reason": "subscription_cycle",
        "hosted_invoice_url": address,
        "invoice_pdf": address,
        "parent": {"type": "subscription_details", "subscription_details": {"subscription": one.subscription}},
        "status": BILLS[one.state],
    }


def bill(
    lines: Iterable[Line], tax: int, due: int, currency: str, whose: Customer, at: int, later: int = 0
) -> dict[str, Any]:
    """The parts of an invoice that a preview has as well; a preview has no number and no address."""
    rows = [_line(number, line, currency, at) for number, line in enumerate(lines)]
    subtotal = sum(row["amount"] for row in rows)
    return {
        "object": "invoice",
        "amount_due": due,
        "amount_paid": 0,
        "amount_remaining": due,
        "amount_shipping": 0,
        "attempt_count": 0,
        "attempted": False,
        "automatic_tax": {"enabled": False, "status": None},
        "billing_reason": "upcoming",
        "collection_method": "send_invoice" if whose.by_hand else "charge_automatically",
        "created": later or at,
        "currency": currency.lower(),
        "customer": whose.id,
        "default_tax_rates": [],
        "hosted_invoice_url": None,
        "invoice_pdf": None,
        "lines": listed(rows, "/v1/invoices/upcoming/lines"),
        "livemode": False,
        "number": None,
        "payment_settings": {"default_mandate": None, "payment_method_options": None, "payment_method_types": None},
        "period_end": later or at,
        "period_start": at,
        "post_payment_credit_notes_amount": 0,
        "pre_payment_credit_notes_amount": 0,
        "starting_balance": 0,
        "status": "draft",
        "status_transitions": {
            "finalized_at": None, "marked_uncollectible_at": None, "paid_at": None, "voided_at": None,
        },
        "subtotal": subtotal,
        "total": subtotal + tax,
        "total_taxes": [{"amount": tax, "tax_behavior": "exclusive", "taxable_amount": subtotal}] if tax else [],
    }  # fmt: skip


def _line(number: int, line: Line, currency: str, at: int) -> dict[str, Any]:
    return {
        "id": f"il_{number}",
        "object": "line_item",
        "amount": line.amount,
        "currency": currency.lower(),
        "description": line.text,
        "discountable": False,
        "livemode": False,
        "metadata": {},
        "period": {"start": at, "end": at},
        "price": None,
        "proration": True,
        "quantity": 1,
        "type": "invoiceitem",
    }


def configuration(switched_off: Iterable[str], mode: str, expand: Iterable[str]) -> dict[str, Any]:
    """The portal's configuration; the products that customers may choose from are there only when expanded."""
    features: dict[str, Any] = {name: {"enabled": name not in switched_off} for name in FEATURES}
    features["customer_update"] |= {"allowed_updates": ["address", "tax_id"]}
    features["subscription_cancel"] |= {
        "mode": mode,
        "proration_behavior": "none",
        "cancellation_reason": {"enabled": True, "options": ["too_expensive", "other"]},
    }
    features["subscription_update"] |= {"default_allowed_updates": UPDATES, "proration_behavior": "always_invoice"}
    if "data.features.subscription_update.products" in expand:
        features["subscription_update"]["products"] = [
            {"product": f"prod_{plan}", "prices": [price_id(plan, currency) for currency in prices]}
            for plan, (_, prices) in PLANS.items()
        ]
    features["subscription_pause"] = {"enabled": False}
    return {
        "id": "bpc_demo",
        "object": "billing_portal.configuration",
        "active": True,
        "business_profile": {"headline": None, "privacy_policy_url": None, "terms_of_service_url": None},
        "created": 1_700_000_000,
        "features": features,
        "is_default": True,
        "livemode": False,
        "login_page": {"enabled": False, "url": None},
        "updated": 1_700_000_000,
    }
