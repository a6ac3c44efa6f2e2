"""What measurement costs, on SQLite and PostgreSQL: `python -m scripts.bench_insights [--events N]`.

Writes N events of invented visits in thirteen months into new stores and prints for each engine: bytes per event, and
seconds for the five metrics from events, for their counts by hour and day from nothing, and for the metrics from those.
"""

import argparse
import io
import random
import sqlite3
import tempfile
import time
from collections.abc import Callable, Iterator
from itertools import islice
from pathlib import Path

from functions.insights import rollups
from functions.stores import Store, connect, postgresql
from functions.stores.sqlite import SQLite
from portal.clock import DAY_MS, HOUR_MS
from portal.insights import metrics
from portal.insights.counts import COUNTS, Counts, window
from portal.insights.events import KINDS, NAMES, VOTES
from scripts.lib.postgresql import throw_away

EVENTS, DAYS = 200_000, 395
START = 20_000 * DAY_MS
END = START + DAYS * DAY_MS
COLUMNS = "id, visit, at, view, seq, path, build, query_id, engaged_ms, results, name, kind, rank, vote, scroll, query"
QUERIES = ("card", "invoice pdf", "single sign-on", "reset password", "export")
BATCH = 50_000
# The whole, a month, a day, and ranges whose edges are hours.
RANGES = ((0, DAYS * 24), (24, 31 * 24), (24, 48), (5, DAYS * 24 - 7), (30 * 24 + 1, 300 * 24 + 23))
Values = tuple[int | str | None, ...]


def main(argv: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(
        prog="python -m scripts.bench_insights", description=(__doc__ or "").splitlines()[0]
    )
    parser.add_argument("--events", type=int, default=EVENTS)
    number = parser.parse_args(argv).events
    # Answers of ten million events take longer than those of pages.
    postgresql.TIMEOUT_SECONDS = 3600
    with tempfile.TemporaryDirectory(prefix="portal-insights-") as folder:
        measure("SQLite", f"sqlite:///{folder}/portal.db", number)
        with throw_away(Path(folder) / "postgresql") as url:
            if url is None:
                print("PostgreSQL: not measured, it needs Debian's package postgresql")
            else:
                measure("PostgreSQL", url, number)
    return 0


def measure(engine: str, url: str, number: int) -> None:
    """Print the figures of one engine."""
    store = connect(url)
    store.migrate()
    empty = _size(store)
    _fill(store, number)
    each = (_size(store) - empty) / number
    raw, _ = _timed(lambda: store.all(COUNTS, **window(START, END)))
    rollups.rebuild(store)
    build, _ = _timed(lambda: rollups.catch_up(store, END))
    times = [_timed(lambda: _figures(store, *bounds))[0] for bounds in RANGES]  # noqa: B023 - called at once
    store.close()
    print(
        f"{engine}: {number} events, {each:.0f} bytes each; from events {raw:.2f} s; counts built {build:.2f} s"
        f" ({build / raw:.2f} of that); from counts {min(times):.3f} to {max(times):.3f} s",
        flush=True,
    )


def _figures(store: Store, first: int, last: int) -> tuple[object, ...]:
    """All five metrics of visits in a range of hours."""
    since, until = START + first * HOUR_MS, START + last * HOUR_MS
    counts: Counts = rollups.read(store, since, until)
    tickets = store.one(metrics.TICKETS, since=since, until=until)
    made = (metrics.deflection, metrics.self_service, metrics.time_to_find, metrics.search_exit)
    return *(metric(counts) for metric in made), tickets


def _timed(work: Callable[[], object]) -> tuple[float, object]:
    before = time.perf_counter()
    done = work()
    return time.perf_counter() - before, done


def _fill(store: Store, number: int) -> None:
    """Store so many events, in the order in which their visits began."""
    paths = ", ".join(f"({path}, '/help/article-{path}/', {END})" for path in range(1, 301))
    store.run(f"insert into event_word (id, word, used_at) values {paths}")  # noqa: S608 - numbers of our own
    rows = islice(_events(number), number)
    while batch := list(islice(rows, BATCH)):
        if isinstance(store, SQLite):
            marks = ", ".join("?" * len(batch[0]))
            with sqlite3.connect(store.file) as connection:
                connection.executemany(f"insert into event ({COLUMNS}) values ({marks})", batch)  # noqa: S608
            connection.close()
        else:
            lines = ("\t".join("\\N" if value is None else str(value) for value in row) for row in batch)
            store.run(f"copy event ({COLUMNS}) from stdin", stream=io.StringIO("\n".join(lines) + "\n"))
    store.run("analyze")
    if isinstance(store, SQLite):
        store.run("pragma wal_checkpoint(truncate)")


def _events(number: int) -> Iterator[Values]:
    """Events of visits, some seven each."""
    dice = random.Random(20)  # noqa: S311 - the same visits each time
    for at in sorted(START + int(dice.random() * DAYS * DAY_MS) for _ in range(number // 3)):
        yield from _visit(dice, at)


def _visit(dice: random.Random, at: int) -> Iterator[Values]:
    """A landing, searches, articles with reading and votes, sometimes a ticket."""
    visit, seq, view = dice.getrandbits(64) - 2**63, 0, dice.getrandbits(32) - 2**31

    def event(name: str, kind: str, query: str | None = None, **values: int) -> Values:
        nonlocal seq
        seq += 1
        given = (values.get(field) for field in ("query_id", "engaged_ms", "results"))
        return (
            dice.getrandbits(64) - 2**63, visit, at, view, seq, dice.randrange(1, 301), 1, *given,
            NAMES[name], KINDS[kind], values.get("rank"), values.get("vote"), values.get("scroll"), query,
        )  # fmt: skip

    yield event("page", "home")
    for _ in range(dice.choice((0, 1, 1, 2))):
        at += dice.randrange(2_000, 20_000)
        query, results = dice.getrandbits(32) - 2**31, dice.choice((0, 3, 8))
        name = "search" if results else "search_zero"
        yield event(name, "home", dice.choice(QUERIES), query_id=query, results=results)
        if results and dice.random() < 0.6:
            yield event("search_click", "home", query_id=query, rank=dice.randrange(1, 9))
    for _ in range(dice.choice((0, 1, 1, 2, 3))):
        view = dice.getrandbits(32) - 2**31
        yield event("page", "article")
        reading = dice.randrange(2_000, 120_000)
        at += reading + (40 * 60_000 if dice.random() < 0.03 else 0)
        yield event("engage", "article", engaged_ms=reading, scroll=dice.randrange(101))
        if dice.random() < 0.15:
            yield event("vote", "article", vote=dice.choice(tuple(VOTES.values())))
    if dice.random() < 0.08:
        yield event("ticket_submit", "ask")


def _size(store: Store) -> int:
    """Bytes of the table of events with its indexes, or of SQLite's whole file."""
    if isinstance(store, SQLite):
        return store.space()[0]
    row = store.one("select pg_total_relation_size('event') as size")
    return int((row or {})["size"])


if __name__ == "__main__":
    raise SystemExit(main())
