"""The command that reads every article: what it prints, what it exits with, and the links that lead out."""

import json
import threading
from collections import Counter
from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path

import pytest
from werkzeug.serving import make_server
from werkzeug.wrappers import Request, Response

from scripts.check_articles import external
from scripts.check_articles.__main__ import main
from tests.demo.ports import free

CONFIG = "extra:\n  portal:\n    product: Acme\n    support_email: a@acme.example\n"


@pytest.fixture
def portal(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A portal of two articles, one of which says please."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "mkdocs.yml").write_text(CONFIG)
    write("billing/card", "---\ntitle: Update your card\nrelated: [team/invite]\n---\n\nPlease open Billing.\n")
    write("team/invite", "---\ntitle: Invite a teammate\nrelated: [billing/card]\n---\n\nOpen Team.\n")
    return tmp_path


def write(id: str, text: str) -> Path:
    path = Path("docs", f"{id}.md")
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)
    return path


@pytest.mark.usefixtures("portal")
def test_advice_is_printed_with_its_line_and_ends_well(capsys: pytest.CaptureFixture[str]) -> None:
    assert main([]) == 0

    assert "docs/billing/card.md\n  6: advice: 'Please' adds nothing here [filler]" in capsys.readouterr().out


@pytest.mark.usefixtures("portal")
def test_an_error_exits_1_and_the_baseline_makes_it_known(capsys: pytest.CaptureFixture[str]) -> None:
    path = write("team/roles", "---\ntitle: Change a role\nrelated: [team/invite]\n---\n\nSee [this](gone.md).\n")
    first = main([])
    main(["--write-baseline"])
    path.write_text(path.read_text().replace("See", "\n\nOpen it.\n\nSee"))

    assert (first, main([])) == (1, 0)
    assert "The baseline knows" in capsys.readouterr().err
    path.unlink()
    assert main([]) == 0
    assert "of it are mended" in capsys.readouterr().err


@pytest.mark.usefixtures("portal")
def test_mkdocs_yml_chooses_levels_lengths_and_terms(capsys: pytest.CaptureFixture[str]) -> None:
    own = "    writing: {levels: {filler: off, term: error}}\n    glossary: {Teams: [Team]}\n"
    Path("mkdocs.yml").write_text(CONFIG + own)

    assert main(["--format", "json"]) == 1

    (one,) = json.loads(capsys.readouterr().out)["findings"]
    assert (one["file"], one["line"], one["rule"], one["level"]) == ("docs/team/invite.md", 6, "term", "error")


@pytest.mark.usefixtures("portal")
def test_only_the_named_files_and_levels_are_shown(capsys: pytest.CaptureFixture[str]) -> None:
    main(["docs/team", "--format", "json"])
    other = json.loads(capsys.readouterr().out)["findings"]
    main(["docs/billing/card.md", "--level", "warning", "--format", "json"])

    assert (other, json.loads(capsys.readouterr().out)["findings"]) == ([], [])


@pytest.mark.usefixtures("portal")
def test_github_and_sarif_have_the_same_finding(capsys: pytest.CaptureFixture[str]) -> None:
    main(["--format", "github"])
    annotation = capsys.readouterr().out
    main(["--format", "sarif"])

    assert annotation.startswith("::notice file=docs/billing/card.md,line=6,title=")
    assert [one["ruleId"] for one in json.loads(capsys.readouterr().out)["runs"][0]["results"]] == ["filler"]


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (lambda: Path("mkdocs.yml").write_text("extra: {portal: {product: Acme}}"), "support_email is missing"),
        (lambda: Path("mkdocs.yml").write_text("extra: ["), "mkdocs.yml is not valid"),
        (lambda: Path("writing-baseline.json").write_text("["), "--write-baseline"),
        (lambda: [path.unlink() for path in Path("docs").rglob("*.md")], "Give the folder of your articles"),
    ],
)
@pytest.mark.usefixtures("portal")
def test_what_stands_in_the_way_is_said(change, said: str, capsys: pytest.CaptureFixture[str]) -> None:
    change()

    assert main([]) == 2
    assert said in capsys.readouterr().err


@pytest.mark.usefixtures("portal")
def test_a_file_that_is_no_text_is_an_error_with_its_line(capsys: pytest.CaptureFixture[str]) -> None:
    Path("docs/team/latin.md").write_bytes(b"---\ntitle: Pay\n---\n\n\xe4\n")

    assert main([]) == 1
    assert "docs/team/latin.md\n  5: error: is not UTF-8 text" in capsys.readouterr().out


@pytest.fixture
def site() -> Iterator[tuple[str, Counter[tuple[str, str]], list[str]]]:
    """A site that answers as sites do, its address, and what it was asked."""
    asked: Counter[tuple[str, str]] = Counter()
    agents: list[str] = []

    def answer(request: Request) -> Response:
        asked[request.method, request.path] += 1
        agents.append(request.headers["User-Agent"])
        if request.path == "/no-head":
            return Response(status=405 if request.method == "HEAD" else 200)
        return Response(status={"/gone": 410, "/missing": 404, "/busy": 503, "/robots": 403}.get(request.path, 200))

    port = free()
    server = make_server("127.0.0.1", port, Request.application(answer), threaded=True)
    threading.Thread(target=server.serve_forever).start()
    yield f"http://127.0.0.1:{port}", asked, agents
    server.shutdown()


def test_only_what_is_gone_is_dead_and_a_head_comes_first(site, tmp_path: Path) -> None:
    base, asked, agents = site
    paths = ("/", "/#part", "/gone", "/missing", "/busy", "/robots", "/no-head")

    dead = external.dead([base + path for path in paths], tmp_path / "links.json")

    assert dead == {f"{base}/gone": "is gone for good (410)", f"{base}/missing": "is not there (404)"}
    assert asked["HEAD", "/"] == 1
    assert asked["GET", "/"] == 0
    assert asked["GET", "/no-head"] == 1
    assert set(agents) == {external.AGENT}


def test_an_answer_holds_for_days_and_a_dead_link_is_asked_again_tomorrow(site, tmp_path: Path) -> None:
    base, asked, _ = site
    urls, cached, today = [f"{base}/", f"{base}/gone"], tmp_path / "links.json", date(2026, 11, 2)
    external.dead(urls, cached, today)

    external.dead(urls, cached, today + timedelta(days=1))
    assert (asked["HEAD", "/"], asked["HEAD", "/gone"]) == (1, 2)
    external.dead(urls, cached, today + timedelta(days=7))
    assert asked["HEAD", "/"] == 2


def test_a_host_that_does_not_answer_is_dead(tmp_path: Path) -> None:
    url = f"http://127.0.0.1:{free()}/"

    assert external.dead([url], tmp_path / "links.json") == {url: "has a host that does not answer"}


@pytest.mark.usefixtures("portal")
def test_dead_links_are_warnings_at_their_lines(site, capsys: pytest.CaptureFixture[str]) -> None:
    base, _, _ = site
    write("team/roles", f"---\ntitle: Change a role\nrelated: [team/invite]\n---\n\n[a]({base}/gone)\n[b]({base}/)\n")

    main(["--external", "--level", "warning", "--format", "json"])

    (one,) = json.loads(capsys.readouterr().out)["findings"]
    assert (one["line"], one["rule"], one["why"]) == (6, "external", f"{base}/gone is gone for good (410)")


@pytest.mark.usefixtures("portal")
def test_the_bench_prints_both_times(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--bench", "6"]) == 0

    first, second = capsys.readouterr().out.splitlines()
    assert first.startswith("6 articles, from the beginning: ")
    assert second.startswith("after one has changed: ")
