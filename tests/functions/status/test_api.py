"""The public JSON: what it says, and that shared caches may keep it."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from functions.app import Portal
from functions.services import Services
from functions.settings import read
from functions.status import incident_store
from functions.status.incident_store import Stored
from functions.stores import Store
from portal.status import Board, Check, Component, Incident, Page, Update, write
from portal.status.days import KEYS
from tests.conftest import Browser, Clock, write_bundle

BOARD = Board(
    Page("acme", "Acme", "https://help.acme.example/status/"),
    (Component("web", "Web app", checks=(Check("https://acme.example/"),)),),
)
START = 1_795_384_800_000


@pytest.fixture
def services(environ: dict[str, str], database_url: str, store: Store, tmp_path: Path) -> Iterator[Services]:
    write_bundle(tmp_path / "build", status=write(BOARD))
    services = Services(read(environ | {"DATABASE_URL": database_url}), Clock(START))
    yield services
    services.store.close()


@pytest.fixture
def client(services: Services) -> Browser:
    return Browser(Portal(services))


def check(store: Store, state: str, at: int) -> None:
    store.run("delete from status_live")
    store.run(
        """insert into status_live (component_id, state, since, checked_at, ok_at, ok, run, run_since, error, revision)
        values ('web', :state, :at, :at, :at, 1, 1, :at, '', 1)""",
        state=state,
        at=at,
    )


def test_the_summary_is_green_only_while_the_check_is_fresh(client: Browser, services: Services):
    never = client.get("/api/v2/summary.json").json
    check(services.store, "operational", START)
    fresh = client.get("/api/v2/summary.json").json
    services.clock.at += 601_000
    stale = client.get("/api/v2/summary.json").json

    assert [answer["status"]["indicator"] for answer in (never, fresh, stale)] == ["unknown", "none", "unknown"]
    assert fresh["components"][0]["status"] == "operational"
    assert fresh["checked_at"] == "2026-11-22T22:00:00.000Z"


def test_an_outage_is_served_with_no_rebuild(client: Browser, services: Services):
    check(services.store, "major_outage", START)

    assert client.get("/api/v2/status.json").json["status"] == {
        "indicator": "critical",
        "description": "Major outage: Web app",
    }


@pytest.mark.parametrize("path", ["/api/v2/summary.json", "/api/v2/status.json"])
def test_everybody_gets_the_same_answer_and_shared_caches_may_keep_it(client: Browser, path: str):
    response = client.get(path, headers={"Cookie": "portal=x", "Origin": "https://other.example"})

    assert response.headers["Cache-Control"] == (
        "public, max-age=0, s-maxage=15, stale-while-revalidate=15, stale-if-error=86400"
    )
    assert "max-age=15" in response.headers["CDN-Cache-Control"]
    assert response.headers["Access-Control-Allow-Origin"] == "*"
    assert response.headers["Access-Control-Expose-Headers"] == "Age, Date, ETag"
    assert "Set-Cookie" not in response.headers
    assert "Vary" not in response.headers


def test_an_unchanged_answer_is_304_and_a_changed_one_is_not(client: Browser, services: Services):
    check(services.store, "operational", START)
    etag = client.get("/api/v2/summary.json").headers["ETag"]
    services.clock.at += 5_000
    same = client.get("/api/v2/summary.json", headers={"If-None-Match": etag})
    check(services.store, "major_outage", START + 5_000)
    changed = client.get("/api/v2/summary.json", headers={"If-None-Match": etag})

    assert not etag.startswith("W/")
    assert (same.status_code, same.data, same.headers["ETag"]) == (304, b"", etag)
    assert same.headers["Cache-Control"].startswith("public")
    assert (changed.status_code, changed.headers["ETag"] != etag) == (200, True)


def test_a_portal_without_a_status_page_has_none_here(client: Browser, tmp_path: Path):
    write_bundle(tmp_path / "build", status=None)

    assert client.get("/api/v2/summary.json").status_code == 404


def test_while_the_store_is_away_the_last_good_answer_stays_with_its_time(client: Browser, services: Services):
    check(services.store, "operational", START)
    good = client.get("/api/v2/summary.json").json
    services.store.run("drop table status_live")
    services.clock.at += 300_000
    later = client.get("/api/v2/summary.json")
    services.clock.at += 301_000
    old = client.get("/api/v2/summary.json").json

    assert {**later.json, "generated_at": ""} == {**good, "generated_at": ""}
    assert "stale-if-error=86400" in later.headers["Cache-Control"]
    assert (good["status"]["indicator"], old["status"]["indicator"]) == ("none", "unknown")
    assert old["checked_at"] == good["checked_at"]


def test_without_the_store_and_without_a_memory_the_answer_is_what_the_build_knew(client: Browser, services: Services):
    services.store.run("drop table status_live")
    summary = client.get("/api/v2/summary.json").json

    assert (summary["status"]["indicator"], summary["checked_at"]) == ("unknown", None)


def down(services: Services) -> None:
    incident = Incident(
        "2026-11-23-web-down",
        "Web is down",
        "investigating",
        "critical",
        services.clock.at,
        built=False,
        components={"web": "major_outage"},
        updates=(Update(services.clock.at, "investigating", "We look.", {}),),
    )
    assert incident_store.save(services.store, Stored(incident), services.clock.at)


def test_an_incident_of_the_store_is_public_at_once_and_has_a_place_to_link_to(client: Browser, services: Services):
    before = client.get("/api/v2/incidents/unresolved.json")
    down(services)
    (incident,) = client.get("/api/v2/incidents/unresolved.json").json["incidents"]

    assert before.json["incidents"] == []
    assert incident["shortlink"] == "https://help.acme.example/status/#2026-11-23-web-down"
    assert client.get("/api/v2/summary.json").json["status"]["indicator"] == "critical"
    assert [one["id"] for one in client.get("/api/v2/incidents.json").json["incidents"]] == [incident["id"]]


def test_a_feed_keeps_what_it_had_while_the_store_is_away(client: Browser, services: Services):
    down(services)
    before = client.get("/api/status/feed.json").json
    services.store.run("drop table status_incident")
    after = client.get("/api/status/feed.json")

    assert "We look." in str(before)
    assert after.json["items"] == before["items"]
    assert "stale-if-error=86400" in after.headers["Cache-Control"]


def test_a_feed_without_the_store_and_without_a_memory_is_the_builds(client: Browser, services: Services):
    services.store.run("drop table status_incident")

    assert client.get("/api/status/feed.json").json["items"] == []


def test_of_two_writers_the_later_one_is_told(services: Services):
    down(services)
    found = incident_store.find(services.store, "2026-11-23-web-down")
    assert found

    assert incident_store.save(services.store, found, services.clock.at)
    assert not incident_store.save(services.store, found, services.clock.at)
    assert not incident_store.save(services.store, replace(found, revision=0), services.clock.at)


def test_the_builds_text_wins_as_soon_as_it_is_complete(services: Services):
    down(services)
    (one,) = incident_store.stored(services.store)
    edited = replace(one.incident, title="The web app was down", built=True)
    board = incident_store.joined(replace(BOARD, incidents=(edited,)), [one])
    behind = incident_store.joined(replace(BOARD, incidents=(replace(edited, updates=()),)), [one])

    assert [incident.title for incident in board.incidents] == ["The web app was down"]
    assert [(incident.title, incident.built) for incident in behind.incidents] == [("The web app was down", True)]
    assert [update.body for update in behind.incidents[0].updates] == ["We look."]


@pytest.mark.parametrize(
    ("path", "part"),
    [
        ("v2/components.json", "components"),
        ("v2/scheduled-maintenances.json", "scheduled_maintenances"),
        ("v2/scheduled-maintenances/upcoming.json", "scheduled_maintenances"),
        ("v2/scheduled-maintenances/active.json", "scheduled_maintenances"),
        ("status/badge.json", "message"),
    ],
)
def test_every_resource_may_be_kept_by_shared_caches(client: Browser, path: str, part: str):
    answer = client.get(f"/api/{path}")
    again = client.get(f"/api/{path}", headers={"If-None-Match": answer.headers["ETag"]})

    assert part in answer.json
    assert "s-maxage=15" in answer.headers["Cache-Control"]
    assert (again.status_code, again.data) == (304, b"")


@pytest.mark.parametrize("path", ["summary.json", "status.json", "components.json", "incidents.json"])
def test_an_answer_keeps_its_tag_while_nothing_was_ever_checked(services: Services, tmp_path: Path, path: str):
    write_bundle(tmp_path / "build", status=write(replace(BOARD, built_at=START - 86_400_000)))
    client = Browser(Portal(services))
    first = client.get(f"/api/v2/{path}")
    services.clock.at += 60_000
    later = client.get(f"/api/v2/{path}", headers={"If-None-Match": first.headers["ETag"]})

    assert first.json["page"]["updated_at"] == "2026-11-21T22:00:00.000Z"
    assert (later.status_code, later.data) == (304, b"")


def test_a_badge_says_the_state_in_words(client: Browser):
    badge = client.get("/api/status/badge.svg")

    assert badge.mimetype == "image/svg+xml"
    assert "status: not confirmed" in badge.text
    assert "s-maxage=15" in badge.headers["Cache-Control"]


@pytest.mark.parametrize("name", ["badge.svg", "badge.json"])
def test_no_cache_may_keep_a_green_badge_for_longer_than_its_checks_are_believed(
    client: Browser, services: Services, name: str
):
    check(services.store, "operational", START)
    services.clock.at += 100_000
    green = client.get(f"/api/status/{name}")
    services.clock.at += 471_000
    old = client.get(f"/api/status/{name}")

    assert "operational" in green.text
    assert green.headers["Cache-Control"].endswith("stale-if-error=470")
    assert green.headers["CDN-Cache-Control"].endswith("stale-if-error=470")
    assert "not confirmed" in old.text
    assert old.headers["Cache-Control"].endswith("stale-if-error=86400")


def test_the_days_of_the_samples_are_there_to_be_written_down(client: Browser, services: Services):
    for minute in range(120):
        services.store.run(
            "insert into status_sample (component_id, at, result, ms) values ('web', :at, 'ok', 80)",
            at=services.clock.at - minute * 60_000,
        )
    answer = client.get("/api/status/days.json")
    days = answer.json

    assert sum(one["web"]["n"] for one in days.values()) == 120
    assert all(sum(one["web"][key] for key in KEYS.values()) == 86_400 for one in days.values())
    assert "s-maxage=300" in answer.headers["Cache-Control"]


def test_what_the_page_adds_to_its_build_is_one_answer(client: Browser, services: Services):
    down(services)
    answer = client.get("/api/status/past.json")

    assert answer.json["days"] == client.get("/api/status/days.json").json
    assert answer.json["incidents"] == client.get("/api/v2/incidents.json").json["incidents"]
    assert "s-maxage=60" in answer.headers["Cache-Control"]


@pytest.mark.parametrize(
    ("name", "mimetype"),
    [("feed.xml", "application/atom+xml"), ("rss.xml", "application/rss+xml"), ("feed.json", "application/feed+json")],
)
def test_a_feed_has_what_was_posted_a_moment_ago(client: Browser, services: Services, name: str, mimetype: str):
    down(services)
    feed = client.get(f"/api/status/{name}?component=web")
    again = client.get(f"/api/status/{name}?component=web", headers={"If-None-Match": feed.headers["ETag"]})

    assert feed.mimetype == mimetype
    assert "Investigating: Web is down" in feed.text
    # A reader keeps to the live one.
    assert f"http://127.0.0.1:8000/api/status/{name}?component=web" in feed.text
    assert again.status_code == 304
    assert client.get(f"/api/status/{name}?component=nope").status_code == 404
