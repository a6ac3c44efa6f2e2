"""Signing in and out with the product's account at its identity provider."""

import hmac
import logging
import secrets
from typing import TYPE_CHECKING, Any
from urllib.parse import quote, urlsplit

from itsdangerous import BadData, URLSafeSerializer
from werkzeug.wrappers import Response

from functions import pages
from functions.errors import VendorError
from functions.http import JSON, Request, json_response, page_before, see_other
from functions.identity import links
from functions.mail import preferences
from functions.settings import Settings
from functions.signin import own_facts, sessions
from functions.signin.ways import MORE, by_mail, return_path, way_in

if TYPE_CHECKING:
    from functions.services import Services
    from functions.stores import Row

PAGE = "my/sign-in/"
ATTEMPT_SECONDS = 600
# Browsers keep 4,096 bytes of a cookie; the oldest attempts go first.
COOKIE_LENGTH = 3800
# A host that forwards only this cookie to functions: it then holds the attempt, and after it the session.
ONLY_COOKIE = "__session"
LOST = "You started signing in from another window, or more than ten minutes ago. Sign in again from here."

log = logging.getLogger(__name__)


def begin(request: Request, services: "Services") -> Response:
    """GET /api/signin: redirect to the identity provider, or with sign-in by mail on, to the page with both choices.
    `return` is the page to come back to, by default the page that the customer came from."""
    response = _begin(request, services)
    if sessions.HINT in request.cookies and sessions.current(request, services, None) is None:
        # The session ended by itself, or at the provider.
        sessions.clear_hint(response, services)
    return response


def _begin(request: Request, services: "Services") -> Response:
    back = return_path(request.args.get("return") or _came_from(request, services), services)
    if not services.settings.oidc_issuer and services.settings.mail_sign_in:
        return see_other(by_mail(services, back))
    if request.args.get("again") and services.settings.oidc_issuer:
        # The page wants to know that it is still them: the provider asks even somebody who is signed in there.
        return to_provider(request, services, back, "prompt=login")
    session = sessions.current(request, services, None)
    # Older claims may be the reason why a page sent the customer here.
    if session is not None and session.product and services.now() - session.claims_at < sessions.BILLING_MS:
        # Without JavaScript the header offers "Sign in" to a signed-in customer, who looks for the own pages.
        return see_other(back if request.args.get("return") else services.url("my/"))
    # The form of a question has a button for each way already.
    chosen = request.args.get("way") == "account" or back.startswith(services.url("my/ask/"))
    if services.settings.mail_sign_in and not chosen:
        return see_other(services.url(f"{PAGE}?return={quote(back, safe='')}"))
    return to_provider(request, services, back)


def choose_page(request: Request, services: "Services") -> Response:
    """GET /my/sign-in/?return=: the choice between account and email, when both are on."""
    back = return_path(request.args.get("return", ""), services)
    if not (services.settings.oidc_issuer and services.settings.mail_sign_in):
        return see_other(services.url(f"api/signin?return={quote(back, safe='')}"))
    session = sessions.current(request, services, None)
    if session is not None and session.product:
        return see_other(back)
    return pages.render(
        services,
        "Sign in",
        "signin/choose.html",
        account=way_in(services, back),
        by_mail=by_mail(services, back),
        sees=pages.offers(services, {"my/tickets/": "your requests", **MORE}),
    )


def to_provider(request: Request, services: "Services", back: str, extra: str = "") -> Response:
    """Start an attempt at the provider that ends on the page `back`; `extra` is a query to add to the request, for
    providers that open one of their own pages on the way (functions/account/jobs.py)."""
    attempt = {name: secrets.token_urlsafe(32) for name in ("state", "nonce", "verifier")}
    try:
        url = services.identity.authorize(_redirect_uri(services), **attempt)
    except VendorError as error:
        return _problem(services, error, back)
    response = see_other(f"{url}&{extra}" if extra else url, allowed_hosts={urlsplit(url).netloc})
    attempts = [*_attempts(request, services), {**attempt, "back": back, "at": services.now()}]
    _set_attempts(response, attempts, services.settings)
    return response


def callback(request: Request, services: "Services") -> Response:
    """GET /api/signin/callback: check the provider's answer, open a session and return to the page of the attempt."""
    attempts = _attempts(request, services)
    state = request.args.get("state", "")
    attempt = next((attempt for attempt in attempts if _same(state, attempt["state"])), None)
    if attempt is None:
        if sessions.current(request, services, None) is not None:
            # The Back button, or a second tab: this browser is signed in, and nothing in the answer is used.
            return see_other(services.url("my/"))
        return _problem(
            services, VendorError(LOST, "rejected", detail="no attempt has this state"), services.url("my/")
        )
    try:
        identity = services.identity.identify(
            request.args, _redirect_uri(services), attempt["nonce"], attempt["verifier"]
        )
    except VendorError as error:
        return _problem(services, error, attempt["back"])
    sessions.end(request, services)
    response = see_other(links.came_back(attempt["back"], request.args))
    if services.settings.cookie_name != ONLY_COOKIE:
        _set_attempts(response, [other for other in attempts if other is not attempt], services.settings)
    cookie = sessions.start(services, identity.requester, identity.claims, identity.sid, identity)
    sessions.set_cookie(response, cookie, services)
    preferences.follow(services, identity.requester)
    return response


def sign_out(request: Request, services: "Services") -> Response:
    """POST /api/signout: close the session, or with `everywhere` all of this customer, and the provider's; then
    show the portal's front page. A script gets the address to go to as `{"to": ...}`."""
    row = sessions.end(request, services, everywhere=bool(request.form.get("everywhere")))
    there = _provider_sign_out(row, services) if row else None
    if JSON in request.headers.get("Accept", ""):
        response = json_response({"to": there or services.base})
    else:
        response = see_other(there, {urlsplit(there).netloc}) if there else see_other(services.base)
    sessions.clear_cookie(response, services)
    return response


def backchannel(request: Request, services: "Services") -> Response:
    """POST /api/signin/backchannel: close the sessions of someone who signed out at the identity provider.

    https://openid.net/specs/openid-connect-backchannel-1_0.html
    """
    try:
        logout = services.identity.logged_out(request.form.get("logout_token", ""))
    except VendorError as error:
        if error.kind != "rejected":
            raise
        log.warning("back-channel sign-out: %s", error.detail, exc_info=error if error.__cause__ else None)
        return json_response({"error": "invalid_request"}, 400)
    with services.store.transaction():
        first = services.store.run(
            "insert into logout_token (jti, seen_at) values (:jti, :now) on conflict (jti) do nothing",
            jti=logout.jti,
            now=services.now(),
        )
        if not first:
            return json_response({"error": "invalid_request"}, 400)
        ended = sessions.end_all(services, logout.sub, logout.sid)
    log.info("back-channel sign-out: %s sessions ended", ended)
    return Response(status=200)


def session(request: Request, services: "Services") -> Response:
    """GET /api/session: the customer and their own facts, for the account menu and the contact form; signed out, how
    the form may be used."""
    # The provider is not asked for a name in the header.
    current = sessions.current(request, services, None)
    if current is None:
        settings = services.settings
        # Without a mail server nobody can prove an address.
        verifies = settings.tickets_anonymous == "verify" and not settings.mail_sign_in
        anonymous = "off" if verifies else settings.tickets_anonymous
        response = json_response({"signed_in": False, "anonymous": anonymous, "accounts": bool(settings.oidc_issuer)})
        if sessions.HINT in request.cookies:
            sessions.clear_hint(response, services)
        return response
    who = current.requester
    facts = {"name": who.name, "email": who.email, "told": list(current.told.values())}
    own = {"plan": str(current.claims.get("plan") or ""), "new": own_facts.new_answers(services, who.subject)}
    own["on_call"] = own_facts.on_call(services, who)
    own["pays"] = own_facts.pays(services, current.claims)
    return json_response({"signed_in": True} | facts | own)


def _redirect_uri(services: "Services") -> str:
    return services.absolute("api/signin/callback")


def _problem(services: "Services", error: VendorError, back: str) -> Response:
    """The page of a failed sign-in, with links to try again or by email."""
    log.warning("sign-in: %s %s", error.kind, error.detail, exc_info=error if error.__cause__ else None)
    status = 400 if error.kind == "rejected" else 503
    return pages.render(
        services,
        "Sign in",
        "signin/problem.html",
        status,
        message=error.public,
        again=way_in(services, back),
        by_mail=by_mail(services, back) if services.settings.mail_sign_in else "",
        down=status == 503,
    )


def _came_from(request: Request, services: "Services") -> str:
    """The page that the customer was on; empty for the pages of signing in."""
    page = page_before(request, services.settings)
    ways = (services.url(PAGE), services.url("my/verify/"))
    return "" if page.startswith(ways) else page


def _provider_sign_out(row: "Row", services: "Services") -> str | None:
    """The address that ends the provider's session, or None; signing out here works without."""
    if not row["tokens"] or not services.settings.oidc_issuer:
        return None
    try:
        return services.identity.sign_out_url(row["id"], row["tokens"], services.absolute(""))
    except VendorError as error:
        log.warning("sign-out: %s %s", error.kind, error.detail)
        return None


def _signer(settings: Settings) -> URLSafeSerializer:
    return URLSafeSerializer(list(reversed(settings.secret_keys)), salt="signin")


def _attempts(request: Request, services: "Services") -> list[dict[str, Any]]:
    """The attempts that this browser started in the last ten minutes, one for each tab, oldest first; the provider's
    code makes each work only once."""
    try:
        attempts: Any = _signer(services.settings).loads(request.cookies.get(_cookie(services.settings), ""))
    except BadData:
        return []
    if not isinstance(attempts, list):
        return []
    begun = services.now() - ATTEMPT_SECONDS * 1000
    return [attempt for attempt in attempts if isinstance(attempt, dict) and attempt.get("at", 0) > begun]


def _set_attempts(response: Response, attempts: list[dict[str, Any]], settings: Settings) -> None:
    value = str(_signer(settings).dumps(attempts))
    while len(value) > COOKIE_LENGTH:
        attempts = attempts[1:]
        value = str(_signer(settings).dumps(attempts))
    response.set_cookie(
        _cookie(settings),
        value if attempts else "",
        max_age=ATTEMPT_SECONDS if attempts else 0,
        path="/",
        secure=settings.secure,
        httponly=True,
        samesite="Lax",
    )


def _cookie(settings: Settings) -> str:
    return ONLY_COOKIE if settings.cookie_name == ONLY_COOKIE else f"{settings.cookie_name}-signin"


def _same(one: str, other: str) -> bool:
    return hmac.compare_digest(one.encode(), other.encode())
