"""The daily figures: complete days only, each once."""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from werkzeug.wrappers import Request, Response

from demo import server
from scripts import status_history

DAY = {"op": 86_400, "deg": 0, "part": 0, "maj": 0, "maint": 0, "unk": 0, "p50": 90, "p95": 200, "n": 1440, "inc": []}
NOTHING = DAY | {"op": 0, "unk": 86_400, "n": 0}


def test_only_days_that_are_over_and_known_are_written_and_each_once(tmp_path: Path):
    days = {"2026-10-31": {"web": DAY}, "2026-11-01": {"web": DAY, "api": NOTHING}, "2026-11-02": {"web": DAY}}
    assert status_history.write(days, tmp_path, "2026-11-02") == ["2026-10-31", "2026-11-01"]
    changed = {day: {"web": DAY | {"op": 86_000, "maj": 400}} for day in days}

    assert status_history.write(changed, tmp_path, "2026-11-02") == []
    files = {file.name: json.loads(file.read_text()) for file in (tmp_path / "history").iterdir()}
    assert files == {"2026-10.json": {"2026-10-31": {"web": DAY}}, "2026-11.json": {"2026-11-01": {"web": DAY}}}


@pytest.fixture
def portal() -> Iterator[tuple[list[object], str]]:
    answers: list[object] = []

    def app(environ, start_response):  # type: ignore[no-untyped-def]
        assert Request(environ).path == "/api/status/days.json"
        return Response(json.dumps(answers[-1]), mimetype="application/json")(environ, start_response)

    with server.running(app) as origin:
        yield answers, origin


def test_the_command_writes_what_the_portal_says(tmp_path: Path, portal, capsys: pytest.CaptureFixture[str]):
    portal[0].append({"2026-11-01": {"web": DAY}})

    assert status_history.main([portal[1], "--folder", str(tmp_path)]) == 0
    assert status_history.main([portal[1], "--folder", str(tmp_path)]) == 0
    assert capsys.readouterr().out == "2026-11-01\nnothing new\n"


@pytest.mark.parametrize("answer", [[], {"d": {"web": {"op": 1}}}, {"d": {"web": DAY | {"maj": 5}}}, 7], ids=str)
def test_days_that_are_none_are_refused(tmp_path: Path, portal, answer: object, capsys: pytest.CaptureFixture[str]):
    portal[0].append(answer)

    assert status_history.main([portal[1], "--folder", str(tmp_path)]) == 2
    assert "gave no days" in capsys.readouterr().err
    assert not (tmp_path / "history").exists()


def test_a_broken_file_is_named_and_left_alone(tmp_path: Path):
    (tmp_path / "history").mkdir()
    file = tmp_path / "history" / "2026-11.json"
    file.write_text("<<<<<<< HEAD")

    with pytest.raises(status_history.HistoryError, match="is not JSON"):
        status_history.write({"2026-11-01": {"web": DAY}}, tmp_path, "2026-11-02")
    assert file.read_text() == "<<<<<<< HEAD"
