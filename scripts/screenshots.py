"""Pictures of every kind of page: `make screenshots`, into .portal/screenshots/.

Each page is taken 1440 and 390 px wide, light and dark, on a quiet day and during an outage:
`07-incident-1440-dark-outage.png`. The README's picture is the front page, wide, light and quiet; `--readme` writes it
to .github/screenshots/ as well.
"""

import argparse
import re
import shutil
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.request import urlopen

from scripts.lib.chromium import launch
from scripts.lib.world import ROOT, World, running

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

HEIGHTS = {1440: 900, 390: 844}
SCHEMES = {"light": "default", "dark": "slate"}
# What the portal says of the demo's service while it is on, and while it is off.
DAYS = {"quiet": ("on", "none"), "outage": ("off", "critical")}
# Three checks have to fail, and an open page asks every 25 s.
CHANGE_MS = 180_000
PAGES = {
    "home": "",
    "article": "plans-and-billing/update-card/",
    "topic": "plans-and-billing/",
    "search": "search/?q=invoice",
    "status": "status/",
    "month": "status/history/2026-11/",
    "incident": "status/incidents/2026-11-03-exports-delayed/",
    "changelog": "changelog/",
    "ask": "ask/?from=plans-and-billing/update-card",
    "why": "feedback/why/?a=plans-and-billing/update-card",
    "thanks": "feedback/thanks/",
    "unavailable": "unavailable/",
    "not-found": "nowhere/",
}
SIGNED_OUT = {
    "account-signed-out": "my/account/",
    "verify-form": "my/verify/",
    "verify-gone": "my/verify/open/?token=x",
    "status-confirm-gone": "my/status/confirm/x",
    "sign-in": "my/tickets/",
}
SIGNED_IN = {
    "my": "my/",
    "tickets": "my/tickets/",
    "billing": "my/billing/",
    "account": "my/account/",
    "sessions": "my/account/sessions/",
    "notifications": "my/account/notifications/",
    "error": "my/nowhere/",
}
WALKED = ("verify-sent", "verify-open", "open-search", "ask-with-an-answer", "ticket", "on-call")
ORDER = [*PAGES, *SIGNED_OUT, *SIGNED_IN, *WALKED]
README_PICTURE = ROOT / ".github" / "screenshots" / "home-light.png"
# Taken as they stand on the screen, not down to the page's end.
ON_TOP = {"home", "open-search"}
Picture = Callable[[str], None]


def main(argv: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(
        prog="python -m scripts.screenshots", description="Pictures of every kind of page."
    )
    parser.add_argument("folder", nargs="?", type=Path, default=ROOT / ".portal" / "screenshots")
    parser.add_argument("--readme", action="store_true", help="renew the README's picture as well")
    arguments = parser.parse_args(argv)
    arguments.folder.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as state, running(Path(state)) as world:
        take(world, arguments.folder)
    if arguments.readme:
        README_PICTURE.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(arguments.folder / file_name("home", 1440, "light", "quiet"), README_PICTURE)
    print(f"{len(list(arguments.folder.glob('*.png')))} pictures in {arguments.folder}")
    return 0


def file_name(page: str, width: int, scheme: str, day: str) -> str:
    """The name of a picture; names sort by the page."""
    return f"{ORDER.index(page) + 1:02}-{page}-{width}-{scheme}-{day}.png"


def take(world: World, folder: Path) -> None:
    """Every page on every day, in every width and scheme."""
    # Imported here, since only machines that run the tests have a browser.
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        chromium = launch(playwright)
        for day, (switch, _) in DAYS.items():
            urlopen(f"{world.service}/{switch}", data=b"").close()  # noqa: S310 - the demo's own address
            for width in HEIGHTS:
                take_day(chromium, world, folder, day, width)
        chromium.close()


def take_day(chromium: "Browser", world: World, folder: Path, day: str, width: int) -> None:
    """Every page of one day in one width, each in both schemes without another request."""
    sizes = {"viewport": {"width": width, "height": HEIGHTS[width]}}
    context = chromium.new_context(**sizes, color_scheme="light", reduced_motion="reduce")  # type: ignore[arg-type]
    page = context.new_page()
    level = page.locator(f"header [data-portal='status/status'][data-level='{DAYS[day][1]}']")

    def picture(what: str) -> None:
        level.wait_for(state="attached")
        for scheme in SCHEMES:
            paint(page, scheme)
            page.screenshot(path=folder / file_name(what, width, scheme, day), full_page=what not in ON_TOP)
        paint(page, "light")

    page.goto(world.url)
    level.wait_for(state="attached", timeout=CHANGE_MS)
    for what, path in (PAGES | SIGNED_OUT).items():
        page.goto(world.url + path)
        picture(what)
    open_search(page, world, picture)
    confirm_an_address(page, world, picture, f"{day}-{width}@customer.example")
    sign_in(page, world, "Ada")
    ask(page, world, picture, f"{day}, {width}")
    for what, path in SIGNED_IN.items():
        page.goto(world.url + path)
        picture(what)
    context.clear_cookies()
    sign_in(page, world, "Cleo")
    page.goto(f"{world.url}my/status/")
    picture("on-call")
    context.close()


def paint(page: "Page", scheme: str) -> None:
    page.emulate_media(color_scheme=scheme)  # type: ignore[arg-type]
    page.wait_for_function("name => document.body.dataset.mdColorScheme === name", arg=SCHEMES[scheme])


def open_search(page: "Page", world: World, picture: Picture) -> None:
    page.goto(world.url)
    page.get_by_role("combobox").last.fill("change my card")
    page.get_by_role("option").first.wait_for()
    picture("open-search")


def confirm_an_address(page: "Page", world: World, picture: Picture, address: str) -> None:
    """Ask without an account, then for a sign-in link, and open it without using it."""
    fill(page, world, "The invoice of October is missing")
    page.get_by_label("Your email address").fill(f"asks-{address}")
    page.get_by_role("button", name="Confirm email and send").click()
    page.get_by_label("Six-digit code").wait_for()
    picture("ask-confirm")
    page.goto(f"{world.url}my/verify/")
    page.get_by_label("Your email address").fill(address)
    page.get_by_role("button", name="Email me").click()
    page.get_by_label("The six-digit code").wait_for()
    picture("verify-sent")
    page.goto(world.inbox)
    page.locator("li", has_text=address).first.get_by_role("link").click()
    link = re.search(r"http://\S+/my/verify/open/\S+", page.locator("pre").inner_text())
    assert link, "no link in the email"
    page.goto(link[0])
    picture("verify-open")


def sign_in(page: "Page", world: World, name: str) -> None:
    page.goto(f"{world.url}my/tickets/")
    page.get_by_role("link", name="Sign in with your").click()
    page.get_by_role("button", name=name).click()


def fill(page: "Page", world: World, subject: str) -> None:
    """Fill in the contact form but for the address."""
    page.goto(f"{world.url}ask/")
    page.locator("form[data-portal='tickets/ask'][data-started]").wait_for()
    page.get_by_label("What is it about?").select_option(index=2)
    page.get_by_label("Your question in one sentence").fill(subject)
    page.get_by_label("What happened").fill("I looked under Invoices, and the one of October is not there.")


def ask(page: "Page", world: World, picture: Picture, day: str) -> None:
    """Fill in the form as Ada, look at an answer, and send it."""
    fill(page, world, f"The invoice of October is missing ({day})")
    page.locator("[data-ask-suggest] summary").first.click()
    picture("ask-with-an-answer")
    page.get_by_role("button", name="Send to").click()
    page.get_by_text("We received your request.").wait_for()
    picture("ticket")


if __name__ == "__main__":
    sys.exit(main())
