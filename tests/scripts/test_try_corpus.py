"""Trying a folder of articles: it is built in another folder, and its warnings are compared with known ones."""

from pathlib import Path

import pytest

from scripts import try_corpus

LOG = """\
INFO    -  Building documentation to directory: /tmp/x
WARNING -  Doc file 'b.md' contains a link 'gone.md', but the target is not found.
INFO    -  Something else
WARNING -  The following pages are not in nav:
             - a.md
INFO    -  Documentation built in 0.50 seconds
"""


@pytest.fixture
def docs(tmp_path: Path) -> Path:
    folder = tmp_path / "docs"
    (folder / "boards").mkdir(parents=True)
    (folder / "boards" / "blink.md").write_text("---\ntitle: Blink\nsource_id: 7\n---\nSee [this](gone.md).\n")
    (folder / "boards" / "fade.md").write_text("# Fade\n\nSee [that](blink.md).\n")
    return folder


def test_warnings_are_one_line_each_and_sorted() -> None:
    assert try_corpus.warnings(LOG) == [
        "Doc file 'b.md' contains a link 'gone.md', but the target is not found.",
        "The following pages are not in nav: - a.md",
    ]


def test_a_corpus_is_built_and_left_alone(docs: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    before = sorted(path.name for path in docs.rglob("*"))

    code = try_corpus.main([str(docs), "--keep", str(tmp_path / "kept")])

    assert code == 0
    assert "docs/boards/blink.md:5: link 'gone.md' leads nowhere." in capsys.readouterr().out
    assert (tmp_path / "kept" / "site" / "boards" / "blink" / "index.html").is_file()
    assert sorted(path.name for path in docs.rglob("*")) == before


def test_a_new_warning_and_one_that_has_gone_fail(
    docs: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    expected = tmp_path / "expected.txt"
    expected.write_text("an old warning\n")

    code = try_corpus.main([str(docs), "--expected", str(expected)])

    assert code == 1
    out = capsys.readouterr().out.splitlines()
    assert out[0] == "-an old warning"
    assert out[1].startswith("+docs/boards/blink.md:5: link 'gone.md' leads nowhere.")


def test_the_expected_warnings_pass(docs: Path, tmp_path: Path) -> None:
    expected = tmp_path / "expected.txt"
    expected.write_text("\n".join(try_corpus.build(docs, tmp_path / "kept")) + "\n")

    assert try_corpus.main([str(docs), "--expected", str(expected)]) == 0
