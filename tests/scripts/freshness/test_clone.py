"""What Git's history says: commits of the product, renamed labels, what changed together, and the full scan."""

import os
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from scripts.freshness import articles
from scripts.freshness.__main__ import main
from scripts.freshness.clone import Clone, open_clone
from scripts.freshness.run import history

Out = pytest.CaptureFixture[str]
Commit = Callable[..., str]


@pytest.fixture
def commit(tmp_path: Path) -> Commit:
    """Write files, commit them on a day, and return the commit's id; None removes a file."""
    folder = tmp_path / "repository"
    folder.mkdir()
    git = ["git", "-C", str(folder)]
    subprocess.run([*git, "init", "--quiet", "--initial-branch=main"], check=True)

    def write(subject: str, day: str = "2026-11-02", **files: str | None) -> str:
        for name, text in files.items():
            path = folder / name.replace("__", "/").replace("_md", ".md").replace("_py", ".py").replace(
                "_json", ".json"
            )
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text) if text is not None else path.unlink()
        who = {f"GIT_{role}_{what}": "a@acme.example" for role in ("AUTHOR", "COMMITTER") for what in ("NAME", "EMAIL")}
        when = {f"GIT_{role}_DATE": f"{day}T09:00:00+0000" for role in ("AUTHOR", "COMMITTER")}
        subprocess.run([*git, "add", "--all"], check=True)
        subprocess.run(
            [*git, "commit", "--quiet", "--allow-empty", "-m", subject], check=True, env=os.environ | who | when
        )
        return subprocess.run([*git, "rev-parse", "HEAD"], check=True, capture_output=True, text=True).stdout.strip()

    return write


@pytest.fixture
def clone(tmp_path: Path, commit: Commit) -> Clone:
    return open_clone(tmp_path / "repository")


def test_commits_of_tests_and_documentation_alone_are_left_out(commit: Commit, clone: Clone) -> None:
    first = commit("One", web__a_py="a = 1\n")
    commit("Test", tests__test_a_py="assert True\n", docs__a_md="# A\n", README_md="A\n")
    commit("Two", web__a_py="a = 2\n", tests__test_a_py="assert 1\n")

    (found,) = clone.commits(first, "HEAD")

    assert (found.change.subject, found.change.paths) == ("Two", ("web/a.py",))


def test_a_catalogues_labels_are_paired_and_its_lines_are_no_words_of_the_change(commit: Commit, clone: Clone) -> None:
    first = commit("One", locales__en_json='{"card": "Update card"}', locales__de_json='{"card": "Karte"}')
    commit("Two", locales__en_json='{"card": "Replace card"}', locales__de_json='{"card": "Neue Karte"}')

    (found,) = clone.commits(first, "HEAD")

    assert [(one.was, one.now) for one in found.renamed] == [("Update card", "Replace card")]
    assert found.change.files == ()
    assert [(one.was, one.now) for one in clone.commits(first, "HEAD", language="de")[0].renamed] == [
        ("Karte", "Neue Karte")
    ]


def test_a_broken_catalogue_stops_nothing(commit: Commit, clone: Clone) -> None:
    first = commit("One", locales__en_json='{"card": "Update card"}', a_py="a = 1\n")
    commit("Two", locales__en_json="{", a_py="a = 2\n")

    (found,) = clone.commits(first, "HEAD")

    assert (found.renamed, found.change.paths) == ((), ("a.py",))


def test_the_product_has_the_text_of_its_files_without_binaries_tests_and_articles(
    commit: Commit, clone: Clone
) -> None:
    commit("One", web__a_py="a = 'größe'\n", docs__a_md="# A\n", tests__test_a_py="b", logo="\0\1binary")

    assert list(clone.texts("HEAD")) == ["a = 'größe'\n"]


def test_a_setting_of_the_readers_own_git_changes_nothing(commit: Commit, clone: Clone, tmp_path: Path) -> None:
    first = commit("One", a_py="a = 1\n")
    commit("Two", a_py="a = 2\n")
    for setting in ("diff.noprefix=true", "diff.mnemonicPrefix=true", "color.ui=always", "diff.external=/bin/false"):
        subprocess.run(["git", "-C", str(clone.folder), "config", *setting.split("=")], check=True)

    (found,) = clone.commits(first, "HEAD")

    assert [line.text for _, hunk in found.change.hunks for line in hunk.added] == ["a = 2"]


def test_history_proposes_what_an_article_covers(
    commit: Commit, clone: Clone, capsys: Out, monkeypatch: pytest.MonkeyPatch
) -> None:
    for number in range(3):
        card, title = f"retry = {number}\n", f"---\ntitle: Card {number}\n---\n"
        commit(f"Change {number}", web__card_py=card, docs__billing__card_md=title, docs__billing__plan_md="# Plan\n")
    monkeypatch.chdir(clone.folder)

    assert main(["--suggest-covers", "--clone", "."]) == 0

    assert capsys.readouterr().out == 'docs/billing/card.md\ncovers:\n  paths:\n    - "web/card.py"\n\n'


def test_history_raises_the_article_that_changed_with_these_files(commit: Commit, clone: Clone) -> None:
    commit("One", web__card_py="retry = 1\n", docs__billing__card_md="# Card\n", docs__billing__plan_md="# Plan\n")
    last = commit("Two", web__card_py="retry = 2\n", docs__billing__card_md="# The card\n")
    found = history(clone, last, articles.read(clone.folder / "docs"))

    assert found.of(["web/card.py"]) == {"billing/card": 2.0, "billing/plan": 1.0}


def test_the_scan_names_what_is_nowhere_in_the_product_and_who_is_late(
    portal: Path, commit: Commit, clone: Clone, capsys: Out
) -> None:
    commit("One", web__a_py='button("Update card")\nMAX_SEATS = 3\n')
    for path in (portal / "docs").rglob("*.md"):
        path.unlink()
    front = "---\ntitle: A\nreviewed: 2020-01-01\nowner: support\n---\n"
    text = f"{front}Choose **Update card**. Set `MAX_SEATS`, `MIN_SEATS`.\n"
    (portal / "docs/getting-in/a.md").write_text(text)
    (portal / "freshness").mkdir()
    (portal / "freshness/ignore.yml").write_text("- {name: OLD_SEATS, reason: another product, until: 2020-01-01}\n")

    assert main(["scan", "--clone", str(clone.folder)]) == 1

    out = capsys.readouterr().out
    assert out.startswith('The setting "MIN_SEATS" is nowhere in the product:\n  docs/getting-in/a.md:6\n')
    assert "freshness/ignore.yml: the day of 'OLD_SEATS' has passed" in out
    assert "getting-in/a: last reviewed 2020-01-01, due 2020-06-29, " in out


def test_a_name_to_ignore_needs_its_reason(portal: Path, commit: Commit, clone: Clone, capsys: Out) -> None:
    commit("One", a_py="a = 1\n")
    (portal / "freshness").mkdir()
    (portal / "freshness/ignore.yml").write_text("- {name: OLD_SEATS}\n")

    assert main(["scan", "--clone", str(clone.folder)]) == 2

    assert "reason" in capsys.readouterr().err


def test_a_commit_some_way_back_is_found_and_the_first_where_there_are_fewer(commit: Commit, clone: Clone) -> None:
    first, second, third = (commit(f"Commit {number}", f"2026-11-0{number}") for number in (1, 2, 3))

    assert [clone.back(count) for count in (0, 1, 2, 500)] == [third, second, first, first]
