"""Eight settings of the portal's parts, built as a whole: they are what the model of tests/hooks says, and a browser
finds nothing on them that leads nowhere."""

import json
import mimetypes
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from threading import Thread
from typing import Any
from urllib.parse import urldefrag, urlsplit

import pytest
from playwright.sync_api import BrowserContext, Page, expect
from werkzeug.serving import make_server
from werkzeug.wrappers import Request, Response

from tests.hooks.crawl import Found, crawl
from tests.hooks.portals import mkdocs
from tests.hooks.site_model import Model
from tests.hooks.test_parts import ALL, BASE, NONE, Functions, name, write

# Everything, nothing, each thing that others are about by itself, and without it.
EIGHT = [
    ALL,
    NONE,
    ALL | {"tickets": False},
    ALL | {"status": False, "changelog": False},
    ALL | {"articles": False, "community": False},
    NONE | {"articles": True},
    NONE | {"status": True},
    NONE | {"tickets": True, "billing": True},
]
PATHS = (
    "", "search/?q=zzqx", "search/?q=invoice", "nothing/", "getting-in/forgot-password/", "status/", "ask/", "my/",
    "my/account/",
)  # fmt: skip
RESULTS = '[data-portal="search/results"]'


PATHS = (
    "", "search/?q=zzqx", "search/?q=invoice", "nothing/", "getting-in/forgot-password/", "status/", "ask/", "my/",
    "my/account/",
)  # fmt: skip
RESULTS = '[data-portal="search/results"]'


@dataclass
class Built:
    """A build with its parts, served with its functions at `url`."""

    parts: dict[str, bool]
    site: Path
    url: str = ""
    functions: Functions = field(init=False)

    def __call__(self, environ: dict[str, Any], start_response: Any) -> Any:
        path = Request(environ).path.removeprefix(BASE)
        if path.startswith(("api/", "my/")):
            return self.functions.portal(environ, start_response)
        file = self.site / path / ("index.html" if path.endswith("/") or not path else "")
        known = file.is_file()
        kind = mimetypes.guess_type(file.name)[0]
        answer = Response((file if known else self.site / "404.html").read_bytes(), 200 if known else 404)
        answer.mimetype = kind or "text/html"
        return answer(environ, start_response)


@pytest.fixture(scope="module")
def model(tmp_path_factory: pytest.TempPathFactory) -> Model:
    return Model(write(tmp_path_factory.mktemp("model")))


@pytest.fixture(scope="module", params=EIGHT, ids=name)
def built(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Built]:
    folder = tmp_path_factory.mktemp("built")
    result = mkdocs(write(folder, request.param), folder / "site")
    assert result.returncode == 0, result.stderr
    built = Built(request.param, folder / "site")
    server = make_server("127.0.0.1", 0, built, threaded=True)
    origin = f"http://127.0.0.1:{server.server_port}"
    built.url = origin + BASE
    built.functions = Functions(tmp_path_factory.mktemp("functions"), origin)
    bundle = json.loads((folder / "build/portal.json").read_text("utf-8"))
    built.functions.use((folder / "build/shell.html").read_text("utf-8"), bundle)
    thread = Thread(target=server.serve_forever, args=[0.02])
    thread.start()
    yield built
    server.shutdown()
    thread.join()
    server.server_close()
    built.functions.services.store.close()


def test_a_real_build_has_the_pages_and_links_that_the_model_says(model: Model, built: Built) -> None:
    html = {
        path.relative_to(built.site).as_posix().removesuffix("index.html"): path.read_text("utf-8")
        for path in built.site.rglob("*.html")
        # A page at an old address is not one of the model's.
        if "<title>This page has moved</title>" not in path.read_text("utf-8")
    }

    pages, _, bundle = model.pages(built.parts)
    said = {url.removeprefix("./"): text for url, text in pages.items() if url != "shell.html"}
    assert {url: _without_related(text, url) for url, text in html.items()} == {
        url: _without_related(text, url) for url, text in said.items()
    }
    assert built.functions.services.portal["parts"] == bundle["parts"]


def _without_related(html: str, url: str) -> Found:
    """What is found on a page, but for the related articles that the search index chooses."""
    before, section, rest = html.partition('<section class="hf-related"')
    return crawl(before + rest.partition("</section>")[2] if section else html, f"{BASE}{url}")


def test_a_browser_finds_nothing_that_leads_nowhere(built: Built, context: BrowserContext) -> None:
    page = context.new_page()
    faults: list[str] = []
    page.on("pageerror", lambda error: faults.append(str(error)))
    for path in PATHS:
        page.goto(built.url + path)
        if "?q=" in path and page.locator(RESULTS).count():
            expect(page.locator(RESULTS)).to_contain_text(re.compile("result|No"))
        faults += _dead(page, built, path)
    assert faults == []


def _dead(page: Page, built: Built, path: str) -> list[str]:
    """The links on the page, as scripts have left it, that are not answered with a page."""
    links: list[str] = page.evaluate("[...document.links].map((link) => link.href)")
    ours = {urldefrag(link)[0] for link in links if urlsplit(link).netloc == urlsplit(built.url).netloc}
    # A sign-in leads to a provider, which this portal does not have.
    asked = sorted(link for link in ours if "/api/signin" not in link and link != page.url)
    return [f"{path}: {link}" for link in asked if page.request.get(link, max_redirects=0).status >= 400]


def test_reasons_and_the_end_of_results_look_as_the_rest(built: Built, context: BrowserContext) -> None:
    page = context.new_page()
    if built.parts["articles"]:
        page.goto(f"{built.url}getting-in/forgot-password/")
        page.locator("[data-article][data-started]").wait_for()
        page.get_by_role("button", name="Not really").click()
        row = page.locator(".hf-choices label").first.bounding_box()
        assert row
        assert row["height"] <= 48
        hint = "We can't reply here." + (" If you need an answer, contact support." if built.parts["tickets"] else "")
        expect(page.locator("#hf-comment-help")).to_have_text(hint)
        page.goto(f"{built.url}search/?q=password")
        expect(page.locator(".hf-results__page a").first).to_be_visible()
        expect(page.locator(".hf-results__stuck a")).to_have_count(int(built.parts["tickets"]))
