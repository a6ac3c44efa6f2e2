"""Who may see and change a customer's billing, and how recently they must have signed in."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

from functions.billing.customers import customer_of
from functions.signin import sessions
from portal.billing.money import locale_of
from portal.clock import MINUTE_MS
from portal.models import is_true

if TYPE_CHECKING:
    from functions.http import Request
    from functions.services import Services


@dataclass(frozen=True)
class Visit:
    """A request to billing: the session, if there is one, and `state`, which is `ready` or why billing is closed to it
    (the template has a text for each word). `customer` is the id in the billing system, empty unless `ready`."""

    state: str
    session: sessions.Session | None
    customer: str = ""
    locale: str = ""

    @property
    def subject(self) -> str:
        return self.session.requester.subject if self.session else ""


def visit(request: "Request", services: "Services") -> Visit:
    """Who is asking, with claims that are at most 15 minutes old."""
    session = sessions.current(request, services, sessions.BILLING_MS)
    state = _state(services, session)
    wishes = (str(session.claims.get("locale") or "") if session else "", request.headers.get("Accept-Language", ""))
    customer = customer_of(services, session) if session and state == "ready" else ""
    return Visit(state, session, customer, locale_of(*wishes))


def is_recent(visit: Visit, services: "Services") -> bool:
    """Whether they signed in recently enough to change what is paid."""
    signed_in_at = visit.session.signed_in_at if visit.session else 0
    return services.now() - signed_in_at <= services.settings.billing_sign_in_minutes * MINUTE_MS


def admins(session: sessions.Session) -> str:
    """The names of those who may, when the identity provider gives them."""
    return str(session.claims.get("billing_admins") or "")[:300]


def seats_used(session: sessions.Session) -> int | None:
    """How many seats are taken, when the identity provider tells."""
    found = str(session.claims.get("seats_used") or "")
    return int(found) if found.isascii() and found.isdecimal() and len(found) < 9 else None


def _state(services: "Services", session: sessions.Session | None) -> str:
    if services.settings.biller == "none":
        return "none"
    if session is None:
        return "signed_out"
    # An address proven by email belongs to no account.
    if session.claims.get("level") == "address":
        return "by_address"
    if not is_true(session.claims.get("billing_admin")):
        return "not_admin"
    return "ready" if customer_of(services, session) else "no_customer"
