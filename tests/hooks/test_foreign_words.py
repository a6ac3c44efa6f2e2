"""Every place where a writer's or a release's words land shows them whole, and never takes them for markup."""

import json
from collections.abc import Iterator
from html.parser import HTMLParser
from pathlib import Path
from xml.etree import ElementTree

import pytest
import yaml

from scripts import build_status
from tests.hooks.portals import mkdocs, write

TODAY = "1795348800"  # 2026-11-22 12:00 UTC
# What is hidden, run, or shown twice escaped when one place forgets to escape, or does it once too often.
TRAPS = (
    """{}: What is <workspace> & co? "both" 'quotes' </title></h1><script>bad()</script><img src=x onerror=bad()> 🎉"""
)
TOPIC, FIRST, SECOND, HEADED = (TRAPS.format(word) for word in ("Topic", "First", "Second", "Headed"))
ABOUT, ASKED = TRAPS.format("About"), TRAPS.format("Asked")
PRODUCT, SITE, TIME = TRAPS.format("Product"), TRAPS.format("Site"), TRAPS.format("Response")
COMPONENT, GROUP, COMPONENT_ABOUT = (TRAPS.format(word) for word in ("Component", "Group", "Described"))
INCIDENT, WORK, PAST = TRAPS.format("Incident"), TRAPS.format("Work"), TRAPS.format("Past")
RELEASE, WHO, ACTION = TRAPS.format("Release"), "Who <workspace> & \"co\" 'x'", "Do <workspace> & \"co\" 'x'"
# Markdown may hold HTML: what is no HTML is text there, and what is runs nowhere.
LINE = """Line <workspace> & co, "both" 'quotes'"""
LINE_MARKUP = f"{LINE}<script>bad()</script><img src=x onerror=bad()>"


class Page(HTMLParser):
    """Every tag, every attribute's value and the text of each element by its name, of one page."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.texts: dict[str, list[str]] = {}
        self.text = ""
        self._open: list[str] = []
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))
        if tag not in ("meta", "link", "br", "hr", "img", "input", "path", "circle"):
            self._open.append(tag)
            self.texts.setdefault(tag, []).append("")

    def handle_endtag(self, tag: str) -> None:
        if tag in self._open:
            while self._open.pop() != tag:
                pass

    def handle_data(self, data: str) -> None:
        self.text += data
        for tag in set(self._open):
            self.texts[tag][-1] += data

    def meta(self, name: str) -> str | None:
        """The content of a <meta> by its name or property."""
        found = (
            attrs for tag, attrs in self.tags if tag == "meta" and name in (attrs.get("name"), attrs.get("property"))
        )
        return next((attrs["content"] for attrs in found), None)

    @property
    def everything(self) -> str:
        values = (value for _, attrs in self.tags for value in attrs.values() if value)
        return " ".join(" ".join([self.text, *values]).split())


def front(fields: dict[str, object], body: str = "") -> str:
    return f"---\n{yaml.safe_dump(fields, allow_unicode=True)}---\n\n{body}\n"


def config() -> str:
    portal = {
        "product": PRODUCT,
        "support_email": "support@acme.example",
        "response_time": TIME,
        "topics": [{"id": "billing", "title": TOPIC, "routine": True}, {"id": "team", "title": f"2 {TOPIC}"}],
        "often_asked": ["billing/first"],
        "legal": [{"title": TRAPS.format("Legal"), "url": "https://acme.example/"}],
    }
    own = {"site_name": SITE, "site_url": "https://acme.example/help/", "extra": {"portal": portal}}
    return "INHERIT: hooks/base.yml\n" + yaml.safe_dump(own, allow_unicode=True)


def update(at: str, status: str) -> dict[str, object]:
    return {"at": at, "status": status, "body": LINE_MARKUP}


def status_files() -> dict[str, str]:
    components = {
        "page": {"id": "acme", "name": PRODUCT},
        "groups": [{"id": "all", "name": GROUP}],
        "components": [{"id": "web", "name": COMPONENT, "description": COMPONENT_ABOUT, "group": "all"}],
    }
    open_one = {"id": "now", "title": INCIDENT, "status": "investigating", "impact": "major"}
    open_one |= {"components": {"web": "major_outage"}, "started_at": "2026-11-22T09:00:00Z"}
    open_one |= {"updates": [update("2026-11-22T09:00:00Z", "investigating")]}
    over = {"id": "then", "title": PAST, "status": "resolved", "impact": "minor", "started_at": "2026-11-02T09:00:00Z"}
    over |= {"resolved_at": "2026-11-02T10:00:00Z", "updates": [update("2026-11-02T10:00:00Z", "resolved")]}
    work = {"id": "work", "title": WORK, "status": "scheduled", "components": ["web"]}
    work |= {"scheduled_for": "2026-11-25T09:00:00Z", "scheduled_until": "2026-11-25T10:00:00Z"}
    work |= {"updates": [update("2026-11-22T09:00:00Z", "scheduled")]}
    return {
        "status/components.yml": yaml.safe_dump(components, allow_unicode=True),
        "status/incidents/now.md": front(open_one, LINE_MARKUP),
        "status/incidents/then.md": front(over),
        "status/maintenance/work.md": front(work, LINE_MARKUP),
    }


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A portal with the traps in every title, name and sentence."""
    folder = tmp_path_factory.mktemp("words")
    articles = {
        "billing/first": front(
            {"title": FIRST, "description": ABOUT, "questions": [ASKED], "related": ["team/second"]}
        ),
        "team/second": front(
            {"title": SECOND, "description": ABOUT}, "## Part <workspace> & co\n\nUse <your name> here."
        ),
        "team/headed": "# Headed: What is <workspace> & co? \"both\" 'quotes'\n\nText.\n",
    }
    write(folder, articles, config())
    release = front(
        {"title": RELEASE, "date": "2026-11-20", "until": "2026-12-20", "who": WHO, "action": ACTION},
        f"## Breaking\n\n- {LINE_MARKUP}",
    )
    for name, text in {**status_files(), "changelog/2026-11-20-x.md": release}.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(text, encoding="utf-8")
    result = mkdocs(folder, folder / "site", SOURCE_DATE_EPOCH=TODAY)
    assert result.returncode == 0, result.stderr
    build_status.write(folder / "status", folder / "status-site", "https://acme.example/help/", int(TODAY) * 1000)
    return folder / "site"


def pages(site: Path) -> Iterator[tuple[str, str]]:
    for folder in (site, site.parent / "status-site", site.parent / "build"):
        for path in folder.rglob("*.html"):
            yield path.relative_to(site.parent).as_posix(), path.read_text("utf-8")


def test_no_page_takes_a_word_for_markup(site: Path) -> None:
    wrong = []
    for name, html in pages(site):
        page = Page(html)
        tags = [tag for tag, attrs in page.tags if tag in ("workspace", "your") or "onerror" in attrs]
        # What says where an article is, is data: no browser runs it, and a title stands in it as text.
        run = [text for text in page.texts.get("script", []) if not text.startswith('{"@context"')]
        scripts = [text for text in run if "bad()" in text]
        if tags or scripts or "&lt;" in page.everything or "&amp;" in page.everything or "&#" in page.everything:
            wrong.append((name, tags, scripts))
    assert wrong == []


@pytest.mark.parametrize(
    ("page", "title"),
    [
        ("billing/first", FIRST),
        ("team/second", SECOND),
        ("team/headed", "Headed: What is <workspace> & co? \"both\" 'quotes'"),
        ("billing", TOPIC),
        ("status/incidents/now", INCIDENT),
        ("status/incidents/then", PAST),
        ("changelog/2026-11-20-x", RELEASE),
    ],
)
def test_a_title_is_whole_in_heading_tab_and_shared_link(site: Path, page: str, title: str) -> None:
    found = Page((site / page / "index.html").read_text("utf-8"))

    (heading,) = found.texts["h1"]
    assert heading.removesuffix("\u00b6") == title
    assert found.texts["title"] == [f"{title} - {SITE}"]
    assert found.meta("og:title") == title
    assert found.meta("og:site_name") == SITE


@pytest.mark.parametrize(
    ("page", "words"),
    [
        (".", [TOPIC, FIRST, PRODUCT, TIME]),
        ("billing", [TOPIC, FIRST, ABOUT]),
        ("billing/first", [SECOND, ABOUT]),
        ("team/second", ["Part <workspace> & co", "Use <your name> here."]),
        ("search", [FIRST, SECOND, TOPIC, "Headed: What is <workspace> & co?"]),
        ("ask", [TOPIC, TIME]),
        ("status", [INCIDENT, WORK, PAST, COMPONENT, GROUP, COMPONENT_ABOUT, LINE]),
        ("status/incidents/now", [COMPONENT, LINE]),
        ("status/history/2026-11", [INCIDENT, PAST]),
        ("changelog", [RELEASE, LINE, WHO, ACTION]),
        ("changelog/breaking", [RELEASE, LINE]),
        ("changelog/2026-11-20-x", [LINE, WHO, ACTION]),
        ("../status-site", [INCIDENT, WORK, COMPONENT, LINE]),
    ],
)
def test_a_page_shows_every_word(site: Path, page: str, words: list[str]) -> None:
    shown = Page((site / page / "index.html").read_text("utf-8")).everything

    assert [word for word in words if word not in shown] == []


@pytest.mark.parametrize(
    ("feed", "titles"),
    [
        ("changelog/atom.xml", [RELEASE, f"{PRODUCT}: what changed"]),
        ("changelog/rss.xml", [RELEASE, f"{PRODUCT}: what changed"]),
        ("status/feed.xml", [f"Investigating: {INCIDENT}", f"{PRODUCT} status"]),
        ("status/rss.xml", [f"Investigating: {INCIDENT}", f"{PRODUCT} status"]),
    ],
)
def test_a_feed_has_the_titles_whole_and_bodies_without_traps(site: Path, feed: str, titles: list[str]) -> None:
    tree = ElementTree.parse(site / feed).getroot()

    texts = [element.text or "" for element in tree.iter()]
    assert [title for title in titles if title not in texts] == []
    bodies = [Page(text) for text in texts if "<p>" in text or "<li>" in text]
    assert bodies
    assert all(LINE in body.everything for body in bodies)
    assert not [tag for body in bodies for tag, _ in body.tags if tag in ("workspace", "script", "img")]


def test_feeds_of_json_and_the_functions_files_have_the_words_as_they_are(site: Path) -> None:
    changes = json.loads((site / "changelog/feed.json").read_text("utf-8"))
    states = json.loads((site / "status/feed.json").read_text("utf-8"))
    bundle = json.loads((site.parent / "build/portal.json").read_text("utf-8"))

    assert [item["title"] for item in changes["items"]] == [RELEASE]
    assert f"Investigating: {INCIDENT}" in [item["title"] for item in states["items"]]
    assert {FIRST, SECOND} <= {article["title"] for article in bundle["articles"]}
    assert (bundle["product"], bundle["topics"][0]["title"]) == (PRODUCT, TOPIC)
    assert LINE in json.dumps(bundle["status"], ensure_ascii=False).replace('\\"', '"')


def test_the_search_index_has_titles_topics_and_questions_whole(site: Path) -> None:
    (index,) = (site / "assets").glob("search.*.txt")
    store = json.JSONDecoder().raw_decode(index.read_text(errors="replace").partition("\n")[2])[0]

    text = json.dumps(store, ensure_ascii=False).replace('\\"', '"')
    assert [word for word in (FIRST, SECOND, RELEASE, INCIDENT, TOPIC) if word not in text] == []
