"""Incidents between two builds: what the checks opened and what on-call posted, public within seconds.

Git stays the record: `python -m scripts.incident sync` writes these into `status/incidents/`. Of an update that both
have the build's text wins, and one that a build had and a later one has not is no longer shown (portal.status.merge).
"""

import json
import logging
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, replace
from typing import TYPE_CHECKING

from functions.errors import StoreError
from portal.clock import DAY_MS
from portal.status import Board, Incident, Update, read
from portal.status.auto import Seen
from portal.status.merge import whole

if TYPE_CHECKING:
    from functions.services import Services
    from functions.stores import Row, Store

# An incident that is over stays in the answers until a build surely has it.
KEPT_MS = 30 * DAY_MS
NOBODY = ("status_incident",)

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Stored:
    """An incident of the store with the revision that a writer must name; 0 is a new one."""

    incident: Incident
    seen: Seen = field(default_factory=Seen)
    revision: int = 0


def stored(store: "Store", *, since: int = 0) -> list[Stored]:
    """Every incident of the store that is not over, or was updated after `since`; oldest first."""
    rows = store.all("select * from status_incident where is_over = 0 or updated_at >= :since order by id", since=since)
    return [_stored(row) for row in rows]


def find(store: "Store", incident_id: str) -> Stored | None:
    row = store.one("select * from status_incident where id = :id", id=incident_id)
    return _stored(row) if row else None


def save(store: "Store", one: Stored, now: int) -> bool:
    """Write unless somebody else has written since `one.revision` was read."""
    values = {
        "id": one.incident.id,
        "data": json.dumps(asdict(one.incident), ensure_ascii=False),
        "seen": json.dumps(asdict(one.seen)),
        "over": int(not one.incident.active),
        "revision": one.revision + 1,
        "now": now,
    }
    if one.revision == 0:
        return bool(
            store.run(
                "insert into status_incident (id, data, seen, is_over, revision, updated_at)"
                " values (:id, :data, :seen, :over, :revision, :now) on conflict (id) do nothing",
                **values,
            )
        )
    return bool(
        store.run(
            "update status_incident set data = :data, seen = :seen, is_over = :over, revision = :revision,"
            " updated_at = :now where id = :id and revision = :before",
            before=one.revision,
            **values,
        )
    )


def mark(store: "Store", one: Stored) -> None:
    """Remember which updates the build has; no new revision, since nobody's text changes."""
    store.run(
        "update status_incident set seen = :seen where id = :id and revision = :before",
        id=one.incident.id,
        seen=json.dumps(asdict(one.seen)),
        before=one.revision,
    )


def board(services: "Services") -> Board | None:
    """The build's board with the store's incidents; None for a portal without a status page."""
    found = both(services, since=services.now() - KEPT_MS)
    return found and found[0]


def both(services: "Services", *, since: int = 0) -> tuple[Board, dict[str, Stored]] | None:
    """The board and, of the same moment, what a writer needs of each of its incidents: text, memory and revision."""
    bundle = services.portal.get("status")
    if not bundle:
        return None
    built = read(bundle)
    rows = [marked(one, built) for one in stored(services.store, since=since)]
    known = {one.incident.id: one for one in rows}
    board = joined(built, rows)
    found = {
        one.id: replace(known[one.id], incident=one) if one.id in known else marked(Stored(one), built)
        for one in board.incidents
    }
    return board, found


def last_known(services: "Services") -> Board | None:
    """The board; without the store the last one that this process read, or the build's."""
    try:
        services.memory["board"] = board(services)
    except StoreError as error:
        log.warning("status: the store does not answer: %s", error)
    if "board" not in services.memory and services.portal.get("status"):
        return read(services.portal["status"])
    last: Board | None = services.memory.get("board")
    return last


def marked(one: Stored, built: Board) -> Stored:
    """The incident with a note of which updates this build has."""
    file = next((incident for incident in built.incidents if incident.id == one.incident.id), None)
    has = {str(update.at): built.built_at for update in file.updates} if file else {}
    return replace(one, seen=replace(one.seen, in_git={**one.seen.in_git, **has}))


def joined(built: Board, live: list[Stored]) -> Board:
    """The build's board with the store's incidents, newest first, each with the updates of both. Components that no
    longer exist are left out of the store's."""
    known = {incident.id: incident for incident in built.incidents}
    components = {component.id for component in built.ever}
    for one in live:
        file = known.get(one.incident.id)
        incident = whole(file, one.incident, one.seen.in_git, built.built_at)
        if incident is not None:
            known[incident.id] = _only(incident, components)
    newest_first = sorted(known.values(), key=lambda incident: (-incident.started_at, incident.id))
    return replace(built, incidents=tuple(newest_first))


def _only(incident: Incident, components: set[str]) -> Incident:
    def kept(states: Mapping[str, str]) -> dict[str, str]:
        return {key: state for key, state in states.items() if key in components}

    updates = tuple(replace(update, components=kept(update.components)) for update in incident.updates)
    return replace(incident, components=kept(incident.components), updates=updates)


def _stored(row: "Row") -> Stored:
    data = json.loads(row["data"])
    incident = Incident(**{**data, "updates": tuple(Update(**update) for update in data["updates"])})
    seen = json.loads(row["seen"])
    return Stored(incident, Seen(**{**seen, "changes": tuple(seen["changes"])}), row["revision"])
