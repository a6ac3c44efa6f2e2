"""A brand is on every page of the built site, and a file of it that is missing stops the build."""

import json
import shutil
from pathlib import Path

import pytest
from mkdocs.config.defaults import MkDocsConfig
from mkdocs.livereload import LiveReloadServer

from hooks import brand as hook
from scripts import brands
from tests.hooks.portals import CONFIG, mkdocs, write

SVG = '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 56 28"><rect width="56" height="28"/></svg>'
BRAND = """\
    brand:
      logo: custom/logo.svg
      logo_dark: custom/dark/logo.svg
      favicon: custom/icon.svg
      accent: "#ffe66b"
      word: <Answers>
      picture: custom/share.png
      announcement: {text: "Closed & quiet", until: 2099-12-24, url: "https://acme.example/hours/"}
      footer:
        - {title: Company, links: [{title: About us, url: "https://acme.example/about/"}]}
"""


def portal(folder: Path, brand: str) -> Path:
    folder.mkdir(exist_ok=True)
    write(folder, {}, CONFIG + brand)
    (folder / "docs").mkdir()
    for name in ("logo.svg", "dark/logo.svg", "icon.svg"):
        (folder / "custom" / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / "custom" / name).write_text(SVG)
    (folder / "custom/share.png").write_bytes(b"\x89PNG\r\n\x1a\n")
    return folder


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = portal(tmp_path_factory.mktemp("branded"), BRAND)
    done = mkdocs(folder, folder / "site")
    assert done.returncode == 0, done.stderr
    assert "#ffe66b has a contrast of only" in done.stderr
    return folder


@pytest.mark.parametrize(
    "page", ["site/index.html", "site/404.html", "site/unavailable/index.html", "build/shell.html"]
)
def test_every_page_has_the_brand(built: Path, page: str):
    html = (built / page).read_text("utf-8")

    assert 'assets/brand/logo.svg" alt="" width="56" height="28"' in html
    assert "assets/brand/logo_dark.svg" in html
    assert "assets/brand/favicon.svg" in html
    assert "<span>&lt;Answers&gt;</span>" in html
    assert '<a href="https://acme.example/hours/">Closed &amp; quiet</a>' in html
    assert "<h2>Company</h2>" in html


@pytest.mark.parametrize("page", ["index", "ask/index", "search/index", "404", "../build/shell"])
def test_the_word_is_in_the_title_and_the_header_and_the_breadcrumb_of_every_page(built: Path, page: str):
    html = (built / "site" / f"{page}.html").read_text("utf-8")
    header = html.partition('class="hf-brand"')[2].partition("</a>")[0]
    crumbs = html.partition('class="hf-crumbs"')[2].partition("</ol>")[0]

    assert html.partition("<title>")[2].partition("</title>")[0].endswith("Acme &lt;Answers&gt;")
    assert "<span>Acme <span>&lt;Answers&gt;</span></span>" in header
    assert page == "index" or ">&lt;Answers&gt;</a>" in crumbs
    assert "Acme Help" not in html
    assert json.loads((built / "build/portal.json").read_text("utf-8"))["site_name"] == "Acme <Answers>"


def test_the_colours_are_in_the_sheet_that_every_page_loads_and_add_no_request(built: Path):
    html = (built / "site/index.html").read_text("utf-8")

    assert "--hf-fill: #ffe66b" in (built / "site/assets/sheets/base.css").read_text("utf-8")
    assert "brand.css" not in html
    assert not (built / "site/assets/brand/brand.css").exists()


def test_a_shared_page_has_the_picture_by_its_whole_address(built: Path):
    html = (built / "site/ask/index.html").read_text("utf-8")

    assert 'property="og:image" content="https://acme.example/help/assets/brand/picture.png"' in html


def test_emails_know_the_accent_by_the_functions_bundle(built: Path):
    assert json.loads((built / "build/portal.json").read_text("utf-8"))["brand"] == {
        "fill": "#ffe66b",
        "on_fill": "#000000",
        "accent": "#826c00",
    }


def test_every_file_that_cannot_be_used_stops_the_build_with_its_setting_and_line(tmp_path: Path):
    folder = portal(tmp_path / "portal", "")
    (folder / "custom/note.txt").write_text("x")
    (tmp_path / "far.svg").write_text(SVG)
    wrong = (
        "    brand:\n      logo: custom/logo.sgv\n      favicon: custom/note.txt\n      picture: custom/logo.svg\n"
        "      font: ../far.svg\ntheme:\n  logo: logo.svg\n"
    )
    (folder / "mkdocs.yml").write_text(CONFIG + wrong)
    said = mkdocs(folder, folder / "site")

    assert said.returncode == 1
    assert "brand.logo: there is no file custom/logo.sgv. Did you mean 'custom/logo.svg'?" in said.stderr
    assert "mkdocs.yml:10: extra.portal.brand.favicon: custom/note.txt is none of the kinds" in said.stderr
    assert "extra.portal.brand.picture: custom/logo.svg is none of the kinds that work here: .png" in said.stderr
    assert "extra.portal.brand.font: ../far.svg is outside this repository" in said.stderr
    assert "theme.logo is extra.portal.brand.logo now" in said.stderr


def test_an_announcement_of_yesterday_is_on_no_page(tmp_path: Path):
    folder = portal(tmp_path / "portal", "    brand:\n      announcement: {text: Closed, until: 2020-01-01}\n")
    assert mkdocs(folder, folder / "site").returncode == 0

    assert "hf-announcement" not in (folder / "site/index.html").read_text("utf-8")


def test_a_logo_with_the_name_in_it_is_not_said_twice(tmp_path: Path):
    folder = portal(tmp_path / "portal", "    brand: {logo: custom/logo.svg, name_in_logo: true}\n")
    assert mkdocs(folder, folder / "site").returncode == 0
    header = (folder / "site/index.html").read_text("utf-8").partition('class="hf-brand"')[2].partition("</a>")[0]

    assert 'class="hf-brand__both"' in header
    assert 'alt="Acme"' in header
    assert "<span><span>Help</span></span>" in header


def test_a_change_of_a_file_of_the_brand_is_seen_while_a_writer_looks(tmp_path: Path):
    folder = portal(tmp_path / "portal", BRAND)
    config = MkDocsConfig(config_file_path=str(folder / "mkdocs.yml"))
    config.extra = {"portal": {"brand": {"logo": "custom/logo.svg"}}}
    server = LiveReloadServer(lambda: None, "127.0.0.1", 0, root=str(folder), mount_path="/")

    hook.on_serve(server, config)
    server.observer.start()
    (folder / "custom/logo.svg").write_text(SVG.replace("56", "57"))
    try:
        with server._rebuild_cond:
            assert server._rebuild_cond.wait_for(lambda: server._want_rebuild, timeout=30)
    finally:
        server.observer.stop()
        server.observer.join()
        server.server_close()


@pytest.mark.parametrize("name", brands.NAMES)
def test_the_brands_of_the_pictures_name_files_that_are_there(name: str, tmp_path: Path):
    shutil.copytree(brands.BRANDS / name, tmp_path / "custom")
    text = (tmp_path / "custom/brand.yml").read_text("utf-8")

    assert [
        line
        for line in text.splitlines()
        if ".svg" in line and not (tmp_path / "custom" / line.split(": ")[1]).exists()
    ] == []
