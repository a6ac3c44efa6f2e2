"""Counts by hour and day say what the events say, in steps, and outlive the events."""

import random
import time
from collections import Counter

import pytest

from functions.insights import events, rollups, rows
from functions.services import Services
from functions.stores import Store
from portal.clock import DAY_MS, HOUR_MS, MINUTE_MS
from portal.insights.counts import ALL, COUNTS, IN_PORTAL, WITH_TICKET, window
from tests.functions.insights.kept import put, uuid

START = 20_000 * DAY_MS


def raw(store: Store, since: int, until: int) -> dict[tuple[int, int], int]:
    counted: Counter[tuple[int, int]] = Counter()
    for row in store.all(COUNTS, **window(since, until)):
        counted[row["measure"], row["bucket"]] += row["n"]
    return dict(counted)


def visits(store: Store, number: int, days: int) -> None:
    """Visits of several kinds, some over an hour or midnight, some with a gap of more than half an hour."""
    dice = random.Random(3)
    for one in range(number):
        at, visit = START + dice.randrange(days * DAY_MS), uuid(f"visit {one}")
        for view in range(dice.randrange(1, 4)):
            ids = {"visit": visit, "view": uuid(f"view {one} {view}")}
            put(store, at, dice.choice(["page", "search_zero"]), dice.choice(["home", "article"]), **ids)
            at += dice.choice([1000, 20 * MINUTE_MS, 40 * MINUTE_MS])
            word = dice.choice(["yes", "no"])
            put(store, at, "vote", "article", **ids, vote=word)
        if dice.random() < 0.2:
            put(store, at, "ticket_submit", "ask", visit=visit)


RANGES = [
    (0, 72), (24, 48), (0, 24), (1, 71), (5, 9), (23, 25), (5, 48), (24, 67), (30, 31), (48, 48), (20, 28), (47, 49),
]  # fmt: skip


def test_any_range_of_hours_has_the_counts_of_its_events(store: Store) -> None:
    with store.transaction():
        visits(store, 60, 3)
    rollups.catch_up(store, START + 4 * DAY_MS)

    for first, last in RANGES:
        since, until = START + first * HOUR_MS, START + last * HOUR_MS
        assert rollups.read(store, since, until) == raw(store, since, until), (first, last)


@pytest.mark.parametrize("most", [1, 40, 10_000])
def test_small_steps_and_many_runs_count_what_one_run_counts(
    store: Store, monkeypatch: pytest.MonkeyPatch, most: int
) -> None:
    monkeypatch.setattr(rollups, "STEP_EVENTS", most)
    with store.transaction():
        visits(store, 30, 2)
    for hour in range(0, 100, 7):
        rollups.catch_up(store, START + hour * HOUR_MS)
    whole = START, START + 3 * DAY_MS

    assert rollups.read(store, *whole) == raw(store, *whole)
    assert rollups.read(store, *whole)


def test_a_run_of_the_tick_ends_at_its_deadline_and_the_next_goes_on(
    services: Services, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(rollups, "STEP_EVENTS", 1)
    for day in range(3):
        put(services.store, START + day * DAY_MS, "page", "home")
    services.clock.at = START + 3 * DAY_MS
    runs = 0
    while len(services.store.all("select start from visit_day")) < 3:
        rollups.roll(services, time.monotonic() - 1)
        runs += 1

    assert runs == 3


def test_a_visit_that_goes_on_after_it_was_counted_is_counted_as_it_ended(store: Store) -> None:
    visit = uuid("one")
    put(store, START + HOUR_MS - 1, "page", "article", visit=visit)
    rollups.catch_up(store, START + HOUR_MS)
    before = rollups.read(store, START, START + DAY_MS)
    put(store, START + HOUR_MS + MINUTE_MS, "ticket_submit", "ask", visit=visit)
    rollups.catch_up(store, START + 2 * HOUR_MS)
    after = rollups.read(store, START, START + HOUR_MS)

    assert (before[ALL, IN_PORTAL], after.get((ALL, IN_PORTAL)), after[ALL, WITH_TICKET]) == (1, None, 1)
    assert rollups.read(store, START + HOUR_MS, START + DAY_MS) == {}


def test_an_event_that_was_stored_late_still_counts(store: Store) -> None:
    put(store, START + 5 * HOUR_MS, "page", "home")
    rollups.catch_up(store, START + 20 * HOUR_MS)
    put(store, START + 2 * HOUR_MS, "page", "home")
    rollups.catch_up(store, START + 21 * HOUR_MS)

    assert rollups.read(store, START, START + DAY_MS) == {(ALL, IN_PORTAL): 2}


def test_counts_stay_when_their_events_are_forgotten_also_after_a_rebuild(services: Services) -> None:
    store = services.store
    for day in range(10):
        put(store, START + day * DAY_MS + HOUR_MS, "page", "home")
    rollups.catch_up(store, START + 10 * DAY_MS)
    services.clock.at = START + 3 * DAY_MS + 2 * HOUR_MS + events.KEPT_MS
    events.purge(services, float("inf"))
    rollups.rebuild(store)
    rollups.catch_up(store, services.now())

    assert store.all("select count(*) as n from event") == [{"n": 6}]
    assert rollups.read(store, START, START + 10 * DAY_MS) == {(ALL, IN_PORTAL): 10}


def test_a_rebuild_corrects_what_was_wrong(store: Store) -> None:
    put(store, START, "page", "home")
    rollups.catch_up(store, START + 9 * DAY_MS)
    for table in ("visit_hour", "visit_day"):
        store.run(f"update {table} set n = 7")
    rollups.rebuild(store)
    rollups.catch_up(store, START + 9 * DAY_MS)

    assert rollups.read(store, START, START + DAY_MS) == {(ALL, IN_PORTAL): 1}


@pytest.mark.parametrize("wrong", [START + 900 * DAY_MS, 0])
def test_a_clock_that_was_wrong_for_a_while_costs_no_visit(store: Store, wrong: int) -> None:
    put(store, START, "page", "home")
    rollups.catch_up(store, START + 3 * DAY_MS)
    rows.remove(store, START + 1)
    put(store, START + 3 * DAY_MS, "page", "home")
    rollups.catch_up(store, wrong)
    put(store, START + 5 * DAY_MS, "page", "home")
    rollups.catch_up(store, START + 6 * DAY_MS)

    assert rollups.read(store, START, START + 6 * DAY_MS) == {(ALL, IN_PORTAL): 3}


def test_without_visits_there_is_nothing_to_count(services: Services) -> None:
    rollups.roll(services, float("inf"))

    assert rollups.read(services.store, START, START + DAY_MS) == {}


def test_no_figure_needs_the_events(store: Store) -> None:
    put(store, START, "page", "home")
    rollups.catch_up(store, START + 2 * DAY_MS)
    rows.remove(store, START + DAY_MS)

    assert rollups.read(store, START, START + DAY_MS) == {(ALL, IN_PORTAL): 1}
