"""The part of Stripe's API that the portal uses, version 2026-10-28.endive.

https://docs.stripe.com/api, written from its documentation, not from our adapter. It misbehaves on demand, and as
Stripe does: a key sent again gives the first answer (a failure too) and is refused with other parameters, what a
portal session may do is decided by the portal's configuration, and no property is expanded deeper than four levels.
"""

import hashlib
import hmac
import json
import re
import secrets
from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING, Any

from werkzeug.wrappers import Request, Response

from demo.billers import stripe_objects
from demo.billers.company import PLANS, Company, Event, Invoice, Line, Refused, Subscription
from demo.billers.hosted import Doors, pdf
from demo.billers.moods import front
from demo.helpdesks.faults import Faults

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIEnvironment

KEY = "rk_test_demo"
WEBHOOK_SECRET = "whsec_demo_of_the_portal"
VERSIONS = {"2026-10-28.endive"}
# A flow of the portal -> the feature of its configuration that must be on.
FLOWS = {name: name for name in stripe_objects.FEATURES if name != "invoice_history"}
FLOWS["subscription_update_confirm"] = "subscription_update"
MOST_EXPANDED = 4
KINDS = {"created": "created", "changed": "updated", "cancelled": "updated", "resumed": "updated", "ended": "deleted"}
BILL_KINDS = {"paid": "invoice.paid", "failed": "invoice.payment_failed"}
WRITES = {
    "items[0][id]", "items[0][quantity]", "items[0][price]", "proration_behavior", "proration_date",
    "payment_behavior", "cancel_at_period_end", "cancellation_details[comment]", "cancellation_details[feedback]",
}  # fmt: skip
PREVIEWS = {
    "customer", "subscription", "preview_mode", "subscription_details[items][0][id]",
    "subscription_details[items][0][quantity]", "subscription_details[items][0][price]",
    "subscription_details[proration_behavior]", "subscription_details[proration_date]",
}  # fmt: skip


class Refusal(Exception):
    """An error in Stripe's shape."""

    def __init__(
        self, status: int, message: str, code: str = "", param: str = "", kind: str = "invalid_request_error"
    ) -> None:
        super().__init__(message)
        error = {"type": kind, "message": message, "code": code, "param": param}
        self.response = _json({"error": {name: value for name, value in error.items() if value}}, status)


class Stripe:
    """One account. `answered` keeps the answer to each idempotency key, with what was asked."""

    def __init__(self, books: Company) -> None:
        self.books = books
        self.doors = Doors(books)
        self.faults = Faults()
        self.answered: dict[str, tuple[str, Response]] = {}
        self.reasons: dict[str, str] = {}
        self.switched_off: set[str] = set()
        self.cancel_mode = "at_period_end"
        self.foreign = False

    def __call__(self, environ: "WSGIEnvironment", start_response: "StartResponse") -> Iterable[bytes]:
        request = Request(environ)
        request.get_data(parse_form_data=True)
        if found := re.fullmatch(r"/(?:p/session|files)/(.+)", request.path):
            what = found[1].removeprefix("in_")
            known = what in {one.number for one in self.books.invoices}
            page = pdf(what) if known else self.doors.page(request, found[1])
            return page(environ, start_response)
        if request.path == "/":
            return front(request, self.faults)(environ, start_response)
        return self.faults.around(request, lambda: self._answer(request))(environ, start_response)

    def webhook(
        self, event: Event, secret: str = WEBHOOK_SECRET, at: int | None = None
    ) -> tuple[dict[str, str], bytes]:
        """The headers and the body with which an event is told, signed at `at` (unix seconds)."""
        body = json.dumps(self._event(event)).encode()
        moment = self.books.now() if at is None else at
        signature = hmac.new(secret.encode(), f"{moment}.".encode() + body, hashlib.sha256).hexdigest()
        return {"Stripe-Signature": f"t={moment},v1={signature}", "Content-Type": "application/json"}, body

    def _event(self, event: Event) -> dict[str, Any]:
        one = self.books.subscriptions[event.subscription]
        about: dict[str, Any] = stripe_objects.subscription(one, self.books)
        kind = f"customer.subscription.{KINDS.get(event.kind, 'updated')}"
        if event.kind in BILL_KINDS:
            kind = BILL_KINDS[event.kind]
            newest = next(bill for bill in self.books.bills(event.customer))
            about = stripe_objects.invoice(newest, self.books)
        return {
            "id": event.id,
            "object": "event",
            "api_version": "2026-10-28.endive",
            "created": event.at,
            "data": {"object": about},
            "livemode": False,
            "pending_webhooks": 1,
            "request": None,
            "type": kind,
        }

    def _answer(self, request: Request) -> Response:
        try:
            if request.headers.get("Authorization") != f"Bearer {KEY}":
                raise Refusal(401, "Invalid API Key provided")
            if (version := request.headers.get("Stripe-Version", "")) not in VERSIONS:
                raise Refusal(400, f"Invalid Stripe API version: {version}")
            for name in [*request.args.getlist("expand[]"), *request.form.getlist("expand[]")]:
                if name.count(".") >= MOST_EXPANDED:
                    raise Refusal(400, f"You cannot expand more than 4 levels of a property. Property: {name}")
            with self.books.lock:
                return self._once(request)
        except Refusal as refusal:
            return refusal.response

    def _once(self, request: Request) -> Response:
        """The answer to a call; with an idempotency key that is known, the first one."""
        key = request.headers.get("Idempotency-Key", "")
        if request.method != "POST" or not key:
            return self._route(request)
        asked = f"{request.path} {sorted(request.form.items())}"
        if key in self.answered:
            before, answer = self.answered[key]
            if before != asked:
                words = (
                    "Keys for idempotent requests can only be used with the same parameters they were first used with."
                )
                raise Refusal(400, words, kind="idempotency_error")
            return answer
        try:
            answer = self._route(request)
        except Refusal as refusal:
            answer = refusal.response
        # What is refused before anything was tried (400, 401, 429) is not kept; a declined card is.
        if answer.status_code in (200, 402):
            self.answered[key] = (asked, answer)
        return answer

    def _route(self, request: Request) -> Response:
        routes: list[tuple[str, str, Callable[..., Any]]] = [
            ("POST", "/v1/billing_portal/sessions", self._session),
            ("GET", "/v1/billing_portal/configurations", self._configurations),
            ("GET", "/v1/customers/([^/]+)", self._customer),
            ("GET", "/v1/invoices", self._invoices),
            ("GET", "/v1/invoices/([^/]+)", self._invoice),
            ("POST", "/v1/invoices/create_preview", self._preview),
            ("GET", "/v1/subscriptions", self._subscriptions),
            ("GET", "/v1/subscriptions/([^/]+)", self._subscription),
            ("POST", "/v1/subscriptions/([^/]+)", self._update),
            ("GET", "/v1/products/([^/]+)", self._product),
            ("GET", "/v1/prices", self._prices),
        ]
        for method, pattern, answer in routes:
            if method == request.method and (found := re.fullmatch(pattern, request.path)):
                return _json(answer(request, *found.groups()))
        raise Refusal(404, f"Unrecognized request URL ({request.method}: {request.path}).")

    # Reading

    def _configurations(self, request: Request) -> dict[str, Any]:
        expand = request.args.getlist("expand[]")
        found = stripe_objects.configuration(self.switched_off, self.cancel_mode, expand)
        return stripe_objects.listed([found], request.path)

    def _customer(self, request: Request, name: str) -> dict[str, Any]:
        if name not in self.books.customers:
            raise Refusal(404, f"No such customer: '{name}'", "resource_missing", "id")
        expand = request.args.getlist("expand[]")
        return stripe_objects.customer(self.books.customers[name], expand, self.books.credits.get(name, 0))

    def _known(self, name: str | None) -> str:
        if not name:
            raise Refusal(400, "Missing required param: customer.", "parameter_missing", "customer")
        if name not in self.books.customers:
            raise Refusal(400, f"No such customer: '{name}'", "resource_missing", "customer")
        return name

    def _invoices(self, request: Request) -> dict[str, Any]:
        bills = self.books.bills(self._known(request.args.get("customer")))
        shown = bills[: int(request.args.get("limit", "10"))]
        data = [self._bill(one, request) for one in shown]
        return stripe_objects.listed(data, request.path, more=len(bills) > len(shown))

    def _invoice(self, request: Request, name: str) -> dict[str, Any]:
        found = next((one for one in self.books.invoices if f"in_{one.number}" == name), None)
        if found is None:
            raise Refusal(404, f"No such invoice: '{name}'", "resource_missing", "invoice")
        return self._bill(found, request)

    def _bill(self, one: Invoice, request: Request) -> dict[str, Any]:
        return stripe_objects.invoice(one, self.books, self.books.left.get(one.number), request.host_url.rstrip("/"))

    def _subscriptions(self, request: Request) -> dict[str, Any]:
        every = list(reversed(self.books.subscriptions.values()))
        if "customer" in request.args:
            every = self.books.of(self._known(request.args["customer"]))
        rows = [self._told(one) for one in every]
        wanted = request.args.get("status", "")
        # Stripe leaves out what is over unless it is asked for.
        rows = [
            row
            for row in rows
            if wanted == "all" or row["status"] == wanted or (not wanted and row["status"] != "canceled")
        ]
        after = request.args.get("starting_after")
        first = next((number + 1 for number, row in enumerate(rows) if row["id"] == after), 0)
        shown = rows[first : first + int(request.args.get("limit", "10"))]
        return stripe_objects.listed(shown, request.path, more=first + len(shown) < len(rows))

    def _subscription(self, request: Request, name: str) -> dict[str, Any]:
        return self._told(self._of(name))

    def _told(self, one: Subscription) -> dict[str, Any]:
        return stripe_objects.subscription(one, self.books, self.reasons.get(one.id, ""))

    def _of(self, name: str) -> Subscription:
        if name not in self.books.subscriptions:
            raise Refusal(404, f"No such subscription: '{name}'", "resource_missing", "id")
        return self.books.subscriptions[name]

    def _product(self, request: Request, name: str) -> dict[str, Any]:
        plan = name.removeprefix("prod_")
        if plan not in PLANS:
            raise Refusal(404, f"No such product: '{name}'", "resource_missing", "id")
        return stripe_objects.product(plan)

    def _prices(self, request: Request) -> dict[str, Any]:
        currency = request.args.get("currency", "").upper()
        expanded = "data.product" in request.args.getlist("expand[]")
        data = [
            stripe_objects.price(plan, one, product=stripe_objects.product(plan) if expanded else None)
            for plan, (_, prices) in PLANS.items()
            for one in prices
            if currency in ("", one)
        ]
        return stripe_objects.listed(data, request.path)

    # Writing

    def _session(self, request: Request) -> dict[str, Any]:
        form = request.form
        known = {"customer", "return_url", "configuration", "locale", "on_behalf_of", "expand[]"}
        _only(form, known, "flow_data[")
        customer = self._known(form.get("customer"))
        flow = form.get("flow_data[type]", "")
        if flow and flow not in FLOWS:
            raise Refusal(400, f"Invalid flow_data[type]: {flow}", param="flow_data[type]")
        if flow and FLOWS[flow] in self.switched_off:
            words = f"This portal session can't be created: {FLOWS[flow]} is disabled in the portal configuration."
            raise Refusal(400, words)
        if flow.startswith("subscription_"):
            self._flow_subscription(form.get(f"flow_data[{flow}][subscription]"), flow, customer)
        back = form.get("flow_data[after_completion][redirect][return_url]") or form.get("return_url", "")
        what = {"payment_method_update": "card", "subscription_update_confirm": self._confirmed(form, flow)}
        key = self.doors.open(customer, what.get(flow, "home"), back)
        origin = "https://billing.evil.example" if self.foreign else request.host_url.rstrip("/")
        return {
            "id": f"bps_{secrets.token_hex(12)}",
            "object": "billing_portal.session",
            "configuration": "bpc_demo",
            "created": self.books.now(),
            "customer": customer,
            "livemode": False,
            "locale": form.get("locale"),
            "on_behalf_of": None,
            "return_url": form.get("return_url"),
            "url": f"{origin}/p/session/{key}",
        }

    def _flow_subscription(self, name: str | None, flow: str, customer: str) -> None:
        param = f"flow_data[{flow}][subscription]"
        if not name:
            raise Refusal(400, f"Missing required param: {param}.", "parameter_missing", param)
        one = self.books.subscriptions.get(name)
        if one is None or one.customer != customer:
            raise Refusal(400, f"No such subscription: '{name}'", "resource_missing", param)

    def _confirmed(self, form: Any, flow: str) -> str:
        """What the page of a confirmation does, as the door's word."""
        part = f"flow_data[{flow}]"
        name, quantity = form.get(f"{part}[subscription]", ""), form.get(f"{part}[items][0][quantity]", "")
        return f"confirm:{name}:{quantity}:{form.get(f'{part}[items][0][price]', '')}"

    def _preview(self, request: Request) -> dict[str, Any]:
        form = request.form
        _only(form, PREVIEWS)
        one = self._of(form.get("subscription", ""))
        if one.customer != form.get("customer", one.customer):
            raise Refusal(400, "The subscription does not belong to the customer.", "resource_missing", "subscription")
        if one.state in {"ending", "over"} and not form.get("subscription_details[items][0][id]"):
            raise Refusal(400, "No upcoming invoices for the subscription.", "invoice_upcoming_none")
        plan, seats = self._wanted(one, form, "subscription_details[items][0]")
        at = int(form.get("subscription_details[proration_date]") or self.books.now())
        if form.get("subscription_details[proration_behavior]") == "always_invoice":
            self._may(one, plan, seats)
            lines = self.books.lines(one, plan, seats, at)
            return self._estimate(one, lines, at, at)
        full = [Line(f"{seats} × {PLANS[plan][0]}", self.books.price(one, plan) * seats)]
        if form.get("preview_mode") == "recurring":
            return self._estimate(one, full, at, one.end, credit=False)
        return self._estimate(one, full, at, one.end)

    def _estimate(
        self, one: Subscription, lines: list[Line], at: int, later: int, *, credit: bool = True
    ) -> dict[str, Any]:
        tax = self.books.tax(one.customer, lines)
        total = sum(line.amount for line in lines) + tax
        due = self.books.due(one.customer, total) if credit else max(0, total)
        whose = self.books.customers[one.customer]
        return stripe_objects.bill(lines, tax, due, one.currency, whose, at, later) | {"id": f"upcoming_in_{one.id}"}

    def _wanted(self, one: Subscription, form: Any, part: str) -> tuple[str, int]:
        item, price, quantity = (form.get(f"{part}[{name}]") for name in ("id", "price", "quantity"))
        if (price or quantity) and item != f"si_{one.id}":
            raise Refusal(400, f"No such subscription item: '{item}'", "resource_missing", f"{part}[id]")
        plan = one.plan
        if price:
            plan = next((name for name in PLANS if stripe_objects.price_id(name, one.currency) == price), "")
        if not plan:
            raise Refusal(400, f"No such price: '{price}'", "resource_missing", f"{part}[price]")
        return plan, int(quantity or one.seats)

    def _may(self, one: Subscription, plan: str, seats: int) -> None:
        try:
            self.books.may_change(one, plan, seats)
        except Refused as refused:
            raise Refusal(400, str(refused)) from refused

    def _update(self, request: Request, name: str) -> dict[str, Any]:
        one, form = self._of(name), request.form
        _only(form, WRITES)
        try:
            if form.get("cancel_at_period_end") == "true" and one.state != "ending":
                self.books.cancel(one)
                self.reasons[name] = form.get("cancellation_details[comment]", "")
            elif form.get("cancel_at_period_end") == "false" and one.state == "ending":
                self.books.resume(one)
            elif form.get("items[0][id]"):
                self._change(one, form)
        except Refused as refused:
            raise Refusal(400, str(refused)) from refused
        return self._told(one)

    def _change(self, one: Subscription, form: Any) -> None:
        plan, seats = self._wanted(one, form, "items[0]")
        self._may(one, plan, seats)
        at = int(form.get("proration_date") or self.books.now())
        lines = self.books.lines(one, plan, seats, at)
        total = sum(line.amount for line in lines) + self.books.tax(one.customer, lines)
        card = self.books.customers[one.customer].card
        if self.books.due(one.customer, total) and card and form.get("payment_behavior") == "error_if_incomplete":
            if card.declined:
                raise Refusal(402, "Your card was declined.", "card_declined", kind="card_error")
            if card.asks:
                words = "Payment for this subscription requires additional user action before it can be completed."
                raise Refusal(402, words, "subscription_payment_intent_requires_action", kind="card_error")
        self.books.change(one, plan, seats, at)


def _only(form: Any, known: set[str], prefix: str = "\0") -> None:
    for name in form:
        if name not in known and not name.startswith(prefix):
            raise Refusal(400, f"Received unknown parameter: {name}", "parameter_unknown", name)


def _json(data: dict[str, Any], status: int = 200) -> Response:
    headers = {"Request-Id": f"req_{secrets.token_hex(7)}"}
    return Response(json.dumps(data), status, headers, mimetype="application/json")
