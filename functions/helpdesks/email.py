"""A support mailbox as the help desk: every ticket and reply is a mail with the portal's key in its Message-ID.

Nothing can be read back, so the portal shows what it sent; the team's answers go to the customer by e-mail.
"""

from collections.abc import Mapping
from typing import TYPE_CHECKING

from functions import ticket_mailbox
from functions.errors import VendorError
from functions.helpdesks import Capabilities, Macro, Notice
from portal.models import Requester
from portal.tickets import Reply, Status, Thread, Ticket

if TYPE_CHECKING:
    from functions.services import Services
    from functions.settings import Settings

UNREADABLE = "Our team answers by e-mail."


def connect(settings: "Settings", services: "Services") -> "Email":
    return Email(services)


class Email:
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
        ticket_mailbox.ticket(self._services, ticket, "Sent from the portal.")
        return ticket.reference

    def find(self, ticket: Ticket) -> str | None:
        return None

    def tickets(self, requester: Requester) -> list[Thread]:
        return []

    def ticket(self, requester: Requester, desk_ref: str) -> Thread:
        raise VendorError(UNREADABLE, "unsupported", detail="a mailbox cannot be read")

    def reply(self, requester: Requester, desk_ref: str, reply: Reply) -> None:
        ticket_mailbox.reply(self._services, requester, desk_ref, "Your message", reply, "Sent from the portal.")

    def set_status(self, requester: Requester, desk_ref: str, status: Status) -> None:
        raise VendorError(UNREADABLE, "unsupported", detail="a mailbox has no states")

    def note(self, desk_ref: str, text: str) -> None:
        raise VendorError(UNREADABLE, "unsupported", detail="a mailbox has no private notes")

    def count(self, since: int, until: int) -> int:
        raise VendorError(UNREADABLE, "unsupported", detail="a mailbox does not count")

    def macros(self) -> list[Macro]:
        return []

    def subjects(self, since: int) -> list[str]:
        raise VendorError(UNREADABLE, "unsupported", detail="a mailbox cannot be read")

    def notice(self, headers: Mapping[str, str], body: bytes) -> Notice | None:
        raise VendorError(UNREADABLE, "unsupported", detail="a mailbox sends no webhooks")

    def check(self) -> list[str]:
        if self._services.settings.support_mailbox and self._services.mailer.configured:
            return []
        return ["Set SUPPORT_MAILBOX and SMTP_URL: without them no ticket can leave the portal."]
