"""`python -m scripts.walkthrough` against a product that changes: what it writes, what it says, and its code."""

import io
import json
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from PIL import Image

from demo import server
from portal.freshness import release
from scripts.walkthrough.__main__ import FINE, UNKNOWN, UNTRUE, WRONG, main
from tests.browser.walkthroughs.reports import Reports
from tests.hooks.portals import CONFIG
from tests.scripts.freshness.github import GitHub

ARTICLE = """\
---
title: How do I export a report?
---

Open Reports and choose **Export report**.

![Export report, below the heading](pictures/export-section.webp)
"""
STEPS = """\
steps:
  - goto: /
  - annotate: {button: Export report}
  - mask: {text: "*@private.example"}
  - shot: section
    of: {region: Export}
"""
LIGHT, DARK = "docs/reports/pictures/export-section.webp", "docs/reports/pictures/export-section.dark.webp"
FACTS = "docs/reports/export.shots.json"
Command = Callable[..., tuple[int, str]]


@pytest.fixture
def reports() -> Reports:
    return Reports()


@pytest.fixture
def origin(reports: Reports) -> Iterator[str]:
    with server.running(reports) as origin:
        yield origin


@pytest.fixture
def command(tmp_path: Path, origin: str, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]) -> Command:
    """Runs the command in a portal with one article; its code, and what it printed."""
    (tmp_path / "docs/reports").mkdir(parents=True)
    (tmp_path / "mkdocs.yml").write_text(CONFIG)
    (tmp_path / "docs/reports/export.md").write_text(ARTICLE)
    (tmp_path / "docs/reports/export.steps.yml").write_text(STEPS)
    monkeypatch.chdir(tmp_path)

    def run(*arguments: str, url: str = origin) -> tuple[int, str]:
        # In a thread of its own, since the tests' browser is at work in this one.
        with ThreadPoolExecutor(1) as thread:
            code = thread.submit(main, [*arguments, "--url", url, "--patience", "0.2"]).result()
        said = capfd.readouterr()
        return code, said.out + said.err

    return run


def contents() -> dict[str, bytes]:
    return {path.as_posix(): path.read_bytes() for path in sorted(Path("docs").rglob("*")) if path.is_file()}


def brightness(picture: bytes) -> int:
    """Of the upper left corner, from 0 to 255."""
    with Image.open(io.BytesIO(picture)) as image:
        return image.convert("L").getpixel((0, 0))


def test_pictures_are_written_once_and_anew_only_for_another_look(command: Command, reports: Reports):
    first, second = command(), (before := contents(), command())[1]
    again = command("--again")
    after = contents()
    # As another browser with other fonts would have drawn it, on another day.
    Path(LIGHT).write_bytes(before[LIGHT] + b"\0")
    reports.visits = 12
    other = command()
    kept = Path(LIGHT).read_bytes()
    reports.style = "color: #7a1fa2"
    checked, restyled = command("--check"), command()

    assert first == (FINE, "".join(f"written: {name}\n" for name in (FACTS, DARK, LIGHT))
                     + "1 walkthrough: 1 true, 0 not, 0 unknown; 3 files written.\n")  # fmt: skip
    assert [code for code, _ in (second, again, other, checked, restyled)] == [FINE] * 5
    assert second[1] == again[1] == other[1] == "1 walkthrough: 1 true, 0 not, 0 unknown; 0 files written.\n"
    assert after == before
    assert brightness(before[LIGHT]) > 200 > 60 > brightness(before[DARK])
    assert kept == before[LIGHT] + b"\0"
    assert "section looks different now; take it again: python -m scripts.walkthrough" in checked[1]
    assert restyled[1].count("written: ") == 3


def test_what_is_hidden_is_in_no_file_and_asks_for_no_picture(command: Command, reports: Reports):
    command()
    before = contents()
    reports.secret = "ben@private.example"

    assert command()[0] == FINE
    assert contents() == before
    assert not any(b"ada@" in data for data in before.values())


def test_a_renamed_button_is_said_at_the_articles_line_and_flags_the_article(command: Command, reports: Reports):
    command()
    before = contents()
    Path("freshness.json").write_text(json.dumps({"version": 1, "checks": [{"repo": "acme/web", "articles": []}]}))
    reports.label = "Download report"
    code, said = command("--annotations", "--json", "--release", "v4.2.0")
    flags = json.loads(Path("freshness.json").read_text())
    reports.label = "Export report"
    right = command("--json")

    assert code == UNTRUE
    assert "docs/reports/export.md  [certain: its walkthrough has 1 step that is no longer true]" in said
    assert "  line 5: Open Reports and choose **Export report**.\n    in docs/reports/export.steps.yml:3: " in said
    assert 'button "Export report" is called "Download report" now' in said
    assert "::warning file=docs/reports/export.md,line=5,title=Check against v4.2.0::Certain: button" in said
    assert contents() == before
    assert [check["repo"] for check in flags["checks"]] == ["acme/web", "walkthroughs"]
    assert release.notices({"checks": flags["checks"][1:]})["reports/export"].release == "v4.2.0"
    assert right[0] == FINE
    assert json.loads(Path("freshness.json").read_text())["checks"][1]["articles"] == []


def test_an_issue_lists_the_article_with_boxes_to_tick(command: Command, reports: Reports, tmp_path: Path):
    github = GitHub(tmp_path)
    with server.running(github) as github.origin:
        arguments = ("--check", "--issue", "acme/web", "--base-url", github.origin, "--release", "v4.2.0")
        command(*arguments)
        quiet = len(github.issues)
        reports.label = "Download report"
        code, said = command(*arguments)

    assert (quiet, code) == (0, UNTRUE)
    assert "https://github.test/issues/1" in said
    assert github.issues[0]["title"] == "Check the articles against walkthroughs v4.2.0"
    assert "- [ ] **docs/reports/export.md** (certain)" in github.issues[0]["body"]


def test_a_product_that_does_not_answer_is_unknown_and_not_fine(command: Command, reports: Reports, origin: str):
    before = contents()
    reports.status = 503
    broken = command("--json")
    nowhere = command("--json", url="http://127.0.0.1:9/")
    unnamed = command("--json", url="")
    assert contents() == before
    Path("docs/reports/export.steps.yml").write_text("product: portal\nperson: Ada\n" + STEPS)
    stranger = command("--json", "--portal", "http://127.0.0.1:9/")

    assert [code for code, _ in (broken, nowhere, unnamed, stranger)] == [UNKNOWN] * 4
    assert f"export.steps.yml: unknown. {origin}/ answers 503" in broken[1]
    assert "unknown. http://127.0.0.1:9/: net::ERR_" in nowhere[1]
    assert "unknown. no address of the product: give it with --url, or as 'product:'" in unnamed[1]
    assert "1 walkthrough: 0 true, 0 not, 1 unknown" in nowhere[1]
    assert "unknown. http://127.0.0.1:9/: Ada cannot sign in: net::ERR_" in stranger[1]
    assert not Path("freshness.json").exists()


def test_a_page_that_is_gone_and_a_button_that_cannot_be_used_are_drifts(command: Command, reports: Reports):
    reports.status = 404
    gone = command("--check")
    reports.status, reports.state = 200, "disabled"
    Path("docs/reports/export.steps.yml").write_text(STEPS.replace("annotate:", "click:") + "  - see: Done\n")
    blocked = command("--check")

    assert (gone[0], blocked[0]) == (UNTRUE, UNTRUE)
    assert "the page / is gone: it answers 404" in gone[1]
    assert 'button "Export report" is there, but cannot be used' in blocked[1]
    assert "and 3 steps after that could not be taken" in blocked[1]


def test_a_secret_is_typed_and_kept_nowhere(command: Command, reports: Reports, monkeypatch: pytest.MonkeyPatch):
    sign_in = "  - click: {link: Sign in}\n  - fill: {field: Password, secret: REPORTS_PASSWORD}\n"
    Path("docs/reports/export.steps.yml").write_text(
        STEPS.replace("  - annotate", sign_in + "  - click: {button: Continue}\n  - annotate")
    )
    without = command()
    monkeypatch.setenv("REPORTS_PASSWORD", "open sesame")
    code, said = command()

    assert without == (WRONG, "Set REPORTS_PASSWORD in the environment: a step types it.\n")
    assert (code, reports.passwords) == (FINE, ["open sesame"])
    assert "sesame" not in said
    assert not any(b"sesame" in data for data in contents().values())


def test_a_page_that_leads_on_by_itself_is_followed(command: Command):
    Path("docs/reports/export.steps.yml").write_text(
        STEPS.replace("  - annotate", "  - click: {link: Go on}\n  - annotate")
    )

    assert command()[0] == FINE


def test_what_is_wrong_in_files_is_said_before_a_browser_starts(command: Command, tmp_path: Path):
    docs = tmp_path / "docs/reports"
    (tmp_path / "mkdocs.yml").write_text(CONFIG + "    parts: {billing: false}\n")
    (docs / "export.steps.yml").write_text(STEPS.replace("annotate", "anotate"))
    (docs / "lost.steps.yml").write_text(STEPS)
    (docs / "off.steps.yml").write_text(STEPS)
    (docs / "off.md").write_text("---\ntitle: Quiet\nneeds: billing\n---\n")
    wrong = command()
    (docs / "export.steps.yml").unlink()
    (docs / "lost.steps.yml").unlink()
    nothing = command()
    named = command("docs/reports/export.md")

    assert wrong[0] == WRONG
    assert "docs/reports/export.steps.yml:3: 'steps.1.anotate' is not known here. Did you mean 'annotate'?" in wrong[1]
    assert "docs/reports/lost.steps.yml: has no article beside it: docs/reports/lost.md is missing" in wrong[1]
    assert nothing == (FINE, "No walkthrough to take in docs: no *.steps.yml beside a published article.\n")
    assert named[0] == WRONG
    assert "docs/reports/export.md: is no file of steps" in named[1]


def test_a_shot_that_is_taken_out_takes_its_pictures_along(command: Command):
    command()
    Path("docs/reports/export.steps.yml").write_text("dark: false\n" + STEPS.replace("shot: section", "shot: part"))
    code, said = command()

    assert code == FINE
    assert not Path(LIGHT).exists()
    assert not Path(DARK).exists()
    assert [path.name for path in Path("docs/reports/pictures").iterdir()] == ["export-part.webp"]
    assert f"removed: {LIGHT}" in said
