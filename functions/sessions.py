"""Who is signed in: one row, and one cookie that carries its signed id.

12 hours after the last visit, or 24 hours after signing in, a session is over (design: architecture 6 and 7).
"""

import json
import secrets
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any

from itsdangerous import BadSignature, URLSafeSerializer
from werkzeug.wrappers import Response

from functions.errors import SignInNeeded
from functions.settings import Settings
from portal.models import Requester, clean

if TYPE_CHECKING:
    from functions.http import Request
    from functions.services import Services

HOUR = 3_600_000
IDLE_MS = 12 * HOUR
ABSOLUTE_MS = 24 * HOUR
TOUCH_MS = 5 * 60_000


@dataclass(frozen=True)
class Session:
    """A verified customer; `claims` holds plan, role, billing_customer and billing_admin, as far as the
    identity provider gives them."""

    id: str
    requester: Requester
    claims: dict[str, Any]


def current(request: "Request", services: "Services") -> Session | None:
    """The session of the request's cookie, or None when there is none, it is forged or it is over."""
    value = request.cookies.get(services.settings.cookie_name)
    if not value:
        return None
    try:
        session_id = _signer(services.settings).loads(value)
    except BadSignature:
        return None
    now = services.now()
    row = services.store.one(
        "select * from session where id = :id and seen_at > :idle and created_at > :absolute",
        id=str(session_id),
        idle=now - IDLE_MS,
        absolute=now - ABSOLUTE_MS,
    )
    if row is None:
        return None
    if now - row["seen_at"] > TOUCH_MS:
        services.store.run("update session set seen_at = :now where id = :id", now=now, id=row["id"])
    return Session(row["id"], _requester(row["requester"]), json.loads(row["claims"]))


def require(request: "Request", services: "Services") -> Session:
    """The session of the request; raises SignInNeeded, which becomes the way to the sign-in page."""
    session = current(request, services)
    if session is None:
        raise SignInNeeded
    return session


def start(services: "Services", requester: Requester, claims: dict[str, Any], sid: str | None = None) -> str:
    """Open a session and return the cookie's value; `sid` is the identity provider's own session id."""
    session_id = secrets.token_urlsafe(24)
    who = {name: clean(value) if isinstance(value, str) else value for name, value in asdict(requester).items()}
    claims = {name: clean(value) if isinstance(value, str) else value for name, value in claims.items()}
    now = services.now()
    services.store.run(
        "insert into session (id, subject_id, requester, claims, created_at, seen_at, claims_at, sid)"
        " values (:id, :subject, :requester, :claims, :now, :now, :now, :sid)",
        id=session_id,
        subject=who["subject"],
        requester=json.dumps(who | {"scopes": sorted(requester.scopes)}),
        claims=json.dumps(claims),
        now=now,
        sid=sid,
    )
    return str(_signer(services.settings).dumps(session_id))


def end(request: "Request", services: "Services") -> None:
    """Close the session of the request, if there is one."""
    session = current(request, services)
    if session is not None:
        services.store.run("delete from session where id = :id", id=session.id)


def purge(services: "Services", deadline: float) -> None:
    """Job of the tick: forget sessions that are over."""
    now = services.now()
    services.store.run(
        "delete from session where seen_at < :idle or created_at < :absolute",
        idle=now - IDLE_MS,
        absolute=now - ABSOLUTE_MS,
    )


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


def clear_cookie(response: Response, services: "Services") -> None:
    """Take the session's cookie back."""
    settings = services.settings
    response.delete_cookie(settings.cookie_name, path="/", secure=settings.secure, httponly=True, samesite="Lax")


def _signer(settings: Settings) -> URLSafeSerializer:
    # itsdangerous signs with the last key and accepts them all: keys can be changed without signing anyone out.
    return URLSafeSerializer(list(reversed(settings.secret_keys)), salt="session")


def _requester(text: str) -> Requester:
    fields = json.loads(text)
    return Requester(**(fields | {"scopes": frozenset(fields["scopes"])}))
