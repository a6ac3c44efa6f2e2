"""What a customer pays for: plans, seats, invoices and changes, whatever the billing system calls them."""

from dataclasses import dataclass
from typing import Literal

# `update_card` to `details` are pages or actions that a customer asks for; the order is the page's.
Job = Literal["update_card", "seats", "change_plan", "invoices", "details", "take_back", "resume", "cancel"]
State = Literal["trial", "active", "past_due", "paused", "ended"]
InvoiceState = Literal["draft", "open", "paid", "uncollectible", "void"]
Interval = Literal["day", "week", "month", "year"]
What = Literal["seats", "change_plan", "take_back", "cancel", "resume"]


@dataclass(frozen=True)
class Money:
    """An amount in the currency's smallest unit (cents, yen, fils), negative for a credit; `currency` is the ISO 4217
    code in capitals. Never a float."""

    minor: int
    currency: str


@dataclass(frozen=True)
class Plan:
    """Something to subscribe to. `price` is for one seat, or for all when `by_seat` is False; None when the price is
    not one amount (tiers, usage). It is paid every `every` intervals."""

    id: str
    name: str
    price: Money | None = None
    interval: Interval = "month"
    every: int = 1
    by_seat: bool = False


@dataclass(frozen=True)
class Subscription:
    """One subscription of a customer. Times in unix ms, 0 for none.

    `seats` is None when they are not counted, or when several parts have numbers of their own: then they cannot be
    changed here. `renews_at` is when the next period begins, `ends_at` the last day of one that was cancelled,
    `trial_ends_at` that of a trial.
    `next_plan` and `next_seats` are what a change that waits for the next period will bring ("" and None for none);
    `scheduled`: something waits, and the billing system does not tell what.
    `by_hand`: we send an invoice that is paid by transfer, so no payment method is charged.
    """

    id: str
    plan: Plan
    state: State
    seats: int | None = None
    renews_at: int = 0
    ends_at: int = 0
    trial_ends_at: int = 0
    next_plan: str = ""
    next_seats: int | None = None
    by_hand: bool = False
    scheduled: bool = False

    @property
    def waits(self) -> bool:
        """Whether a change that is known waits for the next period."""
        return bool(self.next_plan) or self.next_seats is not None


@dataclass(frozen=True)
class Invoice:
    """An invoice; `id` is the billing system's own, `number` what stands on it. A failed payment: `open`, and `failed`
    tells that a charge was tried."""

    id: str
    number: str
    at: int
    total: Money
    state: InvoiceState
    has_pdf: bool = True
    failed: bool = False


@dataclass(frozen=True)
class PaymentMethod:
    """What the next invoice is charged to: a card with the last digits and the month `04/2031`, or another kind, which
    has a name ("SEPA Direct Debit") and what is known of the rest."""

    name: str
    last4: str = ""
    expires: str = ""


@dataclass(frozen=True)
class Charge:
    """What is charged next, and when (unix ms); tax is in it. `credit` is what the customer's credit pays beside it,
    negative for what is left to pay from earlier; None for neither."""

    amount: Money
    at: int
    credit: Money | None = None

    @property
    def whole(self) -> Money:
        """What the period costs, whoever pays it."""
        return Money(self.amount.minor + (self.credit.minor if self.credit else 0), self.amount.currency)


@dataclass(frozen=True)
class Line:
    """A line of a preview, as the billing system words it."""

    text: str
    amount: Money


@dataclass(frozen=True)
class Change:
    """A change that a customer asks for. `seats` is the new total, `plan` the id of the new plan, `at` (unix ms) the
    moment for which the price was shown, and for which it is then charged; `shown` is that price, for a billing system
    that cannot be told the moment; `reason` is why they cancel, or empty."""

    what: What
    subscription: str
    seats: int | None = None
    plan: str = ""
    at: int = 0
    reason: str = ""
    shown: Money | None = None


@dataclass(frozen=True)
class Preview:
    """The billing system's own price of a change: `today` is charged at once (negative: a credit that the next
    invoices use up), `later` in each period from then on, at `later_at` for the first time (unix ms; 0: unknown).
    Tax is in both. `credit` is as in Charge, and is taken off `today` already."""

    today: Money
    later: Money | None = None
    later_at: int = 0
    lines: tuple[Line, ...] = ()
    tax: Money | None = None
    credit: Money | None = None

    @property
    def to_pay(self) -> Money:
        """What is charged today; nothing when there is something to give back."""
        return Money(max(0, self.today.minor), self.today.currency)

    @property
    def given(self) -> Money:
        """What the change adds to the customer's credit."""
        return Money(max(0, -self.today.minor), self.today.currency)

    @property
    def made_up(self) -> tuple[Line, ...]:
        """How `to_pay` is made up, to the cent: the vendor's lines, tax, what neither of them names, and credit."""
        used = self.credit.minor if self.credit else 0
        price = self.today.minor + used
        rows = [(line.text, line.amount.minor) for line in self.lines] or [("This change", price)]
        if self.lines:
            rows.append(("Tax", self.tax.minor if self.tax else 0))
            rows.append(("Discounts and other amounts", price - sum(amount for _, amount in rows)))
        rows.append(("Paid with your credit" if used > 0 else "Left to pay from earlier", -used))
        rows.append(("Added to your credit", self.given.minor))
        return tuple(Line(text, Money(amount, self.today.currency)) for text, amount in rows if amount)


@dataclass(frozen=True)
class Summary:
    """What the billing system says of a customer. A part that could not be read in time is named in `missing`, and
    empty; `read_at` is unix ms."""

    subscriptions: tuple[Subscription, ...] = ()
    invoices: tuple[Invoice, ...] = ()
    method: PaymentMethod | None = None
    charge: Charge | None = None
    missing: tuple[str, ...] = ()
    read_at: int = 0
