"""The books of a billing system, the same for every vendor: customers, subscriptions, invoices, what a change costs.

Amounts are in the currency's minor unit, times in unix seconds.
"""

import secrets
import threading
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from decimal import ROUND_HALF_UP, Decimal

DAY = 86_400
TERM = 30 * DAY
# Name, and the price of a seat for a term by currency.
PLANS = {
    "starter": ("Starter", {"EUR": 999, "USD": 999, "JPY": 1_200, "KWD": 2_755}),
    "team": ("Team", {"EUR": 1_999, "USD": 1_999, "JPY": 2_400, "KWD": 5_505}),
    "company": ("Company", {"EUR": 3_933, "USD": 3_933, "JPY": 4_800, "KWD": 11_995}),
}
DIGITS = {"JPY": 0, "KWD": 3}


@dataclass
class Card:
    """A card that payments are taken from; one that is `declined` pays nothing, and one that `asks` pays once its owner
    has confirmed it to the bank."""

    brand: str = "visa"
    last4: str = "4242"
    month: int = 4
    year: int = 2031
    declined: bool = False
    asks: bool = False


@dataclass
class Customer:
    """`by_hand`: no card is charged, somebody pays the invoice. `tax` in percent."""

    id: str
    email: str
    name: str = "Acme Customer"
    card: Card | None = field(default_factory=Card)
    by_hand: bool = False
    tax: int = 0


@dataclass
class Subscription:
    """`state`: active, trial, future, paused, ending (cancelled, until `end`) or over. `waiting` is the plan and the
    seats from the next term on, when they change then. `unpaid`: what is ending is a trial."""

    id: str
    customer: str
    plan: str = "team"
    seats: int = 5
    currency: str = "EUR"
    state: str = "active"
    start: int = 0
    end: int = 0
    waiting: tuple[str, int] | None = None
    version: int = 0
    unpaid: bool = False

    @property
    def on_trial(self) -> bool:
        """Whether nothing was paid for it so far."""
        return self.state == "trial" or (self.state == "ending" and self.unpaid)


@dataclass(frozen=True)
class Line:
    """A line of an invoice; what is paid back is negative."""

    text: str
    amount: int


@dataclass
class Invoice:
    """`state`: open, paid, overdue or voided."""

    number: str
    customer: str
    subscription: str
    currency: str
    at: int
    lines: list[Line]
    tax: int
    state: str = "open"

    @property
    def subtotal(self) -> int:
        return sum(line.amount for line in self.lines)

    @property
    def total(self) -> int:
        return self.subtotal + self.tax


@dataclass(frozen=True)
class Event:
    """Something that happened: `kind` is created, changed, cancelled, resumed, ended, paid or failed."""

    id: str
    kind: str
    customer: str
    subscription: str
    at: int


class Refused(Exception):
    """What a billing system refuses; `str()` says why."""


class Declined(Refused):
    """The card did not pay, and nothing was changed."""


@dataclass
class Company:
    """All of it, with a lock for who reads and then writes. `grain`: the seconds in which time is counted when a change
    is priced. `credits` is what each customer has left from smaller plans, `left` what an invoice asked for after
    that."""

    clock: Callable[[], float] = time.time
    grain: int = 1
    customers: dict[str, Customer] = field(default_factory=dict)
    subscriptions: dict[str, Subscription] = field(default_factory=dict)
    invoices: list[Invoice] = field(default_factory=list)
    events: list[Event] = field(default_factory=list)
    credits: dict[str, int] = field(default_factory=dict)
    left: dict[str, int] = field(default_factory=dict)
    lock: threading.RLock = field(default_factory=threading.RLock)
    on_event: Callable[[Event], None] = lambda event: None

    def now(self) -> int:
        """Unix time in whole seconds."""
        return int(self.clock())

    def join(self, customer: Customer, *subscriptions: Subscription) -> None:
        """Take in a customer, a third into the term, with the invoices of the last two terms."""
        self.customers[customer.id] = customer
        for one in subscriptions:
            one.start = one.start or self.now() - 10 * DAY
            one.end = one.end or one.start + TERM
            self.subscriptions[one.id] = one
            if one.state in {"active", "ending"} and not one.unpaid:
                for terms in (1, 0):
                    line = Line(f"{one.seats} × {PLANS[one.plan][0]}", self.price(one) * one.seats)
                    self._bill(one, [line], one.start - terms * TERM)
            self._tell("created", one)

    def price(self, one: Subscription, plan: str = "") -> int:
        """Of a seat for a term."""
        return PLANS[plan or one.plan][1][one.currency]

    def of(self, customer: str) -> list[Subscription]:
        """A customer's subscriptions, the newest first."""
        return [one for one in reversed(self.subscriptions.values()) if one.customer == customer]

    def bills(self, customer: str) -> list[Invoice]:
        """A customer's invoices, the newest first."""
        return [one for one in reversed(self.invoices) if one.customer == customer]

    def lines(self, one: Subscription, plan: str, seats: int, at: int) -> list[Line]:
        """What a change at once costs for the rest of the term; each line is rounded by itself."""
        passed = (at - one.start) // self.grain * self.grain
        rest = 0 if one.state == "trial" else max(0, one.end - one.start - passed)
        left = Decimal(rest) / Decimal(one.end - one.start)
        back = -(self.price(one) * one.seats * left).quantize(Decimal(1), ROUND_HALF_UP)
        more = (self.price(one, plan) * seats * left).quantize(Decimal(1), ROUND_HALF_UP)
        return [
            Line(f"Unused time of {one.seats} × {PLANS[one.plan][0]}", int(back)),
            Line(f"Remaining time of {seats} × {PLANS[plan][0]}", int(more)),
        ]

    def tax(self, customer: str, lines: Iterable[Line]) -> int:
        """The tax on these lines."""
        share = Decimal(sum(line.amount for line in lines) * self.customers[customer].tax) / 100
        return int(share.quantize(Decimal(1), ROUND_HALF_UP))

    def due(self, customer: str, total: int) -> int:
        """What is left to pay of an amount once the customer's credit is used."""
        return max(0, total - self.credits.get(customer, 0))

    def renewal(self, one: Subscription) -> int:
        """What the next term costs, with tax; 0 when there is none."""
        if one.state in {"ending", "over"}:
            return 0
        plan, seats = one.waiting or (one.plan, one.seats)
        amount = self.price(one, plan) * seats
        return amount + self.tax(one.customer, [Line("", amount)])

    def change(self, one: Subscription, plan: str, seats: int, at: int, *, at_end: bool = False) -> Invoice | None:
        """Change plan and seats, at once with an invoice of what that costs, or from the next term on; raises Refused
        for what cannot be."""
        self.may_change(one, plan, seats)
        if at_end:
            one.waiting = (plan, seats)
        invoice = None
        if not at_end and (plan, seats) != (one.plan, one.seats):
            lines = self.lines(one, plan, seats, at)
            card = self.customers[one.customer].card
            due = self.due(one.customer, sum(line.amount for line in lines) + self.tax(one.customer, lines))
            if card and card.declined and due:
                raise Declined("The card was declined.")
            invoice = self._bill(one, lines, self.now())
            self.left[invoice.number] = due
            self.credits[one.customer] = max(0, self.credits.get(one.customer, 0) - invoice.total)
        if not at_end:
            one.plan, one.seats, one.waiting = plan, seats, None
        self._tell("changed", one)
        return invoice

    def may_change(self, one: Subscription, plan: str, seats: int) -> None:
        """Raises Refused for what cannot be."""
        if one.state not in {"active", "trial"}:
            raise Refused(f"a subscription that is {one.state} cannot be changed")
        if plan not in PLANS:
            raise Refused(f"there is no plan {plan}")
        if not 1 <= seats <= 10_000:
            raise Refused("quantity must be from 1 to 10000")

    def cancel(self, one: Subscription) -> None:
        """End it with its term; raises Refused when it ends already."""
        if one.state not in {"active", "trial"}:
            raise Refused(f"a subscription that is {one.state} cannot be cancelled")
        one.state, one.unpaid = "ending", one.state == "trial"
        self._tell("cancelled", one)

    def resume(self, one: Subscription) -> None:
        """Take a cancellation back; raises Refused when there is none."""
        if one.state != "ending":
            raise Refused(f"a subscription that is {one.state} is not cancelled")
        one.state = "trial" if one.unpaid else "active"
        self._tell("resumed", one)

    def finish(self, one: Subscription) -> None:
        """Let it be over now."""
        one.state = "over"
        self._tell("ended", one)

    def _bill(self, one: Subscription, lines: list[Line], at: int) -> Invoice:
        customer = self.customers[one.customer]
        number = str(1_001 + len(self.invoices))
        invoice = Invoice(number, customer.id, one.id, one.currency, at, lines, self.tax(customer.id, lines))
        if customer.card and not customer.by_hand:
            invoice.state = "overdue" if customer.card.declined else "paid"
        self.invoices.append(invoice)
        self._tell("failed" if invoice.state == "overdue" else "paid", one)
        return invoice

    def _tell(self, kind: str, one: Subscription) -> None:
        one.version += 1
        event = Event(f"ev_{secrets.token_hex(8)}", kind, one.customer, one.id, self.now())
        self.events.append(event)
        self.on_event(event)


def demo(grain: int = 1) -> Company:
    """The company of `make serve`: the customer that the demo's sign-in names."""
    company = Company(grain=grain)
    company.join(Customer("cus_demo", "ada@bluebird.example", "Bluebird"), Subscription("sub_demo", "cus_demo"))
    return company
