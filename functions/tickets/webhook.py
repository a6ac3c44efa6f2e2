"""The help desk's webhook: it says which ticket to read again, and nothing else in it is believed."""

import hashlib
from typing import TYPE_CHECKING

from werkzeug.wrappers import Response

from functions import outbox
from functions.errors import Problem, VendorError
from portal.clock import DAY_MS

if TYPE_CHECKING:
    from functions.helpdesks import Notice
    from functions.http import Request
    from functions.services import Services
    from functions.stores import Row

BODY_MOST = 256_000
# What a vendor asks for is short.
ANSWER_MOST = 500
NOBODY = ("desk_delivery",)


def receive(request: "Request", services: "Services") -> Response:
    """POST /api/desk/webhook: 204 when the signature is right, else 401."""
    if (request.content_length or 0) > BODY_MOST:
        raise Problem(413, f"Send at most {BODY_MOST} bytes.")
    try:
        notice = services.desk.notice(dict(request.headers), request.stream.read(BODY_MOST + 1))
    except VendorError as error:
        if error.kind == "unsupported":
            raise Problem(404, "This help desk sends no webhooks.") from error
        raise Problem(401, "This webhook is not signed as it should be.") from error
    if notice and notice.answer:
        return Response(notice.answer[:ANSWER_MOST], mimetype="text/plain")
    if notice is None or notice.own:
        return Response(status=204)
    looks = []
    with services.store.transaction():
        if _is_news(services, notice):
            rows = services.store.all("select id, subject_id from ticket where desk_ref = :ref", ref=notice.desk_ref)
            looks = [_put(services, row) for row in rows]
    response = Response(status=204)
    # After the answer: a vendor that waits too long sends again, and then switches the webhook off.
    response.call_on_close(lambda: [outbox.deliver(services, look) for look in looks])
    return response


def purge(services: "Services", deadline: float) -> None:
    """Job of the tick: forget the ids of webhooks after a week, when vendors no longer repeat them."""
    services.store.run("delete from desk_delivery where seen_at < :old", old=services.now() - 7 * DAY_MS)


def _is_news(services: "Services", notice: "Notice") -> bool:
    """Whether it was not here before; where nothing tells, another look is harmless."""
    if not notice.delivery:
        return True
    delivery = hashlib.sha256(notice.delivery.encode()).hexdigest()
    return bool(
        services.store.run(
            "insert into desk_delivery (id, seen_at) values (:id, :now) on conflict (id) do nothing",
            id=delivery,
            now=services.now(),
        )
    )


def _put(services: "Services", row: "Row") -> str:
    return outbox.put(services, "ticket.look", {"ticket": row["id"]}, subject_id=row["subject_id"])
