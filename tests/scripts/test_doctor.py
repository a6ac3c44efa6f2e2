"""The doctor on portals whose ground is missing: settings, build, store or the live site, each said in a sentence."""

import json
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from werkzeug.serving import make_server
from werkzeug.wrappers import Response

from functions.app import Portal as App
from functions.services import Services
from functions.settings import read
from functions.status import live as live_states
from functions.stores import connect
from portal.status import OPERATIONAL
from portal.status.live import Live
from scripts.doctor import Portal, good, ground, status
from tests.conftest import write_bundle
from tests.demo.ports import free

ROOT = Path(__file__).parents[2]
Environ = dict[str, str]


@pytest.fixture
def environ(tmp_path: Path) -> Environ:
    """A portal whose store is migrated."""
    url = f"sqlite:///{tmp_path / 'portal.db'}"
    store = connect(url)
    store.migrate()
    store.close()
    return {
        "PUBLIC_ORIGIN": "http://127.0.0.1:8000",
        "SECRET_KEYS": "k" * 32,
        "TICK_TOKEN": "t" * 16,
        "DATABASE_URL": url,
        "PORTAL_BUILD_DIR": str(write_bundle(tmp_path / "build")),
        "DEMO_STATE": str(tmp_path),
    }


def run(environ: Environ, *arguments: str) -> "subprocess.CompletedProcess[str]":
    """The command in a process of its own, as an operator runs it."""
    command = [sys.executable, "-m", "scripts.doctor", *arguments]
    own = {"PATH": "/usr/bin:/bin", **environ}
    return subprocess.run(command, env=own, cwd=ROOT, capture_output=True, text=True, check=False)


def rows(environ: Environ, *arguments: str) -> dict[str, dict[str, Any]]:
    done = run(environ, "--json", *arguments)
    assert "Traceback" not in done.stderr
    return {row["id"]: row for row in json.loads(done.stdout)["checks"]}


@contextmanager
def live(environ: Environ) -> Iterator[str]:
    """The functions alone, as a site whose host sends them everything."""
    port = free()
    own = environ | {"PUBLIC_ORIGIN": f"http://127.0.0.1:{port}"}
    with served(App(Services(read(own))), port) as url:
        yield url


@contextmanager
def served(app: Any, port: int) -> Iterator[str]:
    server = make_server("127.0.0.1", port, app, threaded=True)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    try:
        yield f"http://127.0.0.1:{port}/"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


@pytest.mark.parametrize("stage", ["1", "2", "3", "4"])
def test_wrong_settings_fail_each_stage_and_each_row_says_them_whole(environ: Environ, stage: str) -> None:
    done = run(environ | {"SECRET_KEYS": "", "TICK_TOKEN": ""}, "--stage", stage)

    assert done.returncode == 1
    assert "FAIL     Settings: Set SECRET_KEYS" in done.stdout
    assert "The functions cannot start: Set SECRET_KEYS: one or more random keys, newest first. Set TICK_TOKEN" in (
        done.stdout
    )


@pytest.mark.parametrize("stage", ["1", "2", "3"])
def test_a_site_that_does_not_answer_fails_a_stage(environ: Environ, stage: str) -> None:
    done = run(environ, "--stage", stage, "--url", "http://127.0.0.1:9/")

    assert done.returncode == 1
    assert "FAIL     Functions behind the site: http://127.0.0.1:9/api/health does not answer (connection refused)" in (
        done.stdout
    )


@pytest.mark.parametrize("url", ["help.acme.example", "ftp://help.acme.example/", "//help.acme.example/"])
def test_an_address_without_http_is_refused(environ: Environ, url: str) -> None:
    done = run(environ, "--url", url)

    assert done.returncode == 2
    assert f"--url {url!r} must begin with https://" in done.stderr


def test_a_missing_store_file_is_named_and_not_made(environ: Environ, tmp_path: Path) -> None:
    file = tmp_path / "gone" / "portal.db"
    found = rows(environ | {"DATABASE_URL": f"sqlite:///{file}"})

    assert (found["store"]["state"], found["store"]["says"]) == ("fail", f"there is no file at {file}")
    assert found["store"]["do"].startswith("Bring it back or restore a backup")
    assert not file.parent.exists()


def test_functions_that_answer_503_are_not_said_to_be_missing(environ: Environ, tmp_path: Path) -> None:
    with live(environ | {"DATABASE_URL": f"sqlite:///{tmp_path / 'empty.db'}"}) as url:
        found = ground.health(Portal(environ, url))

    assert found.state == "fail"
    assert found.says.startswith("the functions answer, but say: We can't save or look up anything right now.")
    assert "log for the request " in found.do


def test_the_build_that_is_live_is_compared_with_the_one_here(environ: Environ, tmp_path: Path) -> None:
    older = str(write_bundle(tmp_path / "older", build="0ld"))
    with live(environ) as same, live(environ | {"PORTAL_BUILD_DIR": older}) as other:
        found = [ground.health(Portal(environ, url)) for url in (same, other)]

    assert [one.state for one in found] == ["pass", "fail"]
    assert found[1].says.startswith("the functions run build 0ld, and the build in this folder is ")


@pytest.mark.parametrize("text", [None, "", '{"articles": [', "\ufeff{}"])
def test_a_build_that_is_missing_or_half_written_is_a_sentence(
    environ: Environ, tmp_path: Path, text: str | None
) -> None:
    folder = tmp_path / "half"
    if text is not None:
        folder.mkdir()
        (folder / "portal.json").write_text(text, "utf-8")
        (folder / "headers.json").write_text(text, "utf-8")
    with live(environ) as url:
        found = rows(environ | {"PORTAL_BUILD_DIR": str(folder)}, "--url", url)

    says = "is missing" if text is None else "is not whole"
    assert f"{folder}/portal.json {says}" in found["articles"]["do"]
    assert f"{folder}/headers.json {says}" in found["headers"]["do"]
    assert "run `make build`" in found["build"]["do"]


def test_history_that_a_host_answers_with_a_page_is_no_history(environ: Environ) -> None:
    with served(Response("<title>Help</title>", mimetype="text/html"), free()) as url:
        found = status.history(Portal(environ, url))

    assert found.state == "fail"
    assert "python -m scripts.status_history URL" in found.do


@pytest.mark.parametrize(
    ("with_checks", "without", "says"),
    [
        (["api"], ["docs", "shop"], "the one with checks is checked; 2 have none"),
        (["api", "app"], ["docs"], "all 2 with checks are checked; 1 has none"),
        (["api", "app"], [], "all 2 with checks are checked"),
    ],
)
def test_components_with_and_without_checks_are_counted_apart(
    environ: Environ, tmp_path: Path, with_checks: list[str], without: list[str], says: str
) -> None:
    bundle = json.loads((tmp_path / "build" / "portal.json").read_text("utf-8"))
    check = {"type": "http", "id": "API", "statuses": [200]}
    components = [{"id": id, "name": id, "checks": [check]} for id in with_checks]
    components += [{"id": id, "name": id, "checks": []} for id in without]
    write_bundle(tmp_path / "build", status=bundle["status"] | {"components": components})
    portal = Portal(environ)
    now = portal.services.now()
    for id in with_checks:
        assert live_states.swap(portal.services, Live(id, OPERATIONAL, 1, now, now, True, 3, 1), 0)

    assert status.checked(portal) == good(says)


@pytest.mark.parametrize("command", ["scripts.settings", "scripts.doctor"])
def test_a_reader_that_stops_reading_gets_no_traceback(environ: Environ, command: str) -> None:
    process = subprocess.Popen(
        [sys.executable, "-m", command],
        env={"PATH": "/usr/bin:/bin", **environ},
        cwd=ROOT,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    assert process.stdout is not None
    process.stdout.close()
    _, complaint = process.communicate(timeout=60)

    assert (process.returncode, complaint) == (141, "")
