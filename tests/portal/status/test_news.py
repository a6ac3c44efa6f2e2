"""Which updates are told by themselves, and which came too late for that."""

from dataclasses import replace

import pytest

from portal.clock import DAY_MS, HOUR_MS, MINUTE_MS
from portal.status import Board, Incident, Maintenance, Page, Update, news

NOW = 1_795_384_800_000
BOARD = Board(Page("acme", "Acme"))


def incident(*ages: int, status: str = "investigating", key: str = "web") -> Incident:
    updates = tuple(Update(NOW - age, "investigating", "Slow.") for age in ages)
    return Incident(key, "Web is slow", status, "minor", NOW - 9 * DAY_MS, updates=updates)


def work(age: int, status: str = "scheduled", until: int = NOW + DAY_MS, series: str = "", key: str = "move"):
    update = Update(NOW - age, "scheduled", "We are moving.")
    return Maintenance(key, "New servers", status, until - HOUR_MS, until, updates=(update,), series=series)


@pytest.mark.parametrize(
    ("age", "told"),
    [(0, True), (3 * HOUR_MS, True), (3 * HOUR_MS + 1, False), (-MINUTE_MS, True), (-MINUTE_MS - 1, False)],
)
def test_an_update_is_told_in_its_first_three_hours(age: int, told: bool):
    board = replace(BOARD, incidents=(incident(age),))

    assert bool(news.fresh(board, NOW)) == told


def test_updates_are_told_in_their_order_whatever_they_are_about():
    board = replace(BOARD, incidents=(incident(HOUR_MS, MINUTE_MS),), maintenances=(work(2 * MINUTE_MS),))

    assert [NOW - update.at for _, update in news.fresh(board, NOW)] == [HOUR_MS, 2 * MINUTE_MS, MINUTE_MS]


@pytest.mark.parametrize(
    ("event", "late"),
    [
        (incident(4 * HOUR_MS), True),
        (incident(4 * HOUR_MS, HOUR_MS), False),
        (incident(4 * HOUR_MS, status="resolved"), False),
        (incident(), False),
        (incident(41 * DAY_MS), False),
        (work(DAY_MS), True),
        (work(HOUR_MS), False),
        (work(DAY_MS, status="cancelled"), False),
        (work(DAY_MS, status="completed"), False),
        (work(DAY_MS, until=NOW - 1), False),
    ],
)
def test_late_is_the_last_update_of_what_is_not_over(event: Incident | Maintenance, late: bool):
    here = {"incidents": (event,)} if isinstance(event, Incident) else {"maintenances": (event,)}

    assert bool(list(news.late(replace(BOARD, **here), NOW))) == late


def test_work_that_comes_again_and_again_is_late_once():
    weeks = tuple(work(DAY_MS, series="backup", key=f"backup-{week}") for week in range(3))

    assert len(list(news.late(replace(BOARD, maintenances=weeks), NOW))) == 1
