"""An offer: a change with the price that a customer was shown, signed so that nobody can confirm another one."""

import secrets
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any

from itsdangerous import BadData, URLSafeSerializer

from functions.errors import Problem
from portal.billing import Change, Money, Subscription
from portal.clock import MINUTE_MS

if TYPE_CHECKING:
    from functions.services import Services

# A price is for a moment: after this long it is asked for again.
VALID_MS = 15 * MINUTE_MS
STALE = "Your plan has changed since you opened that page, or the price is too old. Nothing was changed. Look again."


@dataclass(frozen=True)
class Offer:
    """What one press of the button may do: `key` is sent to the billing system, so that it is done once. `before` is
    what the plan was when the price was shown."""

    key: str
    customer: str
    change: Change
    before: tuple[Any, ...]
    made_at: int


def make(services: "Services", customer: str, change: Change, subscription: Subscription) -> Offer:
    """An offer of now; each has a key of its own."""
    return Offer(secrets.token_hex(16), customer, change, state_of(subscription), services.now())


def state_of(subscription: Subscription) -> tuple[Any, ...]:
    """What must still be so when an offer is confirmed."""
    return (subscription.plan.id, subscription.seats, bool(subscription.ends_at), subscription.state)


def seal(services: "Services", offer: Offer) -> str:
    return str(_signer(services).dumps(asdict(offer)))


def opened(services: "Services", sealed: str, customer: str) -> Offer:
    """The offer of a form; raises Problem 409 for one that is forged, another customer's or too old."""
    try:
        found = _signer(services).loads(sealed)
    except BadData as error:
        raise Problem(409, STALE) from error
    wanted, before = change(found["change"]), tuple(found["before"])
    offer = Offer(found["key"], found["customer"], wanted, before, found["made_at"])
    if offer.customer != customer or not 0 <= services.now() - offer.made_at + MINUTE_MS <= VALID_MS + MINUTE_MS:
        raise Problem(409, STALE)
    return offer


def change(fields: dict[str, Any]) -> Change:
    """A change from its fields as JSON has them."""
    shown = fields.get("shown")
    return Change(**(fields | {"shown": Money(**shown) if shown else None}))


def _signer(services: "Services") -> URLSafeSerializer:
    # itsdangerous signs with the last key and accepts them all.
    return URLSafeSerializer(list(reversed(services.settings.secret_keys)), salt="billing-offer")
