"""Repositories for the tests of new_portal and upgrade: Helpfront with two versions, and a company that adopts it."""

import os
import re
import shutil
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

from hooks.search import NODE_OF_THE_TESTS

ROOT = Path(__file__).parents[3]
OLD, NEW = "0.1.0", "99.1.0"
SOMEBODY = {
    "GIT_CONFIG_GLOBAL": os.devnull,
    "GIT_CONFIG_SYSTEM": os.devnull,
    # On CI a container's user does not own the checkout.
    "GIT_CONFIG_COUNT": "1",
    "GIT_CONFIG_KEY_0": "safe.directory",
    "GIT_CONFIG_VALUE_0": "*",
    **{f"GIT_{who}_{what}": "nora@nordwind.example" for who in ("AUTHOR", "COMMITTER") for what in ("NAME", "EMAIL")},
}
ANSWERS = [
    *("--product", "Nordwind", "--address", "https://help.nordwind.example/"),
    *("--email", "hilfe@nordwind.example", "--team", "@nordwind/help"),
]


def git(folder: Path, *arguments: str) -> str:
    command = ["git", "-C", str(folder), *arguments]
    done = subprocess.run(command, env=os.environ | SOMEBODY, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return done.stdout


def helpfront(folder: Path) -> Path:
    """A repository with Helpfront as the working tree has it, under an old version's name and under a new one's."""
    names = git(ROOT, "ls-files", "-z", "--cached", "--others", "--exclude-standard").split("\0")[:-1]
    for name in names:
        here, there = ROOT / name, folder / name
        if here.is_symlink() or here.exists():
            there.parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(here, there, follow_symlinks=False)
    git(folder, "init", "--quiet", "--initial-branch=main")
    _release(folder, OLD)
    with (folder / "portal/clock.py").open("a", encoding="utf-8") as file:
        file.write("\n# A line of the new version.\n")
    (folder / "portal/newest.txt").write_text("New in this version.\n")
    (folder / "scripts/bench.py").unlink()
    (folder / "extras").mkdir()
    (folder / "extras/new.txt").write_text("A folder that upstream had not before.\n")
    owners = folder / "scripts/lib/ownership.py"
    row = '    Row("extras/", UPSTREAM, "a folder of the new version"),\n'
    owners.write_text(owners.read_text("utf-8").replace("TABLE = (\n", f"TABLE = (\n{row}"), "utf-8")
    _release(folder, NEW)
    git(folder, "checkout", "--quiet", f"v{OLD}")
    return folder


def _release(folder: Path, version: str) -> None:
    file = folder / "pyproject.toml"
    text = re.sub(r'^version = ".*"$', f'version = "{version}"', file.read_text("utf-8"), flags=re.MULTILINE)
    file.write_text(text, "utf-8")
    news = folder / "CHANGELOG.md"
    news.write_text(re.sub(r"^## \[[\d.]+\]", f"## [{version}]", news.read_text("utf-8"), count=1, flags=re.MULTILINE))
    git(folder, "add", "--all")
    git(folder, "commit", "--quiet", "--message", f"Helpfront {version}")
    git(folder, "tag", "--annotate", f"v{version}", "--message", f"Helpfront {version}")


def run(folder: Path, *command: str, **environ: str) -> "subprocess.CompletedProcess[str]":
    """A command of the repository in `folder`, with the code that is there."""
    variables: Mapping[str, str] = {
        "NO_MKDOCS_2_WARNING": "1",
        "PYTHONPATH": str(folder),
        "PORTAL_NODE": str(NODE_OF_THE_TESTS),
        **SOMEBODY,
        **environ,
    }
    return subprocess.run(
        [sys.executable, "-m", *command], cwd=folder, env=os.environ | variables, capture_output=True, text=True,
        check=False, stdin=subprocess.DEVNULL,
    )  # fmt: skip


def new_portal(source: Path, folder: Path, *flags: str) -> "subprocess.CompletedProcess[str]":
    return run(source, "scripts.new_portal", str(folder), *(flags or ANSWERS))
