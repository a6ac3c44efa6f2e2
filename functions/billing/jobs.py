"""What the buttons of the billing page do: lead to the vendor's page for a job, or to ours for a change."""

import logging
from typing import TYPE_CHECKING
from urllib.parse import urlencode, urlsplit

from werkzeug.wrappers import Response

from functions import pages
from functions.billers import NOWHERE, NotDone
from functions.billing import access, reading
from functions.billing.access import Visit
from functions.billing.page import PAGE, show
from functions.errors import Problem, VendorError
from functions.http import Request, json_response, see_other
from functions.rate import limit, limit_reading
from functions.signin.ways import way_in, way_in_again
from portal.billing import Change, Job
from portal.billing.money import written
from portal.urls import is_safe

if TYPE_CHECKING:
    from functions.services import Services

JOBS: tuple[Job, ...] = ("update_card", "seats", "change_plan", "invoices", "details", "take_back", "resume", "cancel")
ELSEWHERE_ONLY = "Our billing provider can't do that here. Contact support."
NO_PAGE = "We couldn't open our billing provider's page."
NO_FILE = "We couldn't load this invoice."
# By the kind of an error, which way out the page names: an unnamed one is worth another try.
WAYS_OUT = {"unsupported": "", "rejected": "support", "not_found": "support"}
OPENED_AT_MOST = 20
READ_AT_MOST = 60
PER_SECONDS = 600

log = logging.getLogger(__name__)


def open_job(request: Request, services: "Services") -> Response:
    """POST /api/billing: the form's `job` for a billing admin: our page of a change, or the vendor's page."""
    job = request.form.get("job", "")
    if job not in JOBS:
        raise Problem(422, "Choose what you want to do on the billing page.")
    visit = access.visit(request, services)
    if refused := closed(services, visit):
        return refused
    where = services.biller.capabilities().jobs.get(job, "no")
    if where == "here":
        if job == "invoices":
            return see_other(services.url(f"{PAGE}#invoices"))
        return to_change(request, services, job)
    if where == "no":
        raise Problem(409, ELSEWHERE_ONLY)
    back = f"{services.absolute(PAGE)}?job={job}"
    try:
        return lead(services, visit, job, back)
    except VendorError as error:
        return failed(services, visit, error, NO_PAGE)


def to_change(request: Request, services: "Services", job: str) -> Response:
    """To the page that shows what a change costs; it reads and changes nothing, so it has an address."""
    fields = {name: request.form.get(name, "")[:200] for name in ("subscription", "seats", "plan")}
    asked = {"what": job} | {name: value for name, value in fields.items() if value}
    return see_other(services.url(f"{PAGE}change/?{urlencode(asked)}"))


def closed(services: "Services", visit: Visit, back: str = PAGE) -> Response | None:
    """What somebody gets who may not use billing; None for a billing admin."""
    if visit.session is None and visit.state == "signed_out":
        return see_other(way_in(services, services.url(back)))
    return None if visit.state == "ready" else show(services, visit, status=403)


def not_recent(services: "Services", visit: Visit, back: str) -> Response | None:
    """To the identity provider when the sign-in is too old for changing what is paid; None when it is recent."""
    if access.is_recent(visit, services):
        return None
    return see_other(way_in_again(services, services.url(back)))


def lead(services: "Services", visit: Visit, job: Job, back: str, change: Change | None = None) -> Response:
    """A redirect to the vendor's page for a job; raises VendorError."""
    limit(services, "billing", visit.subject, OPENED_AT_MOST, PER_SECONDS)
    return away(services, services.biller.portal_url(visit.customer, job, back, change))


def away(services: "Services", url: str) -> Response:
    """A redirect to an address of the billing system, which is a credential: on a host of BILLING_HOSTS only, kept by
    no cache, and told to no other site."""
    parts = urlsplit(url)
    if not is_safe(url) or parts.netloc not in services.settings.billing_hosts:
        detail = f"an address on {parts.hostname!r}, which is not in BILLING_HOSTS"
        raise NotDone(NOWHERE, "unsupported", detail=detail)
    response = see_other(url, services.settings.billing_hosts)
    response.headers["Referrer-Policy"] = "no-referrer"
    return response


def failed(services: "Services", visit: Visit, error: VendorError, lost: str) -> Response:
    """The billing page with what went wrong; `lost` says what the customer did not get to see."""
    log.error("billing: %s %s", error.kind, error.detail, exc_info=error)
    status = {"not_found": 404, "rejected": 422}.get(error.kind, 503)
    way_out = WAYS_OUT.get(error.kind, "again")
    problem = f"{lost} {error.public}" if way_out == "again" else error.public
    response = show(services, visit, status=status, problem=problem, way_out=way_out)
    if error.retry_after:
        response.headers["Retry-After"] = str(error.retry_after)
    return response


def download(request: Request, services: "Services") -> Response:
    """GET /my/billing/invoice/?id=: one of the customer's invoices as a file."""
    visit = access.visit(request, services)
    if refused := closed(services, visit):
        return refused
    limit_reading(services, "billing-file", visit.subject, READ_AT_MOST, PER_SECONDS)
    try:
        found = services.biller.pdf(visit.customer, request.args.get("id", "")[:200])
        if found.url:
            return away(services, found.url)
    except VendorError as error:
        return failed(services, visit, error, NO_FILE)
    headers = {"Content-Disposition": 'attachment; filename="invoice.pdf"'}
    return Response(found.content, headers=headers, mimetype="application/pdf")


def notice(request: Request, services: "Services") -> Response:
    """GET /api/billing/notice: for the header of every page, whether a billing admin's payment failed."""
    visit = access.visit(request, services)
    if visit.state != "ready":
        return json_response({"text": ""})
    limit_reading(services, "billing-notice", visit.subject, READ_AT_MOST, PER_SECONDS)
    found = reading.notice(services, visit.customer)
    if found is None:
        return json_response({"text": ""})
    at, amount = found
    how_much = f"A payment of {written(amount, visit.locale)}" if amount.currency else "Your last payment"
    when = f" on {pages.day(at)}" if at else ""
    return json_response({"text": f"{how_much} failed{when}.", "button": "Update card", "to": services.url(PAGE)})
