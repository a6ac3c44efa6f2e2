"""A renamed article: what leads to it follows, its old address leads on, and everything else stays as it was."""

from pathlib import Path

import pytest

from scripts.rename_article import edits
from scripts.rename_article.__main__ import main
from tests.hooks.portals import CONFIG, mkdocs, write

ARTICLES = {
    "a/old": '---\ntitle: Old\nrelated: [b/two]\n---\n\n[two](../b/two.md) [self](#end) <a href="../../b/two/">2</a>'
    "\n\n[ask](portal:ask/) ![a plan](plan.png)\n\n## End\n",
    "b/two": "---\ntitle: Two, not a/old\nrelated:\n  - a/old\n  - b/three\nquestions:\n  - a/old\n---\n\n"
    '[x](../a/old.md#end) [y](portal:a/old/) <a href="../../a/old/?a=b">z</a>\n\n[w][1] `a/old`\n\n[1]: ../a/old.md\n',
    "b/three": "# Three\n\nNothing about a/old-time.\n",
}
SETTINGS = CONFIG + "    often_asked: [a/old, b/two]\n"
BESIDE = {
    "docs/search-tests.yml": "where is it: a/old\n",
    "docs/redirects.yml": "before: a/old\nhc/articles/{id}:\n  7: a/old#end\n",
    "changelog/2026-11-18-a.md": "---\ntitle: A\ndate: 2026-11-18\n---\n- See [it](../docs/a/old.md).\n",
}


@pytest.fixture
def portal(tmp_path: Path) -> Path:
    write(tmp_path, ARTICLES, SETTINGS)
    for name, text in BESIDE.items():
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text(text)
    (tmp_path / "docs/a/plan.png").write_bytes(b"no picture")
    return tmp_path


def test_an_articles_walkthrough_and_its_pictures_come_along(portal: Path) -> None:
    article = portal / "docs/a/old.md"
    article.write_text(article.read_text() + "\n![It](pictures/old-it.webp)\n")
    (portal / "docs/a/old.steps.yml").write_text("product: portal\nsteps:\n  - goto: /\n  - shot: it\n")
    (portal / "docs/a/old.shots.json").write_text("{}")
    (portal / "docs/a/pictures").mkdir()
    for name in ("old-it.webp", "old-it.dark.webp", "old-other.webp"):
        (portal / "docs/a/pictures" / name).write_bytes(name.encode())

    assert main(["a/old", "c/d/new", "--root", str(portal)]) == 0
    assert "![It](pictures/new-it.webp)" in (portal / "docs/c/d/new.md").read_text()
    there = sorted(path.relative_to(portal / "docs/c/d").as_posix() for path in (portal / "docs/c/d").rglob("*.*"))
    assert there == ["new.md", "new.shots.json", "new.steps.yml", "pictures/new-it.dark.webp", "pictures/new-it.webp"]
    assert [path.name for path in (portal / "docs/a").rglob("old*")] == ["old-other.webp"]


def test_after_a_renaming_the_portal_builds_and_the_old_address_leads_on(portal: Path) -> None:
    assert main(["a/old", "docs/c/d/new.md", "--root", str(portal)]) == 0
    result = mkdocs(portal, portal / "site", CI="", PORTAL_NODE="/nowhere/node")

    assert result.returncode == 0, result.stderr
    for old in ("a/old", "before", "hc/articles/7"):
        assert "url=/help/c/d/new/" in (portal / "site" / old / "index.html").read_text()
    assert not (portal / "docs/a/old.md").exists()


def test_only_what_names_the_article_changes(portal: Path) -> None:
    main(["a/old", "c/new", "--root", str(portal)])

    two = (portal / "docs/b/two.md").read_text()
    assert "title: Two, not a/old\n" in two
    assert "related:\n  - c/new\n  - b/three\nquestions:\n  - a/old\n" in two
    assert '[x](../c/new.md#end) [y](portal:c/new/) <a href="../../c/new/?a=b">z</a>\n\n[w][1] `a/old`' in two
    assert "[1]: ../c/new.md\n" in two
    assert (portal / "docs/b/three.md").read_text() == ARTICLES["b/three"]
    assert "often_asked: [c/new, b/two]" in (portal / "mkdocs.yml").read_text()
    assert (portal / "docs/redirects.yml").read_text() == "before: c/new\nhc/articles/{id}:\n  7: c/new#end\n"
    assert "[it](../docs/c/new.md)" in (portal / "changelog/2026-11-18-a.md").read_text()


def test_the_articles_own_links_work_from_its_new_folder(portal: Path) -> None:
    main(["a/old", "c/d/new", "--root", str(portal)])

    text = (portal / "docs/c/d/new.md").read_text()
    assert "redirect_from:\n  - a/old/\n---\n" in text
    assert '[two](../../b/two.md) [self](#end) <a href="../../../b/two/">2</a>' in text
    assert "[ask](portal:ask/) ![a plan](../../a/plan.png)" in text


def test_a_second_renaming_keeps_the_first_address(portal: Path) -> None:
    main(["a/old", "c/new", "--root", str(portal)])
    main(["c/new", "c/newer", "--root", str(portal)])

    assert "redirect_from:\n  - c/new/\n  - a/old/\n" in (portal / "docs/c/newer.md").read_text()


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("a/odl", "c/new", "There is no docs/a/odl.md. Did you mean 'a/old'?"),
        ("a/old", "b/two", "docs/b/two.md is there already"),
        ("a/old", "../c", "'../c' is no id"),
        ("a/old", "c/a#b", "which cannot stand in an address"),
    ],
)
def test_what_cannot_be_renamed_is_refused_and_nothing_changes(
    portal: Path, capsys: pytest.CaptureFixture[str], old: str, new: str, said: str
) -> None:
    before = {path: path.read_bytes() for path in portal.rglob("*.md") if "hooks" not in path.parts}

    assert main([old, new, "--root", str(portal)]) == 1
    assert said in capsys.readouterr().err
    assert before == {path: path.read_bytes() for path in portal.rglob("*.md") if "hooks" not in path.parts}


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("# A\n", "---\nredirect_from:\n  - a/old/\n---\n\n# A\n"),
        ("---\nredirect_from: [x/]\n---\nA\n", "---\nredirect_from: [a/old/, x/]\n---\nA\n"),
        ("---\ntitle: A\n---\nA\n", "---\ntitle: A\nredirect_from:\n  - a/old/\n---\nA\n"),
    ],
)
def test_the_old_address_stands_in_the_front_matter(text: str, found: str) -> None:
    assert edits.with_redirect(text, "a/old") == found
