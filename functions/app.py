"""The portal's functions as one WSGI app: the routes, and the one place where errors become responses."""

import importlib
import json
import logging
import os
import secrets
import time
from collections.abc import Iterable
from functools import cache
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from werkzeug.exceptions import HTTPException, RequestEntityTooLarge
from werkzeug.wrappers import Response

from functions import pages, vendors
from functions.errors import Problem, SettingsError, SignInNeeded, StoreError, VendorError
from functions.http import SAFE_METHODS, Request, check_origin, has_control, wants_json
from functions.logs import log_as_json
from functions.services import Services
from functions.settings import read
from portal.urls import LOOPBACK

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIEnvironment

# Path -> method -> handler, imported when it is first asked for. Ids travel in the query or the form.
ROUTES: dict[str, dict[str, str]] = {
    "/api/health": {"GET": "functions.health:read"},
    "/api/tick": {"GET": "functions.tick:handle", "POST": "functions.tick:handle"},
    "/api/tickets": {"POST": "functions.tickets.ask:submit"},
    "/api/tickets/send": {"POST": "functions.tickets.ask:send"},
    "/api/tickets/reply": {"POST": "functions.tickets.replies:reply"},
    "/api/tickets/status": {"POST": "functions.tickets.replies:set_status"},
    "/api/tickets/rating": {"POST": "functions.tickets.replies:rate"},
    "/api/desk/webhook": {"POST": "functions.tickets.webhook:receive"},
    "/api/billing": {"POST": "functions.billing.jobs:open_job"},
    "/api/billing/change": {"POST": "functions.billing.changes:confirm"},
    "/api/billing/webhook": {"POST": "functions.billing.webhook:receive"},
    "/api/billing/notice": {"GET": "functions.billing.jobs:notice"},
    "/api/signin": {"GET": "functions.signin.with_account:begin"},
    "/api/signin/callback": {"GET": "functions.signin.with_account:callback"},
    "/api/signin/backchannel": {"POST": "functions.signin.with_account:backchannel"},
    "/api/signout": {"POST": "functions.signin.with_account:sign_out"},
    "/api/session": {"GET": "functions.signin.with_account:session"},
    "/api/v2/summary.json": {"GET": "functions.status.api:summary"},
    "/api/v2/status.json": {"GET": "functions.status.api:status"},
    "/api/v2/components.json": {"GET": "functions.status.api:components"},
    "/api/v2/incidents.json": {"GET": "functions.status.api:incidents"},
    "/api/v2/incidents/unresolved.json": {"GET": "functions.status.api:unresolved"},
    "/api/v2/scheduled-maintenances.json": {"GET": "functions.status.api:maintenances"},
    "/api/v2/scheduled-maintenances/upcoming.json": {"GET": "functions.status.api:upcoming"},
    "/api/v2/scheduled-maintenances/active.json": {"GET": "functions.status.api:active"},
    "/api/status/incidents": {"POST": "functions.status.posts:post"},
    "/my/status/": {"GET": "functions.status.posts:posts_page"},
    "/api/status/subscribe": {"POST": "functions.status.subscribers:subscribe"},
    "/api/status/confirm": {"POST": "functions.status.subscribers:confirm"},
    "/api/status/unsubscribe": {
        "GET": "functions.status.subscribers:unsubscribe_page",
        "POST": "functions.status.subscribers:unsubscribe",
    },
    "/api/status/webhooks": {"POST": "functions.status.webhooks:add_or_remove"},
    "/my/status/webhooks/": {"GET": "functions.status.webhooks:webhooks_page"},
    "/my/status/sent/": {"GET": "functions.status.subscribers:sent_page"},
    "/my/status/confirm/": {"GET": "functions.status.subscribers:confirm_page"},
    "/my/status/unsubscribe/": {"GET": "functions.status.subscribers:unsubscribe_page"},
    "/api/status/feed.xml": {"GET": "functions.status.feeds:atom"},
    "/api/status/rss.xml": {"GET": "functions.status.feeds:rss"},
    "/api/status/feed.json": {"GET": "functions.status.feeds:json_feed"},
    "/api/status/hook": {"POST": "functions.status.poll:hook"},
    "/api/status/days.json": {"GET": "functions.status.days:days"},
    "/api/status/past.json": {"GET": "functions.status.days:past"},
    "/api/status/badge.svg": {"GET": "functions.status.api:badge"},
    "/api/status/badge.json": {"GET": "functions.status.api:badge_json"},
    "/api/changelog/subscribe": {"POST": "functions.changelog.subscribers:subscribe"},
    "/api/changelog/confirm": {"POST": "functions.changelog.subscribers:confirm"},
    "/api/changelog/unsubscribe": {
        "GET": "functions.changelog.subscribers:unsubscribe_page",
        "POST": "functions.changelog.subscribers:unsubscribe",
    },
    "/my/changelog/sent/": {"GET": "functions.changelog.subscribers:sent_page"},
    "/my/changelog/confirm/": {"GET": "functions.changelog.subscribers:confirm_page"},
    "/my/changelog/unsubscribe/": {"GET": "functions.changelog.subscribers:unsubscribe_page"},
    "/api/events": {"POST": "functions.insights.events:collect"},
    "/api/feedback": {"POST": "functions.insights.feedback:submit"},
    "/api/verify": {"GET": "functions.signin.with_mail:puzzle", "POST": "functions.signin.with_mail:send_mail"},
    "/api/verify/code": {"POST": "functions.signin.with_mail:enter_code"},
    "/api/verify/open": {"POST": "functions.signin.with_mail:confirm"},
    "/my/sign-in/": {"GET": "functions.signin.with_account:choose_page"},
    "/my/verify/": {"GET": "functions.signin.with_mail:form_page"},
    "/my/verify/sent/": {"GET": "functions.signin.with_mail:sent_page"},
    "/my/verify/open/": {"GET": "functions.signin.with_mail:link_page"},
    "/my/": {"GET": "functions.hub:page"},
    "/my/account/": {"GET": "functions.account.page:page"},
    "/my/account/sessions/": {"GET": "functions.account.own_pages:sessions_page"},
    "/my/account/notifications/": {"GET": "functions.account.own_pages:notifications_page"},
    "/my/account/profile/": {"GET": "functions.account.own_pages:profile_page"},
    "/my/account/team/": {"GET": "functions.account.own_pages:team_page"},
    "/api/account": {"POST": "functions.account.jobs:act"},
    "/my/ask/": {"GET": "functions.tickets.ask:confirm_page"},
    "/my/ask/sent/": {"GET": "functions.tickets.ask:sent_page"},
    "/my/tickets/": {"GET": "functions.tickets.overview:overview_page"},
    "/my/ticket/": {"GET": "functions.tickets.page:ticket_page"},
    "/my/ticket/file/": {"GET": "functions.tickets.uploads:download"},
    "/my/billing/": {"GET": "functions.billing.page:page"},
    "/my/billing/change/": {"GET": "functions.billing.changes:change_page"},
    "/my/billing/done/": {"GET": "functions.billing.done:done_page"},
    "/my/billing/invoice/": {"GET": "functions.billing.jobs:download"},
}
# The parts a portal may switch off, by the folder or module of the handlers that go with them.
PARTS = {
    "functions.tickets.": "tickets",
    "functions.billing.": "billing",
    "functions.account.": "account",
    "functions.status.": "status",
    "functions.changelog.": "changelog",
    "functions.insights.feedback:": "articles",
}
# There while somebody can sign in to something, and for the address of a question that is asked without.
SIGN_IN = ("functions.signin.", "functions.hub:")
# Called by other servers with a token of their own, never by a form: no origin to check.
BEARER_ONLY = {
    "/api/tick",
    "/api/signin/backchannel",
    "/api/desk/webhook",
    "/api/billing/webhook",
    "/api/status/unsubscribe",
    "/api/changelog/unsubscribe",
    "/api/status/hook",
}
# The heading of a problem's page by its status; a test holds that none which a handler raises is without one.
TITLES = {
    400: "We couldn't read that",
    401: "Sign in to continue",
    403: "Not allowed",
    404: "Page not found",
    409: "This can't be done now",
    411: "We couldn't read that",
    413: "Too large",
    422: "Check what you entered",
    429: "Too many attempts",
    500: "Something went wrong",
    503: "Not available right now",
}
NO_CONTENT_POLICY = "default-src 'none'; frame-ancestors 'none'"

log = logging.getLogger("functions")


class Portal:
    """The app around its services; `create` makes one from an environment, `app` is the process's own."""

    def __init__(self, services: Services) -> None:
        self.services = services

    def __call__(self, environ: "WSGIEnvironment", start_response: "StartResponse") -> Iterable[bytes]:
        request = Request(environ)
        request_id = environ["portal.request_id"] = secrets.token_hex(6)
        started = time.perf_counter()
        route = request.path
        try:
            request.limit(self.services.settings.body_limit)
            route = self._route(request)
            response = self._answer(request, route)
        except Exception as error:
            # The one place where an error becomes a response.
            response = self._failure(request, error, request_id)
        request.drain(self.services.settings.body_limit)
        response = self._harden(response, request, request_id)
        response.call_on_close(request.close)  # its files, which a handler may have left unread
        _log_request(request, route, response, request_id, started)
        return response(environ, start_response)

    def _route(self, request: Request) -> str:
        """The path below the base path; a host may or may not have stripped that already."""
        path = request.root_path.rstrip("/") + request.path
        base = self.services.base
        return "/" + path.removeprefix(base) if path.startswith(base) else path

    def _answer(self, request: Request, route: str) -> Response:
        moved = self._moved(request)
        if moved is not None:
            return moved
        methods = ROUTES.get(route) or ROUTES.get(route + "/")
        if methods is None or any(self._switched_off(where) for where in methods.values()):
            raise Problem(404, "There is no page here.")
        method = "GET" if request.method == "HEAD" else request.method
        where = methods.get(method)
        if where is None:
            response = Response("Method not allowed\n", 405, mimetype="text/plain")
            response.allow.update(methods)
            return response
        if route not in ROUTES:
            return _redirect(self.services.url(route + "/"), 308)
        if route not in BEARER_ONLY:
            check_origin(request, self.services.settings)
        module, _, function = where.partition(":")
        response = getattr(importlib.import_module(module), function)(request, self.services)
        if not isinstance(response, Response):
            raise TypeError(f"{where} returned {type(response).__name__}, not a Response")
        return response

    def _switched_off(self, handler: str) -> bool:
        portal = self.services.portal
        on = portal["parts"]
        if handler.startswith(SIGN_IN):
            return not (portal.get("sign_in", True) or on.get("tickets", True))
        return any(handler.startswith(where) and not on.get(part, True) for where, part in PARTS.items())

    def _moved(self, request: Request) -> Response | None:
        """On a loopback portal: redirect to PUBLIC_ORIGIN's host, since `localhost` has not `127.0.0.1`'s cookies."""
        settings = self.services.settings
        name = request.host.partition(":")[0]
        if not settings.loopback or request.method not in SAFE_METHODS:
            return None
        if name not in LOOPBACK or request.host == settings.public_host or request.headers.get("Authorization"):
            return None
        return _redirect(settings.public_origin + request.full_path.rstrip("?"), 307)

    def _failure(self, request: Request, error: Exception, request_id: str) -> Response:
        services = self.services
        if isinstance(error, SignInNeeded) and not wants_json(request) and request.method in SAFE_METHODS:
            here = quote(services.base + self._route(request).lstrip("/") + _query(request), safe="")
            return _redirect(services.url(f"api/signin?return={here}"), 303)
        problem = _problem(error, request_id)
        headers = {"Retry-After": str(problem.retry_after)} if problem.retry_after else None
        if wants_json(request) or isinstance(error, SettingsError):
            return _problem_json(problem, request_id, headers)
        try:
            response = pages.render(
                services,
                _title(problem.status),
                "problem.html",
                problem.status,
                problem=problem,
                request_id=request_id,
                typed=_typed(request, services),
            )
        except Exception:
            # Without the shell there is no page: answer in plain text.
            log.exception("the error page failed", extra={"request": request_id})
            return Response(
                f"{problem.public}\nReference: {request_id}\n", problem.status, headers, mimetype="text/plain"
            )
        response.headers.extend(headers or {})
        return response

    def _harden(self, response: Response, request: Request, request_id: str) -> Response:
        """Add the headers of every answer; an answer with a header that could be split, or that
        hosts send differently, is replaced by an error."""
        for name, value in response.headers:
            # Outside ASCII, hosts differ in what they send, if they send it; Werkzeug encodes a Location.
            if has_control(name + value) or not (name.isascii() and (value.isascii() or name == "Location")):
                log.error("a header of the answer is not plain ASCII: %s", name, extra={"request": request_id})
                response = Response("Something went wrong here.\n", 500, mimetype="text/plain")
                break
        headers = response.headers
        headers.remove("Date")  # Werkzeug's for a tagged answer: some servers add theirs, and pages tell an age by it
        headers.setdefault("Cache-Control", "no-store")
        headers.setdefault("Referrer-Policy", "same-origin")
        headers["X-Content-Type-Options"] = "nosniff"
        headers["X-Request-Id"] = request_id
        if response.mimetype == "text/html":
            headers["Content-Security-Policy"] = self._policy(leads_away=getattr(response, "leads_away", False))
        headers.setdefault("Content-Security-Policy", NO_CONTENT_POLICY)
        if self.services.settings.preview:
            headers["X-Robots-Tag"] = "noindex, nofollow"
        if self.services.settings.secure:
            headers["Strict-Transport-Security"] = "max-age=31536000"
        return response

    def _policy(self, *, leads_away: bool) -> str:
        settings = self.services.settings
        hashes = " ".join(f"'{value}'" for value in self.services.portal.get("csp_script_hashes", ()))
        # Browsers hold every step of a redirect against form-action: see decision 30.
        targets = (" https:" if settings.secure else " http: https:") if leads_away else ""
        check = vendors.family("bots").get(settings.bot_check)
        bots = "".join(f" {host}" for host in check.hosts) if check else ""
        frames = bots.strip() or "'none'"
        return (
            f"default-src 'none'; script-src 'self' {hashes}{bots}; frame-src {frames};"
            f" style-src 'self' 'unsafe-inline'; img-src 'self' data:;"
            f" font-src 'self'; connect-src 'self'; manifest-src 'self'; base-uri 'none'; frame-ancestors 'none';"
            f" form-action 'self'{targets}"
        )


def create(environ: dict[str, str]) -> Portal:
    """The app for an environment; raises SettingsError that lists everything wrong with it."""
    services = Services(read(environ))
    if any(":" in name for name in services.settings.vendors):
        from functions import custom  # only where somebody has a vendor of their own

        custom.check(services.settings, services)
    return Portal(services)


def app(environ: "WSGIEnvironment", start_response: "StartResponse") -> Iterable[bytes]:
    """The WSGI app of this process, set up from its environment at the first request."""
    try:
        portal = _own()
    except SettingsError as error:
        log.critical("settings: %s", error)
        answer = Response(
            "The portal's functions are not set up; the log says what is missing.\n", 500, mimetype="text/plain"
        )
        return answer(environ, start_response)
    return portal(environ, start_response)


@cache
def _own() -> Portal:
    log_as_json()
    return create(dict(os.environ))


def _problem(error: Exception, request_id: str) -> Problem:
    """What the customer is told of an error; the log gets the cause."""
    if isinstance(error, Problem):
        if error.__cause__ is not None:
            log.warning("problem %s", error.status, exc_info=error, extra={"request": request_id})
        return error
    if isinstance(error, HTTPException):
        known = {
            413: "That is too much for one message. Shorten it, or send fewer files.",
            404: "There is no page here.",
        }
        return Problem(error.code or 400, known.get(error.code or 400, "We couldn't read what your browser sent."))
    if isinstance(error, VendorError):
        log.error("vendor: %s %s", error.kind, error.detail, exc_info=error, extra={"request": request_id})
        status = {"not_found": 404, "rejected": 422, "rate_limited": 503}.get(error.kind, 503)
        return Problem(status, error.public, retry_after=error.retry_after)
    if isinstance(error, StoreError):
        log.error("store: %s", error, exc_info=error, extra={"request": request_id})
        return Problem(503, "We can't save or look up anything right now. Try again in a few minutes.", retry_after=60)
    if isinstance(error, SettingsError):
        log.critical("settings: %s", error, extra={"request": request_id})
        return Problem(500, "This page isn't set up yet. Please contact support.")
    log.error("fault", exc_info=error, extra={"request": request_id})
    return Problem(500, "Something went wrong on our side. Try again, or contact support.")


def _problem_json(problem: Problem, request_id: str, headers: dict[str, str] | None) -> Response:
    """RFC 9457 problem details."""
    body: dict[str, Any] = {
        "title": _title(problem.status),
        "status": problem.status,
        "detail": problem.public,
        "request": request_id,
    }
    if problem.fields:
        body["fields"] = problem.fields
    return Response(json.dumps(body, ensure_ascii=False), problem.status, headers, mimetype="application/problem+json")


def _title(status: int) -> str:
    return TITLES.get(status) or TITLES[400 if status < 500 else 500]


def _typed(request: Request, services: Services) -> tuple[str, str]:
    """Subject and text of a form that was not taken, so that nothing typed is lost without JavaScript; never what
    another site sent."""
    if request.method in SAFE_METHODS:
        return "", ""
    try:
        check_origin(request, services.settings)
        return request.form.get("subject", ""), request.form.get("body", "")
    except RequestEntityTooLarge:
        begun = request.text_at_the_beginning()
        return begun.get("subject", ""), begun.get("body", "")
    except (Problem, HTTPException):
        return "", ""  # another site's, or not to be read; the browser's own form still has it


def _redirect(location: str, status: int) -> Response:
    return Response(status=status, headers={"Location": location})


def _query(request: Request) -> str:
    return f"?{request.query_string.decode('ascii', 'replace')}" if request.query_string else ""


def _log_request(request: Request, route: str, response: Response, request_id: str, started: float) -> None:
    known = route if route in ROUTES else "unknown"
    ms = round((time.perf_counter() - started) * 1000, 1)
    fields = {"request": request_id, "method": request.method, "route": known, "status": response.status_code, "ms": ms}
    log.info("request", extra=fields)
