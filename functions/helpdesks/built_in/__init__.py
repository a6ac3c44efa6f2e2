"""The built-in help desk: tickets in the portal's own store, answered with `python -m scripts.desk`."""

import base64
import secrets
from typing import TYPE_CHECKING

from functions.errors import VendorError
from functions.helpdesks import Capabilities
from functions.helpdesks.built_in.tables import BuiltInTables, thread
from functions.helpdesks.own_tickets import Limited
from portal.models import Requester
from portal.tickets import File, Reply, Status, Thread, Ticket, note

if TYPE_CHECKING:
    from functions.services import Services
    from functions.settings import Settings
    from functions.stores import Row

# The same key is the same ticket for ever: it is a column.
FOR_EVER_MS = 10**15


def connect(settings: "Settings", services: "Services") -> "BuiltIn":
    return BuiltIn(services)


class BuiltIn(BuiltInTables, Limited):
    """A help desk for a portal without one, and the one the demo runs on."""

    capabilities = Capabilities(
        creates="keyed",
        key_ms=FOR_EVER_MS,
        downloads=True,
        mails_customer=False,
        webhooks="no",
        macros="no",
    )

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
            raise VendorError("We couldn't save this request.", "rejected", detail="the key is another customer's")
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
        return [thread(row) for row in rows]

    def ticket(self, requester: Requester, desk_ref: str) -> Thread:
        row = self._own(requester, desk_ref)
        return thread(row, self.messages(row["id"]))

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
            raise VendorError("We couldn't find that file.", "not_found")
        found = files[message][number]
        return File(found["name"], found["type"], base64.b64decode(found["data"]))

    def count(self, since: int, until: int) -> int:
        row = self._store.one(
            "select count(*) as n from desk_ticket where created_at >= :since and created_at < :until",
            since=since,
            until=until,
        )
        return int(row["n"]) if row else 0

    def subjects(self, since: int) -> list[str]:
        rows = self._store.all("select subject from desk_ticket where created_at >= :since", since=since)
        return [row["subject"] for row in rows]

    def check(self) -> list[str]:
        return []

    def _own(self, requester: Requester, desk_ref: str) -> "Row":
        row = self._store.one(
            "select * from desk_ticket where id = :id and subject_id = :subject", id=desk_ref, subject=requester.subject
        )
        if row is None:
            raise VendorError("We couldn't find that request.", "not_found")
        return row
