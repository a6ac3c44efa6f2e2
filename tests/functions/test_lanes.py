"""The lanes of the outbox: what is urgent leaves first, and no other system holds up what is not for it."""

import threading
import time
from typing import Any

import pytest

from functions import outbox, tick
from functions.errors import Kind, VendorError
from functions.lanes import LANES, MOST_FAILURES, WORKERS, lane_of
from functions.services import Services
from portal.clock import DAY_MS, HOUR_MS

CALLS: list[str] = []
FAULTS: dict[str, Exception] = {}
HANGS: set[str] = set()
RELEASED = threading.Event()
ENOUGH = threading.Event()


def handler(services: Services, payload: dict[str, Any]) -> None:
    """The other system of every kind: it answers, fails or hangs as the test says."""
    CALLS.append(payload["name"])
    if payload["name"] == payload.get("last"):
        ENOUGH.set()
    if payload["kind"] in HANGS:
        RELEASED.wait(30)
    RELEASED.wait(payload.get("takes", 0))
    fault = FAULTS.get(payload.get("webhook") or payload["kind"])
    if fault:
        raise fault


@pytest.fixture(autouse=True)
def _handler(monkeypatch: pytest.MonkeyPatch):
    for event in (RELEASED, ENOUGH):
        event.clear()
    for kept in (CALLS, FAULTS, HANGS):
        kept.clear()
    for kind in outbox.KINDS:
        monkeypatch.setitem(outbox.KINDS, kind, "tests.functions.test_lanes:handler")
    yield
    RELEASED.set()


def put(services: Services, kind: str, name: str, **more: Any) -> str:
    return outbox.put(services, kind, {"kind": kind, "name": name, **more}, subject_id="s")


def left(services: Services) -> int:
    return services.store.one("select count(*) as n from outbox where done_at is null")["n"]


def test_every_kind_has_a_lane_and_every_lane_a_worker():
    kinds = [kind for lane in LANES.values() for kind in lane.kinds]

    assert sorted(kinds) == sorted(outbox.KINDS)
    assert {name for worker in WORKERS for name in worker} == set(LANES)


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
@pytest.mark.parametrize("hanging", [lane.kinds[0] for lane in LANES.values()])
def test_a_system_that_never_answers_delays_no_other_one_and_not_the_tick(services: Services, hanging: str):
    HANGS.add(hanging)
    put(services, hanging, "hangs")
    for kind in outbox.KINDS:
        if not any({lane_of(kind).name, lane_of(hanging).name} <= set(worker) for worker in WORKERS):
            put(services, kind, kind, last="no name")
    others = left(services) - 1
    began = time.monotonic()
    outbox.deliver_due(services, began + 2)

    assert len(CALLS) == others + 1
    assert left(services) == 1
    assert time.monotonic() - began < 5


def test_what_comes_while_another_lane_works_leaves_in_the_same_tick(services: Services):
    HANGS.add("ticket.create")
    put(services, "ticket.create", "hangs")
    ticking = threading.Thread(target=_deliver, args=(services,))
    ticking.start()
    while not CALLS:
        threading.Event().wait(0.01)
    put(services, "mail.verify", "code", last="code")

    assert ENOUGH.wait(10)
    RELEASED.set()
    ticking.join()


def _deliver(services: Services) -> None:
    outbox.deliver_due(services, time.monotonic() + 20)
    services.store.close()


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_a_tick_fills_its_time_and_not_a_count(services: Services):
    with services.store.transaction():
        for number in range(130):
            put(services, "status.mail", f"{number}")
    outbox.deliver_due(services, float("inf"))

    assert left(services) == 0


def test_many_status_mails_wait_behind_nobody_and_nobody_behind_them(services: Services):
    with services.store.transaction():
        for number in range(100):
            put(services, "status.mail", f"news {number}", takes=0.01)
    put(services, "mail.verify", "code")
    put(services, "ticket.create", "ticket")
    outbox.deliver_due(services, float("inf"))

    assert max(CALLS.index("code"), CALLS.index("ticket")) < 50
    assert len(CALLS) == 102


def test_replies_get_a_turn_while_tickets_wait(services: Services):
    for number in range(9):
        put(services, "ticket.create", f"ticket {number}")
    for number in range(2):
        put(services, "ticket.reply", f"reply {number}")
    outbox.deliver_due(services, float("inf"))

    assert [name.partition(" ")[0] for name in CALLS[:8]] == ["ticket", "ticket", "ticket", "reply"] * 2


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
@pytest.mark.parametrize("kind", ["unavailable", "rate_limited", "authentication"])
@pytest.mark.parametrize("delivery", ["ticket.create", "mail.verify", "status.mail"])
def test_a_system_that_fails_three_times_rests_until_the_next_tick(services: Services, delivery: str, kind: Kind):
    FAULTS[delivery] = VendorError(kind=kind)
    for number in range(8):
        put(services, delivery, f"{number}")
    outbox.deliver_due(services, float("inf"))
    first = len(CALLS)
    FAULTS.clear()
    outbox.deliver_due(services, float("inf"))

    assert first == MOST_FAILURES
    assert sorted(CALLS[first:]) == ["3", "4", "5", "6", "7"]


@pytest.mark.parametrize(
    "fault",
    [VendorError(kind="rejected"), VendorError(alone=True), outbox.Later(1000, "not yet")],
    ids=["refused", "one recipient put off", "waits"],
)
def test_a_system_that_answered_does_not_rest(services: Services, fault: Exception):
    FAULTS["status.mail"] = fault
    for number in range(8):
        put(services, "status.mail", f"{number}")
    outbox.deliver_due(services, float("inf"))

    assert len(CALLS) == 8


def test_a_receiver_of_webhooks_that_fails_rests_alone(services: Services):
    FAULTS["bad"] = VendorError()
    for number in range(6):
        put(services, "status.webhook", f"bad {number}", webhook="bad")
    for number in range(6):
        put(services, "status.webhook", f"good {number}", webhook="good")
    outbox.deliver_due(services, float("inf"))

    assert sum(name.startswith("bad") for name in CALLS) == MOST_FAILURES
    assert [name for name in CALLS if name.startswith("good")] == [f"good {number}" for number in range(6)]


def test_a_kind_of_a_newer_version_waits_for_it(services: Services):
    put(services, "carrier.pigeon", "later")
    put(services, "mail.send", "now")
    outbox.deliver_due(services, float("inf"))

    assert CALLS == ["now"]


def test_a_vendor_cannot_put_a_delivery_off_for_longer_than_its_lane_pauses(services: Services):
    FAULTS["mail.verify"] = VendorError(kind="rate_limited", retry_after=86_400)
    row_id = put(services, "mail.verify", "code")
    outbox.deliver(services, row_id)
    row = services.store.one("select next_at from outbox")

    assert 0 < row["next_at"] - services.now() <= lane_of("mail.verify").pause


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
@pytest.mark.parametrize("kind", ["mail.verify", "ticket.create", "ticket.reply", "status.mail", "status.webhook"])
@pytest.mark.parametrize("ahead", [2 * HOUR_MS, DAY_MS, 30 * DAY_MS])
def test_a_time_that_a_wrong_clock_wrote_does_not_hold_a_delivery(services: Services, kind: str, ahead: int):
    row_id = put(services, kind, "one")
    services.store.run("update outbox set next_at = :at, leased_until = :at, attempts = 3", at=services.now() + ahead)
    outbox.deliver_due(services, float("inf"))

    assert CALLS == ["one"]
    assert services.store.one("select done_at from outbox where id = :id", id=row_id)["done_at"]


def test_a_first_try_takes_along_one_other_for_the_same_system_and_none_for_another(services: Services):
    put(services, "status.webhook", "webhook")
    for name in ("waiting", "waiting too", "own"):
        row_id = put(services, "ticket.create", name)
    outbox.deliver_first(services, row_id)

    assert CALLS == ["own", "waiting"]


def test_checks_and_their_news_come_before_deliveries_and_leave_them_time(
    services: Services, monkeypatch: pytest.MonkeyPatch
):
    jobs = list(tick.JOBS)
    monkeypatch.setattr(tick, "JOBS", dict.fromkeys(jobs[:3], ("tests.functions.test_lanes:note_time", 0)))
    now = time.monotonic()
    tick.tick(services, now + 20)
    given = [float(one) - now for one in CALLS]

    assert jobs[:3] == ["poll", "tell", "outbox"]
    assert jobs[-1] == "look_at_tickets"
    assert given == pytest.approx([16, 20, 16], abs=1)


def note_time(services: Services, deadline: float) -> None:
    CALLS.append(f"{deadline}")


def test_a_process_that_died_while_delivering_stops_no_other(services: Services, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(tick, "JOBS", {"outbox": tick.JOBS["outbox"]})
    tick.tick(services, float("inf"))
    services.store.run("update job set leased_until = :until", until=services.now() + tick.LEASE_MS)
    put(services, "mail.verify", "code")

    assert tick.tick(services, float("inf")) == {"outbox": "done"}
    assert CALLS == ["code"]
