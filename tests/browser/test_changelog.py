"""The changelog in a browser: what it says of the last 30 days stays true, and a form joins the weekly email."""

import re
from datetime import UTC, datetime, timedelta

import pytest
from playwright.sync_api import BrowserContext, expect

from scripts.lib.world import World


@pytest.mark.parametrize("days", [0, 400])
def test_the_sentence_about_the_last_days_is_true_when_it_is_read(
    context: BrowserContext, world: World, days: int
) -> None:
    page = context.new_page()
    today = datetime.now(UTC) + timedelta(days=days)
    page.clock.set_fixed_time(today)
    page.goto(world.url + "changelog/")

    first = (today - timedelta(days=29)).date().isoformat()
    dates = page.locator(".hf-log__entry").evaluate_all("entries => entries.map((entry) => entry.dataset.date)")
    count = sum(date >= first for date in dates)
    expect(page.locator("#last-30-days")).to_contain_text(
        f"{count or 'No'} {'release' if count == 1 else 'releases'} in the 30 days up to {today:%-d %B %Y}."
    )


def test_an_address_joins_the_weekly_email_without_scripts(chromium, world: World) -> None:  # type: ignore[no-untyped-def]
    context = chromium.new_context(java_script_enabled=False)
    page = context.new_page()
    page.goto(world.url + "changelog/")

    page.get_by_label("Email address, for one email a week").fill("reader@customer.example")
    page.get_by_role("button", name="Subscribe").click()

    expect(page).to_have_url(re.compile(r"/my/changelog/sent/$"))
    expect(page.get_by_role("heading", name="Check your email")).to_be_visible()
    page.get_by_role("link", name="Back to the changelog").click()
    expect(page).to_have_url(re.compile(r"/changelog/$"))
    context.close()
