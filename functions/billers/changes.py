"""What adapters share: a customer's current subscriptions and other plans, and what stands around a change."""

import logging
from collections.abc import Callable, Iterable, Sequence

from functions.billers import NOT_YOURS
from functions.errors import VendorError
from portal.billing import Change, Plan, Preview, Subscription

CHANGED = "The price has changed since it was shown. Nothing was changed. Look at the new price, then confirm it."

log = logging.getLogger(__name__)


def current(found: Sequence[Subscription]) -> list[Subscription]:
    """Those that are not over, else the one that ended last."""
    over = sorted((one for one in found if one.state == "ended"), key=lambda one: one.ends_at)
    return [one for one in found if one.state != "ended"] or over[-1:]


def others(plans: Iterable[Plan], now: Plan) -> list[Plan]:
    """The plans beside this one with a price in its currency, by price."""
    priced = [(plan.price, plan) for plan in plans if plan.price and plan.id != now.id]
    same = [(price.minor, plan) for price, plan in priced if now.price and price.currency == now.price.currency]
    return [plan for _, plan in sorted(same, key=lambda each: each[0])]


def own(subscriptions: Iterable[Subscription], change: Change) -> Subscription:
    """The subscription that a customer wants to change, among their own; VendorError `not_found` for any other."""
    for one in subscriptions:
        if one.id == change.subscription:
            return one
    raise VendorError(NOT_YOURS, "not_found", detail="the subscription is not this customer's")


def is_made(one: Subscription, change: Change) -> bool:
    """Whether a subscription is already what the change makes of it: the first of two tries did it."""
    if change.what in {"cancel", "resume"}:
        return bool(one.ends_at) is (change.what == "cancel")
    # To ask for what is so now takes back a change that waits.
    return not one.waits and change.seats in (None, one.seats) and change.plan in ("", one.plan.id)


def must_be_shown(change: Change, now: Preview) -> None:
    """For a vendor that cannot be told the moment of a change: VendorError `rejected` when it would cost more than the
    customer was shown. It may cost less: as time passes, less of the period is left to pay for."""
    if change.shown is None:
        return
    if now.today.currency != change.shown.currency or now.today.minor > change.shown.minor:
        raise VendorError(CHANGED, "rejected", detail=f"{change.what}: it costs more than was shown")


def keep_reason(change: Change, send: Callable[[], object]) -> None:
    """Send the vendor why a customer cancelled, if they said so. The plan is cancelled with it or without it."""
    try:
        if change.reason:
            send()
    except VendorError as error:
        log.warning("billing: the reason of a cancellation was not kept: %s %s", error.kind, error.detail)
