"""Incidents that the checks open, update and close, minute by minute."""

from dataclasses import replace

from hypothesis import example, given, settings
from hypothesis import strategies as st

from portal.clock import MINUTE_MS
from portal.status import Board, Check, Component, Incident, Maintenance, Page, Update
from portal.status.auto import Watched, review
from portal.status.live import Live, advance

NOW = 1_795_384_800_000
HTTP = (Check("https://acme.example/"),)
WEB, API = Component("web", "Web app", checks=HTTP), Component("api", "API", checks=HTTP)


class World:
    """Checks every component once a minute and records what the automation does."""

    def __init__(self, *components: Component, works: tuple[Maintenance, ...] = ()) -> None:
        self.board = Board(Page("acme", "Acme"), components or (WEB,), maintenances=works)
        self.live: dict[str, Live] = {}
        self.known: dict[str, Watched] = {}
        self.now = NOW
        self.minutes(2)

    def minutes(self, number: int, **bad: str) -> list[str]:
        """Let minutes pass; the named components are `slow`, `fail`, or are `gone` (not checked)."""
        said = []
        for _ in range(number):
            self.now += MINUTE_MS
            for component in self.board.components:
                result = bad.get(component.id, "ok")
                if result != "gone":
                    before = self.live.get(component.id)
                    self.live[component.id] = advance(component, 600, before, result=result, at=self.now)
            for one in review(self.board, self.live, list(self.known.values()), self.now):
                self.known[one.incident.id] = one
                said.append(one.incident.updates[-1].status)
        return said

    @property
    def incidents(self) -> list[Incident]:
        return [one.incident for one in self.known.values()]


def work(start: int, end: int) -> Maintenance:
    return Maintenance("m", "Work", "scheduled", NOW + start * MINUTE_MS, NOW + end * MINUTE_MS, ("web",))


def test_three_failures_open_an_incident_that_began_with_the_first():
    world = World()

    assert world.minutes(2, web="fail") == []
    assert world.minutes(1, web="fail") == ["investigating"]
    (incident,) = world.incidents
    assert incident.started_at == NOW + 3 * MINUTE_MS
    assert (incident.impact, incident.source, incident.states) == ("critical", "auto", {"web": "major_outage"})
    assert world.minutes(5, web="fail") == []


def test_two_good_checks_are_watched_and_ten_quiet_minutes_resolve():
    world = World()
    world.minutes(3, web="fail")

    assert world.minutes(2) == ["monitoring"]
    assert world.minutes(8) == []
    assert world.minutes(3) == ["resolved"]
    (incident,) = world.incidents
    assert not incident.active
    assert incident.states == {"web": "operational"}
    assert incident.resolved_at == incident.updates[-1].at


def test_slow_is_a_minor_incident_that_becomes_a_critical_one():
    world = World()
    world.minutes(3, web="slow")
    assert [one.impact for one in world.incidents] == ["minor"]

    assert world.minutes(3, web="fail") == ["investigating"]
    assert [(one.impact, one.states["web"]) for one in world.incidents] == [("critical", "major_outage")]


def test_what_is_still_down_when_a_maintenance_ends_becomes_an_incident_from_its_end():
    world = World(works=(work(5, 20),))
    world.minutes(4)
    assert world.minutes(13, web="fail") == []

    assert world.minutes(1, web="fail") == ["investigating"]
    assert [one.started_at for one in world.incidents] == [NOW + 20 * MINUTE_MS]


def test_nothing_is_called_resolved_while_it_is_down_and_worked_on():
    world = World(works=(work(10, 60),))
    world.minutes(5, web="fail")
    assert [one.status for one in world.incidents] == ["investigating"]

    assert world.minutes(40, web="fail") == []
    assert world.incidents[0].active
    assert world.minutes(30, web="fail") == []
    assert world.incidents[0].active


def test_nothing_is_called_resolved_while_nobody_can_look():
    world = World()
    world.minutes(3, web="fail")
    world.minutes(2)

    assert world.minutes(60, web="gone") == []
    assert world.incidents[0].active


def test_what_flaps_stays_open_until_it_has_been_quiet_for_longer():
    world = World()
    said = []
    for _ in range(3):
        said += world.minutes(3, web="fail") + world.minutes(3)
    assert said == ["investigating", "monitoring"] * 3

    assert world.minutes(10) == []
    assert world.minutes(5) == ["resolved"]
    assert len(world.incidents) == 1


def test_components_that_fail_together_are_one_incident():
    world = World(WEB, API)
    world.minutes(1, web="fail")
    world.minutes(3, web="fail", api="fail")

    (incident,) = world.incidents
    assert incident.title == "Problems with Web app and API"
    assert incident.states == {"web": "major_outage", "api": "major_outage"}
    world.minutes(30, api="fail")
    assert incident.active


def test_components_that_fail_long_after_each_other_are_two():
    world = World(WEB, API)
    world.minutes(6, web="fail")
    world.minutes(4, web="fail", api="fail")

    assert [one.title for one in world.incidents] == ["Problems with Web app", "Problems with API"]


def test_once_a_person_has_posted_automation_adds_facts_and_closes_nothing():
    world = World()
    world.minutes(3, web="fail")
    (one,) = world.known.values()
    post = Update(world.now + 1000, "identified", "A cable.", {"web": "partial_outage"})
    world.known[one.incident.id] = replace(
        one,
        incident=replace(
            one.incident, status="identified", source="auto+manual", updates=(*one.incident.updates, post)
        ),
    )

    assert world.minutes(60) == ["identified"]
    (incident,) = world.incidents
    assert incident.active
    assert incident.updates[-1].body == "Web app is responding again."
    assert incident.states == {"web": "partial_outage"}


def test_a_component_that_a_person_has_an_incident_for_gets_no_second_one():
    world = World()
    own = Incident("own", "Web is down", "investigating", "major", NOW, components={"web": "major_outage"})
    world.board = replace(world.board, incidents=(own,))

    assert world.minutes(10, web="fail") == []


def test_a_component_that_is_no_longer_watched_keeps_no_incident_open():
    world = World(WEB, API)
    world.minutes(3, web="fail", api="fail")
    world.board = replace(world.board, components=(WEB, replace(API, checks=())))

    assert world.minutes(13)[-1] == "resolved"


RESULTS = st.sampled_from(["ok", "ok", "slow", "fail", "gone"])
SPELLS = st.lists(st.tuples(RESULTS, RESULTS, st.sampled_from([1, 2, 3, 4, 15])), min_size=2, max_size=12)


@settings(max_examples=150)
@given(SPELLS, st.integers(0, 30), st.integers(1, 60))
@example([("ok", "ok", 15), ("slow", "ok", 3), ("ok", "ok", 15), ("slow", "ok", 3)], 21, 14)
# Slow again in the minute in which the incident would have been resolved.
@example([("slow", "slow", 3), ("ok", "ok", 15), ("slow", "ok", 1), ("ok", "slow", 3)], 0, 1)
@example([("slow", "ok", 15), ("ok", "ok", 15), ("slow", "ok", 3)], 6, 26)
def test_whatever_happens_a_fault_has_an_incident_and_what_is_resolved_is_well(spells, start, length):
    world = World(WEB, API, works=(work(start, start + length),))
    for web, api, minutes in spells:
        for _ in range(minutes):
            before = {one.id for one in world.incidents if one.active}
            world.minutes(1, web=web, api=api)
            worked_on = {"web"} if any(one.active(world.now) for one in world.board.maintenances) else set()
            seen = {key: one.state for key, one in world.live.items() if one.fresh(world.now, 600)}
            known = {key for one in world.incidents if one.active for key in one.states}

            faults = {key for key, state in seen.items() if state not in {"operational", "unknown"}}
            assert faults - worked_on <= known
            for one in world.incidents:
                if one.id in before and not one.active:
                    assert {seen.get(key) for key in one.states} == {"operational"}
                    assert not worked_on & set(one.states)
