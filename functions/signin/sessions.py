"""Sessions: a row each, and a cookie that carries its signed id.

A session ends 12 hours after the last visit or 24 hours after signing in. Claims older than an hour are read again at
the identity provider.
"""

import json
import logging
import secrets
from collections.abc import Iterator
from dataclasses import asdict
from typing import TYPE_CHECKING, Any, NamedTuple

from itsdangerous import BadData, URLSafeSerializer
from werkzeug.wrappers import Response

from functions.errors import SignInNeeded, VendorError
from functions.settings import Settings
from functions.stores.people import Held
from portal.clock import HOUR_MS, MINUTE_MS
from portal.models import Requester, clean

if TYPE_CHECKING:
    from functions.http import Request
    from functions.identity import Identity
    from functions.services import Services
    from functions.stores import Row, Store

IDLE_MS = 12 * HOUR_MS
ABSOLUTE_MS = 24 * HOUR_MS
TOUCH_MS = 5 * MINUTE_MS
# Billing needs younger claims.
BILLING_MS = 15 * MINUTE_MS
# While the provider does not answer, claims are believed for this many times as long as they count as fresh.
KEPT_TIMES = 4
# One request reads claims for all; after a failure the next one waits this long.
ASK_MS = MINUTE_MS
# A time further ahead was written before the clock was set back; the clocks of two machines differ by less.
AHEAD_MS = 5 * MINUTE_MS
HINT = "portal_in"

log = logging.getLogger(__name__)


class Session(NamedTuple):
    """A verified customer; `claims` are the identity provider's of `claims_at` (unix ms), such as plan, role,
    billing_customer and billing_admin, each optional; `product` says whether they signed in with the product's
    account: only then can claims be read again. `signed_in_at` is unix ms."""

    id: str
    requester: Requester
    claims: dict[str, Any]
    claims_at: int = 0
    product: bool = False
    signed_in_at: int = 0

    @property
    def told(self) -> dict[str, str]:
        """The known ones of account, plan and role, label -> text, to send along with a question."""
        found = {"Account": self.requester.account, "Plan": self.claims.get("plan"), "Role": self.claims.get("role")}
        return {label: str(text) for label, text in found.items() if text}


def current(request: "Request", services: "Services", fresh_within: int | None = HOUR_MS) -> Session | None:
    """The session of the request's cookie, or None when it is missing, forged or over.

    Claims older than `fresh_within` (ms) are read again at the identity provider; None takes them as they are.
    """
    row = _row(request, services)
    if row is None:
        return None
    now = services.now()
    if now - row["seen_at"] > TOUCH_MS:
        services.store.note("update session set seen_at = :now where id = :id", now=now, id=row["id"])
    # Signed in by email: there is no provider to ask.
    if fresh_within is None or not row["tokens"] or -AHEAD_MS <= now - row["claims_at"] <= fresh_within:
        return _session(row)
    return _renew(row, services, fresh_within)


def require(request: "Request", services: "Services", fresh_within: int | None = HOUR_MS) -> Session:
    """The session of the request; raises SignInNeeded, which becomes a redirect to the sign-in page."""
    session = current(request, services, fresh_within)
    if session is None:
        raise SignInNeeded
    return session


def start(
    services: "Services",
    requester: Requester,
    claims: dict[str, Any],
    sid: str | None = None,
    identity: "Identity | None" = None,
) -> str:
    """Open a session and return the cookie's value; `sid` is the identity provider's own session id, and with
    `identity` its claims can be read again later."""
    session_id = secrets.token_urlsafe(24)
    now = services.now()
    services.store.run(
        "insert into session (id, subject_id, requester, claims, created_at, seen_at, claims_at, sid, tokens)"
        " values (:id, :subject, :requester, :claims, :now, :now, :now, :sid, :tokens)",
        id=session_id,
        subject=requester.subject,
        requester=_text(requester),
        claims=_claims(claims),
        now=now,
        sid=sid,
        tokens=services.identity.seal(identity, session_id) if identity else None,
    )
    return str(_signer(services.settings).dumps(session_id))


def end(request: "Request", services: "Services", *, everywhere: bool = False) -> "Row | None":
    """Close the session of the request, if there is one, or all sessions of its subject; returns its row."""
    row = _row(request, services)
    if row is not None and everywhere:
        end_all(services, row["subject_id"])
    elif row is not None:
        services.store.run("delete from session where id = :id", id=row["id"])
    return row


def end_one(services: "Services", session_id: str, subject: str) -> None:
    """Close one session of a subject."""
    services.store.run("delete from session where id = :id and subject_id = :subject", id=session_id, subject=subject)


def end_all(services: "Services", subject: str | None = None, sid: str | None = None) -> int:
    """Close every session of a subject, or of one session at the identity provider, or of both; returns how many."""
    named = {name: value for name, value in (("subject_id", subject), ("sid", sid)) if value is not None}
    if not named:
        raise ValueError("whose sessions are to end?")
    where = " and ".join(f"{name} = :{name}" for name in named)
    return services.store.run(f"delete from session where {where}", **named)  # noqa: S608 - the names are ours


def purge(services: "Services", deadline: float) -> None:
    """Job of the tick: delete ended sessions, and logout tokens too old to be sent again."""
    now = services.now()
    services.store.run(
        "delete from session where seen_at < :idle or created_at < :absolute",
        idle=now - IDLE_MS,
        absolute=now - ABSOLUTE_MS,
    )
    services.store.run("delete from logout_token where seen_at < :old", old=now - HOUR_MS)


def set_cookie(response: Response, value: str, services: "Services") -> None:
    """Give the browser its session; the cookie ends with the session's absolute life."""
    settings = services.settings
    response.set_cookie(
        settings.cookie_name,
        value,
        max_age=ABSOLUTE_MS // 1000,
        path="/",
        secure=settings.secure,
        httponly=True,
        samesite="Lax",
    )
    # For the header of static pages, which then leave out "Sign in". It grants nothing.
    response.set_cookie(HINT, "1", max_age=ABSOLUTE_MS // 1000, path="/", secure=settings.secure, samesite="Lax")


def clear_cookie(response: Response, services: "Services") -> None:
    """Take the session's cookie back."""
    settings = services.settings
    clear_hint(response, services)
    response.delete_cookie(settings.cookie_name, path="/", secure=settings.secure, httponly=True, samesite="Lax")


def clear_hint(response: Response, services: "Services") -> None:
    """Let static pages offer "Sign in" again."""
    response.delete_cookie(HINT, path="/", secure=services.settings.secure, samesite="Lax")


def _row(request: "Request", services: "Services") -> "Row | None":
    """The row of the request's cookie, unless the session is over."""
    try:
        session_id = _signer(services.settings).loads(request.cookies.get(services.settings.cookie_name, ""))
    except BadData:
        return None
    now = services.now()
    return services.store.one(
        "select * from session where id = :id and seen_at > :idle and created_at > :absolute and created_at < :soon",
        id=str(session_id),
        soon=now + AHEAD_MS,
        idle=now - IDLE_MS,
        absolute=now - ABSOLUTE_MS,
    )


def _renew(row: "Row", services: "Services", fresh_within: int) -> Session | None:
    """The session with claims read again; while the provider does not answer the old one for a bounded time, then
    None."""
    now = services.now()
    known = _session(row) if now - row["claims_at"] <= max(KEPT_TIMES * fresh_within, BILLING_MS) else None
    # A refresh token often works once, and its second use ends the whole sign-in: one request asks, the others go on.
    asking = services.store.note(
        "update session set asked_at = :now where id = :id and (asked_at <= :before or asked_at > :soon) returning id",
        id=row["id"],
        now=now,
        soon=now + AHEAD_MS,
        before=now - ASK_MS,
    )
    if not asking or not services.settings.oidc_issuer:
        return known
    try:
        identity = services.identity.renew(row["subject_id"], row["id"], row["tokens"])
    except VendorError as error:
        cause = error if error.__cause__ else None
        log.warning("claims were not renewed: %s %s", error.kind, error.detail, exc_info=cause)
        if error.kind == "unavailable":
            return known
        services.store.note("delete from session where id = :id", id=row["id"])
        return None
    kept = services.store.note(
        "update session set requester = :requester, claims = :claims, claims_at = :now, tokens = :tokens, asked_at = 0"
        " where id = :id returning *",
        id=row["id"],
        requester=_text(identity.requester),
        claims=_claims(identity.claims),
        now=now,
        tokens=services.identity.seal(identity, row["id"]),
    )
    if kept is None:  # true, though the store could not keep it
        return Session(row["id"], identity.requester, identity.claims, now, True, row["created_at"])
    # No row: a sign-out came in between, and it wins.
    return _session(kept[0]) if kept else None


def _signer(settings: Settings) -> URLSafeSerializer:
    # itsdangerous signs with the last key and accepts them all: keys can be changed without signing anyone out.
    return URLSafeSerializer(list(reversed(settings.secret_keys)), salt="session")


def _session(row: "Row") -> Session | None:
    """The session of a row, or None when an older version wrote it in another format."""
    try:
        fields = json.loads(row["requester"])
        requester = Requester(**(fields | {"scopes": frozenset(fields["scopes"])}))
        claims = json.loads(row["claims"])
    except (ValueError, TypeError, KeyError):
        log.warning("a session of another format was ignored")
        return None
    return Session(row["id"], requester, claims, row["claims_at"], bool(row["tokens"]), row["created_at"])


def _claims(claims: dict[str, Any]) -> str:
    return json.dumps({name: clean(value) if isinstance(value, str) else value for name, value in claims.items()})


def _text(requester: Requester) -> str:
    return json.dumps(asdict(requester) | {"scopes": sorted(requester.scopes)})


def _people(store: "Store") -> Iterator[tuple[str, str]]:
    for row in store.all("select * from session"):
        session = _session(row)
        if session:
            yield row["subject_id"], session.requester.email


PEOPLE = (Held("session", "subject_id = :subject", people=_people),)
NOBODY = ("logout_token",)
