"""A month as a calendar: whole weeks, a day in words, and what is yet to come."""

from dataclasses import replace
from datetime import UTC, datetime

from portal.status import Board, Check, Component, Incident, Page
from portal.status.months import months

WEB = Component("web", "Web app", checks=(Check("https://acme.example/"),), start_date="2026-10-02")
DAY = {"op": 84_600, "deg": 0, "part": 0, "maj": 1800, "maint": 0, "unk": 0, "p50": 1, "p95": 2, "n": 9, "inc": ["i"]}
OVER = datetime(2026, 10, 5, 9, tzinfo=UTC).timestamp() * 1000
DOWN = Incident("i", "Web app down", "resolved", "critical", int(OVER), int(OVER) + 1_800_000, {"web": "major_outage"})
NOW = int(datetime(2026, 11, 11, 12, tzinfo=UTC).timestamp() * 1000)
HISTORY = {"2026-10-01": {"web": DAY}, "2026-10-05": {"web": DAY}}


def weeks(month: str) -> list[list[dict | None]]:
    board = Board(Page("acme", "Acme"), (WEB,), incidents=(DOWN,))
    (found,) = months(board, HISTORY, NOW, "/status/")[month]["calendars"]
    return list(found["weeks"])


def test_a_month_is_whole_weeks_from_monday_to_sunday():
    october = weeks("2026-10")

    assert [len(week) for week in october] == [7] * 5
    assert [day and day["number"] for day in october[0]] == [None, None, None, 1, 2, 3, 4]
    assert [day and day["number"] for day in october[-1]] == [26, 27, 28, 29, 30, 31, None]


def test_a_day_says_what_it_was_and_one_before_the_component_began_does_not():
    (first, *_), second = (weeks("2026-10")[0][3:], weeks("2026-10")[1][0])

    assert first == {"number": 1, "level": "unknown", "text": "1 Oct 2026: No data"}
    assert second == {
        "number": 5,
        "level": "critical",
        "text": "5 Oct 2026: Outage, 30 minutes affected. Web app down",
    }


def test_a_day_that_is_yet_to_come_is_a_number_only():
    november = [day for week in weeks("2026-11") for day in week if day]

    assert [day["number"] for day in november if day["text"]] == list(range(1, 12))
    assert november[-1] == {"number": 30, "level": "", "text": ""}


def test_incidents_stand_in_the_month_in_which_they_began():
    found = months(Board(Page("acme", "Acme"), (WEB,), incidents=(DOWN,)), {}, NOW, "/status/")

    assert {month: [one["id"] for one in shown["incidents"]] for month, shown in found.items()} == {
        "2026-10": ["i"],
        "2026-11": [],
    }
    assert found["2026-10"]["calendars"] == []
    assert (found["2026-10"]["as_of"], found["2026-11"]["as_of"]["text"]) == (None, "11 Nov 2026, 12:00 UTC")


def test_a_retired_component_has_its_days_until_then_and_no_month_after():
    old = replace(WEB, id="old", name="Old app", retired="2026-10-06")
    board = Board(Page("acme", "Acme"), (WEB,), incidents=(DOWN,), retired=(old,))
    history = {day: {"web": DAY, "old": DAY} for day in ("2026-10-05", "2026-10-06", "2026-11-02")}
    found = months(board, history, NOW, "/status/")

    october = {
        one["name"]: [day for week in one["weeks"] for day in week if day] for one in found["2026-10"]["calendars"]
    }
    assert [day["number"] for day in october["Old app"] if day["level"] == "critical"] == [5]
    assert [day["number"] for day in october["Web app"] if day["level"] == "critical"] == [5, 6]
    assert [one["name"] for one in found["2026-11"]["calendars"]] == ["Web app"]
