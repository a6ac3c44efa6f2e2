"""The whole site, built at / and at /help/: addresses, search index, bundle; and what stops a build."""

import base64
import hashlib
import json
import re
from dataclasses import dataclass
from html import unescape
from html.parser import HTMLParser
from pathlib import Path
from typing import Any
from urllib.parse import urljoin, urlsplit

import pytest
from markdown import Markdown
from mkdocs.utils.yaml import yaml_load

from portal.assets.policy import script_hash, script_hashes
from portal.tickets.files import ACCEPT
from tests.hooks.portals import ARTICLE, CONFIG, ROOT, SITE, mkdocs, write

LOADED = {("script", "src"), ("img", "src"), ("link", "href"), ("iframe", "src"), ("source", "src")}


@dataclass(frozen=True)
class Built:
    """A finished build below `base`."""

    site: Path
    base: str

    @property
    def portal(self) -> dict[str, Any]:
        data: dict[str, Any] = json.loads((self.site.parent / "build" / "portal.json").read_text())
        return data

    @property
    def shell(self) -> str:
        return (self.site.parent / "build" / "shell.html").read_text()

    def page(self, url: str) -> str:
        return (self.site / url / "index.html").read_text()


class Links(HTMLParser):
    """All links and loaded files of a page, as (tag, attribute, address)."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.found: list[tuple[str, str, str]] = []
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        for name, value in attrs:
            if name in ("href", "src", "action", "data-index") and value:
                self.found.append((tag, name, value))


@pytest.fixture(scope="session", params=["/", "/help/"])
def built(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Built:
    folder = tmp_path_factory.mktemp("portal")
    result = mkdocs(SITE, folder / "site", SITE_URL=f"https://acme.example{request.param}")
    assert result.returncode == 0, result.stderr
    return Built(folder / "site", request.param)


def test_every_link_of_every_page_leads_to_something(built: Built) -> None:
    dead = set()
    for path in built.site.rglob("*.html"):
        url = built.base + path.relative_to(built.site).as_posix().removesuffix("index.html")
        dead |= {f"{url}: {target}" for target in _targets(path.read_text(), url) if not _exists(built, target)}
    assert dead == set()


def test_the_shell_and_the_404_page_work_at_any_depth(built: Built) -> None:
    for html in (built.shell, (built.site / "404.html").read_text()):
        targets = _targets(html, f"{built.base}my/some/where/deep/")
        assert targets
        assert [target for target in targets if not _exists(built, target)] == []


def test_nothing_is_loaded_from_elsewhere(built: Built) -> None:
    foreign = {
        value
        for path in built.site.rglob("*.html")
        for tag, name, value in Links(path.read_text()).found
        if (tag, name) in LOADED and urlsplit(value).netloc not in ("", "acme.example")
    }
    assert foreign == set()


def test_materials_eager_index_is_gone_and_ours_is_named_on_every_page(built: Built) -> None:
    (index,) = (built.site / "assets").glob("search.*.txt")

    assert not list(built.site.rglob("search_index*"))
    for html in (built.page("."), built.page("getting-in/cant-sign-in"), built.page("search"), built.shell):
        assert f'data-index="{built.base}assets/{index.name}"' in html


def test_the_index_has_every_article_with_an_address_below_the_base(built: Built) -> None:
    (index,) = (built.site / "assets").glob("search.*.txt")

    store = json.JSONDecoder().raw_decode(index.read_text(errors="replace").partition("\n")[2])[0]
    found = {url for url, kind in zip(store["urls"], store["kinds"], strict=True) if kind == 0}
    assert found == {f"{article['id']}/" for article in built.portal["articles"] if not article["unlisted"]}
    assert all(_exists(built, built.base + url) for url in found)


def test_the_portals_own_pages_are_there(built: Built) -> None:
    for url in ("ask", "search", "unavailable", "feedback/thanks", "feedback/why", "getting-in", "your-team"):
        assert built.page(url)


def test_the_page_of_functions_that_do_not_answer_claims_nothing_of_what_was_sent(built: Built) -> None:
    page = built.page("unavailable")

    assert "Nothing was changed" not in page
    assert "look at Billing first: it may have been made." in page


def test_the_sitemap_has_what_one_may_look_for_and_no_steps_on_the_way(built: Built) -> None:
    sitemap = (built.site / "sitemap.xml").read_text("utf-8")

    assert "/plans-and-billing/update-card/</loc>" in sitemap
    assert "/ask/</loc>" in sitemap
    assert not [step for step in ("/feedback/", "/unavailable/") if step in sitemap]


def test_a_topic_page_lists_all_its_articles(built: Built) -> None:
    # The search box above the page has links of its own.
    listed = built.page("plans-and-billing").partition('data-md-component="content"')[2].partition("<footer")[0]

    for article in built.portal["articles"]:
        assert (f'href="{article["url"]}"' in listed) == (article["topic"] == "plans-and-billing")


def test_the_functions_get_a_page_with_two_slots_and_the_hashes_of_its_scripts(built: Built) -> None:
    shell = built.shell

    assert shell.count("<!--portal:title-->") == shell.count("<!--portal:content-->") == 1
    assert "<!--portal:title-->" in shell.partition("<title>")[2].partition("</title>")[0]
    inline = re.findall(r"<script>(.*?)</script>", shell, re.DOTALL)
    assert inline
    for text in inline:
        digest = base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()
        assert f"sha256-{digest}" in built.portal["csp_script_hashes"]


def test_the_bundle_says_where_the_site_is_and_what_is_in_it(built: Built) -> None:
    data = built.portal

    assert data["base_path"] == built.base
    assert data["site_url"] == f"https://acme.example{built.base}"
    assert len(data["articles"]) >= 15
    assert {article["topic"] for article in data["articles"]} == {topic["id"] for topic in data["topics"]}
    assert data["parts"]["community"] is False
    assert f'data-portal-build="{data["build"]}"' in built.shell


def headers(built: Built) -> dict[str, str]:
    found: dict[str, dict[str, str]] = json.loads((built.site.parent / "build" / "headers.json").read_text())
    return found[f"{built.base}*"]


def test_every_static_page_carries_the_policy_that_its_host_sends_and_runs_under_it(built: Built) -> None:
    policy = headers(built)["Content-Security-Policy"]
    carried = policy.removesuffix("; frame-ancestors 'none'")
    pages = [path.read_text() for path in built.site.rglob("*.html")]

    assert len(pages) > 30
    for html in pages:
        assert f'<meta http-equiv="Content-Security-Policy" content="{carried}">' in unescape(html)
        assert html.index("http-equiv") < f"{html}<script".index("<script")
        assert all(f"'{found}'" in policy for found in script_hashes(html))
    assert "http-equiv" not in built.shell


SMALL = {
    "billing/card": ARTICLE.format(title="Update the card", text="One card."),
    "billing/declined": ARTICLE.format(title="My card was declined", text="Text."),
    "billing/tax": ARTICLE.format(title="Tax", text="Text."),
    "billing/more/deep": ARTICLE.format(title="Deep [down] <here>", text="See [tax](../tax.md)."),
    "team/card": ARTICLE.format(title="Card of the team", text="Text."),
    "contact": "# Contact\n\n<script>stolen()</script>\n\n<p onclick='stolen()'>A</p>\n",
}


@pytest.fixture(scope="module")
def small(tmp_path_factory: pytest.TempPathFactory) -> Built:
    """A folder of articles with only the two required settings."""
    folder = write(tmp_path_factory.mktemp("small"), SMALL)
    result = mkdocs(folder, folder / "site")
    assert result.returncode == 0, result.stderr
    return Built(folder / "site", "/help/")


def test_a_folder_of_articles_is_a_portal_without_further_settings(small: Built) -> None:
    assert "Deep [down] &lt;here&gt;" in small.page("billing")
    assert 'href="/help/billing/"' in small.page(".")
    assert {article["id"] for article in small.portal["articles"]} == set(SMALL)


@pytest.fixture(scope="module")
def outage(tmp_path_factory: pytest.TempPathFactory) -> Built:
    """A portal that was built while two incidents were open."""
    folder = write(tmp_path_factory.mktemp("outage"), {"contact": "# Contact\n"})
    (folder / "status" / "incidents").mkdir(parents=True)
    (folder / "status" / "components.yml").write_text(
        "page: {id: acme, name: Acme}\ncomponents:\n  - {id: web, name: Web app, start_date: 2026-01-05}\n"
    )
    for name, title in (("one", "Files stay empty"), ("two", "Slow & <odd>")):
        (folder / "status" / "incidents" / f"{name}.md").write_text(
            f"---\nid: {name}\ntitle: {json.dumps(title)}\nstatus: investigating\nimpact: major\n"
            "components: {web: partial_outage}\nstarted_at: 2026-11-20T09:00:00Z\nupdates:\n"
            '  - {at: 2026-11-20T09:05:00Z, status: investigating, body: "We look."}\n---\n'
        )
    result = mkdocs(folder, folder / "site")
    assert result.returncode == 0, result.stderr
    return Built(folder / "site", "/help/")


def test_the_contact_form_shows_every_open_incident_above_the_subject_without_a_script(outage: Built) -> None:
    form = outage.page("ask").partition('<form class="hf-askform"')[2]
    above, _, below = form.partition('id="subject"')

    for title, name in (("Files stay empty", "one"), ("Slow &amp; &lt;odd&gt;", "two")):
        assert above.count(f"<b>{title}</b>") == 1
        assert f'href="/help/status/incidents/{name}/"' in above
        assert title not in below


def test_the_contact_form_accepts_the_files_that_the_functions_take(outage: Built) -> None:
    assert f'accept="{ACCEPT}"' in outage.page("ask")


def test_a_script_that_stands_in_an_article_is_in_no_policy(small: Built) -> None:
    assert "<script>stolen()</script>" in small.page("contact")
    assert script_hash("stolen()") not in headers(small)["Content-Security-Policy"]
    assert script_hash("stolen()") not in small.page("contact")


def test_an_adopters_own_hosts_are_allowed(tmp_path: Path) -> None:
    config = CONFIG + "    allow: {frame-src: [https://videos.example.com]}\n"
    config += "extra_javascript: [https://count.example.com/a.js, {path: assets/portal.js, type: module}]\n"
    config += "extra_css: ['https://brand.example.com/b.css?c=d']\n"
    folder = write(tmp_path, {"contact": "# Contact\n"}, config)
    result = mkdocs(folder, folder / "site")
    assert result.returncode == 0, result.stderr
    policy = headers(Built(folder / "site", "/help/"))["Content-Security-Policy"]

    assert "frame-src https://videos.example.com;" in policy
    assert re.search("script-src 'self' https://count.example.com '", policy)
    assert "style-src 'self' 'unsafe-inline' https://brand.example.com;" in policy


@pytest.mark.parametrize("host", ["http://a.example", "https://a.example/b", "*", "'unsafe-inline'", "https://a; x"])
def test_a_host_that_is_none_is_refused(tmp_path: Path, host: str) -> None:
    folder = write(tmp_path, {"contact": "# Contact\n"}, CONFIG + f"    allow: {{script-src: [{json.dumps(host)}]}}\n")
    result = mkdocs(folder, folder / "site")

    assert result.returncode != 0
    assert "allow" in result.stderr


def test_articles_of_one_topic_that_share_words_are_related(small: Built) -> None:
    html = small.page("billing/card").partition('class="hf-related"')[2].partition("</section>")[0]

    assert "/help/billing/declined/" in html
    assert "/help/billing/tax/" not in html
    assert "/help/team/card/" not in html


def test_a_second_build_names_the_same_content_by_the_same_name(small: Built, tmp_path: Path) -> None:
    result = mkdocs(small.site.parent, tmp_path / "site")

    assert result.returncode == 0, result.stderr
    again = Built(tmp_path / "site", "/help/")
    assert again.portal["build"] == small.portal["build"]
    assert again.shell == small.shell


def test_a_topic_that_is_not_routine_leads_straight_to_us(tmp_path: Path) -> None:
    topics = "    topics:\n      - {id: billing, title: Billing, routine: true}\n      - {id: team, title: Team}\n"
    folder = write(tmp_path, {"billing/card": "# Card\n", "team/seats": "# Seats\n"}, CONFIG + topics)
    result = mkdocs(folder, tmp_path / "site")
    assert result.returncode == 0, result.stderr
    built = Built(tmp_path / "site", "/help/")

    assert 'class="hf-button" href="/help/ask/?topic=team"' in built.page("team")
    assert 'class="hf-button" href="/help/ask/?topic=billing"' not in built.page("billing")
    assert 'href="/help/ask/?topic=team"' in built.page(".")
    assert re.findall(r'<option value="(\w+)" data-straight>', built.page("ask")) == ["team"]


TOPIC = """    topics:
      - {id: billing, title: Billing, icon: material/key-outline, description: Money, sections: {vat: Taxes}}
      - {id: team, title: Team, routine: true}
    often_asked: [team/a0]
"""


def test_a_topic_has_a_picture_a_line_and_its_folders_as_sub_headings(tmp_path: Path) -> None:
    inside = {"billing/card": "# Card\n", "billing/vat/number": "# VAT\n", "billing/late-fees/pay": "# Fees\n"}
    often = {f"team/a{n}": f"---\nshort: Short {n}\n---\n# Long title {n}\n" for n in range(5)}
    folder = write(tmp_path, inside | often, CONFIG + TOPIC)
    result = mkdocs(folder, tmp_path / "site")
    assert result.returncode == 0, result.stderr
    built = Built(tmp_path / "site", "/help/")
    home, topic = built.page("."), built.page("billing")

    assert home.count('<svg class="hf-picture" width="24" height="24" aria-hidden="true" xmlns') == 1
    assert "<p>Money</p>" in home
    # What has a link under the question box by its short title is not repeated under its topic.
    above, _, below = home.partition('class="hf-topics"')
    assert (">Short 0<" in above, ">Long title 0<" in below, ">Long title 3<" in below) == (True, False, True)
    assert re.findall(r"<h2>(.*?)</h2>", topic) == ["Taxes", "Late fees"]
    assert re.findall(r"<b>(.*?)</b>", topic) == ["Card", "VAT", "Fees"]


def test_an_icon_that_is_not_there_stops_the_build_with_the_nearest(tmp_path: Path) -> None:
    topics = "    topics:\n      - {id: billing, title: Billing, icon: material/credit-card-outlin}\n"
    folder = write(tmp_path, {"billing/card": "# Card\n"}, CONFIG + topics)

    result = mkdocs(folder, tmp_path / "site")

    assert result.returncode == 1
    assert (
        "there is no icon 'material/credit-card-outlin'. Did you mean 'material/credit-card-outline'?" in result.stderr
    )


def test_at_many_topics_and_articles_pages_stay_short(tmp_path: Path) -> None:
    """Ten topics; the first has 28 articles in two folders, as in a portal of 25 topics and 1,000 articles."""
    many = {
        f"t0/{'one' if n % 2 else 'two'}/a{n:02}": f"---\ndescription: About {n}.\n---\n# Title {n}\n"
        for n in range(28)
    }
    rest = {f"t{n}/a{m}": f"# Other {n} {m}\n" for n in range(1, 10) for m in range(4)}
    folder = write(tmp_path, many | rest)
    result = mkdocs(folder, tmp_path / "site")
    assert result.returncode == 0, result.stderr
    built = Built(tmp_path / "site", "/help/")
    home, topic, search = (built.page(url) for url in (".", "t0", "search"))
    article = built.page("t0/one/a13")
    beside = article[article.index('class="hf-topicnav"') :].partition("</nav>")[0]

    assert "Title 1" not in home
    assert home.count("28 articles") == 1
    assert re.findall(r'<details class="hf-section"( open)?>', topic) == [" open", ""]
    assert "About 3." not in topic
    assert search.count("<details>") == 10
    assert beside.count("<li>") == 12
    assert 'aria-current="page"' in beside
    assert "All 28 articles" in beside


def test_wrong_settings_stop_the_build_with_file_and_line(tmp_path: Path) -> None:
    folder = write(tmp_path, {"a/b": "Text."}, CONFIG.replace("product:", "prodct:") + "    shortcuts: maybe\n")

    result = mkdocs(folder, tmp_path / "site")

    assert result.returncode == 1
    for line in (
        "mkdocs.yml:5: extra.portal.product is missing: give the name of your product.",
        "mkdocs.yml:6: extra.portal.prodct: unknown setting. Did you mean 'product'?",
        "mkdocs.yml:8: extra.portal.shortcuts: 'maybe' is wrong, expected true or false",
    ):
        assert line in result.stderr


def test_mistakes_in_several_articles_are_told_together(tmp_path: Path) -> None:
    folder = write(
        tmp_path,
        {
            "a/one": "---\nreviewed: soon\n---\n",
            "a/two": "---\ntitle: a: b\n---\n",
            "api/three": "Text.",
            "other/x": "",
        },
    )

    result = mkdocs(folder, tmp_path / "site")

    assert result.returncode == 1
    assert "docs/a/one.md:2: reviewed: 'soon' is wrong, expected a date such as 2026-11-20." in result.stderr
    assert "docs/a/two.md:2: is not valid YAML" in result.stderr
    assert "docs/api/three.md: /api/three/ is an address of the portal itself: rename the folder" in result.stderr
    assert "docs/other/x.md: the topic 'other' is what the contact form calls \"Something else\"" in result.stderr


def test_what_a_customer_would_stumble_over_fails_the_build(tmp_path: Path) -> None:
    text = "---\nrelated: [a/gone]\nquestion: Why?\n---\nSee [this](gone.md) and [that](#gone).\n"

    result = mkdocs(write(tmp_path, {"a/b": text}), tmp_path / "site")

    assert result.returncode == 1
    for warning in (
        "docs/a/b.md:2: related: there is no article 'a/gone'.",
        "docs/a/b.md:3: front matter has 'question', which does nothing. Did you mean 'questions'?",
        "docs/a/b.md:5: link 'gone.md' leads nowhere",
        "docs/a/b.md:5: link '#gone' leads to an anchor",
    ):
        assert warning in result.stderr


def _targets(html: str, page: str) -> set[str]:
    """The site's own addresses in a page, resolved from the page's address."""
    found = set()
    for _, _, value in Links(html).found:
        target = urlsplit(urljoin(f"https://acme.example{page}", value))
        if target.scheme == "https" and target.netloc == "acme.example" and not value.startswith("https://"):
            found.add(target.path)
    return found


def _exists(built: Built, path: str) -> bool:
    """Whether the site or the functions answer at this address, below the base path."""
    if not path.startswith(built.base):
        return False
    inside = path.removeprefix(built.base)
    if inside.startswith(("api/", "my/")):
        return True
    return (built.site / inside / "index.html").is_file() if path.endswith("/") else (built.site / inside).is_file()


def test_a_name_that_no_address_can_have_is_refused(tmp_path: Path) -> None:
    names = ["pay/is-it-50%-off", "pay/what?", "pay/c#-client", "pay/fine"]
    folder = write(tmp_path, {name: ARTICLE.format(title="Is it fine?", text="It is.") for name in names})
    (folder / "docs" / "pay" / "a%20b.png").write_bytes(b"x")
    (folder / "docs" / "pay" / "größe.png").write_bytes(b"x")
    result = mkdocs(folder, tmp_path / "site")

    assert result.returncode == 1
    for name, sign in zip(["is-it-50%-off.md", "what?.md", "c#-client.md", "a%20b.png"], "%?#%", strict=True):
        said = f"docs/pay/{name}: its name has '{sign}', which cannot stand in an address: rename the file"
        assert said in result.stderr
    assert "fine" not in result.stderr.replace("Is it fine", "")
    assert "größe" not in result.stderr


@pytest.mark.parametrize(
    ("heading", "anchor"),
    [
        ("Update the card", "update-the-card"),
        ("設定を変更する", "設定を変更する"),
        ("Как сменить карту?", "как-сменить-карту"),
        ("كيف أغير البطاقة", "كيف-أغير-البطاقة"),
        ("Größe ändern & mehr", "größe-ändern-mehr"),
        ("Πώς αλλάζω κάρτα;", "πώς-αλλάζω-κάρτα"),
    ],
)
def test_a_heading_in_any_script_has_an_id_that_can_be_read(heading: str, anchor: str) -> None:
    config = yaml_load((ROOT / "hooks" / "base.yml").read_text("utf-8"))
    (toc,) = [each["toc"] for each in config["markdown_extensions"] if isinstance(each, dict) and "toc" in each]
    html = Markdown(extensions=["toc"], extension_configs={"toc": {"slugify": toc["slugify"]}}).convert(f"## {heading}")

    assert f'<h2 id="{anchor}">' in html
