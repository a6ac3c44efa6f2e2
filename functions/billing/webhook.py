"""The billing system's webhook: it says which customer to read again, and which subscriptions there are."""

import hashlib
from typing import TYPE_CHECKING

from werkzeug.wrappers import Response

from functions.billing import reading
from functions.errors import Problem, VendorError
from portal.clock import DAY_MS

if TYPE_CHECKING:
    from functions.billers import BillingEvent
    from functions.http import Request
    from functions.services import Services

BODY_MOST = 256_000
# Vendors send an event again for days; the states are kept for the report's longest comparison.
EVENTS_KEPT_MS = 30 * DAY_MS
STATES_KEPT_MS = 400 * DAY_MS
NOBODY = ("billing_event", "billing_state")


def receive(request: "Request", services: "Services") -> Response:
    """POST /api/billing/webhook: 204 when it is the billing system's, else 401; 503 when an event cannot be read again
    now, and the vendor sends it again."""
    if (request.content_length or 0) > BODY_MOST:
        raise Problem(413, f"Send at most {BODY_MOST} bytes.")
    try:
        events = services.biller.events(request.stream.read(BODY_MOST + 1), dict(request.headers))
    except VendorError as error:
        if error.kind == "unsupported":
            raise Problem(404, "This billing system sends no webhooks.") from error
        if error.kind == "authentication":
            raise Problem(401, "This webhook is not signed as it should be.") from error
        raise
    for event in events:
        # One without an id would pass for every other one.
        if event.id:
            _take_in(services, event)
    return Response(status=204)


def purge(services: "Services", deadline: float) -> None:
    """Job of the tick: forget ids that are not sent again any more, and states that no report compares. Of each
    subscription the newest state is kept, since it may be true for years."""
    now = services.now()
    services.store.run("delete from billing_event where seen_at < :old", old=now - EVENTS_KEPT_MS)
    services.store.run(
        "delete from billing_state where at < :old and exists (select 1 from billing_state newer"
        " where newer.subscription = billing_state.subscription and newer.at > billing_state.at and newer.at < :old)",
        old=now - STATES_KEPT_MS,
    )


def _take_in(services: "Services", event: "BillingEvent") -> None:
    """Events come twice, late and out of order: each counts once, at its own time, and nothing in it is shown."""
    with services.store.transaction():
        new = services.store.run(
            "insert into billing_event (id, seen_at) values (:id, :now) on conflict (id) do nothing",
            id=hashlib.sha256(event.id.encode()).hexdigest(),
            now=services.now(),
        )
        if new and event.subscription and event.customer and event.state:
            services.store.run(
                "insert into billing_state (subscription, at, customer, state)"
                " values (:subscription, :at, :customer, :state) on conflict (subscription, at)"
                # Two in the same moment: what has ended does not go on.
                " do update set state = case when billing_state.state = 'ended' then 'ended' else :state end",
                subscription=event.subscription,
                at=event.at,
                customer=event.customer,
                state=event.state,
            )
        if new and event.customer:
            reading.forget(services, event.customer)
