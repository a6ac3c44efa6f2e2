"""No violation of axe-core's rules on any kind of page, in both palettes, wide and narrow."""

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page

from scripts.lib.world import World
from tests.browser.conftest import NARROW, WIDE

STATIC = {
    "home": "",
    "article": "plans-and-billing/update-card/",
    "topic": "plans-and-billing/",
    "status": "status/",
    "incident": "status/incidents/2026-11-03-exports-delayed/",
    "month": "status/history/2026-11/",
    "changelog": "changelog/",
    "search": "search/?q=invoice",
    "ask": "ask/?from=plans-and-billing/update-card",
    "why": "feedback/why/?a=plans-and-billing/update-card",
    "thanks": "feedback/thanks/",
    "unavailable": "unavailable/",
    "not found": "nowhere/",
}
PERSONAL = {
    "my": "my/",
    "tickets": "my/tickets/",
    "billing": "my/billing/",
    "account": "my/account/",
    "sessions": "my/account/sessions/",
    "notifications": "my/account/notifications/",
    "error": "my/nowhere/",
}


def violations(page: Page) -> list[str]:
    """axe-core's violations, as `rule: target`."""
    found = Axe().run(page).response["violations"]
    return [
        f"{rule['id']}: {node['target']} {node.get('failureSummary', '')}" for rule in found for node in rule["nodes"]
    ]


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("viewport", [WIDE, NARROW], ids=["wide", "narrow"])
def test_no_barriers(world: World, chromium: Browser, scheme: str, viewport: dict[str, int]):
    context = chromium.new_context(viewport=viewport, color_scheme=scheme, reduced_motion="reduce")  # type: ignore[arg-type]
    page = context.new_page()
    faults = {}
    for name, path in STATIC.items():
        page.goto(world.url + path)
        page.locator("header [data-portal='search/search'][data-started]").wait_for(state="attached")
        faults[name] = violations(page)
    page.goto(f"{world.url}my/account/")
    faults["account, signed out"] = violations(page)
    page.goto(f"{world.url}my/tickets/")
    faults["sign in"] = violations(page)
    page.get_by_role("link", name="Sign in with your").click()
    page.get_by_role("button", name="Ada").first.click()
    page.goto(f"{world.url}ask/")
    page.locator("[data-portal='tickets/ask'][data-started]").wait_for()
    page.get_by_label("What is it about?").select_option(index=1)
    page.get_by_label("Your question in one sentence").fill(f"My card was declined {scheme} {viewport['width']}")
    page.get_by_label("What happened").fill("A ticket that only the test for barriers reads.")
    page.locator("#files").set_input_files([{"name": "log.txt", "mimeType": "text/plain", "buffer": b"line"}])
    page.locator("[data-ask-suggest] summary").first.click()
    page.get_by_role("group", name="Did this answer your question?").wait_for()
    faults["ask, with an answer"] = violations(page)
    page.get_by_role("button", name="Send to").click()
    page.get_by_text("We received your request.").wait_for()
    faults["ticket"] = violations(page)
    for name, path in PERSONAL.items():
        page.goto(world.url + path)
        faults[name] = violations(page)
    page.goto(world.url)
    page.get_by_role("combobox").last.fill("change my card")
    page.get_by_role("option").first.wait_for()
    faults["open search"] = violations(page)
    context.close()

    assert {name: found for name, found in faults.items() if found} == {}
