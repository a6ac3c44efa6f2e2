"""`python -m scripts.changelog sync`: releases become files, a second run changes nothing, writers' edits stay."""

import json
import shutil
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest

from scripts import changelog

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
    """The releases of a GitHub Enterprise server: pages with Link headers, and its refusals."""

    url: str = ""
    releases: list[dict[str, Any]] = field(default_factory=list)
    refusal: tuple[int, dict[str, str], str] | None = None
    requests: list[tuple[str, str]] = field(default_factory=list)

    def answer(self, target: str, authorization: str) -> tuple[int, dict[str, str], str]:
        self.requests.append((target, authorization))
        parts = urlsplit(target)
        if self.refusal:
            return self.refusal
        if parts.path != "/api/v3/repos/acme/web/releases":
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
            status, headers, body = enterprise.answer(self.path, self.headers.get("Authorization", ""))
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

    assert len(list(tmp_path.iterdir())) == 120
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
