"""What is kept of tickets, of whom and for how long (the operators' guide has the table)."""

from typing import TYPE_CHECKING

from functions.stores.people import Held, emails
from functions.tickets.ledger import WAITING
from portal.clock import DAY_MS

if TYPE_CHECKING:
    from functions.services import Services

ROW_MS = 730 * DAY_MS
LIST_MS = 30 * DAY_MS
OF_TICKET = "ticket_id in (select id from ticket where subject_id = :subject)"
# In the order in which rows may go.
PEOPLE = (
    Held("ticket_file", OF_TICKET),
    Held("ticket_reply", OF_TICKET),
    Held("ticket", "subject_id = :subject", people=emails("ticket")),
    Held("ticket_list", "subject_id = :subject", key="subject_id"),
)


def purge(services: "Services", deadline: float) -> None:
    """Job of the tick: erase files once they are delivered, texts TICKET_BODY_DAYS later, and old rows altogether."""
    now = services.now()
    text = now - services.settings.ticket_body_days * DAY_MS
    store = services.store
    store.run(
        "update ticket_file set data = '' where data <> ''"
        " and (reply_id <> '' or ticket_id in (select id from ticket where delivered_at is not null))"
        " and (reply_id = '' or reply_id in (select id from ticket_reply where delivered_at is not null))"
    )
    store.run(
        "update ticket set body = '', context = '{}', facts = '{}', good_reason = '', erased_at = :now"
        " where erased_at is null and delivered_at < :text",
        now=now,
        text=text,
    )
    store.run(
        "update ticket_reply set body = '', erased_at = :now where erased_at is null and delivered_at < :text",
        now=now,
        text=text,
    )
    store.run("delete from ticket_list where at < :old", old=now - LIST_MS)
    old = (
        "select id from ticket where state <> :waiting and delivered_at < :old and updated_at < :old"
        " and coalesce(desk_at, 0) < :old"
    )
    with store.transaction():
        for table in ("ticket_file", "ticket_reply"):
            store.run(f"delete from {table} where ticket_id in ({old})", waiting=WAITING, old=now - ROW_MS)  # noqa: S608
        store.run(f"delete from ticket where id in ({old})", waiting=WAITING, old=now - ROW_MS)  # noqa: S608
