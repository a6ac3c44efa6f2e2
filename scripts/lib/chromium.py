"""Debian's Chromium without a window, for the commands and tests that look at pages."""

import os
import shutil
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from playwright.async_api import Browser as AsyncBrowser
    from playwright.async_api import Playwright as AsyncPlaywright
    from playwright.sync_api import Browser, Playwright

FLAGS = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--no-first-run",
)


def find() -> str | None:
    """The program: CHROMIUM, or the shell without a window, which needs two thirds of the full browser's time."""
    return os.environ.get("CHROMIUM") or shutil.which("chromium-headless-shell") or shutil.which("chromium")


def launch(playwright: "Playwright") -> "Browser":
    """A new browser; raises RuntimeError when Debian's package is missing."""
    return playwright.chromium.launch(executable_path=_found(), args=list(FLAGS))


async def launch_beside(playwright: "AsyncPlaywright") -> "AsyncBrowser":
    """The same for code that does several things at once; raises RuntimeError."""
    return await playwright.chromium.launch(executable_path=_found(), args=list(FLAGS))


def _found() -> str:
    program = find()
    if program is None:
        raise RuntimeError("Install Debian's chromium-headless-shell first.")
    return program
