"""Emails: limits per address, who wants which, and what takes them: a mail server, or an adopter's own."""

from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from email.message import EmailMessage


class Outgoing(Protocol):
    """What takes the portal's emails; every failure is a VendorError."""

    def check(self) -> None:
        """Reach it and sign in, and send nothing."""

    def deliver(self, mail: "EmailMessage") -> None:
        """Take one whole email. Two with the same Message-ID are one email: the second try of a delivery whose answer
        was lost. `rejected` is final, any other kind is tried again."""
