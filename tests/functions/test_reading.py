"""Reading needs no write: with a store that is full, locked or read-only, people see what is there."""

import sqlite3
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager

import pytest

from functions import stores
from functions.services import Services
from functions.stores.sqlite import SQLite
from portal.clock import HOUR_MS, MINUTE_MS
from tests.conftest import ADA, Browser

PAGES = {
    "/my/": "Overview",
    "/my/tickets/": "Locked out",
    "/my/tickets/?text=locked": "Locked out",
    "/my/ticket/?ref={ref}": "Please let me in: I have been waiting all day.",
    "/my/account/": "Your account",
    "/my/account/sessions/": "signed in",
    "/my/account/notifications/": "Notifications",
    "/my/status/webhooks/": "webhook",
}
SAYS = "you can't send or change anything right now"


@contextmanager
def read_only(services: Services) -> Iterator[None]:
    """Every write of this thread is refused, as on a disk that is mounted to be read."""
    on, off = (
        ("pragma query_only=on", "pragma query_only=off")
        if isinstance(services.store, SQLite)
        else ("set default_transaction_read_only = on", "set default_transaction_read_only = off")
    )
    services.store.run(on)
    yield
    services.store.run(off)


@contextmanager
def locked(services: Services) -> Iterator[None]:
    """Another process holds the one writer's lock."""
    with closing(sqlite3.connect(services.store.file, isolation_level=None)) as other:
        other.execute("begin exclusive")
        yield
        other.execute("rollback")


@contextmanager
def full(services: Services) -> Iterator[None]:
    """No page can be added to the file."""
    services.store.run("create table ballast (id integer primary key, data text)")
    pages = services.store.one("pragma page_count")["page_count"]
    services.store.run(f"pragma max_page_count={pages + 20}")
    for size in (4000, 400, 40, 4):
        while _fits(services, "x" * size):
            continue
    yield
    services.store.run("pragma max_page_count=1000000")


def _fits(services: Services, text: str) -> bool:
    try:
        return services.store.run("insert into ballast (data) values (:data)", data=text) == 1
    except stores.StoreError:
        return False


@pytest.fixture
def reference(browser: Browser, services: Services, sign_in: Callable[..., None]) -> str:
    """A ticket of Ada, who was last seen a while ago, and whose claims are old."""
    sign_in(browser)
    form = {"topic": "getting-in", "subject": "Locked out", "body": "Please let me in: I have been waiting all day."}
    place = browser.post("/api/tickets", data=form).headers["Location"]
    services.store.run(
        "update session set seen_at = :seen, claims_at = :claims, tokens = 'sealed'",
        seen=services.now() - 20 * MINUTE_MS,
        claims=services.now() - 2 * HOUR_MS,
    )
    return place.partition("ref=")[2].partition("&")[0]


def read(browser: Browser, reference: str) -> dict[str, str]:
    """The text of each page, which must be there."""
    answers = {path: browser.get(path.format(ref=reference)) for path in PAGES}
    assert {path: answer.status_code for path, answer in answers.items()} == dict.fromkeys(PAGES, 200)
    assert [path for path, answer in answers.items() if PAGES[path] not in answer.text] == []
    return {path: answer.text for path, answer in answers.items()}


def test_pages_are_read_while_nothing_can_be_written(browser: Browser, services: Services, reference: str):
    with read_only(services):
        texts = read(browser, reference)
        sent = browser.post("/api/tickets/reply", data={"ref": reference, "body": "Are you still there?"})

    assert [path for path, text in texts.items() if SAYS not in text] == []
    assert sent.status_code == 503
    assert "Are you still there?" in sent.text


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_pages_are_read_while_another_process_holds_the_lock(browser: Browser, services: Services, reference: str):
    began = time.monotonic()
    with locked(services):
        texts = read(browser, reference)

    assert [path for path, text in texts.items() if SAYS not in text] == []
    assert time.monotonic() - began < 5


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_pages_are_read_while_the_disk_is_full(browser: Browser, services: Services, reference: str):
    with full(services):
        read(browser, reference)
        sent = browser.post("/api/tickets/reply", data={"ref": reference, "body": "Are you still there? " * 500})

    assert sent.status_code == 503


def test_once_the_store_takes_writes_again_pages_say_nothing_of_it(
    browser: Browser, services: Services, reference: str, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(stores, "NOTE_PAUSE_SECONDS", 0.0)
    with read_only(services):
        browser.get("/my/tickets/")
    page = browser.get("/my/tickets/")
    seen = services.store.one("select seen_at from session")["seen_at"]

    assert SAYS not in page.text
    assert services.now() - seen < MINUTE_MS
    assert ADA.email in services.store.one("select requester from session")["requester"]


def test_a_note_inside_a_transaction_is_a_write_like_any_other(services: Services):
    with read_only(services), pytest.raises(stores.StoreError), services.store.transaction():
        services.store.note("delete from session")
    assert services.store.takes_notes
