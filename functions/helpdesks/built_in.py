"""The built-in help desk: tickets in the portal's own store, answered with `python -m scripts.desk`."""

import secrets
from typing import TYPE_CHECKING, Literal

from functions.errors import VendorError
from portal.models import Requester
from portal.tickets import CONTEXT_LABELS, STATUS_WORDS, Message, Status, Thread, Ticket

if TYPE_CHECKING:
    from functions.services import Services
    from functions.settings import Settings
    from functions.stores import Row


def connect(settings: "Settings", services: "Services") -> "BuiltIn":
    return BuiltIn(services)


class BuiltIn:
    """A help desk for a portal without one, and the one the demo runs on."""

    def __init__(self, services: "Services") -> None:
        self._services = services
        self._store = services.store

    def create(self, ticket: Ticket) -> str:
        now = self._services.now()
        with self._store.transaction():
            row = self._store.one(
                "insert into desk_ticket (id, key, reference, subject_id, account, email, name, topic, subject, status,"
                " created_at, updated_at) values (:id, :key, :reference, :subject_id, :account, :email, :name, :topic,"
                " :subject, 'open', :created, :now) on conflict (key) do nothing returning id",
                id=secrets.token_hex(8),
                key=ticket.key,
                reference=ticket.reference,
                subject_id=ticket.requester.subject,
                account=ticket.requester.account,
                email=ticket.requester.email,
                name=ticket.requester.name,
                topic=ticket.draft.topic,
                subject=ticket.draft.subject,
                created=ticket.created_at,
                now=now,
            )
            if row is not None:
                self._add(row["id"], "customer", ticket.draft.body, ticket.created_at, public=True)
                if ticket.draft.context:
                    self._add(row["id"], "customer", _note(ticket), ticket.created_at, public=False)
                return str(row["id"])
        known = self._store.one("select id from desk_ticket where key = :key", key=ticket.key)
        if known is None:
            raise VendorError(detail="the ticket's key vanished between two statements")
        return str(known["id"])

    def tickets(self, requester: Requester) -> list[Thread]:
        rows = self._store.all(
            "select * from desk_ticket where subject_id = :subject order by updated_at desc", subject=requester.subject
        )
        return [_thread(row) for row in rows]

    def ticket(self, requester: Requester, desk_ref: str) -> Thread:
        row = self._store.one(
            "select * from desk_ticket where id = :id and subject_id = :subject", id=desk_ref, subject=requester.subject
        )
        if row is None:
            raise VendorError("There is no such ticket of yours.", "not_found")
        return _thread(row, self._messages(desk_ref, private=False))

    # What an agent does; scripts.desk is their window.

    def queue(self) -> list[Thread]:
        """Every ticket, the unsolved first, newest activity first."""
        rows = self._store.all(
            "select * from desk_ticket order by case status when 'solved' then 1 else 0 end, updated_at desc"
        )
        return [_thread(row) for row in rows]

    def find(self, reference: str) -> tuple["Row", list[Message]]:
        """A ticket's row and all its messages, private notes included; VendorError `not_found`."""
        row = self._store.one("select * from desk_ticket where reference = :reference", reference=reference.upper())
        if row is None:
            raise VendorError(f"There is no ticket {reference}.", "not_found")
        return row, self._messages(row["id"], private=True)

    def answer(self, reference: str, body: str, status: Status) -> "Row":
        """Add an agent's public message (none when empty) and set the status; returns the ticket's row."""
        row, _ = self.find(reference)
        now = self._services.now()
        with self._store.transaction():
            if body:
                self._add(row["id"], "agent", body, now, public=True)
            self._store.run(
                "update desk_ticket set status = :status, updated_at = :now where id = :id",
                status=status,
                now=now,
                id=row["id"],
            )
        return row

    def _messages(self, desk_ref: str, *, private: bool) -> list[Message]:
        rows = self._store.all(
            "select author, body, created_at from desk_message where ticket_id = :id and is_public >= :least"
            " order by created_at, is_public desc",
            id=desk_ref,
            least=0 if private else 1,
        )
        return [Message(row["author"], row["body"], row["created_at"]) for row in rows]

    def _add(self, ticket_id: str, author: Literal["customer", "agent"], body: str, at: int, *, public: bool) -> None:
        self._store.run(
            "insert into desk_message (id, ticket_id, author, is_public, body, created_at)"
            " values (:id, :ticket, :author, :public, :body, :at)",
            id=secrets.token_hex(8),
            ticket=ticket_id,
            author=author,
            public=1 if public else 0,
            body=body,
            at=at,
        )


def _thread(row: "Row", messages: list[Message] | None = None) -> Thread:
    status: Status = row["status"] if row["status"] in STATUS_WORDS else "open"
    return Thread(
        row["id"], row["reference"], row["subject"], status, row["created_at"], row["updated_at"], tuple(messages or ())
    )


def _note(ticket: Ticket) -> str:
    """The private note an agent reads: what the customer chose to send along."""
    lines = [f"{CONTEXT_LABELS[name]}: {value}" for name, value in ticket.draft.context.items()]
    return "Sent along by the customer\n" + "\n".join(lines)
