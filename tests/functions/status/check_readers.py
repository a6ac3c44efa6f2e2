"""Holds the public JSON to two programs that others wrote for Statuspage's: `make check-readers`.

PyPI's `statuspage-prometheus-exporter` and npm's `@statuspage/status-widget`, installed into a temporary folder, read a
portal whose state is known, on a good day, in an incident and in a maintenance. What they read wrong is printed, exit
code 1.
"""

import argparse
import json
import os
import re
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path

from playwright.sync_api import sync_playwright

from demo import server
from functions.app import Portal
from functions.services import Services
from functions.settings import read
from functions.status.live import swap
from portal.status import Board, Check, Component, Incident, Maintenance, Page, Update, write
from portal.status.live import Live
from scripts.lib.chromium import launch
from tests.conftest import Clock, write_bundle

EXPORTER = "statuspage-prometheus-exporter==2.6.0"
WIDGET = "@statuspage/status-widget@1.0.5"
OWN_FAULT = "parcelRequire is not defined"
NOW = 1_795_384_800_000
WEB = Component("web", "Web app", checks=(Check("https://acme.example/"),))
API = Component("api", "API", assume="operational")
CSV = Component("csv", "Exports")  # nobody watches it, and nobody assumes anything
BOARD = Board(Page("acme", "Acme", "https://help.acme.example/status/"), (WEB, API, CSV))
BROKEN = Incident("broken", "API errors", "investigating", "major", NOW - 60_000, None, {"api": "major_outage"},
    (Update(NOW - 60_000, "investigating", "We look."),))  # fmt: skip
WORK = Maintenance("work", "New disks", "in_progress", NOW - 60_000, NOW + 3_600_000, ("api",), NOW - 60_000,
    updates=(Update(NOW - 60_000, "in_progress", "We have begun."),))  # fmt: skip


@dataclass(frozen=True)
class Day:
    """A board, and what a reader should make of it: whether all is well, each component's state, a word."""

    name: str
    board: Board
    well: bool
    components: dict[str, int]
    said: str


DAYS = (
    Day("a good day", BOARD, True, {"Web app": 1, "API": 1}, "All monitored systems operational"),
    Day("an incident", replace(BOARD, incidents=(BROKEN,)), False, {"Web app": 1, "API": 0}, "Major outage: API"),
    Day("a maintenance", replace(BOARD, maintenances=(WORK,)), True, {"Web app": 1, "API": 0}, "Maintenance"),
)


def main(argv: list[str] | None = None) -> int:
    argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0]).parse_args(argv)
    with tempfile.TemporaryDirectory() as place:
        tools = Path(place)
        exporter, widget = _install(tools)
        found = []
        for number, day in enumerate(DAYS):
            folder = tools / f"day{number}"
            with _portal(day.board, folder) as origin:
                found += [f"{day.name}: exporter: {one}" for one in _export(exporter, folder, origin, day)]
                found += [f"{day.name}: widget: {one}" for one in _show(widget, origin, day)]
    for one in found:
        print(one)
    print(f"{len(found)} of what two readers read on {len(DAYS)} days is wrong")
    return bool(found)


def _install(tools: Path) -> tuple[Path, str]:
    """The exporter's program and the widget's script."""
    subprocess.run([sys.executable, "-m", "venv", tools / "venv"], check=True)
    subprocess.run([tools / "venv/bin/pip", "install", "--quiet", EXPORTER], check=True)
    npm = ["npm", "install", "--silent", "--no-audit", "--no-fund", "--ignore-scripts", "--prefix", str(tools), WIDGET]
    subprocess.run(npm, check=True)
    script = tools / "node_modules/@statuspage/status-widget/dist/index.js"
    return tools / "venv/bin/statuspage-prometheus-exporter", script.read_text("utf-8")


@contextmanager
def _portal(board: Board, folder: Path) -> Iterator[str]:
    """A portal with this board, whose web app was checked just now, at its address."""
    made: list[Portal] = []
    with server.running(lambda environ, start_response: made[0](environ, start_response)) as origin:
        environ = {
            "PUBLIC_ORIGIN": origin,
            "SECRET_KEYS": "k" * 32,
            "TICK_TOKEN": "t" * 16,
            "DATABASE_URL": f"sqlite:///{folder}/portal.db",
            "PORTAL_BUILD_DIR": str(write_bundle(folder / "build", status=write(board))),
        }
        services = Services(read(environ), Clock(NOW))
        services.store.migrate()
        swap(services, Live("web", "operational", NOW - 3_600_000, NOW, NOW, True, 60, NOW - 3_600_000), 0)
        made.append(Portal(services))
        yield origin
        services.store.close()


def _export(program: Path, folder: Path, origin: str, day: Day) -> Iterator[str]:
    """What the exporter's figures have wrong."""
    services = folder / "services.json"
    services.write_text(json.dumps({"acme": {"url": f"{origin}/api/v2/summary.json", "name": "Acme"}}))
    metrics = folder / "metrics.prom"
    environ = os.environ | {
        "RUN_MODE": "once",
        "SERVICES_JSON_PATH": str(services),
        "METRICS_TEXTFILE_PATH": str(metrics),
    }
    subprocess.run([program], check=True, cwd=folder, env=environ, capture_output=True)
    text = metrics.read_text()
    probe = re.findall(r"^statuspage_probe_check\{[^}]*\} ([\d.]+)$", text, re.M)
    if [float(one) for one in probe] != [1.0]:
        yield f"it could not read the page: {probe}"
    well = [float(one) == 1 for one in re.findall(r"^statuspage_service_status\{[^}]*\} ([\d.]+)$", text, re.M)]
    # It counts a component under maintenance as one that is not operational.
    expected = all(day.components.values())
    if well != [expected]:
        yield f"the service is well: {well}, expected {expected}"
    pattern = r'^statuspage_component_status\{component_name="([^"]+)",[^}]*\} ([\d.]+)$'
    shown = {name: int(float(value)) for name, value in re.findall(pattern, text, re.M)}
    if shown != day.components:
        yield f"components are {shown}, expected {day.components}"


def _show(script: str, origin: str, day: Day) -> Iterator[str]:
    """What the widget shows wrong in a browser."""
    with sync_playwright() as playwright:
        browser = launch(playwright)
        page = browser.new_page()
        faults: list[str] = []
        # The bundle's own leftover of its development server, which every page that it reads has.
        page.on("pageerror", lambda error: faults.append(str(error)) if OWN_FAULT not in str(error) else None)
        page.set_content(f'<statuspage-widget src="{origin}"></statuspage-widget>')
        page.add_script_tag(content=script)
        text = "() => document.querySelector('statuspage-widget').shadowRoot?.textContent ?? ''"
        try:
            page.wait_for_function(f"said => ({text})().includes(said)", arg=day.said, timeout=5_000)
        except TimeoutError:
            yield f"shows {' '.join(page.evaluate(text).split())[-200:]!r}, expected {day.said!r}"
        yield from faults
        browser.close()


if __name__ == "__main__":
    sys.exit(main())
