"""What Chargebee answers: its objects, made from the demo's books."""

from typing import Any

from demo.billers.company import Company, Customer, Invoice, Line, Subscription

STATES = {"active": "active", "trial": "in_trial", "future": "future", "paused": "paused"}
STATES |= {"ending": "non_renewing", "over": "cancelled"}
BILLS = {"open": "payment_due", "paid": "paid", "overdue": "not_paid", "voided": "voided"}


def customer(one: Customer) -> dict[str, Any]:
    """A customer, and the card beside it."""
    found = {"customer": {
        "id": one.id, "email": one.email, "company": one.name, "auto_collection": "off" if one.by_hand else "on",
        "net_term_days": 0, "created_at": 1_730_000_000, "deleted": False, "object": "customer",
        "card_status": "valid" if one.card else "no_card", "preferred_currency_code": "EUR",
    }}  # fmt: skip
    if one.card:
        found["card"] = {
            "status": "valid", "last4": one.card.last4, "card_type": one.card.brand, "object": "card",
            "expiry_month": one.card.month, "expiry_year": one.card.year, "customer_id": one.id,
        }  # fmt: skip
    return found


def subscription(one: Subscription, books: Company) -> dict[str, Any]:
    price = books.price(one)
    item = {
        "item_price_id": f"{one.plan}-{one.currency}-Monthly", "item_type": "plan", "quantity": one.seats,
        "unit_price": price, "amount": price * one.seats, "free_quantity": 0, "object": "subscription_item",
    }  # fmt: skip
    late = [each for each in books.bills(one.customer) if each.subscription == one.id and each.state == "overdue"]
    found: dict[str, Any] = {
        "id": one.id, "billing_period": 1, "billing_period_unit": "month", "customer_id": one.customer,
        "status": "in_trial" if one.on_trial else STATES[one.state],
        "current_term_start": one.start, "current_term_end": one.end,
        "created_at": one.start, "has_scheduled_changes": one.waiting is not None, "currency_code": one.currency,
        "due_invoices_count": len(late), "subscription_items": [item], "object": "subscription", "deleted": False,
        "resource_version": one.version,
    }  # fmt: skip
    if late:
        found |= {"due_since": late[-1].at, "total_dues": sum(each.total for each in late)}
    if one.state == "ending":
        found["cancelled_at"] = one.end
    elif one.state != "over":
        found["next_billing_at"] = one.end
    if one.on_trial:
        found["trial_end"] = one.end
    return found


def invoice(one: Invoice, books: Company) -> dict[str, Any]:
    charge, credit = parted(one.lines, one.customer, books)
    left = books.left.get(one.number, max(0, one.total))
    due = 0 if one.state in {"paid", "voided"} else left
    return {
        "id": one.number, "customer_id": one.customer, "subscription_id": one.subscription, "recurring": True,
        "status": BILLS[one.state], "price_type": "tax_exclusive", "date": one.at, "currency_code": one.currency,
        "total": charge, "credits_applied": min(charge, credit) + max(0, one.total) - left, "amount_due": due,
        "amount_paid": left - due,
        "tax": one.tax, "object": "invoice", "deleted": False,
    }  # fmt: skip


def parted(lines: list[Line], customer: str, books: Company) -> tuple[int, int]:
    """What is charged and what is paid back, each with its tax; the difference is exactly what is due."""
    more = [line for line in lines if line.amount > 0]
    charge = sum(line.amount for line in more) + books.tax(customer, more)
    return charge, charge - sum(line.amount for line in lines) - books.tax(customer, lines)
