"""The outbox and the tick: every delivery happens, and one at a time."""

import json
import os
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest

from functions import outbox, tick
from functions.errors import Problem, StoreError, VendorError
from functions.rate import limit
from functions.services import Services
from portal.clock import HOUR_MS
from tests.conftest import Browser

ROOT = Path(__file__).parents[2]
CALLS: list[dict[str, object]] = []
FAULTS: list[Exception] = []


def handler(services: Services, payload: dict[str, object]) -> None:
    CALLS.append(payload)
    if FAULTS:
        raise FAULTS.pop(0)


@pytest.fixture(autouse=True)
def _handler(monkeypatch: pytest.MonkeyPatch):
    CALLS.clear()
    FAULTS.clear()
    monkeypatch.setitem(outbox.KINDS, "test", "tests.functions.test_outbox:handler")


def row(services: Services, row_id: str):
    return services.store.one("select * from outbox where id = :id", id=row_id)


def test_a_delivery_happens_once(services: Services):
    row_id = outbox.put(services, "test", {"a": 1}, subject_id="s")

    assert outbox.deliver(services, row_id)
    assert not outbox.deliver(services, row_id)
    assert CALLS == [{"a": 1}]


def test_a_failed_delivery_is_tried_again_later(services: Services):
    FAULTS.append(VendorError(detail="away"))
    row_id = outbox.put(services, "test", {}, subject_id="s")
    now = services.now()

    assert not outbox.deliver(services, row_id)
    assert not outbox.deliver(services, row_id)
    services.clock.at = now + 6_000
    outbox.deliver_due(services, deadline=float("inf"))
    assert len(CALLS) == 2
    assert row(services, row_id)["done_at"] is not None


def test_the_vendors_wait_is_kept(services: Services):
    FAULTS.append(VendorError(kind="rate_limited", retry_after=600))
    row_id = outbox.put(services, "test", {}, subject_id="s")
    outbox.deliver(services, row_id)

    assert row(services, row_id)["next_at"] >= services.now() + 590_000


def test_what_was_rejected_is_not_tried_again(services: Services):
    FAULTS.append(VendorError(kind="rejected"))
    row_id = outbox.put(services, "test", {}, subject_id="s")
    outbox.deliver(services, row_id)
    later = services.now() + 86_400_000
    services.clock.at = later
    outbox.deliver_due(services, deadline=float("inf"))

    assert len(CALLS) == 1
    assert row(services, row_id)["error"] == "rejected"


def test_a_fault_in_an_adapter_keeps_the_row(services: Services):
    FAULTS.append(KeyError("bug"))
    row_id = outbox.put(services, "test", {}, subject_id="s")

    assert not outbox.deliver(services, row_id)
    assert row(services, row_id)["error"] == "fault"
    assert row(services, row_id)["next_at"] > services.now()


def test_two_processes_do_not_deliver_the_same_row(services: Services):
    row_id = outbox.put(services, "test", {}, subject_id="s")
    barrier = threading.Barrier(4)

    def race() -> None:
        barrier.wait()
        outbox.deliver(services, row_id)
        services.store.close()

    threads = [threading.Thread(target=race) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert len(CALLS) == 1


def test_a_lease_that_ran_out_is_taken_up(services: Services):
    row_id = outbox.put(services, "test", {}, subject_id="s")
    services.store.run("update outbox set leased_until = :until", until=services.now() + outbox.LEASE_MS)

    assert not outbox.deliver(services, row_id)
    later = services.now() + outbox.LEASE_MS + 1
    services.clock.at = later
    assert outbox.deliver(services, row_id)


def test_one_failing_job_does_not_stop_the_others(browser: Browser, monkeypatch: pytest.MonkeyPatch):
    jobs = {"bad": ("tests.functions.test_outbox:bad_job", 0), "outbox": ("functions.outbox:deliver_due", 0)}
    monkeypatch.setattr(tick, "JOBS", jobs)
    answer = browser.post("/api/tick", headers={"Authorization": "Bearer " + "t" * 16})

    assert answer.status_code == 500
    assert answer.json == {"jobs": {"bad": "failed", "outbox": "done"}}


def bad_job(services: Services, deadline: float) -> None:
    raise RuntimeError("bug")


def test_a_job_waits_for_its_time_and_for_its_lease(services: Services, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(tick, "JOBS", {"hourly": ("tests.functions.test_outbox:good_job", HOUR_MS)})

    assert tick.tick(services, float("inf")) == {"hourly": "done"}
    assert tick.tick(services, float("inf")) == {}
    services.store.run("update job set due_at = 0, leased_until = :until", until=services.now() + 1000)
    assert tick.tick(services, float("inf")) == {}


def good_job(services: Services, deadline: float) -> None:
    CALLS.append({})


def test_a_rate_limit_counts_per_person_and_opens_again(services: Services):
    services.clock.at = 1_000_000 * 60_000
    for _ in range(3):
        limit(services, "ticket", "ada", times=3, per_seconds=60)
    with pytest.raises(Problem) as error:
        limit(services, "ticket", "ada", times=3, per_seconds=60)
    limit(services, "ticket", "ben", times=3, per_seconds=60)
    services.clock.at += 60_000
    limit(services, "ticket", "ada", times=3, per_seconds=60)

    assert error.value.status == 429
    assert error.value.retry_after == 61


KILLED_AT_THE_DESK = """
import os, signal
from functions.helpdesks.built_in import BuiltIn
def connect(settings, services):
    return Dying(services)
class Dying(BuiltIn):
    def create(self, ticket):
        if {after}: super().create(ticket)
        if not os.path.exists({flag!r}):
            open({flag!r}, "w").close()
            os.kill(os.getpid(), signal.SIGKILL)
        return super().create(ticket)
"""
POST_ONE_TICKET = """
import os
from werkzeug.test import Client
from functions.app import create
portal = create(dict(os.environ))
portal.services.store.migrate()
client = Client(portal)
client.set_cookie("portal", os.environ["COOKIE"], domain="127.0.0.1")
data = {"topic": "getting-in", "subject": "Killed on the way", "body": "This text must reach the desk exactly once."}
headers = {"Accept": "text/html"}
print(client.post("/api/tickets", data=data, base_url="http://127.0.0.1:8000", headers=headers).status_code)
"""


@pytest.mark.parametrize("after", [False, True], ids=["before the desk has it", "after the desk has it"])
def test_a_process_killed_at_the_desk_loses_nothing_and_doubles_nothing(
    services: Services, environ: dict[str, str], tmp_path: Path, after: bool
):
    from functions.signin import sessions
    from tests.conftest import ADA

    custom = tmp_path / "site" / "custom"
    custom.mkdir(parents=True)
    (custom / "dying.py").write_text(KILLED_AT_THE_DESK.format(after=after, flag=str(tmp_path / "died")))
    world = environ | {
        "HELPDESK": "custom.dying:connect",
        "COOKIE": sessions.start(services, ADA, {}),
        "PYTHONPATH": f"{ROOT}:{tmp_path / 'site'}",
        "PATH": os.environ["PATH"],
    }
    first = subprocess.run(
        [sys.executable, "-c", POST_ONE_TICKET], env=world, capture_output=True, text=True, check=False
    )
    later = services.now() + outbox.LEASE_MS + 1
    services.clock.at = later
    outbox.deliver_due(services, deadline=time.monotonic() + 10)
    again = subprocess.run(
        [sys.executable, "-c", POST_ONE_TICKET], env=world, capture_output=True, text=True, check=True
    )

    assert first.returncode == -signal.SIGKILL, first.stderr
    assert again.stdout.strip() == "303", again.stderr
    assert [thread.subject for thread in services.desk.tickets(ADA)] == ["Killed on the way"]
    assert services.store.one("select state from ticket") == {"state": "delivered"}
    assert json.loads(services.store.one("select payload from outbox")["payload"])


def test_after_the_clock_was_set_back_jobs_and_deliveries_go_on(services: Services, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(tick, "JOBS", {"hourly": ("tests.functions.test_outbox:good_job", HOUR_MS)})
    row_id = outbox.put(services, "test", {}, subject_id="s")
    tick.tick(services, float("inf"))
    services.store.run("update outbox set leased_until = :until", until=services.now() + outbox.LEASE_MS)
    past = services.now() - HOUR_MS
    services.clock.at = past
    services.store.run("update outbox set next_at = :past", past=past)

    assert tick.tick(services, float("inf")) == {"hourly": "done"}
    assert outbox.deliver(services, row_id)


def test_health_tells_of_a_failing_job_until_it_works_again(browser: Browser, monkeypatch: pytest.MonkeyPatch):
    for where, status in (("bad_job", "failing"), ("good_job", "ok")):
        monkeypatch.setattr(
            tick,
            "JOBS",
            {"job": (f"tests.functions.test_outbox:{where}", 0), "other": ("tests.functions.test_outbox:good_job", 0)},
        )
        browser.post("/api/tick", headers={"Authorization": "Bearer " + "t" * 16})
        assert browser.get("/api/health").json["status"] == status


def test_health_tells_of_what_was_given_up_and_of_what_waits_too_long(
    browser: Browser, services: Services, monkeypatch
):
    monkeypatch.setattr(tick, "JOBS", {"job": ("tests.functions.test_outbox:good_job", 0)})
    FAULTS.append(VendorError(kind="rejected"))
    outbox.deliver(services, outbox.put(services, "test", {}, subject_id="s"))
    outbox.put(services, "test", {}, subject_id="s")
    services.store.run("update outbox set created_at = 0 where failed_at is null")
    browser.post("/api/tick", headers={"Authorization": "Bearer " + "t" * 16})
    health = browser.get("/api/health").json

    assert health["status"] == "failing"
    assert health["deliveries"] == {"failed": 1, "overdue": 1}


def test_a_row_whose_lease_ran_out_is_not_postponed_by_its_former_holder(services: Services):
    row_id = outbox.put(services, "test", {}, subject_id="s")
    stale = row(services, row_id) | {"attempts": 1}
    outbox.deliver(services, row_id)
    services.store.run("update outbox set attempts = 2, done_at = null")
    outbox._postpone(services, stale, "unavailable", None)

    assert row(services, row_id)["error"] is None


def test_a_row_that_the_store_refuses_backs_off_and_lets_the_next_pass(services: Services):
    FAULTS.append(StoreError("refused"))
    first, second = (outbox.put(services, "test", {}, subject_id="s") for _ in range(2))
    services.store.run("update outbox set next_at = 0 where id = :id", id=first)
    outbox.deliver_due(services, deadline=float("inf"))

    assert row(services, first)["next_at"] > services.now()
    assert row(services, second)["done_at"] is not None


def test_a_process_whose_clock_is_behind_does_not_take_a_living_lease(services: Services):
    row_id = outbox.put(services, "test", {}, subject_id="s")
    services.store.run("update outbox set next_at = 0, leased_until = :until", until=services.now() + outbox.LEASE_MS)
    behind = services.now() - 5_000
    services.clock.at = behind

    assert not outbox.deliver(services, row_id)
    assert CALLS == []
