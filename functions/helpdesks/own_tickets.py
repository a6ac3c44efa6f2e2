"""What adapters share: refusing what a desk cannot do, and letting a customer reach only their own tickets."""

from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from typing import Never

from functions.errors import VendorError
from functions.helpdesks import Macro, Notice
from functions.helpdesks.rows import Row, is_ref
from functions.helpdesks.words import GONE, REFUSED
from portal.models import Requester
from portal.tickets import Message, Reply, Status, Thread


def unsupported(what: str) -> Never:
    raise VendorError("Our help desk can't do this.", "unsupported", detail=f"this help desk {what}")


class Limited:
    """A desk that can none of this; an adapter replaces what its vendor can."""

    def count(self, since: int, until: int) -> int:
        unsupported("does not count")

    def macros(self) -> list[Macro]:
        unsupported("has no saved answers")

    def subjects(self, since: int) -> list[str]:
        unsupported("cannot be read")

    def notice(self, headers: Mapping[str, str], body: bytes) -> Notice | None:
        unsupported("sends no webhooks")


class OwnTickets(Limited, ABC):
    """Access to one ticket for its customer; an adapter adds the vendor's calls."""

    def ticket(self, requester: Requester, desk_ref: str) -> Thread:
        row = self._own(requester, desk_ref)
        return self._thread(row)._replace(messages=tuple(self._messages(row, requester)))

    def reply(self, requester: Requester, desk_ref: str, reply: Reply) -> None:
        row = self._own(requester, desk_ref)
        self._must_be_open(row)
        self._add(row, requester, reply)

    def set_status(self, requester: Requester, desk_ref: str, status: Status) -> None:
        row = self._own(requester, desk_ref)
        if status == "open":
            self._must_be_open(row)
        if self._thread(row).status != status:
            self._set(row, status)

    def _own(self, requester: Requester, desk_ref: str) -> Row:
        row = self._row(requester, desk_ref) if self._is_ref(desk_ref) else None
        if row is None or not self._owns(requester, row):
            raise VendorError(GONE, "not_found", detail="no such ticket, or another requester's")
        return row

    def _is_ref(self, desk_ref: str) -> bool:
        """Whether this can be a ticket's reference; it becomes a part of addresses. Most vendors count."""
        return is_ref(desk_ref)

    def _must_be_open(self, row: Row) -> None:
        if self._thread(row).closed:
            raise VendorError(REFUSED, "rejected", detail="the ticket is closed for good")

    @abstractmethod
    def _row(self, requester: Requester, desk_ref: str) -> Row | None:
        """The ticket with this number, whose ever it is."""

    @abstractmethod
    def _owns(self, requester: Requester, row: Row) -> bool:
        """Whether it is this requester's; the only place that decides."""

    @abstractmethod
    def _thread(self, row: Row) -> Thread:
        """The ticket in our words, without its messages."""

    @abstractmethod
    def _messages(self, row: Row, requester: Requester) -> Sequence[Message]:
        """The public messages, oldest first."""

    @abstractmethod
    def _add(self, row: Row, requester: Requester, reply: Reply) -> None:
        """Write as the customer, and set the status that comes with it."""

    @abstractmethod
    def _set(self, row: Row, status: Status) -> None:
        """`open` or `solved`."""


def same(address: str, requester: Requester) -> bool:
    """Whether an address is the requester's. Only A to Z have two cases here: to Unicode the Kelvin sign is a small k,
    and that address is another mailbox."""
    return bool(requester.email) and address.encode().lower() == requester.email.encode().lower()
