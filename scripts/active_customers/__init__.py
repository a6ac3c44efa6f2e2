"""Customers who pay, by month."""

from typing import TYPE_CHECKING

from portal.billing.active import Told

if TYPE_CHECKING:
    from functions.stores import Store


def from_webhooks(store: "Store") -> list[Told]:
    """What webhooks told of subscriptions."""
    rows = store.all("select subscription, customer, state, at from billing_state order by at")
    return [Told(row["subscription"], row["customer"], row["state"], row["at"]) for row in rows]
