"""Sign-in by mail without an account: on two devices, by code, without JavaScript, and accessible."""

import re
import time
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect

from scripts.lib.world import World
from tests.browser.conftest import NARROW, WIDE
from tests.browser.test_axe import violations

ASK = "Email me a link and a code"


@pytest.fixture
def device(chromium: Browser) -> Iterator[BrowserContext]:
    """Another device."""
    context = chromium.new_context(viewport=NARROW)
    context.set_default_timeout(15_000)
    yield context
    context.close()


def mail_to(world: World, address: str, page: Page) -> tuple[str, str]:
    """Link and code of the newest mail to an address; waits until it is in the demo's inbox."""
    inbox = page.context.new_page()
    newest = inbox.locator("li", has_text=address).first
    inbox.goto(world.inbox)
    late = time.monotonic() + 15
    while not newest.count():
        assert time.monotonic() < late, f"no mail to {address}"
        inbox.reload()
    newest.get_by_role("link").click()
    text = inbox.locator("pre").inner_text()
    inbox.close()
    link = re.search(r"http://\S+/my/verify/open/\S+", text)
    code = re.search(r"asked for it: (\d{3} \d{3})", text)
    assert link
    assert code
    return link[0], code[1]


def ask(world: World, page: Page, address: str, back: str = "") -> None:
    page.goto(f"{world.url}my/verify/?return={back}")
    page.get_by_label("Your email address").fill(address)
    page.get_by_role("button", name=ASK).click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Check your email")
    expect(page.get_by_text(address)).to_be_visible()


def test_a_question_without_an_account_goes_on_on_another_device(
    world: World, context: BrowserContext, device: BrowserContext
):
    page = context.new_page()
    foreign: list[str] = []
    page.on("request", lambda request: foreign.append(request.url) if not request.url.startswith(world.url) else None)
    page.goto(f"{world.url}ask/?from=getting-in/forgot-password")
    page.get_by_label("What is it about?").select_option(label="Signing in")
    page.get_by_label("Your question in one sentence").fill("No mail arrives here")
    page.get_by_label("What happened").fill("I asked for a new password three times and no mail came.")
    page.get_by_role("button", name="Confirm email and send").click()
    expect(page.get_by_role("alert").first).to_contain_text("Enter your full email address")
    assert context.cookies() == []
    page.get_by_label("Your email address").fill("walker@gmial.com")
    page.get_by_label("Your email address").press("Tab")
    page.get_by_role("button", name="walker@gmail.com").click()
    expect(page.get_by_label("Your email address")).to_have_value("walker@gmail.com")
    page.get_by_label("Your email address").fill("walker@customer.example")
    page.get_by_role("button", name="Confirm email and send").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Confirm your email to send your question")
    expect(page.get_by_role("main")).to_contain_text("No mail arrives here")
    assert violations(page) == []
    assert foreign == []
    link, code = mail_to(world, "walker@customer.example", page)

    phone = device.new_page()
    phone.goto(link)
    expect(phone.get_by_text("walker@customer.example")).to_be_visible()
    expect(phone.get_by_text("no mail came")).to_be_visible()
    assert violations(phone) == []
    phone.get_by_role("button", name="Confirm and send").click()
    expect(phone.get_by_text("We received your request.")).to_be_visible()

    # The first page still has its code field, and leads to the ticket sent meanwhile.
    page.get_by_label("Six-digit code").fill(code)
    page.get_by_role("button", name="Confirm and send").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("No mail arrives here")
    page.goto(f"{world.url}my/")
    expect(page.get_by_role("main").get_by_role("link", name="Billing")).to_have_count(0)


def test_the_code_is_typed_where_it_was_asked_for(world: World, context: BrowserContext):
    page = context.new_page()
    ask(world, page, "typist@customer.example", "/my/tickets/")
    _, code = mail_to(world, "typist@customer.example", page)
    page.get_by_label("The six-digit code from the email").fill("000 000" if code != "000 000" else "111 111")
    page.keyboard.press("Enter")
    expect(page.get_by_role("alert")).to_have_text("That code isn't right. You have 4 attempts left.")
    page.get_by_label("The six-digit code from the email").fill(code)
    page.keyboard.press("Enter")
    expect(page).to_have_url(f"{world.url}my/tickets/")
    page.go_back()
    page.goto(f"{world.url}my/verify/")
    expect(page).to_have_url(f"{world.url}my/")


def test_the_first_tab_goes_on_when_the_link_was_opened_in_another(world: World, context: BrowserContext):
    page, beside = context.new_page(), context.new_page()
    ask(world, page, "tabs@customer.example", "/my/tickets/")
    beside.goto(page.url)
    link, _ = mail_to(world, "tabs@customer.example", page)
    second = context.new_page()
    second.goto(link)
    second.get_by_role("button", name="Sign in").click()
    expect(second).to_have_url(f"{world.url}my/tickets/")
    # Headless tabs are always visible and focused. A real browser fires one of these events when the customer
    # returns to the tab or to its window.
    page.evaluate("document.dispatchEvent(new Event('visibilitychange'))")
    beside.evaluate("window.dispatchEvent(new Event('focus'))")

    expect(page).to_have_url(f"{world.url}my/tickets/")
    expect(beside).to_have_url(f"{world.url}my/tickets/")


def test_a_press_before_the_script_was_there_is_not_lost(world: World, context: BrowserContext):
    page = context.new_page()
    late: list[str] = []
    page.route("**/verify.js*", lambda route: (late.append(route.request.url), route.abort()), times=1)
    ask(world, page, "early@customer.example", "/my/tickets/")
    # The answer to the early press is not kept in the history: a browser would ask whether to send the form again.
    page.go_back()
    expect(page.get_by_label("Your email address")).to_be_visible()
    page.go_forward()
    _, code = mail_to(world, "early@customer.example", page)
    page.get_by_label("The six-digit code from the email").fill(code)
    page.keyboard.press("Enter")

    expect(page).to_have_url(f"{world.url}my/tickets/")
    assert len(late) == 1


def test_the_back_button_asks_for_another_address(world: World, context: BrowserContext):
    page = context.new_page()
    ask(world, page, "typo@customer.example")
    page.go_back()
    page.get_by_label("Your email address").fill("right@customer.example")
    page.get_by_role("button", name=ASK).click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Check your email")
    expect(page.get_by_text("right@customer.example")).to_be_visible()


def test_without_javascript_there_is_a_way(world: World, chromium: Browser, context: BrowserContext):
    with_script = context.new_page()
    ask(world, with_script, "plain@customer.example", "/my/tickets/")
    link, code = mail_to(world, "plain@customer.example", with_script)
    plain = chromium.new_context(java_script_enabled=False, viewport=NARROW)
    page = plain.new_page()
    page.goto(f"{world.url}my/verify/")
    expect(page.get_by_role("link", name=re.compile("^Email "))).to_have_attribute("href", re.compile("^mailto:"))
    page.goto(link)
    page.get_by_role("button", name="Sign in").click()
    expect(page).to_have_url(f"{world.url}my/tickets/")
    plain.clear_cookies()
    page.goto(with_script.url)
    page.get_by_label("The six-digit code from the email").fill(code)
    page.get_by_role("button", name="Sign in", exact=True).click()
    expect(page).to_have_url(f"{world.url}my/tickets/")
    plain.close()


@pytest.mark.parametrize(("scheme", "viewport"), [("light", WIDE), ("dark", NARROW)], ids=["wide", "narrow"])
def test_no_barriers(world: World, chromium: Browser, scheme: str, viewport: dict[str, int]):
    context = chromium.new_context(viewport=viewport, color_scheme=scheme, reduced_motion="reduce")  # type: ignore[arg-type]
    page = context.new_page()
    faults = {}
    address = f"{scheme}{viewport['width']}@customer.example"
    page.goto(f"{world.url}my/verify/")
    faults["form"] = violations(page)
    page.get_by_label("Your email address").fill("ada@nowhere")
    page.get_by_role("button", name=ASK).click()
    expect(page.get_by_role("alert").first).to_contain_text("full email address")
    faults["mistake"] = violations(page)
    page.get_by_label("Your email address").fill(address)
    page.get_by_role("button", name=ASK).click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Check your email")
    faults["sent"] = violations(page)
    page.get_by_label("The six-digit code from the email").fill("1")
    page.keyboard.press("Enter")
    expect(page.get_by_role("alert")).to_be_visible()
    faults["wrong code"] = violations(page)
    link, _ = mail_to(world, address, page)
    page.goto(link)
    faults["open"] = violations(page)
    page.goto(f"{world.url}my/verify/open/?token=x")
    faults["gone"] = violations(page)
    wide = page.evaluate("document.documentElement.scrollWidth")
    context.close()

    assert {name: found for name, found in faults.items() if found} == {}
    assert wide <= viewport["width"]
