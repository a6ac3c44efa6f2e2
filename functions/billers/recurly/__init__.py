"""Recurly (API v2021-02-25): https://recurly.com/developers/api/v2021-02-25

Seats, plans and cancellations are changed through the API. For a card customers go to the account page that Recurly
hosts; it has no page for just that, and does not lead back.
"""

from collections.abc import Mapping
from dataclasses import replace
from typing import TYPE_CHECKING

from functions.billers import NOT_YOURS, NOWHERE, BillingEvent, Capabilities, NotDone, Pdf
from functions.billers.changes import current, is_made, keep_reason, must_be_shown, others, own
from functions.billers.recurly import rows
from functions.billers.recurly.api import Site, account
from functions.billers.web import base, part, pdf
from functions.billers.webhooks import content, header, must_be_fresh, verify
from functions.errors import SettingsError, VendorError
from functions.settings import Settings
from portal.billing import Change, Charge, Invoice, Job, PaymentMethod, Plan, Preview, Subscription

if TYPE_CHECKING:
    from functions.services import Services

APIS = {"us": "https://v3.recurly.com", "eu": "https://v3.eu.recurly.com"}
# What is in force: a canceled one until its last day.
COUNTED = ("active", "canceled")
HERE: tuple[Job, ...] = ("seats", "change_plan", "invoices", "take_back", "resume", "cancel")
CAN = Capabilities(
    {"update_card": "home", "details": "home", **dict.fromkeys(HERE, "here")},
    keyed=False,
    returns=False,
    pdf="bytes",
    webhooks="signed",
)


def connect(settings: Settings, services: "Services") -> "Recurly":
    """Recurly by RECURLY_KEY and RECURLY_SUBDOMAIN; RECURLY_REGION is us or eu, RECURLY_API names a demo's server."""
    get = settings.environ.get
    api = base(settings, "RECURLY_API", "")
    pages = api or f"https://{get('RECURLY_SUBDOMAIN', '').strip()}.recurly.com"
    region = get("RECURLY_REGION", "").strip() or "us"
    if region not in APIS:
        raise SettingsError(f"RECURLY_REGION={region!r} is not one of: {', '.join(APIS)}.")
    return Recurly(services, api or APIS[region], pages, get("RECURLY_KEY", "").strip())


class Recurly:
    """Our model of one site of theirs."""

    def __init__(self, services: "Services", api: str, pages: str, key: str) -> None:
        self._services = services
        self._pages = pages
        self._webhook_key = services.settings.environ.get("RECURLY_WEBHOOK_KEY", "").strip()
        self._site = Site(api, key)

    def capabilities(self) -> Capabilities:
        return CAN

    def check(self) -> list[str]:
        self._site.get("/plans", {"limit": "1"})
        return [] if self._webhook_key else ["set RECURLY_WEBHOOK_KEY, the secret key of the webhook's endpoint"]

    def subscriptions(self, customer: str) -> list[Subscription]:
        found = self._site.subscriptions(customer)
        late = self._site.late(customer) if found else set()
        now = self._services.now()
        return current(
            [rows.subscription(each, self._site.plan(each.text("plan", "code")), now, late) for each in found]
        )

    def invoices(self, customer: str, most: int = 12) -> list[Invoice]:
        found = self._site.get(
            f"{account(customer)}/invoices", {"limit": str(most), "order": "desc", "sort": "created_at"}
        )
        return [rows.invoice(each) for each in found.rows("data") if each.text("account", "code") == customer]

    def payment_method(self, customer: str) -> PaymentMethod | None:
        return rows.method(self._site.get(account(customer)))

    def next_charge(self, customer: str, subscription: Subscription) -> Charge | None:
        row = self._site.subscription(customer, subscription.id)
        return rows.renewal(row, self._site.credit(customer, row.text("currency")))

    def plans(self, customer: str, subscription: Subscription) -> list[Plan]:
        currency = subscription.plan.price.currency if subscription.plan.price else ""
        return others((rows.plan(each, currency) for each in self._site.plans()), subscription.plan)

    def preview(self, customer: str, change: Change) -> Preview:
        one = own(self.subscriptions(customer), change)
        made = self._site.send("POST", f"/subscriptions/{part(one.id)}/change/preview", rows.change(one, change))
        now = self._site.subscription(customer, one.id)
        return rows.preview(made, now, self._site.credit(customer, now.text("currency")))

    def apply(self, customer: str, change: Change, key: str) -> None:
        """They know no keys: what is so already is not sent again."""
        one = own(self.subscriptions(customer), change)
        if is_made(one, change):
            return
        if change.what == "cancel":
            self._site.send("PUT", f"/subscriptions/{part(one.id)}/cancel", {"timeframe": "term_end"})
            note = {"message": f"Cancelled: {change.reason}"}
            keep_reason(change, lambda: self._site.send("POST", f"{account(customer)}/notes", note))
        elif change.what == "resume":
            self._site.send("PUT", f"/subscriptions/{part(one.id)}/reactivate", None)
        else:
            if change.shown:
                must_be_shown(change, self.preview(customer, change))
            # 201, or 204 without a body when it only took back a change that waited.
            self._site.send("POST", f"/subscriptions/{part(one.id)}/change", rows.change(one, change))

    def portal_url(self, customer: str, job: Job, return_url: str, change: Change | None = None) -> str:
        """The account page: its token works until it is made anew, so the address is a lasting credential."""
        token = self._site.get(account(customer)).text("hosted_login_token")
        if not token:
            raise NotDone(NOWHERE, "unsupported", detail="the account has no hosted page: switch them on at Recurly")
        return f"{self._pages}/account/{part(token)}"

    def pdf(self, customer: str, invoice: str) -> Pdf:
        path = f"/invoices/{part(invoice)}"
        if self._site.get(path).text("account", "code") != customer:
            raise VendorError(NOT_YOURS, "not_found", detail="the invoice is another customer's")
        return Pdf(content=pdf(self._site.file(f"{path}.pdf")))

    def events(self, raw_body: bytes, headers: Mapping[str, str]) -> list[BillingEvent]:
        moment, *signatures = header(headers, "recurly-signature").split(",")
        verify(self._webhook_key, f"{moment}.".encode() + raw_body, signatures)
        must_be_fresh(int(moment) if moment.isdecimal() and len(moment) < 16 else 0, self._services.now())
        event = rows.event(content(raw_body))
        if event.subscription and not event.customer:
            found = self._site.get(f"/subscriptions/uuid-{part(event.subscription)}")
            event = replace(event, customer=found.text("account", "code"))
        return [event] if event.id else []

    def active_customers(self) -> int:
        seen: set[str] = set()
        for state in COUNTED:
            for page in self._site.pages("/subscriptions", {"state": state, "limit": "200"}):
                seen |= {each.text("account", "code") for each in page.rows("data")}
        return len(seen)
