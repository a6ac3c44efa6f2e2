"""Recurly's API: its version, lists page after page, and what is read of an account."""

from collections.abc import Iterator, Mapping
from typing import Any

from functions.billers import DOWN, NOT_YOURS, NotDone
from functions.billers.recurly import rows
from functions.billers.recurly.exact import Exact, exact
from functions.billers.web import Api, part
from functions.errors import VendorError

# Without a version they answer 406.
JSON = {"Accept": "application/vnd.recurly.v2021-02-25"}
MOST_PAGES = 1_000


class Site:
    """One site of theirs; its plans are kept in memory, since a subscription does not tell its interval."""

    def __init__(self, api: str, key: str) -> None:
        self._api = Api(api, JSON, auth=(key, ""), code=rows.code, refine=rows.refined)
        self._known: dict[str, Exact] = {}

    def get(self, path: str, query: Mapping[str, str] | None = None) -> Exact:
        return exact(self._api.call("GET", path, query).content)

    def send(self, method: str, path: str, body: Any) -> Exact:
        """The answer, empty when it has no body."""
        return exact(self._api.call(method, path, json=body).content)

    def file(self, path: str) -> bytes:
        """A PDF; without our key there is none."""
        return self._api.call("GET", path, headers={"Accept": "application/pdf"}, plain=True).content

    def pages(self, path: str, query: Mapping[str, str] | None) -> Iterator[Exact]:
        """Page after page; the next one has a path of its own, below the same API."""
        for _ in range(MOST_PAGES):
            page = self.get(path, query)
            yield page
            path, query = page.text("next"), None
            if not page.flag("has_more") or not path.startswith("/"):
                return
        raise NotDone(DOWN, detail="a list does not end")

    def subscriptions(self, customer: str) -> list[Exact]:
        """All of an account, the newest first; VendorError `not_found` when there is no such account."""
        found = self.get(f"{account(customer)}/subscriptions", {"limit": "200"}).rows("data")
        return [each for each in found if each.text("account", "code") == customer]

    def subscription(self, customer: str, name: str) -> Exact:
        """One of an account; VendorError `not_found` for another account's."""
        for row in self.subscriptions(customer):
            if row.text("id") == name:
                return row
        raise VendorError(NOT_YOURS, "not_found", detail="the subscription is not this customer's")

    def late(self, customer: str) -> set[str]:
        """The subscriptions with a failed payment, which their own state does not tell."""
        if not self.get(account(customer)).flag("has_past_due_invoice"):
            return set()
        bills = self.get(f"{account(customer)}/invoices", {"state": "past_due", "limit": "50"}).rows("data")
        return {name for each in bills for name in each.texts("subscription_ids")}

    def credit(self, customer: str, currency: str) -> int:
        """What an account has in open credit, in minor units; new invoices use it up."""
        for each in self.get(f"{account(customer)}/balance").rows("balances"):
            found = each.money(currency, "available_credit_amount")
            if each.text("currency") == currency and found:
                return max(0, found.minor)
        return 0

    def plan(self, code: str) -> Exact:
        """A plan as it is sold; empty when it is not sold any more."""
        if code not in self._known:
            self.plans()
        return self._known.get(code) or Exact(None)

    def plans(self) -> list[Exact]:
        """What is sold now."""
        found = [
            each for page in self.pages("/plans", {"state": "active", "limit": "200"}) for each in page.rows("data")
        ]
        self._known |= {each.text("code"): each for each in found}
        return found


def account(customer: str) -> str:
    """The path of an account, by the code that the company gave it."""
    return f"/accounts/code-{part(customer)}"
