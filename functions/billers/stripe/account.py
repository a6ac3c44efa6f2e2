"""Calls to a Stripe account: its errors, what a customer owns, and what the portal's configuration allows."""

from collections.abc import Mapping
from functools import lru_cache

from functions.billers import DOWN, NOT_YOURS, UNKNOWN, NotDone, PaymentRefused
from functions.billers.web import Api, part
from functions.errors import VendorError
from functions.foreign.rows import Row
from portal.billing import Change

VERSION = "2026-10-28.endive"
# What the portal configuration must have on: jobs on pages of Stripe, and the plans that are offered here.
NEEDED = ("payment_method_update", "invoice_history", "customer_update", "subscription_update")
# Codes of a payment for which the customer's bank wants to see them.
ASKS = {
    "subscription_payment_intent_requires_action",
    "authentication_required",
    "invoice_payment_intent_requires_action",
}
UNSUPPORTED = "This plan has several parts, which can't be changed here. Contact support."
MOST_PAGES = 1000
ACTIVE = ("active", "trialing", "past_due")


class Account:
    """An account by its restricted key, at `api`."""

    def __init__(self, api: str, key: str) -> None:
        headers = {"Authorization": f"Bearer {key}", "Stripe-Version": VERSION}
        self._api = Api(f"{api}/v1/", headers, code=_code, refine=_refined)
        # Names of products change rarely, and each page would ask for them.
        self._product = lru_cache(maxsize=200)(self._product_name)

    def get(self, path: str, query: Mapping[str, str] | None = None) -> Row:
        return self._api.call("GET", path, query).row

    def rows(self, path: str, query: Mapping[str, str]) -> list[Row]:
        """The objects of a list; VendorError for an answer that is none."""
        answer = self.get(path, query)
        if not answer.has_list("data"):
            raise NotDone(DOWN, detail=f"{path.partition('/')[0]}: the answer has no list")
        return answer.rows("data")

    def post(self, path: str, form: Mapping[str, str], key: str = "") -> Row:
        return self._api.call("POST", path, form=form, headers={"Idempotency-Key": key} if key else None).row

    def preview(self, form: Mapping[str, str]) -> Row:
        """An invoice as it would be; asked for by POST, and changes nothing."""
        return self.look("invoices/create_preview", form)

    def look(self, path: str, form: Mapping[str, str]) -> Row:
        """A POST that changes nothing a customer has: a price, or a session of the portal."""
        return self._api.call("POST", path, form=form, reads=True).row

    def subscriptions(self, customer: str) -> list[Row]:
        """All of a customer's, the newest first. The product is not expanded: it is five levels deep, and Stripe
        expands four."""
        if not customer:  # Stripe would list everybody's
            raise VendorError(NOT_YOURS, "not_found", detail="no customer")
        return self.rows("subscriptions", {"customer": customer, "status": "all", "limit": "20"})

    def product(self, subscription: Row) -> str:
        """The name of a subscription's product, empty when it has several or none that can be read."""
        products = {item.text("price", "product") for item in subscription.rows("items", "data")}
        return self._product(products.pop()) if len(products) == 1 and "" not in products else ""

    def _product_name(self, product: str) -> str:
        return self.get(f"products/{part(product)}").text("name")

    def own(self, customer: str, subscription: str) -> Row:
        """A subscription of this customer; VendorError `not_found` for any other."""
        row = self.get(f"subscriptions/{part(subscription)}")
        if row.text("customer") != customer:
            raise VendorError(NOT_YOURS, "not_found", detail="a subscription of another customer")
        return row

    def features(self) -> Row:
        """What the portal's default configuration lets customers do; the products are there only when expanded."""
        query = {"is_default": "true", "limit": "1", "expand[]": "data.features.subscription_update.products"}
        found = self.rows("billing_portal/configurations", query)
        return found[0].row("features") if found else Row(None)

    def allowed_prices(self) -> set[str]:
        """The prices that the configuration offers to customers; none when it lets nobody change the plan."""
        update = self.features().row("subscription_update")
        allowed = update.flag("enabled")
        products = update.rows("products") if allowed else []
        return {price for product in products for price in product.texts("prices")}

    def faults(self) -> list[str]:
        """What must be switched on or off in the portal's settings, a sentence each."""
        features = self.features()
        off = [name for name in NEEDED if not features.flag(name, "enabled")]
        found = [f"switch on in the customer portal's settings: {', '.join(off)}"] if off else []
        if not features.rows("subscription_update", "products"):
            found.append(
                "list the plans that customers may choose in the customer portal's settings, under subscriptions"
            )
        if features.text("subscription_cancel", "mode") == "immediately":
            found.append("set cancellations in the customer portal's settings to the end of the billing period")
        return found

    def active_customers(self) -> int:
        """Customers with a subscription that is not over; asks page after page."""
        found: set[str] = set()
        for status in ACTIVE:
            query = {"status": status, "limit": "100"}
            for _ in range(MOST_PAGES):
                answer = self.get("subscriptions", query)
                rows = answer.rows("data")
                found |= {row.text("customer") for row in rows}
                if not answer.flag("has_more") or not rows:
                    break
                query = query | {"starting_after": rows[-1].text("id")}
        return len(found - {""})


def _code(row: Row) -> str:
    return row.text("error", "code") or row.text("error", "type")


def _refined(status: int, row: Row) -> VendorError | None:
    """What the status alone does not tell."""
    code = _code(row)
    if code == "resource_missing":  # a missing id in a form answers 400, in a path 404
        return NotDone(NOT_YOURS, "not_found", detail=f"{status} {code}")
    if status == 402:
        return PaymentRefused(detail=f"{status} {code}", confirmable=code in ASKS)
    if code == "idempotency_key_in_use":
        return VendorError(UNKNOWN, "unavailable", detail=f"{status} {code}")
    return None


def items(row: Row, change: Change) -> dict[str, str]:
    """The item of a subscription as it should be: Stripe takes it by its id, and keeps what is left out."""
    parts = row.rows("items", "data")
    if len(parts) != 1:
        raise VendorError(UNSUPPORTED, "unsupported", detail=f"a subscription with {len(parts)} items")
    (item,) = parts
    named = {"[items][0][id]": item.text("id")}
    seats = item.number("quantity") if change.seats is None else change.seats
    if seats is not None:
        named["[items][0][quantity]"] = str(seats)
    if change.plan:
        named["[items][0][price]"] = change.plan
    return named
