"""A day of the status page, on a clock that the test moves: slow, down, incident, maintenance, recovery."""

import json
import mimetypes
import os
import re
import shutil
import subprocess
import sys
import time
from collections.abc import Iterable, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect
from werkzeug.wrappers import Request, Response

from demo import server
from functions import tick
from functions.app import Portal
from functions.services import Services
from functions.settings import read
from functions.signin import sessions
from portal.clock import MINUTE_MS
from portal.models import Requester
from tests.browser.conftest import NARROW
from tests.browser.test_axe import violations
from tests.conftest import Clock
from tests.functions.inbox import Inbox, listening
from tests.hooks.portals import SITE

ROOT = Path(__file__).parents[3]
# Eve follows every component, and the other incident has none.
PUBLISH = dict.fromkeys(("Problems with Web app", "Exports wait"), "Publish and email subscribers (1)")
ONCALL = Requester("sub-on", "on@acme.example", "On Call", None, frozenset({"status_write"}))


# Open when the site is built, so that it has a page; without impact, so that it does not affect the state.
KNOWN = """---
id: 2026-11-01-slow-exports
title: Exports wait
status: identified
impact: none
started_at: 2026-11-01T10:00:00Z
updates:
  - {at: 2026-11-01T10:05:00Z, status: identified, body: "They wait for **larger** disks."}
---
"""


def with_an_incident(folder: Path) -> Path:
    """This repository's portal with one incident that is open."""
    shutil.copytree(SITE / "status", folder / "status")
    (folder / "status" / "incidents" / "known.md").write_text(KNOWN)
    for name in ("mkdocs.yml", "docs", "changelog", "hooks"):
        (folder / name).symlink_to((SITE / name).resolve())
    return folder


class Day:
    """The portal on a free port, the service that it checks, and its inbox."""

    def __init__(self, folder: Path, stack: ExitStack) -> None:
        self.build = folder / "build"
        self.site = folder / "site"
        environ = {"PORTAL_BUILD_DIR": str(self.build), "NO_MKDOCS_2_WARNING": "1", "PYTHONPATH": str(ROOT)}
        source = with_an_incident(folder / "source")
        command = [
            sys.executable,
            "-m",
            "mkdocs",
            "build",
            "-q",
            "-f",
            str(source / "mkdocs.yml"),
            "-d",
            str(self.site),
        ]
        subprocess.run(command, cwd=source, env=os.environ | environ, check=True)
        self.status = 200
        self.portal: Portal | None = None
        self.origin = stack.enter_context(server.running(self))
        service = stack.enter_context(server.running(self.answer))
        self.inbox, smtp = stack.enter_context(listening())
        environ |= {"PUBLIC_ORIGIN": self.origin, "SECRET_KEYS": "k" * 32, "TICK_TOKEN": "t" * 16, "SMTP_URL": smtp}
        environ |= {"MAIL_FROM": "status@acme.example", "DATABASE_URL": f"sqlite:///{folder / 'portal.db'}"}
        environ |= {"CHECK_DEMO_URL": service, "BOT_CHECK": "none"}
        # From now on, since browsers believe the later of two clocks.
        self.services = Services(read(environ), Clock(int(time.time() * 1000)))
        self.services.store.migrate()
        stack.callback(self.services.store.close)
        self.portal = Portal(self.services)

    def __call__(self, environ: Any, start_response: Any) -> Iterable[bytes]:
        """The WSGI app: the site's files, and the functions at their addresses."""
        request = Request(environ)
        if request.path.startswith(("/api/", "/my/")) and self.portal:
            return self.portal(environ, start_response)
        file = self.site / request.path.lstrip("/")
        file = file / "index.html" if file.is_dir() else file
        if not file.is_file():
            return Response(status=404)(environ, start_response)
        kind = mimetypes.guess_type(file.name)[0]
        return Response(file.read_bytes(), mimetype=kind)(environ, start_response)

    def answer(self, environ: Any, start_response: Any) -> Iterable[bytes]:
        """The WSGI app of the service that is checked."""
        return Response("ok\n", self.status)(environ, start_response)

    def bundle(self, **changes: Any) -> None:
        """Change the bundle as the next build would: `slow_ms` of every component, or the maintenances."""
        path = self.build / "portal.json"
        data = json.loads(path.read_text())
        if "slow_ms" in changes:
            for component in data["status"]["components"]:
                component["slow_ms"] = changes["slow_ms"]
        data["status"] |= {key: value for key, value in changes.items() if key != "slow_ms"}
        path.write_text(json.dumps(data))

    def pass_minutes(self, count: int) -> None:
        """Move the clock, with a tick each minute."""
        for _ in range(count):
            self.services.clock.at += MINUTE_MS
            outcome = tick.tick(self.services, time.monotonic() + 60)
            assert set(outcome.values()) <= {"done"}


@pytest.fixture(scope="module")
def day(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Day]:
    with ExitStack() as stack:
        yield Day(tmp_path_factory.mktemp("day"), stack)


@pytest.fixture
def oncall(day: Day, chromium: Browser) -> Iterator[BrowserContext]:
    context = chromium.new_context()
    cookie = sessions.start(day.services, ONCALL, {})
    cookies = {day.services.settings.cookie_name: cookie, sessions.HINT: "1"}
    context.add_cookies([{"name": name, "value": value, "url": day.origin} for name, value in cookies.items()])
    yield context
    context.close()


def subscribe(page: Page, day: Day) -> None:
    page.goto(f"{day.origin}/status/")
    page.get_by_text("Subscribe to updates").click()
    page.get_by_label("Email address").fill("eve@customer.example")
    page.get_by_role("button", name="Subscribe").click()
    page.get_by_text("We sent you an email").wait_for()
    day.pass_minutes(1)
    found = re.search(r"^http\S+/my/status/confirm/\S+$", day.inbox.text(), re.M)
    assert found
    page.goto(found[0])
    page.get_by_role("button", name="Confirm subscription").click()
    page.get_by_text("We'll email status updates to eve@customer.example").wait_for()
    day.inbox.forget()


def sentence(page: Page, day: Day, expected: str) -> None:
    page.goto(f"{day.origin}/status/")
    expect(page.locator("[data-status-band] [data-status-sentence]")).to_have_text(re.compile(expected))


def say(oncall: BrowserContext, day: Day, phase: str, text: str, title: str = "Problems with Web app") -> None:
    page = oncall.new_page()
    page.goto(f"{day.origin}/my/status/")
    page.get_by_role("main").get_by_role("link", name=title).first.click()
    page.get_by_role("heading", name=f"Post an update: {title}").wait_for()
    page.get_by_label("Status", exact=True).select_option(label=phase)
    # The end of an incident needs neither.
    for field in (page.get_by_label("Impact"), page.get_by_role("group", name="Affected components")):
        expect(field).to_be_visible(visible=phase != "Resolved")
    page.get_by_label("Message to customers").fill(text)
    page.get_by_role("button", name="Preview").click()
    preview = page.get_by_role("region", name="Preview: what customers will read")
    expect(preview).to_contain_text(text)
    assert violations(page) == []
    preview.get_by_role("button", name=PUBLISH[title], exact=True).click()
    page.get_by_text("Published.").wait_for()
    page.close()


def subjects(inbox: Inbox) -> list[str]:
    return [str(inbox.message(number)["Subject"]) for number in range(len(inbox.raw))]


def test_a_days_life(day: Day, context: BrowserContext, oncall: BrowserContext):
    page = context.new_page()
    subscribe(page, day)
    day.pass_minutes(2)
    sentence(page, day, "All monitored systems operational")
    expect(page.locator("[data-status-age]")).to_have_text("Checked just now")

    # A page that stays open, with a clock of its own.
    left_open = context.new_page()
    left_open.clock.install()
    left_open.goto(f"{day.origin}/getting-in/forgot-password/")
    dot = left_open.locator("header [data-portal='status/status']")
    expect(dot).to_have_attribute("data-level", "none")

    day.bundle(slow_ms=-1)
    day.pass_minutes(3)
    sentence(page, day, "Degraded performance: Web app")

    day.status = 503
    day.pass_minutes(3)
    # It asks every 25 s, give or take a fifth: the state changes without a build or a click.
    left_open.clock.fast_forward(30_000)
    expect(dot).to_have_attribute("data-level", "critical")
    expect(left_open.get_by_role("region", name="Current incidents")).to_contain_text("Problems with Web app")
    sentence(page, day, "Major outage: Web app")
    page.goto(f"{day.origin}/plans-and-billing/update-card/")
    banner = page.get_by_role("region", name="Current incidents")
    expect(banner).to_be_visible()
    banner.get_by_role("link").first.click()
    expect(page).to_have_url(re.compile(r"/status/#"))
    # No build has a page for it yet, so the link leads to its live entry on this page.
    expect(page.locator(f"[id='{page.url.partition('#')[2]}']")).to_be_visible()
    expect(page.locator("[data-status-events] section").first).to_be_visible()
    # Everything on the page says the same.
    expect(page.locator("[data-status-days] > div").first).to_contain_text("Problems with Web app Investigating")
    expect(page.locator(".hf-bars > li").last).to_have_attribute("data-level", "critical")
    expect(page.locator(".hf-bars > li").last).to_contain_text("so far: Outage")
    expect(page.locator("[data-uptime]")).not_to_contain_text("100.00")
    known = re.search(r"<span data-uptime-known>([^<]*)", (day.site / "status" / "index.html").read_text("utf-8"))
    assert known
    expect(page.locator("[data-uptime-known]")).to_have_text(known[1])
    assert violations(page) == []

    say(oncall, day, "Cause found", "A disk is full. We move the data.")
    day.pass_minutes(1)
    page.goto(f"{day.origin}/status/")
    expect(page.get_by_text("A disk is full. We move the data.")).to_be_visible()

    now = day.services.clock.at
    work = {"id": "swap", "title": "A new disk", "status": "scheduled", "components": ["web-app"], "updates": []}
    times = {"scheduled_for": now, "scheduled_until": now + 30 * MINUTE_MS, "actual_start": None, "actual_end": None}
    day.bundle(maintenances=[work | times | {"body": ""}])
    day.pass_minutes(3)
    page.goto(f"{day.origin}/status/")
    expect(page.locator("[data-status-events]")).to_contain_text("A new disk")
    # The build had another maintenance, which is no longer planned.
    expect(page.locator("[data-work-phase]")).to_have_text(["Completed"])

    day.status = 200
    day.bundle(slow_ms=30_000, maintenances=[])
    day.pass_minutes(3)
    say(oncall, day, "Resolved", "The data has moved. All is well.")
    day.pass_minutes(2)  # one tick writes the mail, the next sends it
    sentence(page, day, "All monitored systems operational")
    page.goto(f"{day.origin}/plans-and-billing/update-card/")
    expect(page.locator("[data-portal='status/banner']")).to_be_hidden()

    feed = page.request.get(f"{day.origin}/api/status/feed.xml").text()
    assert "A disk is full. We move the data." in feed
    assert "The data has moved. All is well." in feed
    assert feed.count("<entry>") >= 3
    mails = subjects(day.inbox)
    assert any("Cause found" in subject for subject in mails), mails
    assert "Resolved" in mails[-1]
    page.goto(f"{day.origin}/status/")
    first = page.locator("[data-status-days] > div").first
    # No build knows it: how long it took, and in place what was said, to which the emails' link leads.
    expect(first.locator("summary")).to_have_text(re.compile(r"Problems with Web app Resolved · \d+ minutes"))
    expect(page.get_by_text("A disk is full. We move the data.")).to_be_hidden()
    link = day.origin + re.findall(r"http\S+(/status/#\S+)", day.inbox.text())[-1]
    other = context.new_page()
    for opened in (page, other):
        opened.goto(link)
        expect(opened.get_by_text("A disk is full. We move the data.")).to_be_in_viewport()
        expect(opened.get_by_text("The data has moved. All is well.")).to_be_visible()
    assert violations(other) == []
    assert set(day.inbox.to) == {"eve@customer.example"}
    assert "The data has moved. All is well." in day.inbox.text()


def test_the_status_page_and_the_menu_lead_those_on_call_to_the_form(
    day: Day, context: BrowserContext, oncall: BrowserContext
):
    wide, narrow, stranger = oncall.new_page(), oncall.new_page(), context.new_page()
    narrow.set_viewport_size(NARROW)
    for page in (wide, narrow, stranger):
        page.goto(f"{day.origin}/status/")
        expect(page.locator("[data-status][data-shown]")).to_be_attached()
    entries = [page.get_by_role("main").get_by_role("link", name="Update the status page") for page in (wide, narrow)]

    for entry in entries:
        expect(entry).to_have_count(1)
    expect(stranger.get_by_role("link", name="Update the status page")).to_have_count(0)
    wide.get_by_text("Account", exact=True).first.click()
    wide.locator(".hf-menu").get_by_role("link", name="Update the status page").click()
    expect(wide).to_have_url(f"{day.origin}/my/status/")


def test_an_incidents_own_page_tells_what_was_said_since_it_was_built(
    day: Day, context: BrowserContext, oncall: BrowserContext
):
    page = context.new_page()
    say(oncall, day, "Monitoring the fix", "The disks are in.", "Exports wait")
    page.goto(f"{day.origin}/status/incidents/2026-11-01-slow-exports/")
    updates = page.locator(".hf-timeline > li")

    expect(updates).to_have_count(2)
    expect(updates.first).to_contain_text("The disks are in.")
    expect(updates.last.locator("strong").last).to_have_text("larger")
    expect(page.locator("[data-incident-phase]")).to_have_text("Monitoring the fix")

    say(oncall, day, "Resolved", "Nothing waits.", "Exports wait")
    page.reload()

    expect(updates).to_have_count(3)
    expect(page.locator("[data-incident-phase]")).to_have_text("Resolved")
    expect(page.locator("h1 + p")).to_contain_text(", resolved ")
    page.goto(f"{day.origin}/status/")
    expect(page.locator("[data-status-event='2026-11-01-slow-exports'] + span")).to_contain_text("Resolved · ")
