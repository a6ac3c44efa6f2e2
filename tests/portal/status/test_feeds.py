"""Feeds: one item for each update, ids that stay the same, and a valid calendar."""

import json
from dataclasses import replace
from html import escape
from xml.etree import ElementTree

import pytest
from icalendar import Calendar

from portal.status import Board, Component, Incident, Maintenance, Page, Update, feeds
from portal.status.recur import expanded

NOW = 1_795_384_800_000
ADDRESS = "https://help.acme.example/api/status/feed"
ATOM = "{http://www.w3.org/2005/Atom}"
UPDATES = (Update(NOW, "investigating", "We look.", {}), Update(NOW + 60_000, "resolved", "Fixed & done.", {}))
INCIDENT = Incident(
    id="slow",
    title="Slow & <b>odd</b>",
    status="resolved",
    impact="minor",
    started_at=NOW,
    resolved_at=NOW + 60_000,
    components={"web": "degraded_performance"},
    updates=UPDATES,
)
WORK = Maintenance("upgrade", "Upgrade, with; signs", "scheduled", NOW, NOW + 3_600_000, ("api",),
    updates=(Update(NOW - 60_000, "scheduled", "Soon.", {}),))  # fmt: skip
BOARD = Board(
    Page("acme", "Acme", "https://help.acme.example/status/"),
    (Component("web", "Web app"), Component("api", "API")),
    incidents=(INCIDENT,),
    maintenances=(WORK,),
)


def test_an_item_for_each_update_newest_first_and_of_one_component_only_its_own():
    assert [item.title for item in feeds.items(BOARD)] == [
        "Resolved: Slow & <b>odd</b>", "Investigating: Slow & <b>odd</b>", "Planned: Upgrade, with; signs",
    ]  # fmt: skip
    assert [item.title for item in feeds.items(BOARD, "api")] == ["Planned: Upgrade, with; signs"]


@pytest.mark.parametrize("kind", [feeds.atom, feeds.rss, feeds.json_feed])
def test_an_edited_update_keeps_its_id(kind):
    edited = replace(INCIDENT, title="Slow", updates=(replace(INCIDENT.updates[0], body="We **look**."),))
    ids = [item.id for item in feeds.items(replace(BOARD, incidents=(edited,)))]

    moved = replace(BOARD, page=replace(BOARD.page, url="https://status.acme.example/"))
    assert ids[0] in [item.id for item in feeds.items(BOARD)]
    assert ids[0] in [item.id for item in feeds.items(moved)]
    assert escape(ids[0]) in kind(BOARD, "feed", escape)


def test_the_three_kinds_say_the_same():
    atom = ElementTree.fromstring(feeds.atom(BOARD, ADDRESS, escape))
    rss = ElementTree.fromstring(feeds.rss(BOARD, "rss.xml", escape))
    feed = json.loads(feeds.json_feed(BOARD, ADDRESS, escape))

    titles = [item["title"] for item in feed["items"]]
    assert titles == [entry.findtext(f"{ATOM}title") for entry in atom.iter(f"{ATOM}entry")]
    assert titles == [entry.findtext("title") for entry in rss.iter("item")]
    assert atom.findtext(f"{ATOM}entry/{ATOM}content") == "Fixed &amp; done.<p>Affects: Web app</p>"
    assert rss.findtext("channel/item/description") == "Fixed &amp; done.<p>Affects: Web app</p>"
    assert feed["items"][2]["content_html"] == ("Soon.<p>When: 22 Nov 2026, 22:00-23:00 UTC</p><p>Affects: API</p>")
    assert feed["feed_url"] == ADDRESS
    assert [link.get("href") for link in atom.findall(f"{ATOM}link") if link.get("rel") == "self"] == [ADDRESS]
    assert "feed_url" not in json.loads(feeds.json_feed(BOARD, "", escape))


def test_the_calendar_has_a_uid_that_stays_and_a_sequence_that_grows():
    later = replace(WORK, updates=(*WORK.updates, Update(NOW, "scheduled", "Later.", {})), scheduled_for=NOW + 1000)
    found = []
    for work in (WORK, later):
        calendar = Calendar.from_ical(feeds.calendar(replace(BOARD, maintenances=(work,))))
        found += calendar.walk("VEVENT")

    first, second = found
    assert first["uid"] == second["uid"] == "upgrade@acme.status"
    assert (first["sequence"], second["sequence"]) == (1, 2)
    assert first["summary"] == "Acme: Upgrade, with; signs"
    assert first["dtstart"].to_ical() == b"20261122T220000Z"
    assert first["status"] == "CONFIRMED"


def test_cancelled_work_is_cancelled_in_calendars_and_never_in_progress():
    work = replace(WORK, status="cancelled")
    (event,) = Calendar.from_ical(feeds.calendar(replace(BOARD, maintenances=(work,)))).walk("VEVENT")

    assert event["status"] == "CANCELLED"
    assert not work.active(NOW + 1)


def test_an_edit_is_told_as_a_change_of_the_same_item():
    edited = replace(INCIDENT, updates=(replace(UPDATES[0], edited_at=NOW + 3_600_000),))
    board = replace(BOARD, incidents=(edited,), maintenances=())
    atom = ElementTree.fromstring(feeds.atom(board, "feed.xml", escape))
    (item,) = json.loads(feeds.json_feed(board, "feed.json", escape))["items"]

    assert atom.findtext(f"{ATOM}entry/{ATOM}published") == "2026-11-22T22:00:00+00:00"
    assert atom.findtext(f"{ATOM}entry/{ATOM}updated") == "2026-11-22T23:00:00+00:00"
    assert (item["date_published"], item["date_modified"]) == ("2026-11-22T22:00:00.000Z", "2026-11-22T23:00:00.000Z")


WEEKLY = replace(WORK, rrule="FREQ=WEEKLY;BYDAY=SU;COUNT=8")


def test_what_comes_again_is_one_event_with_a_rule_in_a_calendar():
    (event,) = Calendar.from_ical(feeds.calendar(replace(BOARD, maintenances=(WEEKLY,)))).walk("VEVENT")
    other = feeds.calendar(replace(BOARD, maintenances=(WEEKLY, replace(WORK, id="other"))), "other")

    assert event["rrule"].to_ical() == b"FREQ=WEEKLY;COUNT=8;BYDAY=SU"
    assert event["dtstart"].to_ical() == b"20261122T220000Z"
    assert [one["uid"] for one in Calendar.from_ical(other).walk("VEVENT")] == ["other@acme.status"]


def test_what_comes_again_hides_faults_each_time_and_is_told_once():
    week = 7 * 86_400_000
    first = expanded(replace(BOARD, maintenances=(WEEKLY,)), NOW - 1000)
    later = expanded(replace(BOARD, maintenances=(WEEKLY,)), NOW + week + 1000)

    assert [work.scheduled_for for work in first.maintenances] == [NOW + number * week for number in range(8)]
    assert first.maintenances[1].id == "upgrade-2026-11-29"
    assert first.maintenances[1].active(NOW + week + 60_000)
    assert not first.maintenances[0].active(NOW + week + 60_000)
    for board in (first, later):
        assert [len(work.updates) for work in board.maintenances].count(1) == 1
    # The same item in every feed, whichever occurrence is next.
    told = [{item.id for item in feeds.items(board)} for board in (first, later)]
    assert told[0] == told[1]
