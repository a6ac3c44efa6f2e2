"""The weights of words are made from any folder of changelogs."""

from pathlib import Path

import pytest

from portal.changelog import learnt
from scripts.changelog import __main__ as changelog
from scripts.changelog.learn import examples, learn, lines_of, taught

ONE = """# Changes
## 1.1
### Added
- Sheets can be {0} by colour
- Colour picker for {0} sheets
### Fixed
- Wrong {0} sums on empty sheets
### Removed
- The old {0} export of sheets is gone
### Internal
- Shorter {0} helpers for the builder
## 1.0
- First version of {0} sheets
"""
PRODUCTS = ("sorted", "shared", "hidden", "frozen", "copied", "locked")


@pytest.fixture
def corpus(tmp_path: Path) -> Path:
    for name in PRODUCTS:
        (tmp_path / "corpus" / name).mkdir(parents=True)
        (tmp_path / "corpus" / name / "CHANGELOG.md").write_text(ONE.format(name))
    return tmp_path / "corpus"


def weights(table: str) -> dict[str, dict[str, int]]:
    rows = (line.split("\t") for line in table.splitlines() if not line.startswith("# "))
    return {sign: dict(zip(learnt.KINDS, map(int, numbers), strict=True)) for sign, *numbers in rows}


def test_a_word_speaks_for_the_class_that_authors_gave_its_lines(corpus: Path) -> None:
    found = weights(learn(corpus))

    best = {sign: max(found[sign], key=found[sign].__getitem__) for sign in ("colour", "wrong", "old", "helper")}
    assert best == {"colour": "feature", "wrong": "fix", "old": "breaking", "helper": "internal"}


def test_a_word_of_one_product_alone_is_not_in_the_table(corpus: Path) -> None:
    found = weights(learn(corpus))

    assert not [sign for sign in found for name in PRODUCTS if name[:4] in sign]


def test_the_same_changelogs_make_the_same_table(corpus: Path) -> None:
    assert learn(corpus) == learn(corpus)


def test_a_product_that_repeats_itself_is_heard_once(corpus: Path) -> None:
    before = len(list(examples(corpus)))
    (corpus / "sorted" / "OLD.md").write_text(ONE.format("sorted"))

    assert len(list(examples(corpus))) == before


@pytest.mark.parametrize(
    "text",
    [
        "## Fixed\n- Wrong sums\n  on empty sheets\n\nThanks.\n",
        "Fixed\n-----\n* Wrong sums\n  on empty sheets\n",
        "**Fixed:**\n\n- Wrong sums\n  on empty sheets",
        "* Fixed\n  - Wrong sums\n    on empty sheets\n",
        "[Fixed]\n - Wrong sums\n   on empty sheets\n",
    ],
)
def test_a_heading_is_read_in_all_its_spellings(text: str) -> None:
    assert list(lines_of(text)) == [("fixed", "Wrong sums on empty sheets")]


@pytest.mark.parametrize(
    ("heading", "text", "kind"),
    [
        ("fixed", "Wrong sums on empty sheets", "fix"),
        ("", "fix(sheets): wrong sums on empty sheets", "fix"),
        ("", "chore: shorter helpers for the builder", "internal"),
        ("features", "feat!: sheets are sorted by colour", "breaking"),
        ("added", "BREAKING: sheets are sorted by colour", "breaking"),
        ("changed", "Sheets are sorted by colour", ""),
        ("features", "fix: sheets are sorted by colour", ""),
        ("fixed", "typo", ""),
        ("fixed", "Full Changelog: https://a.example/compare of all", ""),
    ],
)
def test_an_author_says_the_class_by_heading_or_type(heading: str, text: str, kind: str) -> None:
    found, signs = taught(heading, text)

    assert found == kind
    assert not [sign for sign in signs if sign in ("fix", "feat", "chor", "breaking")]


def test_the_command_writes_the_table(corpus: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "learnt.tsv"

    assert changelog.main(["learn", str(corpus), "--to", str(path)]) == 0

    said = "Learnt from 30 lines of 6 public changelogs by their authors' headings"
    assert capsys.readouterr().out == f"{said}: {path}\n"
    assert path.read_text("utf-8") == learn(corpus)


def test_a_folder_without_a_class_is_named(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "a.md").write_text("## Fixed\n- Wrong sums on empty sheets\n## Added\n- Sheets in three colours\n")

    assert changelog.main(["learn", str(tmp_path)]) == 2
    assert capsys.readouterr().err == (
        f"{tmp_path} has no line that its author called breaking or internal: add changelogs to it.\n"
    )
