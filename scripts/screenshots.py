"""Pictures of every kind of page, wide and narrow, light and dark: `make screenshots`, into .portal/screenshots/.

The README's picture is the wide, light home page; `--readme` writes it to .github/screenshots/ as well.
"""

import argparse
import re
import shutil
import sys
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

from scripts.lib.chromium import launch
from scripts.lib.world import ROOT, World, running

if TYPE_CHECKING:
    from playwright.sync_api import Page

SIZES = {"wide": (1440, 900), "narrow": (390, 844)}
SCHEMES = ("light", "dark")
PAGES = {
    "home": "",
    "article": "plans-and-billing/update-card/",
    "topic": "plans-and-billing/",
    "search": "search/?q=invoice",
    "status": "status/",
    "changelog": "changelog/",
    "ask": "ask/?from=plans-and-billing/update-card",
    "why": "feedback/why/?a=plans-and-billing/update-card",
    "not-found": "nowhere/",
}
SIGNED_IN = {
    "my": "my/",
    "tickets": "my/tickets/",
    "billing": "my/billing/",
    "account": "my/account/",
    "sessions": "my/account/sessions/",
    "notifications": "my/account/notifications/",
}
SIGNED_OUT = {
    "account-signed-out": "my/account/",
    "verify-form": "my/verify/",
    "verify-gone": "my/verify/open/?token=x",
}
README_PICTURE = ROOT / ".github" / "screenshots" / "home-light.png"


def main(argv: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(
        prog="python -m scripts.screenshots", description="Pictures of every kind of page."
    )
    parser.add_argument("folder", nargs="?", type=Path, default=ROOT / ".portal" / "screenshots")
    parser.add_argument("--readme", action="store_true", help="renew the README's picture as well")
    arguments = parser.parse_args(argv)
    arguments.folder.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as state, running(Path(state)) as world:
        taken = take(world, arguments.folder)
    if arguments.readme:
        README_PICTURE.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(arguments.folder / "home-wide-light.png", README_PICTURE)
    print(f"{taken} pictures in {arguments.folder}")
    return 0


def take(world: World, folder: Path) -> int:
    """Every page in every size and scheme; returns the number of pictures."""
    # Imported here, since only machines that run the tests have a browser.
    from playwright.sync_api import sync_playwright

    taken = 0
    with sync_playwright() as playwright:
        chromium = launch(playwright)
        for size, (width, height) in SIZES.items():
            for scheme in SCHEMES:
                context = chromium.new_context(viewport={"width": width, "height": height}, color_scheme=scheme)  # type: ignore[arg-type]
                page = context.new_page()
                page.goto(world.url)
                page.locator("header [data-portal='status/status'][data-level='none']").wait_for(timeout=60_000)
                for name, path in PAGES.items():
                    page.goto(world.url + path)
                    page.locator("header [data-portal='status/status'][data-level='none']").wait_for()
                    page.screenshot(path=folder / f"{name}-{size}-{scheme}.png", full_page=name != "home")
                    taken += 1
                taken += take_signing_in(page, world, folder, f"{size}-{scheme}")
                page.goto(f"{world.url}ask/")
                page.get_by_label("What is it about?").select_option(index=2)
                page.get_by_label("Your question in one sentence").fill(
                    f"The invoice of October is missing ({size}, {scheme})"
                )
                page.get_by_label("What happened").fill("I looked under Invoices, and the one of October is not there.")
                page.get_by_role("button", name="Send to").click()
                page.get_by_text("We have your message.").wait_for()
                page.screenshot(path=folder / f"ticket-{size}-{scheme}.png", full_page=True)
                taken += 1
                for name, path in SIGNED_IN.items():
                    page.goto(world.url + path)
                    page.screenshot(path=folder / f"{name}-{size}-{scheme}.png", full_page=True)
                    taken += 1
                context.close()
        chromium.close()
    return taken


def take_signing_in(page: "Page", world: World, folder: Path, name: str) -> int:
    """The pages of signing in, which end with Ada signed in; returns the number of pictures."""

    def picture(what: str) -> None:
        page.screenshot(path=folder / f"{what}-{name}.png", full_page=True)

    for what, path in SIGNED_OUT.items():
        page.goto(world.url + path)
        picture(what)
    page.goto(f"{world.url}my/verify/")
    page.get_by_label("Your email address").fill(f"{name}@customer.example")
    page.get_by_role("button", name="Email me").click()
    page.get_by_label("The six-digit code").wait_for()
    picture("verify-sent")
    page.goto(world.inbox)
    page.locator("li", has_text=f"{name}@customer.example").first.get_by_role("link").click()
    link = re.search(r"http://\S+/my/verify/open/\S+", page.locator("pre").inner_text())
    assert link, "no link in the email"
    page.goto(link[0])
    picture("verify-open")
    page.goto(f"{world.url}my/tickets/")
    picture("sign-in")
    page.get_by_role("link", name="Sign in with your").click()
    page.get_by_role("button", name="Ada").click()
    return len(SIGNED_OUT) + 3


if __name__ == "__main__":
    sys.exit(main())
