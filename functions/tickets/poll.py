"""Reading tickets at the help desk without a webhook: some get lost, and some desks have none."""

import logging
import time
from typing import TYPE_CHECKING

from functions.errors import VendorError
from functions.tickets import news
from portal.clock import DAY_MS, MINUTE_MS

if TYPE_CHECKING:
    from functions.services import Services

# Open tickets that changed in the last two weeks are read.
ACTIVE_MS = 14 * DAY_MS
# How long a ticket is left alone, by the kind of webhooks that the desk has.
EVERY_MS = {"no": 10 * MINUTE_MS, "secret": 60 * MINUTE_MS, "signed": 60 * MINUTE_MS}
AT_ONCE = 20

log = logging.getLogger(__name__)


def poll(services: "Services", deadline: float) -> None:
    """Job of the tick: read a few tickets that may have changed, the longest unread first."""
    can, now = services.desk.capabilities, services.now()
    if not can.reads:
        return
    rows = services.store.all(
        "select id, subject_id from ticket where desk_ref is not null and (looked_at < :before or looked_at > :later)"
        " and coalesce(desk_status, 'open') <> 'solved'"
        " and (updated_at > :active or desk_at > :active) order by looked_at limit :most",
        before=now - EVERY_MS[can.webhooks],
        later=now + MINUTE_MS,  # written before the clock was set back
        active=now - ACTIVE_MS,
        most=AT_ONCE,
    )
    for row in rows:
        if time.monotonic() > deadline:
            return
        try:
            news.refresh(services, {"ticket": row["id"]})
        except VendorError as error:
            log.warning("looking at tickets: %s %s", error.kind, error.detail)
            return  # a desk that does not answer will not answer the next call either
