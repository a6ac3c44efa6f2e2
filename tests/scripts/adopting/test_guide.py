"""The hour's guide, run as it stands: from a clone to a portal with a brand, articles, an incident and an upgrade."""

import os
import re
import subprocess
from pathlib import Path

import pytest

from hooks.search import NODE_OF_THE_TESTS
from scripts.lib import ownership
from tests.scripts.adopting.adopters import NEW, OLD, ROOT, SOMEBODY, git

GUIDE = ROOT / ".github/guides/adopt.md"
BLOCK = re.compile(r"^```(sh|text)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
CLONE = "git clone https://github.com/helpfront/helpfront.git"
MARK = "=== the end of step"


def steps() -> list[tuple[str, list[str]]]:
    """The guide's commands, each block with the lines that are seen after it."""
    found: list[tuple[str, list[str]]] = []
    for kind, text in BLOCK.findall(GUIDE.read_text("utf-8")):
        if kind == "sh":
            found.append((text, []))
        else:
            found[-1][1].extend(text.splitlines())
    return found


@pytest.fixture(scope="module")
def hour(source: Path, tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, list[str]]:
    """The portal after the hour, and what each step printed.

    What is not the guide's own stands for the world outside: the clone is of this tree, under two versions' names, and
    the environment that `make setup` would make is the one of these tests.
    """
    folder = tmp_path_factory.mktemp("hour")
    environment = folder / "environment"
    environment.mkdir()
    for name in ("bin", "lib", "pyvenv.cfg"):
        (environment / name).symlink_to(ROOT / ".venv" / name)
    ready = environment / ".ready"
    ready.touch()
    os.utime(ready, (2**32, 2**32))
    lines = [f"{commands}\necho '{MARK}'" for commands, _ in steps()]
    script = "\n".join(lines).replace(CLONE, f"git clone --quiet --no-hardlinks {source} helpfront")
    script = script.replace("make setup", f"cp -r {environment} .venv && make setup")
    environ = (
        os.environ
        | SOMEBODY
        | {
            "PYTHONPATH": ".",
            "MAKEFLAGS": f"-- READY={ready}",
            "PORTAL_NODE": str(NODE_OF_THE_TESTS),
        }
    )
    done = subprocess.run(
        ["sh", "-e"], input=script, cwd=folder, env=environ, text=True, check=False,
        stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
    )  # fmt: skip
    assert done.returncode == 0, done.stdout[-6000:]
    return folder / "help", done.stdout.split(MARK)[:-1]


def test_each_step_prints_what_the_guide_shows(hour: tuple[Path, list[str]]):
    missing = [
        (line, printed[-2000:])
        for (_, shown), printed in zip(steps(), hour[1], strict=True)
        for line in shown
        if line not in printed
    ]

    assert len([line for _, shown in steps() for line in shown]) > 6
    assert missing == []


def test_the_portal_has_all_of_it_in_the_new_version(hour: tuple[Path, list[str]]):
    folder = hour[0]
    home = (folder / "site/index.html").read_text("utf-8")
    status = (folder / "site/status/index.html").read_text("utf-8")

    assert "assets/brand/logo.svg" in home
    assert home.count("getting-started/first-project/") > 0
    assert "Monday to Friday" in (folder / "site/using-the-portal/support-hours/index.html").read_text("utf-8")
    assert len([*(folder / "docs").glob("*/*.md")]) == len([*(ROOT / "docs").glob("*/*.md")]) + 3
    assert "Exports are delayed" in status
    assert f'version = "{NEW}"' in (folder / "pyproject.toml").read_text("utf-8")
    assert git(folder, "branch", "--show-current").strip() == "main"
    assert git(folder, "status", "--porcelain") == ""


def test_the_old_version_was_the_one_that_was_tagged(hour: tuple[Path, list[str]]):
    assert f"From v{OLD} to v{NEW}" in "".join(hour[1])


def test_the_guide_names_every_folder_and_whose_it_is():
    assert ownership.table() in GUIDE.read_text("utf-8")


def test_the_commands_have_at_most_an_hours_length():
    minutes = re.findall(r"^## .*\((\d+) minutes\)$", GUIDE.read_text("utf-8"), re.MULTILINE)

    assert 0 < sum(map(int, minutes)) <= 60
