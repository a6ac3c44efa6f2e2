"""The guide's commands, run as they stand there: from a clone to a portal with tickets, sign-in by mail and status."""

import base64
import json
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlencode

import altcha
import pytest

from functions.settings import read
from tests.demo.ports import free
from tests.functions.inbox import Inbox, listening
from tests.hosts import image, transcript
from tests.hosts.servers import ROOT, OnPort, running
from tests.hosts.wire import Answer

GUIDE = ROOT / ".github/guides/hosts.md"
MACHINE = ROOT / "hosts/machine"
HOST = "help.example.org"
MARK = "\x1e"
FORM = ("Content-Type", "application/x-www-form-urlencoded")


def commands(heading: str) -> list[str]:
    """The lines of the first `sh` block below a heading of the guide."""
    section = GUIDE.read_text("utf-8").partition(f"\n## {heading}\n")[2]
    return section.partition("```sh\n")[2].partition("```")[0].splitlines()


@pytest.mark.parametrize("heading", ["One machine with Docker", "One machine with systemd"])
def test_ten_commands_are_enough(heading: str):
    assert 5 < len(commands(heading)) <= 10


@pytest.mark.parametrize("heading", ["One machine with Docker", "One machine with systemd"])
def test_the_files_and_words_that_the_commands_name_are_there(heading: str):
    text = "\n".join(commands(heading))

    assert {name for name in re.findall(r"hosts/[\w./]+", text) if not (ROOT / name).exists()} == set()
    assert "help.acme.example" in (MACHINE / "Caddyfile").read_text("utf-8")


def test_the_page_of_what_they_print_has_the_guides_commands_and_nothing_of_one_run():
    page = transcript.PAGE.read_text("utf-8")

    assert transcript.blocks(page)[0] == commands("One machine with Docker")
    assert transcript.calm(page) == page.strip("\n")


def test_the_file_of_settings_for_systemd_is_enough_for_a_command_of_its_own(tmp_path: Path):
    """A command has no `Environment=` of the unit."""
    line = next(line for line in commands("One machine with systemd") if line.startswith("printf"))
    subprocess.run(["sh", "-ec", line.replace("/etc/portal.env", "portal.env")], cwd=tmp_path, check=True)
    own = dict(word.split("=", 1) for word in (tmp_path / "portal.env").read_text("utf-8").split())
    unit = (MACHINE / "portal.service").read_text("utf-8")
    there = dict(word.split("=", 1) for word in re.findall(r"^Environment=(.*)$", unit, re.MULTILINE)[0].split())

    assert read(own).trusted_hops == 1
    assert read(own).database_url == there["DATABASE_URL"]
    assert " env " not in GUIDE.read_text("utf-8").partition("/etc/portal.env && runuser")[2].partition("\n")[0]


@pytest.mark.hosts
def test_systemd_finds_nothing_wrong_with_the_unit(tmp_path: Path):
    unit = tmp_path / "portal.service"
    text = (MACHINE / "portal.service").read_text("utf-8").replace("/srv/portal/.machine/bin/python", sys.executable)
    unit.write_text(text)
    done = subprocess.run(["systemd-analyze", "verify", str(unit)], capture_output=True, text=True, check=False)

    assert [line for line in (done.stdout + done.stderr).splitlines() if "portal.service" in line] == []


@pytest.fixture(scope="module")
def inbox() -> Iterator[tuple[Inbox, str]]:
    with listening() as found:
        yield found


@dataclass(frozen=True)
class Machine:
    """A machine after the guide's commands: the portal's port, the folder of it all, what each command printed, and the
    environment in which the next one runs."""

    host: OnPort
    folder: Path
    printed: list[str]
    environ: dict[str, str]

    def run(self, command: str) -> str:
        """What a command of the page prints, in the clone."""
        here = command.replace(f"https://{HOST}/", f"http://127.0.0.1:{self.host.port}/")
        done = subprocess.run(
            ["sh", "-ec", here],
            cwd=self.folder / "portal",
            env=self.environ,
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == 0, (command, done.stdout, done.stderr)
        return done.stdout


@pytest.fixture(scope="module")
def portal(inbox: tuple[Inbox, str], tmp_path_factory: pytest.TempPathFactory) -> Iterator[Machine]:
    """The portal after the guide's commands.

    What is not the guide's own stands for the world outside: the repository is a clone of this one, the host name this
    machine, the mail server an inbox, and `docker` works without an engine.
    """
    folder, port = tmp_path_factory.mktemp("guide"), free()
    (folder / "bin").mkdir()
    (folder / "state").mkdir()
    docker = folder / "bin/docker"
    docker.write_text(f'#!/bin/sh\nPYTHONPATH="{ROOT}" exec {sys.executable} -m tests.hosts.docker "$@"\n')
    docker.chmod(0o755)
    outside = {
        "git clone https://github.com/acme/help.git": f"git clone --quiet --no-hardlinks {ROOT}",
        "smtps://user:password@smtp.example.org": inbox[1],
        f"--retry-all-errors https://{HOST}/": f"--retry-all-errors http://127.0.0.1:{port}/",
    }
    # A line before each command tells what is printed by which.
    script = "\n".join(f"printf '{MARK}'\n{command}" for command in commands("One machine with Docker"))
    for there, here in outside.items():
        assert there in script
        script = script.replace(there, here)
    environ = os.environ | {"GUIDE_STATE": str(folder / "state"), "GUIDE_PORT": str(port)}
    environ["PATH"] = f"{folder}/bin:{environ['PATH']}"
    done = subprocess.run(
        ["sh", "-e"], input=script, cwd=folder, env=environ, capture_output=True, text=True, check=False
    )
    try:
        assert done.returncode == 0, done.stdout + done.stderr[-6000:]
        yield Machine(OnPort(port), folder, done.stdout.split(MARK)[1:], environ)
    finally:
        arguments = ["--env-file", "portal.env", "--file", "hosts/machine/compose.yml", "down"]
        subprocess.run([str(docker), "compose", *arguments], cwd=folder / "portal", env=environ, check=False)
        shutil.rmtree(folder / "state", ignore_errors=True)


def ask(host: OnPort, method: str, path: str, cookie: str = "", **form: str) -> Answer:
    headers = [("Host", HOST), ("Accept", "text/html"), ("Sec-Fetch-Site", "same-origin"), ("Cookie", cookie)]
    return host.carry(method, path, [*headers, FORM] if form else headers, urlencode(form).encode(), False)


@pytest.mark.hosts
def test_the_guides_commands_end_in_a_portal_that_is_well(portal: Machine):
    host = portal.host

    assert '"status"' in "".join(portal.printed)
    assert ask(host, "GET", "/status/").status == 200
    assert "script-src 'self'" in ask(host, "GET", "/").one("Content-Security-Policy")
    assert json.loads(ask(host, "GET", "/api/v2/status.json").body)["status"]


@pytest.mark.hosts
def test_the_page_shows_what_each_command_prints_up_to_a_ticket(portal: Machine, inbox: tuple[Inbox, str]):
    page = transcript.PAGE.read_text("utf-8")
    first, *others = transcript.blocks(page)
    token = mailed_token(portal.host, inbox[0])
    printed = [portal.printed] + [[portal.run(line.replace("TOKEN", token)) for line in block] for block in others]
    text = transcript.written(page, printed)
    if os.environ.get("TRANSCRIPT") == "write":
        transcript.PAGE.write_text(text, "utf-8")

    assert first == commands("One machine with Docker")
    assert "From the guide" in "".join(printed[2])
    assert text == page, "run TRANSCRIPT=write make hosts"


def mailed_token(host: OnPort, inbox: Inbox) -> str:
    """Ask for an email as a browser does, which solves the form's puzzle; the token of the email's link."""
    page = ask(host, "GET", "/my/verify/")
    puzzle = re.search(r'data-puzzle="([^"]*)"', page.text)
    ticket = re.search(r'name="ask" value="([^"]*)"', page.text)
    assert puzzle
    assert ticket
    challenge = json.loads(puzzle[1].replace("&#34;", '"').replace("&quot;", '"'))
    solution = altcha.solve_challenge(altcha.Challenge.from_dict(challenge))
    assert solution
    check = base64.b64encode(json.dumps({"challenge": challenge, "solution": solution.to_dict()}).encode()).decode()
    fields = {"email": "ada@customer.example", "return": "/my/tickets/", "ask": ticket[1], "check": check}
    sent = ask(host, "POST", "/api/verify", **fields)
    assert sent.status == 303, sent.text
    assert inbox.came.wait(90)
    link = re.search(rf"https://{HOST}/my/verify/open/\?token=(\S+)", inbox.text())
    assert link
    return link[1]


@pytest.mark.hosts
def test_a_backup_is_made_in_the_container_and_kept_in_its_volume(portal: Machine):
    exec_ = "docker compose --env-file portal.env --file hosts/machine/compose.yml exec portal python -m"
    said = portal.run(f"{exec_} scripts.backup /backups/first.portal")
    again = portal.run(f"{exec_} scripts.restore /backups/first.portal 2>&1 || true")
    folder = portal.folder / "state/volumes/backups"

    assert "/backups/first.portal: " in said
    assert (folder / "first.portal").read_bytes().startswith(b"PGDMP")
    assert [path.name for path in folder.iterdir()] == ["first.portal"]
    # The client reached the store to see that.
    assert "there is a store already; say --replace" in again


@pytest.mark.hosts
def test_the_image_writes_to_its_volumes_and_nowhere_else(portal: Machine):
    folder = portal.folder
    plan = json.loads((folder / "state/plan.json").read_text("utf-8"))["portal"]
    stage = image.Stage(**plan["stage"] | {"root": Path(plan["stage"]["root"])})

    def run(*command: str) -> int:
        words = image.inside(stage, command, plan["environ"], folder / "state/volumes")
        return subprocess.run(words, capture_output=True, check=False).returncode

    assert run(*stage.health) == 0
    assert run("touch", "/var/lib/portal/x") == 0
    assert run("touch", "/backups/x") == 0
    assert run("touch", "/tmp/x") == 0
    assert [
        run("touch", f"{place}/x") != 0 for place in ("/srv/portal", "/srv/portal/build", "/etc", "/opt/portal")
    ] == [True] * 4
    assert run("python", "-m", "scripts.migrate") == 0


@pytest.mark.hosts
def test_what_make_machine_builds_runs_by_the_units_own_lines(tmp_path: Path):
    """The commands for systemd, without those that change this machine: packages, a user, files below /etc."""
    port = free()
    lines = commands("One machine with systemd")
    settings = next(line for line in lines if line.startswith("printf")).replace("/etc/portal.env", "portal.env")
    change = next(line for line in lines if line.startswith("sed -i"))
    script = f"git clone --quiet --no-hardlinks {ROOT} portal\ncd portal\n{change}\nmake machine\n{settings}\n"
    done = subprocess.run(["sh", "-e"], input=script, cwd=tmp_path, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    unit = (tmp_path / "portal/hosts/machine/portal.service").read_text("utf-8")
    assert "EnvironmentFile=/etc/portal.env" in unit
    set_there = re.findall(r"^Environment=(.*)$", unit, re.MULTILINE)
    words = [
        *(word for line in set_there for word in line.split()),
        *(tmp_path / "portal/portal.env").read_text().split(),
    ]
    environ = dict(word.split("=", 1) for word in words) | {"PORT": str(port), "PATH": "/usr/bin:/bin"}
    environ["DATABASE_URL"] = f"sqlite:///{tmp_path}/portal.db"
    start = re.findall(r"^ExecStart=(.*)$", unit, re.MULTILINE)[0].replace("/srv/portal", str(tmp_path / "portal"))

    with running(start.split(), port, environ, tmp_path / "portal") as host:
        assert json.loads(ask(host, "GET", "/api/health").body)["status"] == "late"
        assert ask(host, "GET", "/status/").status == 200
    for name in ("nginx.conf", "Caddyfile"):
        assert "sha256-" in (tmp_path / "portal/build" / name).read_text("utf-8")
