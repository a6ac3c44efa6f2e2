"""Help desks behind one interface: one file per vendor, imported only when chosen."""

from typing import Protocol

from portal.models import Requester
from portal.tickets import Thread, Ticket


class HelpDesk(Protocol):
    """What the portal asks of a help desk; every failure is a VendorError."""

    def create(self, ticket: Ticket) -> str:
        """File the ticket once per `ticket.key` and return the desk's own reference."""

    def tickets(self, requester: Requester) -> list[Thread]:
        """The requester's tickets without messages, newest activity first."""

    def ticket(self, requester: Requester, desk_ref: str) -> Thread:
        """One ticket with its public messages; VendorError `not_found` unless it is the requester's own."""
