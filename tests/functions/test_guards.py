"""Each security test fails when its guard is taken out."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]


@pytest.mark.parametrize("guards", ["signin_guards", "account_guards", "verify_guards", "ticket_guards", "desk_guards"])
def test_every_guard_is_missed_when_it_is_gone(guards):
    done = subprocess.run(
        [sys.executable, "-m", "tests.functions.guards", guards],
        cwd=ROOT,
        env=os.environ | {"PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        check=False,
    )

    assert done.returncode == 0, done.stdout + done.stderr
