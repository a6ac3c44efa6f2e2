"""The status page's model: `Board` holds the components, incidents and maintenance of the repository, as the build
hands them to the functions. Times are unix milliseconds.

What the checks know is `portal.status.live`; `portal.status.summary` joins the two into the answer that is shown.
"""

from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, field
from typing import Any, Final

OPERATIONAL = "operational"
UNKNOWN = "unknown"
UNDER_MAINTENANCE = "under_maintenance"
DEGRADED = "degraded_performance"
PARTIAL_OUTAGE = "partial_outage"
MAJOR_OUTAGE: Final = "major_outage"
# From best to worst. `unknown` is ours: Statuspage has no word for "we could not check".
STATES = (OPERATIONAL, UNKNOWN, UNDER_MAINTENANCE, DEGRADED, PARTIAL_OUTAGE, MAJOR_OUTAGE)
WEIGHTS = {MAJOR_OUTAGE: "1", PARTIAL_OUTAGE: "0.3", DEGRADED: "0"}
OVER = frozenset({"resolved", "postmortem"})
STALE_AFTER = 600
# How often a scheduler calls the tick, and how long a tick may check a component, in seconds.
TICK_SECONDS = 60
CHECK_SECONDS = 15
# What customers read for the phase of an incident or a maintenance.
PHASES = {
    "investigating": "Investigating",
    "identified": "Cause found",
    "monitoring": "Monitoring the fix",
    "resolved": "Resolved",
    "postmortem": "Review",
    "scheduled": "Planned",
    "in_progress": "In progress",
    "verifying": "Verifying",
    "completed": "Completed",
    "cancelled": "Cancelled",
}


@dataclass(frozen=True)
class Check:
    """One request to `url` (may hold ${CHECK_NAME}, filled in when it is sent) and the answers that are good: a
    status, and values in the JSON body by their dotted path. `tls_days`: slow when the certificate ends sooner.

    With another `type` than http: the result of that monitor's check `id`."""

    url: str = ""
    statuses: tuple[int, ...] = (200,)
    json: Mapping[str, Any] = field(default_factory=dict)
    tls_days: int = 7
    type: str = "http"
    id: str = ""


@dataclass(frozen=True)
class Component:
    """A part of the product; `interval` and `timeout` in seconds, `fail_after` and `ok_after` in checks. An answer
    that takes longer than `slow_ms` is slow.
    `assume` is the state of one without checks and without an incident; empty is unknown. `retired` is the day
    (YYYY-MM-DD, UTC) from which on it is no longer shown as current; empty while nobody has said so."""

    id: str
    name: str
    group: str = ""
    description: str = ""
    start_date: str = ""
    checks: tuple[Check, ...] = ()
    retired: str = ""
    impact_on_fail: str = MAJOR_OUTAGE
    interval: int = 60
    timeout: int = 10
    fail_after: int = 3
    ok_after: int = 2
    slow_ms: int = 3000
    assume: str = ""


@dataclass(frozen=True)
class Update:
    """A text posted at `at` (Markdown in the repository, plain text for the functions), the components' states from
    then on, when the next update is promised, when the text was edited, and whether the build has it."""

    at: int
    status: str
    body: str
    components: Mapping[str, str] = field(default_factory=dict)
    next_update_by: int | None = None
    edited_at: int | None = None
    built: bool = True


@dataclass(frozen=True)
class Incident:
    """An incident; `components` are the states at its beginning, the updates those later on."""

    id: str
    title: str
    status: str
    impact: str
    started_at: int
    resolved_at: int | None = None
    components: Mapping[str, str] = field(default_factory=dict)
    updates: tuple[Update, ...] = ()
    body: str = ""
    source: str = "manual"
    built: bool = True  # whether it has a page of its own yet

    @property
    def key(self) -> str:
        """The name in the ids of its updates and in its anchor."""
        return self.id

    @property
    def active(self) -> bool:
        return self.status not in OVER

    @property
    def states(self) -> dict[str, str]:
        """Each component's state as of the last update."""
        states = dict(self.components)
        for update in self.updates:
            states |= update.components
        return states

    @property
    def next_update_by(self) -> int | None:
        """When the last update promised another; None once the incident is over."""
        return self.updates[-1].next_update_by if self.active and self.updates else None


@dataclass(frozen=True)
class Maintenance:
    """Announced work; actual times win over scheduled ones. `rrule` is how it repeats, `timezone` where its hour
    stays the same, and `series` the id of what it repeats (portal.status.recur)."""

    id: str
    title: str
    status: str
    scheduled_for: int
    scheduled_until: int
    components: tuple[str, ...] = ()
    actual_start: int | None = None
    actual_end: int | None = None
    updates: tuple[Update, ...] = ()
    body: str = ""
    rrule: str = ""
    series: str = ""
    timezone: str = ""

    @property
    def key(self) -> str:
        """The name in the ids of its updates and in its anchor, the same for all of a series."""
        return self.series or self.id

    @property
    def start(self) -> int:
        return self.actual_start if self.actual_start is not None else self.scheduled_for

    @property
    def end(self) -> int:
        return self.actual_end if self.actual_end is not None else self.scheduled_until

    def phase(self, now: int) -> str:
        """`scheduled`, `in_progress`, `verifying` or `completed`: the clock decides, not the file alone."""
        if self.status in {"completed", "cancelled"} or now >= self.end:
            return "completed"
        if now < self.start:
            return "scheduled"
        return "verifying" if self.status == "verifying" else "in_progress"

    def active(self, now: int) -> bool:
        return self.phase(now) in {"in_progress", "verifying"}


@dataclass(frozen=True)
class Group:
    """A group of components; `uptime` is how theirs becomes one figure: `worst` (down when any of them is), `mean`, or
    none."""

    id: str
    name: str
    uptime: str = ""


@dataclass(frozen=True)
class Uptime:
    """How uptime is counted: over how many days, how much a second in each bad state weighs (decimals as text), and
    whether maintenance is left out."""

    windows: tuple[int, ...] = (30, 90)
    weights: Mapping[str, str] = field(default_factory=lambda: dict(WEIGHTS))
    exclude_maintenance: bool = True


@dataclass(frozen=True)
class Page:
    id: str
    name: str
    url: str = ""
    time_zone: str = "UTC"


@dataclass(frozen=True)
class Board:
    """Everything from the repository; the writer's `defaults` are already filled into the components."""

    page: Page
    components: tuple[Component, ...] = ()
    groups: tuple[Group, ...] = ()
    incidents: tuple[Incident, ...] = ()
    maintenances: tuple[Maintenance, ...] = ()
    defaults: Mapping[str, int] = field(default_factory=dict)
    # An outside address that always answers: when it does not, our own network is at fault.
    control: str = ""
    uptime: Uptime = Uptime()
    built_at: int = 0
    # Components of before, which only the past is about.
    retired: tuple[Component, ...] = ()

    @property
    def ever(self) -> tuple[Component, ...]:
        """Every component that there is or was, for what is told of the past."""
        return self.components + self.retired

    @property
    def ids(self) -> frozenset[str]:
        """What the history may have figures of: components, those of before, and groups."""
        return frozenset([*(one.id for one in self.ever), *(group.id for group in self.groups)])

    @property
    def stale_after(self) -> int:
        """Seconds after which a check is stale; never above ten minutes."""
        return min(self.defaults.get("stale_after", STALE_AFTER), STALE_AFTER)

    @property
    def grouped(self) -> list[tuple[str, str, tuple[Component, ...]]]:
        """Each group with members: id, name, components. Those without a group come last, under no id."""
        groups = [(one.id, one.name) for one in self.groups] + [("", "Other" if self.groups else "Components")]
        found = [(key, name, tuple(one for one in self.components if one.group == key)) for key, name in groups]
        return [one for one in found if one[2]]

    @property
    def monitored(self) -> tuple[Component, ...]:
        return tuple(component for component in self.components if component.checks)


def write(board: Board) -> dict[str, Any]:
    """The board as the JSON that the build hands to the functions."""
    return asdict(board)


def read(data: Mapping[str, Any]) -> Board:
    """The board from that JSON, which is trusted."""
    return Board(
        page=Page(**data["page"]),
        groups=tuple(Group(**group) for group in data["groups"]),
        components=_components(data["components"]),
        retired=_components(data.get("retired", ())),
        incidents=tuple(Incident(**{**item, "updates": _updates(item)}) for item in data["incidents"]),
        maintenances=tuple(
            Maintenance(**{**item, "updates": _updates(item), "components": tuple(item["components"])})
            for item in data["maintenances"]
        ),
        defaults=data["defaults"],
        control=data.get("control", ""),
        uptime=_uptime(data["uptime"]) if "uptime" in data else Uptime(),
        built_at=data.get("built_at", 0),
    )


def _components(items: Iterable[Mapping[str, Any]]) -> tuple[Component, ...]:
    return tuple(Component(**{**item, "checks": tuple(_check(check) for check in item["checks"])}) for item in items)


def _uptime(data: Mapping[str, Any]) -> Uptime:
    return Uptime(**{**data, "windows": tuple(data["windows"])})


def _check(data: Mapping[str, Any]) -> Check:
    return Check(**{**data, "statuses": tuple(data["statuses"])})


def _updates(data: Mapping[str, Any]) -> tuple[Update, ...]:
    return tuple(Update(**update) for update in data["updates"])


def worst(states: Iterable[str]) -> str:
    """The worst of some states; `unknown` when there are none."""
    return max(states, key=STATES.index, default=UNKNOWN)
