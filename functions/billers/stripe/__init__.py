"""Stripe: subscriptions, invoices and previews read and changed through its API, the card on its own page.

https://docs.stripe.com/api, https://docs.stripe.com/customer-management/portal-deep-links
"""

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING

from functions.billers import DOWN, NOT_YOURS, BillingEvent, Capabilities, NotDone, Pdf
from functions.billers.changes import current, is_made, must_be_shown, others
from functions.billers.stripe import objects
from functions.billers.stripe.account import Account, items
from functions.billers.web import base, part
from functions.billers.webhooks import content, header, must_be_fresh, verify
from functions.errors import VendorError
from functions.settings import Settings
from portal.billing import Change, Charge, Invoice, Job, PaymentMethod, Plan, Preview, Subscription

if TYPE_CHECKING:
    from functions.services import Services

API = "https://api.stripe.com"
HERE: tuple[Job, ...] = ("seats", "change_plan", "invoices", "resume", "cancel")
# A change that waits is a schedule with phases of the company's own making, which a customer can't judge.
CAN = Capabilities(
    {"update_card": "link", "details": "home", "take_back": "no", **dict.fromkeys(HERE, "here")}, webhooks="signed"
)


def connect(settings: Settings, services: "Services") -> "Stripe":
    """Stripe by STRIPE_KEY; STRIPE_API names another server for the demo, on loopback only."""
    get = settings.environ.get
    key, secret = get("STRIPE_KEY", "").strip(), get("STRIPE_WEBHOOK_SECRET", "").strip()
    return Stripe(Account(base(settings, "STRIPE_API", API), key), secret, services.now)


class Stripe:
    """A Stripe account as a Biller; `now` gives unix ms."""

    def __init__(self, account: Account, webhook_secret: str, now: Callable[[], int]) -> None:
        self._account = account
        self._secret = webhook_secret
        self._now = now

    def capabilities(self) -> Capabilities:
        return CAN

    def check(self) -> list[str]:
        unsigned = [] if self._secret else ["set STRIPE_WEBHOOK_SECRET, the signing secret of the webhook's endpoint"]
        return self._account.faults() + unsigned

    def subscriptions(self, customer: str) -> list[Subscription]:
        rows = self._account.subscriptions(customer)
        return current([objects.subscription(row, self._account.product(row)) for row in rows])

    def invoices(self, customer: str, most: int = 12) -> list[Invoice]:
        found = self._account.rows("invoices", {"customer": customer, "limit": str(most)})
        # A draft has no number yet, and may still change.
        return [objects.invoice(row) for row in found if row.text("status") != "draft"]

    def payment_method(self, customer: str) -> PaymentMethod | None:
        expand = {"expand[]": "invoice_settings.default_payment_method"}
        found = self._account.get(f"customers/{part(customer)}", expand)
        if found.text("id") != customer:
            raise NotDone(DOWN, detail="customers: the answer is not this customer")
        return objects.payment_method(found.row("invoice_settings", "default_payment_method"))

    def next_charge(self, customer: str, subscription: Subscription) -> Charge | None:
        if subscription.ends_at or subscription.state in {"ended", "paused"}:
            return None
        form = {"customer": customer, "subscription": subscription.id}
        return objects.charge(self._account.preview(form))

    def plans(self, customer: str, subscription: Subscription) -> list[Plan]:
        """What the portal's configuration lets customers choose from, in the currency that they pay in."""
        allowed = self._account.allowed_prices()
        query = {"active": "true", "type": "recurring", "limit": "100", "expand[]": "data.product"}
        rows = self._account.rows("prices", query) if allowed else []
        return others((objects.plan(row) for row in rows if row.text("id") in allowed), subscription.plan)

    def preview(self, customer: str, change: Change) -> Preview:
        """Two previews: what is invoiced at once, and a usual period afterwards."""
        row = self._account.own(customer, change.subscription)
        wanted = {f"subscription_details{name}": value for name, value in items(row, change).items()}
        form = {"customer": customer, "subscription": change.subscription} | wanted
        moment = {
            "subscription_details[proration_behavior]": "always_invoice",
            "subscription_details[proration_date]": str(change.at // 1000),
        }
        now = self._account.preview(form | moment)
        later = self._account.preview(form | {"preview_mode": "recurring"})
        at = (later.number("period_end") or 0) * 1000
        return Preview(
            objects.due(now),
            objects.total(later, "total"),
            at,
            objects.lines(now),
            objects.tax(now),
            objects.credit(now),
        )

    def apply(self, customer: str, change: Change, key: str) -> None:
        row = self._account.own(customer, change.subscription)
        if change.what in {"cancel", "resume"}:
            form = {"cancel_at_period_end": "true" if change.what == "cancel" else "false"}
            if change.reason:
                form["cancellation_details[comment]"] = change.reason
        else:
            # The moment fixes what is left of the period, but not the credit: another plan may have used it up.
            if change.shown and not is_made(objects.subscription(row), change):
                must_be_shown(change, self.preview(customer, change))
            form = {name.replace("[items]", "items", 1): value for name, value in items(row, change).items()}
            form |= {
                "proration_behavior": "always_invoice",
                "proration_date": str(change.at // 1000),
                # A card that is declined changes nothing, instead of a seat that is not paid for.
                "payment_behavior": "error_if_incomplete",
            }
        self._account.post(f"subscriptions/{part(change.subscription)}", form, key)

    def portal_url(self, customer: str, job: Job, return_url: str, change: Change | None = None) -> str:
        flow = {"update_card": "payment_method_update"}.get(job, "")
        form = {"customer": customer, "return_url": return_url, "locale": "auto"}
        if change is not None:
            flow = "subscription_update_confirm"
            row = self._account.own(customer, change.subscription)
            form |= {f"flow_data[{flow}]{name}": value for name, value in items(row, change).items()}
            form[f"flow_data[{flow}][subscription]"] = change.subscription
        if flow:
            form |= {
                "flow_data[type]": flow,
                "flow_data[after_completion][type]": "redirect",
                "flow_data[after_completion][redirect][return_url]": return_url,
            }
        url = self._account.look("billing_portal/sessions", form).text("url")
        if not url:
            raise NotDone(DOWN, detail="the portal session has no url")
        return url

    def pdf(self, customer: str, invoice: str) -> Pdf:
        row = self._account.get(f"invoices/{part(invoice)}")
        if row.text("customer") != customer or not row.text("invoice_pdf"):
            raise VendorError(NOT_YOURS, "not_found", detail="an invoice of another customer, or without a file")
        return Pdf(url=row.text("invoice_pdf"))

    def events(self, raw_body: bytes, headers: Mapping[str, str]) -> list[BillingEvent]:
        """https://docs.stripe.com/webhooks/signature: one time, and a signature for each secret that is in use."""
        parts = [each.strip().partition("=") for each in header(headers, "Stripe-Signature").split(",")]
        moment = next((value for name, _, value in parts if name == "t"), "")
        verify(self._secret, f"{moment}.".encode() + raw_body, [value for name, _, value in parts if name == "v1"])
        must_be_fresh(int(moment) * 1000 if moment.isdecimal() and len(moment) < 12 else 0, self._now())
        return [objects.event(content(raw_body))]

    def active_customers(self) -> int:
        return self._account.active_customers()
