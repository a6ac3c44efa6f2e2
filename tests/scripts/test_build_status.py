"""The status page for a second host: self-contained, small, and never green without an answer."""

import re
from pathlib import Path

import pytest

from scripts import build_status
from tests.hooks.portals import SITE

STATUS = SITE / "status"
NOW = 1_795_384_800_000
OPEN = """---
id: open-now
title: <b>Exports</b> fail
status: investigating
impact: major
started_at: 2026-11-22T10:00:00Z
components: {%s: major_outage}
updates:
  - {at: 2026-11-22T10:05:00Z, status: investigating, body: "We <script>look</script>."}
---
"""


@pytest.fixture
def status(tmp_path: Path) -> Path:
    """A board with an open incident."""
    folder = tmp_path / "status"
    (folder / "incidents").mkdir(parents=True)
    text = (STATUS / "components.yml").read_text()
    (folder / "components.yml").write_text(text)
    found = re.search(r"components:\s+- id: (\S+)", text)
    assert found
    (folder / "incidents" / "open-now.md").write_text(OPEN % found[1])
    return folder


def test_it_is_whole_in_itself_and_small(tmp_path: Path):
    out = tmp_path / "out"
    size = build_status.write(STATUS, out, "https://help.acme.example/help", NOW)
    page = (out / "index.html").read_text()

    assert size < 100_000
    assert sorted(path.name for path in out.iterdir()) == [
        "feed.json", "feed.xml", "index.html", "maintenance.ics", "rss.xml",
    ]  # fmt: skip
    # A browser fetches nothing else.
    assert re.findall(r"<(?:script|img|iframe|link)[^>]*\s(?:src|href)=\"(?!feed\.xml)[^\"]*", page) == []
    assert 'data-summary="https://help.acme.example/help/api/v2/summary.json"' in page
    assert "connect-src https://help.acme.example;" in page


def test_it_shows_what_is_wrong_as_of_the_build_and_no_green(status: Path, tmp_path: Path):
    build_status.write(status, tmp_path / "out", "https://help.acme.example/", NOW)
    page = (tmp_path / "out" / "index.html").read_text()
    body = page.partition("<body")[2].partition("<script>")[0]

    assert "&lt;b&gt;Exports&lt;/b&gt; fail" in body
    assert 'id="open-now"' in body
    assert "<script" not in body
    assert "We " in body
    assert 'data-level="none"' not in body
    assert "As of 22 Nov 2026, 22:00 UTC" in body


def test_a_link_to_an_article_leads_to_the_portal(status: Path, tmp_path: Path):
    article = tmp_path / "docs" / "data" / "index.md"
    article.parent.mkdir(parents=True)
    article.write_text("# Data\n")
    written = status / "incidents" / "open-now.md"
    written.write_text(written.read_text().replace("We <script>look</script>.", "[Way](../../docs/data/index.md#csv)"))
    build_status.write(status, tmp_path / "out", "https://help.acme.example/help", NOW, tmp_path / "docs")

    assert 'href="https://help.acme.example/help/data/#csv"' in (tmp_path / "out" / "index.html").read_text()
    assert "https://help.acme.example/help/data/#csv" in (tmp_path / "out" / "feed.xml").read_text()


def test_a_long_history_is_cut_and_the_build_does_not_fail(status: Path, tmp_path: Path):
    for number in range(60):
        text = OPEN.replace("open-now", f"over-{number}").replace("status: investigating\n", "status: resolved\n", 1)
        text = text.replace("components:", f"resolved_at: 2026-10-{number % 20 + 1:02}T11:00:00Z\ncomponents:")
        text = text.replace("2026-11-22", f"2026-10-{number % 20 + 1:02}").replace(
            "status: investigating,", "status: resolved,"
        )
        (status / "incidents" / f"over-{number}.md").write_text(
            text.replace("We ", "We " + "write a lot. " * 60) % "api"
        )

    assert build_status.write(status, tmp_path / "out", "https://help.acme.example/", NOW) < 100_000
    feed = (tmp_path / "out" / "feed.xml").read_text()
    assert "fail" in feed.partition("</entry>")[0]
    assert 1 < feed.count("<entry>") < 60


def test_a_mistake_is_named(tmp_path: Path, capsys: pytest.CaptureFixture[str]):
    code = build_status.main([str(tmp_path / "out"), "--status", str(tmp_path), "--portal", "https://x.example/"])

    assert code == 1
    assert "components.yml is missing" in capsys.readouterr().err.replace(": ", " ")


PORTAL = """\
site_url: https://help.acme.example/
extra:
  portal:
    product: Acme
    support_email: a@b.example
    brand: {logo: logo.svg, logo_dark: huge.png, favicon: logo.svg, name_in_logo: true, accent: "#0b1f4b", radius: 2}
"""


def test_it_has_the_brands_colours_and_small_pictures_in_the_page(
    status: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "mkdocs.yml").write_text(PORTAL)
    (tmp_path / "logo.svg").write_text('<svg xmlns="http://www.w3.org/2000/svg"/>')
    (tmp_path / "huge.png").write_bytes(b"\x89PNG" + b"x" * 20_000)
    code = build_status.main([str(tmp_path / "out")])
    page = (tmp_path / "out/index.html").read_text()

    assert code == 0
    assert page.count('"data:image/svg+xml;base64,') == 2
    assert "image/png" not in page
    assert ' alt="Acme">status</h1>' in page
    assert "--link: #0b1f4b" in page
    assert "--link: #608ae8" in page
    assert page.count("border-radius: 2px") == 2


@pytest.mark.parametrize(
    ("config", "said"),
    [
        (PORTAL, "status/components.yml is not there: there is no status page to write."),
        (
            PORTAL + "    parts: {status: false}\n",
            "parts.status is off in mkdocs.yml: there is no status page to write.",
        ),
    ],
)
def test_a_portal_without_a_status_page_is_said_and_no_mistake(
    config: str, said: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "mkdocs.yml").write_text(config)

    assert build_status.main([str(tmp_path / "out")]) == 0
    assert capsys.readouterr().out.strip() == said
    assert not (tmp_path / "out").exists()


def test_mistakes_in_the_settings_are_named(
    status: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "mkdocs.yml").write_text(PORTAL.replace('"#0b1f4b"', "blue"))

    assert build_status.main([str(tmp_path / "out")]) == 1
    assert "extra.portal.brand.accent: 'blue' is wrong" in capsys.readouterr().err
