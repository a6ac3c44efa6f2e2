"""The built-in help desk: tickets in the portal's own store, answered with `python -m scripts.desk`."""

import base64
import secrets
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Literal

from functions.errors import VendorError
from functions.helpdesks import Capabilities, Macro, Notice
from portal.models import Requester
from portal.tickets import STATUS_WORDS, Attachment, File, Message, Reply, Status, Thread, Ticket, note

if TYPE_CHECKING:
    from functions.services import Services
    from functions.settings import Settings
    from functions.stores import Row

# The same key is the same ticket for ever: it is a column.
FOR_EVER_MS = 10**15


def connect(settings: "Settings", services: "Services") -> "BuiltIn":
    return BuiltIn(services)


class BuiltIn:
    """A help desk for a portal without one, and the one the demo runs on."""

    capabilities = Capabilities(
        creates="keyed",
        key_ms=FOR_EVER_MS,
        downloads=True,
        mails_customer=False,
        webhooks="no",
        macros="no",
    )

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
                self._add(row["id"], "customer", ticket.draft.body, ticket.created_at, ticket.files)
                self._add(row["id"], "customer", note(ticket), ticket.created_at, public=False)
                return str(row["id"])
        known = self.find(ticket)
        if known is None:
            raise VendorError("This ticket cannot be saved.", "rejected", detail="the key is another customer's")
        return known

    def find(self, ticket: Ticket) -> str | None:
        row = self._store.one(
            "select id from desk_ticket where key = :key and subject_id = :subject",
            key=ticket.key,
            subject=ticket.requester.subject,
        )
        return str(row["id"]) if row else None

    def tickets(self, requester: Requester) -> list[Thread]:
        rows = self._store.all(
            "select * from desk_ticket where subject_id = :subject order by updated_at desc", subject=requester.subject
        )
        return [_thread(row) for row in rows]

    def ticket(self, requester: Requester, desk_ref: str) -> Thread:
        row = self._own(requester, desk_ref)
        return _thread(row, self.messages(row["id"]))

    def reply(self, requester: Requester, desk_ref: str, reply: Reply) -> None:
        row = self._own(requester, desk_ref)
        with self._store.transaction():
            if not self._store.one(
                "select id from desk_message where ticket_id = :id and key = :key", id=row["id"], key=reply.key
            ):
                self._add(row["id"], "customer", reply.body, self._next_at(row["id"]), reply.files, key=reply.key)
                self._set(row["id"], "solved" if reply.solves else "open")

    def set_status(self, requester: Requester, desk_ref: str, status: Status) -> None:
        self._set(self._own(requester, desk_ref)["id"], status)

    def note(self, desk_ref: str, text: str) -> None:
        self._add(desk_ref, "customer", text, self._next_at(desk_ref), public=False)

    def file(self, requester: Requester, desk_ref: str, message: int, number: int) -> File:
        row = self._own(requester, desk_ref)
        files = [self._files(known["id"]) for known in self._rows(row["id"], private=False)]
        if not (0 <= message < len(files) and 0 <= number < len(files[message])):
            raise VendorError("There is no such file.", "not_found")
        found = files[message][number]
        return File(found["name"], found["type"], base64.b64decode(found["data"]))

    def count(self, since: int, until: int) -> int:
        row = self._store.one(
            "select count(*) as n from desk_ticket where created_at >= :since and created_at < :until",
            since=since,
            until=until,
        )
        return int(row["n"]) if row else 0

    def macros(self) -> list[Macro]:
        raise VendorError("This help desk has no saved answers.", "unsupported")

    def subjects(self, since: int) -> list[str]:
        rows = self._store.all("select subject from desk_ticket where created_at >= :since", since=since)
        return [row["subject"] for row in rows]

    def notice(self, headers: Mapping[str, str], body: bytes) -> Notice | None:
        raise VendorError("This help desk sends no webhooks.", "unsupported")

    def check(self) -> list[str]:
        return []

    # What an agent does; scripts.desk is their window.

    def queue(self) -> list[Thread]:
        """Every ticket, the unsolved first, newest activity first."""
        rows = self._store.all(
            "select * from desk_ticket order by case status when 'solved' then 1 else 0 end, updated_at desc"
        )
        return [_thread(row) for row in rows]

    def look_up(self, reference: str) -> "Row":
        """A ticket's row by the reference customers know; VendorError `not_found`."""
        row = self._store.one("select * from desk_ticket where reference = :reference", reference=reference.upper())
        if row is None:
            raise VendorError(f"There is no ticket {reference}.", "not_found")
        return row

    def answer(self, reference: str, body: str, status: Status) -> "Row":
        """Add an agent's public message (none when empty) and set the status; returns the ticket's row."""
        row = self.look_up(reference)
        with self._store.transaction():
            if body:
                self._add(row["id"], "agent", body, self._next_at(row["id"]))
            self._set(row["id"], status)
        return row

    def messages(self, desk_ref: str, *, private: bool = False) -> list[Message]:
        """A ticket's messages, oldest first; its private notes among them only when asked for."""
        return [
            Message(
                row["author"],
                row["body"],
                row["created_at"],
                files=tuple(Attachment(file["name"], file["type"], file["size"]) for file in self._files(row["id"])),
            )
            for row in self._rows(desk_ref, private=private)
        ]

    def files(self, desk_ref: str) -> list[File]:
        """Every file of a ticket, in the order of its messages."""
        return [
            File(row["name"], row["type"], base64.b64decode(row["data"]))
            for message in self._rows(desk_ref, private=True)
            for row in self._files(message["id"])
        ]

    def _own(self, requester: Requester, desk_ref: str) -> "Row":
        row = self._store.one(
            "select * from desk_ticket where id = :id and subject_id = :subject", id=desk_ref, subject=requester.subject
        )
        if row is None:
            raise VendorError("There is no such ticket of yours.", "not_found")
        return row

    def _rows(self, desk_ref: str, *, private: bool) -> "list[Row]":
        return self._store.all(
            "select id, author, body, created_at from desk_message where ticket_id = :id and is_public >= :least"
            " order by created_at, is_public desc, id",
            id=desk_ref,
            least=0 if private else 1,
        )

    def _files(self, message_id: str) -> "list[Row]":
        return self._store.all("select * from desk_file where message_id = :id order by n", id=message_id)

    def _next_at(self, ticket_id: str) -> int:
        """Now, and later than every message there is: times are the order in which messages are read."""
        row = self._store.one("select max(created_at) as at from desk_message where ticket_id = :id", id=ticket_id)
        return max(self._services.now(), row["at"] + 1 if row and row["at"] else 0)

    def _set(self, ticket_id: str, status: Status) -> None:
        self._store.run(
            "update desk_ticket set status = :status, updated_at = :now where id = :id",
            status=status,
            now=self._services.now(),
            id=ticket_id,
        )

    def _add(
        self,
        ticket_id: str,
        author: Literal["customer", "agent"],
        body: str,
        at: int,
        files: Sequence[File] = (),
        *,
        public: bool = True,
        key: str = "",
    ) -> None:
        message_id = secrets.token_hex(8)
        self._store.run(
            "insert into desk_message (id, ticket_id, author, is_public, body, created_at, key)"
            " values (:id, :ticket, :author, :public, :body, :at, :key)",
            id=message_id,
            ticket=ticket_id,
            author=author,
            public=1 if public else 0,
            body=body,
            at=at,
            key=key,
        )
        for number, file in enumerate(files):
            self._store.run(
                "insert into desk_file (id, message_id, n, name, type, size, data)"
                " values (:id, :message, :n, :name, :type, :size, :data)",
                id=secrets.token_hex(8),
                message=message_id,
                n=number,
                name=file.name,
                type=file.type,
                size=len(file.data),
                data=base64.b64encode(file.data).decode(),
            )


def _thread(row: "Row", messages: list[Message] | None = None) -> Thread:
    status: Status = row["status"] if row["status"] in STATUS_WORDS else "open"
    return Thread(
        row["id"], row["reference"], row["subject"], status, row["created_at"], row["updated_at"], tuple(messages or ())
    )
