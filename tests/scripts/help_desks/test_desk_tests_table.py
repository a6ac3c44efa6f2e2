"""The page of what the help desks' tests hold is the one that the tests make."""

from pathlib import Path

import pytest

from functions.vendors import family
from scripts.desk_tests_table import __main__ as desk_tests_table


def test_the_page_is_current():
    assert desk_tests_table.main(["--check"]) == 0


def test_every_desk_with_an_api_has_traps_of_its_own():
    page = desk_tests_table.page()

    for name in set(family("helpdesks")) - {"built_in"}:
        assert f"Trap, in `test_{name}.py`" in page


def test_what_does_not_run_for_a_desk_is_not_claimed():
    first, *_ = desk_tests_table.tests(desk_tests_table.CONTRACT)
    out = {test.name: desk_tests_table.left_out(test) for test in desk_tests_table.tests(desk_tests_table.CONTRACT)}

    assert out[first.name] == set()
    assert out["test_one_key_is_one_ticket"] == {"email"}
    assert out["test_no_answer_is_believed"] == {"email", "built_in"}


def test_an_old_page_is_named_and_written_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
):
    monkeypatch.setattr(desk_tests_table, "FILE", tmp_path / "page.md")
    assert desk_tests_table.main(["--check"]) == 1
    assert "run python -m scripts.desk_tests_table" in capsys.readouterr().err

    assert desk_tests_table.main([]) == 0
    assert desk_tests_table.main(["--check"]) == 0
