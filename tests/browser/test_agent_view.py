"""An agent's view of a customer's question in a real Request Tracker; `UPDATE_SCREENSHOTS=1` keeps the picture."""

import os
import time
from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import Browser as Chromium
from playwright.sync_api import expect
from werkzeug.test import Client

from functions import tick
from functions.services import Services
from tests.conftest import ADA, Browser
from tests.functions.helpdesks.request_tracker import RequestTracker

PICTURE = Path(__file__).parents[2] / ".github" / "screenshots" / "agent-view.png"
QUESTION = {
    "topic": "plans-and-billing",
    "subject": "Our new card is refused",
    "body": "We entered the new company card this morning, and it is declined.\n\nThe bank says it did not.",
    "context_article": "plans-and-billing/update-card",
    "context_vote": "missing_info",
    "context_read": "plans-and-billing/update-card,getting-in/forgot-password",
    "context_query": "card refused",
    "context_searches": '[["new card", 4], ["card refused", 0]]',
    "context_browser": "Firefox 145 on Linux",
    "seconds": "94",
    "context_account": "1",
}


@pytest.fixture
def database_url(tmp_path: Path) -> str:
    return f"sqlite:///{tmp_path / 'portal.db'}"


@pytest.fixture
def environ(environ: dict[str, str], tracker: RequestTracker) -> dict[str, str]:
    tracker.empty()
    return {**environ, **tracker.variables}


@pytest.mark.request_tracker
def test_an_agent_sees_who_asks_what_they_read_and_what_they_tried(
    services: Services,
    browser: Browser,
    sign_in: Callable[..., None],
    tracker: RequestTracker,
    chromium: Chromium,
    tmp_path: Path,
):
    client: Client = browser
    sign_in(client, ADA, plan="Team", role="owner")
    client.post("/api/tickets", data=QUESTION)
    tick.tick(services, time.monotonic() + 60)
    row = services.store.one("select reference, desk_ref from ticket")
    assert row
    assert row["desk_ref"], "the desk has it"
    with chromium.new_context(viewport={"width": 1280, "height": 1680}) as context:
        page = context.new_page()
        page.goto(tracker.origin)
        page.locator("input[name=user]").fill("agent")
        page.locator("input[name=pass]").fill(tracker.AGENT_PASSWORD)
        page.locator("input[name=pass]").press("Enter")
        page.locator("#li-logout, a[href*=Logout]").first.wait_for(state="attached")
        page.goto(f"{tracker.origin}/Ticket/Display.html?id={row['desk_ref']}")
        for fact in (
            "Our new card is refused",
            "The bank says it did not.",
            "Account: customer",
            "Plan: Team",
            "Role: owner",
            "Article you came from: plans-and-billing/update-card",
            "Article's address: http://127.0.0.1:8000/plans-and-billing/update-card/",
            "Article's revision: build test",
            "not helpful: something is missing",
            "Time on form: 1 min",
            f"Portal reference: {row['reference']}",
        ):
            expect(page.locator("body")).to_contain_text(fact)
        history = page.locator(".history-container, .history").first
        expect(history).to_contain_text("new card")
        expect(history).to_contain_text("I forgot my password")
        page.screenshot(
            path=PICTURE if os.environ.get("UPDATE_SCREENSHOTS") else tmp_path / "agent.png", full_page=True
        )
