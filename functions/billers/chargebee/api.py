"""Chargebee's API: lists page after page, and what is read of a customer."""

import logging
from collections.abc import Iterator, Mapping

from functions.billers import DOWN, NotDone
from functions.billers.chargebee import rows
from functions.billers.web import Api, part
from functions.foreign.rows import Row
from portal.billing import Plan

MOST_PAGES = 1_000

log = logging.getLogger(__name__)


class Site:
    """One site of theirs; its plans are kept in memory, since a subscription names its plan by id only."""

    def __init__(self, api: str, key: str) -> None:
        self._api = Api(api, {}, auth=(key, ""), code=rows.code, refine=rows.refined)
        self._known: dict[str, Plan] = {}

    def get(self, path: str, query: Mapping[str, str] | None = None) -> Row:
        return self._api.call("GET", path, query).row

    def look(self, path: str, form: Mapping[str, str]) -> Row:
        """A POST that changes nothing a customer has: a price, the address of a page or of a file."""
        return self._api.call("POST", path, form=form, reads=True).row

    def post(self, path: str, form: Mapping[str, str], key: str = "") -> Row:
        headers = {"chargebee-idempotency-key": key} if key else None
        return self._api.call("POST", path, form=form, headers=headers).row

    def cancel(self, path: str, form: Mapping[str, str], key: str, reason: str) -> None:
        """With the operator's code for the `reason`, and without it when the site does not have that one."""
        if not reason:
            self.post(path, form, key)
            return
        try:
            self.post(path, {**form, "cancel_reason_code": reason}, key)
        except rows.CodeRefused as error:
            log.error("chargebee: CHARGEBEE_CANCEL_REASON=%r is no code of the site: %s", reason, error.detail)
            # The answer to the first key is kept there.
            self.post(path, form, f"{key}-uncoded")

    def pages(self, path: str, query: Mapping[str, str]) -> Iterator[Row]:
        """Page after page: each names the offset of the next."""
        offset: dict[str, str] = {}
        for _ in range(MOST_PAGES):
            page = self.get(path, {**query, **offset})
            yield page
            offset = {"offset": page.text("next_offset")}
            if not offset["offset"]:
                return
        raise NotDone(DOWN, detail=f"{path} does not end")

    def of(self, what: str, customer: str, query: Mapping[str, str]) -> list[Row]:
        """The first page of a customer's subscriptions or invoices, without what is another customer's."""
        found = self.get(f"/{what}s", {**query, "customer_id[is]": customer}).rows("list")
        return [each for each in found if each.text(what, "customer_id") == customer]

    def customer(self, customer: str) -> Row:
        """VendorError `not_found` when there is none; a card stands beside the customer."""
        return self.get(f"/customers/{part(customer)}")

    def waiting(self, row: Row) -> Row:
        """What a subscription will be from the next term on; empty when nothing waits."""
        if not row.flag("subscription", "has_scheduled_changes"):
            return Row(None)
        path = f"/subscriptions/{part(row.text('subscription', 'id'))}/retrieve_with_scheduled_changes"
        return self.get(path).row("subscription")

    def plan(self, price: str) -> Plan:
        """The plan of a price; its id is its name when they do not list it any more."""
        if price not in self._known:
            self.plans()
        return self._known.get(price) or Plan(price, price)

    def plans(self) -> list[Plan]:
        """What is sold now."""
        query = {"item_type[is]": "plan", "status[is]": "active", "limit": "100"}
        listed = [each for page in self.pages("/item_prices", query) for each in page.rows("list")]
        found = [rows.plan(each.row("item_price")) for each in listed]
        self._known |= {plan.id: plan for plan in found}
        return found
