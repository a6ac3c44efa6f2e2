"""The billing page: what a customer pays for, and one button for each job."""

import logging
from typing import TYPE_CHECKING, Any

from werkzeug.wrappers import Response

from functions import pages
from functions.billing import access, ledger, reading
from functions.billing.access import Visit
from functions.errors import VendorError
from functions.http import Request
from functions.signin.ways import way_in
from portal.billing import Summary
from portal.billing.money import written
from portal.clock import DAY_MS

if TYPE_CHECKING:
    from functions.services import Services

PAGE = "my/billing/"
# For a page that shows a change: one step further from the front page.
PARENTS = (pages.HUB, (PAGE, "Billing"))

log = logging.getLogger(__name__)


def page(request: Request, services: "Services") -> Response:
    """GET /my/billing/: the plan, what comes next, invoices and jobs, or why this customer cannot use billing."""
    visit = access.visit(request, services)
    job = request.args.get("job", "") if visit.state == "ready" else ""
    return show(services, visit, back_from=job)


def show(
    services: "Services", visit: Visit, *, status: int = 200, problem: str = "", way_out: str = "", back_from: str = ""
) -> Response:
    """The page for a visit; `problem` is a sentence above it with a `way_out` (again, support or none), `back_from` the
    job that led to the vendor's page."""
    context: dict[str, Any] = {"known": None, "capabilities": None, "failed": None, "pending": "", "used": None}
    state = visit.state
    if state == "ready":
        context |= _known(services, visit)
        state = "no_customer" if context["known"] is None else state
    session = visit.session
    return pages.render(
        services,
        "Billing",
        "billing/page.html",
        status,
        state=state,
        signin=way_in(services, services.url(PAGE)),
        has_accounts=bool(services.settings.oidc_issuer),
        admins=access.admins(session) if session else "",
        problem=problem,
        way_out=way_out,
        back_from=back_from,
        money=lambda amount: written(amount, visit.locale),
        days_left=lambda at: max(0, (at - services.now()) // DAY_MS),
        **context,
        parents=(pages.HUB,),
        leads_away=True,
    )


def _known(services: "Services", visit: Visit) -> dict[str, Any]:
    """What is shown to a billing admin; without `known` the billing system has no such customer."""
    capabilities = services.biller.capabilities()
    try:
        known: Summary | None = reading.summary(services, visit.customer)
    except VendorError as error:
        log.error("billing: %s %s", error.kind, error.detail)
        known = None
    return {
        "known": known,
        "capabilities": capabilities,
        "failed": reading.failed(known) if known else None,
        "pending": ledger.pending(services, visit.customer, known),
        "used": access.seats_used(visit.session) if visit.session else None,
    }
