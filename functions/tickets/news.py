"""News from the help desk: a ticket is read there, and its customer gets an email with the new answer."""

import logging
from typing import TYPE_CHECKING, Any

from functions import outbox
from functions.errors import VendorError
from functions.mail import preferences
from functions.tickets import ledger, letter
from portal.addresses import is_verified

if TYPE_CHECKING:
    from functions.services import Services
    from functions.stores import Row
    from portal.tickets import Thread

log = logging.getLogger(__name__)


def refresh(services: "Services", payload: dict[str, Any]) -> None:
    """Outbox `ticket.look`: read the ticket at the desk, and email its customer when there is a new answer."""
    row = services.store.one("select * from ticket where id = :id", id=payload["ticket"])
    if row is None or not row["desk_ref"] or not services.desk.capabilities.reads:
        return
    services.store.run("update ticket set looked_at = :now where id = :id", now=services.now(), id=row["id"])
    try:
        thread = services.desk.ticket(ledger.requester_of(row), row["desk_ref"])
    except VendorError as error:
        if error.kind == "not_found":
            log.info("ticket %s is gone from the help desk", row["reference"])
            return
        raise
    with services.store.transaction():
        if ledger.saw(services, row, thread):
            announce(services, row, thread)


def announce(services: "Services", row: "Row", thread: "Thread") -> None:
    """Put an email with the new answers into the outbox, inside a transaction; nothing when the desk sends its own, the
    address is not verified, or the customer does not want it. `row` is as it was before the answers were noted."""
    if services.desk.capabilities.mails_customer or not services.mailer.configured:
        return
    subject = row["subject_id"]
    if not is_verified(subject) or not preferences.wants(services, subject, "ticket_mail"):
        return
    outbox.put(services, "mail.send", letter.answer(services, row, thread), subject_id=subject)
