"""The arrows between the rooms: who may import whom (design: rooms)."""

import ast
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
ROOMS = ("portal", "hooks", "functions", "scripts", "demo")
ALLOWED = {
    "portal": {"portal"},
    "hooks": {"hooks", "portal"},
    "functions": {"functions", "portal"},
    "scripts": {"scripts", "portal", "functions"},
    "demo": {"demo", "portal"},
}
# `mkdocs serve` shows site and functions on one origin: the one glue between the two.
GLUE = {("hooks/serve_api.py", "functions")}
# What portal/ must not know: no site generator, no HTTP, no vendor.
FOREIGN_TO_PORTAL = {
    "mkdocs",
    "material",
    "requests",
    "werkzeug",
    "github",
    "authlib",
    "pg8000",
    "sqlite3",
    "smtplib",
    "http",
}
# What the functions must not need before a vendor is called; their vendors' modules may.
HEAVY = {"requests", "altcha", "authlib", "pg8000", "mkdocs", "yaml", "pydantic", "markdown", "lunr", "github"}
VENDOR_ROOMS = ("billers", "bots", "helpdesks", "identity", "monitors", "stores")


def files() -> list[Path]:
    return sorted(file for room in ROOMS for file in (ROOT / room).rglob("*.py"))


def imports(file: Path) -> set[str]:
    """The top-level names a module imports, wherever in it."""
    names = set()
    for node in ast.walk(ast.parse(file.read_text("utf-8"))):
        if isinstance(node, ast.Import):
            names |= {alias.name.split(".")[0] for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{file} has a relative import"
            names.add((node.module or "").split(".")[0])
    return names


@pytest.mark.parametrize("file", files(), ids=lambda file: str(file.relative_to(ROOT)))
def test_a_room_imports_only_the_rooms_it_may(file: Path):
    name = str(file.relative_to(ROOT))
    room = name.split("/")[0]
    wrong = {
        other for other in imports(file) & {*ROOMS, "tests"} if other not in ALLOWED[room] and (name, other) not in GLUE
    }

    assert not wrong


@pytest.mark.parametrize("file", sorted((ROOT / "portal").rglob("*.py")), ids=lambda file: file.name)
def test_the_domain_is_pure(file: Path):
    assert not imports(file) & FOREIGN_TO_PORTAL


@pytest.mark.parametrize(
    "file",
    [file for file in sorted((ROOT / "functions").rglob("*.py")) if file.parent.name not in VENDOR_ROOMS],
    ids=lambda file: file.name,
)
def test_functions_leave_heavy_imports_to_their_vendors(file: Path):
    assert not imports(file) & HEAVY


def test_the_check_sees_a_wrong_import(tmp_path: Path):
    file = tmp_path / "x.py"
    file.write_text("def late():\n    from hooks import site\n    import requests.adapters\n")

    assert imports(file) == {"hooks", "requests"}
