"""During an outage no page moves under the reader's eyes, whether its build knew of the incidents or not."""

import json
import mimetypes
import shutil
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser
from werkzeug.wrappers import Request, Response

from demo import server
from functions.app import Portal
from functions.services import Services
from functions.settings import read
from functions.signin import sessions
from tests.browser.conftest import NARROW, WIDE
from tests.browser.test_axe import PERSONAL, STATIC
from tests.conftest import ADA, Clock
from tests.hooks.portals import SITE, mkdocs

MOST = 0.02
INCIDENT = """---
id: {id}
title: {title}
status: investigating
impact: {impact}
components: {{{component}: {state}}}
started_at: 2026-11-20T09:02:00Z
updates:
  - {{at: 2026-11-20T09:10:00Z, status: investigating, body: "We look for the cause and tell more within the hour."}}
---
"""
TWO = (
    {"id": "web", "title": "The web app does not answer", "impact": "critical"}
    | {"component": "web-app", "state": "major_outage"},
    {"id": "exports", "title": "Exports arrive up to an hour late", "impact": "minor"}
    | {"component": "exports", "state": "degraded_performance"},
)
WATCH = """window.moved = 0;
new PerformanceObserver((list) => {
  for (const { value, hadRecentInput } of list.getEntries()) if (!hadRecentInput) window.moved += value;
}).observe({ type: "layout-shift", buffered: true });"""
# What was set in motion is painted in the next frame, and told after it.
SETTLED = """() => new Promise((done) => {
  requestAnimationFrame(() => requestAnimationFrame(() => setTimeout(() => done(window.moved))));
})"""


@dataclass
class Outage:
    """A built site beside functions that know of two incidents, as a WSGI app."""

    site: Path
    portal: Portal | None = None

    def __call__(self, environ: Any, start_response: Any) -> Iterable[bytes]:
        path = Request(environ).path
        if path.startswith(("/api/", "/my/")) and self.portal:
            return self.portal(environ, start_response)
        file = self.site / path.lstrip("/")
        file = file / "index.html" if file.is_dir() else file
        if not file.is_file():
            return Response((self.site / "404.html").read_bytes(), 404, mimetype="text/html")(environ, start_response)
        kind = mimetypes.guess_type(file.name)[0]
        return Response(file.read_bytes(), mimetype=kind)(environ, start_response)


def build(folder: Path, incidents: Iterable[dict[str, str]]) -> dict[str, Any]:
    """The tests' portal with these incidents, in folder/site and folder/build; returns the bundle's status."""
    source = folder / "source"
    shutil.copytree(SITE / "status", source / "status")
    for incident in incidents:
        (source / "status" / "incidents" / f"{incident['id']}.md").write_text(INCIDENT.format(**incident))
    for name in ("mkdocs.yml", "docs", "changelog", "hooks"):
        (source / name).symlink_to((SITE / name).resolve())
    result = mkdocs(source, folder / "site")
    assert result.returncode == 0, result.stderr
    status: dict[str, Any] = json.loads((folder / "build" / "portal.json").read_text("utf-8"))["status"]
    return status


@pytest.fixture(scope="module")
def outages(tmp_path_factory: pytest.TempPathFactory) -> dict[str, tuple[Path, dict[str, Any]]]:
    """The folder of each build, and the status that its functions know."""
    known, unknown = tmp_path_factory.mktemp("known"), tmp_path_factory.mktemp("unknown")
    status = build(known, TWO)
    build(unknown, ())
    return {"built in": (known, status), "live": (unknown, status)}


@pytest.mark.parametrize(
    ("incidents", "viewport"),
    [("built in", NARROW), ("live", NARROW), ("live", WIDE)],
    ids=["built in, narrow", "live, narrow", "live, wide"],
)
def test_no_kind_of_page_moves_when_it_learns_of_two_incidents(
    outages: dict[str, tuple[Path, dict[str, Any]]], chromium: Browser, incidents: str, viewport: dict[str, int]
) -> None:
    folder, status = outages[incidents]
    bundle = folder / "build" / "portal.json"
    bundle.write_text(json.dumps(json.loads(bundle.read_text("utf-8")) | {"status": status}), "utf-8")
    outage = Outage(folder / "site")
    with server.running(outage) as origin:
        environ = {"PUBLIC_ORIGIN": origin, "SECRET_KEYS": "k" * 32, "TICK_TOKEN": "t" * 16}
        environ |= {"PORTAL_BUILD_DIR": str(folder / "build"), "DATABASE_URL": f"sqlite:///{folder / 'portal.db'}"}
        services = Services(read(environ), Clock())
        services.store.migrate()
        outage.portal = Portal(services)
        context = chromium.new_context(viewport=viewport)  # type: ignore[arg-type]
        context.add_init_script(WATCH)
        page = context.new_page()
        moved = {}
        for name, path in {**STATIC, **PERSONAL}.items():
            if name == next(iter(PERSONAL)):
                cookie = sessions.start(services, ADA, {})
                context.add_cookies([{"name": services.settings.cookie_name, "value": cookie, "url": origin}])
            page.goto(f"{origin}/{path}")
            page.locator("header [data-portal='status/status'][data-level='critical']").wait_for(state="attached")
            moved[name] = round(page.evaluate(SETTLED), 3)
        context.close()
        services.store.close()

    assert {name: value for name, value in moved.items() if value > MOST} == {}
