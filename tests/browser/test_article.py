"""What an article can do: tabs by keyboard, a picture enlarged, a link copied, and an old address that leads on."""

import re

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect

from scripts.lib.world import World

EVERYTHING = "using-the-portal/what-you-can-write/"


@pytest.fixture
def article(world: World, context: BrowserContext) -> Page:
    page = context.new_page()
    page.goto(world.url + EVERYTHING)
    expect(page.locator("[data-portal='article/page'][data-started]")).to_be_visible()
    return page


def test_tabs_are_turned_by_keyboard_without_a_script(world: World, chromium: Browser) -> None:
    context = chromium.new_context(java_script_enabled=False)
    page = context.new_page()
    page.goto(world.url + EVERYTHING)
    page.get_by_label("Web", exact=True).focus()
    expect(page.get_by_text("Touch your picture.")).to_be_hidden()
    page.keyboard.press("ArrowRight")

    expect(page.get_by_text("Touch your picture.")).to_be_visible()
    expect(page.get_by_text("Open Settings, then choose Team.")).to_be_hidden()
    expect(page.get_by_role("link", name="The help centre's first page")).to_have_attribute("href", re.compile("png$"))
    context.close()


def test_a_picture_is_enlarged_and_closed_by_keyboard(article: Page) -> None:
    link = article.get_by_role("link", name="The help centre's first page, with a search field")
    link.focus()
    article.keyboard.press("Enter")
    dialog = article.get_by_role("dialog", name="The help centre's first page, with a search field")
    expect(dialog.get_by_role("img")).to_have_js_property("naturalWidth", 1100)
    article.keyboard.press("Escape")

    expect(dialog).to_be_hidden()
    expect(link).to_be_focused()


def test_a_headings_link_is_copied_and_announced(world: World, chromium: Browser) -> None:
    context = chromium.new_context(permissions=["clipboard-read", "clipboard-write"])
    page = context.new_page()
    page.goto(world.url + EVERYTHING)
    page.get_by_role("link", name='Copy the link to "Tabs"').focus()
    page.keyboard.press("Enter")
    expect(page.get_by_role("status").filter(has_text='Link to "Tabs" copied')).to_be_visible()

    assert page.evaluate("navigator.clipboard.readText()") == f"{world.url}{EVERYTHING}#tabs"
    context.close()


def test_print_shows_what_is_folded_and_where_links_lead(article: Page, world: World) -> None:
    article.evaluate("window.dispatchEvent(new Event('beforeprint'))")
    article.emulate_media(media="print")

    expect(article.get_by_text("What only few readers need.")).to_be_visible()
    expect(article.get_by_text("Touch your picture.")).to_be_visible()
    expect(article.get_by_role("banner")).to_be_hidden()
    assert article.locator(".hf-stillneed a").get_attribute("data-address") == f"{world.url}ask/?from={EVERYTHING[:-1]}"


def test_an_old_address_with_any_words_behind_its_number_leads_on(world: World, context: BrowserContext) -> None:
    page = context.new_page()
    page.goto(f"{world.url}hc/en-us/articles/360001234567-How-do-I-change-my-card")

    expect(page).to_have_url(f"{world.url}plans-and-billing/update-card/")


@pytest.mark.parametrize("path", ["contact/", "guide/markdown/"])
def test_an_old_address_leads_on_without_a_script(world: World, chromium: Browser, path: str) -> None:
    context = chromium.new_context(java_script_enabled=False)
    page = context.new_page()
    page.goto(world.url + path)

    expect(page).to_have_url(re.compile("/ask/$|/what-you-can-write/$"))
    context.close()
