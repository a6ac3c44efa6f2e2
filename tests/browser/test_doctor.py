"""The doctor finds the demo well, and names what is wrong with each of these portals in one sentence."""

import json
import re
import sqlite3
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest
import requests

from functions.insights import rollups
from functions.stores import connect
from portal.clock import DAY_MS, HOUR_MS
from scripts.doctor import __main__ as doctor
from scripts.lib.environment import variables
from scripts.lib.world import ROOT, World
from tests.functions.insights.kept import put

Environ = dict[str, str]
TICKET = """
insert into ticket (id, reference, key, subject_id, email, name, topic, subject, body, context, state, created_at,
                    updated_at)
values (:id, :id, :id, 'sub', 'ada@customer.example', 'Ada', 'help', 'Locked out', '', '{}', 'delivered', :at, :at)
"""
# What a demo of an hour cannot have, and a library without an article for each question.
OPEN = {
    "articles", "reviewed", "measured", "changes", "context", "curves", "flagged", "history", "release-sync",
    "write-next",
}  # fmt: skip


@pytest.fixture
def environ(world: World) -> Environ:
    return variables(world.environ)


@pytest.fixture
def examine(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Callable[..., dict[str, Any]]:
    def run(environ: Environ, *arguments: str) -> dict[str, Any]:
        for name in ("PUBLIC_ORIGIN", "DATABASE_URL", "SECRET_KEYS", "DEMO_STATE"):
            monkeypatch.delenv(name, raising=False)
        for name, value in environ.items():
            monkeypatch.setenv(name, value)
        capsys.readouterr()
        # In a thread of its own: the tests' browser holds this one, and the doctor drives a browser itself.
        with ThreadPoolExecutor(1) as thread:
            code = thread.submit(doctor.main, [*arguments, "--json"]).result()
        found = json.loads(capsys.readouterr().out)
        assert code == int(found["failed"] > 0)
        return {row["id"]: row for row in found["checks"]}

    return run


def test_the_demo_is_well(world: World, environ: Environ) -> None:
    late = time.monotonic() + 30
    while requests.get(world.url + "api/health", timeout=5).json()["tick_age_seconds"] is None:
        assert time.monotonic() < late
    # In a process of its own, since it drives a browser of its own.
    command = [sys.executable, "-m", "scripts.doctor", "--json", "--url", world.url]
    done = subprocess.run(command, env=environ, cwd=ROOT, capture_output=True, text=True)
    found = {row["id"]: row for row in json.loads(done.stdout)["checks"]}

    assert {id: row["says"] for id, row in found.items() if row["state"] != "pass" and id not in OPEN} == {}
    assert {row["mistake"] for row in found.values() if row["mistake"]} == set(doctor.MISTAKES.values())
    assert "s, typing included" in found["found"]["says"]


def test_a_stage_shows_its_own_criteria_and_what_to_do(
    environ: Environ, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, value in environ.items():
        monkeypatch.setenv(name, value)
    assert doctor.main(["--stage", "2"]) == 0

    out = capsys.readouterr().out
    assert out.startswith("Stage 2. Status and changes")
    assert "Status one click away: the live site was not asked\n         Add --url" in out
    assert "Help desk" not in out


def unmigrated(environ: Environ, folder: Path) -> Environ:
    (folder / "empty.db").touch()
    return {"DATABASE_URL": f"sqlite:///{folder / 'empty.db'}"}


def migrated(folder: Path, *statements: str) -> Environ:
    url = f"sqlite:///{folder / 'new.db'}"
    store = connect(url)
    store.migrate()
    for statement in statements:
        store.run(statement)
    store.close()
    return {"DATABASE_URL": url}


def jumped(environ: Environ, folder: Path) -> Environ:
    return migrated(folder, "insert into clock (name, seen_at, since, ticks, moved) values ('tick', 1, 1, 1, 7200000)")


def read_only(environ: Environ, folder: Path) -> Environ:
    """A store in which no row can be written: a trigger refuses each."""
    found = migrated(folder)
    with sqlite3.connect(folder / "new.db") as store:
        store.execute("create trigger full before update on migration begin select raise(abort, 'disk full'); end")
    return found


def built(environ: Environ, folder: Path, **changes: Any) -> Environ:
    bundle = json.loads((Path(environ["PORTAL_BUILD_DIR"]) / "portal.json").read_text("utf-8")) | changes
    (folder / "portal.json").write_text(json.dumps(bundle), "utf-8")
    return {"PORTAL_BUILD_DIR": str(folder)}


def without_cards(environ: Environ, folder: Path) -> Environ:
    return built(environ, folder, account={"cards": {}})


def unread(environ: Environ, folder: Path) -> Environ:
    article = {"id": "a/b", "title": "How do I pay?", "url": "/a/b/", "topic": "a", "reviewed": "2020-01-01"}
    return built(environ, folder, articles=[article])


def on_the_board(environ: Environ, folder: Path, **changes: Any) -> Environ:
    bundle = json.loads((Path(environ["PORTAL_BUILD_DIR"]) / "portal.json").read_text("utf-8"))
    return built(environ, folder, status=bundle["status"] | changes)


def late_news(environ: Environ, folder: Path) -> Environ:
    """A maintenance that was announced five hours before it was deployed, and somebody who wants to hear of it."""
    now = int(time.time() * 1000)
    update = {"at": now - 5 * HOUR_MS, "status": "scheduled", "body": "We are moving."}
    work = {"id": "move", "title": "New servers", "status": "scheduled", "components": [], "updates": [update]}
    work |= {"scheduled_for": now + DAY_MS, "scheduled_until": now + DAY_MS + HOUR_MS}
    who = "insert into subscriber (id, address, components, created_at) values ('a', 'eve@customer.example', '[]', 1)"
    return on_the_board(environ, folder, maintenances=[work]) | migrated(folder, who)


def unknown_monitor(environ: Environ, folder: Path) -> Environ:
    component = {"id": "api", "name": "API", "checks": [{"type": "pingdom", "id": "1", "statuses": [200]}]}
    return on_the_board(environ, folder, components=[component], incidents=[], maintenances=[])


def unmoved(environ: Environ, folder: Path) -> Environ:
    """Two whole months, in each forty visits that searched and went away, and five requests."""
    first = datetime.now(UTC).replace(day=1) - timedelta(days=1)
    months = [first.replace(day=10), (first.replace(day=1) - timedelta(days=1)).replace(day=10)]
    found = migrated(folder)
    store = connect(found["DATABASE_URL"])
    with store.transaction():
        for number, month in enumerate(months):
            at = int(month.timestamp() * 1000)
            for visit in range(40):
                put(store, at + visit, "search", "home")
            for ticket in range(5):
                store.run(TICKET, id=f"{number}-{ticket}", at=at + ticket)
    rollups.catch_up(store, int(months[0].timestamp() * 1000) + DAY_MS)
    store.close()
    return found


BROKEN: dict[str, tuple[str, Callable[[Environ, Path], Environ], str]] = {
    "a misspelt desk": (
        "help-desk",
        lambda *_: {"HELPDESK": "custom.desk:conect"},
        "HELPDESK='custom.desk:conect' cannot be connected: there is no module 'custom'",
    ),
    "a desk without its variables": (
        "settings",
        lambda *_: {"HELPDESK": "zendesk"},
        "Set ZENDESK_SUBDOMAIN: the first part of acme.zendesk.com; Set ZENDESK_CLIENT_ID",
    ),
    "an issuer that is not there": (
        "identity",
        lambda *_: {"OIDC_ISSUER": "http://127.0.0.1:9/"},
        "127.0.0.1:9 does not answer: connection refused",
    ),
    "an issuer by another name": (
        "identity",
        lambda environ, _: {"OIDC_ISSUER": environ["OIDC_ISSUER"] + "/"},
        "the discovery document names another issuer than OIDC_ISSUER",
    ),
    "a mail server that is not there": (
        "mail",
        lambda *_: {"SMTP_URL": "smtp://127.0.0.1:9"},
        "127.0.0.1: Connection refused",
    ),
    "a wrong key of the billing system": (
        "billing",
        lambda *_: {"STRIPE_KEY": "rk_test_wrong"},
        "billing_portal: 401",
    ),
    "a store without tables": ("store", unmigrated, "does not answer: SQLite: no such table: migration"),
    "a store that takes no rows": ("store", read_only, "can be read and not written to"),
    "no scheduler": ("schedules", lambda _, folder: migrated(folder), "the tick never ran"),
    "a clock that jumped": ("clock", jumped, "the machine's clock jumped forward by 7200 seconds"),
    "an old build": (
        "build",
        lambda environ, folder: built(environ, folder, built_at="2026-01-01T00:00:00Z"),
        "so incidents, changes and planned maintenance are missing",
    ),
    "releases that do not arrive": (
        "release-sync",
        lambda environ, folder: built(
            environ, folder, changelog={"synced": True, "unreachable": "2026-11-20T03:40:00+00:00", "latest": []}
        ),
        "the product's releases could not be asked for since 2026-11-20 03:40 UTC",
    ),
    "account changes behind a request": ("account", without_cards, "customers must ask for: "),
    "an account page without its provider's secret": (
        "account-provider",
        lambda environ, folder: built(environ, folder, account={"provider": "auth0"}),
        "Auth0 lacks AUTH0_DOMAIN, AUTH0_CLIENT_ID, AUTH0_CLIENT_SECRET",
    ),
    "a SCIM server that is not there": (
        "account-provider",
        lambda *_: {"SCIM_URL": "http://127.0.0.1:9", "SCIM_TOKEN": "t"},
        "SCIM: ConnectionError",
    ),
    "a monitor without its token": ("monitors", unknown_monitor, "pingdom: PINGDOM_TOKEN is not set"),
    "news that was deployed too late": (
        "announced",
        late_news,
        "deployed more than three hours late, so subscribers never heard of: 'New servers'",
    ),
    "curves that do not move": (
        "curves",
        unmoved,
        "neither moved: solved without a request 0%, then 0%; requests 5, then 5",
    ),
    "a stale article": ("reviewed", unread, "'How do I pay?'"),
    "no keys": ("settings", lambda *_: {"SECRET_KEYS": ""}, "Set SECRET_KEYS: one or more random keys, newest first"),
}


@pytest.mark.parametrize("name", BROKEN)
def test_what_is_wrong_is_named_in_one_sentence_with_what_to_do(
    name: str, environ: Environ, examine: Callable[..., dict[str, Any]], tmp_path: Path
) -> None:
    id, change, sentence = BROKEN[name]
    row = examine(environ | change(environ, tmp_path))[id]

    assert (row["state"], bool(row["do"])) == ("fail", True)
    assert sentence in row["says"]
    assert "\n" not in row["says"]


def test_a_misspelt_function_of_an_own_desk_is_named(
    environ: Environ, examine: Callable[..., dict[str, Any]], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "custom").mkdir()
    (tmp_path / "custom" / "desk.py").write_text("def connect(settings, services):\n    return None\n")
    monkeypatch.syspath_prepend(str(tmp_path))
    found = examine(environ | {"HELPDESK": "custom.desk:conect"})
    row = found["help-desk"]

    assert found["write-next"]["says"].startswith("the help desk cannot say what was asked")
    assert row["state"] == "fail"
    assert "module 'custom.desk' has no attribute 'conect'" in row["says"]


class Yesterday(BaseHTTPRequestHandler):
    """A site whose machine's clock is a day behind."""

    def do_GET(self) -> None:
        self.send_response(200)
        self.end_headers()

    def date_time_string(self, timestamp: float | None = None) -> str:
        return super().date_time_string(time.time() - 86_400)

    def log_message(self, *_: Any) -> None:
        """Tests need no log."""


class Bare(BaseHTTPRequestHandler):
    """A site that was deployed without its rules, its functions, its search and its links, and with a chat."""

    def do_GET(self) -> None:
        self.send_response(200)
        self.send_header("Content-Type", "text/html")
        self.end_headers()
        self.wfile.write(b"<title>Help</title><script src=https://widget.intercom.io/widget/x></script>")

    def log_message(self, *_: Any) -> None:
        """Tests need no log."""


@pytest.fixture
def yesterday() -> Iterator[str]:
    with site(Yesterday) as url:
        yield url


@pytest.fixture
def bare() -> Iterator[str]:
    with site(Bare) as url:
        yield url


@contextmanager
def site(handler: type[BaseHTTPRequestHandler]) -> Iterator[str]:
    server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}/"
    server.shutdown()
    thread.join()
    server.server_close()


def test_a_site_whose_clock_is_wrong_is_named_with_the_difference(
    yesterday: str, environ: Environ, examine: Callable[..., dict[str, Any]], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(doctor, "MODULES", ("ground",))
    row = examine(environ, "--url", yesterday)["clock"]

    assert (row["state"], row["do"].partition(":")[0]) == ("fail", "Set both by NTP")
    assert re.search(r"this machine's differ by 864\d\d seconds", row["says"])


def test_a_site_without_what_every_page_needs(
    bare: str, environ: Environ, examine: Callable[..., dict[str, Any]], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(doctor, "MODULES", ("ground", "site"))
    found = examine(environ, "--url", bare)

    # The store's own schedules are no matter of the site.
    assert {id for id, row in found.items() if row["state"] == "fail"} - {"schedules"} == {
        "functions", "headers", "search", "ask", "status", "chatbot",
    }  # fmt: skip
    assert "the functions are not behind the site" in found["functions"]["says"]
    assert "Content-Security-Policy" in found["headers"]["says"]
    assert "no search on: home" in found["search"]["says"]
    assert "a chat of widget.intercom.io is on the site" in found["chatbot"]["says"]
    # Whether the articles are proven is the library's: it has releases that are younger than a review.
    assert found["chatbot"]["says"].endswith("search, finding an article")


def test_a_site_that_does_not_answer_fails_each_row_that_asks_it(
    environ: Environ, examine: Callable[..., dict[str, Any]], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(doctor, "MODULES", ("site",))
    found = examine(environ, "--url", "http://127.0.0.1:9/")

    assert {row["state"] for row in found.values()} == {"fail"}
    assert all("does not answer (connection refused)" in row["says"] for row in found.values())
