"""The built-in help desk's own tables, and what an agent does with them; scripts.desk is the agents' window."""

import base64
import secrets
from collections.abc import Sequence
from typing import TYPE_CHECKING, Literal

from functions.errors import VendorError
from functions.stores.people import Held, emails
from portal.tickets import STATUS_WORDS, Attachment, File, Message, Status, Thread

if TYPE_CHECKING:
    from functions.services import Services
    from functions.stores import Row

OF_TICKET = "ticket_id in (select id from desk_ticket where subject_id = :subject)"
# In the order in which rows may go.
PEOPLE = (
    Held("desk_file", f"message_id in (select id from desk_message where {OF_TICKET})"),  # noqa: S608
    Held("desk_message", OF_TICKET),
    Held("desk_ticket", "subject_id = :subject", people=emails("desk_ticket")),
)


class BuiltInTables:
    """desk_ticket, desk_message and desk_file, as an agent sees them."""

    def __init__(self, services: "Services") -> None:
        self._services = services
        self._store = services.store

    def queue(self) -> list[Thread]:
        """Every ticket, the unsolved first, newest activity first."""
        rows = self._store.all(
            "select * from desk_ticket order by case status when 'solved' then 1 else 0 end, updated_at desc"
        )
        return [thread(row) for row in rows]

    def look_up(self, reference: str) -> "Row":
        """A ticket's row by the reference customers know; VendorError `not_found`."""
        row = self._store.one("select * from desk_ticket where reference = :reference", reference=reference.upper())
        if row is None:
            raise VendorError(f"There is no ticket {reference}.", "not_found")
        return row

    def answer(self, reference: str, body: str, status: Status, name: str = "") -> "Row":
        """Add the public message of the agent `name` (none when empty) and set the status; returns the ticket's row."""
        row = self.look_up(reference)
        with self._store.transaction():
            if body:
                self._add(row["id"], "agent", body, self._next_at(row["id"]), name=name)
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
                name=row["name"],
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

    def _rows(self, desk_ref: str, *, private: bool) -> "list[Row]":
        return self._store.all(
            "select id, author, name, body, created_at from desk_message where ticket_id = :id and is_public >= :least"
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
        name: str = "",
    ) -> None:
        message_id = secrets.token_hex(8)
        self._store.run(
            "insert into desk_message (id, ticket_id, author, is_public, body, created_at, key, name)"
            " values (:id, :ticket, :author, :public, :body, :at, :key, :name)",
            id=message_id,
            ticket=ticket_id,
            author=author,
            public=1 if public else 0,
            body=body,
            at=at,
            key=key,
            name=name,
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


def thread(row: "Row", messages: list[Message] | None = None) -> Thread:
    status: Status = row["status"] if row["status"] in STATUS_WORDS else "open"
    return Thread(
        row["id"], row["reference"], row["subject"], status, row["created_at"], row["updated_at"], tuple(messages or ())
    )
