"""Subscribers hear of what was deployed too late when an operator says so, and once."""

import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from functions.services import Services
from functions.settings import read
from functions.status.tell import announce
from functions.stores import Store
from portal.clock import DAY_MS, HOUR_MS
from portal.status import Board, Component, Maintenance, Page, Update, write
from scripts.announce import __main__ as command
from tests.conftest import write_bundle

NOW = int(time.time() * 1000)
UPDATE = Update(NOW - 5 * HOUR_MS, "scheduled", "We are moving.")
WORK = Maintenance("move", "New servers", "scheduled", NOW + DAY_MS, NOW + 2 * DAY_MS, ("web",), updates=(UPDATE,))
BOARD = Board(
    Page("acme", "Acme", "http://127.0.0.1:8000/status/"), (Component("web", "Web app"),), maintenances=(WORK,)
)


@pytest.fixture
def services(
    environ: dict[str, str], store: Store, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Services]:
    write_bundle(tmp_path / "build", status=write(BOARD))
    own = environ | {"SMTP_URL": "smtp://127.0.0.1:9", "MAIL_FROM": "status@acme.example"}
    for name, value in own.items():
        monkeypatch.setenv(name, value)
    services = Services(read(own))
    yield services
    services.store.close()


def subscribe(services: Services, address: str) -> None:
    services.store.run(
        "insert into subscriber (id, address, components, created_at) values (:to, :to, '[\"web\"]', 1)", to=address
    )


def queued(services: Services) -> list[str]:
    return [row["subject_id"] for row in services.store.all("select subject_id from outbox where kind = 'status.mail'")]


def test_what_came_too_late_is_told_once_and_only_when_asked(
    services: Services, capsys: pytest.CaptureFixture[str]
) -> None:
    subscribe(services, "eve@customer.example")
    announce(services, time.monotonic() + 5)
    assert queued(services) == []

    assert command.main([]) == 0
    assert "New servers, update of" in (said := capsys.readouterr().out)
    assert "1 to tell\nNot told yet. With --send they hear of it." in said
    assert queued(services) == []

    assert command.main(["--send"]) == command.main(["--send"]) == command.main([]) == 0
    assert queued(services) == ["eve@customer.example"]
    assert capsys.readouterr().out.endswith("Everything that is open or to come was told.\n")


def test_where_nobody_wants_to_hear_of_it_the_list_says_so(
    services: Services, capsys: pytest.CaptureFixture[str]
) -> None:
    assert command.main([]) == 0

    assert capsys.readouterr().out.endswith("nobody chose to hear of it\nNobody waits to hear of it.\n")


def test_a_store_that_does_not_answer_is_a_sentence(
    services: Services, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("DATABASE_URL", f"sqlite:///{tmp_path / 'none.db'}")

    assert command.main([]) == 1
    assert "scripts.migrate" in capsys.readouterr().err
