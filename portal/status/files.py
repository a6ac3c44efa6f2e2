"""Reads status/components.yml, status/incidents/*.md and status/maintenance/*.md into a `Board`.

Every mistake is a ContentError with file and line. YAML is read as plain text (BaseLoader) and typed by the
models below, so that an id like 2026 or `no` stays what the writer wrote.
"""

import itertools
import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, date, datetime
from functools import cached_property
from pathlib import Path
from typing import Any, TypeVar

import yaml
from pydantic import BaseModel, ValidationError

from portal import mistakes
from portal.clock import DAY_MS
from portal.errors import ContentError, Mistakes, suggestion
from portal.mistakes import fields
from portal.status import (
    CHECK_SECONDS,
    OVER,
    WEIGHTS,
    Board,
    Check,
    Component,
    Group,
    Incident,
    Maintenance,
    Page,
    Update,
    Uptime,
    recur,
)
from portal.status.days import KEYS
from portal.status.schema import (
    CheckEntry,
    ComponentEntry,
    ComponentsFile,
    CorrectionFile,
    GroupEntry,
    IncidentFile,
    MaintenanceFile,
    SourceEntry,
)
from portal.status.uptime import DAY

Model = TypeVar("Model", bound=BaseModel)
Node = yaml.Node | None

COMPONENTS = "components.yml"
YEAR_MS = 366 * DAY_MS


def load(folder: Path, today: date | None = None) -> Board | None:
    """The board of a `status/` folder on a day (UTC, the present one unless given), or None without a components.yml;
    raises ContentError."""
    path = folder / COMPONENTS
    if not path.exists():
        return None
    found = Mistakes()
    board: Board | None = None
    with found.kept():
        board = parse_components(_text(path, folder), _name(path, folder))
    # Without them, the other files are read for their other mistakes.
    known = {component.id for component in board.components} if board else None
    incidents: list[Incident] = []
    works: list[Maintenance] = []
    texts: dict[str, str] = {}
    for path in sorted(folder.glob("incidents/*.md")):
        with found.kept():
            incidents.append(parse_incident(_text(path, folder), _name(path, folder), known))
    for path in sorted(folder.glob("maintenance/*.md")):
        with found.kept():
            text = _text(path, folder)
            works.append(parse_maintenance(text, _name(path, folder), known))
            texts[_name(path, folder)] = text
    found.stop()
    ids = [incident.id for incident in incidents] + [work.id for work in works]
    for key in dict.fromkeys(key for key in ids if ids.count(key) > 1):
        found.add(f"{folder.name}/", None, f"two files have the id '{key}'; it must be unique")
    with found.kept():
        _never_overlap(works, texts)
    found.stop()
    assert board is not None
    board = _without_retired(board, today or datetime.now(UTC).date())
    _retired_are_over(board, incidents, works, folder)
    newest_first = sorted(incidents, key=lambda incident: incident.started_at, reverse=True)
    soonest_first = sorted(works, key=lambda work: work.scheduled_for)
    return replace(board, incidents=tuple(newest_first), maintenances=tuple(soonest_first))


def _without_retired(board: Board, today: date) -> Board:
    """The board with the components whose day has come among those of before."""
    over = [one for one in board.components if one.retired and one.retired <= today.isoformat()]
    kept = [one for one in board.components if one not in over]
    return replace(board, components=tuple(kept), retired=tuple(over))


def _retired_are_over(board: Board, incidents: Sequence[Incident], works: Sequence[Maintenance], folder: Path) -> None:
    """Raise ContentError for an open incident or a planned maintenance of a component of before."""
    days = {one.id: one.retired for one in board.retired}
    current = [(one.id, one.states, "incidents") for one in incidents if one.active]
    planned = ("scheduled", "in_progress", "verifying")
    current += [(one.id, dict.fromkeys(one.components, ""), "maintenance") for one in works if one.status in planned]
    for id, states, kind in current:
        for key in states:
            if key in days:
                raise ContentError(
                    f"{folder.name}/{COMPONENTS}",
                    None,
                    f"'{key}' is retired since {days[key]}, and '{id}' in {folder.name}/{kind}/ is not over: end that"
                    " first, or give 'retired' a later day",
                )


def missing(folder: Path) -> list[str]:
    """The incidents and maintenances of a `status/` folder that tell nobody anything, as `file:line: sentence`."""
    found = []
    for name, source in _events(folder):
        data = source.data or {}
        if not data.get("updates"):
            line = source.line(("updates",) if "updates" in data else ("status",))
            found.append(f"{name}:{line}: has no first update, so no email is sent about it; add one to 'updates'")
    return found


def skipped(folder: Path) -> list[str]:
    """What writers may not expect of their rules, as `file:line: sentence`."""
    found = []
    for name, source in _events(folder):
        data = source.data or {}
        if data.get("rrule"):
            given = source.read(MaintenanceFile)
            work = Maintenance(**given.model_dump(exclude={"updates", "components"}))
            sentences = filter(None, [recur.skipped(work), recur.doubtful(work)])
            found += [f"{name}:{source.line(('rrule',))}: {sentence}" for sentence in sentences]
    return found


def _events(folder: Path) -> Iterator[tuple[str, "_Source"]]:
    for path in sorted([*folder.glob("incidents/*.md"), *folder.glob("maintenance/*.md")]):
        name = _name(path, folder)
        yield name, _front_matter(_text(path, folder), name)[0]


def load_history(folder: Path, known: Iterable[str]) -> dict[str, dict[str, Any]]:
    """status/history/*.json as day -> component or group -> figures (portal.status.days); raises ContentError, also
    for figures of what is not among `known`, which nobody would see any more."""
    days: dict[str, dict[str, Any]] = {}
    for path in sorted(folder.glob("history/*.json")):
        try:
            found = json.loads(_text(path, folder))
        except ValueError as error:
            raise ContentError(_name(path, folder), getattr(error, "lineno", None), "is not JSON") from error
        for day, components in found.items():
            for key, one in components.items():
                if key not in known:
                    raise ContentError(_name(path, folder), None, f"{day}: {_unknown(key, known)}")
                if sum(one.get(name, 0) for name in KEYS.values()) != DAY:
                    raise ContentError(_name(path, folder), None, f"{day}, {key}: the seconds are not a whole day")
        days |= found
    return days


def load_corrections(folder: Path, known: Iterable[str] | None) -> list[dict[str, Any]]:
    """status/corrections/*.yml, oldest first; `from` and `until` in unix seconds. `known` are the components, None when
    they could not be read. Raises ContentError."""
    found = []
    wrong = Mistakes()
    for path in sorted(folder.glob("corrections/*.yml")):
        with wrong.kept():
            found.append(_correction(_Source(_name(path, folder), _text(path, folder)), known))
    wrong.stop()
    return sorted(found, key=lambda correction: correction["from"])


def _correction(source: "_Source", known: Iterable[str] | None) -> dict[str, Any]:
    data = source.read(CorrectionFile)
    _components_exist(source, ("component",), [data.component], known)
    if data.until <= data.from_:
        source.fail(("until",), "'until' is not later than 'from'")
    source.stop()
    values = data.model_dump(include={"component", "state", "reason", "author"})
    return values | {"from": data.from_ // 1000, "until": data.until // 1000}


def parse_components(text: str, file: str) -> Board:
    """The board without incidents from components.yml; raises ContentError."""
    source = _Source(file, text)
    data = source.read(ComponentsFile)
    groups = {group.id for group in data.groups}
    ids: set[str] = set()
    entries: dict[str, Sequence[GroupEntry | ComponentEntry]] = {
        "groups": data.groups,
        "components": data.components,
    }
    for kind, items in entries.items():
        for index, entry in enumerate(items):
            if entry.id in ids:
                source.fail((kind, index, "id"), f"the id '{entry.id}' is used twice")
            ids.add(entry.id)
    defaults = data.defaults.model_dump()
    components = []
    for index, item in enumerate(data.components):
        if item.group is not None and item.group not in groups:
            source.fail(("components", index, "group"), f"the group '{item.group}' is not in 'groups'")
        if item.assume and item.checks:
            source.fail(("components", index, "assume"), "'assume' is for a component without checks; take it out")
        component = _component(item, defaults)
        if component.interval >= defaults["stale_after"]:
            source.fail(
                ("components", index),
                f"'{item.id}' is checked every {component.interval} s, so it would always be stale",
            )
        if (longest := component.timeout * len(component.checks)) > CHECK_SECONDS:
            source.fail(
                ("components", index),
                f"the checks of '{item.id}' may take {longest} s in all; set a 'timeout' with which they take at most"
                f" {CHECK_SECONDS} s",
            )
        components.append(component)
    source.stop()
    return Board(
        page=Page(**data.page.model_dump()),
        components=tuple(components),
        groups=tuple(Group(group.id, group.name, group.uptime) for group in data.groups),
        defaults=defaults,
        control=data.control or "",
        uptime=Uptime(
            tuple(data.uptime.windows),
            WEIGHTS | {str(state): weight for state, weight in data.uptime.weights.items()},
            data.uptime.exclude_maintenance,
        ),
    )


def parse_incident(text: str, file: str, known: Iterable[str] | None) -> Incident:
    """An incident whose components are among `known`, where those could be read; raises ContentError."""
    source, body = _front_matter(text, file)
    data = source.read(IncidentFile)
    _components_exist(source, ("components",), data.components, known)
    for index, update in enumerate(data.updates):
        _components_exist(source, ("updates", index, "components"), update.components, known)
    _updates_agree(source, data.status, data.updates)
    for index, update in enumerate(data.updates):
        if update.next_update_by is not None and update.next_update_by <= update.at:
            source.fail(("updates", index, "next_update_by"), "'next_update_by' is not later than the update")
    if data.updates and data.updates[0].at < data.started_at:
        source.fail(("updates", 0, "at"), "the first update is earlier than 'started_at'")
    if data.status in OVER and data.resolved_at is None:
        source.fail(("status",), f"the incident is '{data.status}' but has no 'resolved_at'")
    if data.status not in OVER and data.resolved_at is not None:
        source.fail(("resolved_at",), f"the incident has a 'resolved_at' but its status is '{data.status}'")
    if data.resolved_at is not None and data.resolved_at < data.started_at:
        source.fail(("resolved_at",), "'resolved_at' is earlier than 'started_at'")
    source.stop()
    values = data.model_dump(exclude={"updates"})
    return Incident(**values, updates=tuple(Update(**update.model_dump()) for update in data.updates), body=body)


def parse_maintenance(text: str, file: str, known: Iterable[str] | None) -> Maintenance:
    """A maintenance whose components are among `known`, where those could be read; raises ContentError."""
    source, body = _front_matter(text, file)
    data = source.read(MaintenanceFile)
    _components_exist(source, ("components",), data.components, known)
    _updates_agree(source, data.status, data.updates)
    if data.scheduled_until <= data.scheduled_for:
        source.fail(("scheduled_until",), "'scheduled_until' is not later than 'scheduled_for'")
    if data.actual_end is not None and (data.actual_start is None or data.actual_end < data.actual_start):
        source.fail(("actual_end",), "'actual_end' needs an 'actual_start' that is earlier")
    values = data.model_dump(exclude={"updates", "components"})
    updates = tuple(Update(**update.model_dump()) for update in data.updates)
    work = Maintenance(**values, components=tuple(data.components), updates=updates, body=body)
    if work.rrule:
        if wrong := recur.problem(work):
            source.fail(("rrule",), f"'rrule' {work.rrule!r}: {wrong}")
        if work.status not in {"scheduled", "cancelled"} or work.actual_start is not None:
            source.fail(("rrule",), "what comes again is 'scheduled' or 'cancelled', and has no actual times")
    elif work.timezone:
        source.fail(("timezone",), "'timezone' is for what comes again; without an 'rrule' take it out")
    source.stop()
    return work


def _never_overlap(works: Sequence[Maintenance], files: Mapping[str, str]) -> None:
    """Raise ContentError when two maintenances of one component overlap, whose phases would contradict each other."""
    until = max((work.end for work in works), default=0) + YEAR_MS
    times = [
        (one.start, one.end, place)
        for place, work in enumerate(works)
        if work.status != "cancelled"
        for one in (recur.single(work, work.start, until) if work.rrule else (work,))
    ]
    for component in dict.fromkeys(key for work in works for key in work.components):
        own = sorted(time for time in times if component in works[time[2]].components)
        for (_, end, before), (start, _, place) in itertools.pairwise(own):
            if start < end:
                file, text = list(files.items())[place]
                other = "its own next time" if place == before else f"'{works[before].id}'"
                source, _ = _front_matter(text, file)
                source.fail(("scheduled_for",), f"it overlaps {other} on the component '{component}'")
                source.stop()


def _component(item: ComponentEntry, defaults: Mapping[str, int]) -> Component:
    own = {name: getattr(item, name) for name in ("interval", "timeout", "fail_after", "ok_after", "slow_ms")}
    return Component(
        id=item.id,
        name=item.name,
        group=item.group or "",
        description=item.description,
        start_date=item.start_date or "",
        retired=item.retired or "",
        checks=tuple(_check(check) for check in item.checks),
        impact_on_fail=item.impact_on_fail,
        assume=item.assume,
        **{name: defaults[name] if value is None else value for name, value in own.items()},
    )


def _check(check: CheckEntry | SourceEntry) -> Check:
    if isinstance(check, SourceEntry):
        return Check(type=check.type, id=check.id)
    return Check(check.url, tuple(check.expect.status), check.expect.json_, check.tls_days)


def _components_exist(source: "_Source", at: tuple[Any, ...], used: Iterable[str], known: Iterable[str] | None) -> None:
    for index, key in enumerate(used):
        if known is not None and key not in known:
            place = (*at, key) if isinstance(used, dict) else (*at, index)
            source.fail(place, _unknown(key, known))


def _unknown(key: str, known: Iterable[str]) -> str:
    """What to do about a component that something speaks of and that is not listed."""
    return (
        f"the component '{key}' is not in {COMPONENTS}.{suggestion(key, known)} Known: {', '.join(sorted(known))}."
        " An id is never renamed, only its name; a component that is gone stays in the list with"
        " 'retired: YYYY-MM-DD', and so does a group"
    )


def _updates_agree(source: "_Source", status: str, updates: list[Any]) -> None:
    for index in range(1, len(updates)):
        if updates[index].at <= updates[index - 1].at:
            source.fail(
                ("updates", index, "at"),
                "the updates are out of order; each must be later than the one before",
            )
    for index, update in enumerate(updates):
        if update.edited_at is not None and update.edited_at < update.at:
            source.fail(("updates", index, "edited_at"), "'edited_at' is earlier than the update")
    if updates and updates[-1].status != status:
        source.fail(("status",), f"the status is '{status}' but the last update says '{updates[-1].status}'")


class _Source:
    """One YAML text, where in its file each value stands, and the mistakes found in it so far."""

    def __init__(self, file: str, text: str, offset: int = 0) -> None:
        self.file = file
        self.offset = offset
        self.text = text
        self.data, _ = mistakes.loaded(text, file, 1 + offset, typed=False)
        self.mistakes = Mistakes()

    @cached_property
    def node(self) -> Node:
        """The text as YAML composes it: a file without a mistake needs no lines."""
        return yaml.compose(self.text, Loader=yaml.BaseLoader)

    def read(self, model: type[Model]) -> Model:
        """The data as the model has it; raises ContentError for all that it refuses."""
        try:
            return model.model_validate(self.data)
        except ValidationError as error:
            self.mistakes.found += fields.sentences(error, model, self.file, self.line)
            self.stop()
            raise

    def fail(self, place: tuple[Any, ...], message: str) -> None:
        """Note a mistake; `stop` raises it with the others."""
        self.mistakes.add(self.file, self.line(place), message)

    def stop(self) -> None:
        """Raise ContentError when there were mistakes."""
        self.mistakes.stop()

    def line(self, place: tuple[Any, ...]) -> int:
        """The line of the deepest part of `place` that is in the file (1-based)."""
        node: Node = self.node
        line = 1
        for part in place:
            found = _child(node, part)
            if found is None:
                break
            line, node = found
        return line + self.offset


def _child(node: Node, part: Any) -> tuple[int, Node] | None:
    """A part of a node with the line that it starts on: a key's own line, or an item's."""
    if isinstance(node, yaml.MappingNode):
        for key, value in node.value:
            if key.value == str(part):
                return key.start_mark.line + 1, value
    if isinstance(node, yaml.SequenceNode) and isinstance(part, int) and part < len(node.value):
        return node.value[part].start_mark.line + 1, node.value[part]
    return None


def _front_matter(text: str, file: str) -> tuple[_Source, str]:
    lines = text.removeprefix("\ufeff").replace("\r\n", "\n").split("\n")
    if lines[0].rstrip() != "---":
        raise ContentError(file, 1, "must begin with a line '---' and its fields")
    for index in range(1, len(lines)):
        if lines[index].rstrip() == "---":
            return _Source(file, "\n".join(lines[1:index]), offset=1), "\n".join(lines[index + 1 :]).strip()
    raise ContentError(file, 1, "has no second line '---' that ends its fields")


def _text(path: Path, folder: Path) -> str:
    return mistakes.text_of(path, _name(path, folder))


def _name(path: Path, folder: Path) -> str:
    return path.relative_to(folder.parent).as_posix()
