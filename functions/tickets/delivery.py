"""Outbox handlers that bring tickets and replies to the help desk: each arrives once, or is in the support mailbox.

A try is written down before it begins, since a process may die with the desk's answer on its way. After that we look
before we try again, in the way that the desk declares (functions.helpdesks.Capabilities.creates).
"""

import json
import logging
from typing import TYPE_CHECKING, Any

from functions import clock, outbox
from functions.errors import VendorError
from functions.helpdesks import mailbox
from functions.tickets import ledger
from functions.tickets.ledger import DELIVERED, FAILED, MAILED, WAITING
from portal.clock import HOUR_MS, MINUTE_MS
from portal.tickets import Draft, Status, rating_note

if TYPE_CHECKING:
    from functions.services import Services
    from functions.stores import Row

# How long the desk is tried before the support mailbox gets it.
BUDGET_MS = 6 * HOUR_MS
# Errors that a retry does not fix: the operator is alarmed and the mailbox gets the ticket at once.
HOPELESS = {"authentication", "rejected", "unsupported"}
AFTER_THE_TICKET_MS = 15_000

log = logging.getLogger(__name__)


def create(services: "Services", payload: dict[str, Any]) -> None:
    """Outbox `ticket.create`: give the ticket to the desk, under its key."""
    row = services.store.one("select * from ticket where id = :id", id=payload["ticket"])
    if row is None or row["state"] in {DELIVERED, MAILED}:
        return  # erased by request, or delivered by a process that died before it wrote that down
    late = _is_late(services, row)
    try:
        desk_ref = _found(services, row, late) or (None if late else _created(services, row))
    except VendorError as error:
        if error.kind not in HOPELESS and not late:
            raise
        _mail_ticket(services, row, error.kind, error)
        return
    if desk_ref is None:
        _mail_ticket(services, row, "budget")
        return
    services.store.run(
        "update ticket set desk_ref = :ref, state = 'delivered', delivered_at = :now where id = :id",
        ref=desk_ref,
        now=services.now(),
        id=row["id"],
    )


def reply(services: "Services", payload: dict[str, Any]) -> None:
    """Outbox `ticket.reply`: give the desk a customer's reply, after the ticket and the replies before it."""
    row = services.store.one("select * from ticket_reply where id = :id", id=payload["reply"])
    ticket = row and services.store.one("select * from ticket where id = :id", id=row["ticket_id"])
    if not row or not ticket or row["state"] not in {WAITING, FAILED}:
        return
    _must_be_its_turn(services, ticket, row)
    if ticket["desk_ref"] is None:
        _mail_reply(services, ticket, row, "its ticket is in the mailbox")
        return
    late = _is_late(services, row)
    try:
        if not late:
            _add(services, ticket, row)
        elif not _is_there(services, ticket, row):
            _mail_reply(services, ticket, row, "budget")
            return
    except VendorError as error:
        if error.kind == "rejected" and row["body"] and not late:
            _follow_up(services, ticket, row)
            return
        if error.kind not in HOPELESS | {"not_found"} and not late:
            raise
        _mail_reply(services, ticket, row, error.kind, error)
        return
    _settle(services, row, DELIVERED)


def rating(services: "Services", payload: dict[str, Any]) -> None:
    """Outbox `ticket.rating`: tell the agents whether it helped, as a private note."""
    row = services.store.one("select * from ticket where id = :id", id=payload["ticket"])
    if row and row["desk_ref"] and services.desk.capabilities.private_context:
        services.desk.note(row["desk_ref"], rating_note(row["good"] == "yes", row["good_reason"] or ""))


def _is_late(services: "Services", row: "Row") -> bool:
    """Whether the desk had its time. A clock that has just jumped takes none of it away."""
    return services.now() - row["created_at"] > BUDGET_MS and clock.moved(services).settled


def _found(services: "Services", row: "Row", last: bool) -> str | None:
    """The desk's reference when an earlier try arrived after all; raises Later while it is too early to tell. `last`:
    there will be no other try that a vendor could recognise."""
    can, tried_at = services.desk.capabilities, row["tried_at"]
    if tried_at is None or can.creates == "repeated":
        return None
    # A quarter of the vendor's memory is left for clocks that differ and for the call itself.
    if can.creates == "keyed" and not last and services.now() - row["first_tried_at"] < can.key_ms * 3 // 4:
        return None
    _wait(services, "ticket", row, can.lookup_lag)
    return services.desk.find(ledger.ticket_of(services, row))


def _created(services: "Services", row: "Row") -> str:
    can = services.desk.capabilities
    old = row["first_tried_at"] is not None and services.now() - row["first_tried_at"] >= can.key_ms * 3 // 4
    ticket = ledger.ticket_of(services, row)
    services.store.run(
        "update ticket set tried_at = :now, first_tried_at = :first where id = :id",
        now=services.now(),
        first=services.now() if old or row["first_tried_at"] is None else row["first_tried_at"],
        id=row["id"],
    )
    return services.desk.create(ticket)


def _must_be_its_turn(services: "Services", ticket: "Row", row: "Row") -> None:
    """Raises Later until the ticket and everything that the customer added before this is delivered."""
    if ticket["state"] == WAITING:
        raise outbox.Later(AFTER_THE_TICKET_MS, "the ticket is not in the desk yet")
    if services.store.one(
        "select id from ticket_reply where ticket_id = :ticket and n < :n and state = 'accepted'",
        ticket=ticket["id"],
        n=row["n"],
    ):
        raise outbox.Later(AFTER_THE_TICKET_MS, "an earlier message is not in the desk yet")


def _add(services: "Services", ticket: "Row", row: "Row") -> None:
    desk, requester = services.desk, ledger.requester_of(ticket)
    if row["body"] and not _is_there(services, ticket, row):
        services.store.run(
            "update ticket_reply set tried_at = :now, first_tried_at = coalesce(first_tried_at, :now) where id = :id",
            now=services.now(),
            id=row["id"],
        )
        desk.reply(requester, ticket["desk_ref"], ledger.reply_of(services, row))
    elif row["status"]:
        status: Status = "solved" if row["status"] == "solved" else "open"
        desk.set_status(requester, ticket["desk_ref"], status)


def _is_there(services: "Services", ticket: "Row", row: "Row") -> bool:
    """Whether an earlier try of this reply is in the desk's thread; raises Later while it is too early to tell."""
    can = services.desk.capabilities
    if row["tried_at"] is None or not can.reads:
        return False
    _wait(services, "ticket_reply", row, can.lookup_lag)
    thread = services.desk.ticket(ledger.requester_of(ticket), ticket["desk_ref"])
    before = services.store.all(
        "select body, coalesce(first_tried_at, created_at) as since from ticket_reply where ticket_id = :ticket"
        " and n < :n and body <> '' and state = 'delivered' order by n",
        ticket=ticket["id"],
        n=row["n"],
    )
    # Imported here: a cold function's first ticket has no replies to compare.
    from portal.tickets.match import Sent, present

    sent = [Sent(one["body"], one["since"]) for one in [*before, row | {"since": row["first_tried_at"]}]]
    return present(sent, thread.messages, marked=can.replies == "marked")[-1]


def _wait(services: "Services", table: str, row: "Row", lag: int) -> None:
    now = services.now()
    left = row["tried_at"] + lag * 1000 - now
    if left > lag * 1000 + MINUTE_MS:  # tried before the clock was set back: the wait begins now
        services.store.run(f"update {table} set tried_at = :now where id = :id", now=now, id=row["id"])  # noqa: S608
        left = lag * 1000
    if left > 0:
        raise outbox.Later(left, "the desk may not show yet what it was given")


def _follow_up(services: "Services", ticket: "Row", row: "Row") -> None:
    """The ticket is closed for good: what the customer wrote becomes a ticket that goes on from it."""
    with services.store.transaction():
        new = ledger.add(
            services,
            ledger.requester_of(ticket),
            Draft(ticket["topic"], ticket["subject"], row["body"]),
            f"follow-{row['id']}",
            facts=json.loads(ticket["facts"]) | {"Follow-up to our request": ticket["reference"]},
            files=ledger.files_of(services, ticket["id"], row["id"]),
            follows=ticket["desk_ref"],
        )
        services.store.run("delete from ticket_file where reply_id = :id", id=row["id"])
        services.store.run(
            "update ticket_reply set state = 'followed', delivered_at = :now where id = :id",
            now=services.now(),
            id=row["id"],
        )
    log.info("reply %s goes on as ticket %s", row["id"], new["reference"] if new else "(known)")


def _mail_ticket(services: "Services", row: "Row", why: str, error: VendorError | None = None) -> None:
    _alarm("ticket", row["reference"], why, error)
    try:
        mailbox.ticket(services, ledger.ticket_of(services, row))
    except VendorError as fault:
        if fault.kind in HOPELESS:  # no retry helps: tell the customer
            services.store.run("update ticket set state = 'failed' where id = :id", id=row["id"])
        raise _tried_on(fault) from fault
    services.store.run(
        "update ticket set state = 'mailed', delivered_at = :now where id = :id", now=services.now(), id=row["id"]
    )


def _mail_reply(services: "Services", ticket: "Row", row: "Row", why: str, error: VendorError | None = None) -> None:
    _alarm("reply to ticket", ticket["reference"], why, error)
    sent = ledger.reply_of(services, row)
    try:
        mailbox.reply(services, ledger.requester_of(ticket), ticket["reference"], ticket["subject"], sent)
    except VendorError as fault:
        if fault.kind in HOPELESS:
            _settle(services, row, FAILED)
        raise _tried_on(fault) from fault
    _settle(services, row, MAILED)


def _tried_on(fault: VendorError) -> VendorError:
    """The mailbox's failure as one that is tried again: an operator can mend every one of them."""
    detail = f"support mailbox: {fault.kind} {fault.detail}"
    return VendorError(fault.public, detail=detail, retry_after=900 if fault.kind in HOPELESS else fault.retry_after)


def _settle(services: "Services", row: "Row", state: str) -> None:
    services.store.run(
        "update ticket_reply set state = :state, delivered_at = :now where id = :id",
        state=state,
        now=services.now() if state != FAILED else None,
        id=row["id"],
    )


def _alarm(what: str, reference: str, why: str, error: VendorError | None) -> None:
    detail = error.detail if error else ""
    log.error(
        "%s %s: the help desk does not take it (%s %s), so the support mailbox gets it", what, reference, why, detail
    )
