"""The public JSON: what it says, and that shared caches may keep it."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from functions.app import Portal
from functions.services import Services
from functions.settings import read
from functions.stores import Store
from portal.status import Board, Check, Component, Page, write
from tests.conftest import Browser, write_bundle

BOARD = Board(
    Page("acme", "Acme", "https://help.acme.example/status/"),
    (Component("web", "Web app", checks=(Check("https://acme.example/"),)),),
)
START = 1_795_384_800_000


class Clock(Services):
    """Services whose clock a test moves."""

    time = START

    def now(self) -> int:
        return self.time


@pytest.fixture
def clock(environ: dict[str, str], database_url: str, store: Store, tmp_path: Path) -> Iterator[Clock]:
    write_bundle(tmp_path / "build", status=write(BOARD))
    clock = Clock(read(environ | {"DATABASE_URL": database_url}))
    yield clock
    clock.store.close()


@pytest.fixture
def client(clock: Clock) -> Browser:
    return Browser(Portal(clock))


def check(store: Store, state: str, at: int) -> None:
    store.run("delete from status_live")
    store.run(
        """insert into status_live (component_id, state, since, checked_at, ok_at, ok, run, run_since, error, revision)
        values ('web', :state, :at, :at, :at, 1, 1, :at, '', 1)""",
        state=state,
        at=at,
    )


def test_the_summary_is_green_only_while_the_check_is_fresh(client: Browser, clock: Clock):
    never = client.get("/api/v2/summary.json").json
    check(clock.store, "operational", START)
    fresh = client.get("/api/v2/summary.json").json
    clock.time += 601_000
    stale = client.get("/api/v2/summary.json").json

    assert [answer["status"]["indicator"] for answer in (never, fresh, stale)] == ["unknown", "none", "unknown"]
    assert fresh["components"][0]["status"] == "operational"
    assert fresh["checked_at"] == "2026-11-22T22:00:00.000Z"


def test_an_outage_is_served_with_no_rebuild(client: Browser, clock: Clock):
    check(clock.store, "major_outage", START)

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
    assert "Set-Cookie" not in response.headers
    assert "Vary" not in response.headers


def test_an_unchanged_answer_is_304_and_a_changed_one_is_not(client: Browser, clock: Clock):
    check(clock.store, "operational", START)
    etag = client.get("/api/v2/summary.json").headers["ETag"]
    clock.time += 5_000
    same = client.get("/api/v2/summary.json", headers={"If-None-Match": etag})
    check(clock.store, "major_outage", START + 5_000)
    changed = client.get("/api/v2/summary.json", headers={"If-None-Match": etag})

    assert not etag.startswith("W/")
    assert (same.status_code, same.data, same.headers["ETag"]) == (304, b"", etag)
    assert same.headers["Cache-Control"].startswith("public")
    assert (changed.status_code, changed.headers["ETag"] != etag) == (200, True)


def test_a_portal_without_a_status_page_has_none_here(client: Browser, tmp_path: Path):
    write_bundle(tmp_path / "build", status=None)

    assert client.get("/api/v2/summary.json").status_code == 404


def test_while_the_store_is_away_the_answer_is_an_error_that_no_cache_keeps(client: Browser, clock: Clock):
    clock.store.run("drop table status_live")

    response = client.get("/api/v2/summary.json", headers={"Accept": "application/json"})

    assert (response.status_code, response.headers["Cache-Control"]) == (503, "no-store")
    assert response.mimetype == "application/problem+json"
