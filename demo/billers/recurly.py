"""The part of Recurly's API v2021-02-25 that the portal uses.

https://recurly.com/developers/api/v2021-02-25, written from its OpenAPI description, not from our adapter.
"""

import hmac
import json
import re
from collections.abc import Callable, Iterable
from hashlib import sha256
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

from werkzeug.wrappers import Request, Response

from demo.billers import company
from demo.billers import recurly_objects as objects
from demo.billers.company import Company, Customer, Declined, Event, Invoice, Refused, Subscription
from demo.billers.hosted import Doors, pdf
from demo.billers.moods import front
from demo.helpdesks.faults import Faults

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIEnvironment

KEY = "recurly-private-key"
WEBHOOK_KEY = "recurly-webhook-secret"
VERSIONS = {"application/vnd.recurly.v2021-02-25", "application/vnd.recurly.v2021-02-25+json"}
LIVE = {"active", "trial", "future", "ending"}
KINDS = {
    "created": ("subscription", "created"),
    "changed": ("subscription", "updated"),
    "cancelled": ("subscription", "canceled"),
    "resumed": ("subscription", "reactivated"),
    "ended": ("subscription", "expired"),
    "paid": ("charge_invoice", "paid"),
    "failed": ("charge_invoice", "past_due"),
}
# A link to the account page works until it is made anew.
YEARS = 10 * 365 * company.DAY


class Problem(Exception):
    """An error in Recurly's shape."""

    def __init__(self, status: int, kind: str, message: str, **more: Any) -> None:
        super().__init__(message)
        self.response = _json({"error": {"type": kind, "message": message, **more}}, status)


class Recurly:
    """One site. `token` of a customer is the key to their account page; `notes` are by customer."""

    def __init__(self, books: Company) -> None:
        self.books = books
        self.doors = Doors(books)
        self.faults = Faults()
        self.tokens: dict[str, str] = {}
        self.notes: dict[str, str] = {}

    def __call__(self, environ: "WSGIEnvironment", start_response: "StartResponse") -> Iterable[bytes]:
        request = Request(environ)
        request.get_data()
        if found := re.fullmatch(r"/account/(.+)", request.path):
            return self.doors.page(request, found[1])(environ, start_response)
        if request.path == "/":
            return front(request, self.faults)(environ, start_response)
        return self.faults.around(request, lambda: self._answer(request))(environ, start_response)

    def webhook(self, event: Event, *keys: str, at: float | None = None) -> tuple[dict[str, str], bytes]:
        """The headers and the body with which an event is told, signed with each key, at `at` (unix seconds)."""
        thing, what = KINDS[event.kind]
        told = {
            "id": event.id, "object_type": thing, "site_id": "demo", "event_type": what,
            "event_time": objects.iso(event.at), "account_code": event.customer, "uuid": event.subscription,
        }  # fmt: skip
        body = json.dumps(told).encode()
        moment = str(int((self.books.clock() if at is None else at) * 1000))
        made = [hmac.new(key.encode(), f"{moment}.".encode() + body, sha256) for key in keys or (WEBHOOK_KEY,)]
        signature = ",".join([moment, *(one.hexdigest() for one in made)])
        return {"recurly-signature": signature, "Content-Type": "application/json"}, body

    def _answer(self, request: Request) -> Response:
        given = request.authorization
        if given is None or (given.username, given.password) != (KEY, ""):
            return Problem(401, "unauthorized", "Invalid API key.").response
        wanted = {"application/pdf"} if request.path.endswith(".pdf") else VERSIONS
        if request.headers.get("Accept", "") not in wanted:
            return Problem(406, "unknown_api_version", "Specify a version in the Accept header.").response
        routes: list[tuple[str, str, Callable[..., Response]]] = [
            ("GET", r"/accounts/code-([\w.-]+)", self._account),
            ("GET", r"/accounts/code-([\w.-]+)/subscriptions", self._subscriptions),
            ("GET", r"/accounts/code-([\w.-]+)/invoices", self._invoices),
            ("GET", r"/accounts/code-([\w.-]+)/balance", self._balance),
            ("POST", r"/accounts/code-([\w.-]+)/notes", self._note),
            ("GET", r"/subscriptions", self._subscriptions),
            ("GET", r"/subscriptions/([\w-]+)", self._subscription),
            ("POST", r"/subscriptions/([\w-]+)/change", self._change),
            ("POST", r"/subscriptions/([\w-]+)/change/preview", self._preview),
            ("PUT", r"/subscriptions/([\w-]+)/cancel", self._cancel),
            ("PUT", r"/subscriptions/([\w-]+)/reactivate", self._resume),
            ("GET", r"/plans", self._plans),
            ("GET", r"/accounts", self._accounts),
            ("GET", r"/invoices/([\w-]+)\.pdf", self._pdf),
            ("GET", r"/invoices/([\w-]+)", self._invoice_page),
        ]
        verb = "GET" if request.method == "HEAD" else request.method
        for known, pattern, handler in routes:
            if known == verb and (found := re.fullmatch(pattern, request.path)):
                try:
                    with self.books.lock:
                        return handler(request, *found.groups())
                except Problem as problem:
                    return problem.response
                except Declined as declined:
                    refused = {"object": "transaction_error", "code": "declined", "category": "soft"}
                    return Problem(422, "transaction", str(declined), transaction_error=refused).response
                except Refused as refused_:
                    return Problem(422, "validation", str(refused_)).response
        return Problem(404, "not_found", f"{request.method} {request.path} is not there").response

    def _account(self, request: Request, code: str) -> Response:
        return _json(self._whole(self._whose(code)))

    def _balance(self, request: Request, code: str) -> Response:
        """Credit is by currency; these customers pay in one."""
        self._whose(code)
        currencies = {one.currency for one in self.books.of(code)}
        return _json({
            "object": "account_balance", "account": objects.account_of(code), "past_due": False,
            "balances": [
                {"currency": currency, "amount": 0.0, "processing_prepayment_amount": 0.0,
                 "available_credit_amount": objects.major(self.books.credits.get(code, 0), currency)}
                for currency in sorted(currencies)
            ],
        })  # fmt: skip

    def _note(self, request: Request, code: str) -> Response:
        self.notes[self._whose(code).id] = message = request.get_json()["message"]
        note = {"id": "note1", "object": "account_note", "account_id": f"acc{code}", "message": message}
        return _json(note | {"created_at": objects.iso(self.books.now())}, 201)

    def _accounts(self, request: Request) -> Response:
        email = request.args.get("email")
        return _list(request, [self._whole(one) for one in self.books.customers.values() if email in (None, one.email)])

    def _whole(self, one: Customer) -> dict[str, Any]:
        """An account with everything about it."""
        if one.id not in self.tokens:
            self.tokens[one.id] = self.doors.open(one.id, "home", seconds=YEARS)
        card = one.card and {
            "object": "billing_info", "valid": True, "primary_payment_method": True,
            "payment_method": {
                "object": "credit_card", "card_type": one.card.brand.title(), "last_four": one.card.last4,
                "exp_month": one.card.month, "exp_year": one.card.year,
            },
        }  # fmt: skip
        late = any(bill.state == "overdue" for bill in self.books.bills(one.id))
        return {
            "id": f"acc{one.id}", "object": "account", "code": one.id, "email": one.email, "company": one.name,
            "state": "active", "hosted_login_token": self.tokens[one.id], "has_past_due_invoice": late,
            "billing_info": card or None, "created_at": objects.iso(1_730_000_000),
        }  # fmt: skip

    def _subscriptions(self, request: Request, code: str | None = None) -> Response:
        if code is not None:
            self._whose(code)
        state = request.args.get("state")
        rows = [
            objects.subscription(one, self.books)
            for one in reversed(self.books.subscriptions.values())
            if code in (None, one.customer)
            and (state is None or state == objects.STATES[one.state] or (state == "live" and one.state in LIVE))
        ]
        return _list(request, rows)

    def _subscription(self, request: Request, name: str) -> Response:
        return _json(objects.subscription(self._which(name), self.books))

    def _change(self, request: Request, name: str) -> Response:
        one = self._which(name)
        plan, seats, at_end = self._wanted(request, one)
        reverted = one.waiting is not None and (plan, seats) == (one.plan, one.seats)
        before = one.version
        invoice = self.books.change(one, plan, seats, self.books.now(), at_end=at_end)
        if reverted:
            one.waiting = None
            return Response(status=204)
        change = self._changed(one, plan, seats, at_end)
        made = [] if invoice is None else [invoice]
        return _json(change | {"id": f"ch{before}", "invoice_collection": objects.collection(made)}, 201)

    def _preview(self, request: Request, name: str) -> Response:
        one = self._which(name)
        plan, seats, at_end = self._wanted(request, one)
        self.books.may_change(one, plan, seats)
        made: list[Invoice] = []
        if not at_end and (plan, seats) != (one.plan, one.seats):
            lines = self.books.lines(one, plan, seats, self.books.now())
            tax = self.books.tax(one.customer, lines)
            made = [Invoice("", one.customer, one.id, one.currency, self.books.now(), lines, tax)]
        return _json(self._changed(one, plan, seats, at_end) | {"invoice_collection": objects.collection(made)})

    def _changed(self, one: Subscription, plan: str, seats: int, at_end: bool) -> dict[str, Any]:
        return {
            "object": "subscription_change", "subscription_id": one.id, "plan": objects.plan_name(plan), "add_ons": [],
            "unit_amount": objects.major(self.books.price(one, plan), one.currency), "quantity": seats,
            "activate_at": objects.iso(one.end if at_end else self.books.now()), "activated": not at_end,
        }  # fmt: skip

    def _wanted(self, request: Request, one: Subscription) -> tuple[str, int, bool]:
        """Plan, seats, and whether it waits; seats that are not named are one."""
        given = request.get_json()
        unknown = set(given) - {"timeframe", "plan_code", "quantity"}
        if unknown or given.get("timeframe") not in {"now", "bill_date", "renewal", "term_end"}:
            raise Problem(400, "bad_request", f"Cannot read {sorted(unknown) or 'timeframe'}.")
        return given.get("plan_code", one.plan), given.get("quantity", 1), given["timeframe"] != "now"

    def _cancel(self, request: Request, name: str) -> Response:
        if request.get_json().get("timeframe") not in {"term_end", "bill_date"}:
            raise Problem(400, "bad_request", "timeframe is not one of: bill_date, term_end")
        self.books.cancel(self._which(name))
        return _json(objects.subscription(self._which(name), self.books))

    def _resume(self, request: Request, name: str) -> Response:
        self.books.resume(self._which(name))
        return _json(objects.subscription(self._which(name), self.books))

    def _invoices(self, request: Request, code: str) -> Response:
        self._whose(code)
        state = request.args.get("state")
        rows = [objects.invoice(one) for one in self.books.bills(code) if state in (None, objects.BILLS[one.state])]
        return _list(request, rows)

    def _invoice_page(self, request: Request, name: str) -> Response:
        return _json(objects.invoice(self._bill(name)))

    def _pdf(self, request: Request, name: str) -> Response:
        return pdf(self._bill(name).number)

    def _plans(self, request: Request) -> Response:
        rows = [
            objects.plan_name(code) | {
                "state": "active", "interval_unit": "months", "interval_length": 1, "pricing_model": "fixed",
                "currencies": [
                    {"currency": currency, "setup_fee": 0.0, "unit_amount": objects.major(price, currency)}
                    for currency, price in prices.items()
                ],
            }
            for code, (_, prices) in company.PLANS.items()
        ]  # fmt: skip
        return _list(request, rows)

    def _whose(self, code: str) -> Customer:
        if code not in self.books.customers:
            raise Problem(404, "not_found", f"Couldn't find Account with code = {code}")
        return self.books.customers[code]

    def _which(self, name: str) -> Subscription:
        if name.removeprefix("uuid-") not in self.books.subscriptions:
            raise Problem(404, "not_found", f"Couldn't find Subscription with id = {name}")
        return self.books.subscriptions[name.removeprefix("uuid-")]

    def _bill(self, name: str) -> Invoice:
        wanted = name.removeprefix("number-").removeprefix("in")
        for one in self.books.invoices:
            if one.number == wanted:
                return one
        raise Problem(404, "not_found", f"Couldn't find Invoice with id = {name}")


def _list(request: Request, rows: list[dict[str, Any]]) -> Response:
    """A part of a list; the next one has an address of its own. HEAD tells how many there are."""
    size, at = request.args.get("limit", 20, type=int), request.args.get("cursor", 0, type=int)
    more = len(rows) > at + size
    asked = {**request.args, "cursor": str(at + size)}
    next_page = f"{request.path}?{urlencode(asked)}" if more else None
    response = _json({"object": "list", "has_more": more, "next": next_page, "data": rows[at : at + size]})
    response.headers["Recurly-Total-Records"] = str(len(rows))
    return response


def _json(data: dict[str, Any], status: int = 200) -> Response:
    return Response(json.dumps(_without_nothing(data)), status, mimetype="application/json")


def _without_nothing(data: Any) -> Any:
    """Their description allows no null: what is not there has no name."""
    if isinstance(data, dict):
        return {name: _without_nothing(each) for name, each in data.items() if each is not None}
    return [_without_nothing(each) for each in data] if isinstance(data, list) else data
