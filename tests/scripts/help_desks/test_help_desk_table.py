"""The page about help desks agrees with what the adapters declare."""

from pathlib import Path

import pytest

from functions import vendors
from scripts import help_desk_table


def test_the_page_in_the_repository_is_current():
    assert help_desk_table.main(["--check"]) == 0


def test_it_has_each_desk_and_each_variable_it_needs():
    page = help_desk_table.FILE.read_text("utf-8")
    (head,) = [line for line in page.splitlines() if line.startswith("| | ")]

    for desk in vendors.family("helpdesks").values():
        assert desk.title in head
        assert f"\n## {desk.title}\n" in page
        assert all(f"`{variable}`" in page for variable in desk.needs)


def test_check_names_a_page_that_is_not_current(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capsys: pytest.CaptureFixture[str]
):
    file = tmp_path / "help-desks.md"
    file.write_text(help_desk_table.FILE.read_text("utf-8").replace("as the customer", "as somebody"), "utf-8")
    monkeypatch.setattr(help_desk_table, "FILE", file)

    assert help_desk_table.main(["--check"]) == 1
    assert "run python -m scripts.help_desk_table" in capsys.readouterr().err
    assert help_desk_table.main([]) == 0
    assert help_desk_table.main(["--check"]) == 0


def test_a_page_without_a_place_for_the_table_is_said():
    with pytest.raises(ValueError, match="needs the lines"):
        help_desk_table.written("# Help desks\n")
