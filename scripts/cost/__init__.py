"""What a month of the portal costs: work from traffic, and money from a host's prices."""

from dataclasses import dataclass, fields
from math import ceil

DAYS = 30
TICKS = 24 * 60 * DAYS
GB = 1_000_000_000
# Events are kept for 400 days.
MONTHS_KEPT = 400 / DAYS


@dataclass(frozen=True)
class Figures:
    """What was measured: bytes on the line (compressed), CPU of a call in ms, bytes of a row in the store."""

    first_view_bytes: int
    next_view_bytes: int
    search_bytes: int
    status_ms: float
    events_ms: float
    ticket_ms: float
    page_ms: float
    tick_ms: float
    event_bytes: int
    ticket_bytes: int


@dataclass(frozen=True)
class Traffic:
    """A month: page views, requests of customers, and page views a visit. `cached` is the share of status answers that
    a shared cache gives; `batch` the events in a call, `events` those of a page view."""

    views: int
    tickets: int
    views_per_visit: float = 3
    # The share of visits that search.
    searching: float = 0.5
    cached: float = 0.0
    events: float = 3
    batch: float = 5
    # Pages of /my/ that a customer opens for one request, and the steps of sending and answering.
    pages_per_ticket: float = 8

    def __post_init__(self) -> None:
        """Raises ValueError for traffic that there cannot be."""
        if not 0 <= self.cached <= 1:
            raise ValueError(f"--cached {self.cached:g} is a share: write 0 to 1, such as 0.99")
        if min(self.views, self.tickets, self.events) < 0:
            raise ValueError("--views, --tickets and --events cannot be less than 0")
        if self.views_per_visit < 1:
            raise ValueError(f"--views-per-visit {self.views_per_visit:g} is less than the one view of a visit")


@dataclass(frozen=True)
class Work:
    """A month's work: bytes out, calls of the functions and their CPU seconds, and what the store grows to in bytes."""

    bytes_out: float
    calls: float
    cpu_seconds: float
    stored: float

    @property
    def cores_at_peak(self) -> float:
        """Cores of the measured kind that a peak of five times the mean keeps busy."""
        return 5 * self.cpu_seconds / (DAYS * 86_400)


@dataclass(frozen=True)
class Prices:
    """A host's public prices in its `currency`: a month, a GB out, a million calls, a second of one core and its memory
    while a call runs, a GB and month in the database. `free_*` is what a month includes; `wait` how many seconds a call
    is billed for each second of its CPU, since it also waits for store and vendors; `seen` the day of the prices."""

    name: str
    seen: str
    source: str
    currency: str = "USD"
    month: float = 0.0
    gb_out: float = 0.0
    million_calls: float = 0.0
    second: float = 0.0
    gb_stored: float = 0.0
    free_gb_out: float = 0.0
    free_calls: float = 0.0
    free_seconds: float = 0.0
    wait: float = 5.0

    def cost(self, work: Work) -> float:
        """The month's price."""
        seconds = max(0.0, work.cpu_seconds * self.wait - self.free_seconds)
        return (
            self.month
            + max(0.0, work.bytes_out / GB - self.free_gb_out) * self.gb_out
            + max(0.0, work.calls - self.free_calls) / 1e6 * self.million_calls
            + seconds * self.second
            + ceil(work.stored / GB) * self.gb_stored
        )


def work(traffic: Traffic, figures: Figures) -> Work:
    """The work of a month's traffic."""
    visits = traffic.views / traffic.views_per_visit
    status = traffic.views * (1 - traffic.cached)
    events = traffic.views * traffic.events
    pages = traffic.tickets * traffic.pages_per_ticket
    calls = {
        "status": status,
        "events": events / traffic.batch,
        "ticket": float(traffic.tickets),
        "page": pages,
        "tick": float(TICKS),
    }
    cpu = sum(count * getattr(figures, f"{name}_ms") for name, count in calls.items()) / 1000
    bytes_out = visits * (figures.first_view_bytes + traffic.searching * figures.search_bytes)
    bytes_out += (traffic.views - visits) * figures.next_view_bytes
    stored = MONTHS_KEPT * events * figures.event_bytes + 24 * traffic.tickets * figures.ticket_bytes
    return Work(bytes_out, sum(calls.values()), cpu, stored)


def prices(name: str, given: dict[str, object]) -> Prices:
    """Prices from a table of the file; raises ValueError that names what is missing or unknown."""
    known = {field.name for field in fields(Prices)} - {"name"}
    if unknown := sorted(set(given) - known):
        raise ValueError(f"{name} has {', '.join(unknown)}; known are: {', '.join(sorted(known))}.")
    if missing := sorted({"seen", "source"} - set(given)):
        raise ValueError(f"{name} has no {' and no '.join(missing)}: prices without a day and a page are guesses.")
    return Prices(name=name, **given)  # type: ignore[arg-type]
