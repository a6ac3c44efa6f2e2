"""ProperDocs, which goes on from MkDocs 1.6, builds the same portal. A green build alone would prove nothing: another
builder leaves hooks out without a word."""

import subprocess
import sys
from pathlib import Path

from tests.hooks.portals import SITE, environ, mkdocs

# Both builds say that they were made at one moment.
MOMENT = "1795348800"


def files(folder: Path) -> dict[str, bytes]:
    return {file.relative_to(folder).as_posix(): file.read_bytes() for file in folder.rglob("*") if file.is_file()}


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
    built, again = files(ours.parent), files(theirs.parent)
    assert len(built) > 50
    assert [name for name in sorted({*built, *again}) if built.get(name) != again.get(name)] == []
