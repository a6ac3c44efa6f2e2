"""Signing in from an article and coming back to it, signing out, and signing out everywhere, in a real browser."""

import re

from playwright.sync_api import Browser, BrowserContext, Page, expect

from scripts.lib.world import World

ARTICLE = "plans-and-billing/update-card/"


def test_sign_in_from_an_article_and_out_again(world: World, context: BrowserContext):
    walk(world, context.new_page())


def test_the_same_below_a_base_path(world_below: World, context: BrowserContext):
    walk(world_below, context.new_page())


def walk(world: World, page: Page) -> None:
    sign_in(world, page)
    assert who(world, page) == "Ada Byron"
    page.goto(f"{world.url}my/account/")
    page.get_by_role("button", name="Sign out", exact=True).click()
    # The provider asks whether to sign out of the product as well, and leads back.
    expect(page).to_have_url(re.compile(re.escape(f"{world.identity}/oauth2/end_session")))
    page.get_by_role("button", name="Sign out of the product").click()
    expect(page).to_have_url(world.url)
    assert who(world, page) is None


def test_a_personal_page_opens_after_signing_in_with_the_keyboard_alone(world: World, context: BrowserContext):
    page = context.new_page()
    page.goto(f"{world.url}my/")
    expect(page).to_have_url(re.compile(re.escape(f"{world.url}my/sign-in/?return=")))
    expect(page.get_by_role("link", name="Sign in with your Acme account")).to_be_visible()
    for _ in range(30):
        page.keyboard.press("Tab")
        if page.evaluate("document.activeElement.textContent.trim()") == "Sign in with your Acme account":
            break
    page.keyboard.press("Enter")
    page.get_by_role("button", name=re.compile("Ada")).press("Enter")

    expect(page).to_have_url(f"{world.url}my/")


def test_the_account_menu_of_a_static_page_knows_who_is_signed_in_and_signs_out(world: World, context: BrowserContext):
    page = context.new_page()
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    page.goto(world.url + ARTICLE)
    page.locator("[data-portal='insights/feedback'][data-started]").wait_for(state="attached")
    expect(page.get_by_role("link", name="Sign in")).to_have_count(1)
    before = [url for url in asked if "api/session" in url or "signin/" in url]
    sign_in(world, page)
    page.get_by_text("Account", exact=True).first.click()
    menu = page.locator(".hf-menu")
    expect(menu.get_by_role("link", name="Overview")).to_contain_text("Ada Byron")
    shown = menu.get_by_role("link").all_inner_texts()
    page.goto(world.url)
    expect(page.locator("[data-own-line='billing']")).to_have_text("Plan: Team")
    page.goto(f"{world.url}my/tickets/")
    page.get_by_text("Account", exact=True).first.click()
    page.locator(".hf-menu").get_by_role("button", name="Sign out").click()
    # Though forms of this page may not lead away.
    expect(page).to_have_url(re.compile(re.escape(f"{world.identity}/oauth2/end_session")))

    assert before == []
    assert [text.split("\n")[0].strip() for text in shown if text] == [
        "Overview",
        "Your requests",
        "Billing",
        "Account",
    ]


def test_signing_out_everywhere_from_a_second_browser(world: World, chromium: Browser):
    first, second = chromium.new_context(), chromium.new_context()
    here, there = first.new_page(), second.new_page()
    for page in (here, there):
        sign_in(world, page)
    there.goto(f"{world.url}my/account/")
    there.locator("li", has=there.get_by_role("heading", name="Where you're signed in")).get_by_role(
        "link"
    ).first.click()
    expect(there.get_by_text("Another browser").first).to_be_visible()
    there.get_by_role("button", name="Sign out everywhere").click()
    expect(there).to_have_url(re.compile(re.escape(world.identity)))
    names = [who(world, page) for page in (here, there)]
    here.goto(f"{world.url}my/tickets/")

    assert names == [None, None]
    expect(here.get_by_role("link", name="Sign in with your Acme account")).to_be_visible()
    first.close()
    second.close()


def sign_in(world: World, page: Page) -> None:
    """Press "Sign in" on an article, pass the provider's page, and return to the article."""
    page.goto(world.url + ARTICLE)
    way_in = page.get_by_role("navigation", name="Portal").get_by_role("link", name="Sign in")
    way_in.click()
    page.get_by_role("link", name="Sign in with your Acme account").click()
    expect(page).to_have_url(re.compile(re.escape(world.identity)))
    page.get_by_role("button", name=re.compile("Ada")).click()
    expect(page).to_have_url(world.url + ARTICLE)
    expect(way_in).to_be_hidden()


def who(world: World, page: Page) -> str | None:
    """The name of the customer who is signed in."""
    answer = page.request.get(f"{world.url}api/session", headers={"Accept": "application/json"}).json()
    return str(answer["name"]) if answer["signed_in"] else None
