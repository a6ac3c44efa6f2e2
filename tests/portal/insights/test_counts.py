"""Courses of a visit, and what each counts as: every outcome, way to an answer and end of a search."""

from collections import Counter
from collections.abc import Iterator
from typing import Any

import pytest

from functions.stores import Store
from portal.clock import DAY_MS, HOUR_MS, MINUTE_MS
from portal.insights import counts
from portal.insights.counts import (
    ALL,
    CONFIRMED,
    ESCALATED,
    FAILED,
    FOUND,
    IN_PORTAL,
    LANDED,
    LIKELY,
    MISSING,
    OUTCOME,
    RANKING,
    SEARCHED,
    UNKNOWN,
    WENT_ON,
    WITH_TICKET,
)  # fmt: skip
from tests.functions.insights.kept import put, uuid

DAY = 20_000 * DAY_MS
NOON = DAY + 12 * HOUR_MS
READ = {"engaged_ms": 15_000, "scroll": 50}
Step = tuple[Any, ...]
Case = tuple[str, Any, list[Step]]


def walk(store: Store, *steps: Step, start: int = NOON, visit: str = "one") -> None:
    """Steps of a visit: (seconds, name, kind, view, values); `seq` goes up by one."""
    for seq, (second, name, kind, view, *values) in enumerate(steps):
        more = values[0] if values else {}
        ids = {"visit": uuid(visit), "view": uuid(f"{visit} {view}"), "seq": seq}
        put(store, start + int(second * 1000), name, kind, **(ids | more))


def found(store: Store, since: int = DAY, until: int = DAY + DAY_MS) -> dict[tuple[int, int], int]:
    counted: Counter[tuple[int, int]] = Counter()
    for row in store.all(counts.COUNTS, **counts.window(since, until)):
        counted[row["measure"], row["bucket"]] += row["n"]
    return dict(counted)


def each(store: Store, cases: tuple[Case, ...]) -> Iterator[tuple[Case, dict[tuple[int, int], int]]]:
    """Each case with the counts of its visit, which is alone on a day."""
    with store.transaction():
        for number, (case, _, steps) in enumerate(cases):
            walk(store, *steps, start=NOON + number * DAY_MS, visit=case)
    for number, one in enumerate(cases):
        yield one, found(store, DAY + number * DAY_MS, DAY + (number + 1) * DAY_MS)


def article(second: float, view: int = 1) -> Step:
    return second, "page", "article", view


def engage(second: float, view: int = 1, **values: int) -> Step:
    return second, "engage", "article", view, READ | values


def vote(second: float, word: str, view: int = 1) -> Step:
    return second, "vote", "article", view, {"vote": word}


def search(second: float, results: int | None, kind: str = "home", view: int = 0) -> Step:
    name = "search" if results else "search_zero"
    return second, name, kind, view, {"query_id": uuid("q"), "query": "card", "results": results}


OUTCOMES: tuple[Case, ...] = (
    ("read for less than 15 s", UNKNOWN, [article(0), engage(20, engaged_ms=14_999)]),
    ("scrolled less than half", UNKNOWN, [article(0), engage(20, scroll=49)]),
    ("read in two parts of a view", LIKELY, [article(0), engage(9, scroll=0), engage(20, engaged_ms=0)]),
    ("the last article was not read", UNKNOWN, [article(0), engage(20), article(30, 2)]),
    ("the last article was read", LIKELY, [article(0), article(30, 2), engage(60, 2)]),
    ("two articles in the same moment: the later one counts", LIKELY, [article(0, 1), article(0, 2), engage(0, 2)]),
    ("two articles in the same moment: not the earlier", UNKNOWN, [article(0, 1), article(0, 2), engage(0, 1)]),
    ("no beats reading", FAILED, [article(0), engage(20), vote(21, "no")]),
    ("yes on the first, none on the last", CONFIRMED, [article(0), vote(5, "yes"), article(9, 2)]),
    ("yes on the first, no on the last", FAILED, [article(0), vote(5, "yes"), article(9, 2), vote(12, "no", 2)]),
    ("no on the first, yes on the last", CONFIRMED, [article(0), vote(5, "no"), article(9, 2), vote(12, "yes", 2)]),
    ("no, changed to yes", CONFIRMED, [article(0), vote(5, "no"), vote(5, "yes")]),
    ("yes, changed to no", FAILED, [article(0), vote(5, "yes"), vote(5, "no")]),
    ("yes, then a ticket", ESCALATED, [article(0), vote(5, "yes"), (9, "ticket_submit", "ask", 2)]),
    ("yes, then another way to us", ESCALATED, [article(0), vote(5, "yes"), (9, "contact_other", "ask", 2)]),
    ("solved while writing, after a no", CONFIRMED, [article(0), vote(5, "no"), (9, "suggest_solved", "ask", 2)]),
    ("opened help and left", UNKNOWN, [(0, "page", "home", 0), (1, "help_open", "home", 0)]),
    ("a vote without a page", CONFIRMED, [vote(0, "yes")]),
)  # fmt: skip


def test_a_visit_that_sought_help_has_one_outcome(store: Store) -> None:
    for (case, outcome, _), counted in each(store, OUTCOMES):
        only = {key: n for key, n in counted.items() if key[0] in (OUTCOME, ALL)}
        assert only == {(OUTCOME, outcome): 1, (ALL, int(outcome == ESCALATED)): 1}, case


def test_a_visit_for_something_else_sought_no_help(store: Store) -> None:
    for name in ("status_view", "changelog_view", "billing_open", "account_open", "notfound"):
        walk(store, (0, "page", "home", 0), (1, name, "other", 1), visit=name)

    assert found(store) == {(ALL, IN_PORTAL): 5}


ENDS: tuple[Case, ...] = (
    ("nothing found", MISSING, [search(0, 0)]),
    ("nothing told of the results", MISSING, [search(0, None)]),
    ("found, not opened", RANKING, [search(0, 3)]),
    ("found nothing, asked again, found", RANKING, [search(0, 0), search(4, 3)]),
    ("found, asked again, found nothing", MISSING, [search(0, 3), search(4, 0)]),
    ("the same moment, a later query", MISSING, [search(0, 3), search(0, 0)]),
    ("clicked", WENT_ON, [search(0, 3), (4, "search_click", "home", 0, {"query_id": uuid("q"), "rank": 1})]),
    ("clicked and asked again", RANKING, [search(0, 3), (4, "search_click", "home", 0), search(9, 2)]),
    ("opened another page", WENT_ON, [search(0, 0), (4, "page", "topic", 2)]),
    ("opened the page of results", RANKING, [search(0, 3), (4, "page", "search", 2)]),
    ("came from a page in the same moment", RANKING, [(0, "page", "home", 0), search(0, 3)]),
    ("turned to the status", WENT_ON, [search(0, 0), (4, "status_view", "home", 0)]),
    ("turned to the form", WENT_ON, [search(0, 0), (4, "ticket_start", "home", 0)]),
    ("only stayed", RANKING, [search(0, 3), (9, "engage", "home", 0, READ)]),
)  # fmt: skip


def test_a_visit_ends_at_its_last_search_or_goes_on(store: Store) -> None:
    for (case, end, _), counted in each(store, ENDS):
        assert {key: n for key, n in counted.items() if key[0] == SEARCHED} == {(SEARCHED, end): 1}, case


WAYS: tuple[Case, ...] = (
    ("landed on it", (LANDED, 15), [article(0), engage(20)]),
    ("half a second more is a second more", (LANDED, 16), [article(0), engage(20, engaged_ms=15_001)]),
    ("after a search", (FOUND, 26), [search(0, 3), article(6), engage(30, engaged_ms=20_000)]),
    ("at most five minutes of reading", (FOUND, 306), [search(0, 3), article(6), engage(900, engaged_ms=800_000)]),
    ("reading of five minutes less a moment", (LANDED, 300), [article(0), engage(900, engaged_ms=299_999)]),
    ("the first of two that helped", (LANDED, 15), [article(0), engage(20), article(30, 2), engage(60, 2)]),
    ("the second, when the first did not", (FOUND, 45), [article(0), vote(9, "no"), article(30, 2), engage(60, 2)]),
    ("yes without reading", (FOUND, 6), [search(0, 3), article(6), vote(7, "yes")]),
    ("the first of two in the same moment", (LANDED, 15), [article(0, 1), article(0, 2), engage(0, 2), engage(0, 1)]),
)  # fmt: skip


def test_time_to_find_ends_with_the_first_answer(store: Store) -> None:
    for (case, way, _), counted in each(store, WAYS):
        assert {key: n for key, n in counted.items() if key[0] in (FOUND, LANDED)} == {way: 1}, case


def test_what_did_not_help_or_came_without_its_page_has_no_time(store: Store) -> None:
    for number, steps in enumerate(([article(0), engage(20), vote(21, "no")], [vote(0, "yes")], [article(0)])):
        walk(store, *steps, visit=f"{number}")

    assert not {key for key in found(store) if key[0] in (FOUND, LANDED)}


@pytest.mark.parametrize(("gap", "visits"), [(30 * MINUTE_MS, 1), (30 * MINUTE_MS + 1, 2)])
def test_more_than_half_an_hour_without_an_event_begins_another_visit(store: Store, gap: int, visits: int) -> None:
    walk(store, article(0), (gap / 1000, "page", "article", 1), (gap / 1000 + 1, "ticket_submit", "ask", 2))

    counted = found(store)
    assert counted[ALL, WITH_TICKET] == 1
    assert counted.get((ALL, IN_PORTAL), 0) == visits - 1


def test_a_long_visit_without_a_gap_is_one_and_others_are_not_drawn_into_it(store: Store) -> None:
    walk(store, *((minute * 1200, "page", "article", minute) for minute in range(8)), visit="long")
    walk(store, article(0), start=NOON + HOUR_MS, visit="short")

    assert found(store)[ALL, IN_PORTAL] == 2


@pytest.mark.parametrize("border", [DAY, DAY + HOUR_MS])
def test_a_visit_over_a_border_counts_once_in_the_hour_of_its_start(store: Store, border: int) -> None:
    walk(store, article(0), vote(120, "yes"), start=border - MINUTE_MS)

    assert found(store, border - HOUR_MS, border)[OUTCOME, CONFIRMED] == 1
    assert found(store, border, border + HOUR_MS) == {}


def test_as_many_events_as_a_visit_may_have_stay_within_63_bits(store: Store) -> None:
    since, until = NOON, NOON + counts.WIDEST_MS - 2 * DAY_MS
    steps = (("page", 0, {}), ("engage", 1, {"engaged_ms": DAY_MS, "scroll": 100}), ("vote", 2, {"vote": "yes"}))
    for name, seq, values in steps:
        put(store, until - 1, name, "article", visit=uuid("v"), view=uuid("w"), **({"seq": 100_000 + seq - 2} | values))

    assert found(store, since, until) == {(OUTCOME, CONFIRMED): 1, (ALL, IN_PORTAL): 1, (LANDED, 300): 1}


def test_more_than_the_bits_hold_is_refused() -> None:
    with pytest.raises(ValueError, match="two years"):
        counts.window(0, counts.WIDEST_MS)
