"""One machine: the command that a container and systemd run, the site's files, and the files of `hosts/machine/`."""

import http.client
import json
import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from werkzeug.test import Client

from functions.errors import SettingsError
from functions.hosts import machine
from functions.hosts.site import Site
from scripts.hosts import serve
from tests.demo.ports import free
from tests.hosts import world
from tests.hosts.servers import ROOT

FILES = ROOT / "hosts/machine"


@contextmanager
def served(environ: dict[str, str], folder: Path) -> Iterator[tuple["subprocess.Popen[str]", int]]:
    """The command of a container, on a free port."""
    port = free()
    process = subprocess.Popen(
        [sys.executable, "-m", "scripts.hosts.serve"],
        env=os.environ | {"PYTHONPATH": str(ROOT), "PORT": str(port)} | environ,
        cwd=folder,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    try:
        yield process, port
    finally:
        if process.poll() is None:
            process.kill()
        process.wait()
        assert process.stdout is not None
        process.stdout.close()


def health(port: int, base: str) -> dict[str, object] | None:
    """What the running portal says of itself, None while it does not answer."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=10)
    try:
        connection.request("GET", f"{base}api/health")
        found: dict[str, object] = json.loads(connection.getresponse().read())
    except OSError:
        return None
    finally:
        connection.close()
    return found


def test_one_command_migrates_serves_ticks_tells_its_health_and_stops_when_asked(tmp_path: Path):
    here = world.make(tmp_path, "/help/")
    (tmp_path / "portal.db").unlink()
    with served(here.environ, tmp_path) as (process, port):
        late = time.monotonic() + 60
        while (said := health(port, "/help/")) is None or said["tick_age_seconds"] is None:
            assert process.poll() is None
            assert time.monotonic() < late, said
            with suppress(subprocess.TimeoutExpired):
                process.wait(0.1)
        check = [sys.executable, "-m", "scripts.hosts.serve", "--check"]
        environ = os.environ | here.environ | {"PORT": str(port)}
        well = subprocess.run(check, env=environ, cwd=ROOT, check=False).returncode
        process.send_signal(signal.SIGTERM)
        code = process.wait(20)
        assert process.stdout is not None
        output = process.stdout.read()
        unwell = subprocess.run(check, env=environ, cwd=ROOT, check=False).returncode

    assert "Applied 0001_core" in output
    assert (well, code, unwell) == (0, 0, 1)


@pytest.mark.parametrize(
    ("changes", "code", "sentence"),
    [
        ({"SECRET_KEYS": ""}, 2, "SECRET_KEYS"),
        ({"PORTAL_BUILD_DIR": "none"}, 2, "run `make build` first"),
        ({"DATABASE_URL": "sqlite:////proc/none/portal.db"}, 1, "The store was not migrated"),
    ],
)
def test_what_is_missing_is_said_before_anything_is_served(
    tmp_path: Path, changes: dict[str, str], code: int, sentence: str
):
    here = world.make(tmp_path, "/")
    with served(here.environ | changes, tmp_path) as (process, _):
        output, _ = process.communicate(timeout=30)

    assert process.returncode == code
    assert sentence in output


def test_without_a_build_the_app_says_what_to_ship(tmp_path: Path):
    with pytest.raises(SettingsError, match="ship build/ and site/"):
        machine.create({"PORTAL_BUILD_DIR": str(tmp_path)})


@given(st.text(max_size=30), st.sampled_from(world.BASES))
def test_no_address_leads_out_of_the_site(tmp_path_factory: pytest.TempPathFactory, path: str, base: str):
    folder = tmp_path_factory.getbasetemp() / "walk"
    (folder / "site").mkdir(parents=True, exist_ok=True)
    (folder / "secret").write_text("secret")
    client = Client(Site(folder / "site", base, {}))

    for address in (path, f"../{path}", f"{path}/../../secret", f"..\\{path}", f"%2e%2e/{path}"):
        answer = client.get(base + address.lstrip("/"))
        assert answer.status_code in {301, 302, 308, 404}
        assert b"secret" not in answer.data


def test_a_front_address_above_the_base_leads_to_it(tmp_path: Path):
    client = Client(Site(tmp_path, "/help/", {}))

    assert [client.get(path).headers["Location"] for path in ("/", "/help")] == ["/help/", "/help/"]


def test_the_image_ships_every_room_that_its_commands_need():
    text = (FILES / "Dockerfile").read_text("utf-8")
    final = text.rpartition("\nFROM ")[2]

    for room in ("functions", "portal", "scripts", "site", "build"):
        assert f"COPY --from=build /srv/portal/{room}/ /srv/portal/{room}/" in final
    assert "USER 10001" in final
    assert re.findall(r"^VOLUME (.*)$", final, re.MULTILINE) == ["/var/lib/portal", "/backups"]
    assert "HEALTHCHECK" in final


@pytest.mark.parametrize("command", ["migrate", "desk", "report", "forget", "hosts.serve"])
def test_an_operators_command_needs_nothing_that_the_image_leaves_out(command: str):
    """Neither what builds the site nor what serves the demo."""
    code = (
        f"import sys, scripts.{command}\n"
        "print(sorted({'mkdocs', 'pydantic', 'yaml', 'markdown', 'lunr', 'demo', 'hooks', 'tests'} & {*sys.modules}))"
    )
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True)

    assert done.stdout == "[]\n"


def test_one_process_keeps_the_last_state_that_was_read():
    command = serve.command({"THREADS": "3", "LISTEN": "0.0.0.0", "PORT": "80"})

    assert command[command.index("--workers") + 1] == "1"
    assert command[command.index("--blocking-threads") + 1] == "3"
    assert command[-1] == "functions.hosts.machine:app"
