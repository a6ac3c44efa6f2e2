"""News from the help desk: a webhook or a look of our own says "look again", and the customer is told by mail where
the desk does not do that itself. Nothing in a webhook is believed but which ticket it is about."""

import hashlib
import logging
import time
from typing import TYPE_CHECKING, Any

from werkzeug.wrappers import Response

from functions import outbox
from functions.errors import Problem, VendorError
from functions.mail import preferences
from functions.signin import ways
from functions.tickets import ledger
from portal.clock import DAY_MS, MINUTE_MS

if TYPE_CHECKING:
    from functions.http import Request
    from functions.services import Services
    from functions.stores import Row

BODY_MOST = 256_000
# Webhooks get lost, so tickets that are open and moved in the last two weeks are looked at by ourselves as well.
ACTIVE_MS = 14 * DAY_MS
EVERY_MS = {"no": 10 * MINUTE_MS, "secret": 60 * MINUTE_MS, "signed": 60 * MINUTE_MS}
AT_ONCE = 20
NOBODY = ("desk_delivery",)

log = logging.getLogger(__name__)


def receive(request: "Request", services: "Services") -> Response:
    """POST /api/desk/webhook: 204 for everything that is signed as it should be, 401 for the rest."""
    if (request.content_length or 0) > BODY_MOST:
        raise Problem(413, f"Send at most {BODY_MOST} bytes.")
    try:
        notice = services.desk.notice(dict(request.headers), request.stream.read(BODY_MOST + 1))
    except VendorError as error:
        if error.kind == "unsupported":
            raise Problem(404, "This help desk sends no webhooks.") from error
        raise Problem(401, "This webhook is not signed as it should be.") from error
    if notice is None or notice.own:
        return Response(status=204)
    delivery = hashlib.sha256(notice.delivery.encode()).hexdigest()
    looks = []
    with services.store.transaction():
        if services.store.run(
            "insert into desk_delivery (id, seen_at) values (:id, :now) on conflict (id) do nothing",
            id=delivery,
            now=services.now(),
        ):
            rows = services.store.all("select id, subject_id from ticket where desk_ref = :ref", ref=notice.desk_ref)
            looks = [_put(services, row) for row in rows]
    response = Response(status=204)
    # After the answer: a vendor that waits too long sends again, and then switches the webhook off.
    response.call_on_close(lambda: [outbox.deliver(services, look) for look in looks])
    return response


def look(services: "Services", payload: dict[str, Any]) -> None:
    """Outbox `ticket.look`: read the ticket at the desk, and tell the customer of an answer that is new."""
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
            tell(services, row)


def poll(services: "Services", deadline: float) -> None:
    """Job of the tick: look at a few of the tickets that may have moved, the longest unseen first."""
    can, now = services.desk.capabilities, services.now()
    if not can.reads:
        return
    rows = services.store.all(
        "select id, subject_id from ticket where desk_ref is not null and looked_at < :before"
        " and coalesce(desk_status, 'open') <> 'solved'"
        " and (updated_at > :active or desk_at > :active) order by looked_at limit :most",
        before=now - EVERY_MS[can.webhooks],
        active=now - ACTIVE_MS,
        most=AT_ONCE,
    )
    for row in rows:
        if time.monotonic() > deadline:
            return
        try:
            look(services, {"ticket": row["id"]})
        except VendorError as error:
            log.warning("looking at tickets: %s %s", error.kind, error.detail)
            return  # one that does not answer will not answer the next either


def tell(services: "Services", row: "Row") -> None:
    """Mail the customer that there is an answer, inside a transaction; only where the desk does not, where the
    address is verified, and where they want it."""
    if services.desk.capabilities.mails_customer or not services.mailer.configured:
        return
    subject = row["subject_id"]
    if subject.startswith("unverified:") or not preferences.wants(services, subject, "ticket_mail"):
        return
    product, reference = services.portal["product"], row["reference"]
    link = ways.mail_link(services, subject, f"my/ticket/?ref={reference}")
    mail = {
        "to": row["email"],
        "subject": f"{product} support answered your ticket {reference}",
        "text": f"There is an answer to your ticket {reference}.\n\nRead it here:\n{link}\n",
        "message_id": f"answer-{reference}-{services.now()}",
    }
    outbox.put(services, "mail.send", mail, subject_id=subject)


def purge(services: "Services", deadline: float) -> None:
    """Job of the tick: forget which webhooks came, after vendors have stopped to repeat them."""
    services.store.run("delete from desk_delivery where seen_at < :old", old=services.now() - 7 * DAY_MS)


def _put(services: "Services", row: "Row") -> str:
    return outbox.put(services, "ticket.look", {"ticket": row["id"]}, subject_id=row["subject_id"])
