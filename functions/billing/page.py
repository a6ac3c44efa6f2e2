"""The billing page, and the redirect to the billing system for each job."""

import logging
from dataclasses import dataclass
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from werkzeug.wrappers import Response

from functions import pages
from functions.billers import Card
from functions.errors import Problem, VendorError
from functions.http import Request, see_other
from functions.rate import limit
from functions.signin import sessions
from functions.signin.ways import way_in
from portal.billing import Job
from portal.models import is_true
from portal.urls import is_safe

if TYPE_CHECKING:
    from functions.services import Services

PAGE = "my/billing/"
# Heading, button and sentence of each, in the order of the page: the most wanted first.
JOBS: dict[Job, tuple[str, str, str]] = {
    "update_card": ("Card", "Update card", "Use a different card for your next payment."),
    "change_plan": ("Plan", "Change plan", "Compare plans and switch. You see the price before you confirm."),
    "invoices": ("Invoices", "See invoices", "View and download invoices, or correct the address on them."),
    "cancel": ("Cancelling", "Cancel plan", "End your plan. You can use it until its last day."),
}
OPENED_AT_MOST = 20
OPENED_PER_SECONDS = 600

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Known:
    """What the billing system says of a customer: the card on file, and when a cancelled plan ends (unix ms)."""

    card: Card | None
    ends_at: int | None


def page(request: Request, services: "Services") -> Response:
    """GET /my/billing/: the jobs and the card on file, or why this customer cannot use billing."""
    session = sessions.current(request, services, sessions.BILLING_MS)
    state = _state(services, session)
    back_from = request.args.get("job", "") if state == "ready" else ""
    known = _known(services, session) if state == "ready" and session else None
    return _page(services, state, session, known=known, back_from=back_from if back_from in JOBS else "")


def open_job(request: Request, services: "Services") -> Response:
    """POST /api/billing: redirect a billing admin to the billing system's page for the form's `job`."""
    job = _job(request.form.get("job", ""))
    session = sessions.current(request, services, sessions.BILLING_MS)
    if session is None:
        return see_other(way_in(services, services.url(PAGE)))
    state = _state(services, session)
    if state != "ready":
        return _page(services, state, session, status=403)
    limit(services, "billing", session.requester.subject, OPENED_AT_MOST, OPENED_PER_SECONDS)
    back = f"{services.absolute(PAGE)}?job={job}"
    try:
        url = services.biller.portal_url(session.claims["billing_customer"], job, back)
        _check_host(url, services)
    except VendorError as error:
        return _failed(services, session, error)
    response = see_other(url, services.settings.billing_hosts)
    # The address is a credential: no cache keeps it and no other site learns where the customer came from.
    response.headers["Referrer-Policy"] = "no-referrer"
    return response


def _state(services: "Services", session: sessions.Session | None) -> str:
    """Why this customer cannot use billing, or `ready`; the template has a text for each word."""
    if services.settings.biller == "none":
        return "none"
    if session is None:
        return "signed_out"
    # An address proven by email belongs to no account.
    if session.claims.get("level") == "address":
        return "by_address"
    if not is_true(session.claims.get("billing_admin")):
        return "not_admin"
    customer = session.claims.get("billing_customer")
    return "ready" if isinstance(customer, str) and customer else "no_customer"


def _job(name: str) -> Job:
    if name not in JOBS:
        raise Problem(422, "Choose what you want to do on the billing page.")
    return name


def _check_host(url: str, services: "Services") -> None:
    """Raise VendorError unless the billing system sends the customer to a host that the settings allow."""
    parts = urlsplit(url)
    if not is_safe(url) or parts.netloc not in services.settings.billing_hosts:
        raise VendorError(
            "Billing is temporarily unavailable. Nothing was changed.",
            "unsupported",
            detail=f"the portal session is on {parts.hostname!r}, which is not in BILLING_HOSTS",
        )


def _known(services: "Services", session: sessions.Session) -> Known | None:
    """What the billing system says, or None when it could not be read; the page works without."""
    customer = session.claims["billing_customer"]
    try:
        return Known(services.biller.card(customer), services.biller.ends_at(customer))
    except VendorError as error:
        log.warning("billing: card and plan could not be read: %s %s", error.kind, error.detail)
        return None


def _failed(services: "Services", session: sessions.Session, error: VendorError) -> Response:
    log.error("billing: %s %s", error.kind, error.detail, exc_info=error)
    status = 404 if error.kind == "not_found" else 503
    response = _page(services, "failed", session, status=status, problem=error.public)
    if error.retry_after:
        response.headers["Retry-After"] = str(error.retry_after)
    return response


def _page(
    services: "Services",
    state: str,
    session: sessions.Session | None,
    *,
    status: int = 200,
    known: Known | None = None,
    back_from: str = "",
    problem: str = "",
) -> Response:
    return pages.render(
        services,
        "Billing",
        "billing/page.html",
        status,
        state=state,
        # Cancelling twice is an error at the billing system.
        jobs={job: words for job, words in JOBS.items() if not (job == "cancel" and known and known.ends_at)},
        plan=session.claims.get("plan") if session else None,
        signin=way_in(services, services.url(PAGE)),
        has_accounts=bool(services.settings.oidc_issuer),
        known=known,
        back_from=back_from,
        problem=problem,
        parents=(pages.HUB,),
        leads_away=True,
    )
