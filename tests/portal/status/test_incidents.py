"""On-call's posts, and the files that they become."""

from contextlib import suppress
from dataclasses import replace
from html import escape
from xml.etree import ElementTree

import pytest
from hypothesis import given
from hypothesis import strategies as st

from portal.status import Board, Incident, Page
from portal.status.feeds import atom
from portal.status.files import parse_incident
from portal.status.incident_files import render
from portal.status.incidents import SAYABLE, STATUSES, Refused, opened, ticked, updated
from portal.status.merge import extended

NOW = 1_795_384_800_000
KNOWN = {"api", "web"}


def test_an_incident_goes_its_way_and_ends_with_all_components_well():
    incident = opened("  API   errors ", "major", "We look.", {"api": "major_outage"}, NOW + 17)
    incident = updated(incident, "identified", "A cable.", NOW + 60_000, {"web": "degraded_performance"})
    incident = updated(incident, "resolved", "Fixed.", NOW + 120_000)

    assert incident.id == "2026-11-22-api-errors-2200"
    assert (incident.title, incident.started_at) == ("API errors", NOW)
    assert incident.states == {"api": "operational", "web": "operational"}
    assert incident.resolved_at == NOW + 120_000


@pytest.mark.parametrize(
    ("typed", "minutes_ago"),
    [
        ("", 0),
        ("  ", 0),
        ("2026-11-22T20:30", 90),
        ("2026-11-22 20:30:00Z", 90),
        ("2026-11-22T22:30+01:00", 30),
        ("2026-11-22T22:00", 0),
        ("2026-11-21T22:00", 1440),
    ],
)
def test_an_incident_begins_when_it_was_noticed(typed: str, minutes_ago: int):
    incident = opened("API errors", "major", "We look.", {}, NOW, began=typed)

    assert incident.started_at == NOW - minutes_ago * 60_000
    assert incident.updates[0].at == NOW


@given(
    st.one_of(st.text(), st.datetimes(timezones=st.one_of(st.none(), st.timezones())).map(lambda one: one.isoformat()))
)
def test_any_other_start_is_refused_with_a_sentence(typed: str):
    said = {}
    began = NOW
    try:
        began = opened("API errors", "major", "We look.", {}, NOW, began=typed).started_at
    except Refused as error:
        said = error.fields

    assert NOW - 24 * 3_600_000 <= began <= NOW
    assert not said or (set(said) == {"started_at"} and said["started_at"].endswith("."))


def test_two_posts_in_one_second_keep_their_order():
    incident = opened("API errors", "major", "We look.", {}, NOW)

    assert updated(incident, "identified", "A cable.", NOW).updates[-1].at == NOW + 1000


def test_an_incident_that_comes_back_is_open_again():
    over = updated(opened("API errors", "major", "We look.", {}, NOW), "resolved", "Fixed.", NOW + 60_000)

    assert updated(over, "investigating", "It is back.", NOW + 120_000).resolved_at is None


def test_what_a_person_adds_to_the_checks_own_is_remembered():
    own = replace(opened("API errors", "major", "We look.", {}, NOW), source="auto")

    assert updated(own, "identified", "A cable.", NOW + 1000).source == "auto+manual"


def test_everything_that_is_wrong_is_said_at_once():
    with pytest.raises(Refused) as error:
        opened("", "huge", " ", {"api": "broken"}, NOW, "resolved")

    assert set(error.value.fields) == {"title", "impact", "status", "body", "components"}


def test_a_title_in_any_script_has_an_id():
    assert opened("エラー", "major", "We look.", {}, NOW).id.endswith(
        "-incident-" + opened("a b c", "major", "x", {}, NOW).id[-4:]
    )


def test_a_promise_of_the_next_update_is_kept_in_minutes_and_ends_with_the_incident():
    incident = opened("API errors", "major", "We look.", {}, NOW, next_in="30")
    quiet = updated(incident, "identified", "A cable.", NOW + 60_000)
    over = updated(incident, "resolved", "Fixed.", NOW + 60_000, next_in="30")

    assert incident.next_update_by == NOW + 30 * 60_000
    assert (quiet.next_update_by, over.next_update_by) == (None, None)
    assert parse_incident(render(incident), "x.md", KNOWN).next_update_by == incident.next_update_by


@pytest.mark.parametrize(
    "typed", ["0", "-5", "soon", "1.5", "99999999999999999999", "000001999999999999", "9" * 5000, "²"]
)
def test_a_promise_that_is_none_is_refused(typed: str):
    with pytest.raises(Refused, match="Enter 1 to"):
        opened("API errors", "major", "We look.", {}, NOW, next_in=typed)


# Any text must survive the next build and every feed.
TEXT = st.text(st.characters(), min_size=1, max_size=80).filter(str.strip)
POSTS = st.lists(
    st.tuples(
        st.sampled_from(STATUSES), TEXT, st.dictionaries(st.sampled_from(sorted(KNOWN)), st.sampled_from(SAYABLE))
    ),
    max_size=5,
)


@given(st.text(st.characters(), min_size=3, max_size=60), TEXT, POSTS)
def test_a_file_is_read_as_what_was_written(title, body, posts):
    try:
        incident = opened(title, "minor", body, {"api": "partial_outage"}, NOW)
    except Refused:
        return
    for status, text, components in posts:
        with suppress(Refused):
            incident = updated(incident, status, text, NOW, components)

    found = parse_incident(render(incident), "x.md", KNOWN)
    assert replace(found, built=False) == incident
    feed = atom(Board(Page("acme", "Acme"), incidents=(incident,)), "feed.xml", escape)
    assert len(ElementTree.fromstring(feed.encode()).findall("{http://www.w3.org/2005/Atom}entry")) == len(
        found.updates
    )


def test_a_body_of_several_lines_and_a_look_back_survive():
    incident = replace(opened("API errors", "major", 'One\n\n- two\n- three: "4"', {}, NOW), body="## What happened")

    assert parse_incident(render(incident), "x.md", KNOWN) == replace(incident, built=True)


def test_a_writers_words_stay_and_what_is_new_is_added():
    live = opened("API errors", "major", "we look", {"api": "major_outage"}, NOW)
    edited = replace(live, title="The API had errors", updates=(replace(live.updates[0], body="We **look**."),))
    later = updated(live, "resolved", "Fixed.", NOW + 60_000)
    later = replace(later, updates=tuple(replace(update, built=False) for update in later.updates))
    found = extended(edited, later)

    assert found.title == "The API had errors"
    assert [update.body for update in found.updates] == ["We **look**.", "Fixed."]
    assert (found.status, found.resolved_at) == ("resolved", NOW + 60_000)
    assert extended(found, later) == found


TWO = Incident(
    "i", "Slow", "identified", "minor", NOW, components={"api": "degraded_performance", "web": "operational"}
)


@pytest.mark.parametrize(
    ("keys", "status", "impact", "incident", "said"),
    [
        (["api"], "investigating", "critical", None, {"api": "major_outage"}),
        (["api"], "investigating", "huge", None, {"api": "major_outage"}),
        ([], "investigating", "minor", None, {}),
        (["api"], "monitoring", "", TWO, {}),
        (["api", "web"], "identified", "", TWO, {"web": "degraded_performance"}),
        ([], "monitoring", "", TWO, {"api": "operational"}),
        (["api"], "identified", "major", TWO, {"api": "partial_outage"}),
        (["web"], "identified", "minor", TWO, {"api": "operational", "web": "degraded_performance"}),
        (["api"], "resolved", "critical", TWO, {}),
    ],
    ids=str,
)
def test_ticks_become_states(
    keys: list[str], status: str, impact: str, incident: Incident | None, said: dict[str, str]
):
    assert ticked(keys, status, impact, incident) == said
