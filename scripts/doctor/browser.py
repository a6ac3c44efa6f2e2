"""How long a customer needs in a browser, on a phone's slow connection, from the front page to an answer."""

import time
from typing import Any

from scripts.doctor import Found, Portal, bad, good, unknown

# Lighthouse's slow 4G: https://github.com/GoogleChrome/lighthouse/blob/main/docs/throttling.md
LATENCY_MS, BYTES_A_SECOND = 150, 1_600_000 // 8
LIMIT_SECONDS = 30
TYPED_MS = 150


def find(portal: Portal, article: dict[str, Any]) -> Found:
    """Type an article's title into the front page's search, and open what comes first."""
    try:
        from playwright.sync_api import Error, sync_playwright

        from scripts.lib import chromium
    except ImportError:
        return unknown("a browser is needed", "Run this on a machine where `make setup` ran.")
    if chromium.find() is None:
        return unknown("a browser is needed", "Install Debian's chromium-headless-shell.")
    with sync_playwright() as playwright:
        browser = chromium.launch(playwright)
        try:
            seconds = _walk(browser, portal, article)
        except Error as error:
            reason = str(error).splitlines()[0]
            return bad(
                f"{article['title']!r} was not found by its title ({reason})", "Open the front page and search for it."
            )
        finally:
            browser.close()
    says = f"{article['title']!r} is open after {seconds:.0f} s, typing included"
    return good(says) if seconds < LIMIT_SECONDS else bad(says, "Find what is slow: python -m scripts.page_weight")


def _walk(browser: Any, portal: Portal, article: dict[str, Any]) -> float:
    context = browser.new_context(viewport={"width": 390, "height": 844})
    context.set_default_timeout(LIMIT_SECONDS * 1000)
    page = context.new_page()
    conditions = {
        "offline": False,
        "latency": LATENCY_MS,
        "downloadThroughput": BYTES_A_SECOND,
        "uploadThroughput": BYTES_A_SECOND,
    }
    session = context.new_cdp_session(page)
    session.send("Network.enable")
    session.send("Network.emulateNetworkConditions", conditions)
    started = time.monotonic()
    page.goto(portal.url, wait_until="domcontentloaded")
    page.get_by_role("combobox").and_(page.locator(":visible")).first.press_sequentially(
        article["title"], delay=TYPED_MS
    )
    page.locator(f'a[role=option][href*="{article["url"]}"]').first.click()
    page.wait_for_url(f"**{article['url']}*")
    page.get_by_role("heading", level=1).wait_for()
    return time.monotonic() - started
