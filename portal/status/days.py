"""A component's days, as status/history/YYYY-MM.json keeps them and the page's bars and percentages show them.

A file holds {day: {component: {op, deg, part, maj, maint, unk (seconds, together 86,400), p50, p95 (ms), n (checks),
inc (ids of incidents)}}}. Times here are unix seconds, days are UTC.
"""

from bisect import bisect_left
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from fractions import Fraction
from typing import Any

from portal.status import (
    DEGRADED,
    MAJOR_OUTAGE,
    OPERATIONAL,
    PARTIAL_OUTAGE,
    Board,
    Component,
    Group,
    Incident,
    Uptime,
    uptime,
)
from portal.status.uptime import DAY, Figures, Span

# A sample: (unix seconds, result, milliseconds).
Sample = tuple[int, str, int]
KEYS = dict(zip(uptime.BUCKETS, ("op", "deg", "part", "maj", "maint", "unk"), strict=True))
SHORT = {
    OPERATIONAL: uptime.OPERATIONAL,
    DEGRADED: uptime.DEGRADED,
    PARTIAL_OUTAGE: uptime.PARTIAL,
    MAJOR_OUTAGE: uptime.MAJOR,
}
BAR_DAYS = 90
NOTHING: Mapping[str, Any] = {"level": "unknown", "minutes": 0, "inc": []}


def days(
    board: Board, samples: Mapping[str, Sequence[Sample]], first: int, end: int, now: int
) -> dict[int, dict[str, Any]]:
    """The days from the one that begins at `first` to before `end`, each for every component that existed: first
    second of the day -> component -> figures. What is later than `now` is unknown."""
    until = min(end, now)
    starts = list(range(first, end, DAY))
    found: dict[int, dict[str, Any]] = {start: {} for start in starts}
    timelines: dict[str, list[Span]] = {}
    for component in board.components:
        own = samples.get(component.id, ())
        spans = timelines[component.id] = timeline(board, component, own, first, until)
        seconds = dict(uptime.days(spans, first, end))
        cuts = [bisect_left(own, (at,)) for at in (*starts, end)]
        begins = _seconds(component.start_date) if component.start_date else first
        incidents = [one for one in board.incidents if component.id in one.states]
        for start, one, other in zip(starts, cuts, cuts[1:], strict=False):
            if begins < start + DAY:
                figures = _measured(seconds[start], own[one:other])
                touched = [one.id for one in incidents if _touches(one, start, min(start + DAY, now))]
                found[start][component.id] = figures | {"inc": touched}
    for group in board.groups:
        _add_group(board, group, timelines, found, first, end, until)
    return found


def day(board: Board, samples: Mapping[str, Sequence[Sample]], first: int, now: int) -> dict[str, Any]:
    """The day that begins at `first`, for every component that existed; the rest of today is unknown."""
    return days(board, samples, first, first + DAY, now)[first]


def so_far(board: Board, now: int) -> dict[str, dict[str, Any]]:
    """Today until `now` as far as a build knows it, component -> figures: incidents and maintenance, no checks."""
    first = now // DAY * DAY
    # Their own incidents stand for the checks that are not at hand.
    said = replace(board, incidents=tuple(replace(one, source="manual") for one in board.incidents))
    later = first + DAY - now
    return {key: one | {"unk": one["unk"] - later} for key, one in day(said, {}, first, now).items()}


def _measured(seconds: Mapping[str, int], samples: Sequence[Sample]) -> dict[str, Any]:
    times = sorted(ms for _, result, ms in samples if result != "fail")
    quantities = {"p50": _quantile(times, 50), "p95": _quantile(times, 95), "n": len(samples)}
    return {KEYS[state]: count for state, count in seconds.items()} | quantities


def _add_group(
    board: Board,
    group: Group,
    timelines: Mapping[str, Sequence[Span]],
    found: Mapping[int, dict[str, Any]],
    first: int,
    end: int,
    until: int,
) -> None:
    """Add the seconds of a group that is as well as its worst component; each day has those that existed."""
    if group.uptime != "worst":
        return
    members = [one.id for one in board.monitored if one.group == group.id]
    known: dict[tuple[str, ...], dict[int, dict[str, int]]] = {}
    for start, components in found.items():
        there = tuple(key for key in members if key in components)
        if not there:
            continue
        if there not in known:
            spans = uptime.together([timelines[key] for key in there], first, until)
            known[there] = dict(uptime.days(spans, first, end))
        incidents = dict.fromkeys(key for member in there for key in components[member]["inc"])
        seconds = {KEYS[state]: count for state, count in known[there][start].items()}
        checks = sum(components[member]["n"] for member in there)
        components[group.id] = {**seconds, "p50": None, "p95": None, "n": checks, "inc": [*incidents]}


def timeline(board: Board, component: Component, samples: Sequence[Sample], start: int, end: int) -> list[Span]:
    """The component's state in every second, as portal.status.uptime defines it."""
    automatic: list[Span] = []
    if component.checks:
        automatic = uptime.observed(
            samples,
            component.interval,
            start,
            end,
            fail_after=component.fail_after,
            ok_after=component.ok_after,
            impact=SHORT[component.impact_on_fail],
        )
    said = [span for one in board.incidents if one.source != "auto" for span in _said(one, component.id, end)]
    works = [
        (work.start // 1000, work.end // 1000)
        for work in board.maintenances
        if component.id in work.components and work.status != "cancelled"
    ]
    return uptime.merged(automatic, said, works, start, end)


def _said(incident: Incident, component: str, end: int) -> list[Span]:
    """A component's states in an incident as people gave them."""
    over = end if incident.resolved_at is None else incident.resolved_at // 1000
    points = [(incident.started_at // 1000, incident.components.get(component))]
    points += [
        (update.at // 1000, update.components[component])
        for update in incident.updates
        if component in update.components
    ]
    spans = []
    for place, (at, state) in enumerate(points):
        until = points[place + 1][0] if place + 1 < len(points) else over
        if state in SHORT and state != OPERATIONAL and at < min(until, over):
            spans.append((at, min(until, over), SHORT[state]))
    return spans


def _touches(incident: Incident, start: int, end: int) -> bool:
    over = end if incident.resolved_at is None else incident.resolved_at // 1000
    return incident.started_at // 1000 < end and over >= start


def figures(days: Iterable[Mapping[str, Any]], rules: Uptime) -> Figures:
    """Uptime and coverage of some days, of one component or of several together."""
    seconds = dict.fromkeys(uptime.BUCKETS, 0)
    for one in days:
        for state, key in KEYS.items():
            seconds[state] += one[key]
    weights = {SHORT[state]: weight for state, weight in rules.weights.items()}
    return uptime.figures(seconds, weights, exclude_maintenance=rules.exclude_maintenance)


def bars(component: Component, history: Mapping[str, Mapping[str, Any]], today: date) -> list[dict[str, Any]]:
    """Ninety days with today as the last, oldest first: {day, level, minutes (down, weighted by nothing), inc}. A day
    without data, or before the component began, is unknown."""
    found = []
    for back in reversed(range(BAR_DAYS)):
        when = today - timedelta(days=back)
        one = history.get(when.isoformat(), {}).get(component.id)
        known = one is not None and not (component.start_date and when.isoformat() < component.start_date)
        found.append({"day": when, **(bar(one) if known and one else NOTHING)})
    return found


def bar(one: Mapping[str, Any]) -> dict[str, Any]:
    """A day's level, the minutes that something was wrong, and its incidents."""
    levels = {"maj": "critical", "part": "major", "deg": "minor"}
    level = next((word for key, word in levels.items() if one[key]), "")
    if not level:
        level = "none" if one["op"] else "maintenance" if one["maint"] else "unknown"
    bad = one["maj"] + one["part"] + one["deg"]
    return {"level": level, "minutes": -(-bad // 60), "inc": list(one["inc"])}


def windows(
    board: Board, component: Component, history: Mapping[str, Mapping[str, Any]], today: date
) -> list[tuple[int, Figures]]:
    """The component's uptime over each window of days that the writer chose, and what is known of today."""
    return [
        (length, figures(_window(component.id, component.start_date, history, today, length), board.uptime))
        for length in board.uptime.windows
    ]


def buckets(
    component: Component, history: Mapping[str, Mapping[str, Any]], today: date, length: int
) -> dict[str, list[int]]:
    """The seconds of each known day that counts in a window of `length` days: day -> op, deg, part, maj, maint, unk."""
    first = max((today - timedelta(days=length)).isoformat(), component.start_date)
    own = {when: one[component.id] for when, one in history.items() if when >= first and component.id in one}
    return {when: [one[key] for key in KEYS.values()] for when, one in sorted(own.items())}


def group_windows(
    board: Board, group: Group, history: Mapping[str, Mapping[str, Any]], today: date
) -> list[tuple[int, Figures]]:
    """The uptime of a group, from the seconds of its worst member or of all members."""
    members = [one for one in board.monitored if one.group == group.id]
    if not members or not group.uptime:
        return []
    starts = [(one.id, one.start_date) for one in members]
    # A group begins with its first member.
    parts = [(group.id, min(start for _, start in starts))] if group.uptime == "worst" else starts
    return [
        (
            length,
            figures([day for key, start in parts for day in _window(key, start, history, today, length)], board.uptime),
        )
        for length in board.uptime.windows
    ]


def _window(
    key: str, start: str, history: Mapping[str, Mapping[str, Any]], today: date, length: int
) -> list[Mapping[str, Any]]:
    """The last `length` days since `start`, of which one that is not in the history is unknown, and today so far."""
    first = max((today - timedelta(days=length)).isoformat(), start)
    own = [one[key] for when, one in history.items() if first <= when < today.isoformat() and key in one]
    missing = max(0, (today - date.fromisoformat(first)).days - len(own))
    now = history.get(today.isoformat(), {}).get(key)
    return [*own, *[dict.fromkeys(KEYS.values(), 0) | {"unk": DAY}] * missing, *([now] if now else [])]


def corrected(
    history: Mapping[str, Mapping[str, Any]], corrections: Iterable[Mapping[str, Any]]
) -> dict[str, dict[str, Any]]:
    """The history with past spans called maintenance or unknown: {component, from, until (unix s), state}. A day keeps
    seconds and not their order, so a span takes the worst seconds of its day first."""
    found = {when: {key: dict(one) for key, one in components.items()} for when, components in history.items()}
    for correction in corrections:
        to = KEYS[correction["state"]]
        for when, components in found.items():
            first = _seconds(when)
            left = min(correction["until"], first + DAY) - max(correction["from"], first)
            one = components.get(correction["component"])
            if one is None:
                continue
            for key in ("maj", "part", "deg", "op"):
                moved = max(0, min(left, one[key]))
                one[key] -= moved
                one[to] += moved
                left -= moved
    return found


def share(coverage: Fraction | None) -> str:
    """Coverage as percent, rounded down."""
    return uptime.percent(coverage) if coverage is not None else "0.00"


def _quantile(times: Sequence[int], percent: int) -> int | None:
    """As statistics.quantiles(times, n=100, method="inclusive") has it, of which one is needed and not all."""
    if not times:
        return None
    place, part = divmod((len(times) - 1) * percent, 100)
    return round((times[place] * (100 - part) + times[min(place + 1, len(times) - 1)] * part) / 100)


def _seconds(day: str) -> int:
    return int(datetime.fromisoformat(day).replace(tzinfo=UTC).timestamp())
