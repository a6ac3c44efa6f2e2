"""What the first view of our pages costs, and that pages which load less work as they did."""

import json
import re

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect

from scripts.lib.host import served
from scripts.lib.world import World
from scripts.page_weight import Weight, first_views
from tests.hooks.portals import SITE


@pytest.fixture(scope="module")
def weights(chromium: Browser, tmp_path_factory: pytest.TempPathFactory) -> dict[str, Weight]:
    folder = tmp_path_factory.mktemp("weight")
    with served(folder, SITE / "mkdocs.yml") as url:
        facts = json.loads((folder / "build" / "portal.json").read_text())
        articles = {article["id"]: f"{article['id']}/" for article in facts["articles"] if not article["unlisted"]}
        pages = {**articles, "home": "", "status": "status/"}
        return dict(zip(pages, first_views(chromium, [url + path for path in pages.values()]), strict=True))


def test_the_first_view_of_any_article_is_nine_requests_and_66_kb_at_most(weights: dict[str, Weight]) -> None:
    articles = {name: weight for name, weight in weights.items() if name not in ("home", "status")}

    assert len(articles) >= 15
    assert {name: weight.parts for name, weight in articles.items() if weight.requests > 9} == {}
    assert {name: weight.parts for name, weight in articles.items() if weight.bytes > 66_000} == {}


@pytest.mark.parametrize("name", ["home", "status"])
def test_home_and_status_are_ten_requests_at_most(weights: dict[str, Weight], name: str) -> None:
    assert weights[name].requests <= 10, weights[name].parts


def test_what_comes_later_shares_its_state_with_what_every_page_loads(world: World, context: BrowserContext) -> None:
    page = context.new_page()
    page.goto(f"{world.url}plans-and-billing/update-card/")
    box = page.get_by_role("combobox").first
    box.fill("seats")
    page.locator(".hf-result--article").filter(has_text="seats").first.click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("seats")
    page.evaluate("window.same = true")
    page.get_by_role("link", name="Contact support").first.click()
    expect(page).to_have_url(re.compile("/ask/"))
    along = page.get_by_role("group", name="Included with your message")

    assert page.evaluate("window.same")
    expect(along).to_contain_text("seats")
    expect(along).to_contain_text("How do I update my card?")


def sheets(page: Page) -> list[str]:
    names: list[str] = page.evaluate("[...document.styleSheets].map(({ href }) => href?.split('/').pop())")
    return names


def test_an_in_site_click_changes_only_the_sheet_of_the_kind(world: World, context: BrowserContext) -> None:
    page = context.new_page()
    asked: list[str] = []
    page.goto(world.url)
    page.locator("[data-portal='status/status'][data-started]").first.wait_for(state="attached")
    page.on("request", lambda request: asked.append(request.url.rpartition("/")[2]))
    page.locator(".hf-topics li a").first.click()
    page.locator("[data-portal='insights/feedback'][data-started]").wait_for(state="attached")
    page.wait_for_function("getComputedStyle(document.getElementById('content')).visibility === 'visible'")

    assert "article.css" in sheets(page)
    assert not {"base.css", "portal.js"} & set(asked)
