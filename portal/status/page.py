"""The board at the time of the build as plain values, for the status page and for the header of every page."""

from collections.abc import Mapping, Sequence
from datetime import UTC, date, timedelta
from typing import Any

from portal.clock import DAY_MS
from portal.status import PHASES, Board, Component, Incident, Maintenance, notice
from portal.status import days as status_days
from portal.status.about import KNOWN, about
from portal.status.events import PAST_DAYS, QUIET, duration, in_words, incident, maintenance, moment, past, row, stamp
from portal.status.summary import iso, planned, summarise

AHEAD_DAYS = 14
SOON_MS = DAY_MS
SECONDS = DAY_MS // 1000
NO_DATA = "No data"
CHECKING = "Checking status"
# The header's dot, as portal.css draws it.
DOTS = {
    "none": "ok",
    QUIET: "unknown",
    "unknown": "unknown",
    "maintenance": "info",
    "minor": "warn",
    "major": "warn",
    "critical": "bad",
}
LEVEL_WORDS = {
    "none": "Operational",
    QUIET: "Nothing reported",
    "unknown": "Not confirmed",
    "maintenance": "Maintenance",
    "minor": "Degraded",
    "major": "Partial outage",
    "critical": "Outage",
}


def brief(board: Board, built_at: int, url: str) -> dict[str, Any]:
    """For every page: level, sentence and open events at the time of the build; never green. Where no check looks at
    anything, the level is `quiet` until somebody reports something."""
    summary = summarise(board, {}, built_at)
    level = summary["status"]["indicator"]
    if level == "unknown" and not board.monitored:
        level = QUIET
    known = level != "unknown"
    active = [_open(one, board, url) for one in _active(board) if one.impact != "none"]
    active += [
        _planned(work, board, built_at, url) for work in planned(board, built_at) if work.start <= built_at + SOON_MS
    ]
    return {
        "level": level,
        "word": LEVEL_WORDS[level] if known else CHECKING,
        "dot": DOTS[level],
        "sentence": summary["status"]["description"] if known else CHECKING,
        "active": active,
        "built_at": iso(built_at),
        "built": stamp(built_at),
    }


def page(
    board: Board,
    built_at: int,
    url: str,
    history: Mapping[str, Mapping[str, Any]] | None = None,
    corrections: Sequence[Mapping[str, Any]] = (),
) -> dict[str, Any]:
    """Everything on the status pages at the time of the build (unix ms), with the days of `history` as bars."""
    days = status_days.corrected(history or {}, corrections)
    today = moment(built_at).date()
    known = {**days, today.isoformat(): status_days.so_far(board, built_at // 1000)}
    summary = summarise(board, {}, built_at)
    states = {item["id"]: item["status"] for item in summary["components"]}
    works = planned(board, built_at)
    soon = [work for work in works if work.start <= built_at + AHEAD_DAYS * DAY_MS]
    return {
        "groups": _grouped(board, states),
        "uptime": {one.id: _uptime(one, board, known, today) for one in board.monitored} if days else {},
        "names": [(one.id, one.name) for one in board.components],
        "month": f"{today:%Y-%m}",
        "active": [incident(one, board, url) for one in _active(board)],
        "revision": _revision(summary),
        "maintenances": [maintenance(work, board, built_at) for work in soon],
        "later": [{"title": work.title, "start": stamp(work.start)} for work in works if work not in soon],
        "past": past(board, built_at, url),
        "past_days": PAST_DAYS,
        "about": about(board, known if days else {}, today, corrections),
    }


def _uptime(component: Component, board: Board, days: Mapping[str, Mapping[str, Any]], today: date) -> dict[str, Any]:
    """Bars and the one percentage of a component; a day says in words what its colour says. `seconds` are the days
    that count, as the browser needs them to add those since the build."""
    titles = {one.id: one.title for one in board.incidents}
    bars = []
    for bar in status_days.bars(component, days, today):
        bars.append({"level": bar["level"], "day": bar["day"].isoformat(), "text": day_text(bar, titles)})
    number, found = status_days.windows(board, component, days, today)[0]
    seconds = status_days.buckets(component, days, today, number)
    weights = {status_days.KEYS[status_days.SHORT[state]]: weight for state, weight in board.uptime.weights.items()}
    return {
        "bars": bars,
        "days": number,
        "percent": found.uptime,
        "known": known_share(seconds, number, component.start_date, today),
        "weights": weights,
        "left_out": board.uptime.exclude_maintenance,
        "start": component.start_date,
        "seconds": seconds,
    }


def known_share(seconds: Mapping[str, Sequence[int]], length: int, start: str, today: date) -> str:
    """How much of the `length` days before today, or of those since `start`, was monitored, in words; empty for nearly
    all of it. Today is left out, since it is not over."""
    first = max((today - timedelta(days=length)).isoformat(), start)
    whole = (today - date.fromisoformat(first)).days * SECONDS
    known = sum(sum(one[:-1]) for day, one in seconds.items() if first <= day < today.isoformat())
    if whole <= 0 or known >= KNOWN * whole:
        return ""
    return f"{known * 100 // whole or 'less than 1'}% of the time monitored"


def day_text(bar: Mapping[str, Any], titles: Mapping[str, str]) -> str:
    """A day in words, as `3 Nov 2026: Degraded, 2 hours affected. Exports were delayed`."""
    word = NO_DATA if bar["level"] == "unknown" else LEVEL_WORDS[bar["level"]]
    minutes = f", {duration(bar['minutes'])} affected" if bar["minutes"] else ""
    told = "".join(f". {titles[key]}" for key in bar["inc"] if key in titles)
    return f"{in_words(bar['day'])}: {word}{minutes}{told}"


def _active(board: Board) -> list[Incident]:
    return [one for one in board.incidents if one.active]


def _open(one: Incident, board: Board, url: str) -> dict[str, str]:
    """An open incident for the banner: which components, since when, and its phase."""
    names = ", ".join(component.name for component in board.ever if component.id in one.states)
    facts = [names, f"since {stamp(one.started_at)['text']}", PHASES[one.status]]
    return _line(one.id, one.title, f"{url}incidents/{one.id}/", one.impact, facts)


def _planned(work: Maintenance, board: Board, now: int, url: str) -> dict[str, str]:
    names = ", ".join(component.name for component in board.components if component.id in work.components)
    facts = [names, notice.span(work.start, work.end, UTC), PHASES[work.phase(now)]]
    return _line(work.id, work.title, f"{url}#{work.key}", "maintenance", facts)


def _line(key: str, title: str, url: str, impact: str, facts: Sequence[str]) -> dict[str, str]:
    more = " · ".join(fact for fact in facts if fact)
    return {"id": key, "title": title, "url": url, "impact": impact, "more": more}


def _revision(summary: Mapping[str, Any]) -> str:
    """A text of all shown events and states; the browser compares it with the live answer's."""
    events = summary["incidents"] + summary["scheduled_maintenances"]
    return " ".join(f"{event['id']}:{event['status']}:{len(event['incident_updates'])}" for event in events)


def _grouped(board: Board, states: Mapping[str, str]) -> list[dict[str, Any]]:
    found = []
    for key, name, members in board.grouped:
        found.append({"id": key, "name": name, "components": [row(one, states[one.id]) for one in members]})
    return found
