"""Which updates are news: those that subscribers are told of by themselves, and those that came too late for that."""

from collections.abc import Iterator

from portal.clock import DAY_MS, HOUR_MS, MINUTE_MS
from portal.status import Board, Incident, Maintenance, Update

# An email about an older update would only confuse.
NEWS_MS = 3 * HOUR_MS
# How long it is remembered which updates were told.
KEPT_MS = 40 * DAY_MS

Event = Incident | Maintenance


def fresh(board: Board, now: int) -> list[tuple[Event, Update]]:
    """The updates that subscribers are told of now, oldest first."""
    events: list[Event] = [*board.incidents, *board.maintenances]
    found = [(event, update) for event in events for update in event.updates]
    return sorted(
        (pair for pair in found if now - NEWS_MS <= pair[1].at <= now + MINUTE_MS), key=lambda pair: pair[1].at
    )


def late(board: Board, now: int) -> Iterator[tuple[Event, Update]]:
    """The last update of each open incident and of each maintenance to come, where it is too old to be told of."""
    opened: list[Event] = [one for one in board.incidents if one.active]
    coming = [one for one in board.maintenances if one.status not in {"completed", "cancelled"} and now < one.end]
    seen = set()
    for event in [*opened, *coming]:
        # Those of a series share their updates.
        if event.updates and event.key not in seen and now - KEPT_MS < event.updates[-1].at < now - NEWS_MS:
            seen.add(event.key)
            yield event, event.updates[-1]
