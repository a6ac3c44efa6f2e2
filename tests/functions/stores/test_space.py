"""Nobody fills the disk: daily budgets in bytes, and an alarm before there is no room."""

import json
import uuid
from collections.abc import Callable
from io import BytesIO
from typing import Any

import pytest

from functions.app import Portal
from functions.services import Services
from functions.settings import read
from functions.stores.sqlite import SQLite
from portal.clock import DAY_MS
from tests.conftest import ADA, BEN, Browser, Clock

MB = 1_000_000
SAYS = "not your files"


@pytest.fixture
def small(environ: dict[str, str], services: Services) -> Services:
    """A portal with budgets of 1 MB from one, and 2 MB from all."""
    budgets = {"EVENTS_MB_EACH": "1", "EVENTS_MB_ALL": "2", "FILES_MB_EACH": "1", "FILES_MB_ALL": "2"}
    services.clock.at = services.now() // DAY_MS * DAY_MS
    made = Services(read(environ | budgets | {"TRUSTED_HOPS": "1"}), services.clock)
    made.__dict__["store"] = services.store
    return made


@pytest.fixture
def visitor(small: Services) -> Browser:
    return Browser(Portal(small))


def events(visitor: Browser, address: str, times: int = 1) -> None:
    """Twenty page views with long paths, about 9 kB stored, `times` times."""
    for _ in range(times):
        views = [
            {
                "event_id": str(uuid.uuid4()),
                "visit": str(uuid.uuid4()),
                "view": str(uuid.uuid4()),
                "seq": number,
                "name": "page",
                "path": "/" + "p" * 150,
                "kind": "article",
            }
            for number in range(20)
        ]
        answer = visitor.post(
            "/api/events",
            data=json.dumps(views),
            content_type="application/json",
            headers={"User-Agent": "Mozilla/5.0 Firefox/140", "X-Forwarded-For": address},
        )
        assert answer.status_code == 204


def stored(services: Services) -> int:
    return int(services.store.one("select count(*) as n from event")["n"])


def test_events_past_the_days_budget_of_an_address_are_counted_and_not_kept(small: Services, visitor: Browser):
    events(visitor, "192.0.2.1", 150)
    kept = stored(small)
    events(visitor, "192.0.2.1", 5)
    after = stored(small)
    events(visitor, "192.0.2.2", 5)
    dropped = visitor.get("/api/health").json["dropped_events"]

    assert 20 < kept < 150 * 20
    assert after == kept
    assert stored(small) == kept + 100
    assert dropped == 155 * 20 - kept


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_events_past_the_days_budget_of_all_are_not_kept_and_the_next_day_is_new(small: Services, visitor: Browser):
    for number in range(1, 5):
        events(visitor, f"192.0.2.{number}", 80)
    kept = stored(small)
    events(visitor, "192.0.2.9", 2)
    after = stored(small)
    small.clock.at += DAY_MS
    events(visitor, "192.0.2.9", 2)

    assert after == kept < 4 * 80 * 20
    assert stored(small) == kept + 40


def ask(visitor: Browser, subject: str, size: int) -> Any:
    log = BytesIO(b"a line of a log\n" * (size // 16))
    form = {
        "topic": "getting-in",
        "subject": subject,
        "body": "Please look at this log of mine.",
        "files": (log, "a.log"),
    }
    return visitor.post("/api/tickets", data=form | {"files": (log, "a.log")})


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
@pytest.mark.parametrize("size", [260_000, 330_000, 450_000])
def test_files_past_the_days_budget_are_left_out_and_the_text_is_taken(
    small: Services, visitor: Browser, sign_in: Callable[..., None], size: int
):
    sign_in(visitor)
    places = [ask(visitor, f"Question {number}", size).headers["Location"] for number in range(4)]
    pages = [visitor.get(place).text for place in places]
    files = small.store.one("select sum(size) as n from ticket_file")["n"]

    assert small.store.one("select count(*) as n from ticket")["n"] == 4
    assert SAYS not in pages[0]
    assert SAYS in pages[3]
    assert "Please look at this log of mine." in pages[3]
    assert size * 0.99 < files <= MB


def test_files_of_a_reply_count_too_and_another_customer_has_a_budget_of_their_own(
    small: Services, visitor: Browser, sign_in: Callable[..., None]
):
    sign_in(visitor)
    ask(visitor, "Question", 450_000)
    place = ask(visitor, "Another question", 450_000).headers["Location"]
    reference = place.partition("ref=")[2].partition("&")[0]
    log = BytesIO(b"a line of a log\n" * 20_000)
    form = {"ref": reference, "body": "And another log.", "files": (log, "b.log")}
    answer = visitor.post("/api/tickets/reply", data=form)
    other = Browser(visitor.application)
    sign_in(other, BEN)
    theirs = [ask(other, f"Question {number}", 450_000) for number in range(2)]
    third = Browser(visitor.application)
    sign_in(third, ADA.__class__("sub-eve", "eve@customer.example", "Eve"))
    last = ask(third, "Question", 450_000)

    assert "files=0" in answer.headers["Location"]
    assert SAYS in visitor.get(answer.headers["Location"].partition("#")[0]).text
    assert "And another log." in visitor.get(place).text
    assert [one for one in theirs if "files=0" in one.headers["Location"]] == []
    assert "files=0" in last.headers["Location"]


@pytest.mark.parametrize(("free", "status"), [("0", "ok"), ("100000000000", "failing")])
@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_health_alarms_before_the_disk_is_full(environ: dict[str, str], services: Services, free: str, status: str):
    health = _health(environ | {"DISK_FREE_MB": free}, services)

    assert health["status"] == status
    assert health["store"]["nearly_full"] == (status == "failing")


@pytest.mark.parametrize(("size", "status"), [("0", "ok"), ("100000", "ok"), ("1", "failing"), ("5", "failing")])
def test_health_alarms_before_a_database_has_its_full_size(
    environ: dict[str, str], services: Services, size: str, status: str
):
    if isinstance(services.store, SQLite):
        services.store.run("create table ballast (data blob)")
        services.store.run("insert into ballast values (zeroblob(6000000))")
        services.store.run("pragma wal_checkpoint(truncate)")
    health = _health(environ | {"DATABASE_MB": size, "DISK_FREE_MB": "0"}, services)

    assert health["status"] == status
    assert health["store"]["megabytes"] > 1


def _health(environ: dict[str, str], services: Services) -> dict[str, Any]:
    made = Services(read(environ), Clock())
    made.__dict__["store"] = services.store
    visitor = Browser(Portal(made))
    visitor.post("/api/tick", headers={"Authorization": "Bearer " + "t" * 16})
    health: dict[str, Any] = visitor.get("/api/health").json
    return health


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_a_comment_past_the_days_budget_is_refused_with_a_sentence(small: Services, visitor: Browser):
    events(visitor, "192.0.2.1", 150)
    form = {"article": "getting-in/forgot-password", "vote": "no", "comment": "It does not say where. " * 20}
    answers = [visitor.post("/api/feedback", data=form, headers={"X-Forwarded-For": "192.0.2.1"}) for _ in range(30)]

    assert answers[-1].status_code == 429
    assert "Try again tomorrow" in answers[-1].text


def test_unsent_messages_past_the_days_budget_are_refused_and_shown_again(small: Services, visitor: Browser):
    form = {"topic": "getting-in", "subject": "Locked out", "body": "I <wrote> " + "a lot " * 3000}
    for number in range(200):
        answer = visitor.post("/api/tickets", data=form, headers={"X-Forwarded-For": f"203.0.113.{number}"})
        if answer.status_code != 303:
            break

    kept = small.store.all("select length(body) as n from draft")
    assert answer.status_code == 503
    assert "keep more messages today" in answer.text
    assert "I &lt;wrote&gt; a lot" in answer.text
    assert 1.9 * MB < sum(row["n"] for row in kept) < 2 * MB
