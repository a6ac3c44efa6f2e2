"""Each security test of tickets fails when its guard is taken out."""

import os
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[2]


def test_every_guard_is_missed_when_it_is_gone():
    done = subprocess.run(
        [sys.executable, "-m", "tests.functions.ticket_guards"],
        cwd=ROOT,
        env=os.environ | {"PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        check=False,
    )

    assert done.returncode == 0, done.stdout + done.stderr
