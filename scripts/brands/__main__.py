"""Pictures of three brands, each on three pages, wide and narrow, light and dark: `python -m scripts.brands [FOLDER]`.

The brands are those of demo/brands/. --guide renews the pictures of .github/guides/brand.md.
"""

import argparse
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from scripts import brands
from scripts.lib.chromium import launch
from scripts.lib.world import ROOT

if TYPE_CHECKING:
    from playwright.sync_api import Browser

PAGES = {"home": "", "article": "plans-and-billing/update-card/", "ask": "ask/"}
HEIGHTS = {1440: 900, 390: 844}
SCHEMES = ("light", "dark")
GUIDE = ROOT / ".github" / "screenshots"


def main(argv: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="python -m scripts.brands", description="Pictures of three brands.")
    parser.add_argument("folder", nargs="?", type=Path, default=ROOT / ".portal" / "brands")
    parser.add_argument("--guide", action="store_true", help="renew the guide's pictures as well")
    given = parser.parse_args(argv)
    given.folder.mkdir(parents=True, exist_ok=True)
    # Imported here, since only machines that run the tests have a browser.
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright, tempfile.TemporaryDirectory() as temporary:
        chromium = launch(playwright)
        for name in brands.NAMES:
            place = Path(temporary, name)
            print(brands.build(name, place), end="")
            with brands.serving(place / "site") as url:
                take(chromium, url, given.folder, name)
                if given.guide:
                    small(chromium, url, name)
        chromium.close()
    print(f"{len(list(given.folder.glob('*.png')))} pictures in {given.folder}")
    return 0


def take(chromium: "Browser", url: str, folder: Path, name: str) -> None:
    """Every page of a brand, in every width and scheme."""
    for width, height in HEIGHTS.items():
        for scheme in SCHEMES:
            page = chromium.new_page(
                viewport={"width": width, "height": height},
                color_scheme=scheme,  # type: ignore[arg-type]
                reduced_motion="reduce",
            )
            for what, path in PAGES.items():
                page.goto(url + path)
                if what == "ask":
                    # The form is held back until open incidents are known, or cannot be.
                    page.get_by_role("button", name="Confirm email and send").wait_for()
                page.screenshot(path=folder / f"{name}-{what}-{width}-{scheme}.png", full_page=what != "home")
            page.close()


def small(chromium: "Browser", url: str, name: str) -> None:
    """The guide's picture of a brand: the home page, light and small."""
    page = chromium.new_page(viewport={"width": 1000, "height": 560}, color_scheme="light", reduced_motion="reduce")
    page.goto(url)
    page.screenshot(path=GUIDE / f"brand-{name}.png")
    page.close()


if __name__ == "__main__":
    sys.exit(main())
