"""The account pages' forms: redirect to the provider's page for a job, or change something here."""

import hashlib
from collections.abc import Callable
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from werkzeug.wrappers import Response

from functions.account.page import OWN_PAGES, PAGE, SCIM_PAGES, blocked, by_address, offers_scim
from functions.errors import Problem, VendorError
from functions.http import Request, client, see_other
from functions.identity import links
from functions.mail import preferences
from functions.rate import limit
from functions.signin import sessions, ways, with_account
from portal import account as accounts
from portal.addresses import normalise
from portal.clock import HOUR_MS, MINUTE_MS
from portal.urls import is_safe

if TYPE_CHECKING:
    from functions.identity.scim import Scim
    from functions.services import Services

AT_MOST = 30
PER_SECONDS = 600
# A removed admin stops being one within a minute, also here.
ADMIN_FRESH_MS = MINUTE_MS
# A ticket for a new password is worth the account: an old, perhaps forgotten, session gets none.
RECENT_MS = 15 * MINUTE_MS
NOT_RECENT = (
    "For your security, this works only within 15 minutes of signing in. Sign out, sign in again, and try once more."
)


def act(request: Request, services: "Services") -> Response:
    """POST /api/account: do the form's `job` here or redirect to the provider's page; always answers 303."""
    job = request.form.get("job", "")
    who = sessions.current(request, services, fresh_within=None)
    limit(
        services, "account", who.requester.subject if who else client(request, services.settings), AT_MOST, PER_SECONDS
    )
    if job in OWN:
        return OWN[job](request, services)
    if job not in accounts.LINKED:
        raise Problem(422, "Choose what you want to do on your account page.")
    return _leave(request, services, job)


def _leave(request: Request, services: "Services", job: str) -> Response:
    """Redirect to the provider's page for a job; what it needs comes from the session, never from the form."""
    admins = accounts.CARDS[job].who == "account_admin"
    session = sessions.current(request, services, ADMIN_FRESH_MS if admins else HOUR_MS)
    settings = services.portal.get("account") or {}
    link = accounts.link(settings, job, session is not None and not by_address(session))
    if link is None and accounts.link(settings, job, True) is None:
        raise Problem(404, "You can't change that here. Contact support.")
    if link is None or (session is None and not _is_open(job, link)):
        return see_other(ways.way_in(services, services.url(PAGE)))
    _refuse_blocked(session, job)
    back = f"{PAGE}?job={job}"
    if link.kind == "authorize":
        return _private(with_account.to_provider(request, services, services.url(back), link.value))
    if link.kind == "server" and session is not None:
        return _call(request, services, session, link.value, services.absolute(back))
    url = links.page_url(services, link, session.requester if session else None, services.absolute(back))
    if url is None:
        raise Problem(409, "We're missing some details about your account. Contact support.")
    return _private(see_other(url, {urlsplit(url).netloc}))


def _is_open(job: str, link: accounts.Link) -> bool:
    """Whether a job can be done without signing in."""
    return accounts.CARDS[job].who == "anyone" and link.kind != "server" and not accounts.is_personal(link.value)


def _call(request: Request, services: "Services", session: sessions.Session, call: str, back: str) -> Response:
    """A call to Auth0 or WorkOS: it gives an address that is as good as a password, or sends an invitation."""
    invites = call.endswith(":invitation")
    if not invites and not _is_recent(services, session):
        raise Problem(403, NOT_RECENT)
    invitee = _address(request.form.get("invitee", "")) if invites else ""
    url, hosts = links.ask(services, call, session.requester, back, invitee)
    if not url:
        return see_other(services.url(f"{PAGE}?done=invited"))
    if not is_safe(url) or urlsplit(url).netloc not in hosts:
        raise VendorError(
            "Your account is temporarily unavailable. Nothing was changed.",
            "unsupported",
            detail=f"{call} leads to {urlsplit(url).hostname!r}, which is not an allowed host",
        )
    return _private(see_other(url, hosts))


def _end_session(request: Request, services: "Services") -> Response:
    """Sign out one of the customer's sessions, named by a hash of its id."""
    session = sessions.require(request, services)
    handle = request.form.get("session", "")
    for row in own_sessions(services, session):
        if row["handle"] == handle:
            sessions.end_one(services, str(row["id"]), session.requester.subject)
    return see_other(services.url(OWN_PAGES["sessions"]))


def own_sessions(services: "Services", session: sessions.Session) -> list[dict[str, object]]:
    """The customer's open sessions, latest visit first; `handle` names one without its id."""
    now = services.now()
    rows = services.store.all(
        "select id, created_at, seen_at from session where subject_id = :subject and seen_at > :idle"
        " and created_at > :absolute order by seen_at desc",
        subject=session.requester.subject,
        idle=now - sessions.IDLE_MS,
        absolute=now - sessions.ABSOLUTE_MS,
    )
    return [
        row | {"handle": hashlib.sha256(row["id"].encode()).hexdigest()[:32], "here": row["id"] == session.id}
        for row in rows
    ]


def _save_notifications(request: Request, services: "Services") -> Response:
    """Save which emails the customer wants."""
    session = sessions.require(request, services)
    preferences.save(services, session.requester, request.form.getlist("want"), component_ids(services))
    return see_other(services.url(OWN_PAGES["notifications"] + "?saved=1"))


def component_ids(services: "Services") -> list[str]:
    """The ids of the components that have incident emails."""
    status = services.portal.get("status") or {}
    return [component["id"] for component in status.get("components") or []]


def _save_profile(request: Request, services: "Services") -> Response:
    """Change the customer's profile at the product; fields that are not in ATTRIBUTES are ignored."""
    from functions.identity.scim import ATTRIBUTES

    session, scim = account_session(request, services, "profile")
    values = {name: request.form[name][:200] for name in ATTRIBUTES if name in request.form}
    changed = scim.update(session.requester, values, request.form.get("version", ""))
    return see_other(services.url(SCIM_PAGES["profile"] + ("?saved=1" if changed else "?saved=0")))


def _invite(request: Request, services: "Services") -> Response:
    """Invite a colleague to the customer's team."""
    session, scim = account_session(request, services, "team")
    scim.invite(session.requester, _address(request.form.get("invitee", "")))
    return see_other(services.url(SCIM_PAGES["team"] + "?done=invited"))


def _remove(request: Request, services: "Services") -> Response:
    """Remove a member from the customer's team."""
    session, scim = account_session(request, services, "team")
    scim.remove(session.requester, request.form.get("member", ""))
    return see_other(services.url(SCIM_PAGES["team"] + "?done=removed"))


def account_session(request: Request, services: "Services", job: str) -> tuple[sessions.Session, "Scim"]:
    """The session of a customer who may do this job, and the SCIM client; raises SignInNeeded, Problem 403 or 404."""
    if not offers_scim(services):
        raise Problem(404, "There is no page here.")
    admins = accounts.CARDS[job].who == "account_admin"
    session = sessions.require(request, services, ADMIN_FRESH_MS if admins else HOUR_MS)
    _refuse_blocked(session, job)
    from functions.identity import scim

    return session, scim.connect(services.settings)


def _refuse_blocked(session: sessions.Session | None, job: str) -> None:
    reason = blocked(session, job)
    if reason:
        raise Problem(403, reason)


def _is_recent(services: "Services", session: sessions.Session) -> bool:
    row = services.store.one("select created_at from session where id = :id", id=session.id)
    return row is not None and services.now() - row["created_at"] <= RECENT_MS


def _address(text: str) -> str:
    address = normalise(text)
    if address is None:
        raise Problem(422, "That isn't an email address. Go back and check it.")
    return address


def _private(response: Response) -> Response:
    """Add the headers for an address that may be a credential: no cache, no Referer."""
    response.headers["Referrer-Policy"] = "no-referrer"
    return response


OWN: dict[str, Callable[[Request, "Services"], Response]] = {
    "end_session": _end_session,
    "save_notifications": _save_notifications,
    "save_profile": _save_profile,
    "invite": _invite,
    "remove_member": _remove,
}
