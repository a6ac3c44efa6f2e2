"""Recurring maintenance: an `rrule` (RFC 5545, 3.3.10) expanded to single times. With a `timezone` it keeps its local
hour over daylight saving; a local time that a clock jumps over is left out, one that comes twice is the first.

The build does this, from a month back to two months ahead, so that functions need no calendar; a build is made every
day. Times are unix milliseconds.
"""

import itertools
import operator
import re
from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import UTC, datetime, timedelta, tzinfo
from zoneinfo import ZoneInfo

from dateutil.rrule import rrulestr

from portal.clock import DAY_MS
from portal.status import Board, Maintenance

BACK_MS, AHEAD_MS = 31 * DAY_MS, 60 * DAY_MS
# At most once a day, and no rule that takes long to expand.
RULE = re.compile(
    r"FREQ=(DAILY|WEEKLY|MONTHLY|YEARLY)(;(INTERVAL=[1-9]\d?|COUNT=[1-9]\d{0,3}|UNTIL=\d{8}T\d{6}Z"
    r"|BYDAY=[A-Z0-9,+-]+|BYMONTHDAY=[0-9,-]+|BYMONTH=[0-9,]+|BYSETPOS=[0-9,-]+|WKST=[A-Z]{2}))*"
)
MOST = 1000
SHORT_MONTHS = {2: 28, 4: 30, 6: 30, 9: 30, 11: 30}


def problem(work: Maintenance) -> str:
    """The mistake in a maintenance's rule, or empty."""
    if not RULE.fullmatch(work.rrule):
        return "is not a rule like FREQ=WEEKLY;BYDAY=SU (at most daily; INTERVAL, COUNT, UNTIL in UTC, BYDAY, ...)"
    try:
        first = next(_starts(work, work.scheduled_for, work.scheduled_for + 1), None)
    except ValueError as error:
        return f"is not a rule: {error}"
    return "" if first == work.scheduled_for else "'scheduled_for' is not one of its times"


def skipped(work: Maintenance) -> str:
    """What a writer should know of months that are too short for the rule, or empty."""
    parts = _parts(work)
    if "BYDAY" in parts or "BYSETPOS" in parts or "BYMONTHDAY" not in parts:
        return ""
    last = max(int(day) for day in parts["BYMONTHDAY"].split(","))
    months = [int(month) for month in parts.get("BYMONTH", "").split(",") if month] or list(range(1, 13))
    if not any(last > SHORT_MONTHS.get(month, 31) for month in months):
        return ""
    return f"months without a day {last} are skipped; BYMONTHDAY=-1 is the last day of each month"


def doubtful(work: Maintenance) -> str:
    """What a writer should know of the first of the rule's times that a clock jumps over or shows twice, or empty."""
    for moment in itertools.islice(_all(work), int(_parts(work).get("COUNT", MOST))):
        before, after = _offsets(moment, work)
        if before != after:
            day = f"on {moment:%-d %b %Y}"
            if before < after:
                return f"{day} it is skipped, since the clock jumps over {moment:%H:%M}"
            return f"{day} the clock shows {moment:%H:%M} twice, and calendars disagree which is meant"
    return ""


def rule(work: Maintenance) -> str:
    """The rule with the day that it leaves to the first time, since not every calendar takes it from there."""
    return _text(_parts(work))


def zone(work: Maintenance) -> tzinfo:
    return ZoneInfo(work.timezone) if work.timezone else UTC


def _parts(work: Maintenance) -> dict[str, str]:
    parts = dict(part.partition("=")[::2] for part in work.rrule.split(";"))
    first = datetime.fromtimestamp(work.scheduled_for / 1000, UTC).astimezone(zone(work))
    if parts["FREQ"] in {"MONTHLY", "YEARLY"} and not {"BYDAY", "BYMONTHDAY"} & set(parts):
        parts["BYMONTHDAY"] = str(first.day)
        if parts["FREQ"] == "YEARLY":
            parts.setdefault("BYMONTH", str(first.month))
    return parts


def expanded(board: Board, now: int) -> Board:
    """The board with each recurring maintenance as its single ones around `now`, soonest first."""
    works = [one for work in board.maintenances for one in _around(work, now)]
    return replace(board, maintenances=tuple(sorted(works, key=lambda work: work.scheduled_for)))


def single(work: Maintenance, start: int, end: int) -> Iterator[Maintenance]:
    """The times of a recurring maintenance that begin from `start` to before `end`, each with an id of its own."""
    length = work.scheduled_until - work.scheduled_for
    for at in _starts(work, start, end):
        day = datetime.fromtimestamp(at / 1000, UTC)
        yield replace(
            work,
            id=f"{work.id}-{day:%Y-%m-%d}",
            series=work.id,
            scheduled_for=at,
            scheduled_until=at + length,
            updates=(),
        )


def _around(work: Maintenance, now: int) -> list[Maintenance]:
    if not work.rrule:
        return [work]
    found = list(single(work, now - BACK_MS, now + AHEAD_MS))
    ahead = [place for place, one in enumerate(found) if one.scheduled_until > now]
    if ahead:
        # The updates of the series are shown once, at the next time.
        found[ahead[0]] = replace(found[ahead[0]], updates=work.updates)
    return found


def _starts(work: Maintenance, start: int, end: int) -> Iterator[int]:
    local = zone(work)
    for moment in itertools.islice(_walls(work, max(start, work.scheduled_for)), MOST):
        at = int(moment.replace(tzinfo=local).timestamp() * 1000)
        if at >= end:
            return
        if at >= max(start, work.scheduled_for):
            yield at


def _walls(work: Maintenance, since: int) -> Iterator[datetime]:
    """The rule's times from about `since` on a wall there, in which rules count; those that a clock jumps over are
    none and are not counted."""
    found = (moment for moment in _all(work) if operator.ge(*_offsets(moment, work)))
    counted = itertools.islice(found, int(_parts(work)["COUNT"]) if "COUNT" in _parts(work) else None)
    # Where the clock was set back, an earlier hour on the wall may still be later.
    earliest = _clock(since, work) - timedelta(hours=3)
    return (moment for moment in counted if moment > earliest)


def _all(work: Maintenance) -> Iterator[datetime]:
    """Every time of the rule on a wall there, without its COUNT."""
    parts = _parts(work)
    parts.pop("COUNT", None)
    if "UNTIL" in parts:
        until = int(datetime.fromisoformat(parts["UNTIL"]).timestamp() * 1000)
        parts["UNTIL"] = f"{_clock(until, work):%Y%m%dT%H%M%S}"
    return iter(rrulestr(_text(parts), dtstart=_clock(work.scheduled_for, work)))


def _clock(at: int, work: Maintenance) -> datetime:
    return datetime.fromtimestamp(at / 1000, UTC).astimezone(zone(work)).replace(tzinfo=None)


def _offsets(moment: datetime, work: Maintenance) -> tuple[timedelta, timedelta]:
    """What a time on the wall is ahead of UTC, by the clock before a change and after it: less before, it does not
    exist; more before, it comes twice."""
    before, after = (moment.replace(tzinfo=zone(work), fold=fold).utcoffset() or timedelta() for fold in (0, 1))
    return before, after


def _text(parts: Mapping[str, str]) -> str:
    return ";".join(f"{name}={value}" for name, value in parts.items())
