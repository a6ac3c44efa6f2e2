"""Signing in from an article and coming back to it, signing out, and signing out everywhere, in a real browser."""

import re

from playwright.sync_api import Browser, BrowserContext, Page, expect

from scripts.world import World

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
    # The provider asks whether the product is meant as well, and sends them back.
    expect(page).to_have_url(re.compile(re.escape(f"{world.identity}/oauth2/end_session")))
    page.get_by_role("button", name="Sign out of Acme").click()
    expect(page).to_have_url(world.url)
    assert who(world, page) is None


def test_signing_out_everywhere_from_a_second_browser(world: World, chromium: Browser):
    first, second = chromium.new_context(), chromium.new_context()
    here, there = first.new_page(), second.new_page()
    for page in (here, there):
        sign_in(world, page)
    form = '<form method="post" action="{}api/signout"><input name="everywhere" value="1"><button>Go</button></form>'
    there.goto(f"{world.url}my/account/")
    there.evaluate("html => document.querySelector('main').innerHTML = html", form.format(world.url))
    there.get_by_role("button", name="Go").click()
    expect(there).to_have_url(re.compile(re.escape(world.identity)))
    names = [who(world, page) for page in (here, there)]
    here.goto(f"{world.url}my/tickets/")

    assert names == [None, None]
    expect(here.get_by_role("button", name=re.compile("Ada"))).to_be_visible()
    first.close()
    second.close()


def sign_in(world: World, page: Page) -> None:
    """From an article by "My account", through the provider's page, and back on the same article."""
    page.goto(world.url + ARTICLE)
    page.get_by_role("navigation", name="Portal").get_by_role("link", name="My account").click()
    expect(page).to_have_url(re.compile(re.escape(world.identity)))
    page.get_by_role("button", name=re.compile("Ada")).click()
    expect(page).to_have_url(world.url + ARTICLE)


def who(world: World, page: Page) -> str | None:
    """The name that the portal knows this browser by."""
    answer = page.request.get(f"{world.url}api/session", headers={"Accept": "application/json"}).json()
    return str(answer["name"]) if answer["signed_in"] else None
