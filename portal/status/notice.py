"""What every notice says beside its text, by email, webhook or feed: which components it is about and, of a
maintenance, when. Times are unix milliseconds."""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, tzinfo
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from portal.status import OPERATIONAL, OVER, PHASES, UNKNOWN, Board, Incident, Maintenance, Update
from portal.status.summary import WORDS

# A subject with more names than these would hide what it says.
MOST_NAMED = 3


def subject(event: Incident | Maintenance, update: Update, board: Board) -> str:
    """One line: the phase, the title, the components, and when."""
    names = list(affected(event, board))
    about = f" ({listed(names)})" if names else ""
    when = f", {span(event.start, event.end, UTC)}" if isinstance(event, Maintenance) else ""
    return " ".join(f"{PHASES[update.status]}: {event.title}{about}{when}".split())


def facts(event: Incident | Maintenance, board: Board) -> list[str]:
    """A line for each fact: when (a maintenance), in UTC and in the page's own zone, and what is affected."""
    lines = []
    if isinstance(event, Maintenance):
        local = _zone(board.page.time_zone)
        there = f" ({span(event.start, event.end, local)})" if local else ""
        lines.append(f"When: {span(event.start, event.end, UTC)}{there}")
    names = affected(event, board)
    if names:
        lines.append("Affects: " + ", ".join(f"{name} ({word})" if word else name for name, word in names.items()))
    return lines


def affected(event: Incident | Maintenance, board: Board) -> dict[str, str]:
    """The names of the components in the page's order, of an open incident with their state in words."""
    states: Mapping[str, str] = event.states if isinstance(event, Incident) else dict.fromkeys(event.components, "")
    ended = isinstance(event, Incident) and event.status in OVER
    return {
        one.name: "" if ended or states[one.id] in {"", UNKNOWN, OPERATIONAL} else WORDS[states[one.id]].lower()
        for one in board.ever
        if one.id in states
    }


def listed(names: Sequence[str]) -> str:
    """Names in a row, the last ones as a number when there are many."""
    more = len(names) - MOST_NAMED
    return ", ".join(names[:MOST_NAMED]) + (f" and {more} more" if more > 0 else "")


def span(start: int, end: int, zone: tzinfo) -> str:
    """Both times in one zone, as `22 Nov 2026, 22:00-23:00 UTC`."""
    one, other = (datetime.fromtimestamp(at / 1000, UTC).astimezone(zone) for at in (start, end))
    days = [f"{moment.day} {moment:%b %Y, }" for moment in (one, other)]
    first, second = f"{days[0]}{one:%H:%M}", f"{other:%H:%M} {other.tzname()}"
    if one.tzname() != other.tzname():  # summer time begins or ends in between
        first += f" {one.tzname()}"
    elif days[0] == days[1]:
        return f"{first}-{second}"
    return f"{first} to {'' if days[0] == days[1] else days[1]}{second}"


def _zone(name: str) -> tzinfo | None:
    """The page's zone, when it is another than UTC and this machine knows it."""
    try:
        return ZoneInfo(name) if name not in {"", "UTC"} else None
    except (ZoneInfoNotFoundError, ValueError):
        return None
