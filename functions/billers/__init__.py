"""The interface of a billing system."""

from dataclasses import dataclass
from typing import Literal, Protocol

Job = Literal["update_card", "change_plan", "invoices", "cancel"]


@dataclass(frozen=True)
class Card:
    """The card that the next invoice is charged to."""

    brand: str
    last4: str
    expires: str


class Biller(Protocol):
    """A billing system; each method raises VendorError when it does not do what was asked."""

    def portal_url(self, customer: str, job: Job, return_url: str) -> str:
        """A short-lived address where this customer does the job: a credential, never stored or logged."""

    def check(self) -> list[str]:
        """Faults of the key and of what the vendor's own portal may do, each a sentence; VendorError when it does not
        answer."""

    def card(self, customer: str) -> Card | None:
        """The card on file, or None when there is none."""

    def ends_at(self, customer: str) -> int | None:
        """When a cancelled plan ends (unix ms), or None when there is none or it renews."""
