"""Incidents that the checks open, follow and close, worked out from the live states.

They are reviewed at every tick, so that a component that is still down when its maintenance ends becomes an incident,
and nothing is resolved while it is down. Once a person has posted, automation adds facts and closes nothing. Times are
unix milliseconds.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime

from portal.clock import MINUTE_MS
from portal.status import (
    DEGRADED,
    MAJOR_OUTAGE,
    OPERATIONAL,
    PARTIAL_OUTAGE,
    UNKNOWN,
    Board,
    Component,
    Incident,
    Update,
    worst,
)
from portal.status.live import Live

# Components that fail within this of each other are one incident.
JOINED_MS = 2 * MINUTE_MS
QUIET_MS = 10 * MINUTE_MS
# After FLAPS changes within FLAP_MS an incident stays open until it was quiet for STABLE_MS.
FLAPS, FLAP_MS, STABLE_MS = 4, 30 * MINUTE_MS, 15 * MINUTE_MS
IMPACTS = {OPERATIONAL: "none", DEGRADED: "minor", PARTIAL_OUTAGE: "major", MAJOR_OUTAGE: "critical"}
IMPACT_ORDER = tuple(IMPACTS.values())
FACTS = {
    OPERATIONAL: "{name} answers our checks again.",
    DEGRADED: "{name} answers our checks slowly.",
    PARTIAL_OUTAGE: "{name} fails some of our checks.",
    MAJOR_OUTAGE: "{name} does not answer our checks.",
}


@dataclass(frozen=True)
class Seen:
    """What automation remembers of an incident: each component's last state, and the times of changes."""

    states: Mapping[str, str] = field(default_factory=dict)
    changes: tuple[int, ...] = ()


@dataclass(frozen=True)
class Watched:
    """An incident and what automation has seen of it."""

    incident: Incident
    seen: Seen = field(default_factory=Seen)


def review(board: Board, live: Mapping[str, Live], known: Sequence[Watched], now: int) -> list[Watched]:
    """The incidents to write: those of `known` that changed, and new ones. `board` has the repository's incidents and
    maintenance, `known` the store's incidents that are not over."""
    states = {component.id: _state(board, live.get(component.id), now) for component in board.monitored}
    active = [one for one in known if one.incident.active]
    followed = [_follow(one, board, live, states, now) for one in active]
    taken = {key for one in followed for key in one.incident.states}
    taken |= {key for incident in board.incidents if incident.active for key in incident.states}
    working = _working(board, now)
    for component in board.monitored:
        if component.id in taken | working or states[component.id] in {OPERATIONAL, UNKNOWN}:
            continue
        since = _since(component, board, live[component.id].since)
        place = _joinable(followed, since)
        if place is None:
            followed.append(_open(component, states[component.id], since, now))
        else:
            followed[place] = _join(followed[place], component, states[component.id], since, board, now)
    return [one for one in followed if one not in active]


def _state(board: Board, live: Live | None, now: int) -> str:
    return live.state if live is not None and live.fresh(now, board.stale_after) else UNKNOWN


def _working(board: Board, now: int) -> set[str]:
    return {key for work in board.maintenances if work.active(now) for key in work.components}


def _since(component: Component, board: Board, since: int) -> int:
    """When the incident began: at the first bad check, or at the end of the maintenance around it."""
    ends = [
        work.end
        for work in board.maintenances
        if component.id in work.components and work.status != "cancelled" and work.start <= since
    ]
    return max([since, *ends])


def _joinable(known: Sequence[Watched], since: int) -> int | None:
    for place, one in enumerate(known):
        incident = one.incident
        if incident.active and incident.source == "auto" and abs(incident.started_at - since) <= JOINED_MS:
            return place
    return None


def _open(component: Component, state: str, since: int, now: int) -> Watched:
    moment = datetime.fromtimestamp(since / 1000, UTC)
    body = f"{FACTS[state].format(name=component.name)} It began at {moment:%H:%M} UTC. We are looking into it."
    return Watched(
        Incident(
            id=f"{moment:%Y-%m-%d}-{component.id[:50]}-{moment:%H%M}",
            title=f"Problems with {component.name}",
            status="investigating",
            impact=IMPACTS[state],
            started_at=_second(since),
            components={component.id: state},
            updates=(Update(_second(now), "investigating", body, {component.id: state}),),
            source="auto",
            built=False,
        ),
        Seen({component.id: state}, (now,)),
    )


def _join(one: Watched, component: Component, state: str, since: int, board: Board, now: int) -> Watched:
    incident = one.incident
    update = Update(
        _next(incident, now), "investigating", FACTS[state].format(name=component.name), {component.id: state}
    )
    affected = {**incident.states, component.id: state}
    names = [one.name for one in board.components if one.id in affected]
    return Watched(
        replace(
            incident,
            title=f"Problems with {', '.join(names[:-1])} and {names[-1]}",
            status="investigating",
            impact=_worse(incident.impact, IMPACTS[state]),
            started_at=min(incident.started_at, _second(since)),
            components={**incident.components, component.id: state},
            updates=(*incident.updates, update),
        ),
        Seen({**one.seen.states, component.id: state}, (*one.seen.changes, now)),
    )


def _follow(one: Watched, board: Board, live: Mapping[str, Live], states: Mapping[str, str], now: int) -> Watched:
    # A component that is gone, or has lost its checks, would keep the incident open for ever.
    watched = {key: state for key, state in one.seen.states.items() if key in states}
    if one.incident.source == "manual" or not watched:
        return one
    one = replace(one, seen=replace(one.seen, states=watched))
    working = _working(board, now)
    changed = {
        key: states[key]
        for key, before in one.seen.states.items()
        # Unknown, or under maintenance: the last state stays.
        if key not in working and states.get(key, UNKNOWN) not in {UNKNOWN, before}
    }
    seen = Seen({**one.seen.states, **changed}, (*one.seen.changes, *(now for _ in changed))[-50:])
    if one.incident.source != "auto":
        return _add_facts(replace(one, seen=seen), changed, board, now) if changed else one
    incident = one.incident
    well = all(state == OPERATIONAL for state in seen.states.values())
    if changed:
        body = " ".join(_facts(changed, board))
        status = "monitoring" if well else "investigating"
        update = Update(_next(incident, now), status, body, changed)
        impact = _worse(incident.impact, IMPACTS[worst(changed.values())])
        return Watched(replace(incident, status=status, impact=impact, updates=(*incident.updates, update)), seen)
    visible = [states.get(key, UNKNOWN) for key in seen.states if key not in working]
    if not well or incident.status != "monitoring" or len(visible) < len(seen.states) or UNKNOWN in visible:
        return one
    flapping = len([at for at in seen.changes if now - at <= FLAP_MS]) >= FLAPS
    # Minutes without a check do not count as quiet.
    quiet = min(live[key].confirmed_at - live[key].since for key in seen.states)
    if quiet < (STABLE_MS if flapping else QUIET_MS):
        return one
    at = _next(incident, now)
    update = Update(at, "resolved", f"All checks have been good for {quiet // MINUTE_MS} minutes.", dict(seen.states))
    return Watched(replace(incident, status="resolved", resolved_at=at, updates=(*incident.updates, update)), seen)


def _add_facts(one: Watched, changed: Mapping[str, str], board: Board, now: int) -> Watched:
    """Add the checks' facts to an incident of people, whose status and states stay."""
    incident = one.incident
    update = Update(_next(incident, now), incident.status, " ".join(_facts(changed, board)), {})
    return replace(one, incident=replace(incident, updates=(*incident.updates, update)))


def _facts(changed: Mapping[str, str], board: Board) -> Iterator[str]:
    for component in board.components:
        if component.id in changed:
            yield FACTS[changed[component.id]].format(name=component.name)


def _worse(one: str, other: str) -> str:
    return max(one, other, key=IMPACT_ORDER.index)


def _next(incident: Incident, now: int) -> int:
    """Files keep whole seconds, and each update is later than the one before."""
    return max([_second(now), *(update.at + 1000 for update in incident.updates)])


def _second(at: int) -> int:
    return at // 1000 * 1000
