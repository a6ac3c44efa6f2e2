"""Messages about mistakes in status/, and the starter files, which have none."""

from contextlib import suppress
from pathlib import Path
from typing import get_args

import pytest
from hypothesis import given
from hypothesis import strategies as st

from portal.errors import ContentError
from portal.status import DEGRADED, MAJOR_OUTAGE, PARTIAL_OUTAGE, schema
from portal.status.files import load, missing, parse_components, parse_incident, parse_maintenance, skipped
from portal.status.incidents import SAYABLE

COMPONENTS = """page: {id: acme, name: Acme}
defaults: {interval: 90, fail_after: 4}
groups:
  - {id: core, name: Core}
components:
  - id: api
    name: API
    group: core
    checks: [{type: http, url: "https://api.acme.example/health?key=${CHECK_KEY}", expect: {status: [200, 204]}}]
  - id: web
    name: Web
    interval: 120
"""
INCIDENT = """---
id: 2026-08-14-api-errors
title: "Elevated API errors: 5xx"
status: resolved
impact: major
components: {api: major_outage}
started_at: 2026-08-14T09:02:00Z
resolved_at: 2026-08-14T09:47:00Z
updates:
  - {at: 2026-08-14T09:06:00Z, status: investigating, body: "We see 5xx from the API."}
  - {at: 2026-08-14T09:47:00Z, status: resolved, components: {api: operational}, body: "Fixed."}
---
What we learned.
"""
WORK = """---
id: db
title: Database
status: scheduled
components: [api]
scheduled_for: 2026-12-06T06:00:00Z
scheduled_until: 2026-12-06T07:30:00Z
---
"""
KNOWN = {"api", "web"}


def test_checks_that_a_tick_cannot_judge_are_refused():
    two = COMPONENTS.replace(
        "    interval: 120", "    timeout: 8\n    checks: [{type: http, url: 'https://a.example'}]"
    )
    assert len(parse_components(two, "components.yml").monitored) == 2

    third = two.replace(
        "[{type: http, url: 'https://a", "[{type: http, url: 'https://b.example'}, {type: http, url: 'https://a"
    )
    with pytest.raises(ContentError, match=r":10: the checks of 'web' may take 16 s in all.*at most 15 s"):
        parse_components(third, "components.yml")


def test_the_starter_files_are_right():
    board = load(Path("status"))

    assert board is not None
    assert [component.id for component in board.monitored] == ["web-app"]
    assert board.components[0].interval == 60
    assert board.incidents[0].status == "resolved"


def test_without_components_there_is_no_status_page(tmp_path: Path):
    assert load(tmp_path) is None


def test_a_component_takes_the_defaults_unless_it_says_otherwise():
    api, web = parse_components(COMPONENTS, "components.yml").components

    assert (api.interval, api.fail_after, api.ok_after, api.checks[0].statuses) == (90, 4, 2, (200, 204))
    assert (web.interval, web.fail_after, web.checks) == (120, 4, ())


def test_an_incident_is_read_with_its_text():
    incident = parse_incident(INCIDENT, "incident.md", KNOWN)

    assert (incident.title, incident.body) == ("Elevated API errors: 5xx", "What we learned.")
    assert incident.resolved_at == 1_786_700_820_000
    assert incident.states == {"api": "operational"}


@pytest.mark.parametrize(
    ("old", "new", "line", "message"),
    [
        ("group: core", "group: cor", 8, "the group 'cor' is not in 'groups'"),
        ("id: web", "id: api", 10, "the id 'api' is used twice"),
        ("id: web", "id: core", 10, "the id 'core' is used twice"),
        ("interval: 120", "interval: fast", 12, "'components.1.interval': Input should be a valid integer"),
        ("interval: 120", "intervall: 10", 12, "'components.1.intervall': Extra inputs are not permitted"),
        ("interval: 120", "interval: 600", 10, "'web' is checked every 600 s, so it would always be stale"),
        (
            "interval: 120",
            "interval: 59",
            12,
            "59 s is too short: a scheduler calls once a minute, so write 60 or more",
        ),
        ("interval: 90", "interval: 5", 2, "'defaults.interval': 5 s is too short"),
        ("interval: 120", "timeout: 16", 12, "'components.1.timeout': Input should be less than or equal to 15"),
        ("name: API", "nam: API", 6, "'components.0.name': Field required"),
        ("https://api", "ftp://api", 9, "'components.0.checks.0.url': must be an http or https address"),
        ("${CHECK_KEY}", "$CHECK_KEY", 9, "${CHECK_NAME} stands for that environment variable"),
        ("CHECK_KEY", "SECRET_KEYS", 9, "${CHECK_NAME} stands for that environment variable"),
        ("page: {", "page: [", 1, "is not valid YAML"),
    ],
)
def test_a_mistake_in_the_components_is_named_with_its_line(old: str, new: str, line: int, message: str):
    with pytest.raises(ContentError) as caught:
        parse_components(COMPONENTS.replace(old, new, 1), "status/components.yml")

    assert str(caught.value).startswith(f"status/components.yml:{line}: ")
    assert message in str(caught.value)


@pytest.mark.parametrize(
    ("old", "new", "line", "message"),
    [
        (
            "{api: major_outage}",
            "{apy: major_outage}",
            6,
            "the component 'apy' is not in components.yml. Did you mean 'api'? Known: api, web. An id is never renamed",
        ),
        ("{api: operational}", "{apy: operational}", 11, "the component 'apy' is not in components.yml"),
        ("{api: operational}", "{api: fine}", 11, "Input should be 'operational'"),
        ("09:47:00Z, status", "09:05:00Z, status", 11, "the updates are out of order"),
        ("at: 2026-08-14T09:06", "at: 2026-08-14T09:00", 10, "the first update is earlier than 'started_at'"),
        ("resolved_at: 2026-08-14T09:47:00Z\n", "", 4, "the incident is 'resolved' but has no 'resolved_at'"),
        (
            "status: resolved\n",
            "status: monitoring\n",
            4,
            "the status is 'monitoring' but the last update says 'resolved'",
        ),
        ("resolved_at: 2026-08-14", "resolved_at: 2026-08-13", 8, "'resolved_at' is earlier than 'started_at'"),
        ("09:02:00Z", "09:02:00+02:00", 7, "must be a time in UTC"),
        ("09:02:00Z", "09:02:00", 7, "must be a time in UTC"),
        ("2026-08-14T09:02:00Z", "2026-08-34T09:02:00Z", 7, "must be a time in UTC"),
        (
            "status: investigating,",
            "status: investigating, next_update_by: 2026-08-14T09:00:00Z,",
            10,
            "'next_update_by' is not later than the update",
        ),
        (
            "status: investigating,",
            "status: investigating, edited_at: 2026-08-14T09:00:00Z,",
            10,
            "'edited_at' is earlier than the update",
        ),
        ('"Elevated API errors: 5xx"', "|\n  Two\n  lines", 3, "'title': must be one line"),
        ("impact: major", "impact: huge", 5, "Input should be 'none', 'minor', 'major' or 'critical'"),
        ("---\nid", "id", 1, "must begin with a line '---'"),
        ("---\nWhat", "What", 1, "has no second line '---'"),
    ],
)
def test_a_mistake_in_an_incident_is_named_with_its_line(old: str, new: str, line: int, message: str):
    with pytest.raises(ContentError) as caught:
        parse_incident(INCIDENT.replace(old, new, 1), "status/incidents/a.md", KNOWN)

    assert (caught.value.line, caught.value.file) == (line, "status/incidents/a.md")
    assert message in caught.value.message


def test_an_open_incident_has_no_end():
    text = INCIDENT.replace("status: resolved", "status: monitoring")

    with pytest.raises(ContentError, match="has a 'resolved_at' but its status is 'monitoring'"):
        parse_incident(text, "a.md", KNOWN)


@pytest.mark.parametrize(
    ("old", "new", "line", "message"),
    [
        ("[api]", "[api, apy]", 5, "the component 'apy'"),
        ("T07:30", "T05:30", 7, "'scheduled_until' is not later than 'scheduled_for'"),
        ("---\n", "---\nrule: FREQ=WEEKLY\n", 2, "Extra inputs are not permitted"),
        ("---\n", "---\nrrule: FREQ=SECONDLY\n", 2, "is not a rule like FREQ=WEEKLY"),
        ("---\n", "---\nrrule: FREQ=WEEKLY;BYDAY=XX\n", 2, "is not a rule: "),
        ("---\n", "---\nrrule: FREQ=WEEKLY;BYDAY=MO\n", 2, "'scheduled_for' is not one of its times"),
        ("---\n", "---\nrrule: FREQ=WEEKLY\nactual_start: 2026-12-06T06:00:00Z\n", 2, "has no actual times"),
    ],
)
def test_a_mistake_in_a_maintenance_is_named_with_its_line(old: str, new: str, line: int, message: str):
    with pytest.raises(ContentError, match=message) as caught:
        parse_maintenance(WORK.replace(old, new, 1), "a.md", KNOWN)

    assert caught.value.line == line


def works(folder: Path, **texts: str) -> None:
    (folder / "components.yml").write_text(COMPONENTS)
    (folder / "maintenance").mkdir()
    for name, text in texts.items():
        (folder / "maintenance" / f"{name}.md").write_text(text)


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("id: db", "id: disk", r"maintenance/b\.md:6: it overlaps 'db' on the component 'api'"),
        ("id: db", "id: disk\nrrule: FREQ=DAILY", r"maintenance/b\.md:7: it overlaps 'db' on the component 'api'"),
        ("2026-12-06T07:30:00Z", "2027-12-06T07:30:00Z\nrrule: FREQ=DAILY", r"b\.md:6: it overlaps its own next time"),
    ],
)
def test_two_maintenances_of_a_component_never_overlap(tmp_path: Path, old: str, new: str, message: str):
    works(tmp_path, a=WORK.replace("id: db", "id: first").replace("[api]", "[web]") if "own" in message else WORK,
        b=WORK.replace(old, new))  # fmt: skip

    with pytest.raises(ContentError, match=message):
        load(tmp_path)


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("components: [api]", "components: [web]"),
        ("status: scheduled", "status: cancelled"),
        ("2026-12-06T06:00:00Z\nscheduled_until: 2026-12-06T07:30:00Z",
         "2026-12-06T07:30:00Z\nscheduled_until: 2026-12-06T08:30:00Z"),
    ],
)  # fmt: skip
def test_what_only_looks_like_an_overlap_is_none(tmp_path: Path, old: str, new: str):
    works(tmp_path, a=WORK, b=WORK.replace("id: db", "id: disk").replace(old, new))
    board = load(tmp_path)

    assert board
    assert len(board.maintenances) == 2


def test_how_uptime_is_counted_may_be_said():
    rules = "uptime: {windows: [7, 30], weights: {partial_outage: 0.5, degraded_performance: 0}}\n"
    text = (rules + COMPONENTS).replace("{id: core, name: Core}", "{id: core, name: Core, uptime: worst}")
    board = parse_components(text, "components.yml")

    assert board.uptime.windows == (7, 30)
    assert board.uptime.weights == {"major_outage": "1", "partial_outage": "0.5", "degraded_performance": "0"}
    assert board.uptime.exclude_maintenance
    assert board.groups[0].uptime == "worst"


@pytest.mark.parametrize("wrong", ["weights: {partial_outage: 1.5}", "weights: {slow: 1}", "windows: [0]"])
def test_uptime_that_cannot_be_counted_is_named(wrong: str):
    with pytest.raises(ContentError, match=r"components\.yml:1: 'uptime"):
        parse_components(f"uptime: {{{wrong}}}\n{COMPONENTS}", "components.yml")


def test_two_files_cannot_share_an_address(tmp_path: Path):
    (tmp_path / "components.yml").write_text(COMPONENTS)
    (tmp_path / "incidents").mkdir()
    for name in ("a.md", "b.md"):
        (tmp_path / "incidents" / name).write_text(INCIDENT)

    with pytest.raises(ContentError, match="two files have the id '2026-08-14-api-errors'"):
        load(tmp_path)


def test_a_file_that_is_not_text_is_named(tmp_path: Path):
    (tmp_path / "components.yml").write_bytes(b"\xff\xfe\x00")

    with pytest.raises(ContentError, match=r"components\.yml: is not UTF-8 text"):
        load(tmp_path)


EDITS = st.tuples(st.integers(0, 700), st.integers(0, 30), st.text(max_size=12))


@given(st.one_of(st.text(), EDITS))
def test_no_text_gives_anything_but_a_result_or_a_named_error(text: str | tuple[int, int, str]):
    for parse, right in ((parse_incident, INCIDENT), (parse_maintenance, WORK), (parse_components, COMPONENTS)):
        if isinstance(text, str):
            wrong = f"---\n{text}\n---\n" if parse is not parse_components else text
        else:
            start, length, put = text
            wrong = right[:start] + put + right[start + length :]
        with suppress(ContentError):
            parse(wrong, "a", *([] if parse is parse_components else [KNOWN]))


def test_endless_nesting_is_a_named_error():
    with pytest.raises(ContentError, match="nested too deeply"):
        parse_components("[" * 5000, "a")


def test_a_file_may_use_the_states_that_people_can_say():
    assert set(get_args(schema.State)) == set(SAYABLE)
    assert set(get_args(schema.Fault)) == {DEGRADED, PARTIAL_OUTAGE, MAJOR_OUTAGE}


@pytest.mark.parametrize(
    ("path", "written"),
    [
        ("data[0].state", "data.0.state"),
        ("$.data.state", "data.state"),
        ("data..state", "data"),
        (".status", "status"),
        ("items[*].ok", "items"),
        ("a b", "a b"),
        ("checks['db'].up", "checks.db.up"),
    ],
)
def test_a_path_that_can_never_match_is_named_at_build(path: str, written: str):
    text = COMPONENTS.replace("{status: [200, 204]}", f'{{json: {{"{path}": "ok"}}}}')

    with pytest.raises(ContentError, match="can never match; write keys and places in lists") as caught:
        parse_components(text, "components.yml")
    assert caught.value.line == 9
    assert f"like {written}" in caught.value.message or written != "data.0.state"


@pytest.mark.parametrize("path", ["status", "data.0.state", "0", "a.b.c.12", "$id", "with-dash.under_score"])
def test_a_path_of_keys_and_places_is_taken(path: str):
    text = COMPONENTS.replace("{status: [200, 204]}", f'{{json: {{"{path}": "ok"}}}}')

    assert list(parse_components(text, "components.yml").components[0].checks[0].json) == [path]


@pytest.mark.parametrize("text", ["updates: []", "updates:", ""])
def test_what_tells_nobody_anything_is_asked_for_a_first_update(tmp_path: Path, text: str):
    works(tmp_path, a=WORK.replace("---\n\n", "").removesuffix("---\n") + f"{text}\n---\n" if text else WORK)
    (tmp_path / "incidents").mkdir()
    (tmp_path / "incidents" / "b.md").write_text(INCIDENT)

    (sentence,) = missing(tmp_path)
    assert sentence.startswith(f"{tmp_path.name}/maintenance/a.md:{8 if text else 4}: has no first update")


@pytest.mark.parametrize(
    ("rule", "day", "said"),
    [
        ("FREQ=MONTHLY", "31", "without a day 31"),
        ("FREQ=MONTHLY", "30", "without a day 30"),
        ("FREQ=MONTHLY;BYMONTHDAY=29,1", "01", "without a day 29"),
        ("FREQ=YEARLY", "31", ""),
        ("FREQ=MONTHLY", "28", ""),
        ("FREQ=MONTHLY;BYMONTHDAY=-1", "31", ""),
        ("FREQ=MONTHLY;BYMONTH=1,3,12", "31", ""),
        ("FREQ=MONTHLY;BYDAY=-1SA", "26", ""),
    ],
)
def test_a_writer_hears_of_months_that_are_skipped(tmp_path: Path, rule: str, day: str, said: str):
    works(tmp_path, a=WORK.replace("2026-12-06", f"2026-12-{day}").replace("title:", f"rrule: {rule}\ntitle:"))

    found = skipped(tmp_path)
    assert load(tmp_path)
    assert [said in one and "maintenance/a.md:3: months" in one for one in found] == ([True] if said else [])


@pytest.mark.parametrize(
    ("fields", "message"),
    [
        ("timezone: Europe/Berlin", "'timezone' is for what comes again"),
        ("rrule: FREQ=DAILY\ntimezone: Mars/Base", "is not a time zone like Europe/Berlin"),
        ("rrule: FREQ=DAILY\ntimezone: ../etc/passwd", "is not a time zone like Europe/Berlin"),
    ],
)
def test_a_zone_that_means_nothing_is_named(fields: str, message: str):
    with pytest.raises(ContentError, match=message):
        parse_maintenance(WORK.replace("title:", f"{fields}\ntitle:"), "a.md", KNOWN)


def test_what_to_assume_is_for_a_component_without_checks():
    assumed = COMPONENTS.replace("interval: 120", "assume: operational")

    assert parse_components(assumed, "components.yml").components[1].assume == "operational"
    with pytest.raises(ContentError, match=r"components\.yml:\d+: 'assume' is for a component without checks"):
        parse_components(
            COMPONENTS.replace("group: core\n", "group: core\n    assume: operational\n"), "components.yml"
        )
