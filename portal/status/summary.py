"""The one honest answer to "is it up?", in the shape of Statuspage's public API v2, so its readers read us.

What we add to that shape, because Statuspage has no word for it:
- a component's `status` and the page's `indicator` may be `unknown`: no good check within `stale_after`, or
  no monitor at all. A reader that does not know the word must take it for "not confirmed", never for "fine". Some take
  it for an outage, so a component of which nothing can ever be known is in `unconfirmed` and not in `components`;
- `indicator` may be `maintenance`, as Statuspage's own impact is;
- incidents and updates carry `next_update_by`: until when more will be said, null when nothing was promised; updates
  `recorded`: whether the last build has them;
- components carry `monitored` and `checked_at` (null: never), the answer `checked_at` (the oldest check that
  it rests on), `generated_at` and `stale_after` (seconds).

The page is `none` (green) only if at least one component is monitored, every monitored one was seen to be
well within `stale_after`, and nothing else is wrong. A component without a monitor is `unknown` until an
incident or a maintenance says more, or the operator says what to assume. A human's word stands above maintenance,
maintenance hides failed checks, and where a human and the checks both see a fault, the worse one counts.
"""

from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from typing import Any

from portal.status import (
    DEGRADED,
    MAJOR_OUTAGE,
    OPERATIONAL,
    PARTIAL_OUTAGE,
    STATES,
    UNDER_MAINTENANCE,
    UNKNOWN,
    Board,
    Component,
    Incident,
    Maintenance,
    Update,
    worst,
)
from portal.status.live import Live

# From best to worst.
LEVELS = ("none", "unknown", "maintenance", "minor", "major", "critical")
LEVEL_OF_STATE = dict(zip(STATES, LEVELS, strict=True))
WORDS = {
    OPERATIONAL: "Operational",
    UNKNOWN: "Not confirmed",
    UNDER_MAINTENANCE: "Under maintenance",
    DEGRADED: "Degraded performance",
    PARTIAL_OUTAGE: "Partial outage",
    MAJOR_OUTAGE: "Major outage",
}
# Of what no check looks at, there is only what people say.
NOTHING_REPORTED = "No reported issues"
MOST = 50


def summarise(board: Board, live: Mapping[str, Live], now: int) -> dict[str, Any]:
    """The summary as of `now` (unix ms); without live states (in a build) it is never green."""
    states = {component.id: _state(component, board, live.get(component.id), now) for component in board.components}
    incidents = [incident for incident in board.incidents if incident.active]
    works = planned(board, now)
    level = _level(board, states, incidents, any(work.active(now) for work in works))
    seen = [live[component.id] for component in board.monitored if component.id in live]
    page = _page(board, seen, now)
    components = _components(board, states, live, page["updated_at"])
    listed = {item["id"]: item for item in components}
    return {
        "page": page,
        "status": {
            "indicator": level,
            "description": _sentence(level, board, states, incidents, works, now),
        },
        "components": [*components, *_groups(board, states, page["updated_at"])],
        "incidents": [_incident(incident, board, listed) for incident in incidents],
        "scheduled_maintenances": [_maintenance(work, board, listed, now) for work in works],
        # For the resources that list what is over, too.
        "every": {
            "incidents": [_incident(one, board, listed) for one in board.incidents[:MOST]],
            "scheduled_maintenances": [_maintenance(work, board, listed, now) for work in _newest(board, works, now)],
        },
        "checked_at": iso(min(one.confirmed_at for one in seen)) if seen else None,
        "generated_at": iso(now),
        "stale_after": board.stale_after,
    }


def for_readers(summary: Mapping[str, Any]) -> dict[str, Any]:
    """The summary with `components` that Statuspage's readers understand: those without a monitor of which nobody says
    anything are moved to `unconfirmed`, and groups are as well as the rest of their members."""
    states = {item["id"]: item["status"] for item in summary["components"]}
    gone = {
        item["id"]
        for item in summary["components"]
        if not item["group"] and not item["monitored"] and item["status"] == UNKNOWN
    }
    kept, moved = [], []
    for item in summary["components"]:
        if item["group"]:
            members = [key for key in item["components"] if key not in gone]
            known = item | {"components": members, "status": worst(states[key] for key in members)}
            kept += [known] if members else []
            moved += [] if members else [item]
        else:
            (moved if item["id"] in gone else kept).append(item)
    return {**summary, "components": kept, "unconfirmed": moved}


def planned(board: Board, now: int) -> list[Maintenance]:
    """Maintenance that is running or planned, soonest first; of a series only the next."""
    found: dict[str, Maintenance] = {}
    for work in board.maintenances:
        if work.phase(now) != "completed":
            found.setdefault(work.key, work)
    return list(found.values())


def _newest(board: Board, works: list[Maintenance], now: int) -> list[Maintenance]:
    """The newest of planned and past maintenance."""
    return [one for one in board.maintenances[::-1] if one in works or one.phase(now) == "completed"][:MOST]


def seconds_left(summary: Mapping[str, Any]) -> int:
    """Seconds until the checks of a summary are stale; 0 without checks, negative when they are stale."""
    if summary["checked_at"] is None:
        return 0
    checked, made = (datetime.fromisoformat(summary[name]) for name in ("checked_at", "generated_at"))
    return int(summary["stale_after"] - (made - checked).total_seconds())


def iso(at: int | None) -> str | None:
    """Unix ms as UTC text with milliseconds; None and 0 (never) stay None."""
    if not at:
        return None
    return datetime.fromtimestamp(at / 1000, UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def _state(component: Component, board: Board, live: Live | None, now: int) -> str:
    """The state that people gave, else maintenance, else the checks'; of two faults the worse."""
    known = live is not None and component.checks and live.fresh(now, board.stale_after)
    automatic = live.state if live is not None and known else UNKNOWN
    if not component.checks and component.assume:
        automatic = component.assume
    in_maintenance = any(component.id in work.components and work.active(now) for work in board.maintenances)
    said = worst(
        incident.states.get(component.id, UNKNOWN)
        for incident in board.incidents
        # An incident that only the checks opened is hidden by maintenance, like the checks.
        if incident.active and not (in_maintenance and incident.source == "auto")
    )
    if said not in {OPERATIONAL, UNKNOWN}:
        return said if in_maintenance else worst((said, automatic))
    return UNDER_MAINTENANCE if in_maintenance else automatic


def _level(board: Board, states: Mapping[str, str], incidents: Iterable[Incident], working: bool) -> str:
    levels = ["none" if board.monitored or any(component.assume for component in board.components) else "unknown"]
    levels += [_weight(incident) for incident in incidents]
    levels += ["maintenance"] if working else []
    monitored = {component.id for component in board.monitored}
    # A component without a monitor is never confirmed, and must not keep the page grey.
    levels += [LEVEL_OF_STATE[state] for key, state in states.items() if key in monitored or state != UNKNOWN]
    return max(levels, key=LEVELS.index)


def _weight(incident: Incident) -> str:
    """The level that an incident gives to the page; one that is only watched may leave it green."""
    return min(incident.impact, "minor", key=LEVELS.index) if incident.status == "monitoring" else incident.impact


def _sentence(
    level: str,
    board: Board,
    states: Mapping[str, str],
    incidents: list[Incident],
    works: list[Maintenance],
    now: int,
) -> str:
    if level == "none":
        known = [one for one in board.components if one.checks or (one.assume and not board.monitored)]
        if len(known) == len(board.components):
            return "All systems operational"
        return "All monitored systems operational" if board.monitored else NOTHING_REPORTED
    if level == "unknown":
        return "Status not confirmed" if board.monitored else NOTHING_REPORTED
    if level == "maintenance":
        return f"Maintenance in progress: {_titles(work.title for work in works if work.active(now))}"
    bad = [component for component in board.components if LEVELS.index(LEVEL_OF_STATE[states[component.id]]) > 2]
    if not bad:
        watched = all(incident.status == "monitoring" for incident in incidents)
        titles = _titles(incident.title for incident in incidents if _weight(incident) == level)
        return f"Fix in place, being monitored: {titles}" if watched else titles
    # The worst first, each with its own state.
    found = sorted({states[component.id] for component in bad}, key=STATES.index, reverse=True)
    named = [(WORDS[state], [one.name for one in bad if states[one.id] == state]) for state in found]
    return ". ".join(f"{word}: {_titles(names)}" for word, names in named)


def _titles(titles: Iterable[str]) -> str:
    names = list(dict.fromkeys(titles))
    return names[0] if len(names) == 1 else f"{', '.join(names[:-1])} and {names[-1]}"


def _page(board: Board, seen: list[Live], now: int) -> dict[str, Any]:
    changes = [one.since for one in seen]
    updates = [event.updates for event in board.incidents] + [event.updates for event in board.maintenances]
    changes += [update.at for some in updates for update in some if update.at <= now]
    page = board.page
    # Of what never changed the build is the last news: the time of now would give each answer another tag.
    updated = iso(max(changes, default=board.built_at or now))
    return {
        "id": page.id,
        "name": page.name,
        "url": page.url,
        "time_zone": page.time_zone,
        "updated_at": updated,
    }


def _components(
    board: Board, states: Mapping[str, str], live: Mapping[str, Live], updated_at: str
) -> list[dict[str, Any]]:
    items = []
    for position, component in enumerate(board.components, 1):
        seen = live.get(component.id) if component.checks else None
        item = _component(board, component.id, component.name, states[component.id], position, updated_at)
        item |= {
            "description": component.description or None,
            "start_date": component.start_date or None,
            "group_id": component.group or None,
            "created_at": f"{component.start_date}T00:00:00.000Z" if component.start_date else updated_at,
            "updated_at": iso(seen.since) if seen else updated_at,
            "monitored": bool(component.checks),
            "checked_at": iso(seen.confirmed_at) if seen else None,
        }
        items.append(item)
    return items


def _groups(board: Board, states: Mapping[str, str], updated_at: str) -> list[dict[str, Any]]:
    """Statuspage lists a group as one more component, with its members' ids and the worst of their states."""
    items = []
    for position, group in enumerate(board.groups, 1):
        members = [component.id for component in board.components if component.group == group.id]
        state = worst(states[member] for member in members)
        item = _component(board, group.id, group.name, state, position, updated_at)
        items.append(item | {"group": True, "components": members})
    return items


def _component(board: Board, key: str, name: str, state: str, position: int, updated_at: str) -> dict[str, Any]:
    return {
        "id": key,
        "name": name,
        "status": state,
        "created_at": updated_at,
        "updated_at": updated_at,
        "position": position,
        "description": None,
        "showcase": True,
        "start_date": None,
        "group_id": None,
        "page_id": board.page.id,
        "group": False,
        "only_show_if_degraded": False,
    }


def _incident(incident: Incident, board: Board, listed: Mapping[str, Any]) -> dict[str, Any]:
    event = _event(incident.key, incident, incident.status, incident.impact, board)
    monitoring = [update.at for update in incident.updates if update.status == "monitoring"]
    return event | {
        "created_at": iso(incident.started_at),
        "started_at": iso(incident.started_at),
        "monitoring_at": iso(monitoring[0]) if monitoring else None,
        "resolved_at": iso(incident.resolved_at),
        "next_update_by": iso(incident.next_update_by),
        "source": incident.source,
        "shortlink": f"{board.page.url}incidents/{incident.id}/"
        if incident.built
        else f"{board.page.url}#{incident.id}",
        "components": [listed[key] for key in incident.states if key in listed],
    }


def _maintenance(work: Maintenance, board: Board, listed: Mapping[str, Any], now: int) -> dict[str, Any]:
    event = _event(work.key, work, work.phase(now), "maintenance", board)
    return event | {
        "created_at": iso(work.updates[0].at if work.updates else work.scheduled_for),
        "started_at": iso(work.start),
        "monitoring_at": None,
        "resolved_at": iso(work.actual_end),
        "scheduled_for": iso(work.scheduled_for),
        "scheduled_until": iso(work.scheduled_until),
        "shortlink": f"{board.page.url}#{work.key}",
        "components": [listed[key] for key in work.components if key in listed],
    }


def _event(key: str, one: Incident | Maintenance, status: str, impact: str, board: Board) -> dict[str, Any]:
    updates = []
    before: dict[str, str] = {}
    for number, update in enumerate(one.updates):
        said = _said(one, update, first=number == 0)
        updates.append(_update(key, update, before, said, board))
        before |= said
    return {
        "id": one.id,
        "name": one.title,
        "status": status,
        "impact": impact,
        "page_id": board.page.id,
        "updated_at": iso(one.updates[-1].at) if one.updates else None,
        # Statuspage lists the newest first.
        "incident_updates": updates[::-1],
    }


def _said(one: Incident | Maintenance, update: Update, *, first: bool) -> dict[str, str]:
    """The components' states as of an update: what it says itself, with the first one what the incident began with,
    and in a maintenance what its phase means."""
    if isinstance(one, Maintenance):
        working = update.status in {"in_progress", "verifying"}
        return dict.fromkeys(one.components, UNDER_MAINTENANCE if working else OPERATIONAL)
    return {**(one.components if first else {}), **update.components}


def _update(
    key: str, update: Update, before: Mapping[str, str], said: Mapping[str, str], board: Board
) -> dict[str, Any]:
    names = {component.id: component.name for component in board.ever}
    at = iso(update.at)
    return {
        "id": update_id(key, update),
        "incident_id": key,
        "status": update.status,
        "body": update.body,
        "created_at": at,
        "updated_at": iso(update.edited_at) or at,
        "display_at": at,
        "next_update_by": iso(update.next_update_by),
        "recorded": update.built,
        "deliver_notifications": True,
        "custom_tweet": None,
        "tweet_id": None,
        "affected_components": [
            {"code": code, "name": names[code], "old_status": before.get(code, OPERATIONAL), "new_status": state}
            for code, state in said.items()
            if code in names
        ],
    }


def update_id(key: str, update: Update) -> str:
    """The id of an update, the same in the JSON, the feed and the page's anchors."""
    return f"{key}-{update.at // 1000}"
