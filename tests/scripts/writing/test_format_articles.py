"""The command that tidies articles."""

from pathlib import Path

import pytest

from scripts.format_articles.__main__ import main
from tests.hooks.portals import CONFIG, write


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    articles = {"a/one": "---\ntitle: Pay\n---\n\nDo:\n* a\n* b\n", "a/two": "---\ntitle: Ask\n---\n\nOpen it.\n"}
    return write(tmp_path, articles, CONFIG)


def test_a_file_is_tidied_once_and_check_says_so_before(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    config = ["--config", str(folder / "mkdocs.yml")]
    before = main([*config, "--check"])
    main(config)
    after = main([*config, "--check"])

    assert (before, after) == (1, 0)
    assert (folder / "docs/a/one.md").read_text() == "---\ntitle: Pay\n---\n\nDo:\n\n- a\n- b\n"
    assert "2 articles: 1 tidied, 1 tidy already, 0 that could not be" in capsys.readouterr().err


def test_what_shows_only_with_a_part_on_or_off_is_kept_in_both(folder: Path) -> None:
    path = folder / "docs/a/two.md"
    text = "---\ntitle: Ask\n---\n\n1. One\n<!-- if tickets -->\n2. Two\n<!-- end -->\n3. Three\n"
    path.write_text(text)
    main(["--config", str(folder / "mkdocs.yml"), str(path)])

    assert path.read_text() == text


def test_a_file_that_cannot_be_read_is_named_and_the_others_are_tidied(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (folder / "docs/a/two.md").write_text("---\ntitle: [\n---\n\nText.\n")

    assert main(["--config", str(folder / "mkdocs.yml")]) == 2
    assert "two.md:" in capsys.readouterr().err
    assert "- a" in (folder / "docs/a/one.md").read_text()


def test_a_config_that_is_not_there_is_said(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--config", str(tmp_path / "mkdocs.yml")]) == 2
    assert "is not valid" in capsys.readouterr().err
