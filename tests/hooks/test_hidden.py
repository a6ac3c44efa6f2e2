"""Drafts, unlisted articles, old addresses and pictures in a whole build."""

import json
from pathlib import Path

import pytest

from tests.hooks.portals import CONFIG, mkdocs, write
from tests.portal.articles.test_pictures import picture

ARTICLES = {
    "a/one": "---\ntitle: One\nredirect_from: [old/one]\n---\n\n[quiet](quiet.md) ![A plan](plan.png) ![B](plan.png)\n",
    "a/quiet": "---\ntitle: Quiet zebra\nunlisted: true\n---\n\nZebras.\n",
    "a/later": "---\ntitle: Later okapi\ndraft: true\n---\n\n[one](one.md) [gone](gone.md) Okapis.\n",
    "b/only": "---\ntitle: Only\n---\n\nText.\n",
}
STEPS = "product: portal\nsteps:\n  - goto: my/\n  - shot: page\n"
REDIRECTS = "shop/: b/only\nhc/*/articles/{id}:\n  7: a/quiet\n"


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = write(tmp_path_factory.mktemp("hidden"), ARTICLES)
    (folder / "docs/redirects.yml").write_text(REDIRECTS)
    (folder / "docs/a/plan.png").write_bytes(picture(900, 60))
    result = mkdocs(folder, folder / "site")
    assert result.returncode == 0, result.stderr
    return folder / "site"


def holding(site: Path, words: str) -> set[str]:
    return {
        path.relative_to(site).as_posix()
        for path in site.rglob("*")
        if path.is_file() and words in path.read_text("utf-8", errors="replace")
    }


def test_a_draft_is_nowhere(site: Path) -> None:
    assert holding(site, "okapi") | holding(site, "Okapi") == set()
    assert not (site / "a/later").exists()
    assert "okapi" not in (site.parent / "build/portal.json").read_text()


def test_an_unlisted_article_has_its_address_and_no_other_place(site: Path) -> None:
    assert holding(site, "zebra") == {"a/quiet/index.html"}
    assert holding(site, "a/quiet/</loc>") == set()
    assert '<meta name="robots" content="noindex">' in (site / "a/quiet/index.html").read_text()
    assert '<meta name="robots"' not in (site / "a/one/index.html").read_text()


def test_the_functions_know_an_unlisted_article_since_its_readers_may_vote(site: Path) -> None:
    articles = json.loads((site.parent / "build/portal.json").read_text())["articles"]

    assert {article["id"] for article in articles} == {"a/one", "a/quiet", "b/only"}


@pytest.mark.parametrize(("old", "new"), [("old/one", "a/one/"), ("shop", "b/only/")])
def test_a_page_at_an_old_address_leads_on(site: Path, old: str, new: str) -> None:
    page = (site / old / "index.html").read_text()

    assert f'<meta http-equiv="refresh" content="0; url=/help/{new}">' in page
    assert f'<link rel="canonical" href="https://acme.example/help/{new}">' in page
    assert f'<a href="/help/{new}">' in page
    assert f"/{old}/" not in (site / "sitemap.xml").read_text()


def test_hosts_and_the_404_page_get_the_list(site: Path) -> None:
    rows = json.loads((site.parent / "build/redirects.json").read_text())

    assert sorted(rows) == [
        ["hc/*/articles/7-*", "/help/a/quiet/"],
        ["old/one", "/help/a/one/"],
        ["shop", "/help/b/only/"],
    ]
    assert json.loads((site / "assets/redirects.json").read_text()) == [["hc/*/articles/7-*", "/help/a/quiet/"]]
    assert 'data-list="/help/assets/redirects.json"' in (site / "404.html").read_text()
    assert not (site / "redirects.yml").exists()


def test_an_old_address_of_a_part_that_is_off_waits(tmp_path: Path) -> None:
    write(tmp_path, ARTICLES, CONFIG + "    parts: {tickets: false}\n")
    (tmp_path / "docs/redirects.yml").write_text("contact/: ask/\nshop/: b/only\n")
    (tmp_path / "docs/a/plan.png").write_bytes(picture(900, 60))

    result = mkdocs(tmp_path, tmp_path / "site")

    assert result.returncode == 0, result.stderr
    assert [(tmp_path / "site" / name).exists() for name in ("contact", "shop")] == [False, True]


def test_a_picture_of_an_article_comes_in_its_small_forms(site: Path) -> None:
    page = (site / "a/one/index.html").read_text()

    assert 'srcset="../../assets/pictures/a/plan-680.webp 680w, ../../assets/pictures/a/plan-900.webp 900w"' in page
    assert page.count('loading="lazy"') == 1
    assert (site / "assets/pictures/a/plan-680.webp").read_bytes()[8:12] == b"WEBP"
    assert (site / "a/plan.png").exists()


def test_a_page_without_rare_elements_has_no_styles_for_them(site: Path) -> None:
    assert ".hf-shot" in (site / "a/one/index.html").read_text()
    assert ".hf-shot" not in (site / "b/only/index.html").read_text()


def test_a_walkthroughs_picture_is_half_as_wide_as_its_dots_and_its_steps_are_not_published(tmp_path: Path) -> None:
    folder = write(tmp_path, {"b/walked": "---\ntitle: Walked\n---\n\n![A page](pictures/walked-page.webp)\n"})
    (folder / "docs/b/pictures").mkdir()
    for name in ("walked-page.webp", "walked-page.dark.webp"):
        (folder / "docs/b/pictures" / name).write_bytes(picture(900, 60, "WEBP"))
    (folder / "docs/b/walked.steps.yml").write_text(STEPS)
    (folder / "docs/b/walked.shots.json").write_text("{}")
    result = mkdocs(folder, folder / "site")
    page = (folder / "site/b/walked/index.html").read_text()

    assert result.returncode == 0, result.stderr
    assert page.count('width="450" height="30"') == 2
    assert "walked-page.dark-680.webp 680w" in page
    assert [path.name for path in (folder / "site").rglob("walked*") if path.suffix in (".yml", ".json")] == []


def test_a_mistake_in_steps_stops_the_build_and_is_named(tmp_path: Path) -> None:
    folder = write(tmp_path, {"b/only": ARTICLES["b/only"]})
    (folder / "docs/b/only.steps.yml").write_text(STEPS.replace("goto", "go"))
    (folder / "docs/b/lost.steps.yml").write_text(STEPS)
    result = mkdocs(folder, folder / "site")

    assert result.returncode != 0
    assert "docs/b/only.steps.yml:3: 'steps.0.go' is not known here. Did you mean 'goto'?" in result.stderr
    assert "docs/b/lost.steps.yml: lies beside no article: docs/b/lost.md is missing" in result.stderr
