"""On-call's command: files that the build can read, and clear errors when they cannot be written."""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from werkzeug.wrappers import Request, Response

from demo import server
from portal.status import files
from scripts import incident as command

COMPONENTS = "page: {id: acme, name: Acme}\ncomponents:\n  - {id: api, name: API}\n  - {id: web, name: Web}\n"


@pytest.fixture
def status(tmp_path: Path) -> Path:
    folder = tmp_path / "status"
    folder.mkdir()
    (folder / "components.yml").write_text(COMPONENTS)
    return folder


def run(status: Path, *arguments: str) -> int:
    return command.main(["--folder", str(status), *arguments])


def test_an_incident_is_opened_updated_and_resolved(status: Path, capsys: pytest.CaptureFixture[str]):
    assert run(status, "open", "API errors", "--impact", "major", "--component", "api=major_outage", "--body", "x") == 0
    (file,) = (status / "incidents").glob("*.md")
    assert run(status, "update", file.stem, "--status", "identified", "--body", "A **cable**.") == 0
    assert run(status, "resolve", file.stem, "--body", "Fixed.") == 0
    board = files.load(status)
    assert board

    (incident,) = board.incidents
    assert [update.status for update in incident.updates] == ["investigating", "identified", "resolved"]
    assert incident.states == {"api": "operational"}
    assert capsys.readouterr().out.count(str(file)) == 3


def test_a_file_of_another_name_keeps_it(status: Path):
    run(status, "open", "API errors", "--impact", "major", "--body", "x")
    (file,) = (status / "incidents").glob("*.md")
    renamed = file.rename(file.with_name("mine.md"))
    run(status, "resolve", file.stem, "--body", "Fixed.")

    assert [file.name for file in (status / "incidents").glob("*.md")] == ["mine.md"]
    assert "resolved" in renamed.read_text()


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["open", "API errors", "--impact", "major", "--component", "apo=major_outage", "--body", "x"],
         "no such component: apo; known: api, web"),
        (["open", "API errors", "--impact", "major", "--component", "api=broken", "--body", "x"],
         "'broken' is not one of"),
        (["open", "API errors", "--impact", "major", "--body", " "], "Enter a message for customers."),
        (["resolve", "no-such", "--body", "x"], "there is no incident 'no-such'"),
    ],
)  # fmt: skip
def test_a_mistake_is_named_and_nothing_is_written(
    status: Path, arguments: list[str], said: str, capsys: pytest.CaptureFixture[str]
):
    assert run(status, *arguments) == 2
    assert said in capsys.readouterr().err
    assert not (status / "incidents").exists()


def test_a_folder_without_components_is_named(tmp_path: Path, capsys: pytest.CaptureFixture[str]):
    assert run(tmp_path, "resolve", "x", "--body", "x") == 2
    assert "components.yml is missing" in capsys.readouterr().err


class Portal:
    """A portal that returns a prepared answer."""

    def __init__(self) -> None:
        self.answer: object = {}

    def __call__(self, environ, start_response):  # type: ignore[no-untyped-def]
        assert Request(environ).path == "/help/api/v2/incidents.json"
        return Response(json.dumps(self.answer), mimetype="application/json")(environ, start_response)


@pytest.fixture
def portal() -> Iterator[tuple[Portal, str]]:
    app = Portal()
    with server.running(app) as origin:
        yield app, f"{origin}/help/"


def live(*bodies: str) -> dict[str, object]:
    updates = [
        {
            "display_at": f"2026-11-23T09:0{number}:00.000Z",
            "status": "investigating",
            "body": body,
            "affected_components": [{"code": "api", "name": "API", "new_status": "major_outage"}],
        }
        for number, body in enumerate(bodies)
    ]
    return {
        "id": "2026-11-23-api-0900", "name": "Problems with API", "status": "investigating", "impact": "critical",
        "source": "auto", "started_at": "2026-11-23T09:00:00.000Z", "resolved_at": None,
        "incident_updates": updates[::-1],
    }  # fmt: skip


def test_what_was_posted_on_the_portal_becomes_files_once(status: Path, portal: tuple[Portal, str], capsys):
    app, url = portal
    app.answer = {"incidents": [live("It does not answer.")]}
    assert run(status, "sync", url) == 0
    (file,) = (status / "incidents").glob("*.md")
    file.write_text(file.read_text().replace("Problems with API", "The API was away"))
    app.answer = {"incidents": [live("It does not answer.", "Still.")]}
    assert run(status, "sync", url) == 0
    first = file.read_text()
    assert run(status, "sync", url) == 0

    assert "The API was away" in first
    assert "Still." in first
    assert file.read_text() == first
    assert capsys.readouterr().out.endswith("nothing new\n")
    board = files.load(status)
    assert board
    assert board.incidents[0].source == "auto"


@pytest.mark.parametrize("answer", [{}, {"incidents": [{}]}, [], {"incidents": 7}], ids=str)
def test_an_answer_of_something_else_changes_nothing(status: Path, portal: tuple[Portal, str], answer: object, capsys):
    portal[0].answer = answer

    assert run(status, "sync", portal[1]) == 2
    assert "gave no list of incidents" in capsys.readouterr().err
    assert not (status / "incidents").exists()
