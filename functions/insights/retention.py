"""How long the portal keeps what readers did and said; tickets have their own times (functions.tickets.purge)."""

from typing import TYPE_CHECKING

from portal.clock import DAY_MS

if TYPE_CHECKING:
    from functions.services import Services

# A month can be compared with the same month a year ago.
KEPT_MS = 400 * DAY_MS


def purge(services: "Services", deadline: float) -> None:
    """Job of the tick: forget visits and comments on articles after 400 days."""
    for table in ("event", "feedback_comment"):
        services.store.run(f"delete from {table} where at < :old", old=services.now() - KEPT_MS)  # noqa: S608
