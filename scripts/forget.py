"""Erase a person from the portal: `python -m scripts.forget EMAIL|SUBJECT`.

Everything that belongs to them goes at once, delivered or not; a help desk outside keeps its own copy.
"""

import argparse
import json
import sys
from typing import TYPE_CHECKING

from functions.errors import StoreError
from functions.mail.addresses import mailbox
from portal.addresses import normalise, subject, subject_of_typed
from scripts.lib.environment import services as environment

if TYPE_CHECKING:
    from functions.services import Services

# In the order in which rows may go: table, and which of its rows belong to a subject.
OF_TICKET = "ticket_id in (select id from ticket where subject_id = :subject)"
OF_DESK = "ticket_id in (select id from desk_ticket where subject_id = :subject)"
ROWS = (
    ("ticket_file", OF_TICKET),
    ("ticket_reply", OF_TICKET),
    ("ticket", "subject_id = :subject"),
    ("ticket_list", "subject_id = :subject"),
    ("desk_file", f"message_id in (select id from desk_message where {OF_DESK})"),  # noqa: S608
    ("desk_message", OF_DESK),
    ("desk_ticket", "subject_id = :subject"),
    ("outbox", "subject_id in (:subject, 'subject:' || :subject)"),
    ("preference", "subject_id = :subject"),
    ("session", "subject_id = :subject"),
    ("webhook", "owner = :subject"),
    ("rate", "who like '%:' || :subject"),
)


def main(argv: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="python -m scripts.forget", description=(__doc__ or "").splitlines()[0])
    parser.add_argument("person", help="a verified e-mail address, or the subject that the identity provider gives")
    person = parser.parse_args(argv).person.strip()
    with environment() as services:
        try:
            counts = forget(services, person)
        except StoreError as error:
            print(error, file=sys.stderr)
            return 1
        for table, count in counts.items():
            print(f"{count:6} {table}")
        desk = services.settings.helpdesk
    print("Drafts name nobody and are gone within a day; events and comments on articles hold no person.")
    if desk != "built_in":
        print(f"The help desk ({desk}) has its own copy of tickets and messages: erase the person there as well.")
    print("Mails that were sent, backups of the store and the identity provider are not touched.")
    return 0 if sum(counts.values()) else 3


def forget(services: "Services", person: str) -> dict[str, int]:
    """Erase everything of an address, or of a subject, in one transaction; table -> how many rows."""
    store = services.store
    with store.transaction():
        subjects, addresses = _who(services, person)
        counts = {
            table: sum(store.run(f"delete from {table} where {which}", subject=one) for one in subjects)  # noqa: S608
            for table, which in ROWS
        }
        # Mail about incidents is queued under the subscriber's own id.
        their = "subject_id in (select id from subscriber where address = :one)"
        counts["outbox"] += sum(store.run(f"delete from outbox where {their}", one=one) for one in addresses)  # noqa: S608
        counts["subscriber"] = sum(
            store.run("delete from subscriber where address = :one", one=one) for one in addresses
        )
        counts["verify"] = sum(store.run("delete from verify where address = :one", one=one) for one in addresses)
        counts["verify_mailed"] = sum(
            store.run("delete from verify_mailed where who = :who", who=mailbox(services, one)) for one in addresses
        )
    return counts


def _who(services: "Services", person: str) -> tuple[set[str], set[str]]:
    """Every subject and address that is this person, as far as the store knows."""
    store, address = services.store, normalise(person)
    sessions = [json.loads(row["requester"]) for row in store.all("select requester from session")]
    subjects = {person} if address is None else _of_address(address)
    if address is not None:
        for table in ("ticket", "preference", "desk_ticket"):
            rows = store.all(f"select subject_id from {table} where lower(email) = :email", email=address)  # noqa: S608
            subjects |= {row["subject_id"] for row in rows}
        subjects |= {who["subject"] for who in sessions if who["email"].lower() == address}
        return subjects, {address}
    addresses = {who["email"].lower() for who in sessions if who["subject"] == person}
    for table in ("ticket", "preference", "desk_ticket"):
        rows = store.all(f"select email from {table} where subject_id = :subject", subject=person)  # noqa: S608
        addresses |= {row["email"].lower() for row in rows}
    return subjects, addresses


def _of_address(address: str) -> set[str]:
    """The subjects that an address has here by itself: proven by mail, and typed by anyone."""
    return {subject(address), subject_of_typed(address)}


if __name__ == "__main__":
    raise SystemExit(main())
