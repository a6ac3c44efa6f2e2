"""Every monitor that can be asked, against a server that behaves as its vendor does, on good days and on bad ones."""

import importlib
import logging
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from demo import server
from demo.monitors import TOKEN, Monitors
from functions.app import Portal
from functions.errors import VendorError
from functions.services import Services
from functions.settings import read
from functions.status.live import last_checks
from functions.status.poll import poll
from portal.status import Board, Check, Component, Page, write
from tests.conftest import Browser, Clock, write_bundle

# Kind -> the variables that point it at the server, and the vendor's words for: well, bad, and none of our business.
KINDS = {
    "pingdom": ({"PINGDOM_API": "{}", "PINGDOM_TOKEN": TOKEN}, ("up", "down", "unconfirmed_down")),
    "better_stack": ({"BETTER_STACK_API": "{}", "BETTER_STACK_TOKEN": TOKEN}, ("up", "down", "paused")),
    "statuspage": ({"STATUSPAGE_URL": "{}"}, ("operational", "major_outage", "under_maintenance")),
}


@pytest.fixture
def database_url(tmp_path: Path) -> str:
    return f"sqlite:///{tmp_path / 'portal.db'}"


@pytest.fixture(params=KINDS)
def kind(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture
def monitors() -> Monitors:
    return Monitors()


@pytest.fixture
def variables(kind: str, monitors: Monitors) -> Iterator[dict[str, str]]:
    with server.running(monitors) as origin:
        yield {name: value.format(origin) for name, value in KINDS[kind][0].items()}


def readings(kind: str, variables: dict[str, str]) -> dict[str, Any]:
    return dict(importlib.import_module(f"functions.monitors.{kind}").connect(variables).readings())


def test_the_vendors_words_become_ours(kind: str, monitors: Monitors, variables: dict[str, str]):
    well, bad, neither = KINDS[kind][1]
    monitors.states = {"1": well, "2": bad, "3": neither, "4": "a word of tomorrow"}
    found = {key: one.result(time.time()).outcome for key, one in readings(kind, variables).items()}

    assert found == {"1": "ok", "2": "fail", "3": "error", "4": "error"}


@pytest.mark.parametrize(
    ("fault", "error"),
    [
        ("unauthorized", "authentication"),
        ("limited", "rate_limited"),
        ("broken", "unavailable"),
        ("garbage", "unavailable"),
        ("list", "unavailable"),
        ("redirect", "unavailable"),
    ],
)
def test_a_bad_day_is_named(kind: str, monitors: Monitors, variables: dict[str, str], fault: str, error: str):
    monitors.fault = fault
    with pytest.raises(VendorError) as raised:
        readings(kind, variables)

    assert raised.value.kind == error
    assert TOKEN not in f"{raised.value} {raised.value.detail} {raised.value.public}"
    assert "/elsewhere" not in monitors.asked
    if fault == "limited":
        assert raised.value.retry_after == 30


@pytest.mark.parametrize("kind", ["pingdom", "better_stack"], indirect=True)
def test_what_the_monitor_has_not_looked_at_for_long_is_not_known(
    kind: str, monitors: Monitors, variables: dict[str, str]
):
    monitors.states, monitors.fault = {"1": "up"}, "old"

    assert readings(kind, variables)["1"].result(time.time()).outcome == "error"


@pytest.mark.parametrize("kind", ["better_stack"], indirect=True)
def test_a_token_follows_no_page_to_another_host(kind: str, monitors: Monitors, variables: dict[str, str]):
    monitors.states, monitors.fault = {"1": "up", "2": "up", "3": "up"}, "foreign_page"
    with pytest.raises(VendorError, match="another host"):
        readings(kind, variables)


def test_what_is_not_set_is_named(kind: str):
    with pytest.raises(VendorError) as raised:
        importlib.import_module(f"functions.monitors.{kind}").connect({})

    assert raised.value.detail.endswith("is not set")


@pytest.mark.parametrize("kind", ["pingdom"], indirect=True)
def test_a_token_is_not_sent_in_the_open(kind: str):
    with pytest.raises(VendorError, match="PINGDOM_API must be https://"):
        importlib.import_module("functions.monitors.pingdom").connect(
            {"PINGDOM_API": "http://pingdom.example", "PINGDOM_TOKEN": "x"}
        )


@pytest.fixture
def services(environ: dict[str, str], variables: dict[str, str], kind: str, tmp_path: Path) -> Iterator[Services]:
    components = tuple(Component(f"c{key}", f"C{key}", checks=(Check(type=kind, id=key),)) for key in ("1", "2", "9"))
    write_bundle(tmp_path / "build", status=write(Board(Page("acme", "Acme"), components)))
    services = Services(
        read(environ | variables | {"STATUS_HOOK_TOKEN": "hook-token-hook-token,short,older-token-older-token"}),
        Clock(1_795_384_800_000),
    )
    services.store.migrate()
    yield services
    services.store.close()


def test_the_poll_asks_once_for_all_and_shows_what_is_said(kind: str, monitors: Monitors, services: Services, caplog):
    well, bad, _ = KINDS[kind][1]
    monitors.states = {"1": well, "2": bad}
    for _ in range(3):
        services.clock.at += 60_000
        with caplog.at_level(logging.WARNING):
            poll(services, time.monotonic() + 10)

    assert {key: live.state for key, (live, _) in last_checks(services.store).items()} == {
        "c1": "operational",
        "c2": "major_outage",
    }
    assert len(monitors.asked) == 3
    assert f"{kind} says nothing of its check 9" in caplog.text


def test_a_monitor_that_does_not_answer_blames_nobody(kind: str, monitors: Monitors, services: Services):
    monitors.fault = "broken"
    poll(services, time.monotonic() + 10)

    assert last_checks(services.store) == {}


@pytest.mark.parametrize("kind", ["pingdom"], indirect=True)
def test_a_webhook_means_ask_now_and_needs_its_token(monitors: Monitors, services: Services):
    monitors.states = {"1": "up", "2": "up"}
    client = Browser(Portal(services))
    for wrong in ("wrong", "short", "", "hook-token-hook-token,short,older-token-older-token"):
        assert client.post("/api/status/hook", query_string={"token": wrong}).status_code == 404
    assert monitors.asked == []
    answer = client.post("/api/status/hook?token=hook-token-hook-token", json={"current_state": "DOWN"})
    answer.close()

    assert answer.status_code == 202
    assert last_checks(services.store)["c1"][0].state == "operational"
    for _ in range(6):
        client.post("/api/status/hook?token=older-token-older-token").close()
    assert len(monitors.asked) == 6
