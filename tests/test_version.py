"""The version means something: one place names it, and the changelog says what it brings."""

import re
import tomllib
from pathlib import Path

from scripts.upgrade import versions
from scripts.upgrade.settings import MOVES

ROOT = Path(__file__).parent.parent
TEXT = (ROOT / "CHANGELOG.md").read_text("utf-8")
HEADING = re.compile(r"^## \[(\d+\.\d+\.\d+)\] - \d{4}-\d\d-\d\d$", re.MULTILINE)


def test_the_newest_entry_of_the_changelog_is_the_version():
    version = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]["version"]

    assert HEADING.findall(TEXT)[0] == version


def test_entries_are_from_the_newest_to_the_oldest_and_have_the_known_headings():
    found = [versions.read(f"v{version}") for version in HEADING.findall(TEXT)]
    kinds = set(re.findall(r"^### (.*)$", TEXT, re.MULTILINE))

    assert found == sorted(found, reverse=True)
    assert kinds <= {"Added", "Changed", "Deprecated", "Removed", "Fixed", "Security"}


def test_every_setting_that_moved_is_in_the_changelog():
    assert [move.old for move in MOVES if f"`{move.old}`" not in TEXT or f"`{move.new}`" not in TEXT] == []
