"""The board at the time of the build as plain values, for the status page and for the header of every page."""

from collections.abc import Mapping, Sequence
from datetime import date
from fractions import Fraction
from typing import Any

from portal.clock import DAY_MS
from portal.status import Board, Component, Group, Incident, Maintenance
from portal.status import days as status_days
from portal.status.events import PAST_DAYS, duration, incident, interval, maintenance, moment, past, row, stamp
from portal.status.summary import LEVEL_OF_STATE, iso, planned, summarise
from portal.status.uptime import Figures

AHEAD_DAYS = 14
SOON_MS = DAY_MS
NO_DATA = "No data"
# Below this share of known time the page says how much is known.
KNOWN = Fraction(99, 100)
# The header's dot, as portal.css draws it.
DOTS = {"none": "ok", "unknown": "unknown", "maintenance": "info", "minor": "warn", "major": "warn", "critical": "bad"}
LEVEL_WORDS = {
    "none": "Operational",
    "unknown": "Not confirmed",
    "maintenance": "Maintenance",
    "minor": "Degraded",
    "major": "Partial outage",
    "critical": "Outage",
}


def brief(board: Board, built_at: int, url: str) -> dict[str, Any]:
    """For every page: level, sentence and active events at the time of the build; never green."""
    summary = summarise(board, {}, built_at)
    active = [
        _line(one.title, f"{url}incidents/{one.id}/", one.impact, "Follow the incident")
        for one in _active(board)
        if one.impact != "none"
    ]
    active += [
        _line(work.title, f"{url}#{work.key}", "maintenance", _when(work, built_at))
        for work in planned(board, built_at)
        if work.start <= built_at + SOON_MS
    ]
    return {
        "level": summary["status"]["indicator"],
        "word": LEVEL_WORDS[summary["status"]["indicator"]],
        "dot": DOTS[summary["status"]["indicator"]],
        "sentence": summary["status"]["description"],
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
    """Everything on the status page at the time of the build (unix ms), with the days of `history` as bars."""
    days = status_days.corrected(history or {}, corrections)
    today = moment(built_at).date()
    summary = summarise(board, {}, built_at)
    states = {item["id"]: item["status"] for item in summary["components"]}
    works = planned(board, built_at)
    soon = [work for work in works if work.start <= built_at + AHEAD_DAYS * DAY_MS]
    return {
        "groups": _grouped(board, states, days, today),
        "uptime": {one.id: _uptime(one, board, days, today) for one in board.monitored} if days else {},
        "weights": _weights(board),
        "left_out": "Maintenance and times that nobody could see are left out."
        if board.uptime.exclude_maintenance
        else "Times that nobody could see are left out; maintenance counts as up.",
        "history": sorted({day[:7] for day in days}, reverse=True),
        "names": [(one.id, one.name) for one in board.components],
        "corrections": [_correction(one, board) for one in corrections],
        "months": sorted({f"{moment(one.started_at):%Y-%m}" for one in board.incidents}, reverse=True),
        "active": [incident(one, board, url) for one in _active(board)],
        "revision": _revision(summary),
        "maintenances": [maintenance(work, board, built_at) for work in soon],
        "later": [{"title": work.title, "start": stamp(work.start)} for work in works if work not in soon],
        "past": past(board, built_at, url),
        "past_days": PAST_DAYS,
        "method": [_method(component) for component in board.monitored],
        "unmonitored": [component.name for component in board.components if not component.checks],
        "stale_minutes": board.stale_after // 60,
    }


def _uptime(component: Component, board: Board, days: Mapping[str, Mapping[str, Any]], today: date) -> dict[str, Any]:
    """Bars and percentages of one component; a day says in words what its colour says."""
    titles = {one.id: one.title for one in board.incidents}
    bars = []
    for bar in status_days.bars(component, days, today):
        when = f"{bar['day'].day} {bar['day']:%B %Y}"
        told = [titles[key] for key in bar["inc"] if key in titles]
        minutes = f", {duration(bar['minutes'])} affected" if bar["minutes"] else ""
        word = NO_DATA if bar["level"] == "unknown" else LEVEL_WORDS[bar["level"]]
        bars.append({"level": bar["level"], "date": when, "word": word, "minutes": bar["minutes"], "incidents": told,
            "text": f"{when}: {word}{minutes}{''.join(f'. {title}' for title in told)}"})  # fmt: skip
    return {"bars": bars, "windows": _windows(status_days.windows(board, component, days, today))}


def _windows(figures: Sequence[tuple[int, Figures]]) -> list[dict[str, Any]]:
    return [
        {
            "days": number,
            "percent": found.uptime,
            "coverage": status_days.share(found.coverage)
            if found.coverage is not None and found.coverage < KNOWN
            else "",
        }
        for number, found in figures
    ]


def _weights(board: Board) -> list[str]:
    """The weights of the bad states in words, for the line beside the figures."""
    return [f"{LEVEL_WORDS[LEVEL_OF_STATE[state]].lower()} {weight}" for state, weight in board.uptime.weights.items()]


def _correction(one: Mapping[str, Any], board: Board) -> dict[str, Any]:
    names = {component.id: component.name for component in board.components}
    times = {"from": stamp(one["from"] * 1000), "until": stamp(one["until"] * 1000)}
    return {
        "component": names[one["component"]],
        "state": one["state"],
        "reason": one["reason"],
        "author": one["author"],
        **times,
    }


def _active(board: Board) -> list[Incident]:
    return [one for one in board.incidents if one.active]


def _line(title: str, url: str, impact: str, more: str) -> dict[str, str]:
    return {"title": title, "url": url, "impact": impact, "more": more}


def _when(work: Maintenance, now: int) -> str:
    times = f"{stamp(work.start)['text']} to {stamp(work.end)['text']}"
    return "Maintenance in progress" if work.active(now) else f"Planned: {times}"


def _revision(summary: Mapping[str, Any]) -> str:
    """A text of all shown events and states; the browser compares it with the live answer's."""
    events = summary["incidents"] + summary["scheduled_maintenances"]
    return " ".join(f"{event['id']}:{event['status']}:{len(event['incident_updates'])}" for event in events)


def _grouped(
    board: Board, states: Mapping[str, str], days: Mapping[str, Mapping[str, Any]], today: date
) -> list[dict[str, Any]]:
    # Components without a group come last.
    groups = [*board.groups, Group("", "Other" if board.groups else "Components")]
    found = []
    for group in groups:
        members = [row(one, states[one.id]) for one in board.components if one.group == group.id]
        windows = _windows(status_days.group_windows(board, group, days, today)) if days else []
        if members:
            found.append({"name": group.name, "uptime": group.uptime, "components": members, "windows": windows})
    return found


def _method(component: Component) -> dict[str, Any]:
    return {
        "name": component.name,
        "interval": interval(component.interval),
        "fail_after": component.fail_after,
        "ok_after": component.ok_after,
        "noticed": interval(component.interval * component.fail_after),
    }
