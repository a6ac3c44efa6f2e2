"""A support mailbox as the help desk: every ticket and reply is a mail with the portal's key in its Message-ID.

Nothing can be read back, so the portal shows what it sent; the team's answers go to the customer by email.
"""

from typing import TYPE_CHECKING

from functions.helpdesks import Capabilities, mailbox
from functions.helpdesks.own_tickets import Limited, unsupported
from portal.models import Requester
from portal.tickets import Reply, Status, Thread, Ticket

if TYPE_CHECKING:
    from functions.services import Services
    from functions.settings import Settings


def connect(settings: "Settings", services: "Services") -> "Email":
    return Email(services)


class Email(Limited):
    """SUPPORT_MAILBOX, reached through SMTP_URL."""

    # A second mail after an unknown outcome carries the same Message-ID, which many desks drop.
    capabilities = Capabilities(
        creates="repeated",
        reads=False,
        solves=False,
        reopens=False,
        counts=False,
        subjects=False,
        private_context=False,
    )

    def __init__(self, services: "Services") -> None:
        self._services = services

    def create(self, ticket: Ticket) -> str:
        mailbox.ticket(self._services, ticket, "Sent from the portal.")
        return ticket.reference

    def find(self, ticket: Ticket) -> str | None:
        return None

    def tickets(self, requester: Requester) -> list[Thread]:
        return []

    def ticket(self, requester: Requester, desk_ref: str) -> Thread:
        unsupported("is a mailbox, which cannot be read")

    def reply(self, requester: Requester, desk_ref: str, reply: Reply) -> None:
        mailbox.reply(self._services, requester, desk_ref, "Your message", reply, "Sent from the portal.")

    def set_status(self, requester: Requester, desk_ref: str, status: Status) -> None:
        unsupported("is a mailbox, which has no states")

    def note(self, desk_ref: str, text: str) -> None:
        unsupported("is a mailbox, which has no private notes")

    def check(self) -> list[str]:
        if self._services.settings.support_mailbox and self._services.mailer.configured:
            return []
        return ["Set SUPPORT_MAILBOX and SMTP_URL: without them no ticket can leave the portal."]
