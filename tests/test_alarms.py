"""The operators' guide says what to do about each line that the functions log as an error."""

import ast
import re
from pathlib import Path

ROOT = Path(__file__).parents[1]
GUIDE = ROOT / ".github" / "guides" / "running.md"
LEVELS = {"log.error", "log.exception", "log.critical"}


def events() -> dict[str, str]:
    """The lines at level error or above as the guide writes them, with `…` for what differs, and where each is."""
    found = {}
    for file in sorted((ROOT / "functions").rglob("*.py")):
        for node in ast.walk(ast.parse(file.read_text("utf-8"))):
            if isinstance(node, ast.Call) and ast.unparse(node.func) in LEVELS:
                assert isinstance(node.args[0], ast.Constant), f"{file}:{node.lineno} has no fixed words"
                found[re.sub(r"%[sdr]", "…", str(node.args[0].value))] = f"{file.relative_to(ROOT)}:{node.lineno}"
    return found


def told() -> list[str]:
    """The first column of the guide's table."""
    _, _, rest = GUIDE.read_text("utf-8").partition("## Log lines to alarm on\n")
    return re.findall(r"^\| `([^`]+)` \|", rest.partition("\n## ")[0], re.MULTILINE)


def test_every_line_to_alarm_on_is_in_the_guide_and_no_other():
    assert sorted(told()) == sorted(events())
