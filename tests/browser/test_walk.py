"""The whole portal in one session: search to answer, status, changelog, billing."""

import re

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect

from scripts.lib.world import World
from tests.browser.conftest import NARROW


def test_one_session_walks_the_portal_with_one_login(world: World, context: BrowserContext):
    walk(world, context)


def test_the_same_walk_below_a_base_path(world_below: World, context: BrowserContext):
    walk(world_below, context)


def walk(world: World, context: BrowserContext) -> None:
    """Search, article, "no", Ask us, ticket, answer; status; changelog; billing; account; one login form in all."""
    page = context.new_page()
    logins: list[str] = []
    page.on(
        "framenavigated",
        lambda frame: logins.append(frame.url) if frame.url.startswith(f"{world.identity}/oauth2/authorize?") else None,
    )
    errors: list[str] = []
    page.on("pageerror", lambda error: errors.append(str(error)))
    foreign: list[str] = []
    origin = re.match(r"https?://[^/]+", world.url)
    page.on(
        "request",
        lambda request: (
            foreign.append(request.url)
            if origin and not request.url.startswith((origin[0], "data:", "blob:"))
            else None
        ),
    )

    find_an_article(world, page)
    assert foreign == []
    assert context.cookies() == []
    say_no_and_ask(world, page)
    sign_in_and_send(world, page)
    read_the_answer(world, page)
    see_status_and_changelog(world, page)
    update_the_card(world, page)
    buy_two_seats(world, page)
    see_the_account(world, page)

    assert len(logins) == 1, logins
    assert errors == []


def find_an_article(world: World, page: Page) -> None:
    page.goto(world.url)
    expect(page.get_by_role("heading", level=1)).to_have_text("How can we help?")
    page.locator("body").press("/")
    page.keyboard.type("my card was declined")
    option = page.get_by_role("option").filter(has_text=re.compile("declined", re.I)).first
    expect(option).to_be_visible()
    option.click()
    expect(page).to_have_url(f"{world.url}plans-and-billing/card-declined/")
    expect(page.locator("[data-portal='insights/feedback'][data-started]")).to_be_attached()


def say_no_and_ask(world: World, page: Page) -> None:
    page.get_by_role("button", name="Not really").click()
    page.get_by_label("I couldn't follow a step").check()
    page.get_by_label("What could be clearer?").fill("Which bank declined it?")
    page.locator("[data-portal='insights/feedback']").get_by_role("link", name="Contact support").click()
    expect(page).to_have_url(re.compile(re.escape(f"{world.url}ask/?from=plans-and-billing")))
    expect(page.get_by_label("What happened")).to_have_value("Which bank declined it?")
    along = page.get_by_role("group", name="Included with your message")
    expect(along).to_contain_text("declined")
    page.get_by_label("What is it about?").select_option(label="Plans and billing")
    page.get_by_label("Your question in one sentence").fill("Both of my cards are declined")
    page.get_by_label("What happened").fill("I tried two cards from two banks, and both are declined with no reason.")


def sign_in_and_send(world: World, page: Page) -> None:
    page.get_by_role("button", name="Sign in to send").click()
    expect(page).to_have_url(re.compile(re.escape(world.identity)))
    page.get_by_role("button", name=re.compile("Ada")).click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("Send your question to Acme support?")
    expect(page.get_by_text("two cards from two banks")).to_be_visible()
    page.get_by_role("button", name=re.compile("^Send to")).click()
    expect(page.get_by_text("We received your request.")).to_be_visible()


def read_the_answer(world: World, page: Page) -> None:
    number = re.search(r"ref=([0-9A-Z-]+)", page.url)
    assert number
    shown = world.desk("show", number[1])
    assert "not helpful: I couldn't follow a step" in shown
    assert "plans-and-billing/card-declined" in shown
    assert re.search(r"^Time on form: \d+ (seconds?|min)$", shown, re.M)
    assert re.search(r"^Searches: '.*declined.*' \(\d+ results\)", shown, re.M)
    world.desk("reply", number[1], "Your bank asks for a confirmation. Confirm it in the bank's app.")
    page.get_by_role("link", name="Your requests").first.click()
    expect(page.get_by_role("cell", name="We replied")).to_be_visible()
    page.get_by_role("link", name="Both of my cards are declined").click()
    expect(page.get_by_text("Confirm it in the bank's app.")).to_be_visible()


def see_status_and_changelog(world: World, page: Page) -> None:
    page.goto(world.url)
    dot = page.locator("header [data-portal='status/status']")
    expect(dot).to_have_attribute("data-level", "none", timeout=60_000)
    dot.click()
    expect(page).to_have_url(f"{world.url}status/")
    expect(page.get_by_role("heading", level=1)).to_be_visible()
    page.locator("header").get_by_role("link", name="Changelog").first.click()
    expect(page).to_have_url(f"{world.url}changelog/")
    expect(page.get_by_role("main").get_by_role("heading", level=1)).to_be_visible()


def update_the_card(world: World, page: Page) -> None:
    page.goto(f"{world.url}my/billing/")
    page.get_by_role("button", name="Update card").click()
    expect(page).to_have_url(re.compile(re.escape(world.billing)))
    page.get_by_label("Mastercard ending in 4444").check()
    page.get_by_role("button", name="Use this card").click()
    back = page.get_by_role("link", name="Return to the help portal")
    if back.count():
        back.click()
    expect(page).to_have_url(re.compile(re.escape(f"{world.url}my/billing/")))
    expect(page.get_by_role("main")).to_contain_text("4444")


def buy_two_seats(world: World, page: Page) -> None:
    page.goto(f"{world.url}my/billing/")
    seats = page.get_by_label("Number of seats")
    number = int(seats.input_value()) + 2
    seats.fill(str(number))
    page.get_by_role("button", name="See the price").click()
    expect(page.get_by_text("From the next period")).to_be_visible()
    page.get_by_role("button", name=f"Change to {number} seats").click()
    expect(page.get_by_text(f"Your plan has {number} seats now.")).to_be_visible()


def see_the_account(world: World, page: Page) -> None:
    page.goto(f"{world.url}my/account/")
    expect(page.get_by_role("heading", level=1)).to_have_text("Your account")
    expect(page.get_by_role("main")).to_contain_text("ada@")


def test_a_ticket_without_javascript(world: World, chromium: Browser):
    context = chromium.new_context(java_script_enabled=False, viewport=NARROW)
    page = context.new_page()
    page.goto(f"{world.url}getting-in/forgot-password/")
    page.get_by_role("button", name="Not really").click()
    expect(page).to_have_url(re.compile("feedback/why"))
    page.get_by_label("Something is missing").check()
    page.get_by_role("button", name="Send feedback").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Thanks for your feedback")
    page.goto(f"{world.url}getting-in/forgot-password/")
    page.locator("main").get_by_role("link", name="Contact support").last.click()
    expect(page.get_by_label("The article you came from")).to_be_checked()
    page.get_by_label("What is it about?").select_option(label="Signing in")
    page.get_by_label("Your question in one sentence").fill("No mail arrives")
    page.get_by_label("What happened").fill("I asked for a new password three times and no mail came.")
    page.get_by_role("button", name=re.compile("^Send to")).click()
    page.get_by_role("button", name=re.compile("Ben")).click()
    expect(page.get_by_text("Article you came from")).to_be_visible()
    page.get_by_role("button", name=re.compile("^Send to")).click()
    expect(page.get_by_text("We received your request.")).to_be_visible()
    context.close()


def test_a_narrow_screen_reaches_everything(world: World, chromium: Browser):
    context = chromium.new_context(viewport=NARROW, has_touch=True)
    page = context.new_page()
    page.goto(world.url)
    for locator in (
        page.get_by_role("heading", level=1),
        page.get_by_role("combobox").last,
        page.locator("main [data-portal='status/status']").first,
    ):
        box = locator.bounding_box()
        assert box
        assert box["y"] + box["height"] <= NARROW["height"], locator
    page.locator("header summary").click()
    expect(page.locator("header").get_by_role("link", name="Contact support").last).to_be_visible()
    for path in ("", "getting-in/forgot-password/", "status/", "changelog/", "ask/", "search/?q=invoice", "nowhere/"):
        page.goto(world.url + path)
        wide = page.evaluate("document.documentElement.scrollWidth")
        assert wide <= NARROW["width"], f"/{path} is {wide} px wide"
    context.close()


@pytest.mark.parametrize("path", ["nowhere/", "nowhere/at/all/"])
def test_a_page_that_is_not_there_offers_the_way_on(world_below: World, context: BrowserContext, path: str):
    page = context.new_page()
    page.goto(world_below.url + path)

    expect(page.get_by_role("heading", level=1)).to_be_visible()
    page.get_by_role("main").get_by_role("link", name="Contact support").first.click()
    expect(page).to_have_url(re.compile(re.escape(f"{world_below.url}ask/")))
