"""Recurring maintenance in a local zone: the hour stays, and page and calendar name the same times."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from dateutil.rrule import rrulestr
from icalendar import Calendar

from portal.status import Board, Maintenance, Page, feeds, recur


def ms(text: str) -> int:
    return int(datetime.fromisoformat(text).replace(tzinfo=UTC).timestamp() * 1000)


def work(rule: str, first: str, zone: str = "") -> Maintenance:
    at = ms(first)
    return Maintenance("m", "Work", "scheduled", at, at + 90 * 60_000, ("api",), rrule=rule, timezone=zone)


def page(one: Maintenance, until: str) -> list[str]:
    found = recur.single(one, one.scheduled_for, ms(until))
    return [f"{datetime.fromtimestamp(at.scheduled_for / 1000, UTC):%Y-%m-%dT%H:%M}" for at in found]


@pytest.mark.parametrize(
    ("rule", "first", "zone", "times"),
    [
        ("FREQ=WEEKLY;BYDAY=SU", "2026-10-18T03:00", "Europe/Berlin",
         ["2026-10-18T03:00", "2026-10-25T04:00", "2026-11-01T04:00"]),
        ("FREQ=WEEKLY;BYDAY=SU", "2026-10-18T03:00", "", ["2026-10-18T03:00", "2026-10-25T03:00", "2026-11-01T03:00"]),
        ("FREQ=DAILY;INTERVAL=7", "2026-03-05T07:00", "America/New_York",
         ["2026-03-05T07:00", "2026-03-12T06:00", "2026-03-19T06:00"]),
        # The day is the zone's: Monday there is still Sunday in UTC.
        ("FREQ=WEEKLY;BYDAY=MO", "2026-09-27T16:00", "Australia/Sydney",
         ["2026-09-27T16:00", "2026-10-04T15:00", "2026-10-11T15:00"]),
        # 02:30 does not exist on the 29th: it is left out, and not counted.
        ("FREQ=DAILY;COUNT=3", "2026-03-28T01:30", "Europe/Berlin",
         ["2026-03-28T01:30", "2026-03-30T00:30", "2026-03-31T00:30"]),
        # 02:30 comes twice: the first one.
        ("FREQ=DAILY", "2026-10-24T00:30", "Europe/Berlin",
         ["2026-10-24T00:30", "2026-10-25T00:30", "2026-10-26T01:30"]),
        ("FREQ=MONTHLY", "2026-10-31T10:00", "Europe/Berlin",
         ["2026-10-31T10:00", "2026-12-31T10:00", "2027-01-31T10:00"]),
        ("FREQ=MONTHLY", "2026-08-31T22:30", "Europe/Berlin",
         ["2026-08-31T22:30", "2026-09-30T22:30", "2026-10-31T23:30"]),
        ("FREQ=WEEKLY;UNTIL=20261101T040000Z", "2026-10-18T03:00", "Europe/Berlin",
         ["2026-10-18T03:00", "2026-10-25T04:00", "2026-11-01T04:00"]),
    ],
)  # fmt: skip
def test_the_local_hour_stays(rule: str, first: str, zone: str, times: list[str]):
    one = work(rule, first, zone)

    assert recur.problem(one) == ""
    assert page(one, "2027-06-01T00:00")[:3] == times


@pytest.mark.parametrize("zone", ["", "Europe/Berlin", "America/New_York", "Pacific/Auckland", "Asia/Kolkata"])
@pytest.mark.parametrize(
    "rule",
    ["FREQ=MONTHLY", "FREQ=YEARLY", "FREQ=WEEKLY", "FREQ=MONTHLY;BYDAY=-1SA", "FREQ=DAILY;INTERVAL=9",
     "FREQ=MONTHLY;COUNT=4", "FREQ=WEEKLY;UNTIL=20261231T200000Z"],
)  # fmt: skip
def test_page_and_calendar_name_the_same_times(zone: str, rule: str):
    one = work(rule, "2026-10-31T20:00", zone)
    (event,) = Calendar.from_ical(feeds.calendar(Board(Page("acme", "Acme"), maintenances=(one,)))).walk("VEVENT")
    start = event["dtstart"].dt
    read = rrulestr(event["rrule"].to_ical().decode(), dtstart=start)

    found = [f"{at.astimezone(UTC):%Y-%m-%dT%H:%M}" for at in read.between(start, start + timedelta(400), inc=True)]
    assert page(one, "2028-01-01T00:00")[: len(found)] == found
    assert len(found) > 1
    assert event["dtend"].dt - start == timedelta(minutes=90)
    assert "rdate" not in event


@pytest.mark.parametrize(
    ("rule", "first", "zone", "written"),
    [
        ("FREQ=MONTHLY", "2026-10-31T10:00", "", "FREQ=MONTHLY;BYMONTHDAY=31"),
        ("FREQ=MONTHLY;INTERVAL=3", "2026-10-31T23:30", "Europe/Berlin", "FREQ=MONTHLY;INTERVAL=3;BYMONTHDAY=1"),
        ("FREQ=YEARLY", "2026-10-31T10:00", "", "FREQ=YEARLY;BYMONTHDAY=31;BYMONTH=10"),
        ("FREQ=MONTHLY;BYDAY=1MO", "2026-10-05T10:00", "", "FREQ=MONTHLY;BYDAY=1MO"),
        ("FREQ=WEEKLY", "2026-10-05T10:00", "", "FREQ=WEEKLY"),
    ],
)
def test_a_rule_is_written_with_the_day_that_it_means(rule: str, first: str, zone: str, written: str):
    assert recur.rule(work(rule, first, zone)) == written


@pytest.mark.parametrize(
    ("rule", "first", "zone", "said"),
    [
        ("FREQ=WEEKLY;BYDAY=SU", "2026-12-06T07:30", "America/New_York",
         "on 14 Mar 2027 it is skipped, since the clock jumps over 02:30"),
        ("FREQ=MONTHLY;BYMONTHDAY=-1", "2026-12-31T01:30", "Europe/Berlin",
         "on 31 Oct 2027 the clock shows 02:30 twice, and calendars disagree which is meant"),
        ("FREQ=DAILY", "2026-12-05T15:30", "Australia/Sydney",
         "on 4 Apr 2027 the clock shows 02:30 twice, and calendars disagree which is meant"),
        ("FREQ=WEEKLY;BYDAY=SU", "2026-12-06T06:30", "America/New_York",
         "on 7 Nov 2027 the clock shows 01:30 twice, and calendars disagree which is meant"),
        ("FREQ=WEEKLY;BYDAY=SU;COUNT=4", "2026-12-06T07:30", "America/New_York", ""),
        ("FREQ=WEEKLY;BYDAY=SA", "2026-12-05T07:30", "America/New_York", ""),
        ("FREQ=DAILY", "2026-12-05T21:00", "Asia/Kolkata", ""),
        ("FREQ=DAILY", "2026-12-05T02:30", "", ""),
    ],
)  # fmt: skip
def test_a_writer_hears_of_hours_that_a_clock_jumps_over_or_shows_twice(rule: str, first: str, zone: str, said: str):
    assert recur.doubtful(work(rule, first, zone)) == said


@pytest.mark.parametrize(
    "zone", ["Europe/Berlin", "Europe/Dublin", "America/New_York", "Pacific/Auckland", "Australia/Lord_Howe"]
)
def test_the_calendars_zone_changes_when_the_clock_there_does(zone: str):
    one = work("FREQ=DAILY;COUNT=9", "2026-06-01T20:00", zone)
    text = feeds.calendar(Board(Page("acme", "Acme"), maintenances=(one,)))
    changes = [
        (at - part["TZOFFSETFROM"].td, part["TZOFFSETTO"].td)
        for part in Calendar.from_ical(text).walk()
        if part.name in ("STANDARD", "DAYLIGHT") and "RDATE" in part
        # One a line, and the first among them: not every reader takes more.
        for at in [moment.dt for line in part["RDATE"] for moment in line.dts]
    ]

    assert len(changes) > 20
    assert "," not in text
    for at, offset in changes:
        late = at.replace(tzinfo=UTC).astimezone(ZoneInfo(zone))
        early = (at - timedelta(seconds=1)).replace(tzinfo=UTC).astimezone(ZoneInfo(zone))
        assert late.utcoffset() == offset != early.utcoffset()
