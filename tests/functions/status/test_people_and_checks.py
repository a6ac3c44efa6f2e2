"""People post, checks fail and recover, ticks and builds come in between: nothing that a person wrote is lost."""

import json
import time
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from functions.app import Portal
from functions.services import Services
from functions.settings import read
from functions.signin import sessions
from functions.status.poll import poll
from portal.models import Requester
from portal.status import Incident, files, incidents, write
from scripts import incident as command
from tests.conftest import Browser, Clock, write_bundle
from tests.functions.status.test_poll import Service, service  # noqa: F401

START = 1_795_384_800_000
JSON = {"Accept": "application/json"}
ONCALL = Requester("sub-on", "on@acme.example", "On Call", None, frozenset({"status_write"}))
COMPONENTS = """
page: {id: acme, name: Acme, url: "https://help.acme.example/status/"}
components:
  - {id: web, name: Web app, checks: [{type: http, url: "${CHECK_SERVICE}/health"}]}
  - {id: api, name: API}
"""


@dataclass
class Desk:
    """A portal with its repository: `said` are the texts that people wrote and nobody took out."""

    services: Services
    service: Service
    folder: Path
    browser: Browser
    said: list[str] = field(default_factory=list)
    count: int = 0

    def reset(self) -> None:
        for table in ("status_incident", "status_live", "status_sample", "rate"):
            self.services.store.run(f"delete from {table}")
        for file in (self.folder / "incidents").glob("*.md"):
            file.unlink()
        self.said, self.count = [], 0
        self.build()

    def tick(self, status: int, times: int = 1) -> None:
        self.service.status = status
        for _ in range(times):
            self.services.clock.at += 60_000
            poll(self.services, time.monotonic() + 5)

    @property
    def public(self) -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = self.browser.get("/api/v2/incidents.json").json["incidents"]
        return found

    def bodies(self) -> list[str]:
        return [update["body"] for one in self.public for update in one["incident_updates"]]

    def text(self) -> str:
        self.count += 1
        self.said.append(f"Text {self.count}.")
        return self.said[-1]

    def post(self, status: str) -> None:
        """An update of the newest incident, or a new one."""
        self.services.clock.at += 7_000
        known = self.public
        fields = {"id": known[0]["id"]} if known else {"title": "Web is down", "impact": "major"}
        first = status if known or status not in {"resolved", "postmortem"} else "investigating"
        answer = self.browser.post(
            "/api/status/incidents", json=fields | {"status": first, "body": self.text()}, headers=JSON
        )
        assert answer.status_code == 201, answer.text

    def build(self) -> None:
        self.services.clock.at += 5_000
        board = files.load(self.folder)
        assert board
        board = replace(board, built_at=self.services.clock.at)
        write_bundle(self.folder.parent / "build", status=write(board))

    def sync(self) -> None:
        live = [command._incident(item) for item in self.public]
        command.sync(command.Folder(self.folder), live[::-1])

    def written(self) -> list[Incident]:
        board = files.load(self.folder)
        assert board
        return list(board.incidents)

    def terminal(self, status: str) -> None:
        """An update that on-call writes into the repository, and the build with it."""
        self.services.clock.at += 9_000
        known = self.written()
        if known:
            new = incidents.updated(known[0], status, self.text(), self.services.clock.at)
            command.Folder(self.folder).write(new)
        self.build()

    def take_out(self) -> None:
        """Take the last update of the newest file out, once ticks have seen the build with it."""
        self.build()
        self.tick(self.service.status)
        known = [one for one in self.written() if len(one.updates) > 1]
        if not known:
            return
        gone, before = known[0].updates[-1], known[0].updates[-2]
        over = before.status in {"resolved", "postmortem"}
        new = replace(
            known[0],
            updates=known[0].updates[:-1],
            status=before.status,
            resolved_at=known[0].resolved_at if over and known[0].resolved_at else before.at if over else None,
        )
        command.Folder(self.folder).write(new)
        self.said = [text for text in self.said if text != gone.body]
        self.build()
        assert gone.body not in self.bodies() or not gone.body.startswith("Text")


@pytest.fixture
def desk(
    environ: dict[str, str],
    database_url: str,
    store: object,
    service: Service,  # noqa: F811
    tmp_path: Path,
) -> Iterator[Desk]:
    folder = tmp_path / "status"
    folder.mkdir()
    (folder / "components.yml").write_text(COMPONENTS)
    write_bundle(tmp_path / "build")
    services = Services(read(environ | {"DATABASE_URL": database_url, "CHECK_SERVICE": service.url}), Clock(START))
    browser = Browser(Portal(services))
    browser.set_cookie(services.settings.cookie_name, sessions.start(services, ONCALL, {}), domain="127.0.0.1")
    made = Desk(services, service, folder, browser)
    made.build()
    yield made
    services.store.close()


def test_what_people_say_of_an_incident_of_the_checks_stays_when_the_checks_still_fail(desk: Desk):
    desk.tick(200)
    desk.tick(500, 3)
    desk.post("identified")
    desk.post("resolved")
    desk.tick(200)
    desk.tick(500)

    (one,) = desk.public
    assert [update["body"] for update in one["incident_updates"]][:2] == ["Text 2.", "Text 1."]
    assert one["status"] == "resolved"


def test_what_was_closed_too_early_is_opened_again_once_and_then_left_to_people(desk: Desk):
    desk.tick(200)
    desk.tick(500, 3)
    desk.post("resolved")
    desk.tick(500, 4)
    (again,) = desk.public
    desk.post("resolved")
    desk.tick(500, 20)
    (one,) = desk.public

    assert (again["status"], again["incident_updates"][0]["affected_components"][0]["new_status"]) == (
        "investigating",
        "major_outage",
    )
    assert "reopened" in again["incident_updates"][0]["body"]
    assert one["status"] == "resolved"
    assert len(one["incident_updates"]) == 4


def test_a_new_incident_opens_once_the_component_was_seen_to_be_well(desk: Desk):
    desk.tick(200)
    desk.tick(500, 3)
    desk.post("resolved")
    desk.tick(200, 2)
    desk.tick(500, 3)

    assert [one["status"] for one in desk.public] == ["investigating", "resolved"]


def test_a_persons_own_incident_that_ends_too_early_is_followed_by_no_second_one(desk: Desk):
    desk.post("investigating")
    key = desk.public[0]["id"]
    desk.browser.post(
        "/api/status/incidents",
        json={"id": key, "status": "identified", "body": "It is the web.", "components": {"web": "major_outage"}},
    )
    desk.tick(500, 3)
    desk.post("resolved")
    desk.tick(500, 2)

    assert [one["id"] for one in desk.public] == [key]


def test_an_incident_taken_out_of_the_repository_is_not_opened_again_by_the_same_outage(desk: Desk):
    desk.tick(200)
    desk.tick(500, 3)
    desk.sync()
    desk.build()
    desk.tick(500)
    for file in (desk.folder / "incidents").glob("*.md"):
        file.unlink()
    desk.build()
    desk.tick(500, 5)

    assert desk.public == []


def test_an_update_taken_out_of_its_file_is_no_longer_public(desk: Desk):
    desk.post("investigating")
    desk.post("identified")
    desk.sync()
    desk.take_out()
    desk.sync()

    assert desk.bodies() == ["Text 1."]
    assert [update.body for one in desk.written() for update in one.updates] == ["Text 1."]


def test_an_outage_within_the_same_minute_gets_a_name_of_its_own(desk: Desk):
    for _ in range(2):
        for status, times in ((200, 2), (500, 3)):
            desk.service.status = status
            for _ in range(times):
                desk.services.clock.at += 5_000
                desk.services.store.run("update status_live set checked_at = checked_at - 60000")
                poll(desk.services, time.monotonic() + 5)
        desk.post("resolved")

    assert sorted(text for text in desk.bodies() if text.startswith("Text")) == ["Text 1.", "Text 2."]


STEPS = st.lists(
    st.one_of(
        st.tuples(st.just("tick"), st.sampled_from([200, 500]), st.sampled_from([1, 2, 3, 12])),
        st.tuples(
            st.sampled_from(["post", "terminal"]),
            st.sampled_from(["investigating", "identified", "monitoring", "resolved", "postmortem"]),
        ),
        st.tuples(st.sampled_from(["sync", "build", "take_out"])),
    ),
    max_size=14,
)


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@example([("tick", 500, 3), ("post", "identified"), ("post", "resolved"), ("tick", 200, 1), ("tick", 500, 3)])
@example([("tick", 500, 3), ("sync",), ("terminal", "identified"), ("tick", 200, 12), ("post", "resolved")])
@example([("tick", 500, 3), ("post", "resolved"), ("sync",), ("take_out",), ("tick", 500, 12)])
@given(steps=STEPS)
def test_no_update_of_a_person_is_ever_lost(desk: Desk, steps: list[tuple[Any, ...]]):
    desk.reset()
    for name, *arguments in steps:
        getattr(desk, name)(*arguments)

        assert set(desk.said) <= set(desk.bodies()), json.dumps(desk.public, indent=1)
    desk.sync()
    desk.build()
    desk.tick(200)
    assert set(desk.said) <= set(desk.bodies())
