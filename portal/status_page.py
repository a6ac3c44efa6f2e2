"""What the baked status pages and the feed show: the board as plain values, Markdown made safe."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from fractions import Fraction
from typing import Any

from portal import status_days
from portal.sanitise import to_html, to_text
from portal.status import PHASES, UNKNOWN, Board, Component, Group, Incident, Maintenance, Update
from portal.status_summary import LEVEL_OF_STATE, NO_MONITOR, WORDS, iso, summarise, update_id
from portal.uptime import Figures

PAST_DAYS, AHEAD_DAYS = 30, 14
DAY_MS = 86_400_000
SOON_MS = DAY_MS
NO_DATA = "No data"
# Below this share of known time the percentage stands beside how much of it is known.
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
    """What every page says: level, sentence and what is active, as of the build; never green."""
    summary = summarise(board, {}, built_at)
    active = [
        _line(one.title, f"{url}incidents/{one.id}/", one.impact, "Follow the incident")
        for one in _active(board)
        if one.impact != "none"
    ]
    active += [
        _line(work.title, f"{url}#{work.key}", "maintenance", _when(work, built_at))
        for work in _planned(board, built_at)
        if work.start <= built_at + SOON_MS
    ]
    return {
        "level": summary["status"]["indicator"],
        "word": LEVEL_WORDS[summary["status"]["indicator"]],
        "dot": DOTS[summary["status"]["indicator"]],
        "sentence": summary["status"]["description"],
        "active": active,
        "built_at": iso(built_at),
        "built": _time(built_at),
    }


def page(
    board: Board,
    built_at: int,
    url: str,
    history: Mapping[str, Mapping[str, Any]] | None = None,
    corrections: Sequence[Mapping[str, Any]] = (),
) -> dict[str, Any]:
    """All that the status page shows, as of the build (unix ms), with the days of `history` as bars."""
    days = status_days.corrected(history or {}, corrections)
    today = _moment(built_at).date()
    summary = summarise(board, {}, built_at)
    states = {item["id"]: item["status"] for item in summary["components"]}
    planned = _planned(board, built_at)
    soon = [work for work in planned if work.start <= built_at + AHEAD_DAYS * DAY_MS]
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
        "months": sorted({f"{_moment(one.started_at):%Y-%m}" for one in board.incidents}, reverse=True),
        "active": [incident(one, board, url) for one in _active(board)],
        "revision": _revision(summary),
        "maintenances": [_work(work, board, built_at) for work in soon],
        "later": [{"title": work.title, "start": _time(work.start)} for work in planned if work not in soon],
        "past": _past(board, built_at, url),
        "past_days": PAST_DAYS,
        "method": [_method(component) for component in board.monitored],
        "unmonitored": [component.name for component in board.components if not component.checks],
        "stale_minutes": board.stale_after // 60,
    }


def _past(board: Board, now: int, url: str) -> list[dict[str, Any]]:
    """The last days, newest first: {label, events} of a day on which something began (or ended, when it began before
    all of them), and one without events for each run of days on which nothing did."""
    today = _moment(now).date()
    first = today - timedelta(days=PAST_DAYS)
    told: dict[date, list[dict[str, Any]]] = {}
    for one in board.incidents:
        began, ended = _moment(one.started_at).date(), _moment(now if one.active else _ended(one)).date()
        if ended >= first:
            told.setdefault(max(began, first), []).append(incident(one, board, url) | {"work": False})
    for work in board.maintenances:
        if first <= (ended := _moment(work.end).date()) <= today and work.phase(now) == "completed":
            told.setdefault(ended, []).append(_work(work, board, now) | {"work": True})
    found: list[dict[str, Any]] = []
    quiet: list[date] = []
    for back in range(PAST_DAYS + 1):
        day = today - timedelta(days=back)
        if day not in told:
            quiet.append(day)
        if quiet and (day in told or day == first):
            found.append({"label": _days(quiet, now), "events": []})
            quiet = []
        if day in told:
            found.append({"label": _days([day], now), "events": told[day]})
    return found


def _days(days: Sequence[date], now: int) -> str:
    """A run of days (newest first) in words; today is only known so far."""
    newest, oldest = days[0], days[-1]
    text = f"{newest.day} {newest:%B %Y}"
    if newest == _moment(now).date():
        text += f", until {_moment(now):%H:%M} UTC"
    return text if newest == oldest else f"{oldest.day} {oldest:%B} to {text}"


def archive(board: Board, url: str) -> dict[str, dict[str, Any]]:
    """The incidents of each month, newest first: month (YYYY-MM) -> {title, incidents}."""
    months: dict[str, dict[str, Any]] = {}
    for one in sorted(board.incidents, key=lambda one: -one.started_at):
        moment = _moment(one.started_at)
        month = months.setdefault(f"{moment:%Y-%m}", {"title": f"{moment:%B %Y}", "incidents": []})
        month["incidents"].append(incident(one, board, url))
    return months


def _uptime(component: Component, board: Board, days: Mapping[str, Mapping[str, Any]], today: date) -> dict[str, Any]:
    """Bars and percentages of one component; a day says in words what its colour says."""
    titles = {one.id: one.title for one in board.incidents}
    bars = []
    for bar in status_days.bars(component, days, today):
        when = f"{bar['day'].day} {bar['day']:%B %Y}"
        told = [titles[key] for key in bar["inc"] if key in titles]
        minutes = f", {_duration(bar['minutes'])} affected" if bar["minutes"] else ""
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
    """How much a second in each bad state counts, as it stands beside the figures."""
    return [f"{LEVEL_WORDS[LEVEL_OF_STATE[state]].lower()} {weight}" for state, weight in board.uptime.weights.items()]


def _correction(one: Mapping[str, Any], board: Board) -> dict[str, Any]:
    names = {component.id: component.name for component in board.components}
    times = {"from": _time(one["from"] * 1000), "until": _time(one["until"] * 1000)}
    return {
        "component": names[one["component"]],
        "state": one["state"],
        "reason": one["reason"],
        "author": one["author"],
        **times,
    }


def plain(board: Board) -> Board:
    """The board with its updates as plain text, for functions that know no Markdown."""
    incidents = [replace(one, updates=_plain(one.updates), body="") for one in board.incidents]
    works = [replace(work, updates=_plain(work.updates), body="") for work in board.maintenances]
    return replace(board, incidents=tuple(incidents), maintenances=tuple(works))


def incident(one: Incident, board: Board, url: str) -> dict[str, Any]:
    """An incident for its own page and for lists."""
    minutes = (one.resolved_at - one.started_at) // 60_000 if one.resolved_at is not None else None
    return {
        "id": one.id,
        "title": one.title,
        "url": f"{url}incidents/{one.id}/",
        "impact": one.impact,
        "active": one.active,
        "revision": f"{one.status}:{len(one.updates)}",
        "next_update": _time(one.next_update_by) if one.next_update_by is not None else None,
        "phase": PHASES[one.status],
        "started": _time(one.started_at),
        "resolved": _time(one.resolved_at) if one.resolved_at is not None else None,
        "duration": _duration(minutes) if minutes is not None else None,
        "components": [_component(component, one.states.get(component.id)) for component in _of(board, one.states)],
        "updates": [_update(one.id, update, board) for update in reversed(one.updates)],
        "body": to_html(one.body) if one.body else "",
    }


def _plain(updates: tuple[Update, ...]) -> tuple[Update, ...]:
    return tuple(replace(update, body=to_text(update.body)) for update in updates)


def _active(board: Board) -> list[Incident]:
    return [one for one in board.incidents if one.active]


def _planned(board: Board, now: int) -> list[Maintenance]:
    """What is worked on or will be, soonest first; of what comes again only the next."""
    found: dict[str, Maintenance] = {}
    for work in board.maintenances:
        if work.phase(now) != "completed":
            found.setdefault(work.key, work)
    return list(found.values())


def _line(title: str, url: str, impact: str, more: str) -> dict[str, str]:
    return {"title": title, "url": url, "impact": impact, "more": more}


def _when(work: Maintenance, now: int) -> str:
    times = f"{_time(work.start)['text']} to {_time(work.end)['text']}"
    return "Maintenance in progress" if work.active(now) else f"Planned: {times}"


def _revision(summary: Mapping[str, Any]) -> str:
    """Which events the page shows in which state; the browser compares it with the live answer's."""
    events = summary["incidents"] + summary["scheduled_maintenances"]
    return " ".join(f"{event['id']}:{event['status']}:{len(event['incident_updates'])}" for event in events)


def _grouped(
    board: Board, states: Mapping[str, str], days: Mapping[str, Mapping[str, Any]], today: date
) -> list[dict[str, Any]]:
    # What belongs to no group comes last.
    groups = [*board.groups, Group("", "Other" if board.groups else "Components")]
    found = []
    for group in groups:
        members = [_component(one, states[one.id]) for one in board.components if one.group == group.id]
        windows = _windows(status_days.group_windows(board, group, days, today)) if days else []
        if members:
            found.append({"name": group.name, "uptime": group.uptime, "components": members, "windows": windows})
    return found


def _component(component: Component, state: str | None) -> dict[str, Any]:
    shown = state or UNKNOWN
    word = NO_MONITOR if shown == UNKNOWN and not component.checks else WORDS[shown]
    return {
        "id": component.id,
        "name": component.name,
        "description": component.description,
        "level": LEVEL_OF_STATE[shown],
        "word": word,
    }


def _of(board: Board, keys: Mapping[str, str] | tuple[str, ...]) -> list[Component]:
    return [component for component in board.components if component.id in keys]


def _update(key: str, update: Update, board: Board) -> dict[str, Any]:
    return {
        "id": update_id(key, update),
        "phase": PHASES[update.status],
        "time": _time(update.at),
        "edited": _time(update.edited_at) if update.edited_at is not None else None,
        "html": to_html(update.body),
        "components": [_component(one, update.components[one.id]) for one in _of(board, update.components)],
    }


def _work(work: Maintenance, board: Board, now: int) -> dict[str, Any]:
    return {
        "id": work.key,
        "title": work.title,
        "active": work.active(now),
        "repeats": bool(work.series),
        "phase": PHASES["cancelled" if work.status == "cancelled" else work.phase(now)],
        "start": _time(work.start),
        "end": _time(work.end),
        "components": [component.name for component in _of(board, work.components)],
        "updates": [_update(work.key, update, board) for update in reversed(work.updates)],
        "body": to_html(work.body) if work.body else "",
    }


def _method(component: Component) -> dict[str, Any]:
    return {
        "name": component.name,
        "interval": _seconds(component.interval),
        "fail_after": component.fail_after,
        "ok_after": component.ok_after,
        "noticed": _seconds(component.interval * component.fail_after),
    }


def _ended(one: Incident) -> int:
    return one.resolved_at if one.resolved_at is not None else one.started_at


def _moment(at: int) -> datetime:
    return datetime.fromtimestamp(at / 1000, UTC)


def _time(at: int) -> dict[str, str]:
    moment = _moment(at)
    return {
        "iso": moment.isoformat(timespec="seconds").replace("+00:00", "Z"),
        "text": f"{moment.day} {moment:%B %Y, %H:%M} UTC",
    }


def _duration(minutes: int) -> str:
    hours, rest = divmod(minutes, 60)
    parts = [_count(hours, "hour")] if hours else []
    return " ".join([*parts, _count(rest, "minute")] if rest or not parts else parts)


def _seconds(seconds: int) -> str:
    return _count(seconds // 60, "minute") if seconds % 60 == 0 else _count(seconds, "second")


def _count(number: int, unit: str) -> str:
    return f"{number} {unit}" if number == 1 else f"{number} {unit}s"
