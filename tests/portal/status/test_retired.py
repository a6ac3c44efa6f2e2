"""A component that is gone keeps its past: its incidents, its days, and nothing that is shown as current."""

from datetime import date
from pathlib import Path

import pytest

from portal.errors import ContentError
from portal.status import feeds, files, notice, page, read, summary, write
from portal.status.events import incident

COMPONENTS = """\
page: {id: acme, name: Acme}
groups: [{id: core, name: Core}]
components:
  - {id: api, name: API, group: core}
  - {id: old, name: Old app, group: core, retired: 2026-11-20}
"""
INCIDENT = """\
---
id: slow
title: Slow
status: {status}
impact: minor
components: {{old: degraded_performance}}
started_at: 2026-11-02T09:00:00Z
{resolved}updates:
  - at: 2026-11-02T09:00:00Z
    status: {status}
    body: It is slow.
---
"""
OVER = INCIDENT.format(status="resolved", resolved="resolved_at: 2026-11-02T10:00:00Z\n")
OPEN = INCIDENT.format(status="monitoring", resolved="")
BEFORE, SINCE = date(2026, 11, 19), date(2026, 11, 20)
NOW = 1_795_000_000_000


def status(folder: Path, text: str = OVER, components: str = COMPONENTS) -> Path:
    (folder / "status/incidents").mkdir(parents=True)
    (folder / "status/history").mkdir()
    (folder / "status/components.yml").write_text(components)
    (folder / "status/incidents/slow.md").write_text(text)
    return folder / "status"


def test_it_is_current_until_its_day_and_of_the_past_from_then_on(tmp_path: Path) -> None:
    folder = status(tmp_path)
    before, since = files.load(folder, BEFORE), files.load(folder, SINCE)

    assert before
    assert since
    assert [one.id for one in before.components] == ["api", "old"]
    assert ([one.id for one in since.components], [one.id for one in since.retired]) == (["api"], ["old"])
    assert since.ids == {"api", "old", "core"}
    assert read(write(since)) == since


def test_its_incidents_still_name_it_and_nothing_current_does(tmp_path: Path) -> None:
    board = files.load(status(tmp_path), SINCE)
    assert board
    (slow,) = board.incidents

    assert [one["name"] for one in incident(slow, board, "/status/")["components"]] == ["Old app"]
    assert notice.affected(slow, board) == {"Old app": ""}
    assert "Slow" in feeds.atom(board, "https://acme.example/status/components/old/feed.xml", str, "old")
    shown = page.page(board, NOW, "/status/", {}, [])
    assert [name for _, name in shown["names"]] == ["API"]
    assert [one["name"] for group in shown["groups"] for one in group["components"]] == ["API"]
    api = summary.summarise(board, {}, NOW)
    assert [one["id"] for one in api["components"]] == ["api", "core"]
    assert [one["id"] for one in api["every"]["incidents"]] == ["slow"]


def test_what_is_not_over_cannot_be_about_it(tmp_path: Path) -> None:
    folder = status(tmp_path, OPEN)

    assert files.load(folder, BEFORE)
    with pytest.raises(
        ContentError, match="'old' is retired since 2026-11-20, and 'slow' in status/incidents/ is not over"
    ):
        files.load(folder, SINCE)


@pytest.mark.parametrize("id", ["old", "ole", "other"])
def test_an_incident_or_a_history_of_what_is_not_listed_says_what_to_do(tmp_path: Path, id: str) -> None:
    folder = status(tmp_path, OVER, COMPONENTS.replace("id: old", f"id: {id}"))
    (folder / "history/2026-11.json").write_text('{"2026-11-02": {"old": {"op": 86400}}}')
    known = {"api", id, "core"}
    what = (
        "An id is never renamed, only its name; a component that is gone stays in the list with 'retired: YYYY-MM-DD'"
    )

    found = []
    for load in (lambda: files.load(folder, BEFORE), lambda: files.load_history(folder, known)):
        try:
            load()
        except ContentError as error:
            found.append(str(error))

    assert len(found) == (0 if id == "old" else 2)
    assert all(what in sentence and ("Did you mean 'ole'?" in sentence) == (id == "ole") for sentence in found)


def test_a_day_that_does_not_exist_is_named_with_its_line(tmp_path: Path) -> None:
    folder = status(tmp_path, OVER, COMPONENTS.replace("2026-11-20", "2026-02-30"))

    with pytest.raises(ContentError, match=r"components\.yml:5: 'components\.1\.retired': '2026-02-30' is not a day"):
        files.load(folder)
