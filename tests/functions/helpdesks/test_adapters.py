"""How an adapter is built: small, imported only when it is chosen, and the guide's figures are the code's."""

import re
import subprocess
import sys
from pathlib import Path
from statistics import median

import pytest

from functions import helpdesks, vendors

DESKS = vendors.family("helpdesks")
FOLDER = Path(helpdesks.__file__).parent
LINES = {
    str(file.relative_to(FOLDER).with_suffix("")).removesuffix("/__init__"): len(file.read_text("utf-8").splitlines())
    for file in FOLDER.rglob("*.py")
}
CONTRIBUTING = Path(__file__).parents[3] / ".github" / "CONTRIBUTING.md"


# The limits stand in the guide and nowhere else.
LIMITS = re.compile(
    r"the median has under (\d+) lines and no file over (\d+), counted with `wc -l functions/helpdesks/"
)


def test_adapters_are_as_small_as_the_guide_says():
    said = LIMITS.search(CONTRIBUTING.read_text("utf-8"))
    assert said

    assert median(LINES[name] for name in DESKS) < int(said[1])
    assert max(LINES.values()) <= int(said[2]), "two nouns share a file"


@pytest.mark.parametrize("name", DESKS)
def test_only_the_desk_that_is_chosen_is_imported(name: str):
    code = (
        f"import sys, functions.helpdesks.{name}\n"
        "print(*(name.partition('functions.helpdesks.')[2] for name in sys.modules), 'requests' in sys.modules)"
    )
    loaded = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout.split()

    assert {other for other in DESKS if other in loaded} == {name}
    # The desks without an API pay for no HTTP client at a cold start.
    assert loaded[-1] == str(name not in {"built_in", "email"})


FUNCTIONS = FOLDER.parent
# What handles tickets; the table of vendors alone names them all.
HANDLERS = [
    file
    for file in FUNCTIONS.rglob("*.py")
    if file.relative_to(FUNCTIONS).parts[0] in {"tickets", "app.py", "outbox.py", "tick.py", "services.py", "lanes.py"}
]
NAMES = [name for name in DESKS if name not in {"built_in", "email"}]


def test_no_handler_names_a_vendor():
    words = {word.lower() for name in NAMES for word in (name, DESKS[name].title, name.replace("_", ""))}
    named = {
        (str(file.relative_to(FUNCTIONS)), word)
        for file in HANDLERS
        for word in words
        if re.search(rf"\b{re.escape(word)}\b", file.read_text("utf-8").lower())
    }

    assert len(HANDLERS) > 10
    assert named == set()
