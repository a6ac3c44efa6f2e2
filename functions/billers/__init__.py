"""Billing systems behind one interface: one adapter per vendor, imported only when chosen.

The portal asks `capabilities()`, never a vendor's name. Every failure is a VendorError: `rejected` (the vendor refuses
this change and changed nothing), `authentication` (the operator is alarmed), `not_found` (gone, or another customer's:
one answer for both), `rate_limited` (not done, with the wait), `unavailable` (outcome unknown: read before trying
again) and `unsupported`. The sentences of an adapter say what went wrong and no more: whether something was changed is
told by who asked for a change (`untouched`). A method that is given a customer reaches nothing of another one.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal, Protocol

from functions.errors import Problem, VendorError
from portal.billing import (
    Change,
    Charge,
    Invoice,
    Job,
    PaymentMethod,
    Plan,
    Preview,
    State,
    Subscription,
)

# Where a job is done: in the portal through the vendor's API, on the vendor's own page for just this job, on the front
# page of the vendor's portal (the button says so), or nowhere.
Where = Literal["here", "link", "home", "no"]
DOWN = "Our billing provider isn't answering right now."
UNKNOWN = (
    "Our billing provider's answer didn't arrive, so we don't know yet whether this was done."
    " Look at your billing page before you try again."
)
NOWHERE = "That page of our billing provider can't be opened from here. Contact support."
UNCHANGED = "Nothing was changed."
NOT_YOURS = "We can't find that in your billing."


@dataclass(frozen=True)
class Capabilities:
    """What a billing system can do; the operators' table is made from this.

    jobs: where each job is done. previews: it tells the price of a change before it is made.
    keyed: it knows a change that is sent again by our key, so a second try is harmless.
    returns: its pages bring the customer back to the portal.
    reasons: it keeps why a customer cancels, so they are asked.
    pdf: `link` (an address that works once or for a while), `bytes` (needs our key, so it goes through the portal) or
        `no`. webhooks: `signed`, `password` (nothing is signed: the event is read again) or `no`.
    """

    jobs: Mapping[Job, Where]
    previews: bool = True
    keyed: bool = True
    returns: bool = True
    reasons: bool = True
    pdf: Literal["link", "bytes", "no"] = "link"
    webhooks: Literal["signed", "password", "no"] = "no"


@dataclass(frozen=True)
class Pdf:
    """An invoice as a file: an address to send the customer to (a credential: never stored, logged or shown), or the
    file itself."""

    url: str = ""
    content: bytes = b""


@dataclass(frozen=True)
class BillingEvent:
    """A verified webhook: "read this customer again". Events come twice, late and out of order, so nothing but `id` (a
    repetition has it in common with its first), `at` (unix ms) and whose it is counts.

    `what` is `subscription` (with its id and its state then), `invoice`, `customer`, or `other`.
    """

    id: str
    at: int
    what: Literal["subscription", "invoice", "customer", "other"]
    customer: str = ""
    subscription: str = ""
    state: State | None = None


class NotDone(VendorError):
    """A call that failed before it could change anything: nobody was reached, or it only read."""


class PaymentRefused(VendorError):
    """The payment for a change was refused, and nothing was changed. `confirmable`: the customer's bank wants to see
    them, which the vendor's own page can do."""

    def __init__(self, *, detail: str, confirmable: bool = False) -> None:
        super().__init__("Your payment was declined.", "rejected", detail=detail)
        self.confirmable = confirmable


def untouched(error: VendorError | Problem) -> str:
    """What a customer is told of a change that was tried and certainly not made."""
    return error.public if UNCHANGED in error.public else f"{error.public} {UNCHANGED}"


class Biller(Protocol):
    """A billing system; each method raises VendorError when it does not do what was asked. Times in unix ms."""

    def capabilities(self) -> Capabilities:
        """What it can do; asks nobody."""

    def check(self) -> list[str]:
        """Faults of the key and of what the vendor's own portal may do, each a sentence."""

    def subscriptions(self, customer: str) -> list[Subscription]:
        """Those that are not over, then the one that ended last if there is no other; empty for a customer without
        any. VendorError `not_found` when the vendor has no such customer."""

    def invoices(self, customer: str, most: int = 12) -> list[Invoice]:
        """The newest invoices, newest first."""

    def payment_method(self, customer: str) -> PaymentMethod | None:
        """What the next invoice is charged to, or None."""

    def next_charge(self, customer: str, subscription: Subscription) -> Charge | None:
        """What this subscription is charged next, with tax; None when it will not be."""

    def plans(self, customer: str, subscription: Subscription) -> list[Plan]:
        """The other plans to which this one can be changed, by price."""

    def preview(self, customer: str, change: Change) -> Preview:
        """The vendor's own price of `seats` or `change_plan`, for the moment `change.at`; changes nothing."""

    def apply(self, customer: str, change: Change, key: str) -> None:
        """Make the change, for the price that was shown; with the same key once. PaymentRefused when it was not paid
        for. A seat or plan change is in force now, `cancel` at the end of what is paid; `resume` takes that back, and
        `take_back` a change that waits for the next period. A reason that the vendor refuses is left out."""

    def portal_url(self, customer: str, job: Job, return_url: str, change: Change | None = None) -> str:
        """A short-lived address where this customer does the job (with a change: confirms it to their bank): a
        credential, never stored, logged or shown."""

    def pdf(self, customer: str, invoice: str) -> Pdf:
        """An invoice of this customer as a file, by its id."""

    def events(self, raw_body: bytes, headers: Mapping[str, str]) -> list[BillingEvent]:
        """What a webhook tells. The raw bytes are verified first: VendorError `authentication` for a wrong signature
        or password, or a time that is more than five minutes off in either direction."""

    def active_customers(self) -> int:
        """How many customers have a subscription that is not over, each counted once."""
