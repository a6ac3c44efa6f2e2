"""Stripe: customer portal sessions, the card on file and the end of a cancelled plan.

https://docs.stripe.com/api/customer_portal/sessions/create, https://docs.stripe.com/api/customers/retrieve
"""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

import requests

from functions.billers import Card, Job
from functions.errors import Kind, SettingsError, VendorError
from functions.settings import Settings
from portal.urls import is_local

if TYPE_CHECKING:
    from functions.services import Services

VERSION = "2026-10-28.endive"
API = "https://api.stripe.com"
TIMEOUT_SECONDS = (3.05, 8)
# The portal's page for a job; invoices are on its front page.
FLOWS: dict[Job, str] = {
    "update_card": "payment_method_update",
    "change_plan": "subscription_update",
    "cancel": "subscription_cancel",
}
KINDS: dict[int, Kind] = {401: "authentication", 403: "authentication", 404: "not_found", 429: "rate_limited"}
# A subscription that has ended, or never began, cannot be changed.
OVER = {"canceled", "incomplete", "incomplete_expired"}
DOWN = "Billing is temporarily unavailable. Nothing was changed."
NO_PLAN = "Your account has no plan that you can change here."


def connect(settings: Settings, services: "Services") -> "Stripe":
    """Stripe by STRIPE_KEY; STRIPE_API names another server for the demo, on loopback only."""
    api = settings.environ.get("STRIPE_API", "").strip().rstrip("/") or API
    if api != API and not is_local(api):
        raise SettingsError(f"STRIPE_API={api!r} is not on loopback; leave it out to use {API}.")
    return Stripe(api, settings.environ.get("STRIPE_KEY", "").strip())


class Stripe:
    """Our jobs as portal sessions of the Stripe API."""

    def __init__(self, api: str, key: str) -> None:
        self._api = api
        self._headers = {"Authorization": f"Bearer {key}", "Stripe-Version": VERSION}

    def portal_url(self, customer: str, job: Job, return_url: str) -> str:
        """A portal session for the job; raises VendorError `not_found` when there is no plan to change."""
        form = {"customer": customer, "return_url": return_url, "locale": "auto"}
        flow = FLOWS.get(job)
        subscriptions = self._subscriptions(customer) if flow and flow.startswith("subscription_") else []
        # With several plans the customer chooses on the portal's front page.
        if flow and len(subscriptions) <= 1:
            form |= {
                "flow_data[type]": flow,
                "flow_data[after_completion][type]": "redirect",
                "flow_data[after_completion][redirect][return_url]": return_url,
            }
            form |= {f"flow_data[{flow}][subscription]": str(each.get("id")) for each in subscriptions}
        url = self._call("POST", "billing_portal/sessions", data=form).get("url")
        if not isinstance(url, str):
            raise VendorError(DOWN, detail="the portal session has no url")
        return url

    def check(self) -> list[str]:
        """Whether the default portal configuration lets customers do our jobs.

        https://docs.stripe.com/api/customer_portal/configurations/list
        """
        found = self._call("GET", "billing_portal/configurations", params={"is_default": "true", "limit": "1"})
        features: object = next((one.get("features") for one in _rows(found)), {})
        if not isinstance(features, dict):
            raise VendorError(DOWN, detail="the portal configuration has no features")
        off = [name for name in (*FLOWS.values(), "invoice_history") if not _is_on(features.get(name))]
        return [f"switch on in the customer portal's settings: {', '.join(off)}"] if off else []

    def card(self, customer: str) -> Card | None:
        """The default payment method of the customer, when it is a card."""
        expand = {"expand[]": "invoice_settings.default_payment_method"}
        found = self._call("GET", f"customers/{quote(customer, safe='')}", params=expand)
        settings = found.get("invoice_settings")
        method = settings.get("default_payment_method") if isinstance(settings, dict) else None
        card = method.get("card") if isinstance(method, dict) else None
        if not isinstance(card, dict):
            return None
        if not {"brand", "last4", "exp_month", "exp_year"} <= set(card) or not isinstance(card["exp_month"], int):
            raise VendorError(DOWN, detail="the card lacks a field")
        return Card(str(card["brand"]).title(), str(card["last4"]), f"{card['exp_month']:02}/{card['exp_year']}")

    def ends_at(self, customer: str) -> int | None:
        """The last `cancel_at` when every current subscription has one."""
        ends = [each.get("cancel_at") for each in self._current(customer)]
        seconds = [end for end in ends if isinstance(end, int)]
        return max(seconds) * 1000 if seconds and len(seconds) == len(ends) else None

    def _subscriptions(self, customer: str) -> list[dict[str, Any]]:
        current = self._current(customer)
        if not current:
            raise VendorError(NO_PLAN, "not_found", detail="no current subscription")
        return current

    def _current(self, customer: str) -> list[dict[str, Any]]:
        found = self._call("GET", "subscriptions", params={"customer": customer, "limit": "10"})
        return [each for each in _rows(found) if str(each.get("status")) not in OVER]

    def _call(self, method: str, path: str, **arguments: Mapping[str, str]) -> dict[str, Any]:
        """The JSON object that Stripe answers; raises VendorError without the address, which may be a credential."""
        try:
            response = requests.request(
                method,
                f"{self._api}/v1/{path}",
                headers=self._headers,
                timeout=TIMEOUT_SECONDS,
                allow_redirects=False,
                **arguments,  # type: ignore[arg-type]
            )
            answer = response.json()
        except (requests.RequestException, ValueError) as error:
            raise VendorError(DOWN, detail=f"no JSON from {path.partition('/')[0]}") from error
        if response.status_code == 200 and isinstance(answer, dict):
            return answer
        raise _failure(response, answer, path.partition("/")[0])


def _rows(found: dict[str, Any]) -> list[dict[str, Any]]:
    """The objects of a list; raises VendorError when it is none."""
    rows = found.get("data")
    if not isinstance(rows, list) or not all(isinstance(row, dict) for row in rows):
        raise VendorError(DOWN, detail="the answer has no list")
    return rows


def _is_on(feature: object) -> bool:
    return isinstance(feature, dict) and bool(feature.get("enabled"))


def _failure(response: requests.Response, answer: object, what: str) -> VendorError:
    error = answer.get("error") if isinstance(answer, dict) else None
    code = str(error.get("code") or error.get("type")) if isinstance(error, dict) else "no error object"
    status = response.status_code
    kind = KINDS.get(status) or ("rejected" if 400 <= status < 500 else "unavailable")
    if code == "resource_missing":
        # A missing id in a form answers 400, in a path 404.
        kind = "not_found"
    return VendorError(DOWN, kind, detail=f"{what}: {status} {code}")
