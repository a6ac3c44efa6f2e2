"""The drill of the guide, its commands as they stand there, at the demo."""

import os
import re
import subprocess
import sys
from pathlib import Path

from scripts.lib.world import ROOT, World

GUIDE = ROOT / ".github" / "guides" / "running.md"


def commands() -> str:
    drill = GUIDE.read_text("utf-8").partition("## A drill for a calm hour")[2].partition("\n## ")[0]
    return "\n".join(re.findall(r"^```sh\n(.*?)^```", drill, re.MULTILINE | re.DOTALL))


def test_every_command_of_the_drill_works_and_the_portal_is_as_before(world: World, tmp_path: Path):
    # The doctor of a whole site has its own test, and needs a browser.
    script = commands().replace('--url "$PORTAL/" ', "")
    # `python` is the one that runs the tests. A link would lose its environment: it is looked for beside the link.
    python = tmp_path / "bin" / "python"
    python.parent.mkdir()
    python.write_text(f'#!/bin/sh\nexec {sys.executable} "$@"\n')
    python.chmod(0o755)
    mine = {"PORTAL": world.url.rstrip("/"), "TMPDIR": str(tmp_path), "PYTHONPATH": str(ROOT)}
    environ = {name: value for name, value in world.environ.items() if name != "DATABASE_URL"} | mine
    environ["PATH"] = f"{tmp_path / 'bin'}{os.pathsep}{environ['PATH']}"
    done = subprocess.run(["bash", "-euxc", script], cwd=ROOT, env=environ, capture_output=True, text=True)

    assert done.returncode == 0, done.stderr
    assert "the store as of" in done.stdout
    assert "status: resolved" in done.stdout
    assert "Pages load as fast as before." in done.stdout
    assert done.stdout.splitlines()[-1].endswith("restored.db.")
    assert subprocess.run(["git", "status", "--porcelain", "status"], cwd=ROOT, capture_output=True).stdout == b""
