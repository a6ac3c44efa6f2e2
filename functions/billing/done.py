"""The page after a change: how far it is, and what is true of the plan when the page is opened, however late."""

from typing import TYPE_CHECKING
from urllib.parse import urlencode

from werkzeug.wrappers import Response

from functions import pages
from functions.billing import access, ledger, offers
from functions.billing.changes import LOOKED_AT_MOST, PER_SECONDS, TITLES
from functions.billing.jobs import closed
from functions.billing.ledger import Outcome
from functions.billing.page import PAGE, PARENTS
from functions.errors import Problem, VendorError
from functions.http import Request
from functions.rate import limit_reading

if TYPE_CHECKING:
    from functions.services import Services

# The page of an open change asks again by itself this often, after so many seconds.
ASKED_AGAIN = 24
AGAIN_SECONDS = 5


def done_page(request: Request, services: "Services") -> Response:
    """GET /my/billing/done/?id=: how far a change is, read again at the billing system; asks again by itself while it
    is not known."""
    visit = access.visit(request, services)
    if refused := closed(services, visit):
        return refused
    limit_reading(services, "billing-look", visit.subject, 2 * LOOKED_AT_MOST, PER_SECONDS)
    key = request.args.get("id", "")[:100]
    outcome = ledger.outcome(services, key, visit.customer)
    if outcome is None:
        raise Problem(404, "There is no such change. Your billing page shows your plan.")
    try:
        now, read = ledger.subscription_of(services, visit.customer, outcome.change.subscription), True
    except VendorError:
        now, read = None, False
    made = read and ledger.is_made(outcome.change, now)
    tries = request.args.get("n", "0")
    number = int(tries) if tries.isdecimal() and len(tries) < 3 else ASKED_AGAIN
    word = _word(outcome, services.now(), read=read, made=made, asks=number < ASKED_AGAIN)
    page = pages.render(
        services,
        TITLES[outcome.change.what],
        "billing/done.html",
        word=word,
        read=read,
        outcome=outcome,
        change=outcome.change,
        subscription=now,
        parents=PARENTS,
    )
    if word == "asked":
        again = urlencode({"id": key, "n": number + 1})
        page.headers["Refresh"] = f"{AGAIN_SECONDS}; url={services.url(PAGE)}done/?{again}"
    return page


def _word(outcome: Outcome, now: int, *, read: bool, made: bool, asks: bool) -> str:
    """Which of the template's texts is true. What the plan is now counts for more than what became of this change,
    which another one may have followed."""
    if outcome.state == "asked":
        return "asked" if asks else "unknown"
    if made:
        return "done"
    age_ms = now - outcome.asked_at
    if outcome.state == "elsewhere":
        return "elsewhere" if age_ms <= offers.VALID_MS else "unseen"
    if outcome.state != "done":
        return outcome.state
    if not read:
        return "unread"
    # A billing system may show a change a moment after it has made it.
    return "unconfirmed" if age_ms <= ledger.SETTLE_MS else "since"
