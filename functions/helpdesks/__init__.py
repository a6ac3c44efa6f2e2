"""Help desks behind one interface: one adapter per vendor, imported only when chosen.

The portal asks `capabilities`, never a vendor's name. Every failure is a VendorError of one of six kinds: `rejected`
(shown to the customer, never tried again), `authentication` (the operator is alarmed, the mailbox takes over),
`not_found` (gone, or another customer's: one answer for both), `rate_limited` (with the wait), `unavailable` (outcome
unknown: look before trying again) and `unsupported`.
"""

from collections.abc import Mapping
from typing import Literal, NamedTuple, Protocol

from portal.models import Requester
from portal.tickets import File, Reply, Status, Thread, Ticket


class Capabilities(NamedTuple):
    """What a desk can do; the operators' table is made from this.

    creates: `keyed` (the vendor knows our key again for `key_ms`), `found` (we look the key up before a second try),
        `repeated` (neither: at least once, and the agent sees the key).
    lookup_lag, list_lag: seconds until something written can be found by its key, and is in the customer's list.
    replies: `as_customer`, `marked` (written by the portal's own account, with a line that says who wrote), `no`.
    downloads: attachments can be fetched again (Downloads); the portal never shows the desk's own address of one.
    mails_customer: the desk mails public answers itself, so the portal does not.
    webhooks: `signed`, `secret` (a shared secret, nothing signed), `no` (polling only).
    """

    creates: Literal["keyed", "found", "repeated"]
    key_ms: int = 0
    lookup_lag: int = 0
    list_lag: int = 0
    reads: bool = True
    replies: Literal["as_customer", "marked", "no"] = "as_customer"
    attaches: bool = True
    downloads: bool = False
    solves: bool = True
    reopens: bool = True
    private_context: bool = True
    mails_customer: bool = True
    webhooks: Literal["signed", "secret", "no"] = "no"
    counts: bool = True
    macros: Literal["by_use", "unordered", "no"] = "no"
    subjects: bool = True


class Macro(NamedTuple):
    """A saved answer of the agents; `uses` in the last 30 days, None where the desk does not count."""

    title: str
    text: str
    uses: int | None = None


class Notice(NamedTuple):
    """A verified webhook: "look again at `desk_ref`". `delivery` is what a repetition has in common with its first,
    "" where nothing tells the two from news; `own` marks the echo of what the portal itself did.
    `answer` is the text that the vendor asks for, to see that the address is ours."""

    desk_ref: str
    delivery: str
    own: bool = False
    answer: str = ""


class HelpDesk(Protocol):
    """A help desk. Times in unix milliseconds."""

    capabilities: Capabilities

    def create(self, ticket: Ticket) -> str:
        """File the ticket with its context (machine fields and one private note) and files; the desk's reference."""

    def find(self, ticket: Ticket) -> str | None:
        """The reference of what was created under `ticket.key` for this requester, None when there is none (yet)."""

    def tickets(self, requester: Requester) -> list[Thread]:
        """The requester's tickets without messages, newest activity first."""

    def ticket(self, requester: Requester, desk_ref: str) -> Thread:
        """One ticket with its public messages; VendorError `not_found` unless it is the requester's own."""

    def reply(self, requester: Requester, desk_ref: str, reply: Reply) -> None:
        """Add the customer's message and files; opens the ticket again, or solves it when `reply.solves`.
        VendorError `rejected` when the ticket is closed for good (the portal then files a follow-up)."""

    def set_status(self, requester: Requester, desk_ref: str, status: Status) -> None:
        """`solved` or `open`, as the customer asked; doing it twice is harmless."""

    def note(self, desk_ref: str, text: str) -> None:
        """Add a private note for the agents, in plain text; VendorError `unsupported` where there is none."""

    def count(self, since: int, until: int) -> int:
        """How many tickets were created in [since, until)."""

    def macros(self) -> list[Macro]:
        """The agents' saved answers, most used first where the desk knows."""

    def subjects(self, since: int) -> list[str]:
        """The subjects of the tickets created since then."""

    def notice(self, headers: Mapping[str, str], body: bytes) -> Notice | None:
        """A webhook, once its signature over the raw bytes is right (VendorError `authentication` when it
        is not); None for an event that means nothing to a customer."""

    def check(self) -> list[str]:
        """Faults of credentials, scopes, fields and queues, each a sentence with what to do."""


class Downloads(Protocol):
    """A desk whose attachments can be fetched (`capabilities.downloads`)."""

    def file(self, requester: Requester, desk_ref: str, message: int, number: int) -> File:
        """The file `number` of the public message `message`, both counted from 0 as `ticket` lists them; VendorError
        `not_found` unless the ticket is the requester's own."""
