"""Changing what is paid: the page with the price, and the one press that confirms it."""

from dataclasses import replace
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

from werkzeug.wrappers import Response

from functions import pages
from functions.billers import UNCHANGED, PaymentRefused, untouched
from functions.billing import access, ledger, offers
from functions.billing.access import Visit
from functions.billing.jobs import ELSEWHERE_ONLY, closed, failed, lead, not_recent
from functions.billing.page import PAGE, PARENTS
from functions.errors import Problem, VendorError
from functions.http import Request, see_other
from functions.rate import limit, limit_reading
from portal.billing import Change, Plan, Preview, Subscription
from portal.billing.money import written
from portal.models import clean

if TYPE_CHECKING:
    from functions.services import Services

TITLES = {
    "seats": "Change seats",
    "change_plan": "Change plan",
    "take_back": "Take back a change",
    "cancel": "Cancel plan",
    "resume": "Keep your plan",
}
# The article that tells what is kept after cancelling; an adopter may have none.
KEPT = "plans-and-billing/after-you-cancel"
MOST_SEATS = 100_000
LOOKED_AT_MOST = 60
CHANGED_AT_MOST = 20
PER_SECONDS = 600
REASON_LENGTH = 1000
UNPRICED = "We couldn't load the price of this change."
UNREAD = "We couldn't load your plan."
NO_BANK = f"Your bank wants you to confirm this payment, and we couldn't open the page for that. {UNCHANGED}"


def change_page(request: Request, services: "Services") -> Response:
    """GET /my/billing/change/?what=: what a change costs and does, with the button that confirms it."""
    visit = access.visit(request, services)
    wanted = _wanted(request)
    here = f"{PAGE}change/?{urlencode(_query(wanted))}"
    if refused := closed(services, visit, here) or not_recent(services, visit, here):
        return refused
    limit_reading(services, "billing-look", visit.subject, LOOKED_AT_MOST, PER_SECONDS)
    try:
        subscription = _subscription(services, visit, wanted.subscription)
        if services.biller.capabilities().jobs.get(wanted.what, "no") != "here":
            raise Problem(409, ELSEWHERE_ONLY)
        _must_be_possible(wanted, subscription)
        plans = services.biller.plans(visit.customer, subscription) if wanted.what == "change_plan" else []
        chosen = next((plan for plan in plans if plan.id == wanted.plan), None)
        change = replace(wanted, at=services.now() // 1000 * 1000)
        priced = wanted.what in {"seats", "take_back"} or chosen is not None
        preview = services.biller.preview(visit.customer, change) if priced else None
        change = replace(change, shown=preview.today if preview else None)
    except VendorError as error:
        return failed(services, visit, error, UNREAD if wanted.what in {"cancel", "resume"} else UNPRICED)
    return _change_page(services, visit, change, subscription, preview, plans, chosen)


def confirm(request: Request, services: "Services") -> Response:
    """POST /api/billing/change: make the change of the form's `offer`, once; always answers 303."""
    visit = access.visit(request, services)
    if refused := closed(services, visit) or not_recent(services, visit, PAGE):
        return refused
    offer = offers.opened(services, request.form.get("offer", ""), visit.customer)
    reason = clean(request.form.get("reason", "").replace("\r\n", " ").replace("\n", " "))[:REASON_LENGTH]
    offer = replace(offer, change=replace(offer.change, reason=reason if offer.change.what == "cancel" else ""))
    done = services.url(f"{PAGE}done/?id={offer.key}")
    if ledger.outcome(services, offer.key, visit.customer) is not None:
        return see_other(done)  # pressed twice: the first press counts
    limit(services, "billing-change", visit.subject, CHANGED_AT_MOST, PER_SECONDS)
    if not ledger.claim(services, offer, visit.subject):
        return see_other(services.url(f"{PAGE}done/?id={ledger.pending(services, visit.customer, None) or offer.key}"))
    try:
        _must_be_as_shown(services, offer)
    except (VendorError, Problem) as error:
        ledger.withdraw(services, offer.key, untouched(error))
        return see_other(done)
    try:
        ledger.perform(services, offer)
    except PaymentRefused:
        return _at_the_bank(services, visit, offer, done)
    return see_other(done)


def _at_the_bank(services: "Services", visit: Visit, offer: offers.Offer, done: str) -> Response:
    """To the vendor's page, where the customer confirms the payment to their bank."""
    try:
        back = services.settings.public_origin + done
        return lead(services, visit, offer.change.what, back, offer.change)
    except VendorError as error:
        return failed(services, visit, error, NO_BANK)


def _wanted(request: Request) -> Change:
    what = request.args.get("what", "")
    if what not in TITLES:
        raise Problem(404, "There is no page here.")
    seats = request.args.get("seats", "")
    number = int(seats) if seats.isascii() and seats.isdecimal() and len(seats) < 9 else None
    if what == "seats" and (number is None or not 1 <= number <= MOST_SEATS):
        raise Problem(422, f"Enter how many seats you want: a whole number from 1 to {MOST_SEATS:,}.")
    subscription, plan = (request.args.get(name, "")[:200] for name in ("subscription", "plan"))
    return Change(what, subscription, number if what == "seats" else None, plan if what == "change_plan" else "")  # type: ignore[arg-type]


def _query(change: Change) -> dict[str, Any]:
    found = {"what": change.what, "subscription": change.subscription, "seats": change.seats, "plan": change.plan}
    return {name: value for name, value in found.items() if value}


def _subscription(services: "Services", visit: Visit, name: str) -> Subscription:
    found = ledger.subscription_of(services, visit.customer, name)
    if found is None:
        raise VendorError("We can't find that plan in your billing.", "not_found", detail="not this customer's plan")
    return found


def _must_be_possible(change: Change, subscription: Subscription) -> None:
    """Raise Problem 409 for a change that is made already, or that the plan's state rules out."""
    ending = bool(subscription.ends_at) or subscription.state == "ended"
    says = {
        "seats": "A cancelled plan keeps its seats. Keep your plan first, then change the seats." if ending else "",
        "change_plan": "A cancelled plan can't be changed. Keep your plan first, then change it." if ending else "",
        "take_back": "" if subscription.waits else "No change waits for your next period.",
        "cancel": "Your plan is already cancelled." if ending else "",
        "resume": "" if ending and subscription.state != "ended" else "Your plan isn't cancelled.",
    }[change.what]
    if change.what == "seats" and subscription.seats is None:
        says = "The seats of this plan can't be changed here. Contact support."
    if says:
        raise Problem(409, says)


def _must_be_as_shown(services: "Services", offer: offers.Offer) -> None:
    """Raise Problem 409 unless the plan is still what it was when the price was shown."""
    found = ledger.subscription_of(services, offer.customer, offer.change.subscription)
    if found is None or offers.state_of(found) != offer.before:
        raise Problem(409, offers.STALE)


def _change_page(
    services: "Services",
    visit: Visit,
    change: Change,
    subscription: Subscription,
    preview: Preview | None,
    plans: list[Plan],
    chosen: Plan | None,
) -> Response:
    offer = offers.make(services, visit.customer, change, subscription)
    used = access.seats_used(visit.session) if visit.session else None
    kept = next((one for one in services.portal["articles"] if one["id"] == KEPT), None)
    return pages.render(
        services,
        TITLES[change.what],
        "billing/change.html",
        change=change,
        subscription=subscription,
        preview=preview,
        plans=plans,
        chosen=chosen,
        offer=offers.seal(services, offer) if preview or change.what in {"cancel", "resume"} else "",
        reasons=services.biller.capabilities().reasons,
        used=used,
        kept=kept,
        money=lambda amount: written(amount, visit.locale),
        parents=PARENTS,
        leads_away=True,
    )
