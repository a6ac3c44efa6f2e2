"""No violation of axe-core's rules on any kind of page, in both palettes, wide and narrow."""

from collections.abc import Sequence
from typing import Literal

import pytest
from axe_playwright_python.base import AXE_SCRIPT
from playwright.sync_api import Browser, Page

from scripts.lib.world import World
from tests.browser.conftest import NARROW, WIDE

STATIC = {
    "home": "",
    "article": "plans-and-billing/update-card/",
    "every element": "using-the-portal/what-you-can-write/",
    "topic": "plans-and-billing/",
    "status": "status/",
    "incident": "status/incidents/2026-11-03-exports-delayed/",
    "month": "status/history/2026-11/",
    "about status": "status/about/",
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
    "webhooks": "my/status/webhooks/",
    "error": "my/nowhere/",
}


# What a palette can change; the rest of axe-core's rules read the same document in each.
COLOURS = ["color-contrast", "link-in-text-block"]
RUN = """async ({ rules }) => {
  const only = rules.length ? { runOnly: rules } : {};
  return (await axe.run(document, { resultTypes: ["violations"], ...only })).violations;
}"""


def violations(page: Page, rules: Sequence[str] = ()) -> list[str]:
    """axe-core's violations of these rules or of all, as `rule: target`."""
    if page.evaluate("typeof axe") == "undefined":
        page.evaluate(AXE_SCRIPT)
    found = page.evaluate(RUN, {"rules": rules})
    return [
        f"{rule['id']}: {node['target']} {node.get('failureSummary', '')}" for rule in found for node in rule["nodes"]
    ]


def in_every_palette(page: Page) -> list[str]:
    """The violations of a page in light, in dark and, where it is wide, in the colours that a system forces on it; the
    page stays as it was."""
    found = violations(page)
    paint(page, "dark", "slate")
    found += [f"dark: {fault}" for fault in violations(page, COLOURS)]
    paint(page, "light", "default")
    if page.viewport_size == WIDE:
        page.emulate_media(forced_colors="active")
        found += [f"forced colours: {fault}" for fault in violations(page, COLOURS)]
        page.emulate_media(forced_colors="none")
    return found


def paint(page: Page, scheme: Literal["light", "dark"], name: str) -> None:
    page.emulate_media(color_scheme=scheme)
    page.wait_for_function("name => document.body.dataset.mdColorScheme === name", arg=name)


@pytest.mark.parametrize("viewport", [WIDE, NARROW], ids=["wide", "narrow"])
def test_no_barriers_in_any_palette(world: World, chromium: Browser, viewport: dict[str, int]):
    context = chromium.new_context(viewport=viewport, color_scheme="light", reduced_motion="reduce")  # type: ignore[arg-type]
    page = context.new_page()
    faults = {}
    for name, path in STATIC.items():
        page.goto(world.url + path)
        page.locator("header [data-portal='search/search'][data-started]").wait_for(state="attached")
        faults[name] = in_every_palette(page)
    page.goto(f"{world.url}my/account/")
    faults["account, signed out"] = in_every_palette(page)
    page.goto(f"{world.url}my/tickets/")
    faults["sign in"] = in_every_palette(page)
    page.get_by_role("link", name="Sign in with your").click()
    page.get_by_role("button", name="Ada").first.click()
    page.goto(f"{world.url}ask/")
    page.locator("[data-portal='tickets/ask'][data-started]").wait_for()
    page.get_by_label("What is it about?").select_option(index=1)
    page.get_by_label("Your question in one sentence").fill(f"My card was declined {viewport['width']}")
    page.get_by_label("What happened").fill("A ticket that only the test for barriers reads.")
    page.locator("#files").set_input_files([{"name": "log.txt", "mimeType": "text/plain", "buffer": b"line"}])
    page.locator("[data-ask-suggest] summary").first.click()
    page.get_by_role("group", name="Did this answer your question?").wait_for()
    faults["ask, with an answer"] = in_every_palette(page)
    page.get_by_role("button", name="Send to").click()
    page.get_by_text("We received your request.").wait_for()
    faults["ticket"] = in_every_palette(page)
    for name, path in PERSONAL.items():
        page.goto(world.url + path)
        faults[name] = in_every_palette(page)
    page.goto(world.url)
    page.get_by_role("combobox").last.fill("change my card")
    page.get_by_role("option").first.wait_for()
    faults["open search"] = in_every_palette(page)
    context.close()

    assert {name: found for name, found in faults.items() if found} == {}
