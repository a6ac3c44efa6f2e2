"""Erase a person from the portal: `python -m scripts.forget EMAIL|SUBJECT`.

Everything that belongs to them goes at once, delivered or not; a help desk outside keeps its own copy.
"""

import argparse
import sys
from typing import TYPE_CHECKING

from functions import outbox, rate
from functions.billing import ledger
from functions.changelog import subscribers as digest_subscribers
from functions.errors import StoreError
from functions.helpdesks.built_in import tables as built_in
from functions.mail import addresses, preferences
from functions.signin import drafts, sessions, with_mail
from functions.status import subscribers, tell, webhooks
from functions.stores import people
from functions.tickets import purge as tickets
from portal.addresses import normalise, subject, subject_of_typed
from scripts.lib.environment import services as environment

if TYPE_CHECKING:
    from functions.services import Services

# Every module that keeps something of a person.
MODULES = (
    tickets,
    built_in,
    outbox,
    preferences,
    addresses,
    drafts,
    sessions,
    with_mail,
    subscribers,
    digest_subscribers,
    webhooks,
    tell,
    ledger,
    rate,
)
HELD = tuple(held for module in MODULES for held in module.PEOPLE)


def main(argv: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="python -m scripts.forget", description=(__doc__ or "").splitlines()[0])
    parser.add_argument("person", help="a verified email address, or the subject that the identity provider gives")
    person = parser.parse_args(argv).person.strip()
    with environment() as services:
        try:
            counts = forget(services, person)
        except StoreError as error:
            print(error, file=sys.stderr)
            return 1
        desk = services.settings.helpdesk
    if not any(counts.values()):
        print(f"Nothing here belongs to {person!r}, so nothing was erased: check how it is written.")
    else:
        print("\n".join(f"{count:6} {table}" for table, count in counts.items()))
    print("Drafts without an address are gone within a day; events and comments on articles hold no person.")
    if desk != "built_in":
        print(f"The help desk ({desk}) has its own copy of tickets and messages: erase the person there as well.")
    print("Sent emails, backups of the store and the identity provider are not touched.")
    return 0 if any(counts.values()) else 3


def forget(services: "Services", person: str) -> dict[str, int]:
    """Erase everything of an address, or of a subject, in one transaction; table -> how many rows."""
    with services.store.transaction():
        return people.forget(services.store, HELD, _known_as(services, person))


def _known_as(services: "Services", person: str) -> people.Person:
    """Every subject with this address, or every address of this subject, and the hashes of each address."""
    known = {
        (subject, normalise(email) or email.lower())
        for held in HELD
        if held.people
        for subject, email in held.people(services.store)
    }
    address = normalise(person)
    if address is None:
        subjects, own = {person}, {email for subject, email in known if subject == person and email}
    else:
        subjects, own = {subject for subject, email in known if email == address}, {address}
    for one in own:
        subjects |= _of_address(one)
    hashes = {each for one in own for each in addresses.mailboxes(services, one)}
    return people.Person(frozenset(subjects), frozenset(own), frozenset(hashes))


def _of_address(address: str) -> set[str]:
    """The subjects that an address has here by itself: proven by mail, and typed by anyone."""
    return {subject(address), subject_of_typed(address)}


if __name__ == "__main__":
    raise SystemExit(main())
