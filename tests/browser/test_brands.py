"""Three brands that are hard to read: strong red, dark navy and pale yellow, read in both palettes."""

import shutil
from pathlib import Path

import mkdocs as mkdocs_package
import pytest
from playwright.sync_api import Browser

from scripts import brands
from tests.browser.conftest import NARROW, WIDE
from tests.browser.test_axe import COLOURS, paint, violations
from tests.hooks.portals import CONFIG, mkdocs, write

PAGES = ("plans-and-billing/update-card/", "ask/")


@pytest.mark.parametrize("name", brands.NAMES)
def test_a_brand_can_be_read_in_both_palettes_and_fits_a_phone(name: str, chromium: Browser, tmp_path: Path):
    brands.build(name, tmp_path)
    faults, widths = [], []
    page = chromium.new_page(viewport=WIDE, color_scheme="light", reduced_motion="reduce")  # type: ignore[arg-type]
    with brands.serving(tmp_path / "site") as url:
        for path in PAGES:
            page.goto(url + path)
            faults += violations(page, COLOURS)
            paint(page, "dark", "slate")
            faults += [f"dark: {fault}" for fault in violations(page, COLOURS)]
            page.set_viewport_size(NARROW)  # type: ignore[arg-type]
            widths.append(page.evaluate("document.documentElement.scrollWidth"))
            page.set_viewport_size(WIDE)  # type: ignore[arg-type]
            paint(page, "light", "default")
    page.close()

    assert faults == []
    assert max(widths) <= NARROW["width"]


WHOLE = """() => {
  const name = document.querySelector(".hf-brand > span");
  const inner = document.querySelector(".hf-header__inner");
  const cut = name.scrollHeight > name.clientHeight + 1 || name.scrollWidth > name.clientWidth;
  return !cut && name.offsetHeight < inner.offsetHeight && inner.scrollWidth <= inner.clientWidth;
}"""


@pytest.mark.parametrize("site_name", ["Acme", "Acme Customer Support", "Acme Analytics Cloud Customer Care"])
def test_the_whole_name_is_in_the_header_at_every_width(site_name: str, chromium: Browser, tmp_path: Path):
    write(tmp_path, {}, CONFIG.replace("example/help/", "example/").replace("Acme Help", site_name))
    for folder in ("docs", "status"):
        (tmp_path / folder).mkdir()
    (tmp_path / "status/components.yml").write_text("page: {id: a, name: A}\ncomponents: [{id: app, name: App}]\n")
    assert mkdocs(tmp_path, tmp_path / "site").returncode == 0
    cut = []
    with brands.serving(tmp_path / "site") as url:
        for signed_in in (False, True):
            context = chromium.new_context()
            if signed_in:
                context.add_cookies([{"name": "portal_in", "value": "1", "url": url}])
            page = context.new_page()
            for path in ("", "ask/"):
                page.goto(url + path)
                for width in (320, 390, 599, 768, 960, 1440):
                    page.set_viewport_size({"width": width, "height": 300})
                    cut += [] if page.evaluate(WHOLE) else [(path, width, signed_in)]
            context.close()

    assert cut == []


def test_a_font_of_the_brand_is_loaded_and_is_that_of_text_fields_and_notices(chromium: Browser, tmp_path: Path):
    brand = "    brand:\n      font: custom/lato.woff2\n      announcement: {text: Closed, until: 2099-01-01}\n"
    write(tmp_path, {}, CONFIG.replace("example/help/", "example/") + brand)
    for folder in ("docs", "custom"):
        (tmp_path / folder).mkdir()
    fonts = Path(mkdocs_package.__file__).parent / "themes/readthedocs/css/fonts"
    shutil.copyfile(fonts / "lato-normal.woff2", tmp_path / "custom/lato.woff2")
    assert mkdocs(tmp_path, tmp_path / "site").returncode == 0
    page = chromium.new_page()
    with brands.serving(tmp_path / "site") as url:
        page.goto(f"{url}ask/")
        loaded = page.evaluate("document.fonts.load('16px Brand').then(faces => faces.map(face => face.status))")
        families = page.evaluate(
            "['body', '#hf-q', 'textarea', 'aside'].map(at => getComputedStyle(document.querySelector(at)).fontFamily)"
        )
    page.close()

    assert loaded == ["loaded"]
    assert [family.partition(",")[0] for family in families] == ["Brand"] * 4
