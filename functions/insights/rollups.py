"""What the metrics count, kept by hour and by day, so that no page reads events.

A visit counts in the hour in which it began. The last day is counted anew each time, since its visits may go on; what
is older stays, also when its events are forgotten.
"""

import time
from collections.abc import Iterator
from typing import TYPE_CHECKING

from functions.stores import Row, Store
from portal.clock import DAY_MS, HOUR_MS
from portal.insights.counts import COUNTS, Counts, window

if TYPE_CHECKING:
    from functions.services import Services

NOBODY = ("visit_hour", "visit_day", "visit_counted")
# Events of one step, about two seconds of work, and the hours it has at most. A day before and after is read besides.
STEP_EVENTS, STEP_HOURS = 250_000, 60 * 24
ROWS = 5_000
MORE = "select 1 from event where at >= :since and at < :until order by at limit 1 offset :most"
TO_HOURS = """
insert into visit_hour (start, measure, bucket, n) values {rows}
on conflict (start, measure, bucket) do update set n = excluded.n
"""
TO_DAYS = f"""
insert into visit_day (start, measure, bucket, n)
select start / {DAY_MS} * {DAY_MS}, measure, bucket, cast(sum(n) as bigint) from visit_hour
where start >= :since and start < :until group by 1, 2, 3 order by 1, 2, 3
on conflict (start, measure, bucket) do update set n = excluded.n
"""  # noqa: S608 - the number is ours
NOTE = """
insert into visit_counted (name, at) values ('all', :at) on conflict (name) do update set at = excluded.at
"""
# Whole days of the range from the days, its edges from the hours.
READ = """
select measure, bucket, cast(sum(n) as bigint) as n from (
  select measure, bucket, n from visit_day where start >= :first_day and start < :last_day
  union all
  select measure, bucket, n from visit_hour where start >= :since and start < :first_day
  union all
  select measure, bucket, n from visit_hour where start >= :last_day and start < :until
) as parts group by measure, bucket
"""


def roll(services: "Services", deadline: float) -> None:
    """Job of the tick: count what happened since the last time, in steps, until the deadline."""
    for _ in steps(services.store, services.now()):
        if time.monotonic() > deadline:
            return


def catch_up(store: Store, now: int) -> None:
    """Count everything up to now, however long that takes."""
    for _ in steps(store, now):
        pass


def rebuild(store: Store) -> None:
    """Let the next steps count all events again; days whose events are forgotten keep their counts."""
    store.run("delete from visit_counted")


def read(store: Store, since: int, until: int) -> Counts:
    """The visits that began from `since` to before `until` (unix ms, full hours), by measure and bucket."""
    first_day = min(-(-since // DAY_MS) * DAY_MS, until)
    last_day = max(until // DAY_MS * DAY_MS, first_day)
    rows = store.all(READ, since=since, until=until, first_day=first_day, last_day=last_day)
    return {(row["measure"], row["bucket"]): row["n"] for row in rows}


def steps(store: Store, now: int) -> Iterator[None]:
    """Count up to `now` (unix ms), a bounded number of events before each yield."""
    settled = now // HOUR_MS * HOUR_MS - DAY_MS
    since = _first(store, now)
    while since is not None and since < now:
        until = _end(store, since, now)
        found = store.all(COUNTS, **window(since, until))
        with store.transaction():
            _keep(store, found, since, until)
            store.run(NOTE, at=min(until, max(settled, since)))
        yield
        since = until


def _first(store: Store, now: int) -> int | None:
    """From when on visits have to be counted; None when there are none."""
    counted = store.one("select at from visit_counted")
    # A time that is yet to come was written before the clock was set back.
    if counted and counted["at"] <= now:
        return int(counted["at"])
    oldest = (store.one("select min(at) as at from event") or {}).get("at")
    if oldest is None:
        return None
    day = int(oldest) // DAY_MS * DAY_MS
    # Of the oldest day some events may be forgotten, and the day after it has visits that began on it.
    before = store.one("select 1 from visit_day where start < :day limit 1", day=day)
    return day + 2 * DAY_MS if before else day


def _end(store: Store, since: int, now: int) -> int:
    """The end of a step: as far as its events are few enough, at least an hour, and not after the hour of `now`."""
    hours = min(STEP_HOURS, now // HOUR_MS + 1 - since // HOUR_MS)
    while hours > 1 and store.one(MORE, since=since, until=since + hours * HOUR_MS, most=STEP_EVENTS):
        hours //= 2
    return since + hours * HOUR_MS


def _keep(store: Store, found: list[Row], since: int, until: int) -> None:
    """Put counts in the place of those of the same hours, and the sums of their days with them."""
    store.run("delete from visit_hour where start >= :since and start < :until", since=since, until=until)
    for first in range(0, len(found), ROWS):
        # Whole numbers need no parameters, of which an engine takes only so many.
        rows = ", ".join(
            f"({row['start']:d}, {row['measure']:d}, {row['bucket']:d}, {row['n']:d})"
            for row in found[first : first + ROWS]
        )
        store.run(TO_HOURS.format(rows=rows))
    days = {"since": since // DAY_MS * DAY_MS, "until": -(-until // DAY_MS) * DAY_MS}
    store.run("delete from visit_day where start >= :since and start < :until", **days)
    store.run(TO_DAYS, **days)
