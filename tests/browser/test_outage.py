"""Two open incidents: a page agrees with itself, and no state is a colour alone."""

import shutil
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, Route, expect

from scripts.lib.host import served
from scripts.lib.world import World
from tests.browser.conftest import NARROW, WIDE
from tests.browser.test_axe import violations
from tests.hooks.portals import SITE

OPEN = """---
id: {id}
title: {title}
status: investigating
impact: {impact}
components: {{{component}: {state}}}
started_at: {at}
updates:
  - {{at: {at}, status: investigating, body: "We are looking for the cause. Your data is safe."}}
---
"""


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """A portal that was built while two incidents are open."""
    source = tmp_path_factory.mktemp("open")
    # The hooks stay where they are, beside the Node that asks the search's questions.
    shutil.copytree(SITE, source / "portal", ignore=shutil.ignore_patterns("hooks"))
    (source / "portal" / "hooks").symlink_to((SITE / "hooks").resolve())
    folder = source / "portal" / "status" / "incidents"
    at = (datetime.now(UTC) - timedelta(hours=2)).strftime("%Y-%m-%dT%H:%M:%SZ")
    first = {"id": "down", "title": "The web app is down", "impact": "critical", "component": "web-app"}
    second = {"id": "late", "title": "Exports are delayed", "impact": "minor", "component": "exports"}
    (folder / "down.md").write_text(OPEN.format(**first, state="major_outage", at=at))
    (folder / "late.md").write_text(OPEN.format(**second, state="degraded_performance", at=at))
    with served(source, source / "portal" / "mkdocs.yml") as url:
        yield url


def test_a_page_of_a_build_during_an_outage_says_so_without_javascript(built: str, chromium: Browser):
    context = chromium.new_context(java_script_enabled=False)
    page = context.new_page()
    page.goto(f"{built}plans-and-billing/update-card/")
    banner = page.get_by_role("region", name="Current incidents")

    expect(banner.get_by_role("paragraph")).to_contain_text(["The web app is down Web app · since", "Exports"])
    expect(banner.get_by_role("link")).to_have_text(["See updates", "See updates"])
    page.goto(f"{built}status/")
    first = page.locator("[data-status-days] > div").first
    expect(first).to_contain_text("The web app is down")
    expect(first).not_to_contain_text("No incidents")
    expect(page.locator(".hf-bars > li").last).to_have_attribute("data-level", "critical")
    expect(page.locator("[data-uptime]")).to_contain_text("% uptime")
    context.close()


def test_the_contact_form_lists_each_incident_once(built: str, context: BrowserContext):
    page = context.new_page()
    page.goto(f"{built}ask/")

    expect(page.get_by_role("region", name="Known problems").get_by_text("Exports are delayed")).to_be_visible()
    expect(page.get_by_role("region", name="Current incidents")).to_have_count(0)
    page.get_by_role("banner").get_by_role("link", name="Changelog").first.click()
    expect(page.get_by_role("region", name="Current incidents")).to_be_visible()


def test_what_is_said_of_an_incident_changes_in_its_place(built: str, context: BrowserContext):
    def over(route: Route) -> None:
        answer = route.fetch().json()
        answer["incidents"] = [one | {"status": "monitoring"} for one in answer["incidents"] if one["id"] == "late"]
        route.fulfill(json=answer)

    page = context.new_page()
    page.route("**/api/v2/summary.json", over)
    page.goto(f"{built}plans-and-billing/update-card/")
    rows = page.get_by_role("region", name="Current incidents").get_by_role("paragraph")

    expect(rows).to_have_count(2)
    expect(rows.nth(0)).to_have_text("The web app is down Resolved See updates")
    expect(rows.nth(1)).to_contain_text("Monitoring the fix See updates")


# How many px of a line of text the button covers, and how far its end is from the header's.
OVER_TEXT = """() => {
  const button = document.querySelector(".hf-banner__hide");
  const hide = button.getBoundingClientRect();
  const lines = [...button.parentElement.querySelectorAll("p > *")].flatMap((one) => [...one.getClientRects()]);
  const over = (line) => Math.min(line.right, hide.right) - Math.max(line.left, hide.left);
  const header = document.querySelector(".hf-header__inner");
  const edge = header.getBoundingClientRect().right - parseFloat(getComputedStyle(header).paddingRight);
  return [Math.max(...lines.map(over)), hide.right - edge];
}"""


@pytest.mark.parametrize("width", [320, 390, 599, 600, 820, 1240, 1440, 1920])
@pytest.mark.parametrize("late", [False, True], ids=["built in", "late"])
def test_the_button_that_hides_the_banner_is_beside_its_text(
    built: str, context: BrowserContext, width: int, late: bool
):
    def other(route: Route) -> None:
        answer = route.fetch().json()
        answer["incidents"] = [one | {"id": f"{one['id']}-again"} for one in answer["incidents"]]
        route.fulfill(json=answer)

    page = context.new_page()
    page.set_viewport_size({"width": width, "height": 900})
    if late:
        page.route("**/api/v2/summary.json", other)
    page.goto(f"{built}plans-and-billing/update-card/")
    expect(page.locator(".hf-banner__late .hf-banner__hide" if late else ".hf-banner__hide")).to_be_visible()
    covered, beyond = page.evaluate(OVER_TEXT)

    assert covered <= 0
    assert abs(beyond) <= 1


COLOURS = """(selector) => [...document.querySelectorAll(selector)].map((element) => {
  const style = getComputedStyle(element, selector.endsWith("li") && !selector.includes("bars") ? "::before" : null);
  const page = getComputedStyle(document.body).backgroundColor;
  const drawn = (colour) => colour !== page && colour !== "rgba(0, 0, 0, 0)";
  return drawn(style.backgroundColor) || (parseFloat(style.borderTopWidth) > 0 && drawn(style.borderTopColor));
})"""
HEIGHTS = """() => Object.fromEntries([...document.querySelectorAll(".hf-bars > li")].map((bar) =>
  [bar.dataset.level, Math.round(bar.getBoundingClientRect().height)]))"""


def test_in_forced_colours_bars_dots_and_timelines_are_drawn(built: str, chromium: Browser):
    context = chromium.new_context(viewport=WIDE, forced_colors="active")  # type: ignore[arg-type]
    page = context.new_page()
    page.goto(f"{built}status/")
    expect(page.locator("[data-status][data-shown]")).to_be_attached()

    for selector in (".hf-bars > li", ".hf-dot", ".hf-shape:not([data-level='quiet'] > *)", ".hf-timeline > li"):
        drawn = page.evaluate(COLOURS, selector)
        assert drawn, selector
        assert all(drawn), selector
    heights = page.evaluate(HEIGHTS)
    assert heights["unknown"] < heights["none"] < heights["critical"]
    assert violations(page) == []
    page.goto(f"{built}status/history/2026-11/")
    assert all(page.evaluate(COLOURS, ".hf-calendar .hf-shape"))
    assert violations(page) == []
    context.close()


def test_the_way_to_subscribe_opens_over_the_page(world: World, context: BrowserContext):
    page: Page = context.new_page()
    page.goto(f"{world.url}status/")
    expect(page.locator("[data-status][data-shown]")).to_be_attached()
    before = page.locator("[data-status-band]").bounding_box()
    page.locator("summary").filter(has_text="Subscribe to updates").click()

    expect(page.get_by_label("Email address")).to_be_visible()
    expect(page.locator("#subscribe").get_by_role("link")).to_have_text(["RSS feed", "Calendar", "Webhook"])
    assert page.locator("[data-status-band]").bounding_box() == before
    assert violations(page) == []


@pytest.mark.parametrize("way", ["button", "Escape", "a press outside"])
def test_the_way_to_subscribe_closes_again_on_a_narrow_screen(world: World, context: BrowserContext, way: str):
    page: Page = context.new_page()
    page.set_viewport_size(NARROW)
    page.goto(f"{world.url}status/")
    expect(page.locator("[data-status][data-shown]")).to_be_attached()
    button = page.locator(".hf-subscribe > summary")
    button.click()
    expect(page.get_by_label("Email address")).to_be_in_viewport()
    expect(button).to_have_text("Close", use_inner_text=True)
    if way == "button":
        button.click()
    elif way == "Escape":
        page.keyboard.press("Escape")
    else:
        page.get_by_role("heading", name="Status", exact=True).click()

    expect(page.get_by_label("Email address")).to_be_hidden()
    assert button.evaluate("one => getComputedStyle(one).borderRadius") != "0px"


@pytest.mark.parametrize("viewport", [WIDE, NARROW], ids=["wide", "narrow"])
def test_an_incident_that_comes_late_covers_nothing_of_the_pages_end(
    built: str, chromium: Browser, viewport: dict[str, int]
):
    def more(route: Route) -> None:
        answer = route.fetch().json()
        (first, *_) = answer["incidents"]
        title = "Something breaks now and then, and it takes a whole sentence to say so, number"
        new = [first | {"id": f"new-{number}", "name": f"{title} {number}"} for number in range(4)]
        route.fulfill(json=answer | {"incidents": [*answer["incidents"], *new]})

    context = chromium.new_context(viewport=viewport)  # type: ignore[arg-type]
    page = context.new_page()
    page.route("**/api/v2/summary.json", more)
    page.goto(f"{built}plans-and-billing/update-card/")
    late = page.locator(".hf-banner__late")
    expect(late).to_be_visible()
    page.wait_for_function("getComputedStyle(document.documentElement).getPropertyValue('--hf-late') !== ''")
    page.evaluate("scrollTo(0, document.documentElement.scrollHeight)")
    page.wait_for_function("scrollY + innerHeight >= document.documentElement.scrollHeight - 1")
    banner, footer = late.bounding_box(), page.locator("footer").bounding_box()
    context.close()

    assert banner
    assert footer
    assert banner["height"] > 120
    assert footer["y"] + footer["height"] <= banner["y"] + 1
