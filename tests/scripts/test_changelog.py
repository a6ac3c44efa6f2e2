"""`python -m scripts.changelog sync`: releases become files, a second run changes nothing, writers' edits stay."""

import base64
import hashlib
import json
import shutil
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import SplitResult, parse_qs, urlsplit

import pytest

from scripts.changelog import __main__ as changelog

HERE = Path(__file__).parent
RELEASES: list[dict[str, Any]] = json.loads((HERE / "releases.json").read_text(encoding="utf-8"))


def run(folder: Path, *arguments: str) -> int:
    return changelog.main(["sync", "--folder", str(folder), "--product", "Acme", *arguments])


def save(folder: Path, releases: Any) -> str:
    path = folder / "saved.json"
    path.write_text(json.dumps(releases), encoding="utf-8")
    return str(path)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    shutil.copytree(HERE / "changelog", tmp_path / "changelog")
    return tmp_path / "changelog"


def test_releases_become_the_files_beside_this_test(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(tmp_path / "log", "--from", str(HERE / "releases.json")) == 0

    written = {path.name: path.read_text(encoding="utf-8") for path in (tmp_path / "log").iterdir()}
    assert written == {path.name: path.read_text(encoding="utf-8") for path in (HERE / "changelog").iterdir()}
    out = capsys.readouterr().out
    assert "acme/api@v3.0.1: no text for customers, so not published" in out
    assert "7 releases: 3 written, 1 without text for customers, 3 unpublished." in out
    assert "5 lines left out as internal" in out


def test_a_second_run_changes_nothing_and_says_so(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    before = {path: path.stat().st_mtime_ns for path in folder.iterdir()}

    assert run(folder, "--from", str(HERE / "releases.json")) == 0

    assert {path: path.stat().st_mtime_ns for path in folder.iterdir()} == before
    assert "Nothing changed." in capsys.readouterr().out


@pytest.mark.parametrize("edit", ["body", "front matter"])
def test_a_file_that_a_writer_edited_is_kept(
    folder: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str], edit: str
) -> None:
    path = folder / "2026-11-10-web-v3.1.0.md"
    old, new = ("Exports keep", "Your exports keep") if edit == "body" else ("---\n##", "until: 2026-12-01\n---\n##")
    path.write_text(text := path.read_text(encoding="utf-8").replace(old, new), encoding="utf-8")

    run(folder, "--from", str(HERE / "releases.json"))
    assert "2026-11-10-web-v3.1.0.md: kept as a writer left it" in capsys.readouterr().out

    run(folder, "--from", save(tmp_path, [RELEASES[0] | {"body": "- fix: other words"}]))
    assert "kept, but its release has changed since" in capsys.readouterr().out
    assert path.read_text(encoding="utf-8") == text


def test_an_edited_release_updates_its_file_also_after_a_renaming_and_with_other_line_ends(
    folder: Path, tmp_path: Path
) -> None:
    path = (folder / "2026-11-10-web-v3.1.0.md").rename(folder / "2026-11-10-exports.md")
    path.write_bytes(path.read_bytes().replace(b"\n", b"\r\n"))

    run(folder, "--from", save(tmp_path, [RELEASES[0] | {"body": "- fix: other words"}]))

    assert "- Other words\n" in path.read_text(encoding="utf-8")
    assert len(list(folder.iterdir())) == 3


def test_a_deleted_release_is_reported_and_its_file_stays(
    folder: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    run(folder, "--from", save(tmp_path, [r for r in RELEASES if r["tag_name"] != "sdk/v1.0"]))

    assert "2026-10-01-api-sdk-v1.0.md: its release is no longer listed" in capsys.readouterr().out
    assert (folder / "2026-10-01-api-sdk-v1.0.md").exists()


@pytest.mark.parametrize("repo", ["Acme/Web", "acme/WEB", "acme/website", "globex/web", "globex/web-app"])
def test_a_repository_of_another_name_is_said_and_doubles_nothing(
    folder: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str], repo: str
) -> None:
    before = {path.name: path.read_text("utf-8") for path in folder.iterdir()}
    renamed = [one | {"html_url": one["html_url"].replace("acme/web/", f"{repo}/")} for one in RELEASES]

    run(folder, "--from", save(tmp_path, renamed))

    assert {path.name: path.read_text("utf-8") for path in folder.iterdir()} == before
    out = capsys.readouterr().out
    assert f"the repository was renamed (acme/web -> {repo})" in out
    assert "is gone from the list" not in out


def test_a_tag_with_the_name_of_a_package_is_gone_only_when_it_is(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    release = RELEASES[0] | {"tag_name": "@acme/ui@3.1.0"}
    run(tmp_path / "log", "--from", save(tmp_path, [release]))

    run(tmp_path / "log", "--from", save(tmp_path, [RELEASES[0]]))

    assert "its release is no longer listed" in capsys.readouterr().out


def test_two_releases_that_would_share_a_file_name_get_one_each(tmp_path: Path) -> None:
    one, two = (RELEASES[2] | {"tag_name": tag} for tag in ("sdk/v1", "sdk-v1"))

    run(tmp_path / "log", "--from", save(tmp_path, [one, two]))
    run(tmp_path / "log", "--from", save(tmp_path, [two, one]))

    assert len(list((tmp_path / "log").iterdir())) == 2


@pytest.mark.parametrize(
    ("content", "message"),
    [("{", "is not JSON"), ("{}", "is not a list of releases"), ("[{}]", "not a release of GitHub's, at place 1")],
)
def test_a_wrong_file_is_named(tmp_path: Path, capsys: pytest.CaptureFixture[str], content: str, message: str) -> None:
    path = tmp_path / "wrong.json"
    path.write_text(content)

    assert run(tmp_path / "log", "--from", str(path)) == 2
    err = capsys.readouterr().err
    assert message in err
    assert str(path) in err


def test_a_missing_file_and_a_broken_entry_are_named(
    folder: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(folder, "--from", str(tmp_path / "none.json")) == 2
    (folder / "own.md").write_text("# no front matter")
    assert run(folder, "--from", str(HERE / "releases.json")) == 2

    err = capsys.readouterr().err
    assert "none.json cannot be read: No such file" in err
    assert "changelog/own.md:1: does not begin with front matter" in err


@dataclass
class Enterprise:
    """The releases, pull requests and CHANGELOG.md of a GitHub Enterprise server: pages with Link headers, ETags, and
    its refusals."""

    url: str = ""
    releases: list[dict[str, Any]] = field(default_factory=list)
    labels: dict[int, list[str]] = field(default_factory=dict)
    changelog: str = ""
    refusal: tuple[int, dict[str, str], str] | None = None
    requests: list[tuple[str, str]] = field(default_factory=list)

    def answer(self, target: str, authorization: str, etag: str) -> tuple[int, dict[str, str], str]:
        self.requests.append((target, authorization))
        status, headers, body = self.refusal or self.found(urlsplit(target))
        if status != 200:
            return status, headers, body
        tag = f'"{hashlib.sha256(body.encode()).hexdigest()}"'
        return (304, {"ETag": tag}, "") if tag == etag else (200, {"ETag": tag, **headers}, body)

    def found(self, parts: SplitResult) -> tuple[int, dict[str, str], str]:
        _, _, path = parts.path.partition("/api/v3/repos/acme/web")
        number = int(path.rpartition("/")[2]) if path.startswith("/issues/") else 0
        if number in self.labels:
            return 200, {}, json.dumps({"number": number, "labels": [{"name": name} for name in self.labels[number]]})
        if path == "/contents/CHANGELOG.md":
            content = base64.b64encode(self.changelog.encode()).decode()
            return 200, {}, json.dumps({"encoding": "base64", "content": content, "html_url": "https://ghes.example/c"})
        if path != "/releases":
            return 404, {}, '{"message": "Not Found"}'
        query = parse_qs(parts.query)
        size, page = int(query["per_page"][0]), int(query.get("page", ["1"])[0])
        chunk = self.releases[(page - 1) * size : page * size]
        more = page * size < len(self.releases)
        link = f'<{self.url}/repos/acme/web/releases?per_page={size}&page={page + 1}>; rel="next"'
        return 200, {"Link": link} if more else {}, json.dumps(chunk)


@pytest.fixture
def github() -> Iterator[Enterprise]:
    enterprise = Enterprise()

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            status, headers, body = enterprise.answer(
                self.path, self.headers.get("Authorization", ""), self.headers.get("If-None-Match", "")
            )
            self.send_response(status)
            for name, value in {
                "Content-Type": "application/json",
                "Content-Length": str(len(body)),
                **headers,
            }.items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(body.encode())

        def log_message(self, *_: Any) -> None:
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        enterprise.url = f"http://127.0.0.1:{server.server_port}/api/v3"
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        yield enterprise
        server.shutdown()
        thread.join()


def numbered(count: int) -> list[dict[str, Any]]:
    return [
        RELEASES[0] | {"tag_name": f"v{n}", "html_url": f"https://ghes.example/acme/web/releases/tag/v{n}"}
        for n in range(count)
    ]


def test_every_page_of_an_enterprise_server_is_read_with_the_token(
    tmp_path: Path, github: Enterprise, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("GITHUB_TOKEN", "t0ken")
    github.releases = [*numbered(120), RELEASES[4], RELEASES[5]]

    assert run(tmp_path, "--repo", "acme/web", "--base-url", github.url) == 0

    assert len(list(tmp_path.glob("*.md"))) == 120
    assert [parse_qs(urlsplit(target).query).get("page") for target, _ in github.requests] == [None, ["2"]]
    assert {authorization for _, authorization in github.requests} == {"token t0ken"}


def test_a_repository_and_its_saved_list_make_the_same_files(
    tmp_path: Path, github: Enterprise, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("GITHUB_TOKEN", raising=False)
    github.releases = RELEASES[:1]

    run(tmp_path / "asked", "--repo", "acme/web", "--base-url", github.url)
    run(tmp_path / "saved", "--from", save(tmp_path, RELEASES[:1]))

    name = "2026-11-10-web-v3.1.0.md"
    assert (tmp_path / "asked" / name).read_text("utf-8") == (tmp_path / "saved" / name).read_text("utf-8")
    assert github.requests[0][1] == ""


@pytest.mark.parametrize(
    ("refusal", "message"),
    [
        ((401, {}, '{"message": "Bad credentials"}'), "GitHub does not accept GITHUB_TOKEN"),
        ((404, {}, '{"message": "Not Found"}'), "GitHub has no repository 'acme/web'"),
        (
            (403, {"X-RateLimit-Remaining": "0"}, '{"message": "API rate limit exceeded for 1.2.3.4"}'),
            "GitHub's request limit is used up. Wait for it to reset",
        ),
        ((502, {}, '{"message": "Server Error"}'), "GitHub answered 502: Server Error."),
    ],
)
def test_a_refusal_is_one_clear_sentence(
    tmp_path: Path, github: Enterprise, capsys: pytest.CaptureFixture[str], refusal: Any, message: str
) -> None:
    github.refusal = refusal

    assert run(tmp_path, "--repo", "acme/web", "--base-url", github.url) == 2

    assert capsys.readouterr().err.startswith(message)
    assert len(github.requests) == 1


def test_a_server_that_is_not_there_and_a_wrong_name_are_clear(
    tmp_path: Path, github: Enterprise, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(tmp_path, "--repo", "acme/web", "--base-url", "http://127.0.0.1:1/api/v3") == 2
    assert run(tmp_path, "--repo", "acme", "--base-url", github.url) == 2

    err = capsys.readouterr().err
    assert "GitHub could not be reached at http://127.0.0.1:1/api/v3" in err
    assert "--repo 'acme' is not OWNER/NAME." in err


def test_three_hundred_releases_are_three_requests_and_one_when_nothing_changed(
    tmp_path: Path, github: Enterprise, capsys: pytest.CaptureFixture[str]
) -> None:
    github.releases = numbered(300)
    for release in github.releases:
        release.pop("immutable", None)

    run(tmp_path, "--repo", "acme/web", "--base-url", github.url)
    assert len(github.requests) == 3
    files = {path: path.stat().st_mtime_ns for path in tmp_path.iterdir()}

    run(tmp_path, "--repo", "acme/web", "--base-url", github.url)
    assert len(github.requests) == 4
    assert {path: path.stat().st_mtime_ns for path in tmp_path.iterdir()} == files
    assert capsys.readouterr().out.endswith("Nothing changed.\n")

    run(tmp_path, "--repo", "acme/web", "--base-url", github.url, "--all")
    assert len(github.requests) == 7


def test_other_headings_of_the_team_are_read_though_the_list_did_not_change(tmp_path: Path, github: Enterprise) -> None:
    folder = tmp_path / "changelog"
    github.releases = [RELEASES[0] | {"body": "## Goodies\n- Charts"}]
    run(folder, "--repo", "acme/web", "--base-url", github.url)

    (folder / "config.yml").write_text("headings: {Goodies: feature}\n")
    run(folder, "--repo", "acme/web", "--base-url", github.url)

    assert "## New\n\n- Charts\n" in (folder / "2026-11-10-web-v3.1.0.md").read_text("utf-8")


def test_the_file_of_a_release_that_is_gone_is_removed_unless_a_writer_worked_on_it(
    tmp_path: Path, github: Enterprise, capsys: pytest.CaptureFixture[str]
) -> None:
    github.releases = [one | {"published_at": f"2026-11-{n + 10}T00:00:00Z"} for n, one in enumerate(numbered(3))]
    run(tmp_path, "--repo", "acme/web", "--base-url", github.url)
    mine = tmp_path / "2026-11-11-web-v1.md"
    mine.write_text(mine.read_text("utf-8") + "\nMore of it.\n")

    github.releases = [github.releases[2], github.releases[0] | {"draft": True}]
    run(tmp_path, "--repo", "acme/web", "--base-url", github.url)

    assert sorted(path.name for path in tmp_path.glob("*.md")) == ["2026-11-11-web-v1.md", "2026-11-12-web-v2.md"]
    out = capsys.readouterr().out
    assert "2026-11-10-web-v0.md: removed, its release is gone" in out
    assert "2026-11-11-web-v1.md: its release is no longer listed; delete the file to hide it" in out


def test_a_list_that_lost_nearly_everything_removes_nothing(
    tmp_path: Path, github: Enterprise, capsys: pytest.CaptureFixture[str]
) -> None:
    github.releases = numbered(8)
    run(tmp_path, "--repo", "acme/web", "--base-url", github.url)

    github.releases = github.releases[:1]
    run(tmp_path, "--repo", "acme/web", "--base-url", github.url)

    assert len(list(tmp_path.glob("*.md"))) == 8
    assert "its release is no longer listed (more than 5 at once)" in capsys.readouterr().out


def test_the_report_shows_the_writers_text_beside_the_releases(
    folder: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = folder / "2026-11-10-web-v3.1.0.md"
    path.write_text(path.read_text("utf-8").replace("Exports keep", "Your exports keep"), "utf-8")

    run(folder, "--from", save(tmp_path, [RELEASES[0] | {"body": "- fix: other words"}]))

    out = capsys.readouterr().out
    assert "    -- Your exports keep" in out
    assert "    +- Other words" in out


def test_labels_of_pull_requests_decide_and_unknown_numbers_are_no_error(tmp_path: Path, github: Enterprise) -> None:
    folder = tmp_path / "changelog"
    folder.mkdir()
    (folder / "config.yml").write_text("repositories: [acme/web]\nlabels: {'Type: Bug': fix}\n")
    github.releases = [RELEASES[0] | {"body": "- Totals of a filtered table (#7)\n- Colours, such as #123\n"}]
    github.labels = {7: ["good first issue", "type: bug"]}

    assert run(folder, "--base-url", github.url) == 0

    text = (folder / "2026-11-10-web-v3.1.0.md").read_text("utf-8")
    assert "## Fixed\n\n- Totals of a filtered table\n" in text


def test_overrides_word_move_hide_and_link_single_lines(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    folder = tmp_path / "changelog"
    folder.mkdir()
    (tmp_path / "docs" / "tables").mkdir(parents=True)
    (tmp_path / "docs" / "tables" / "totals.md").write_text("# How do I see totals?\n")
    (folder / "overrides.yml").write_text(
        "acme/web@v3.1.0:\n"
        "  Totals are: {class: breaking, text: Totals leave out hidden rows, articles: [tables/totals]}\n"
        "  Bigger cells: {hide: true}\n"
        "  Nobody wrote this: {hide: true}\n"
    )
    body = "- fix: totals are of what is shown (#7)\n- feat: bigger cells\n- feat: charts\n"

    assert run(folder, "--from", save(tmp_path, [RELEASES[0] | {"body": body}]), "--show-left-out") == 0

    text = (folder / "2026-11-10-web-v3.1.0.md").read_text("utf-8")
    assert text.endswith(
        "## Breaking\n\n- Totals leave out hidden rows ([How do I see totals?](../docs/tables/totals.md))\n\n"
        "## New\n\n- Charts\n"
    )
    out = capsys.readouterr().out
    assert "left out (hidden by an override): - feat: bigger cells" in out
    assert "overrides.yml: acme/web@v3.1.0: no line begins with 'Nobody wrote this'" in out


@pytest.mark.parametrize(
    ("name", "content", "messages"),
    [
        (
            "config.yml",
            "repositories: [acme]\nheading: {}\nlabels: {bug: fixx}\n",
            [
                "changelog/config.yml:1: repositories.0.repo: 'acme' is not OWNER/NAME",
                "changelog/config.yml:2: heading is not a setting. Did you mean 'headings'?",
                "changelog/config.yml:3: labels.bug: 'fixx' is not one of: breaking, feature, improvement, fix, "
                "internal. Did you mean 'fix'?",
            ],
        ),
        ("config.yml", "repositories: [\n", ["changelog/config.yml:2: this is not valid YAML: "]),
        ("config.yml", "- acme/web\n", ["changelog/config.yml:1: this is not a list of 'name: value' lines"]),
        (
            "overrides.yml",
            "acme/web@v1:\n  Charts: {clas: fix}\n",
            ["changelog/overrides.yml:2: acme/web@v1.Charts.clas is not a setting. Did you mean 'class'?"],
        ),
        (
            "overrides.yml",
            "acme/web@v1:\n  Charts: {articles: [tables/total]}\n",
            ["changelog/overrides.yml:2: there is no article 'tables/total'. Did you mean 'tables/totals'?"],
        ),
    ],
)
def test_a_mistake_in_the_teams_files_is_named_with_its_line(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], name: str, content: str, messages: list[str]
) -> None:
    folder = tmp_path / "changelog"
    folder.mkdir()
    (tmp_path / "docs" / "tables").mkdir(parents=True)
    (tmp_path / "docs" / "tables" / "totals.md").write_text("# Totals\n")
    (folder / name).write_text(content)

    assert run(folder, "--from", str(HERE / "releases.json")) == 2

    said = capsys.readouterr().err
    assert [message for message in messages if message not in said] == []


def test_a_product_without_releases_has_its_changelog_file_read(
    tmp_path: Path, github: Enterprise, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = tmp_path / "changelog"
    folder.mkdir()
    (folder / "config.yml").write_text("repositories: [{repo: acme/web, product: Acme, changelog: CHANGELOG.md}]\n")
    github.changelog = (
        "# Changelog\n\n## [Unreleased]\n\n### Added\n- Not yet\n\n## [1.1.0] - 2026-11-02\n\n### Added\n- Charts\n\n"
        "## 1.0.1 (2026-10-02) [YANKED]\n- fix: a\n\n"
        "### [1.0.0](https://x.example/d) (2026-10-01)\n\n* **api:** keys\n\n"
        "## 0.9\n- No date\n\n[1.1.0]: https://x.example/compare\n"
    )

    assert run(folder, "--base-url", github.url) == 0
    assert run(folder, "--base-url", github.url) == 0

    assert sorted(path.name for path in folder.glob("*.md")) == ["2026-10-01-web-1.0.0.md", "2026-11-02-web-1.1.0.md"]
    assert 'url: "https://x.example/compare"' in (folder / "2026-11-02-web-1.1.0.md").read_text("utf-8")
    out = capsys.readouterr().out
    assert "acme/web: without a date, so left out: 0.9" in out
    assert len(github.requests) == 2


def test_since_when_github_is_away_is_remembered_until_it_answers(tmp_path: Path, github: Enterprise) -> None:
    state = tmp_path / "sync.json"
    run(tmp_path, "--repo", "acme/web", "--base-url", "http://127.0.0.1:1/api/v3")
    away = json.loads(state.read_text())["unreachable"]

    run(tmp_path, "--repo", "acme/web", "--base-url", "http://127.0.0.1:1/api/v3")
    assert json.loads(state.read_text())["unreachable"] == away != ""

    run(tmp_path, "--repo", "acme/web", "--base-url", github.url)
    assert json.loads(state.read_text())["unreachable"] == ""


def test_links_into_repositories_that_customers_cannot_see_become_words(tmp_path: Path) -> None:
    folder = tmp_path / "changelog"
    folder.mkdir()
    (folder / "config.yml").write_text("private: [acme/web]\n")
    body = "- Charts, see [the plan](https://github.com/acme/web/blob/main/plan.md) or https://acme.example/new now\n"

    run(folder, "--from", save(tmp_path, [RELEASES[0] | {"body": body}]))

    text = (folder / "2026-11-10-web-v3.1.0.md").read_text("utf-8")
    assert "- Charts, see the plan or https://acme.example/new now\n" in text


def test_each_line_is_printed_with_its_class_and_the_rule(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "lines.jsonl"
    rows = [
        {"id": 1, "section": "Bug Fixes", "text": "crash at start", "label": "fix"},
        {"id": 2, "section": "Changed", "text": "Exports no longer contain drafts", "label": "breaking"},
        {"id": 3, "section": "", "text": "Bump a/b from 1.0 to 2.0", "label": "fix"},
    ]
    path.write_text("\n".join(map(json.dumps, rows)) + "\n")

    assert changelog.main(["classify", str(path), "--folder", str(tmp_path / "none")]) == 0

    out, err = capsys.readouterr()
    found = [json.loads(line) for line in out.splitlines()]
    assert [(one["id"], one["predicted"], one["rule"]) for one in found] == [
        (1, "fix", "heading 'bug fixes'"),
        (2, "breaking", "text: no longer"),
        (3, "internal", "dependency"),
    ]
    assert err.startswith("accuracy 0.667 of 3 lines\n")


@pytest.mark.parametrize("given", ["none.jsonl", "", "folder"])
def test_lines_that_are_not_there_are_a_sentence(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], given: str
) -> None:
    (tmp_path / "folder").mkdir()

    assert changelog.main(["classify", str(tmp_path / given)]) == 2
    assert capsys.readouterr().err.startswith(f"There is no file {tmp_path / given}: name one")


@pytest.mark.parametrize("line", ["{", "[]", "{}", '{"text": 3}'])
def test_a_line_that_is_no_object_with_a_text_is_named(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], line: str
) -> None:
    path = tmp_path / "lines.jsonl"
    path.write_text(f'{{"text": "a"}}\n{line}\n')

    assert changelog.main(["classify", str(path), "--folder", str(tmp_path / "none")]) == 2

    assert capsys.readouterr().err.startswith("line 2 is not an object with a 'text'")
