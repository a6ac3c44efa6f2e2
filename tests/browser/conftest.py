"""A running portal and a headless browser for the walks."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, BrowserContext, Playwright, expect, sync_playwright

from scripts.lib.chromium import launch
from scripts.lib.world import World, running
from tests.hooks.portals import SITE

# Long enough for a busy machine.
expect.set_options(timeout=20_000)
WIDE = {"width": 1440, "height": 900}
NARROW = {"width": 390, "height": 844}


@pytest.fixture(scope="session")
def world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    """The demo at the root of its origin."""
    with running(tmp_path_factory.mktemp("world"), config=SITE / "mkdocs.yml") as world:
        yield world


@pytest.fixture(scope="session")
def world_below(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    """The demo below a path, as https://acme.example/help/ would be."""
    with running(tmp_path_factory.mktemp("below"), "https://acme.example/help/", SITE / "mkdocs.yml") as world:
        yield world


@pytest.fixture(scope="session")
def playwright() -> Iterator[Playwright]:
    with sync_playwright() as playwright:
        yield playwright


@pytest.fixture(scope="session")
def chromium(playwright: Playwright) -> Iterator[Browser]:
    browser = launch(playwright)
    yield browser
    browser.close()


@pytest.fixture
def context(chromium: Browser) -> Iterator[BrowserContext]:
    """A new visitor with a wide screen."""
    context = chromium.new_context(viewport=WIDE)
    context.set_default_timeout(15_000)
    yield context
    context.close()
