"""Incidents that the checks open, follow and close, worked out from the live states.

They are reviewed at every tick, so that a component that is still down when its maintenance ends becomes an incident,
and nothing is resolved while it is down. Once a person has posted, automation adds facts and closes nothing. What
people closed while the checks still failed is opened again once, and nothing else is opened in its place before the
component was seen to be well. Times are unix milliseconds.
"""

import itertools
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
    OPERATIONAL: "{name} is responding again.",
    DEGRADED: "{name} is responding slowly.",
    PARTIAL_OUTAGE: "{name} is failing some requests.",
    MAJOR_OUTAGE: "{name} isn't responding.",
}


@dataclass(frozen=True)
class Seen:
    """What automation remembers of an incident: each component's last state, the times of changes, the outage (by its
    `since`) for which it opened the incident again, and which updates a build had (portal.status.merge)."""

    states: Mapping[str, str] = field(default_factory=dict)
    changes: tuple[int, ...] = ()
    reopened: Mapping[str, int] = field(default_factory=dict)
    in_git: Mapping[str, int] = field(default_factory=dict)


@dataclass(frozen=True)
class Watched:
    """An incident and what automation has seen of it."""

    incident: Incident
    seen: Seen = field(default_factory=Seen)


def review(
    board: Board, live: Mapping[str, Live], known: Sequence[Watched], now: int, removed: Sequence[Incident] = ()
) -> list[Watched]:
    """The incidents to write: those of `known` that changed, and new ones. `board` has all incidents and maintenance,
    `known` what automation remembers of the store's incidents, `removed` those that people took out of the
    repository."""
    states = {component.id: _state(board, live.get(component.id), now) for component in board.monitored}
    active = [one for one in known if one.incident.active]
    followed = [_follow(one, board, live, states, now) for one in active]
    taken = {key for one in followed for key in one.incident.states}
    taken |= {key for incident in board.incidents if incident.active for key in incident.states}
    working = _working(board, now)
    remembered = {one.incident.id: one.seen for one in known}
    closed = [one for one in known if not one.incident.active]
    closed += [Watched(one) for one in board.incidents if not one.active and one.id not in remembered]
    again: dict[str, list[Component]] = {}
    for component in board.monitored:
        if component.id in taken | working or states[component.id] in {OPERATIONAL, UNKNOWN}:
            continue
        since = live[component.id].since
        last = _unfinished(component, closed, since)
        if last is not None:
            again.setdefault(last.incident.id, []).append(component)
        elif not any(_covers(one, component, since) for one in removed):
            _new(
                followed, component, states[component.id], board, live, now, {*remembered, *(one.id for one in removed)}
            )
    for one in closed:
        fresh = [key for key in again.get(one.incident.id, ()) if _still_fails(key, live[key.id], one)]
        if fresh:
            followed.append(_reopen(one, fresh, board, live, now))
    return [one for one in followed if one not in active]


def _unfinished(component: Component, closed: Sequence[Watched], since: int) -> Watched | None:
    """The incident that people closed last while this outage of the component, which began at `since`, went on."""
    return max(
        (one for one in closed if _covers(one.incident, component, since)),
        key=lambda one: _ended(one.incident),
        default=None,
    )


def _covers(incident: Incident, component: Component, since: int) -> bool:
    return component.id in incident.states and _ended(incident) >= since


def _ended(incident: Incident) -> int:
    """When the incident was last said to be over."""
    return max([incident.resolved_at or 0, *(update.at for update in incident.updates)])


def _still_fails(component: Component, live: Live, one: Watched) -> bool:
    """Whether the checks had time to see that it is well, and did not. Each outage opens an incident again once: after
    that people's word stands."""
    patience = component.fail_after * component.interval * 1000
    waited = not live.ok and live.checked_at - _ended(one.incident) >= patience
    return waited and one.seen.reopened.get(component.id) != live.since


def _reopen(one: Watched, components: Sequence[Component], board: Board, live: Mapping[str, Live], now: int) -> Watched:
    incident = one.incident
    states = {component.id: live[component.id].state for component in components}
    body = f"{' '.join(_facts(states, board))} We have reopened this incident."
    update = Update(_next(incident, now), "investigating", body, states)
    since = {component.id: live[component.id].since for component in components}
    return Watched(
        replace(
            incident,
            status="investigating",
            impact=_worse(incident.impact, IMPACTS[worst(states.values())]),
            resolved_at=None,
            updates=(*incident.updates, update),
            source="auto+manual",
        ),
        replace(
            one.seen,
            states={**one.seen.states, **states},
            changes=(*one.seen.changes, *(now for _ in states))[-50:],
            reopened={**one.seen.reopened, **since},
        ),
    )


def _new(
    followed: list[Watched],
    component: Component,
    state: str,
    board: Board,
    live: Mapping[str, Live],
    now: int,
    taken: set[str],
) -> None:
    """Add the component to an incident that began with it, or open one with an id that is not `taken`."""
    since = _since(component, board, live[component.id].since)
    place = _joinable(followed, since)
    if place is not None:
        followed[place] = _join(followed[place], component, state, since, board, now)
        return
    opened = _open(component, state, since, now)
    taken |= {one.id for one in board.incidents} | {one.incident.id for one in followed}
    names = itertools.chain([opened.incident.id], (f"{opened.incident.id}-{number}" for number in itertools.count(2)))
    free = next(name for name in names if name not in taken)
    followed.append(replace(opened, incident=replace(opened.incident, id=free)))


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
    fact = FACTS[state].format(name=component.name).rstrip(".")
    body = f"{fact} (since {moment:%H:%M} UTC). We're investigating."
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
        replace(one.seen, states={**one.seen.states, component.id: state}, changes=(*one.seen.changes, now)[-50:]),
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
    changes = (*one.seen.changes, *(now for _ in changed))[-50:]
    seen = replace(one.seen, states={**one.seen.states, **changed}, changes=changes)
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
    if not all(live[key].ok for key in seen.states):
        return one  # the check that fails now may be the first of a new outage
    flapping = len([at for at in seen.changes if now - at <= FLAP_MS]) >= FLAPS
    # Minutes without a check do not count as quiet.
    quiet = min(live[key].confirmed_at - live[key].since for key in seen.states)
    if quiet < (STABLE_MS if flapping else QUIET_MS):
        return one
    at = _next(incident, now)
    update = Update(at, "resolved", f"All checks have passed for {quiet // MINUTE_MS} minutes.", dict(seen.states))
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
