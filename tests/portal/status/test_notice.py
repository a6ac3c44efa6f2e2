"""What a notice says beside its text: which components, and when."""

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from portal.status import Board, Component, Incident, Maintenance, Page, Update, notice

PARTS = tuple(
    Component(key, name) for key, name in (("web", "Web app"), ("api", "API"), ("csv", "CSV"), ("sso", "SSO"))
)
BOARD = Board(Page("acme", "Acme"), PARTS)


def ms(text: str) -> int:
    return int(datetime.fromisoformat(text).replace(tzinfo=UTC).timestamp() * 1000)


def work(start: str, end: str, *components: str) -> Maintenance:
    update = Update(ms("2026-10-01T00:00"), "scheduled", "Soon.")
    return Maintenance("m", "New disks", "scheduled", ms(start), ms(end), components, updates=(update,))


@pytest.mark.parametrize(
    ("start", "end", "zone", "when"),
    [
        ("2026-11-22T22:00", "2026-11-22T23:30", "UTC", "22 Nov 2026, 22:00-23:30 UTC"),
        ("2026-11-22T22:00", "2026-11-23T01:00", "UTC", "22 Nov 2026, 22:00 to 23 Nov 2026, 01:00 UTC"),
        ("2026-07-01T22:30", "2026-07-01T23:00", "Europe/Berlin",
         "1 Jul 2026, 22:30-23:00 UTC (2 Jul 2026, 00:30-01:00 CEST)"),
        ("2026-10-25T00:30", "2026-10-25T02:00", "Europe/Berlin",
         "25 Oct 2026, 00:30-02:00 UTC (25 Oct 2026, 02:30 CEST to 03:00 CET)"),
        ("2026-12-31T23:00", "2027-01-01T00:30", "America/New_York",
         "31 Dec 2026, 23:00 to 1 Jan 2027, 00:30 UTC (31 Dec 2026, 18:00-19:30 EST)"),
        ("2026-06-01T08:00", "2026-06-01T09:00", "Asia/Kolkata",
         "1 Jun 2026, 08:00-09:00 UTC (1 Jun 2026, 13:30-14:30 IST)"),
        ("2026-06-01T08:00", "2026-06-01T09:00", "Nowhere/Land", "1 Jun 2026, 08:00-09:00 UTC"),
    ],
)  # fmt: skip
def test_a_maintenance_says_when_in_utc_and_in_the_pages_zone(start: str, end: str, zone: str, when: str):
    board = replace(BOARD, page=Page("acme", "Acme", time_zone=zone))

    assert notice.facts(work(start, end, "api"), board) == [f"When: {when}", "Affects: API"]


def test_a_subject_names_the_components_and_the_time():
    one = work("2026-11-22T22:00", "2026-11-22T23:30", "sso", "csv", "api", "web")
    few = replace(one, components=("api", "web"))

    assert notice.subject(few, one.updates[0], BOARD) == (
        "Planned: New disks (Web app, API), 22 Nov 2026, 22:00-23:30 UTC"
    )
    assert "(Web app, API, CSV and 1 more)" in notice.subject(one, one.updates[0], BOARD)


def test_an_incident_says_what_is_affected_and_how_until_it_is_over():
    update = Update(0, "investigating", "We look.", {"api": "partial_outage"})
    one = Incident("i", "Errors\n here", "investigating", "major", 0, None, {"web": "degraded_performance"}, (update,))
    over = replace(one, status="resolved", resolved_at=0)

    assert notice.facts(one, BOARD) == ["Affects: Web app (degraded performance), API (partial outage)"]
    assert notice.facts(over, BOARD) == ["Affects: Web app, API"]
    assert notice.subject(one, update, BOARD) == "Investigating: Errors here (Web app, API)"
    assert notice.facts(replace(one, components={}, updates=()), BOARD) == []
