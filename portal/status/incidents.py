"""Opening, updating and resolving an incident, the same for a file and for the store.

Times are unix milliseconds, kept in whole seconds as files keep them.
"""

import re
import unicodedata
from collections.abc import Collection, Mapping
from dataclasses import replace

from portal.clock import DAY_MS, MINUTE_MS
from portal.status import (
    DEGRADED,
    MAJOR_OUTAGE,
    OPERATIONAL,
    OVER,
    PARTIAL_OUTAGE,
    STATES,
    UNKNOWN,
    Incident,
    Update,
)

STATUSES = ("investigating", "identified", "monitoring", "resolved", "postmortem")
# An impact, and the state of the components that an incident of it affects.
STATE_OF = {"none": OPERATIONAL, "minor": DEGRADED, "major": PARTIAL_OUTAGE, "critical": MAJOR_OUTAGE}
IMPACTS = tuple(STATE_OF)
SAYABLE = tuple(state for state in STATES if state != UNKNOWN)
TITLE_MAX, BODY_MAX = 120, 5_000
EARLIEST_MS = DAY_MS
MOST_MINUTES = 7 * 24 * 60
UNPRINTABLE = re.compile("[^\t\n\x20-\x7e\xa0-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


class Refused(ValueError):
    """The post is refused: field -> what is wrong with it and what to do."""

    def __init__(self, fields: Mapping[str, str]) -> None:
        super().__init__(" ".join(fields.values()))
        self.fields = dict(fields)


def opened(
    title: str,
    impact: str,
    body: str,
    components: Mapping[str, str],
    at: int,
    status: str = "investigating",
    next_in: str = "",
    began: str = "",
) -> Incident:
    """A new incident with its first update; its id is made of day, title and minute. As typed: `next_in`, the minutes
    until the next update, and `began`, an ISO time (UTC unless it says otherwise), empty for now. Raises Refused."""
    title = " ".join(_clean(title).split())
    wrong = {}
    if not 3 <= len(title) <= TITLE_MAX:
        wrong["title"] = f"Enter a title of 3 to {TITLE_MAX} characters."
    if impact not in IMPACTS:
        wrong["impact"] = f"The impact {impact!r} is not one of: {', '.join(IMPACTS)}."
    if status in OVER:
        wrong["status"] = "A new incident starts as investigating, identified or monitoring."
    started_at, mistake = _began(began.strip(), at)
    if mistake:
        wrong["started_at"] = mistake
    try:
        update = _update(status, body, components, at, next_in)
    except Refused as error:
        wrong |= error.fields
    if wrong:
        raise Refused(wrong)
    return Incident(
        id=_id(title, at),
        title=title,
        status=status,
        impact=impact,
        started_at=started_at,
        components=dict(components),
        updates=(update,),
        built=False,
    )


def updated(
    incident: Incident,
    status: str,
    body: str,
    at: int,
    components: Mapping[str, str] | None = None,
    impact: str = "",
    next_in: str = "",
) -> Incident:
    """The incident with one more update, which is always later than the last one. Resolving it makes
    its components operational unless the update says otherwise. Raises Refused."""
    if impact and impact not in IMPACTS:
        raise Refused({"impact": f"The impact {impact!r} is not one of: {', '.join(IMPACTS)}."})
    said = dict(components or {})
    if status == "resolved" and incident.active:
        said = {key: OPERATIONAL for key, state in incident.states.items() if state != OPERATIONAL} | said
    at = max([_second(at), *(update.at + 1000 for update in incident.updates)])
    update = _update(status, body, said, at, next_in)
    ended = at if incident.resolved_at is None else incident.resolved_at
    return replace(
        incident,
        status=status,
        impact=impact or incident.impact,
        resolved_at=ended if status in OVER else None,
        updates=(*incident.updates, update),
        source="auto+manual" if incident.source == "auto" else incident.source,
    )


def ticked(keys: Collection[str], status: str, impact: str, incident: Incident | None) -> dict[str, str]:
    """The states that a post says, when all it has is which components are affected: a new one gets the impact's
    state, one that is no longer ticked is operational, and the end of an incident needs no states."""
    weight = impact or (incident.impact if incident else "")
    state = STATE_OF.get(weight, MAJOR_OUTAGE)
    before = wrong(incident) if incident else set()
    if status in OVER:
        return {}
    changed = set(keys) if incident is None or weight != incident.impact else set(keys) - before
    return dict.fromkeys(sorted(before - set(keys)), OPERATIONAL) | dict.fromkeys(sorted(changed), state)


def wrong(incident: Incident) -> set[str]:
    """The components that the incident affects as of its last update."""
    return {key for key, state in incident.states.items() if state not in {OPERATIONAL, UNKNOWN}}


def _update(status: str, body: str, components: Mapping[str, str], at: int, next_in: str) -> Update:
    text = _clean(body.replace("\r\n", "\n")).strip()
    wrong = {}
    minutes = next_in.strip()
    if minutes and not (re.fullmatch("[0-9]{1,6}", minutes) and 1 <= int(minutes) <= MOST_MINUTES):
        wrong["next_update_in"] = f"Enter 1 to {MOST_MINUTES} minutes until the next update, or leave it empty."
    if status not in STATUSES:
        wrong["status"] = f"The status {status!r} is not one of: {', '.join(STATUSES)}."
    if not text:
        wrong["body"] = "Enter a message for customers."
    elif len(text) > BODY_MAX:
        wrong["body"] = f"The message has {len(text):,} characters. The limit is {BODY_MAX:,}."
    for state in components.values():
        if state not in SAYABLE:
            wrong["components"] = f"The state {state!r} is not one of: {', '.join(SAYABLE)}."
    if wrong:
        raise Refused(wrong)
    promised = _second(at) + int(minutes) * MINUTE_MS if minutes and status not in OVER else None
    return Update(_second(at), status, text, dict(components), next_update_by=promised)


def _began(typed: str, at: int) -> tuple[int, str]:
    """When it began, and what is wrong with that."""
    from datetime import UTC, datetime

    if not typed:
        return _second(at), ""
    try:
        moment = datetime.fromisoformat(typed)
    except ValueError:
        return 0, f"The start {typed[:40]!r} is not a time. Enter it like 2026-11-28T17:30, in UTC, or leave it empty."
    started_at = int((moment if moment.tzinfo else moment.replace(tzinfo=UTC)).timestamp()) * 1000
    if started_at > at:
        return 0, f"The start is in the future: it is {datetime.fromtimestamp(at / 1000, UTC):%H:%M} UTC now."
    if started_at < at - EARLIEST_MS:
        return 0, "The start is more than 24 hours ago. Enter a later time, in UTC, or leave it empty."
    return started_at, ""


def _clean(text: str) -> str:
    """The text without characters that XML or YAML cannot hold: one would break every feed and the next build."""
    return UNPRINTABLE.sub("", text)


def _id(title: str, at: int) -> str:
    from datetime import UTC, datetime

    moment = datetime.fromtimestamp(at / 1000, UTC)
    plain = unicodedata.normalize("NFKD", title).encode("ascii", "ignore").decode().lower()
    words = re.sub(r"[^a-z0-9]+", "-", plain).strip("-")[:50].strip("-")
    return f"{moment:%Y-%m-%d}-{words or 'incident'}-{moment:%H%M}"


def _second(at: int) -> int:
    return at // 1000 * 1000
