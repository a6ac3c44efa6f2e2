"""The table of all settings is what the code reads, and what the operators' guide has."""

import dataclasses
import re
from pathlib import Path

import pytest

from functions.settings import Settings
from scripts.settings import __main__ as table
from scripts.settings import code

GUIDE = table.FILE.read_text("utf-8")
# mkdocs.yml reads it by itself.
BY_MKDOCS = {"SITE_URL"}


def test_every_setting_that_the_code_reads_stands_in_the_table_once():
    names = [setting.name for setting in table.every()]
    made_up = {name for name in names for prefix in code.prefixes() if name.startswith(prefix)}

    assert [place for place in code.PLACES if not (code.ROOT / place).exists()] == []
    assert sorted(names) == sorted(set(names))
    assert set(code.read()) - set(names) == set()
    assert set(names) - set(code.read()) - made_up == BY_MKDOCS


def test_the_guide_has_exactly_the_table(capsys: pytest.CaptureFixture[str]):
    assert table.main(["--check"]) == 0
    assert table.main([]) == 0

    assert capsys.readouterr().out in GUIDE


def test_a_guide_without_the_newest_setting_is_not_current(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
):
    monkeypatch.setattr(table, "FILE", tmp_path / "guide.md")
    table.FILE.write_text(GUIDE.replace("| `OIDC_SCOPES` |", "| `OIDC_SCOPE` |"), "utf-8")

    assert table.main(["--check"]) == 1
    assert "run python -m scripts.settings --write" in capsys.readouterr().err
    assert table.main(["--write"]) == 0
    assert table.FILE.read_text("utf-8") == GUIDE


def test_a_new_variable_is_found_however_it_is_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    (tmp_path / "functions").mkdir()
    (tmp_path / "functions" / "new.py").write_text(
        'a = environ["NEW_ONE"]\nb = reader.number("NEW_TWO", 7)\nc = need(environ, "NEW_THREE")\n'
        'd = reader.choice("NEW_FOUR", "on", "off")\ne = f"NEW_{a}"\nf = request.environ.get("PATH_INFO")\n'
    )
    monkeypatch.setattr(code, "ROOT", tmp_path)
    monkeypatch.setattr(code, "PLACES", ("functions",))

    assert code.read() == {"NEW_ONE": "", "NEW_TWO": "7", "NEW_THREE": "", "NEW_FOUR": "on"}
    assert code.prefixes() == {"NEW_"}


def test_the_guide_says_of_every_secret_how_to_change_it(capsys: pytest.CaptureFixture[str]):
    assert table.main(["--secrets"]) == 0
    listed = set(capsys.readouterr().out.split())
    _, _, rotation = (table.FILE.parent / "running.md").read_text("utf-8").partition("## Rotating secrets\n")
    rows = [line.split("|")[1] for line in rotation.partition("\n## ")[0].splitlines() if line.startswith("| `")]
    told = {name for row in rows for name in re.findall(r"`([A-Z0-9_]+)`", row)}

    assert told == listed


def test_what_the_functions_hide_in_their_own_words_is_marked_as_secret():
    hidden = {field.name for field in dataclasses.fields(Settings) if not field.repr} - {"environ"}
    marked = {setting.name.lower() for setting in table.every() if setting.secret}

    assert {name.replace("tick_tokens", "tick_token") for name in hidden} <= marked
