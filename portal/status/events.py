"""Incidents and maintenance as the pages show them: plain values, Markdown made safe, times in words."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any

from portal.clock import MINUTE_MS
from portal.sanitise import to_html
from portal.status import PHASES, UNKNOWN, Board, Component, Incident, Maintenance, Update
from portal.status.notice import span
from portal.status.plain import to_plain
from portal.status.summary import LEVEL_OF_STATE, NOTHING_REPORTED, WORDS, update_id

PAST_DAYS = 30
# Of a component without checks and without an incident; its level has no shape and no colour.
QUIET = "quiet"


def archive(board: Board, url: str) -> dict[str, dict[str, Any]]:
    """The incidents of each month, newest first: month (YYYY-MM) -> {title, incidents}."""
    months: dict[str, dict[str, Any]] = {}
    for one in sorted(board.incidents, key=lambda one: -one.started_at):
        began = moment(one.started_at)
        month = months.setdefault(f"{began:%Y-%m}", {"title": f"{began:%B %Y}", "incidents": []})
        month["incidents"].append(incident(one, board, url))
    return months


def past(board: Board, now: int, url: str) -> list[dict[str, Any]]:
    """The last days, newest first: {label, first, last (YYYY-MM-DD), events}, one for today with all that is open, one
    for each day on which something began (or ended, when it began earlier), and one for each run of quiet days."""
    today = moment(now).date()
    first = today - timedelta(days=PAST_DAYS)
    told: dict[date, list[dict[str, Any]]] = {}
    for one in board.incidents:
        began, ended = moment(one.started_at).date(), moment(now if one.active else _ended(one)).date()
        if ended >= first:
            day = today if one.active else max(began, first)
            told.setdefault(day, []).append(incident(one, board, url) | {"work": False})
    for work in board.maintenances:
        if first <= (ended := moment(work.end).date()) <= today and work.phase(now) == "completed":
            told.setdefault(ended, []).append(maintenance(work, board, now) | {"work": True})
    found: list[dict[str, Any]] = []
    quiet: list[date] = []
    for back in range(PAST_DAYS + 1):
        day = today - timedelta(days=back)
        if day not in told:
            quiet.append(day)
        if quiet and (day in told or day in (today, first)):
            found.append(_row(quiet, [], now))
            quiet = []
        if day in told:
            found.append(_row([day], told[day], now))
    return found


def _row(days: Sequence[date], told: list[dict[str, Any]], now: int) -> dict[str, Any]:
    """Some days (newest first) and what happened on them."""
    ends = {"first": days[-1].isoformat(), "last": days[0].isoformat()}
    return {"label": _days(days, now), **ends, "events": sorted(told, key=lambda one: not one["active"])}


def incident(one: Incident, board: Board, url: str) -> dict[str, Any]:
    """An incident for its own page and for lists."""
    minutes = (one.resolved_at - one.started_at) // MINUTE_MS if one.resolved_at is not None else None
    return {
        "id": one.id,
        "title": one.title,
        "url": f"{url}incidents/{one.id}/",
        "impact": one.impact,
        "active": one.active,
        "revision": f"{one.status}:{len(one.updates)}",
        "next_update": stamp(one.next_update_by) if one.next_update_by is not None else None,
        "phase": PHASES[one.status],
        "started": stamp(one.started_at),
        "resolved": stamp(one.resolved_at) if one.resolved_at is not None else None,
        "duration": duration(minutes) if minutes is not None else None,
        "components": [row(component, one.states.get(component.id)) for component in _of(board, one.states)],
        "updates": [_update(one.id, update, board) for update in reversed(one.updates)],
        "body": to_html(one.body) if one.body else "",
    }


def maintenance(work: Maintenance, board: Board, now: int) -> dict[str, Any]:
    return {
        "id": work.key,
        "title": work.title,
        "active": work.active(now),
        "repeats": bool(work.series),
        "phase": PHASES["cancelled" if work.status == "cancelled" else work.phase(now)],
        "start": stamp(work.start),
        "end": stamp(work.end),
        "when": span(work.start, work.end, UTC),
        "components": [component.name for component in _of(board, work.components)],
        "updates": [_update(work.key, update, board) for update in reversed(work.updates)],
        "body": to_html(work.body) if work.body else "",
    }


def _update(key: str, update: Update, board: Board) -> dict[str, Any]:
    return {
        "id": update_id(key, update),
        "phase": PHASES[update.status],
        "time": stamp(update.at),
        "edited": stamp(update.edited_at) if update.edited_at is not None else None,
        "html": to_html(update.body),
        "components": [row(one, update.components[one.id]) for one in _of(board, update.components)],
    }


def row(component: Component, state: str | None) -> dict[str, Any]:
    shown = state or UNKNOWN
    quiet = shown == UNKNOWN and not component.checks
    return {
        "id": component.id,
        "name": component.name,
        "description": component.description,
        "level": QUIET if quiet else LEVEL_OF_STATE[shown],
        "word": NOTHING_REPORTED if quiet else WORDS[shown],
    }


def _of(board: Board, keys: Mapping[str, str] | tuple[str, ...]) -> list[Component]:
    return [component for component in board.ever if component.id in keys]


def plain(board: Board) -> Board:
    """The board with its updates as plain text, since functions have no Markdown."""
    incidents = [replace(one, updates=_plain(one.updates), body="") for one in board.incidents]
    works = [replace(work, updates=_plain(work.updates), body="") for work in board.maintenances]
    return replace(board, incidents=tuple(incidents), maintenances=tuple(works))


def linked(board: Board, text: Callable[[str], str]) -> Board:
    """The board with every text of Markdown as `text` gives it."""

    def updates(event: Incident | Maintenance) -> tuple[Update, ...]:
        return tuple(replace(update, body=text(update.body)) for update in event.updates)

    incidents = [replace(one, updates=updates(one), body=text(one.body)) for one in board.incidents]
    works = [replace(work, updates=updates(work), body=text(work.body)) for work in board.maintenances]
    return replace(board, incidents=tuple(incidents), maintenances=tuple(works))


def _plain(updates: tuple[Update, ...]) -> tuple[Update, ...]:
    return tuple(replace(update, body=to_plain(update.body)) for update in updates)


def _days(days: Sequence[date], now: int) -> str:
    """A run of days (newest first) in words; today is only known so far."""
    newest, oldest = days[0], days[-1]
    text = in_words(newest)
    text += f", until {moment(now):%H:%M} UTC" if newest == moment(now).date() else ""
    if newest == oldest:
        return text
    return f"{in_words(oldest) if oldest.year != newest.year else f'{oldest.day} {oldest:%b}'} to {text}"


def in_words(day: date) -> str:
    return f"{day.day} {day:%b %Y}"


def _ended(one: Incident) -> int:
    return one.resolved_at if one.resolved_at is not None else one.started_at


def moment(at: int) -> datetime:
    return datetime.fromtimestamp(at / 1000, UTC)


def stamp(at: int) -> dict[str, str]:
    """A time for the `datetime` attribute and for readers."""
    when = moment(at)
    return {
        "iso": when.isoformat(timespec="seconds").replace("+00:00", "Z"),
        "text": f"{in_words(when)}, {when:%H:%M} UTC",
    }


def duration(minutes: int) -> str:
    hours, rest = divmod(minutes, 60)
    parts = [_count(hours, "hour")] if hours else []
    return " ".join([*parts, _count(rest, "minute")] if rest or not parts else parts)


def interval(seconds: int) -> str:
    return _count(seconds // 60, "minute") if seconds % 60 == 0 else _count(seconds, "second")


def _count(number: int, unit: str) -> str:
    return f"{number} {unit}" if number == 1 else f"{number} {unit}s"
