"""Debian's Chromium without a window, for the commands and tests that look at pages."""

import os
import shutil
from typing import TYPE_CHECKING

if TYPE_CHECKING:
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
    program = find()
    if program is None:
        raise RuntimeError("Install Debian's chromium-headless-shell first.")
    return playwright.chromium.launch(executable_path=program, args=list(FLAGS))
