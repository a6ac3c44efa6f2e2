"""Links that a writer writes, in HTML or in a file beside docs/, lead somewhere, or the build says where they stand."""

import json
from pathlib import Path

import pytest

from functions.app import ROUTES
from portal.articles.links import OF_THE_FUNCTIONS
from tests.hooks.portals import CONFIG, mkdocs, write

ARTICLES = {"a/one": "# One\n\n## Part\n\nText.\n", "a/two": "# Two\n\nText.\n"}
COMPONENTS = "page: {id: acme, name: Acme}\ncomponents:\n  - {id: web, name: Web}\n"
INCIDENT = """---
id: slow
title: Slow
status: investigating
impact: minor
started_at: 2026-11-22T09:00:00Z
updates:
  - at: 2026-11-22T09:00:00Z
    status: investigating
    body: |
      Until then:
      - do [this](%s)
      - or that
---
"""


def test_links_in_html_that_lead_somewhere_are_fine(tmp_path: Path) -> None:
    elements = [
        '<a href="../../my/billing/">x</a>',
        '<a href="../one/#part">x</a>',
        '<a href="../../search/">x</a>',
        '<a href="https://elsewhere.example/">x</a>',
        '<a href="mailto:a@acme.example">x</a>',
        '<img src="../../assets/favicon.svg" alt="">',
    ]
    result = mkdocs(write(tmp_path, {**ARTICLES, "a/page": "# Page\n\n" + "\n".join(elements)}), tmp_path / "site")

    assert result.returncode == 0, result.stderr


def test_links_in_html_that_lead_nowhere_are_named_with_file_and_line(tmp_path: Path) -> None:
    links = ["../gone/", "../one/#nothing", "../../my/biling/", "/my/billing/", "two.md", "picture.png"]
    text = "# Page\n\n" + "\n".join(f'<a href="{link}">x</a>' for link in links[:5]) + f'\n<img src="{links[5]}">\n'

    result = mkdocs(write(tmp_path, {**ARTICLES, "a/page": text}), tmp_path / "site")

    assert result.returncode == 1
    for line, link in enumerate(links, start=3):
        assert f"docs/a/page.md:{line}: link {link!r}" in result.stderr


def test_a_page_of_the_portal_is_an_ordinary_link(tmp_path: Path) -> None:
    text = "# Page\n\n[Billing](portal:my/billing/) [Part](portal:a/one/#part) [Home](portal:) `[x](portal:gone/)`\n"
    text += '<a href="portal:ask/?subject=a&amp;b">Ask</a>\n'
    result = mkdocs(write(tmp_path, {**ARTICLES, "a/b/page": text}), tmp_path / "site")
    assert result.returncode == 0, result.stderr

    html = (tmp_path / "site" / "a" / "b" / "page" / "index.html").read_text("utf-8")
    for address in ("../../../my/billing/", "../../one/#part", "../../../ask/?subject=a&amp;b", "../../../"):
        assert f'<a href="{address}">' in html
    assert "[x](portal:gone/)" in html


def test_a_page_of_the_portal_that_is_not_there_is_named_with_its_line(tmp_path: Path) -> None:
    text = "# Page\n\n[a](portal:my/biling/)\n\n[b](portal:my/billing/)\n\n[c](portal:a/one)\n"
    config = CONFIG + "    parts: {billing: false}\n"
    result = mkdocs(write(tmp_path, {**ARTICLES, "a/page": text}, config), tmp_path / "site")

    assert result.returncode == 1
    assert "docs/a/page.md:3: link 'portal:my/biling/' leads nowhere. Did you mean 'my/billing/'?" in result.stderr
    assert (
        "docs/a/page.md:5: link 'portal:my/billing/' leads to a page that is not there with `parts: {billing"
        in result.stderr
    )
    assert "docs/a/page.md:7: link 'portal:a/one' leads nowhere. Did you mean 'a/one/'?" in result.stderr


def incident(folder: Path, link: str) -> Path:
    write(folder, ARTICLES)
    (folder / "status" / "incidents").mkdir(parents=True)
    (folder / "status" / "components.yml").write_text(COMPONENTS)
    (folder / "status" / "incidents" / "slow.md").write_text(INCIDENT % link)
    return folder


def test_an_articles_link_in_an_update_works_on_the_page_in_feeds_and_in_emails(tmp_path: Path) -> None:
    result = mkdocs(incident(tmp_path, "../../docs/a/one.md#part"), tmp_path / "site", SOURCE_DATE_EPOCH="1795348800")
    assert result.returncode == 0, result.stderr

    address = "https://acme.example/help/a/one/#part"
    for name in ("status/index.html", "status/incidents/slow/index.html", "status/feed.json", "status/rss.xml"):
        assert address in (tmp_path / "site" / name).read_text("utf-8")
    bundle = json.loads((tmp_path / "build" / "portal.json").read_text("utf-8"))
    (update,) = bundle["status"]["incidents"][0]["updates"]
    assert update["body"] == f"Until then:\n\n- do this ({address})\n- or that"


@pytest.mark.parametrize("link", ["../../docs/a/gone.md", "/my/billing/", "../one/", "a/one.md", "#part"])
def test_a_link_of_an_update_that_leads_nowhere_stops_the_build(tmp_path: Path, link: str) -> None:
    result = mkdocs(incident(tmp_path, link), tmp_path / "site")

    assert result.returncode == 1
    assert f"status/incidents/slow.md:12: link {link!r} leads nowhere" in result.stderr


def test_the_pages_of_the_functions_are_those_that_there_are() -> None:
    assert {f"/{page}" for page in OF_THE_FUNCTIONS} <= {path for path, methods in ROUTES.items() if "GET" in methods}


def test_what_leads_to_a_part_that_is_off_is_named_with_what_to_do(tmp_path: Path) -> None:
    off = "    parts: {billing: false, status: false}\n    sign_in: false\n"
    text = "# Page\n\n" + "".join(
        f'<a href="../../{path}">x</a>\n' for path in ("my/billing/", "status/", "my/tickets/", "ask/", "my/account/")
    )
    text += "\n[pay](pay.md)\n\n<!-- if tickts -->x<!-- end -->\n"
    articles = {
        **ARTICLES,
        "a/page": text.replace("<!-- if tickts -->x<!-- end -->", ""),
        "a/pay": "---\nneeds: billing\n---\n",
    }
    result = mkdocs(write(tmp_path, articles, CONFIG + off), tmp_path / "site")

    assert result.returncode == 1
    what = "in mkdocs.yml. Put <!-- if {0} --> and <!-- end --> around what speaks of it, or take it out."
    for line, link, setting, word in (
        (3, "../../my/billing/", "`parts: {billing: false}`", "billing"),
        (4, "../../status/", "`parts: {status: false}`", "status"),
        (5, "../../my/tickets/", "`sign_in: false`", "sign_in"),
    ):
        said = (
            f"docs/a/page.md:{line}: link '{link}' leads to a page that is not there with {setting} {what.format(word)}"
        )
        assert said in result.stderr
    assert (
        "docs/a/page.md:9: link 'pay.md' leads to an article that is not there with `parts: {billing" in result.stderr
    )
    assert "ask/" not in result.stderr


def test_marks_and_needs_that_cannot_be_understood_stop_the_build(tmp_path: Path) -> None:
    marks = {"a/page": "---\ntitle: P\n---\n<!-- if tickts -->x<!-- end -->\n", "a/other": "<!-- if tickets -->\n"}
    needs = {"a/page": "---\nneeds: [billing, tikets]\n---\n"}
    results = []
    for name, articles in {"marks": marks, "needs": needs}.items():
        (tmp_path / name).mkdir()
        results.append(mkdocs(write(tmp_path / name, articles), tmp_path / name / "site"))

    assert [result.returncode for result in results] == [1, 1]
    assert (
        "docs/a/page.md:4: `<!-- if tickts -->`: there is no part 'tickts'. Did you mean 'tickets'?"
        in results[0].stderr
    )
    assert "docs/a/other.md:1: `<!-- if ... -->` has no `<!-- end -->` after it." in results[0].stderr
    assert "docs/a/page.md:2: needs: 'tikets' is wrong, expected a part of the portal or a list" in results[1].stderr


def test_a_list_stays_one_where_an_item_depends_on_a_part_and_a_fact_is_said(tmp_path: Path) -> None:
    text = (
        "---\ntitle: P\n---\nBefore <!-- say support_hours -->nine<!-- end -->:\n"
        "1. One at <!-- say product -->it<!-- end -->\n<!-- if tickets -->\n2. Two\n<!-- end -->\n3. Three\n"
    )
    config = CONFIG + "    facts: {support_hours: ten}\n"
    result = mkdocs(write(tmp_path, {**ARTICLES, "a/page": text}, config), tmp_path / "site")
    page = (tmp_path / "site/a/page/index.html").read_text("utf-8")

    assert result.returncode == 0, result.stderr
    assert "<p>Before ten:</p>\n<ol>\n<li>One at Acme</li>\n<li>Two</li>\n<li>Three</li>\n</ol>" in page
