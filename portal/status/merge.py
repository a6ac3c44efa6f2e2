"""An incident from its two sources: its file in the repository, and what the store added to it since.

An update is known by its second. What both have is the file's, which a writer may have edited. What only the store has
is shown until a newer build that lacks it shows that somebody took it out of the file.
"""

from collections.abc import Mapping
from dataclasses import replace

from portal.status import OVER, Incident

# When a build last had an update: the update's time as text -> the build's time, both unix ms.
InGit = Mapping[str, int]


def whole(file: Incident | None, stored: Incident, in_git: InGit, built_at: int) -> Incident | None:
    """The incident with the updates of both; None when the repository had all of the store's and has none now."""
    times = {update.at for update in file.updates} if file else set()
    added = [
        replace(update, built=False)
        for update in stored.updates
        if update.at not in times and built_at <= in_git.get(str(update.at), built_at)
    ]
    if file is None:
        return _as_of_last(replace(stored, updates=tuple(added), built=False), stored) if added else None
    touched = any(update.at not in {one.at for one in stored.updates} for update in file.updates)
    # A text that people wrote into the file is theirs, whatever the file says of its source.
    source = "auto+manual" if file.source == "auto" and (touched or stored.source != "auto") else file.source
    file = replace(file, source=source)
    if not added:
        return file
    updates = tuple(sorted([*file.updates, *added], key=lambda update: update.at))
    both = replace(file, updates=updates, components={**stored.components, **file.components})
    return both if updates[-1].at in times else _as_of_last(replace(both, impact=stored.impact), stored)


def extended(file: Incident, newer: Incident) -> Incident:
    """The file's incident with the updates of `newer`, a running portal's, that no build had yet. One that a build had
    and the file lacks was taken out of it."""
    times = {update.at for update in file.updates}
    added = tuple(update for update in newer.updates if update.at not in times and not update.built)
    if not added:
        return file
    source = newer.source if max(times, default=0) < added[-1].at else file.source
    both = whole(file, replace(newer, updates=added), {}, 0) or file
    return replace(
        both, source=source, built=file.built, updates=tuple(replace(one, built=True) for one in both.updates)
    )


def _as_of_last(one: Incident, stored: Incident) -> Incident:
    """The incident with the status of its last update, which is the store's."""
    last = one.updates[-1]
    ended = stored.resolved_at if stored.resolved_at is not None else last.at
    return replace(one, status=last.status, resolved_at=ended if last.status in OVER else None)
