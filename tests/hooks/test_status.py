"""status/ becomes pages, a feed and the functions' bundle; a mistake in it stops the build."""

import json
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import pytest
from mkdocs.config.defaults import MkDocsConfig
from mkdocs.exceptions import PluginError
from mkdocs.structure.files import Files
from mkdocs.structure.pages import Page

from hooks import status
from portal.status import read

COMPONENTS = """page: {id: acme, name: Acme}
components:
  - {id: web, name: Web app, checks: [{type: http, url: "https://acme.example/"}]}
"""
INCIDENT = """---
id: slow
title: "It's slow: <all> of it"
status: investigating
impact: minor
components: {web: degraded_performance}
started_at: 2026-11-20T09:00:00Z
updates:
  - {at: 2026-11-20T09:05:00Z, status: investigating, body: "We **look**. <script>alert(1)</script>"}
---
"""
ATOM = "{http://www.w3.org/2005/Atom}"


@pytest.fixture
def config(tmp_path: Path) -> MkDocsConfig:
    (tmp_path / "status" / "incidents").mkdir(parents=True)
    (tmp_path / "status" / "components.yml").write_text(COMPONENTS)
    config = MkDocsConfig(config_file_path=str(tmp_path / "mkdocs.yml"))
    config.load_dict({"site_name": "Help", "site_url": "https://acme.example/help/", "docs_dir": str(tmp_path)})
    config.validate()
    # MkDocs sets it while it runs an event, and File.generated needs it.
    config.plugins._current_plugin = "hooks/status.py"
    return config


def build(config: MkDocsConfig) -> Files:
    status.on_config(config)
    return status.on_files(Files([]), config)


def write_incident(config: MkDocsConfig, text: str = INCIDENT) -> None:
    (Path(config.config_file_path).parent / "status" / "incidents" / "slow.md").write_text(text)


def test_a_build_never_says_that_all_is_well(config: MkDocsConfig):
    build(config)

    assert config.extra["view"]["status"]["level"] == "unknown"
    assert config.extra["view"]["status"]["sentence"] == "Checking status"
    assert config.extra["view"]["status"]["active"] == []


def test_an_open_incident_stands_on_every_page_of_the_build(config: MkDocsConfig):
    write_incident(config)
    build(config)
    view = config.extra["view"]["status"]

    assert (view["level"], view["sentence"]) == ("minor", "Degraded performance: Web app")
    (active,) = view["active"]
    assert active["url"] == "/help/status/incidents/slow/"
    assert (active["title"], active["id"]) == ("It's slow: <all> of it", "slow")
    assert active["more"] == "Web app · since 20 Nov 2026, 09:00 UTC · Investigating"


def test_the_functions_get_the_same_board_without_markdown(config: MkDocsConfig):
    write_incident(config)
    build(config)
    board = read(config.extra["view"]["status_bundle"])

    assert board.page.url == "https://acme.example/help/status/"
    assert [incident.id for incident in board.incidents] == ["slow"]
    assert board.incidents[0].updates[0].body == "We look."


def test_each_incident_has_its_page_and_the_template_its_values(config: MkDocsConfig):
    write_incident(config)
    files = build(config)
    contexts = {}
    for file in files.documentation_pages():
        page = Page(None, file, config)
        page.read_source(config)
        contexts[file.src_uri] = status.on_page_context({}, page, config) | {"template": page.meta["template"]}

    assert contexts["status/index.md"]["template"] == "status.html"
    assert contexts["status/index.md"]["board"]["active"][0]["title"] == "It's slow: <all> of it"
    incident = contexts["status/incidents/slow.md"]["incident"]
    assert incident["updates"][0]["html"] == "<p>We <strong>look</strong>. </p>"


def test_the_feed_has_an_entry_for_each_update_with_an_id_that_stays(config: MkDocsConfig):
    write_incident(config)
    feed = build(config).get_file_from_path("status/feed.xml")
    assert feed is not None
    root = ElementTree.fromstring(feed.content_string)

    assert [entry.findtext(f"{ATOM}title") for entry in root.iter(f"{ATOM}entry")] == [
        "Investigating: It's slow: <all> of it"
    ]
    assert root.findtext(f"{ATOM}entry/{ATOM}id") == "urn:uuid:9deeb34a-7e5d-5db6-854f-94025967f7a2"


def test_a_mistake_stops_the_build_with_file_and_line(config: MkDocsConfig):
    write_incident(config, INCIDENT.replace("{web:", "{wep:"))

    with pytest.raises(
        PluginError, match=r"status/incidents/slow\.md:6: the component 'wep' is not in components\.yml"
    ):
        build(config)


def test_a_portal_without_status_has_neither_pages_nor_a_bundle(config: MkDocsConfig):
    config.extra["portal"] = {"parts": {"status": False}}
    files = build(config)

    assert list(files) == []
    assert (config.extra["view"]["status"], config.extra["view"]["status_bundle"]) == (None, None)


DAY = {
    "op": 84600,
    "deg": 0,
    "part": 0,
    "maj": 1800,
    "maint": 0,
    "unk": 0,
    "p50": 1,
    "p95": 2,
    "n": 1440,
    "inc": ["slow"],
}
CORRECTION = """component: web
from: %s
until: %s
state: maintenance
reason: We switched it off ourselves.
author: Ada
"""
WORK = """---
id: disks
title: New disks
status: scheduled
components: [web]
scheduled_for: 2026-01-04T06:00:00Z
scheduled_until: 2026-01-04T07:00:00Z
rrule: FREQ=WEEKLY
---
"""


def monitored(config: MkDocsConfig, days: dict[str, object]) -> Path:
    folder = Path(config.config_file_path).parent / "status"
    (folder / "history").mkdir()
    (folder / "history" / "2026.json").write_text(json.dumps(days))
    return folder


def board(config: MkDocsConfig) -> dict[str, Any]:
    file = build(config).get_file_from_path("status/index.md")
    assert file is not None
    page = Page(None, file, config)
    page.read_source(config)
    return dict(status.on_page_context({}, page, config)["board"])


def test_days_become_bars_and_a_correction_is_told_with_its_reason(config: MkDocsConfig):
    yesterday = datetime.now(UTC).date() - timedelta(days=1)
    folder = monitored(config, {yesterday.isoformat(): {"web": DAY}})
    before = board(config)["uptime"]["web"]
    (folder / "corrections").mkdir()
    text = CORRECTION % (f"{yesterday}T09:00:00Z", f"{yesterday}T09:30:00Z")
    (folder / "corrections" / "off.yml").write_text(text)
    after = board(config)

    assert before["bars"][-2]["level"] == "critical"
    assert ": Outage, 30 minutes affected" in before["bars"][-2]["text"]
    assert before["percent"] == "97.91"
    assert before["known"] == "3% of the time monitored"
    assert after["uptime"]["web"]["percent"] == "100.00"
    assert after["about"]["figures"][0]["windows"][0]["percent"] == "100.00"
    assert after["about"]["checks"][0]["interval"] == "minute"
    (said,) = after["about"]["corrections"]
    assert (said["component"], said["reason"], said["author"]) == ("Web app", "We switched it off ourselves.", "Ada")
    published = build(config).get_file_from_path(f"status/history/{yesterday:%Y-%m}.json")
    assert published is not None
    assert json.loads(published.content_string)[yesterday.isoformat()]["web"]["maint"] == 1800


def test_today_is_the_first_row_and_names_what_is_open(config: MkDocsConfig):
    write_incident(config)
    rows = board(config)["past"]
    today = datetime.now(UTC).date()

    assert rows[0]["label"].startswith(f"{today.day} {today:%b %Y}, until ")
    assert [event["id"] for event in rows[0]["events"]] == ["slow"]
    assert [event for row in rows[1:] for event in row["events"]] == []


def test_a_component_that_nobody_checks_says_nothing_that_worries(config: MkDocsConfig):
    path = Path(config.config_file_path).parent / "status" / "components.yml"
    path.write_text(COMPONENTS + "  - {id: api, name: API}\n")
    (group,) = board(config)["groups"]

    assert [(one["level"], one["word"]) for one in group["components"]] == [
        ("unknown", "Not confirmed"),
        ("quiet", "No reported issues"),
    ]


def test_every_month_since_the_first_has_a_page_that_leads_to_its_neighbours(config: MkDocsConfig):
    monitored(config, {"2026-01-31": {"web": DAY}})
    files = build(config)
    now = datetime.now(UTC)
    months = {
        file.src_uri for file in files if file.src_uri.startswith("status/history/2") and file.is_documentation_page()
    }
    february = status.state.months["2026-02"]

    assert len(months) == (now.year - 2026) * 12 + now.month
    assert february["previous"] == {"title": "January 2026", "url": "/help/status/history/2026-01/"}
    assert february["next"]["url"] == "/help/status/history/2026-03/"
    assert status.state.months[f"{now:%Y-%m}"]["next"] is None


def test_what_comes_again_is_next_on_the_page_and_once_in_the_calendar(config: MkDocsConfig):
    folder = Path(config.config_file_path).parent / "status" / "maintenance"
    folder.mkdir()
    (folder / "disks.md").write_text(WORK)
    files = build(config)
    (work,) = board(config)["maintenances"]

    assert (work["id"], work["repeats"]) == ("disks", True)
    assert 0 < datetime.fromisoformat(work["end"]["iso"]).timestamp() - time.time() < 7 * 86_400
    for path in ("status/maintenance.ics", "status/maintenance/disks.ics"):
        calendar = files.get_file_from_path(path)
        assert calendar is not None
        assert calendar.content_string.count("RRULE:FREQ=WEEKLY") == 1


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("{", r"history/2026\.json:1: is not JSON"),
        (json.dumps({"2026-01-01": {"web": DAY | {"op": 0}}}), "2026-01-01, web: the seconds are not a whole day"),
    ],
)
def test_a_history_that_is_none_stops_the_build(config: MkDocsConfig, text: str, message: str):
    (monitored(config, {}) / "history" / "2026.json").write_text(text)

    with pytest.raises(PluginError, match=message):
        build(config)


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("component: web", "component: wep", r"corrections/off\.yml:1: the component 'wep'"),
        ("T09:30", "T08:30", r"corrections/off\.yml:3: 'until' is not later than 'from'"),
        ("state: maintenance", "state: operational", r"corrections/off\.yml:4: 'state'"),
    ],
)
def test_a_mistake_in_a_correction_is_named_with_its_line(config: MkDocsConfig, old: str, new: str, message: str):
    folder = monitored(config, {}) / "corrections"
    folder.mkdir()
    text = CORRECTION % ("2026-01-01T09:00:00Z", "2026-01-01T09:30:00Z")
    (folder / "off.yml").write_text(text.replace(old, new))

    with pytest.raises(PluginError, match=message):
        build(config)


def test_a_build_says_what_subscribers_will_not_hear_of(config: MkDocsConfig, caplog: pytest.LogCaptureFixture):
    at = datetime.now(UTC) - timedelta(hours=4)
    write_incident(config, INCIDENT.replace("2026-11-20T09:05:00Z", at.strftime("%Y-%m-%dT%H:%M:%SZ")))
    with caplog.at_level("INFO"):
        build(config)

    assert "It's slow: <all> of it: its last update is more than three hours old" in caplog.text
    assert "python -m scripts.announce" in caplog.text
