"""The commands keep their names, by which guides, workflows and the Makefile call them."""

import ast
import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent.parent
NAMED = [
    "account_table",
    "bench",
    "build_status",
    "changelog",
    "desk",
    "faults",
    "forget",
    "freshness",
    "help_desk_table",
    "incident",
    "lighthouse",
    "load_status",
    "migrate",
    "report",
    "screenshots",
    "search_quality",
    "status_history",
    "try_corpus",
    "uptime",
]
# A command is a module, or a folder with one of its own.
PLACES = {file.stem: file for file in (ROOT / "scripts").glob("*.py") if file.stem != "__init__"}
PLACES |= {f"hosts.{file.stem}": file for file in (ROOT / "scripts/hosts").glob("*.py") if file.stem != "__init__"}
PLACES |= {file.parent.name: file for file in (ROOT / "scripts").glob("*/__main__.py")}


@pytest.mark.parametrize("name", sorted({*NAMED, *PLACES}))
def test_each_module_of_scripts_is_a_command(name: str):
    body = ast.parse(PLACES[name].read_text("utf-8")).body

    assert "main" in {node.name for node in body if isinstance(node, ast.FunctionDef)}
    assert isinstance(body[-1], ast.If)
    assert ast.unparse(body[-1].test) == "__name__ == '__main__'"


def test_each_command_that_a_text_names_is_there():
    places = [ROOT / "Makefile", ROOT / "README.md", *(ROOT / ".github").rglob("*.md")]
    places += (ROOT / ".github" / "workflows").glob("*.yml")
    named = {name for place in places for name in re.findall(r"-m scripts\.(\w+(?:\.\w+)?)", place.read_text("utf-8"))}

    assert {"changelog", "incident", "migrate"} <= named
    assert named <= set(PLACES)
