"""A product's change: files, hunks and lines of diffs as Git, GitHub and other programs write them."""

import subprocess
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from portal.freshness import diffs

DIFF = """\
diff --git a/web/limits.py b/web/limits.py
index 1f2..3a4 100644
--- a/web/limits.py
+++ b/web/limits.py
@@ -10,3 +10,3 @@ class Limits:
 before
-MAX_SEATS = 10
+MAX_SEATS = 30
 after
@@ -40,2 +40,1 @@ def old():
-    --- a/looks like a header
 kept
diff --git a/old name.txt b/new name.txt
similarity index 90%
rename from old name.txt
rename to new name.txt
diff --git a/gone.py b/gone.py
deleted file mode 100644
--- a/gone.py
+++ /dev/null
@@ -1 +0,0 @@
-print("bye")
\\ No newline at end of file
diff --git a/logo.png b/logo.png
new file mode 100644
Binary files /dev/null and b/logo.png differ
"""


def test_lines_have_the_numbers_that_they_have_in_their_files() -> None:
    file = diffs.parse(DIFF).files[0]

    assert [(line.number, line.text) for hunk in file.hunks for line in hunk.removed] == [
        (11, "MAX_SEATS = 10"),
        (40, "    --- a/looks like a header"),
    ]
    assert [(line.file, line.number, line.text) for hunk in file.hunks for line in hunk.added] == [
        ("web/limits.py", 11, "MAX_SEATS = 30")
    ]
    assert [hunk.within for hunk in file.hunks] == ["class Limits:", "def old():"]


def test_renamed_removed_and_new_files_have_the_names_of_before_and_after() -> None:
    names = [(file.old, file.new) for file in diffs.parse(DIFF).files]

    assert names[1:] == [("old name.txt", "new name.txt"), ("gone.py", ""), ("", "logo.png")]


def test_a_diff_that_git_did_not_write_is_parted_by_the_names_of_its_files() -> None:
    text = "--- a/one.py\n+++ b/one.py\n@@ -1 +1 @@\n-a = 1\n+a = 2\n--- a/two.py\n+++ b/two.py\n@@ -3 +3 @@\n-b\n+c\n"

    assert [(file.path, len(file.hunks)) for file in diffs.parse(text).files] == [("one.py", 1), ("two.py", 1)]


def test_lines_that_stand_apart_in_a_hunk_are_not_one_change() -> None:
    text = "diff --git a/x b/x\n--- a/x\n+++ b/x\n@@ -1,5 +1,5 @@\n-a\n+b\n same\n same\n-c\n+d\n"

    hunks = diffs.parse(text).files[0].hunks

    assert [(hunk.removed[0].text, hunk.added[0].text) for hunk in hunks] == [("a", "b"), ("c", "d")]


def test_a_patch_of_one_file_reads_as_the_diff_of_it() -> None:
    patch = "@@ -10,3 +10,3 @@ class Limits:\n before\n-MAX_SEATS = 10\n+MAX_SEATS = 30\n after"

    assert diffs.of_patch("web/limits.py", "web/limits.py", patch).hunks == diffs.parse(DIFF).files[0].hunks[:1]


@pytest.mark.parametrize("name", ["plain.py", "with space.py", "größe.py", 'quo"te.py', "日本.py"])
@pytest.mark.parametrize("quoted", [True, False])
def test_the_names_in_gits_own_diffs_are_read_whatever_is_in_them(tmp_path: Path, name: str, quoted: bool) -> None:
    git = ["git", "-C", str(tmp_path), "-c", f"core.quotePath={str(quoted).lower()}"]
    who = ["-c", "user.name=A", "-c", "user.email=a@acme.example"]
    subprocess.run([*git, "init", "--quiet"], check=True)
    (tmp_path / name).write_text("a = 1\n")
    subprocess.run([*git, "add", "."], check=True)
    subprocess.run([*git, *who, "commit", "--quiet", "-m", "one"], check=True)
    (tmp_path / name).write_text("a = 2\n")
    diff = subprocess.run([*git, "diff"], check=True, capture_output=True, encoding="utf-8").stdout

    change = diffs.parse(diff, "Set a", ["more.py"])

    assert change.paths == (name, "more.py")
    assert [line.text for _, hunk in change.hunks for line in hunk.added] == ["a = 2"]


LINES = st.sampled_from(DIFF.split("\n")) | st.text(max_size=20)


@given(st.lists(LINES, max_size=40))
def test_any_text_is_read_and_gives_no_line_that_is_not_in_it(lines: list[str]) -> None:
    text = "\n".join(lines)
    change = diffs.parse(text)

    for _, hunk in change.hunks:
        assert all(f"-{line.text}" in text and line.number >= 0 for line in hunk.removed)
        assert all(f"+{line.text}" in text and line.number >= 0 for line in hunk.added)
