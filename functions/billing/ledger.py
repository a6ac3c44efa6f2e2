"""Changes that customers confirmed: each is made once, one at a time, and its outcome is found out when the billing
system's answer was lost.

A row is `asked` before the billing system is, so whatever happens then (a lost answer, a killed function), the
customer's page and the tick read the plan until the outcome is known. A change whose outcome is unknown is never sent
again later: after SETTLE_MS no call can still be under way, and what the plan is then, it is.
"""

import json
import logging
import time
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING

from functions.billers import NotDone, PaymentRefused, untouched
from functions.billing import offers, reading
from functions.billing.offers import Offer
from functions.errors import VendorError
from functions.stores.people import Held
from portal.billing import Change, Subscription, Summary
from portal.clock import DAY_MS

if TYPE_CHECKING:
    from functions.services import Services
    from functions.stores import Row

# Longer than a call to a billing system can take, with its second try.
SETTLE_MS = 90_000
KEPT_MS = 30 * DAY_MS
PEOPLE = (Held("billing_change", "subject_id = :subject"),)

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Outcome:
    """How far a change is: `asked` (at `asked_at`, unix ms), `done`, `refused` (`said` tells why), `unchanged` or
    `elsewhere`."""

    state: str
    change: Change
    said: str = ""
    asked_at: int = 0


def claim(services: "Services", offer: Offer, subject: str) -> bool:
    """Take an offer's change on; False when this key was taken on before, or another change of the customer is open."""
    taken = services.store.run(
        "insert into billing_change (key, customer, subject_id, change, state, asked_at, tried_at)"
        " values (:key, :customer, :subject, :change, 'asked', :now, :now) on conflict do nothing",
        key=offer.key,
        customer=offer.customer,
        subject=subject,
        change=json.dumps(asdict(offer.change) | {"reason": ""}),  # told to the billing system only
        now=services.now(),
    )
    return taken == 1


def perform(services: "Services", offer: Offer) -> Outcome:
    """Make a change that was claimed, with a second try under the same key where that is harmless; PaymentRefused
    that can be confirmed is raised, after the change was noted as done elsewhere."""
    try:
        if not _try(services, offer) and services.biller.capabilities().keyed:
            _try(services, offer, again=True)
    finally:
        reading.forget(services, offer.customer)
    return outcome(services, offer.key, offer.customer) or Outcome("asked", offer.change)


def _try(services: "Services", offer: Offer, *, again: bool = False) -> bool:
    """Ask the billing system for the change and note what came of it; False when that is not known. Whatever keeps a
    second try from being made says nothing of the first, whose answer was lost."""
    services.store.run("update billing_change set tried_at = :now where key = :key", now=services.now(), key=offer.key)
    try:
        services.biller.apply(offer.customer, offer.change, offer.key)
    except VendorError as error:
        log.warning("billing: %s: %s %s", offer.change.what, error.kind, error.detail, exc_info=error)
        refused = isinstance(error, PaymentRefused)  # with the same key the first try got the same answer
        if not refused and (again or (error.kind == "unavailable" and not isinstance(error, NotDone))):
            return False
        confirmable = isinstance(error, PaymentRefused) and error.confirmable
        _note(services, offer.key, "elsewhere" if confirmable else "refused", untouched(error))
        if confirmable:
            raise
    else:
        _note(services, offer.key, "done")
    return True


def withdraw(services: "Services", key: str, said: str) -> None:
    """A claimed change that will not be tried; nothing was changed."""
    _note(services, key, "refused", said)


def outcome(services: "Services", key: str, customer: str) -> Outcome | None:
    """How far a change of this customer is, looked up at the billing system while that is not known; None when there
    is none of that key."""
    row = services.store.one(
        "select * from billing_change where key = :key and customer = :customer", key=key, customer=customer
    )
    if row is not None and row["state"] == "asked":
        row = _settle(services, row)
    return Outcome(row["state"], _change(row), row["said"], row["asked_at"]) if row else None


def pending(services: "Services", customer: str, known: Summary | None) -> str:
    """The key of the customer's change whose outcome is not known, empty without one. What was just read of the plan
    may tell it; the billing system is not asked again."""
    row = services.store.one(
        "select * from billing_change where customer = :customer and state = 'asked'", customer=customer
    )
    if row is not None and known is not None and "plan" not in known.missing:
        wanted = _change(row).subscription
        row = _settled(services, row, next((one for one in known.subscriptions if one.id == wanted), None))
    return row["key"] if row and row["state"] == "asked" else ""


def is_made(change: Change, subscription: Subscription | None) -> bool:
    """Whether a plan is as the change wants it."""
    if subscription is None:
        return change.what == "cancel"
    return {
        "seats": subscription.seats == change.seats,
        "change_plan": subscription.plan.id == change.plan,
        "take_back": not subscription.waits,
        "cancel": bool(subscription.ends_at) or subscription.state == "ended",
        "resume": not subscription.ends_at and subscription.state != "ended",
    }[change.what]


def subscription_of(services: "Services", customer: str, subscription: str) -> Subscription | None:
    """A customer's subscription by its id, None when it is not theirs."""
    return next((one for one in services.biller.subscriptions(customer) if one.id == subscription), None)


def settle(services: "Services", deadline: float) -> None:
    """Job of the tick: find out what became of changes whose answer was lost."""
    rows = services.store.all(
        "select * from billing_change where state = 'asked' and tried_at < :before order by tried_at limit 50",
        before=services.now() - SETTLE_MS,
    )
    for row in rows:
        if time.monotonic() > deadline:
            return
        _settle(services, row)


def purge(services: "Services", deadline: float) -> None:
    """Job of the tick: forget changes after 30 days; the billing system keeps the invoices."""
    services.store.run(
        "delete from billing_change where state <> 'asked' and asked_at < :old", old=services.now() - KEPT_MS
    )


def _settle(services: "Services", row: "Row") -> "Row":
    """A row that is asked, after a look at the plan; unchanged when the billing system does not answer."""
    change = _change(row)
    try:
        return _settled(services, row, subscription_of(services, row["customer"], change.subscription))
    except VendorError as error:
        log.warning("billing: the outcome of %s cannot be read: %s %s", change.what, error.kind, error.detail)
        return row


def _settled(services: "Services", row: "Row", subscription: Subscription | None) -> "Row":
    """Done when the plan is as wanted, unchanged when it is not and no call can be under way any more."""
    made = is_made(_change(row), subscription)
    if not made and services.now() - row["tried_at"] <= SETTLE_MS:
        return row
    _note(services, row["key"], "done" if made else "unchanged")
    reading.forget(services, row["customer"])
    return {**row, "state": "done" if made else "unchanged"}


def _note(services: "Services", key: str, state: str, said: str = "") -> None:
    services.store.run(
        "update billing_change set state = :state, said = :said where key = :key and state = 'asked'",
        state=state,
        said=said,
        key=key,
    )


def _change(row: "Row") -> Change:
    return offers.change(json.loads(row["change"]))
