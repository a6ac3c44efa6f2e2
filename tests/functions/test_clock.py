"""A clock that jumps erases nothing, and leaves nothing waiting for a time that will not come."""

import socket
from collections.abc import Callable
from typing import Any

import pytest

from functions import clock, outbox, tick
from functions.errors import VendorError
from functions.helpdesks.built_in import BuiltIn
from functions.mail.addresses import may_mail
from functions.services import Services
from functions.signin import sessions
from functions.tickets import ledger, news
from portal.clock import DAY_MS, HOUR_MS, MINUTE_MS
from portal.tickets import Draft, Ticket
from tests.conftest import ADA, Browser

AHEAD = [2 * HOUR_MS, DAY_MS, 30 * DAY_MS, 3650 * DAY_MS]
MONTH = 30 * DAY_MS


def ticks(services: Services, minutes: int, every: int = MINUTE_MS) -> list[dict[str, str]]:
    """A tick now and every minute after."""
    outcomes = [tick.tick(services, float("inf"))]
    for _ in range(minutes):
        services.clock.at += every
        outcomes.append(tick.tick(services, float("inf")))
    return outcomes


@pytest.fixture
def start(services: Services) -> int:
    """The right time, at which the portal has been ticking."""
    services.clock.at = 1_790_000_000_000
    ticks(services, 2)
    return services.clock.at


@pytest.fixture
def kept(services: Services, start: int) -> dict[str, Any]:
    """What a purge would erase in a month: a session, texts of tickets, a ledger."""
    sessions.start(services, ADA, {})
    with services.store.transaction():
        row = ledger.add(services, ADA, Draft("getting-in", "Locked out", "Please let me in."), "key-1")
    assert row
    outbox.deliver(services, row["delivery"])
    return state(services)


def state(services: Services) -> dict[str, Any]:
    found = services.store.one(
        "select (select count(*) from session) as sessions, (select count(*) from outbox where done_at is not null) as"
        " done, (select body from ticket) as body, (select erased_at from ticket) as erased"
    )
    assert found
    return found


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
@pytest.mark.parametrize("jump", [*AHEAD, -2 * HOUR_MS, -MONTH])
def test_one_tick_of_a_wrong_clock_erases_nothing(services: Services, start: int, kept: dict[str, Any], jump: int):
    services.clock.at = start + jump
    wrong = ticks(services, 0)[0]
    services.clock.at = start + MINUTE_MS
    ticks(services, 1)

    assert {outcome for name, outcome in wrong.items() if name.startswith("purge_")} == {"waits"}
    assert state(services) == kept
    assert services.store.one("select max(due_at) as at from job")["at"] <= services.clock.at + HOUR_MS


def test_a_time_that_goes_on_for_an_hour_is_believed(services: Services, start: int, kept: dict[str, Any]):
    services.clock.at = start + MONTH * 2
    ticks(services, 5, 10 * MINUTE_MS)
    before = state(services)
    services.clock.at += 10 * MINUTE_MS
    ticks(services, 0)

    assert before["sessions"] == kept["sessions"] == 1
    assert state(services)["sessions"] == 0
    assert state(services)["body"] == ""


@pytest.mark.parametrize("every", [5_000, MINUTE_MS, 10 * MINUTE_MS, 55 * MINUTE_MS])
def test_a_clock_that_goes_on_is_believed_however_often_the_tick_comes(services: Services, start: int, every: int):
    outcomes = ticks(services, 4, every)

    assert "waits" not in {outcome for one in outcomes for outcome in one.values()}
    assert clock.moved(services) == clock.Moved()


def test_two_machines_whose_clocks_differ_a_little_are_believed(services: Services, start: int):
    for number in range(6):
        services.clock.at = start + number * MINUTE_MS - (number % 2) * 3 * MINUTE_MS
        clock.note(services)

    assert clock.moved(services).settled


def test_a_clock_that_jumps_between_the_note_and_the_purge_is_not_believed(services: Services, start: int):
    services.clock.at = start + MONTH

    assert not clock.moved(services).settled


@pytest.mark.parametrize("jump", [HOUR_MS + MINUTE_MS, MONTH, -10 * MINUTE_MS, -MONTH])
def test_health_tells_that_the_clock_moved_and_when_it_is_believed(
    services: Services, start: int, browser: Browser, jump: int
):
    before = browser.get("/api/health").json
    services.clock.at = start + jump
    clock.note(services)
    moved = browser.get("/api/health").json
    services.clock.at += MINUTE_MS
    ticks(services, 2, 31 * MINUTE_MS)
    after = browser.get("/api/health").json

    assert before["clock"] == {"moved_seconds": 0, "settled": True}
    assert moved["clock"] == {"moved_seconds": jump // 1000, "settled": False}
    assert jump > 0 or moved["status"] in {"failing", "late"}
    assert after["clock"]["settled"]
    assert after["status"] == "ok"


def test_after_the_clock_is_set_right_health_knows_the_age_of_the_tick_and_no_old_failure(
    services: Services, start: int, browser: Browser, monkeypatch: pytest.MonkeyPatch
):
    jobs = {"good": ("functions.rate:purge", 0), "job": ("tests.functions.test_outbox:bad_job", 0)}
    monkeypatch.setattr(tick, "JOBS", jobs)
    services.clock.at = start + MONTH
    ticks(services, 0)
    services.clock.at = start
    monkeypatch.setattr(tick, "JOBS", jobs | {"job": ("functions.rate:purge", 0)})
    ticks(services, 0)
    health = browser.get("/api/health").json

    assert health["tick_age_seconds"] == 0
    assert health["failing_jobs"] == []


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
@pytest.mark.parametrize("jump", AHEAD)
def test_a_try_at_a_wrong_time_delays_no_later_one(services: Services, start: int, jump: int):
    desk = services.__dict__["desk"] = Away(services)
    with services.store.transaction():
        row = ledger.add(services, ADA, Draft("getting-in", "Locked out", "Please let me in."), "key-1")
    services.clock.at = start + jump
    outbox.deliver_due(services, float("inf"))
    services.clock.at = start + MINUTE_MS
    desk.is_away = False
    ticks(services, 4)
    found = services.store.one("select state, body from ticket where id = :id", id=row["id"])

    assert found == {"state": "delivered", "body": "Please let me in."}


class Away(BuiltIn):
    """A desk that is away at first, and finds a ticket by its key a minute after it was made."""

    capabilities = BuiltIn.capabilities._replace(creates="found", lookup_lag=60)
    is_away = True

    def create(self, ticket: Ticket) -> str:
        if self.is_away:
            raise VendorError(detail="away")
        return super().create(ticket)

    def find(self, ticket: Ticket) -> str | None:
        return None


@pytest.mark.parametrize("jump", AHEAD)
def test_an_address_that_was_mailed_at_a_wrong_time_gets_its_next_mail(services: Services, start: int, jump: int):
    services.clock.at = start + jump
    assert may_mail(services, "ada@customer.example")
    allowed = []
    for number in range(1, 5):
        services.clock.at = start + number * 11 * MINUTE_MS
        allowed.append(may_mail(services, "ada@customer.example"))

    assert allowed[:2] == [True, True]
    assert not all(allowed)


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
@pytest.mark.parametrize("jump", AHEAD)
def test_a_ticket_that_was_looked_at_at_a_wrong_time_is_looked_at_again(
    services: Services, start: int, kept: dict[str, Any], jump: int
):
    services.clock.at = start + jump
    news.refresh(services, {"ticket": services.store.one("select id from ticket")["id"]})
    services.clock.at = start + 11 * MINUTE_MS
    ticks(services, 0)

    assert services.store.one("select looked_at from ticket")["looked_at"] == services.clock.at


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
@pytest.mark.parametrize("jump", AHEAD)
def test_a_session_of_a_wrong_time_ends_and_one_of_the_right_time_goes_on(
    services: Services, start: int, browser: Browser, sign_in: Callable[..., None], jump: int
):
    sign_in(browser)
    other = Browser(browser.application)
    services.clock.at = start + jump
    sign_in(other)
    browser.get("/my/tickets/")
    services.clock.at = start + MINUTE_MS
    ticks(services, 1)

    assert browser.get("/my/tickets/").status_code == 200
    assert other.get("/my/tickets/").status_code == 303


@pytest.mark.parametrize("jump", AHEAD[2:])
def test_a_webhook_is_not_given_up_by_a_wrong_clock(services: Services, start: int, jump: int):
    with socket.create_server(("127.0.0.1", 0)) as nobody:
        url = f"http://127.0.0.1:{nobody.getsockname()[1]}/"
    services.store.run(
        "insert into webhook (id, owner, url, secret, failing_since, created_at)"
        " values ('w', 'o', :url, 'whsec_QUJD', :at, :at)",
        url=url,
        at=start,
    )
    outbox.put(services, "status.webhook", {"webhook": "w", "id": "u", "data": {}}, subject_id="")
    services.clock.at = start + jump
    tried = ticks(services, 0)[0]

    assert tried["outbox"] == "done"
    assert services.store.one("select attempts from outbox") == {"attempts": 1}
    assert services.store.one("select count(*) as n from webhook") == {"n": 1}


def test_the_jobs_that_erase_are_named_so():
    for name, (where, _) in tick.JOBS.items():
        assert where.endswith(":purge") == name.startswith(tick.ERASES)
