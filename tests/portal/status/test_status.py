"""The state that the status page may show, and when."""

import json
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from portal.clock import MINUTE_MS
from portal.status import STATES, Board, Check, Component, Group, Incident, Maintenance, Page, Update, page, read, write
from portal.status.live import Live, advance
from portal.status.summary import for_readers, summarise

NOW = 1_795_384_800_000
WEB = Component("web", "Web app", group="product", checks=(Check("https://acme.example/health"),))
API = Component("api", "API", group="product")
BOARD = Board(Page("acme", "Acme", "https://help.acme.example/status/"), (WEB, API), (Group("product", "Product"),))
INCIDENT = Incident(
    "slow", "Slow pages", "investigating", "minor", NOW - MINUTE_MS, components={"api": "partial_outage"}
)
WORK = Maintenance("db", "New database", "scheduled", NOW - MINUTE_MS, NOW + MINUTE_MS, ("web",))


def seen(state: str = "operational", ago: int = 10_000, key: str = "web") -> dict[str, Live]:
    at = NOW - ago
    return {key: Live(key, state, at, at, at if state == "operational" else 0, state == "operational", 1, at)}


def indicator(board: Board, live: dict[str, Live], now: int = NOW) -> str:
    return str(summarise(board, live, now)["status"]["indicator"])


def states(board: Board, live: dict[str, Live], now: int = NOW) -> dict[str, str]:
    return {item["id"]: item["status"] for item in summarise(board, live, now)["components"]}


def test_a_fresh_good_check_is_green_and_what_nobody_watches_is_not():
    summary = summarise(BOARD, seen(), NOW)

    assert summary["status"] == {"indicator": "none", "description": "All monitored systems operational"}
    assert states(BOARD, seen()) == {"web": "operational", "api": "unknown", "product": "unknown"}
    assert summary["checked_at"] == "2026-11-22T21:59:50.000Z"


def test_all_systems_are_only_claimed_when_all_are_monitored():
    board = replace(BOARD, components=(WEB,))

    assert summarise(board, seen(), NOW)["status"]["description"] == "All systems operational"


@pytest.mark.parametrize("ago", [601_000, 86_400_000, -61_000])
def test_a_check_that_is_too_old_or_from_the_future_is_not_green(ago: int):
    assert indicator(BOARD, seen(ago=ago)) == "unknown"
    assert indicator(BOARD, seen(ago=600_000)) == "none"


@pytest.mark.parametrize(
    ("assumed", "said"),
    [
        ((False, False), ("unknown", "No reported issues")),
        ((True, False), ("none", "No reported issues")),
        ((True, True), ("none", "All systems operational")),
    ],
)
def test_where_no_check_looks_at_anything_nothing_is_said_of_checks(assumed: tuple[bool, ...], said: tuple[str, str]):
    components = [
        replace(API, id=f"api{number}", assume="operational" if yes else "") for number, yes in enumerate(assumed)
    ]
    board = replace(BOARD, components=tuple(components))

    status = summarise(board, {}, NOW)["status"]
    assert (status["indicator"], status["description"]) == said


def test_the_pages_of_a_build_without_monitors_say_what_was_reported():
    board = replace(BOARD, components=(API,))
    quiet = page.brief(board, NOW, "/status/")
    reported = page.brief(replace(board, incidents=(INCIDENT,)), NOW, "/status/")

    assert (quiet["level"], quiet["word"], quiet["sentence"]) == ("quiet", "Nothing reported", "No reported issues")
    assert (reported["level"], reported["sentence"]) == ("major", "Partial outage: API")
    assert page.brief(BOARD, NOW, "/status/")["sentence"] == "Checking status"


def test_without_a_check_or_without_a_monitor_nothing_is_green():
    assert indicator(BOARD, {}) == "unknown"
    assert indicator(replace(BOARD, components=(API,)), {}) == "unknown"
    assert indicator(replace(BOARD, components=(API,)), seen(key="api")) == "unknown"
    assert indicator(replace(BOARD, components=()), {}) == "unknown"


def test_one_stale_component_keeps_the_page_from_being_green():
    board = replace(BOARD, components=(WEB, replace(WEB, id="two", name="Two")))

    assert indicator(board, seen() | seen(ago=700_000, key="two")) == "unknown"
    assert indicator(board, seen()) == "unknown"


def test_stale_after_cannot_be_set_above_ten_minutes():
    assert indicator(replace(BOARD, defaults={"stale_after": 3600}), seen(ago=601_000)) == "unknown"


def test_a_failed_component_is_named():
    summary = summarise(BOARD, seen("major_outage"), NOW)

    assert summary["status"] == {"indicator": "critical", "description": "Major outage: Web app"}


def test_each_component_is_called_what_it_is():
    components = (*BOARD.components, Component("db", "Database"))
    said = {"web": "degraded_performance", "api": "major_outage", "db": "degraded_performance"}
    board = replace(BOARD, components=components, incidents=(replace(INCIDENT, components=said),))

    assert summarise(board, seen(), NOW)["status"]["description"] == (
        "Major outage: API. Degraded performance: Web app and Database"
    )


def test_an_incident_speaks_for_a_component_that_nobody_monitors():
    board = replace(BOARD, incidents=(INCIDENT,))
    summary = summarise(board, seen(), NOW)

    assert summary["status"] == {"indicator": "major", "description": "Partial outage: API"}
    assert [incident["name"] for incident in summary["incidents"]] == ["Slow pages"]


def test_an_incident_without_components_is_told_by_its_title():
    board = replace(BOARD, incidents=(replace(INCIDENT, components={}),))

    assert summarise(board, seen(), NOW)["status"] == {"indicator": "minor", "description": "Slow pages"}


def test_what_is_only_watched_is_no_outage_any_more():
    over = replace(INCIDENT, status="monitoring", impact="critical", components={"web": "operational"})
    said = {"indicator": "minor", "description": "Fix in place, being monitored: Slow pages"}

    assert summarise(replace(BOARD, incidents=(over,)), seen(), NOW)["status"] == said
    # Another open incident and a failing check weigh more.
    other = replace(over, id="other", title="No exports", status="identified")
    assert indicator(replace(BOARD, incidents=(over, other)), seen()) == "critical"
    assert indicator(replace(BOARD, incidents=(over,)), seen("major_outage")) == "critical"


def test_a_resolved_incident_is_not_in_the_summary():
    board = replace(BOARD, incidents=(replace(INCIDENT, status="resolved", resolved_at=NOW),))

    assert summarise(board, seen(), NOW)["incidents"] == []
    assert indicator(board, seen()) == "none"


def test_the_last_update_says_how_a_component_is_now():
    updates = (Update(NOW - 1000, "monitoring", "Better.", {"api": "degraded_performance"}),)

    assert (
        states(replace(BOARD, incidents=(replace(INCIDENT, updates=updates),)), seen())["api"] == "degraded_performance"
    )


@pytest.mark.parametrize(
    ("said", "checked", "shown"),
    [
        ("degraded_performance", "operational", "degraded_performance"),
        ("degraded_performance", "major_outage", "major_outage"),
        ("major_outage", "operational", "major_outage"),
        ("operational", "major_outage", "major_outage"),
    ],
)
def test_a_persons_fault_stands_above_good_checks_and_the_worse_fault_counts(said: str, checked: str, shown: str):
    board = replace(BOARD, incidents=(replace(INCIDENT, components={"web": said}),))

    assert states(board, seen(checked))["web"] == shown


def test_maintenance_hides_failed_checks_but_not_a_persons_word():
    board = replace(BOARD, maintenances=(WORK,))
    both = replace(board, incidents=(replace(INCIDENT, components={"web": "partial_outage"}),))

    assert states(board, seen("major_outage"))["web"] == "under_maintenance"
    assert indicator(board, seen("major_outage")) == "maintenance"
    assert states(both, seen("major_outage"))["web"] == "partial_outage"


def test_maintenance_hides_what_the_checks_alone_have_said():
    board = replace(BOARD, maintenances=(WORK,))
    own = replace(INCIDENT, source="auto", components={"web": "major_outage"})

    assert states(replace(board, incidents=(own,)), seen("major_outage"))["web"] == "under_maintenance"
    assert states(replace(board, incidents=(replace(own, source="auto+manual"),)), seen())["web"] == "major_outage"
    # Outside of it, an outage whose end was not observed still is one.
    assert states(replace(BOARD, incidents=(own,)), {})["web"] == "major_outage"


def test_what_is_still_down_when_maintenance_ends_shows_at_once():
    board = replace(BOARD, maintenances=(WORK,))

    assert states(board, seen("major_outage"), NOW + MINUTE_MS)["web"] == "major_outage"


def test_actual_times_of_a_maintenance_win_over_the_scheduled_ones():
    early = replace(WORK, actual_start=NOW - 2 * MINUTE_MS, actual_end=NOW - MINUTE_MS)

    assert [WORK.phase(NOW - MINUTE_MS - 1), WORK.phase(NOW), WORK.phase(NOW + MINUTE_MS)] == [
        "scheduled",
        "in_progress",
        "completed",
    ]
    assert early.phase(NOW) == "completed"


def test_the_answer_has_the_fields_that_readers_of_a_statuspage_expect():
    board = replace(BOARD, incidents=(replace(INCIDENT, updates=(Update(NOW, "investigating", "Looking."),)),))
    summary = summarise(replace(board, maintenances=(WORK,)), seen(), NOW)

    assert summary["page"].keys() == {"id", "name", "url", "time_zone", "updated_at"}
    assert summary["components"][0].keys() >= {
        *("id", "name", "status", "created_at", "updated_at", "position", "description", "showcase"),
        *("start_date", "group_id", "page_id", "group", "only_show_if_degraded"),
    }
    assert summary["incidents"][0]["shortlink"] == "https://help.acme.example/status/incidents/slow/"
    assert summary["incidents"][0]["incident_updates"][0]["body"] == "Looking."
    assert summary["incidents"][0]["components"] == [summary["components"][1]]
    assert summary["scheduled_maintenances"][0]["status"] == "in_progress"
    json.dumps(summary)


def test_an_update_says_what_a_component_was_before_it():
    updates = tuple(
        Update(NOW + number, "identified", "x", {"api": state})
        for number, state in enumerate(("major_outage", "degraded_performance"))
    )
    board = replace(BOARD, incidents=(replace(INCIDENT, components={}, updates=updates),))
    newest, oldest = summarise(board, seen(), NOW)["incidents"][0]["incident_updates"]

    assert [one["affected_components"][0]["old_status"] for one in (oldest, newest)] == ["operational", "major_outage"]


def test_of_what_comes_again_only_the_next_is_listed():
    week = 7 * 86_400_000
    works = tuple(
        replace(
            WORK,
            id=f"db-{number}",
            series="db",
            scheduled_for=NOW + number * week,
            scheduled_until=NOW + number * week + 1,
        )
        for number in range(-2, 3)
    )
    summary = summarise(replace(BOARD, maintenances=works), seen(), NOW + 1000)

    assert [one["id"] for one in summary["scheduled_maintenances"]] == ["db-1"]
    assert summary["scheduled_maintenances"][0]["shortlink"] == "https://help.acme.example/status/#db"
    assert [one["id"] for one in summary["every"]["scheduled_maintenances"]] == ["db-1", "db-0", "db--1", "db--2"]


def test_the_bundle_survives_json():
    board = replace(BOARD, incidents=(INCIDENT,), maintenances=(WORK,), defaults={"stale_after": 300})

    assert read(json.loads(json.dumps(write(board)))) == board


def run(*results: bool, every: int = MINUTE_MS) -> Live:
    live = None
    for number, ok in enumerate(results):
        live = advance(WEB, 600, live, result="ok" if ok else "fail", at=NOW + number * every, error="answered 500")
    assert live is not None
    return live


def test_three_failures_in_a_row_are_an_outage_since_the_first_of_them():
    live = run(True, False, False, False)

    assert (live.state, live.since, live.error) == ("major_outage", NOW + MINUTE_MS, "answered 500")
    assert run(True, False, False).state == "operational"
    assert run(True, False, False, True, False).state == "operational"


def test_a_recovery_needs_two_good_checks_and_counts_from_the_first():
    assert run(True, False, False, False, True).state == "major_outage"
    assert (run(*[False] * 3, True, True).state, run(*[False] * 3, True, True).since) == (
        "operational",
        NOW + 3 * MINUTE_MS,
    )


def test_slow_answers_are_degraded_and_a_slow_one_does_not_end_an_outage():
    live = None
    states = []
    for number, result in enumerate(["ok", "slow", "slow", "slow", "fail", "fail", "fail", "slow", "ok", "ok"]):
        live = advance(WEB, 600, live, result=result, at=NOW + number * MINUTE_MS)
        states.append(live.state)

    assert states == ["operational"] * 3 + ["degraded_performance"] * 3 + ["major_outage"] * 3 + ["operational"]


def test_the_first_good_check_counts_and_the_first_bad_one_proves_nothing():
    assert run(True).state == "operational"
    assert run(False).state == "unknown"


def test_failures_with_silence_between_them_are_not_in_a_row():
    assert run(False, False, False, every=11 * MINUTE_MS).state == "unknown"


def test_an_outage_is_not_forgotten_in_a_silence():
    down = run(False, False, False)
    later = down.checked_at + 3_600_000
    once = advance(WEB, 600, down, result="ok", at=later)

    assert once.state == "major_outage"
    assert advance(WEB, 600, once, result="ok", at=later + MINUTE_MS).state == "operational"


def test_green_rests_on_the_last_good_check_and_not_on_the_last_check():
    live = run(True, False)

    assert live.state == "operational"
    assert live.confirmed_at == NOW


@given(st.lists(st.tuples(st.booleans(), st.integers(0, 1_200_000)), max_size=30))
def test_any_life_of_a_component_is_told_honestly(steps: list[tuple[bool, int]]):
    live, at = None, NOW
    for ok, pause in steps:
        at += pause
        live = advance(WEB, 600, live, result="ok" if ok else "fail", at=at)
        assert live.state in STATES
        assert live.since <= at
        told = indicator(BOARD, {"web": live}, at)
        assert told != "none" or at - live.ok_at <= 600_000


@pytest.mark.parametrize(
    ("assume", "indicated", "api"), [("", "none", None), ("operational", "none", "operational")], ids=str
)
def test_readers_of_statuspage_never_see_a_component_of_which_nothing_can_be_known(assume, indicated, api):
    board = replace(BOARD, components=(WEB, replace(API, assume=assume)))
    found = for_readers(summarise(board, seen(), NOW))
    shown = {item["id"]: item["status"] for item in found["components"]}

    assert found["status"]["indicator"] == indicated
    assert shown.get("api") == api
    assert "unknown" not in shown.values()
    assert {item["id"] for item in found["unconfirmed"]} == (
        set() if assume else {"api"} | set(shown) ^ {"web", "product"}
    )


def test_an_incident_on_an_assumed_component_is_told_and_over_with_it():
    api = replace(API, assume="operational")
    broken = Incident("a", "A", "investigating", "major", NOW, None, {"api": "partial_outage"})
    over = replace(broken, status="resolved", resolved_at=NOW)

    for incident, state in ((broken, "partial_outage"), (over, "operational")):
        assert states(replace(BOARD, components=(WEB, api), incidents=(incident,)), seen())["api"] == state


def test_an_update_says_what_was_before_and_what_is_after():
    updates = (
        Update(NOW, "investigating", "One.", {}),
        Update(NOW + 1000, "identified", "Two.", {"web": "partial_outage"}),
        Update(NOW + 2000, "resolved", "Three.", {"web": "operational", "api": "operational"}),
    )
    incident = Incident("a", "A", "resolved", "major", NOW, NOW + 2000, {"web": "major_outage"}, updates)
    work = Maintenance("m", "M", "completed", NOW, NOW + 1000, ("api",), updates=(
        Update(NOW, "scheduled", "Soon."), Update(NOW + 1, "in_progress", "Now."), Update(NOW + 2, "completed", "Done.")
    ))  # fmt: skip
    every = summarise(replace(BOARD, incidents=(incident,), maintenances=(work,)), seen(), NOW + 5000)["every"]

    def changes(event: dict) -> list[list[tuple[str, str, str]]]:
        return [
            [(one["code"], one["old_status"], one["new_status"]) for one in update["affected_components"]]
            for update in reversed(event["incident_updates"])
        ]

    assert changes(every["incidents"][0]) == [
        [("web", "operational", "major_outage")],
        [("web", "major_outage", "partial_outage")],
        [("web", "partial_outage", "operational"), ("api", "operational", "operational")],
    ]
    assert changes(every["scheduled_maintenances"][0]) == [
        [("api", "operational", "operational")],
        [("api", "operational", "under_maintenance")],
        [("api", "under_maintenance", "operational")],
    ]
    for update in every["incidents"][0]["incident_updates"]:
        assert (update["deliver_notifications"], update["custom_tweet"], update["tweet_id"]) == (True, None, None)
