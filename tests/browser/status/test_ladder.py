"""What the status page says when nothing answers: the last good state with its time, then the build's, then grey."""

import re
import time
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from pathlib import Path

import pytest
from playwright.sync_api import BrowserContext, Page, Route, expect

from scripts import build_status
from scripts.lib.world import World
from tests.hooks.portals import SITE

WELL = """async () => {
  const ask = async () => (await fetch("../api/v2/summary.json", { cache: "no-store" })).json();
  while ((await ask()).status.indicator !== "none") await new Promise((done) => setTimeout(done, 200));
}"""
AGO = """(ms) => {
  const kept = JSON.parse(localStorage["hf-status"]);
  kept.clock -= ms;
  localStorage["hf-status"] = JSON.stringify(kept);
}"""


def band(page: Page, world: World) -> tuple[str, str]:
    """Level and sentence of a page after a failed request."""
    with page.expect_event("requestfailed", lambda request: request.url.endswith("summary.json")):
        page.goto(f"{world.url}status/")
    place = page.locator("[data-status-band]")
    expect(page.locator("[data-status='page'][data-started]")).to_be_attached()
    return str(place.get_attribute("data-level")), place.locator("[data-status-sentence]").inner_text()


def test_the_ladder_of_a_page_that_nobody_answers(world: World, context: BrowserContext):
    page = context.new_page()
    page.goto(f"{world.url}status/")
    # Wait for the demo's first check, since the page asks again only after 20 s.
    page.evaluate(WELL)
    page.reload()
    age = page.locator("[data-status-age]")
    expect(page.locator("[data-status-band]")).to_have_attribute("data-level", "none")
    good = page.locator("[data-status-sentence]").inner_text()
    page.route("**/api/v2/summary.json", lambda route: route.abort())

    # The last good answer of an earlier visit, with its time, until it is too old.
    assert band(page, world) == ("none", good)
    expect(age).to_have_text(re.compile(r"^Checked (just now|\d+\s(s|min)\sago)$"))
    page.evaluate(AGO, 11 * 60_000)
    assert band(page, world) == ("unknown", "Status not confirmed")
    expect(age).to_have_text(re.compile(r"^Last check 1[12]\smin\sago, this may be out of date$"))
    expect(page.locator("[data-component='web-app']")).to_contain_text("Not confirmed")

    # Nothing is kept: the build's state, with its time.
    page.evaluate("localStorage.clear()")
    assert band(page, world) == ("unknown", "Status not confirmed")
    expect(age).to_have_text(re.compile("^As of \\d"))
    page.get_by_text("Subscribe to updates").click()
    assert page.locator("input[name=website]").bounding_box()["x"] < 0  # type: ignore[index]


def test_an_answer_of_another_shape_is_none(world: World, context: BrowserContext):
    page = context.new_page()
    page.route("**/api/v2/summary.json", lambda route: route.fulfill(json={"status": {"indicator": "splendid"}}))
    with page.expect_response("**/api/v2/summary.json"):
        page.goto(f"{world.url}status/")

    expect(page.locator("[data-status-band]")).to_have_attribute("data-level", "unknown")
    expect(page.locator("header [data-portal='status/status']")).to_have_attribute("data-level", "unknown")


def test_an_incident_without_impact_keeps_nothing_green(world: World, context: BrowserContext):
    page = context.new_page()
    incident = {"id": "x", "name": "A question", "status": "identified", "impact": "none", "components": []}
    incident |= {"shortlink": "/status/#x", "incident_updates": [], "started_at": "2026-01-01T00:00:00.000Z"}

    def years_old(route: Route) -> None:
        answer = route.fetch().json()
        answer |= {"incidents": [incident], "checked_at": "2026-01-01T00:00:00.000Z"}
        answer["status"] = {"indicator": "none", "description": "All systems operational"}
        route.fulfill(json=answer)

    page.route("**/api/v2/summary.json", years_old)
    with page.expect_response("**/api/v2/summary.json"):
        page.goto(f"{world.url}status/")

    expect(page.locator("[data-status-events]")).to_contain_text("A question")
    expect(page.locator("[data-status-band]")).to_have_attribute("data-level", "unknown")


@pytest.mark.parametrize(
    ("checked", "failing", "shown"),
    [
        ("None", False, ("quiet", "No reported issues", "")),
        ("None", True, ("unknown", "Status not confirmed", "As of 11\u00a0min ago")),
        ("monitored", False, ("unknown", "Status not confirmed", "No check yet")),
    ],
    ids=["nothing is monitored", "and then nobody answers", "a check is still to come"],
)
def test_of_checks_only_a_page_speaks_that_has_some(
    checked: str, failing: bool, shown: tuple[str, str, str], world: World, context: BrowserContext
):
    page = context.new_page()
    level, sentence, age = shown

    def answer(route: Route) -> None:
        good = route.fetch().json()
        for one in good["components"]:
            one |= {"monitored": checked == "monitored", "checked_at": None}
        good |= {"checked_at": None, "incidents": [], "scheduled_maintenances": []}
        words = "Status not confirmed" if checked == "monitored" else "No reported issues"
        route.fulfill(json=good | {"status": {"indicator": "unknown", "description": words}})

    page.route("**/api/v2/summary.json", answer)
    with page.expect_response("**/api/v2/summary.json"):
        page.goto(f"{world.url}status/")
    expect(page.locator("[data-status='page'][data-shown]")).to_be_attached()
    if failing:
        page.evaluate(AGO, 11 * 60_000)
        page.unroute("**/api/v2/summary.json")
        page.route("**/api/v2/summary.json", lambda route: route.abort())
        with page.expect_event("requestfailed"):
            page.reload()

    expect(page.locator("[data-status-band]")).to_have_attribute("data-level", level)
    expect(page.locator("[data-status-sentence]")).to_have_text(sentence)
    expect(page.locator("[data-status-age]")).to_have_text(age)


@pytest.mark.parametrize(
    "headers",
    [{"Date": "{now}"}, {"Date": "{now}, {now}"}, {}, {"Date": "{old}", "Age": "3690"}],
    ids=["a proxy's own Date", "two Dates, which fetch joins", "no Date", "the origin's Date and the cache's Age"],
)
def test_an_answer_that_a_cache_has_kept_is_as_old_as_it_is(
    headers: dict[str, str], world: World, context: BrowserContext, tmp_path: Path
):
    build_status.write(SITE / "status", tmp_path, world.url, int(time.time() * 1000))
    now = datetime.now(UTC)
    old = now - timedelta(minutes=61.5)
    dates = {"now": format_datetime(now, usegmt=True), "old": format_datetime(old, usegmt=True)}
    sent = {name: value.format(**dates) for name, value in headers.items()}
    fields = dict.fromkeys(("checked_at", "generated_at"), old.isoformat())
    good = context.request.get(f"{world.url}api/v2/summary.json").json() | fields
    good["status"] = {"indicator": "none", "description": "All is well"}
    page = context.new_page()
    answer = {"json": good, "headers": {"Access-Control-Allow-Origin": "*", **sent}}
    page.route("**/api/v2/summary.json", lambda route: route.fulfill(**answer))

    for address, age in ((f"{world.url}status/", "[data-status-age]"), ((tmp_path / "index.html").as_uri(), "#age")):
        page.goto(address)
        expect(page.locator(age)).to_contain_text(re.compile(r"6[12]\smin\sago"))
        expect(page.locator("[data-level='none']:visible:not(.hf-bars > li)")).to_have_count(0)


def test_what_begins_within_a_day_is_announced_until_it_is_put_away(world: World, context: BrowserContext):
    page = context.new_page()
    work = {"id": "swap", "name": "A new disk", "status": "scheduled", "impact": "maintenance", "components": []}
    work |= {"shortlink": "/status/#swap", "incident_updates": [{}], "scheduled_until": "2027-01-01T00:00:00.000Z"}

    def announced(route: Route) -> None:
        answer = route.fetch().json()
        first, second = (datetime.now(UTC) + timedelta(hours=hours) for hours in (23, 25))
        later = work | {"name": "Another one", "scheduled_for": second.isoformat()}
        works = [work | {"scheduled_for": first.isoformat()}, later]
        route.fulfill(json=answer | {"scheduled_maintenances": works})

    context.route("**/api/v2/summary.json", announced)
    page.goto(f"{world.url}plans-and-billing/update-card/")
    banner = page.get_by_role("region", name="Current incidents")
    expect(banner).to_contain_text(re.compile(r"A new disk .*:\d\d UTC · Planned See updates"))
    expect(banner).not_to_contain_text("Another one")
    banner.get_by_role("button", name="Hide").click()

    expect(banner).to_be_hidden()
    # Hidden in memory only: another page shows it again.
    page.goto(f"{world.url}nowhere/")
    expect(banner).to_be_visible()
    page.goto(f"{world.url}my/verify/")
    expect(banner).to_be_visible()


def second_host(world: World, context: BrowserContext, folder: Path, checked_at: str | None) -> Page:
    """The status page on a second host, while the portal says that all is well as of `checked_at` ("" for now; None for
    no answer)."""
    build_status.write(SITE / "status", folder, world.url, int(time.time() * 1000))
    given = context.request.get(f"{world.url}api/v2/summary.json").json()
    incident = {"id": "x", "name": "<b>A question</b>", "status": "identified", "impact": "none", "components": []}
    incident |= {"incident_updates": [{"status": "identified", "body": "<i>We look.</i>", "display_at": "2026-01-01"}]}
    incident |= {"started_at": "2026-01-01T00:00:00.000Z"}
    green = given | {"status": {"indicator": "none", "description": "All is well"}, "incidents": [incident]}
    page = context.new_page()

    def answer(route: Route) -> None:
        if checked_at is None:
            return route.abort()
        dated = green | {"checked_at": checked_at or given["generated_at"]}
        return route.fulfill(json=dated, headers={"Access-Control-Allow-Origin": "*"})

    page.route("**/api/v2/summary.json", answer)
    page.goto((folder / "index.html").as_uri())
    return page


@pytest.mark.parametrize(
    ("checked_at", "level", "sentence"),
    [("", "none", "All is well"), ("2026-01-01T00:00:00.000Z", "unknown", "Status not confirmed")],
    ids=["now", "months ago"],
)
def test_the_page_on_a_second_host_shows_the_portals_state_and_no_green_from_old_data(
    checked_at: str, level: str, sentence: str, world: World, context: BrowserContext, tmp_path: Path
):
    page = second_host(world, context, tmp_path, checked_at)

    expect(page.locator("#events")).to_contain_text("<b>A question</b>")
    expect(page.locator("#events")).to_contain_text("<i>We look.</i>")
    expect(page.locator("#band")).to_have_attribute("data-level", level)
    expect(page.locator("#sentence")).to_have_text(sentence)
    # The newest row names it, and its own heading is not a claim that nothing happened.
    expect(page.locator("#past > li").first).to_have_text("<b>A question</b>Cause found · since 1 Jan 2026, 00:00 UTC")
    expect(page.locator("#past [data-quiet]")).to_contain_text("No other incidents")


def test_the_page_on_a_second_host_without_an_answer_shows_its_builds_state(
    world: World, context: BrowserContext, tmp_path: Path
):
    page = second_host(world, context, tmp_path, None)

    expect(page.locator("#age")).to_have_text(re.compile("^As of "))
    expect(page.locator("#band")).to_have_attribute("data-level", "unknown")
    expect(page.locator("#sentence")).to_have_text("Status not confirmed")
