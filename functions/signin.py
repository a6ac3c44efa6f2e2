"""Signing in and out with the product's identity: the way to the provider, the way back, and the session."""

import hmac
import logging
import secrets
from typing import TYPE_CHECKING, Any
from urllib.parse import quote, unquote, urlsplit

from itsdangerous import BadData, URLSafeTimedSerializer
from werkzeug.wrappers import Response

from functions import sessions
from functions.errors import VendorError
from functions.http import Request, is_local_path, json_response, see_other
from functions.identity import links
from functions.settings import Settings

if TYPE_CHECKING:
    from functions.services import Services

ATTEMPT_SECONDS = 600
RETURN_LENGTH = 2000
LOST = (
    "This sign-in was started in another window or more than ten minutes ago, so nobody was signed in."
    " Start again from here."
)

log = logging.getLogger(__name__)


def begin(request: Request, services: "Services") -> Response:
    """Send the customer to the identity provider; `return` is the page of this portal to come back to."""
    back = return_path(request.args.get("return", ""), services)
    if sessions.current(request, services) is not None:
        return see_other(back)
    return leave(services, back)


def leave(services: "Services", back: str, extra: str = "") -> Response:
    """Start an attempt at the provider that ends on the page `back`; `extra` is a query to add to the request."""
    attempt = {name: secrets.token_urlsafe(32) for name in ("state", "nonce", "verifier")}
    try:
        url = services.identity.authorize(_redirect_uri(services), **attempt)
    except VendorError as error:
        return _problem(services, error, back)
    response = see_other(f"{url}&{extra}" if extra else url, allowed_hosts={urlsplit(url).netloc})
    value = _signer(services.settings).dumps(attempt | {"back": back})
    _set_attempt(response, str(value), services.settings, ATTEMPT_SECONDS)
    return response


def callback(request: Request, services: "Services") -> Response:
    """Take the provider's answer, open a new session and return to where the customer came from."""
    attempt = _attempt(request, services.settings)
    if attempt is None or not _same(request.args.get("state", ""), attempt["state"]):
        return _problem(
            services, VendorError(LOST, "rejected", detail="no attempt has this state"), services.url("my/")
        )
    try:
        requester, claims = services.identity.identify(
            request.args, _redirect_uri(services), attempt["nonce"], attempt["verifier"]
        )
    except VendorError as error:
        return _problem(services, error, attempt["back"])
    sessions.end(request, services)
    sid = claims.pop("sid", None)
    response = see_other(links.came_back(attempt["back"], request.args))
    sessions.set_cookie(response, sessions.start(services, requester, claims, sid), services)
    _set_attempt(response, "", services.settings, 0)
    return response


def sign_out(request: Request, services: "Services") -> Response:
    """Close the session and show the portal's front page."""
    sessions.end(request, services)
    response = see_other(services.base)
    sessions.clear_cookie(response, services)
    return response


def session(request: Request, services: "Services") -> Response:
    """Who is signed in, for the header of static pages."""
    current = sessions.current(request, services)
    if current is None:
        return json_response({"signed_in": False})
    who = current.requester
    return json_response({"signed_in": True, "name": who.name, "email": who.email})


def return_path(path: str, services: "Services") -> str:
    """`path` when it is a page of this portal, else the customer's own front page."""
    segments = unquote(path.partition("?")[0]).split("/")
    ours = path.startswith(services.base) and not path.startswith(services.url("api/")) and ".." not in segments
    return path if ours and is_local_path(path) and len(path) <= RETURN_LENGTH else services.url("my/")


def way_in(services: "Services", back: str) -> str:
    """The address that signs someone in and returns to the path `back`."""
    return services.url(f"api/signin?return={quote(back, safe='')}")


def _redirect_uri(services: "Services") -> str:
    return services.absolute("api/signin/callback")


def _problem(services: "Services", error: VendorError, back: str) -> Response:
    """What went wrong, with the way to try again and the ways around it."""
    log.warning("sign-in: %s %s", error.kind, error.detail, exc_info=error if error.__cause__ else None)
    status = 400 if error.kind == "rejected" else 503
    return services.page(
        "Sign in", "signin_problem.html", status, message=error.public, again=way_in(services, back), down=status == 503
    )


def _signer(settings: Settings) -> URLSafeTimedSerializer:
    return URLSafeTimedSerializer(list(reversed(settings.secret_keys)), salt="signin")


def _attempt(request: Request, settings: Settings) -> dict[str, str] | None:
    """The attempt that this browser started less than ten minutes ago; its provider's code works only once."""
    try:
        attempt: Any = _signer(settings).loads(request.cookies.get(_cookie(settings), ""), max_age=ATTEMPT_SECONDS)
    except BadData:
        return None
    known = isinstance(attempt, dict) and {"state", "nonce", "verifier", "back"} <= attempt.keys()
    return attempt if known else None


def _set_attempt(response: Response, value: str, settings: Settings, seconds: int) -> None:
    response.set_cookie(
        _cookie(settings), value, max_age=seconds, path="/", secure=settings.secure, httponly=True, samesite="Lax"
    )


def _cookie(settings: Settings) -> str:
    return f"{settings.cookie_name}-signin"


def _same(one: str, other: str) -> bool:
    return hmac.compare_digest(one.encode(), other.encode())
