"""Chargebee (API v2, Product Catalog 2.0): https://apidocs.chargebee.com/docs/api

Seats, plans and cancellations are changed through the API, a card on a page of theirs, the rest in their portal.
"""

from collections.abc import Mapping
from typing import TYPE_CHECKING

from functions.billers import NOT_YOURS, BillingEvent, Capabilities, Pdf
from functions.billers.changes import current, is_made, keep_reason, must_be_shown, others, own
from functions.billers.chargebee import rows
from functions.billers.chargebee.api import Site
from functions.billers.web import base, fetched, part, pdf
from functions.billers.webhooks import content, forged, must_be_password
from functions.errors import VendorError
from functions.settings import Settings
from portal.billing import Change, Charge, Invoice, Job, PaymentMethod, Plan, Preview, Subscription

if TYPE_CHECKING:
    from functions.services import Services

# Without it, credit that a customer has would be left out of an estimate.
WITH_CREDIT = {"use_existing_balances": "true"}
COUNTED = '["active","in_trial","non_renewing","paused"]'
HERE: tuple[Job, ...] = ("seats", "change_plan", "invoices", "take_back", "resume", "cancel")
CAN = Capabilities(
    {"update_card": "link", "details": "home", **dict.fromkeys(HERE, "here")}, pdf="bytes", webhooks="password"
)


def connect(settings: Settings, services: "Services") -> "Chargebee":
    """Chargebee by CHARGEBEE_SITE and CHARGEBEE_KEY; CHARGEBEE_API names a demo's server."""
    get = settings.environ.get
    address = base(settings, "CHARGEBEE_API", f"https://{get('CHARGEBEE_SITE', '').strip()}.chargebee.com")
    webhook = get("CHARGEBEE_WEBHOOK_USER", "").strip(), get("CHARGEBEE_WEBHOOK_PASSWORD", "").strip()
    key, reason = get("CHARGEBEE_KEY", "").strip(), get("CHARGEBEE_CANCEL_REASON", "").strip()
    return Chargebee(address, key, webhook, reason)


class Chargebee:
    """Our model of one site of theirs."""

    def __init__(self, address: str, key: str, webhook: tuple[str, str], reason: str) -> None:
        self._site = Site(address + "/api/v2", key)
        self._webhook = webhook
        self._reason = reason

    def capabilities(self) -> Capabilities:
        return CAN

    def check(self) -> list[str]:
        self._site.get("/subscriptions", {"limit": "1"})
        missing = [name for name, value in zip(("USER", "PASSWORD"), self._webhook, strict=True) if not value]
        return [f"set CHARGEBEE_WEBHOOK_{name} as in Chargebee's webhook settings" for name in missing]

    def subscriptions(self, customer: str) -> list[Subscription]:
        found = self._site.of("subscription", customer, {"limit": "100"})
        if not found:
            self._site.customer(customer)
        return current([rows.subscription(each, self._site.waiting(each), self._site.plan) for each in found])

    def invoices(self, customer: str, most: int = 12) -> list[Invoice]:
        found = self._site.of("invoice", customer, {"sort_by[desc]": "date", "limit": str(most)})
        return [rows.invoice(each.row("invoice")) for each in found]

    def payment_method(self, customer: str) -> PaymentMethod | None:
        return rows.method(self._site.customer(customer))

    def next_charge(self, customer: str, subscription: Subscription) -> Charge | None:
        if subscription.state in {"paused", "ended"} or subscription.ends_at:
            return None
        path = f"/subscriptions/{part(subscription.id)}/renewal_estimate"
        return rows.charge(self._site.get(path, WITH_CREDIT), subscription)

    def plans(self, customer: str, subscription: Subscription) -> list[Plan]:
        return others(self._site.plans(), subscription.plan)

    def preview(self, customer: str, change: Change) -> Preview:
        one = own(self.subscriptions(customer), change)
        form = {"subscription[id]": one.id, **rows.items(one, change), **WITH_CREDIT}
        return rows.preview(self._site.look("/estimates/update_subscription_for_items", form), one)

    def apply(self, customer: str, change: Change, key: str) -> None:
        one = own(self.subscriptions(customer), change)
        if is_made(one, change):
            return
        action, form = rows.action(one, change)
        if change.shown:
            must_be_shown(change, self.preview(customer, change))
        path = f"/subscriptions/{part(one.id)}/{action}"
        if change.what == "cancel":
            self._site.cancel(path, form, key, self._reason)
            note = {"entity_type": "subscription", "entity_id": one.id, "notes": change.reason}
            keep_reason(change, lambda: self._site.post("/comments", note))
        else:
            self._site.post(path, form, key)

    def portal_url(self, customer: str, job: Job, return_url: str, change: Change | None = None) -> str:
        form = {"customer[id]": customer, "redirect_url": return_url}
        if CAN.jobs[job] == "link":
            found = self._site.look("/hosted_pages/manage_payment_sources", form)
            return found.text("hosted_page", "url")
        return self._site.look("/portal_sessions", form).text("portal_session", "access_url")

    def pdf(self, customer: str, invoice: str) -> Pdf:
        """Fetched at once, for the address that they give expires and its host is not known before."""
        found = self._site.get(f"/invoices/{part(invoice)}")
        if found.text("invoice", "customer_id") != customer:
            raise VendorError(NOT_YOURS, "not_found", detail="the invoice is another customer's")
        form = {"disposition_type": "attachment"}
        made = self._site.look(f"/invoices/{part(invoice)}/pdf", form)
        return Pdf(content=pdf(fetched(made.text("download", "download_url"))))

    def events(self, raw_body: bytes, headers: Mapping[str, str]) -> list[BillingEvent]:
        """Nothing is signed, so the event is read again, and only its id is believed."""
        must_be_password(headers, *self._webhook)
        try:
            return [rows.event(self._site.get(f"/events/{part(content(raw_body).text('id'))}"))]
        except VendorError as error:
            # One that they do not know was not theirs.
            raise forged(error) from error

    def active_customers(self) -> int:
        query, seen = {"status[in]": COUNTED, "limit": "100"}, set()
        for page in self._site.pages("/subscriptions", query):
            seen |= {each.text("subscription", "customer_id") for each in page.rows("list")}
        return len(seen)
