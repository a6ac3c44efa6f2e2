"""A billing server that speaks the part of Stripe's API that the portal uses, and misbehaves on demand.

https://docs.stripe.com/api (version 2026-10-28.endive), written from its documentation, not from our adapter.
"""

import json
import secrets
import sys
from typing import TYPE_CHECKING, Any

from markupsafe import Markup
from werkzeug import Request, Response
from werkzeug.utils import redirect

from demo import pages, server
from demo.billing_books import Books, Session
from demo.billing_pages import CARDS, PERIOD_END, PLANS, portal_page

if TYPE_CHECKING:
    from _typeshed.wsgi import WSGIApplication

KEY = "rk_test_demo"
VERSIONS = {"2026-10-28.endive"}
FLOWS = {"payment_method_update", "subscription_update", "subscription_cancel", "customer_update"}
FEATURES = ("customer_update", "invoice_history", "payment_method_update", "subscription_cancel", "subscription_update")
OPEN_WITHIN_SECONDS = 300
MOODS = ("well", "slow", "rate_limited", "broken", "garbage", "foreign_url")
SLOW_SECONDS = 30
KNOWN = {"customer", "return_url", "configuration", "locale", "on_behalf_of", "expand[]"}


class Refusal(Exception):
    """An error in Stripe's shape."""

    def __init__(self, status: int, message: str, code: str | None = None, param: str | None = None) -> None:
        super().__init__(message)
        error = {"type": "invalid_request_error", "message": message, "code": code, "param": param}
        self.response = _json({"error": {name: value for name, value in error.items() if value}}, status)


def create_app(books: Books) -> "WSGIApplication":
    """The app: Stripe's API under `/v1/`, the portal under `/p/session/`, and `/` to make it misbehave."""

    @Request.application
    def app(request: Request) -> Response:
        if request.path.startswith("/v1/"):
            try:
                return _moody(books) or _api(request, books)
            except Refusal as refusal:
                return refusal.response
        if request.path.startswith("/p/session/"):
            return _portal(request, books)
        if request.path == "/":
            return _front(request, books)
        return Response("Not found\n", 404)

    return app


def _moody(books: Books) -> Response | None:
    if books.mood == "slow":
        # An event rather than a sleep, so that a test can end the wait.
        books.hurry.wait(SLOW_SECONDS)
    if books.mood == "rate_limited":
        error = {"error": {"type": "invalid_request_error", "code": "rate_limit", "message": "Too many requests"}}
        response = _json(error, 429)
        response.headers["Stripe-Should-Retry"] = "true"
        return response
    if books.mood == "broken":
        return _json({"error": {"type": "api_error", "message": "An error occurred."}}, 500)
    if books.mood == "garbage":
        return Response("<html>upstream connect error</html>", 200, mimetype="text/html")
    return None


def _api(request: Request, books: Books) -> Response:
    if request.headers.get("Authorization") != f"Bearer {KEY}":
        raise Refusal(401, "Invalid API Key provided")
    version = request.headers.get("Stripe-Version", "")
    if version not in VERSIONS:
        raise Refusal(400, f"Invalid Stripe API version: {version}")
    match request.method, request.path.removeprefix("/v1/").split("/"):
        case "POST", ["billing_portal", "sessions"]:
            return _json(_create_session(request, books))
        case "GET", ["billing_portal", "configurations"]:
            features = {name: {"enabled": name not in books.switched_off} for name in FEATURES}
            found = {
                "id": "bpc_demo",
                "object": "billing_portal.configuration",
                "is_default": True,
                "features": features,
            }
            return _json({"object": "list", "url": request.path, "has_more": False, "data": [found]})
        case "GET", ["customers", name]:
            return _json(_customer(books, name, request.args.getlist("expand[]")))
        case "GET", ["subscriptions"]:
            _known_customer(books, request.args.get("customer", ""))
            mine = [
                _subscription(name, each)
                for name, each in books.subscriptions.items()
                if each["customer"] == request.args["customer"] and each["status"] != "canceled"
            ]
            return _json({"object": "list", "url": "/v1/subscriptions", "has_more": False, "data": mine})
    raise Refusal(404, f"Unrecognized request URL ({request.method}: {request.path}).")


def _create_session(request: Request, books: Books) -> dict[str, Any]:
    form = request.form
    for name in form:
        if name not in KNOWN and not name.startswith("flow_data["):
            raise Refusal(400, f"Received unknown parameter: {name}", "parameter_unknown", name)
    customer = form.get("customer")
    if not customer:
        raise Refusal(400, "Missing required param: customer.", "parameter_missing", "customer")
    _known_customer(books, customer)
    flow = form.get("flow_data[type]")
    if flow is not None and flow not in FLOWS:
        raise Refusal(400, f"Invalid flow_data[type]: {flow}", None, "flow_data[type]")
    subscription = _flow_subscription(form.get(f"flow_data[{flow}][subscription]"), flow, customer, books)
    after = form.get("flow_data[after_completion][redirect][return_url]")
    session = Session(customer, form.get("return_url", ""), flow, subscription, after, books.clock())
    key = f"test_{secrets.token_urlsafe(24)}"
    books.sessions[key] = session
    origin = "https://billing.evil.example" if books.mood == "foreign_url" else request.host_url.rstrip("/")
    return {
        "id": f"bps_{secrets.token_hex(12)}",
        "object": "billing_portal.session",
        "created": int(session.created),
        "customer": customer,
        "flow": {"type": flow} if flow else None,
        "livemode": False,
        "return_url": session.return_url,
        "url": f"{origin}/p/session/{key}",
    }


def _flow_subscription(name: str | None, flow: str | None, customer: str, books: Books) -> str | None:
    if flow is None or not flow.startswith("subscription_"):
        return None
    param = f"flow_data[{flow}][subscription]"
    if not name:
        raise Refusal(400, f"Missing required param: {param}.", "parameter_missing", param)
    if books.subscriptions.get(name, {}).get("customer") != customer:
        raise Refusal(400, f"No such subscription: '{name}'", "resource_missing", param)
    return name


def _known_customer(books: Books, name: str) -> dict[str, Any]:
    if name not in books.customers:
        raise Refusal(400, f"No such customer: '{name}'", "resource_missing", "customer")
    return books.customers[name]


def _customer(books: Books, name: str, expand: list[str]) -> dict[str, Any]:
    if name not in books.customers:
        raise Refusal(404, f"No such customer: '{name}'", "resource_missing", "id")
    found = books.customers[name]
    method: dict[str, Any] | str = f"pm_{found['card']}"
    if "invoice_settings.default_payment_method" in expand:
        brand, last4, _ = CARDS[found["card"]]
        card = {"brand": brand, "last4": last4, "exp_month": 4, "exp_year": 2031}
        method = {"id": method, "object": "payment_method", "type": "card", "card": card}
    return {
        "id": name,
        "object": "customer",
        "name": found["name"],
        "email": found["email"],
        "invoice_settings": {"default_payment_method": method},
    }


def _subscription(name: str, found: dict[str, Any]) -> dict[str, Any]:
    items = [{"id": "si_demo", "quantity": 5, "price": {"id": f"price_{found['plan']}"}}]
    return {
        "id": name,
        "object": "subscription",
        "customer": found["customer"],
        "status": found["status"],
        "cancel_at_period_end": found["ends"],
        "cancel_at": PERIOD_END if found["ends"] else None,
        "items": {"object": "list", "data": items},
    }


def _portal(request: Request, books: Books) -> Response:
    """The page of a portal session; its address is the only key."""
    key = request.path.removeprefix("/p/session/")
    session = books.sessions.get(key)
    if session is None or books.clock() > session.created + OPEN_WITHIN_SECONDS:
        body = Markup("<p>This billing session has expired. Go back to the portal and open billing again.</p>")
        return pages.page("Session expired", "the billing system's own page", body, 410)
    if request.method == "GET":
        return portal_page(session, books)
    customer = books.customers[session.customer]
    subscription = books.subscriptions.get(session.subscription or "", {})
    if request.form.get("card") in CARDS:
        customer["card"] = request.form["card"]
    if subscription and request.form.get("plan") in PLANS:
        subscription["plan"] = request.form["plan"]
    if subscription and request.form.get("cancel"):
        subscription["ends"] = True
    return redirect(session.after or request.path, 303)


def _front(request: Request, books: Books) -> Response:
    """Show and set how the API answers; tests post here as well."""
    mood = request.form.get("mood", "")
    if request.method == "POST" and mood in MOODS:
        books.mood = mood
        if mood == "slow":
            books.hurry.clear()
        else:
            books.hurry.set()
        return redirect("/", 303)
    buttons = [Markup('<button name="mood" value="{0}">{0}</button>').format(each) for each in MOODS]
    body = Markup("<p>The billing server is <strong>{}</strong>. Make it:</p><form method='post'>{}</form>")
    return pages.page("The demo billing server", "a billing system", body.format(books.mood, Markup().join(buttons)))


def _json(data: dict[str, Any], status: int = 200) -> Response:
    headers = {"Request-Id": f"req_{secrets.token_hex(7)}"}
    return Response(json.dumps(data), status, headers, mimetype="application/json")


if __name__ == "__main__":
    server.serve(create_app(Books()), int(sys.argv[1]))
