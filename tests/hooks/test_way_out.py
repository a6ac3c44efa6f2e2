"""ProperDocs, which goes on from MkDocs 1.6, builds the same portal. A green build alone would prove nothing: another
builder leaves hooks out without a word."""

import re
import subprocess
import sys
from pathlib import Path

import pytest

from scripts.way_out import Comparison, compare, files, material
from scripts.way_out import __main__ as way_out
from tests.hooks.portals import SITE, environ, mkdocs

# Both builds say that they were made at one moment.
MOMENT = "1795348800"


def test_properdocs_builds_the_same_files(tmp_path: Path) -> None:
    ours, theirs = tmp_path / "mkdocs" / "site", tmp_path / "properdocs" / "site"
    assert mkdocs(SITE, ours, SOURCE_DATE_EPOCH=MOMENT).returncode == 0
    done = subprocess.run(
        [sys.executable, "-m", "properdocs", "build", "--strict", "--site-dir", str(theirs)],
        cwd=SITE,
        env=environ(PORTAL_BUILD_DIR=str(theirs.parent / "build"), SOURCE_DATE_EPOCH=MOMENT),
        capture_output=True,
        text=True,
    )

    assert done.returncode == 0, done.stderr
    found = compare(files(ours.parent), files(theirs.parent))
    assert (found.different, found.missing, found.added) == ((), (), ())
    assert found.pages(found.same) > 40


def test_a_build_that_leaves_something_out_is_not_the_same():
    ours = {"index.html": b"Home, added by a hook", "made/index.html": b"Made by a hook", "a.css": b"a"}
    found = compare(ours, {"index.html": b"Home", "a.css": b"a", "b.js": b"b"})

    assert found == Comparison(("a.css",), ("index.html",), ("made/index.html",), ("b.js",))
    assert not found.equal
    assert not compare({}, {}).equal
    assert compare(ours, dict(ours)).equal


def test_a_builder_that_writes_nothing_and_ends_well_is_noticed(capsys: pytest.CaptureFixture[str]):
    assert way_out.main(["--config", str(SITE / "mkdocs.yml"), "true"]) == 1

    out = capsys.readouterr().out
    assert out.startswith("true ended with 0.\n0 files same, 0 of them pages\n")
    assert re.search(r"^\d{3} files missing, \d\d of them pages: 404.html", out, re.MULTILINE)


def test_of_materials_templates_four_are_our_own_and_two_are_read(capsys: pytest.CaptureFixture[str]):
    """More would be more to replace when Material ends: say why in a decision."""
    assert way_out.main(["--material"]) == 0
    found = material.uses()

    assert found.overridden == ("404.html", "main.html", "partials/footer.html", "partials/header.html")
    assert found.read == ("base.html", "partials/icons.html")
    assert len(found.variables) <= 20
    assert f"{len(found.classes)} classes: " in capsys.readouterr().out
