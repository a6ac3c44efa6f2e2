"""Each security test fails when its guard is taken out."""

import os
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[2]
# One that changes nothing, one that the source no longer has, one that breaks the source.
USELESS = """
import os
os.environ["PYTEST_DISABLE_PLUGIN_AUTOLOAD"] = "1"
from tests.functions.guards import Guard, unnoticed
test = "identity/test_claims.py::test_yes_is_true_or_its_word"
found = unnoticed([
    Guard("harmless", "portal/models.py", 'claim is True or claim == "true"', 'claim == "true" or claim is True', test),
    Guard("stale", "portal/models.py", "no such source", "", test),
    Guard("clumsy", "portal/models.py", 'claim is True or claim == "true"', "clame is True", test),
])
print(*sorted(problem.partition("\\n")[0] for problem in found), sep="|")
"""


def run(*command: str) -> "subprocess.CompletedProcess[str]":
    return subprocess.run(
        [sys.executable, *command],
        cwd=ROOT,
        env=os.environ | {"PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        check=False,
    )


def test_every_guard_is_missed_when_it_is_gone():
    done = run("-m", "tests.functions.guards")

    assert done.returncode == 0, done.stdout + done.stderr


def test_a_guard_that_shows_nothing_is_named():
    done = run("-c", USELESS)

    assert done.stdout.splitlines()[-1] == (
        "clumsy: could not be tried|harmless: its test did not notice|stale: could not be tried"
    ), done.stderr
