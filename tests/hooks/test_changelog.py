"""changelog/ becomes pages and feeds of the real site; a mistake in it stops the build."""

import json
import re
from pathlib import Path
from xml.etree import ElementTree

import pytest

from tests.hooks import portals

HERE = Path(__file__).parent
TODAY = "1795348800"  # 2026-11-22 12:00 UTC
ARTICLES = {"index": "---\ntitle: Help\n---\n", "getting-in/sign-in": "---\ntitle: Sign in\n---\n\nLike this.\n"}
ATOM = "{http://www.w3.org/2005/Atom}"


def page(title: str, day: str, body: str, more: str = "") -> str:
    return f"---\ntitle: {json.dumps(title)}\ndate: {day}\n{more}---\n{body}\n"


NEW = """## New

- A {{ config.secret }} and [it](../docs/getting-in/sign-in.md).
- <script>alert(1)</script>x

## Fixed

- One.
"""
PINNED = "until: 2026-12-31\nwho: Teams with keys\naction: Make a new key\n"
ENTRIES = {
    "2026-11-18-new": page("Share <all>", "2026-11-18", NEW),
    "2026-11-18-other": page("Also that day", "2026-11-18", "## Improved\n\n" + "- more\n" * 9),
    "2026-11-04-end": page("Keys end", "2026-11-04", "## Breaking\n\n- They end.", PINNED),
    "2026-01-02-old": page("Old", "2026-01-02", "## Breaking\n\n- Gone.", "until: 2026-02-01\n"),
}


@pytest.fixture(scope="module")
def portal(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A portal below /help/ with four entries, built once for the tests that only read."""
    folder = tmp_path_factory.mktemp("portal")
    return build(folder, ENTRIES)


def build(
    folder: Path, entries: dict[str, str], config: str = portals.CONFIG, more: dict[str, str] | None = None
) -> Path:
    result = attempt(folder, entries, config, more)
    assert result.returncode == 0, result.stderr
    return folder / "site"


def attempt(  # type: ignore[no-untyped-def]
    folder: Path, entries: dict[str, str], config: str = portals.CONFIG, more: dict[str, str] | None = None
):
    portals.write(folder, ARTICLES, config)
    (folder / "changelog").mkdir()
    for name, text in entries.items():
        (folder / "changelog" / f"{name}.md").write_text(text, encoding="utf-8")
    for name, text in (more or {}).items():
        (folder / name).write_text(text, encoding="utf-8")
    return portals.mkdocs(folder, folder / "site", SOURCE_DATE_EPOCH=TODAY)


def main(site: Path, path: str) -> str:
    html = (site / "changelog" / path / "index.html").read_text(encoding="utf-8")
    return html[html.index("<article") : html.index("</main>")]


def home(site: Path) -> str:
    return re.sub(r"\s+", " ", (site / "index.html").read_text(encoding="utf-8"))


def test_the_list_is_newest_first_by_month_and_says_how_much_is_recent(portal: Path) -> None:
    text = main(portal, "")

    order = ["November 2026", "Share &lt;all&gt;", "Also that day", "Keys end", "January 2026", "Old"]
    places = [text.index(f">{words}<", text.index("November 2026</h2>") - 1) for words in order]
    assert places == sorted(places)
    assert "3 releases in the 30 days up to 22 November 2026." in re.sub(r"<[^>]+>", "", text)
    assert "3 more in “Also that day”" in text


def test_breaking_is_pinned_until_its_day(portal: Path) -> None:
    text = main(portal, "")

    pinned = text[text.index("hf-log__pinned") : text.index("November 2026</h2>")]
    assert "Keys end" in pinned
    assert "Make a new key" in pinned
    assert ">Old<" not in pinned


def test_a_category_has_a_page_only_when_it_has_entries(portal: Path) -> None:
    assert sorted(p.name for p in (portal / "changelog").iterdir() if p.is_dir() and not p.name[0].isdigit()) == [
        "breaking", "fixed", "improved", "new", "week-2026-w01", "week-2026-w45", "week-2026-w47",
    ]  # fmt: skip
    assert "One." in main(portal, "fixed")
    assert "config.secret" not in main(portal, "fixed")


def test_text_from_outside_is_shown_and_never_run_or_evaluated(portal: Path) -> None:
    for path in ("", "2026-11-18-new", "new"):
        text = main(portal, path)
        assert "A &#123;&#123; config.secret &#125;&#125; and" in text
        assert "alert(1)" not in text


def test_a_link_to_an_article_works_below_a_path(portal: Path) -> None:
    assert 'href="/help/getting-in/sign-in/"' in main(portal, "2026-11-18-new")
    assert (portal / "getting-in" / "sign-in" / "index.html").exists()


def test_the_search_and_the_home_page_know_the_entries(portal: Path) -> None:
    (index,) = (portal / "assets").glob("search.*.txt")

    assert "changelog/2026-11-18-new/" in index.read_text(errors="replace")
    assert "2 updates this week" in home(portal)


def test_the_home_page_leads_to_a_change_that_needs_action(portal: Path) -> None:
    link = '<a href="/help/changelog/2026-11-04-end/">Action needed by 31 December 2026: Keys end'

    assert link in home(portal)


def test_the_list_and_a_release_lead_on_to_support(portal: Path) -> None:
    for path in ("", "fixed", "2026-11-18-new"):
        assert '<a href="/help/ask/">Contact support</a>' in main(portal, path)


def test_a_week_has_a_page_of_its_own_with_whole_entries(portal: Path) -> None:
    text = main(portal, "week-2026-w47")

    assert "Changes in the week of 16 November 2026" in text
    assert [word in text for word in ("Share &lt;all&gt;", "Also that day", "Keys end")] == [True, True, False]
    assert text.count("<li>More</li>") + text.count("<li>more</li>") == 9
    assert "/help/changelog/week-2026-w47/" in main(portal, "")


def test_a_category_has_feeds_of_its_lines_alone(portal: Path) -> None:
    feed = json.loads((portal / "changelog" / "fixed" / "feed.json").read_text(encoding="utf-8"))

    assert feed["feed_url"] == "https://acme.example/help/changelog/fixed/feed.json"
    assert [item["title"] for item in feed["items"]] == ["Share <all>"]
    assert "One." in feed["items"][0]["content_html"]
    assert "config.secret" not in feed["items"][0]["content_html"]
    assert 'href="/help/changelog/fixed/atom.xml"' in main(portal, "fixed")


def test_an_article_names_the_changes_that_link_to_it(portal: Path) -> None:
    html = (portal / "getting-in" / "sign-in" / "index.html").read_text(encoding="utf-8")

    assert "What changed here" in html
    assert '<a href="/help/changelog/2026-11-18-new/"><b>Share &lt;all&gt;</b>' in html


def test_the_list_says_since_when_releases_cannot_be_asked_for(tmp_path: Path) -> None:
    state = {"changelog/sync.json": json.dumps({"unreachable": "2026-11-20T03:40:00Z"})}

    text = main(build(tmp_path, ENTRIES, more=state), "")

    assert "We have not been able to check for new releases since" in text
    assert "20 November 2026, 03:40 UTC" in text


def test_three_feeds_tell_the_same_with_absolute_addresses(portal: Path) -> None:
    atom = ElementTree.parse(portal / "changelog" / "atom.xml").getroot()
    rss = ElementTree.parse(portal / "changelog" / "rss.xml").getroot()
    feed = json.loads((portal / "changelog" / "feed.json").read_text(encoding="utf-8"))

    expected = json.loads((HERE / "changelog_feed.json").read_text(encoding="utf-8"))
    assert [
        {
            "id": e.findtext(f"{ATOM}id"),
            "title": e.findtext(f"{ATOM}title"),
            "url": e.find(f"{ATOM}link").attrib["href"],
        }  # type: ignore[union-attr]
        for e in atom.iter(f"{ATOM}entry")
    ] == expected
    assert [
        {"id": e.findtext("guid"), "title": e.findtext("title"), "url": e.findtext("link")} for e in rss.iter("item")
    ] == expected
    assert [{key: item[key] for key in ("id", "title", "url")} for item in feed["items"]] == expected
    assert 'href="https://acme.example/help/getting-in/sign-in/"' in feed["items"][0]["content_html"]
    assert 'href="/' not in (portal / "changelog" / "feed.json").read_text(encoding="utf-8")


@pytest.mark.parametrize(
    ("entry", "message"),
    [
        ({"x": "---\ntitle: A\ndate: soon\n---\n- x\n"}, "changelog/x.md:3: date 'soon' is not a date"),
        (
            {"x": page("A", "2026-11-01", "- see\n- [it](../docs/nowhere.md)")},
            "changelog/x.md:6: link '../docs/nowhere.md' leads nowhere",
        ),
        (
            {"breaking": page("A", "2026-11-01", "- x")},
            "changelog/breaking.md: has the name of one of the portal's own pages",
        ),
        (
            {"a": page("A", "2026-11-01", "- x", "id: one\n"), "b": page("B", "2026-11-01", "- x", "id: one\n")},
            "changelog/b.md: has the same id as changelog/a.md: 'one'",
        ),
    ],
)
def test_a_mistake_stops_the_build_with_file_and_line(tmp_path: Path, entry: dict[str, str], message: str) -> None:
    result = attempt(tmp_path, entry)

    assert result.returncode != 0
    assert message in result.stderr
    assert "Traceback" not in result.stderr


def test_an_old_last_release_and_none_at_all_are_said_plainly(tmp_path: Path) -> None:
    (tmp_path / "old").mkdir()
    (tmp_path / "none").mkdir()

    old = main(build(tmp_path / "old", {"x": page("A", "2026-08-18", "- x")}), "")
    none = main(build(tmp_path / "none", {}), "")
    words = " ".join(re.sub(r"<[^>]+>", "", old).split())
    assert "No releases in the 30 days up to 22 November 2026. The last one was on 18 August 2026." in words
    assert "No releases yet." in none


def test_a_portal_without_this_part_has_no_page_of_it(tmp_path: Path) -> None:
    site = build(tmp_path, ENTRIES, portals.CONFIG + "    parts: {changelog: false}\n")

    assert not (site / "changelog").exists()
