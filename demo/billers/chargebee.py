"""The part of Chargebee's API v2 (Product Catalog 2.0) that the portal uses.

https://apidocs.chargebee.com/docs/api, written from its documentation and its types, not from our adapter.
"""

import json
import re
from base64 import b64encode
from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from werkzeug.wrappers import Request, Response

from demo.billers import chargebee_objects as objects
from demo.billers import company
from demo.billers.company import Company, Customer, Declined, Event, Invoice, Refused, Subscription
from demo.billers.hosted import Doors
from demo.billers.moods import front
from demo.helpdesks.faults import Faults

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIEnvironment

KEY = "test_chargebee_key"
WEBHOOK_USER, WEBHOOK_PASSWORD = "portal", "chargebee-webhook-password"
KINDS = {
    "created": "subscription_created",
    "changed": "subscription_changed",
    "cancelled": "subscription_cancellation_scheduled",
    "resumed": "subscription_scheduled_cancellation_removed",
    "ended": "subscription_cancelled",
    "paid": "payment_succeeded",
    "failed": "payment_failed",
}
PDF_SECONDS = 60
COLUMN = re.compile(r"subscription_items\[(item_price_id|quantity)\]\[0\]")


class Problem(Exception):
    """An error in Chargebee's shape."""

    def __init__(self, status: int, code: str, message: str, param: str = "", kind: str = "invalid_request") -> None:
        super().__init__(message)
        said = {"message": message, "type": kind, "api_error_code": code, "http_status_code": status}
        self.response = _json(said | ({"param": param} if param else {}), status)


class Chargebee:
    """One site. `answered` keeps the answer to each idempotency key, with what was asked; `codes` are the site's codes
    for why somebody cancels, and `code_needed` says that each cancellation must have one. `comments` are by
    subscription."""

    def __init__(self, books: Company) -> None:
        self.books = books
        self.doors = Doors(books)
        self.faults = Faults()
        self.answered: dict[str, tuple[bytes, Response]] = {}
        self.codes = {"Not interested", "Order change"}
        self.code_needed = False
        self.reasons: dict[str, str] = {}
        self.comments: dict[str, str] = {}

    def __call__(self, environ: "WSGIEnvironment", start_response: "StartResponse") -> Iterable[bytes]:
        request = Request(environ)
        request.get_data()  # before the form is read, which would leave nothing
        if found := re.fullmatch(r"/(?:portal|pages|files)/(.+?)/?", request.path):
            return self.doors.page(request, found[1])(environ, start_response)
        if request.path == "/":
            return front(request, self.faults)(environ, start_response)
        return self.faults.around(request, lambda: self._answer(request))(environ, start_response)

    def webhook(self, event: Event, password: str = WEBHOOK_PASSWORD) -> tuple[dict[str, str], bytes]:
        """The headers and the body with which an event is told: without a signature."""
        credentials = b64encode(f"{WEBHOOK_USER}:{password}".encode()).decode()
        headers = {"Authorization": f"Basic {credentials}", "Content-Type": "application/json"}
        return headers, json.dumps(self._event(event)).encode()

    def _answer(self, request: Request) -> Response:
        given = request.authorization
        if given is None or (given.username, given.password) != (KEY, ""):
            return Problem(401, "api_authentication_failed", "Sorry, authentication failed.").response
        routes: list[tuple[str, str, Callable[..., Response]]] = [
            ("POST", r"/portal_sessions", self._portal),
            ("POST", r"/hosted_pages/manage_payment_sources", self._card_page),
            ("GET", r"/customers", self._customers),
            ("GET", r"/customers/([\w-]+)", self._customer),
            ("GET", r"/item_prices", self._prices),
            ("GET", r"/subscriptions", self._subscriptions),
            ("GET", r"/subscriptions/([\w-]+)", self._subscription),
            ("GET", r"/subscriptions/([\w-]+)/retrieve_with_scheduled_changes", self._later),
            ("POST", r"/subscriptions/([\w-]+)/update_for_items", self._change),
            ("POST", r"/subscriptions/([\w-]+)/cancel_for_items", self._cancel),
            ("POST", r"/subscriptions/([\w-]+)/remove_scheduled_cancellation", self._resume),
            ("POST", r"/subscriptions/([\w-]+)/remove_scheduled_changes", self._unschedule),
            ("POST", r"/comments", self._comment),
            ("GET", r"/subscriptions/([\w-]+)/renewal_estimate", self._renewal),
            ("POST", r"/estimates/update_subscription_for_items", self._estimate),
            ("GET", r"/invoices", self._invoices),
            ("GET", r"/invoices/([\w-]+)", self._invoice_page),
            ("POST", r"/invoices/([\w-]+)/pdf", self._pdf),
            ("GET", r"/events/([\w-]+)", self._one_event),
        ]
        for verb, pattern, handler in routes:
            if verb == request.method and (found := re.fullmatch("/api/v2" + pattern, request.path)):
                with self.books.lock:
                    return self._once(request, lambda: handler(request, *found.groups()))  # noqa: B023
        return Problem(404, "site_not_ready", f"{request.method} {request.path} is not there").response

    def _once(self, request: Request, answer: Callable[[], Response]) -> Response:
        """The answer, kept by its idempotency key; the same key with other parameters is refused."""
        key = request.headers.get("chargebee-idempotency-key", "") if request.method == "POST" else ""
        asked = request.path.encode() + b"?" + request.get_data()
        if key in self.answered:
            before, kept = self.answered[key]
            if before != asked:
                return Problem(400, "invalid_request", "The idempotency key was used with other parameters.").response
            return Response(kept.get_data(), kept.status_code, {"chargebee-idempotency-replayed": "true"}, JSON)
        try:
            done = answer()
        except Declined as declined:
            done = Problem(400, "payment_processing_failed", str(declined), kind="payment").response
        except Refused as refused:
            done = Problem(400, "invalid_state_for_request", str(refused)).response
        except Problem as problem:
            done = problem.response
        if key:
            self.answered[key] = (asked, done)
        return done

    def _portal(self, request: Request) -> Response:
        customer = self._whose(request.form.get("customer[id]", ""), "customer[id]")
        key = self.doors.open(customer.id, "home", request.form.get("redirect_url", ""))
        return _json({"portal_session": {
            "id": f"portal_{key[:8]}", "token": key, "access_url": f"{request.host_url}portal/{key}",
            "redirect_url": request.form.get("redirect_url"), "status": "created", "created_at": self.books.now(),
            "expires_at": self.doors.links[key].until, "object": "portal_session", "customer_id": customer.id,
            "linked_customers": [],
        }})  # fmt: skip

    def _card_page(self, request: Request) -> Response:
        customer = self._whose(request.form.get("customer[id]", ""), "customer[id]")
        key = self.doors.open(customer.id, "card", request.form.get("redirect_url", ""))
        return _json({"hosted_page": {
            "id": key, "type": "manage_payment_sources", "url": f"{request.host_url}pages/{key}/", "state": "created",
            "embed": False, "created_at": self.books.now(), "expires_at": self.doors.links[key].until,
            "object": "hosted_page",
        }})  # fmt: skip

    def _customers(self, request: Request) -> Response:
        email = request.args.get("email[is]")
        found = [one for one in self.books.customers.values() if email in (None, one.email)]
        return _page(request, [objects.customer(one) for one in found])

    def _customer(self, request: Request, name: str) -> Response:
        return _json(objects.customer(self._whose(name, "customer_id")))

    def _prices(self, request: Request) -> Response:
        currency = request.args.get("currency_code[is]")
        rows = [
            {"item_price": {
                "id": f"{plan}-{code}-Monthly", "name": f"{plan} {code} monthly", "external_name": title,
                "item_id": plan, "item_type": "plan", "status": "active", "price": price, "period": 1,
                "period_unit": "month", "currency_code": code, "pricing_model": "per_unit", "object": "item_price",
            }}
            for plan, (title, prices) in company.PLANS.items()
            for code, price in prices.items() if currency in (None, code)
        ]  # fmt: skip
        return _page(request, rows)

    def _subscriptions(self, request: Request) -> Response:
        customer, states = request.args.get("customer_id[is]"), request.args.get("status[in]", "")
        found = [
            self._with_customer(one)
            for one in reversed(self.books.subscriptions.values())
            if customer in (None, one.customer) and (not states or objects.STATES[one.state] in json.loads(states))
        ]
        return _page(request, found)

    def _subscription(self, request: Request, name: str) -> Response:
        return _json(self._with_customer(self._which(name)))

    def _later(self, request: Request, name: str) -> Response:
        one = self._which(name)
        plan, seats = one.waiting or (one.plan, one.seats)
        return _json(self._with_customer(replace(one, plan=plan, seats=seats)))

    def _change(self, request: Request, name: str) -> Response:
        one = self._which(name)
        plan, seats = self._wanted(request.form, one)
        at_end = request.form.get("end_of_term") == "true"
        invoice = self.books.change(one, plan, seats, self.books.now(), at_end=at_end)
        made = {"invoice": objects.invoice(invoice, self.books)} if invoice and invoice.total > 0 else {}
        return _json(self._with_customer(one) | made)

    def _cancel(self, request: Request, name: str) -> Response:
        reason = request.form.get("cancel_reason_code", "")
        if reason not in self.codes and (reason or self.code_needed):
            words = (
                f"cancel_reason_code : {reason} is not a reason code" if reason else "cancel_reason_code : is missing"
            )
            raise Problem(400, "param_wrong_value", words, "cancel_reason_code")
        if request.form.get("end_of_term") != "true" and request.form.get("cancel_option") != "end_of_term":
            # What a careless call does: the customer loses what was paid for.
            self.books.finish(self._which(name))
        else:
            self.books.cancel(self._which(name))
        return _json(self._with_customer(self._which(name)))

    def _unschedule(self, request: Request, name: str) -> Response:
        one = self._which(name)
        if one.waiting is None:
            raise Refused("there are no scheduled changes")
        one.waiting = None
        return _json(self._with_customer(one))

    def _comment(self, request: Request) -> Response:
        form = request.form
        self.comments[self._which(form.get("entity_id", "")).id] = form["notes"]
        return _json({"comment": {
            "id": f"cmt_{len(self.comments)}", "entity_type": form["entity_type"], "entity_id": form["entity_id"],
            "notes": form["notes"], "type": "user", "created_at": self.books.now(), "object": "comment",
        }})  # fmt: skip

    def _resume(self, request: Request, name: str) -> Response:
        self.books.resume(self._which(name))
        return _json(self._with_customer(self._which(name)))

    def _renewal(self, request: Request, name: str) -> Response:
        one = self._which(name)
        if one.state not in {"active", "trial"}:
            raise Refused(f"a subscription that is {objects.STATES[one.state]} does not renew")
        total = self.books.renewal(one)
        # Credit counts unless somebody does not want it to.
        due = total if request.args.get("use_existing_balances") == "false" else self.books.due(one.customer, total)
        estimate = {"total": total, "amount_due": due, "date": one.end, "currency_code": one.currency}
        estimate |= {"credits_applied": total - due}
        return _json(
            {"estimate": {"object": "estimate", "invoice_estimate": estimate | {"object": "invoice_estimate"}}}
        )

    def _estimate(self, request: Request) -> Response:
        one = self._which(request.form.get("subscription[id]", ""))
        plan, seats = self._wanted(request.form, one)
        self.books.may_change(one, plan, seats)
        after = Subscription(one.id, one.customer, plan, seats, one.currency, "active")
        total = self.books.renewal(after)
        answer: dict[str, Any] = {
            "created_at": self.books.now(), "object": "estimate",
            "subscription_estimate": {"id": one.id, "status": objects.STATES[one.state], "next_billing_at": one.end},
            "next_invoice_estimate": {"sub_total": total, "total": total, "amount_due": total, "date": one.end},
        }  # fmt: skip
        if request.form.get("end_of_term") != "true" and (plan, seats) != (one.plan, one.seats):
            lines = self.books.lines(one, plan, seats, self.books.now())
            charge, credit = objects.parted(lines, one.customer, self.books)
            used = min(charge, credit)
            due = charge - used
            if request.form.get("use_existing_balances") == "true":
                due = self.books.due(one.customer, due)
            answer["invoice_estimate"] = {
                "sub_total": lines[1].amount, "total": charge, "credits_applied": charge - due, "amount_due": due,
                "currency_code": one.currency, "price_type": "tax_exclusive",
                "line_items": [{"description": lines[1].text, "amount": lines[1].amount}],
                "taxes": [{"name": "VAT", "amount": charge - lines[1].amount}],
            }  # fmt: skip
            answer["credit_note_estimates"] = [{"total": credit, "amount_allocated": used, "type": "refundable"}]
        return _json({"estimate": answer})

    def _invoices(self, request: Request) -> Response:
        customer = request.args.get("customer_id[is]")
        found = [
            {"invoice": objects.invoice(one, self.books)}
            for one in reversed(self.books.invoices)
            # What is paid back is a credit note, which is another list.
            if customer in (None, one.customer) and one.total >= 0
        ]
        return _page(request, found)

    def _bill(self, number: str) -> Invoice:
        for one in self.books.invoices:
            if one.number == number:
                return one
        raise Problem(404, "resource_not_found", f"{number} not found")

    def _invoice_page(self, request: Request, number: str) -> Response:
        return _json({"invoice": objects.invoice(self._bill(number), self.books)})

    def _pdf(self, request: Request, number: str) -> Response:
        found = self._bill(number)
        key = self.doors.open(found.customer, number, seconds=PDF_SECONDS)
        return _json({"download": {
            "download_url": f"{request.host_url}files/{key}", "valid_till": self.doors.links[key].until,
            "mime_type": "application/pdf", "object": "download",
        }})  # fmt: skip

    def _one_event(self, request: Request, name: str) -> Response:
        found = next((one for one in self.books.events if one.id == name), None)
        if found is None:
            raise Problem(404, "resource_not_found", f"{name} not found")
        return _json({"event": self._event(found)})

    def _event(self, event: Event) -> dict[str, Any]:
        one = self.books.subscriptions[event.subscription]
        return {
            "id": event.id, "occurred_at": event.at, "source": "api", "object": "event", "api_version": "v2",
            "event_type": KINDS[event.kind], "webhook_status": "scheduled", "content": self._with_customer(one),
        }  # fmt: skip

    def _wanted(self, form: Mapping[str, str], one: Subscription) -> tuple[str, int]:
        """The plan and the seats of a form; arrays are in columns, as nobody else writes them."""
        for name in form:
            if name.startswith("subscription_items") and not COLUMN.fullmatch(name):
                raise Problem(400, "param_wrong_value", f"{name} is not an array in columns", name)
        price = form.get("subscription_items[item_price_id][0]", "")
        found = re.fullmatch(r"(\w+)-([A-Z]{3})-Monthly", price)
        if not found or found[1] not in company.PLANS or found[2] != one.currency:
            raise Problem(400, "resource_not_found", f"item_price_id : {price} not found", "item_price_id")
        text = form.get("subscription_items[quantity][0]", "")
        if not text.isdecimal():
            raise Problem(400, "param_wrong_value", "quantity is not a number", "quantity")
        return found[1], int(text)

    def _with_customer(self, one: Subscription) -> dict[str, Any]:
        return {
            "subscription": objects.subscription(one, self.books),
            **objects.customer(self.books.customers[one.customer]),
        }

    def _whose(self, name: str, param: str) -> Customer:
        if name not in self.books.customers:
            raise Problem(404, "resource_not_found", f"{param} : {name} not found", param)
        return self.books.customers[name]

    def _which(self, name: str) -> Subscription:
        if name not in self.books.subscriptions:
            raise Problem(404, "resource_not_found", f"{name} not found")
        return self.books.subscriptions[name]


JSON = "application/json"


def _page(request: Request, rows: list[dict[str, Any]]) -> Response:
    """A part of a list; `offset` is the last answer's `next_offset`."""
    size, start = request.args.get("limit", 10, type=int), request.args.get("offset", "0")
    at = int(start.strip('[]"'))
    more = {"next_offset": f'["{at + size}"]'} if len(rows) > at + size else {}
    return _json({"list": rows[at : at + size], **more})


def _json(data: dict[str, Any], status: int = 200) -> Response:
    return Response(json.dumps(data), status, mimetype=JSON)
