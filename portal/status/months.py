"""A calendar for each month since the first that is known: a component's days, and the month's incidents."""

import calendar
from collections.abc import Iterator, Mapping
from datetime import date
from typing import Any

from portal.status import Board, Component
from portal.status import days as status_days
from portal.status.events import archive, moment, stamp
from portal.status.page import day_text


def months(
    board: Board, history: Mapping[str, Mapping[str, Any]], built_at: int, url: str
) -> dict[str, dict[str, Any]]:
    """Month (YYYY-MM) -> {title, previous, next, calendars, incidents, as_of}, oldest first; `history` is corrected,
    `built_at` unix ms. The present month is there, whatever is known of it."""
    today = moment(built_at).date()
    known = {**history, today.isoformat(): status_days.so_far(board, built_at // 1000)}
    told = archive(board, url)
    keys = list(_months(min([*told, *(day[:7] for day in known)]), f"{today:%Y-%m}"))
    found = {}
    for place, key in enumerate(keys):
        found[key] = {
            "title": _title(key),
            "previous": _link(keys[place - 1], url) if place else None,
            "next": _link(keys[place + 1], url) if place + 1 < len(keys) else None,
            "calendars": [_calendar(one, board, known, key, today) for one in _measured(board, key)] if history else [],
            "incidents": told.get(key, {"incidents": []})["incidents"],
            "as_of": stamp(built_at) if key == keys[-1] else None,
        }
    return found


def _measured(board: Board, key: str) -> list[Component]:
    """The components with checks of a month, with those that were retired later or in it."""
    return [*board.monitored, *(one for one in board.retired if one.checks and key <= one.retired[:7])]


def _months(first: str, last: str) -> Iterator[str]:
    year, month = (int(part) for part in first.split("-"))
    while (key := f"{year:04}-{month:02}") <= last:
        yield key
        year, month = (year, month + 1) if month < 12 else (year + 1, 1)


def _title(key: str) -> str:
    return f"{date.fromisoformat(f'{key}-01'):%B %Y}"


def _link(key: str, url: str) -> dict[str, str]:
    return {"title": _title(key), "url": f"{url}history/{key}/"}


def _calendar(
    component: Component, board: Board, days: Mapping[str, Mapping[str, Any]], key: str, today: date
) -> dict[str, Any]:
    """A component's weeks, Monday first; a place before the first day or after the last is None."""
    year, month = (int(part) for part in key.split("-"))
    titles = {one.id: one.title for one in board.incidents}
    own = {day: one[component.id] for day, one in days.items() if day[:7] == key and component.id in one}
    known = {day: one for day, one in own.items() if component.start_date <= day < (component.retired or "9")}
    weeks = [
        [_day(when, known.get(when.isoformat()), titles, today) if when.month == month else None for when in week]
        for week in calendar.Calendar().monthdatescalendar(year, month)
    ]
    percent = status_days.figures(known.values(), board.uptime).uptime
    return {"id": component.id, "name": component.name, "percent": percent, "weeks": weeks}


def _day(when: date, one: Mapping[str, Any] | None, titles: Mapping[str, str], today: date) -> dict[str, Any]:
    """A day; one that is yet to come has a number only."""
    if when > today:
        return {"number": when.day, "level": "", "text": ""}
    bar = {"day": when, **(status_days.bar(one) if one else status_days.NOTHING)}
    return {"number": when.day, "level": bar["level"], "text": day_text(bar, titles)}
