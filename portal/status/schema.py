"""The fields, types and limits of the files of status/."""

import re
from datetime import date, datetime, timedelta
from typing import Annotated, Any, Literal
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field

from portal.status import CHECK_SECONDS, MAJOR_OUTAGE, STALE_AFTER, TICK_SECONDS

# Only these variables: an address with any of them could send the portal's own secrets away.
MARKED_VARIABLE = re.compile(r"\$\{CHECK_[A-Z0-9_]+\}")


def _time(value: Any) -> int:
    """Unix ms of a time that a writer gave in UTC."""
    wrong = ValueError(f"{value!r} must be a time in UTC, e.g. 2026-08-14T09:02:00Z")
    if not isinstance(value, str) or not re.match(r"\d{4}-\d\d-\d\d[T ]\d\d:\d\d", value):
        raise wrong
    try:
        moment = datetime.fromisoformat(value)
    except ValueError as error:
        raise wrong from error
    if moment.utcoffset() != timedelta(0):
        raise wrong
    return int(moment.timestamp() * 1000)


def _url(value: str) -> str:
    if not re.match(r"(https?://[^\s/]|\$\{CHECK_)", value) or "$" in MARKED_VARIABLE.sub("", value):
        raise ValueError("must be an http or https address; ${CHECK_NAME} stands for that environment variable")
    return value


def _line(value: str) -> str:
    if len(value.splitlines()) != 1:
        raise ValueError("must be one line")
    return value


def _day(value: str) -> str:
    try:
        return date.fromisoformat(value).isoformat()
    except ValueError as error:
        raise ValueError(f"{value!r} is not a day like 2026-11-30") from error


def _zone(value: str) -> str:
    try:
        return value and ZoneInfo(value).key
    except (ZoneInfoNotFoundError, ValueError, OSError) as error:
        raise ValueError(f"{value!r} is not a time zone like Europe/Berlin") from error


def _path(value: str) -> str:
    """A way into JSON: keys, and places in lists from 0, with dots in between."""
    if re.search(r"^\$(\.|$)|[\[\]*\s]", value) or "" in value.split("."):
        dotted = re.sub(r"\[[\"']?([^\]\"']*)[\"']?\]", r".\1", value.removeprefix("$")).strip(". ")
        raise ValueError(f"{value!r} can never match; write keys and places in lists with dots, like {dotted}")
    return value


def _interval(value: int) -> int:
    if value < TICK_SECONDS:
        raise ValueError(f"{value} s is too short: a scheduler calls once a minute, so write {TICK_SECONDS} or more")
    return value


def _empty(value: Any) -> Any:
    return None if value in ("", "~", "null") else value


Id = Annotated[str, Field(pattern=r"^[a-z0-9]+(-[a-z0-9]+)*$", max_length=80)]
Text = Annotated[str, Field(min_length=1)]
# One line: it becomes a mail's header and a line of a calendar.
Line = Annotated[str, Field(min_length=1), AfterValidator(_line)]
Time = Annotated[int, BeforeValidator(_time)]
MaybeTime = Annotated[Time | None, BeforeValidator(_empty)]
# The names of portal.status again: a type takes no variables, and a test compares the two.
State = Literal["operational", "degraded_performance", "partial_outage", "major_outage", "under_maintenance"]
Fault = Literal["degraded_performance", "partial_outage", "major_outage"]
Weight = Annotated[str, Field(pattern=r"^(0(\.\d{1,3})?|1(\.0{1,3})?)$")]
Interval = Annotated[int, Field(le=STALE_AFTER), AfterValidator(_interval)]
Timeout = Annotated[int, Field(ge=1, le=CHECK_SECONDS)]
Slow = Annotated[int, Field(ge=50, le=30_000)]
Count = Annotated[int, Field(ge=1, le=20)]
IncidentPhase = Literal["investigating", "identified", "monitoring", "resolved", "postmortem"]
WorkPhase = Literal["scheduled", "in_progress", "verifying", "completed", "cancelled"]


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid")


class Expect(_Strict):
    status: list[Annotated[int, Field(ge=100, le=599)]] = Field(default=[200], min_length=1)
    json_: dict[Annotated[str, AfterValidator(_path)], str] = Field(default={}, alias="json")


class CheckEntry(_Strict):
    type: Literal["http"]
    url: Annotated[str, AfterValidator(_url)]
    expect: Expect = Expect()
    tls_days: Annotated[int, Field(ge=0, le=90)] = 7


class SourceEntry(_Strict):
    type: Literal["pingdom", "better_stack", "statuspage", "custom"]
    id: Text


class Defaults(_Strict):
    interval: Interval = TICK_SECONDS
    timeout: Timeout = 10
    fail_after: Count = 3
    ok_after: Count = 2
    slow_ms: Slow = 3000
    stale_after: Annotated[int, Field(ge=60, le=STALE_AFTER)] = STALE_AFTER


class ComponentEntry(_Strict):
    id: Id
    name: Line
    group: Annotated[Id | None, BeforeValidator(_empty)] = None
    description: str = ""
    start_date: Annotated[str, Field(pattern=r"^\d{4}-\d\d-\d\d$")] | None = None
    retired: Annotated[str, AfterValidator(_day)] | None = None
    checks: list[Annotated[CheckEntry | SourceEntry, Field(discriminator="type")]] = []
    impact_on_fail: Fault = MAJOR_OUTAGE
    interval: Interval | None = None
    timeout: Timeout | None = None
    fail_after: Count | None = None
    ok_after: Count | None = None
    slow_ms: Slow | None = None
    assume: Literal["", "operational"] = ""


class UptimeEntry(_Strict):
    windows: list[Annotated[int, Field(ge=1, le=400)]] = Field(default=[30, 90], min_length=1, max_length=4)
    weights: dict[Fault, Weight] = {}
    exclude_maintenance: bool = True


class PageEntry(_Strict):
    id: Id
    name: Line
    url: str = ""
    time_zone: Annotated[str, AfterValidator(_zone)] = "UTC"


class GroupEntry(_Strict):
    id: Id
    name: Line
    uptime: Literal["", "worst", "mean"] = ""


class ComponentsFile(_Strict):
    page: PageEntry
    uptime: UptimeEntry = UptimeEntry()
    defaults: Defaults = Defaults()
    groups: list[GroupEntry] = []
    components: list[ComponentEntry]
    control: Annotated[str, AfterValidator(_url)] | None = None


class IncidentUpdate(_Strict):
    at: Time
    status: IncidentPhase
    body: Text
    components: dict[str, State] = {}
    next_update_by: MaybeTime = None
    edited_at: MaybeTime = None


class IncidentFile(_Strict):
    id: Id
    title: Line
    status: IncidentPhase
    impact: Literal["none", "minor", "major", "critical"]
    source: Literal["manual", "auto", "auto+manual"] = "manual"
    components: dict[str, State] = {}
    started_at: Time
    resolved_at: MaybeTime = None
    updates: list[IncidentUpdate] = []


class CorrectionFile(_Strict):
    component: Id
    from_: Annotated[Time, Field(alias="from")]
    until: Time
    state: Literal["maintenance", "unknown"]
    reason: Text
    author: Text


class WorkUpdate(_Strict):
    at: Time
    status: WorkPhase
    body: Text
    edited_at: MaybeTime = None


class MaintenanceFile(_Strict):
    id: Id
    title: Line
    status: WorkPhase
    components: list[str] = []
    scheduled_for: Time
    scheduled_until: Time
    actual_start: MaybeTime = None
    actual_end: MaybeTime = None
    rrule: str = ""
    timezone: Annotated[str, AfterValidator(_zone)] = ""
    updates: list[WorkUpdate] = []
