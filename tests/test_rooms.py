"""Which rooms, and which folders in them, may import which (.github/CONTRIBUTING.md)."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from functions.app import PARTS, ROUTES
from functions.outbox import KINDS
from functions.tick import JOBS

ROOT = Path(__file__).parent.parent
ROOMS = ("portal", "hooks", "functions", "scripts", "demo")
ALLOWED = {
    "portal": {"portal"},
    "hooks": {"hooks", "portal"},
    "functions": {"functions", "portal"},
    "scripts": {"scripts", "portal", "functions"},
    "demo": {"demo", "portal"},
}
# `mkdocs serve` shows site and functions on one origin: the only import between the two.
GLUE = {("hooks/serve_api.py", "functions")}
# The floors of functions/: the folders that a folder may import. GROUND is the files beside the folders.
GROUND = "ground"
VENDORS = {GROUND, "stores", "foreign"}
PART = {GROUND, "stores", "mail", "signin"}
FLOORS = {
    GROUND: {"stores"},
    "stores": {GROUND},
    "mail": {GROUND, "stores"},
    "outgoing": set(),
    "foreign": {GROUND},
    "identity": VENDORS,
    "helpdesks": VENDORS,
    "billers": VENDORS,
    "bots": VENDORS,
    "monitors": {*VENDORS, "outgoing"},
    "signin": {GROUND, "stores", "mail", "identity"},
    "tickets": {*PART, "helpdesks"},
    "status": {*PART, "monitors", "outgoing"},
    "account": {*PART, "identity"},
    "billing": {*PART, "billers"},
    "insights": PART,
    "changelog": PART,
    "hosts": {GROUND},
}
# Parts of a single file.
ONE_FILE = {"hub.py": PART}
# The services connect vendors on first use, and name their interfaces in annotations.
SERVICES = {"identity", "helpdesks", "billers", "bots", "mail", "monitors"}
# The modules of the ground that stores may import.
STORES_USE = {"functions.errors"}
# What portal/ must not know: no site generator, no HTTP, no vendor.
# What every part of portal/ may import: the files beside the folders, what makes foreign Markdown harmless, and the
# words for mistakes.
DOMAIN_GROUND = {GROUND, "sanitise", "mistakes"}
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
HEAVY = {"requests", "idna", "altcha", "authlib", "pg8000", "mkdocs", "yaml", "pydantic", "lunr", "github"}
HEAVY |= {"markdown", "markdown_it"}
VENDOR_FOLDERS = {"billers", "bots", "helpdesks", "identity", "monitors", "outgoing", "stores"}
# The most files beside the folders, and in any folder of code.
FLAT = {"functions": 16, "portal": 8, "hooks/theme/assets": 16}
MOST = 24
# The most lines of a function.
LONGEST = 50


def files(*rooms: str) -> list[Path]:
    return sorted(file for room in rooms for file in (ROOT / room).rglob("*.py"))


def name_of(file: Path) -> str:
    return str(file.relative_to(ROOT))


def imported(text: str) -> Iterator[str]:
    """The names that a source imports anywhere in it, as `functions.tickets.ledger`."""
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, "a relative import"
            yield from (f"{node.module}.{alias.name}" for alias in node.names)


def imports(file: Path) -> set[str]:
    """The top-level packages that a module imports."""
    return {module.partition(".")[0] for module in imported(file.read_text("utf-8"))}


def folder(room: str, module: str) -> str:
    """The folder of a room in which a module is; GROUND when it lies beside the folders."""
    part = module.removeprefix(f"{room}.").partition(".")[0]
    return part if (ROOT / room / part).is_dir() else GROUND


def arrows(file: Path, room: str) -> set[str]:
    """The other folders of its room that a module imports."""
    inside = file.relative_to(ROOT / room).parts
    here = inside[0] if len(inside) > 1 else GROUND
    modules = [module for module in imported(file.read_text("utf-8")) if module.startswith(f"{room}.")]
    return {folder(room, module) for module in modules} - {here}


@pytest.mark.parametrize("file", files(*ROOMS), ids=name_of)
def test_a_room_imports_only_the_rooms_it_may(file: Path):
    room = name_of(file).split("/")[0]
    wrong = {
        other
        for other in imports(file) & {*ROOMS, "tests"}
        if other not in ALLOWED[room] and (name_of(file), other) not in GLUE
    }

    assert not wrong


@pytest.mark.parametrize("file", files("functions"), ids=name_of)
def test_a_folder_of_the_functions_imports_only_what_lies_below_it(file: Path):
    inside = file.relative_to(ROOT / "functions").parts
    may = FLOORS[inside[0]] if len(inside) > 1 else ONE_FILE.get(inside[0], FLOORS[GROUND])
    if inside == ("services.py",):
        may = may | SERVICES

    assert not arrows(file, "functions") - may


@pytest.mark.parametrize("file", files("functions/stores", "functions/outgoing"), ids=name_of)
def test_what_lies_lowest_knows_no_request_and_no_services(file: Path):
    ours = {module for module in imported(file.read_text("utf-8")) if module.startswith("functions.")}

    assert {
        module
        for module in ours
        if not module.startswith(("functions.errors.", "functions.without", "functions.stores", "functions.outgoing"))
    } == set()


@pytest.mark.parametrize("file", files("portal"), ids=name_of)
def test_no_part_of_the_domain_imports_another(file: Path):
    inside = file.relative_to(ROOT / "portal").parts

    assert len(inside) == 1 or not arrows(file, "portal") - DOMAIN_GROUND


@pytest.mark.parametrize("room", ROOMS)
def test_no_module_imports_itself_by_a_circle(room: str):
    """Imports for annotations do not count, and a family's `__init__` may import its own modules."""
    known = {
        name_of(file).removesuffix(".py").removesuffix("/__init__").replace("/", "."): file for file in files(room)
    }
    edges = {}
    for name, file in known.items():
        found = {one for module in run_time(file) for one in (module, module.rpartition(".")[0])} & known.keys()
        edges[name] = {one for one in found if one != name and not one.startswith(f"{name}.")}
    while leaves := [name for name, needs in edges.items() if not needs & edges.keys()]:
        for name in leaves:
            del edges[name]

    assert edges == {}


def run_time(file: Path) -> Iterator[str]:
    """What a module imports at run time: all but what is under `if TYPE_CHECKING`."""
    text = file.read_text("utf-8")
    return imported(re.sub(r"^if TYPE_CHECKING:\n(?:(?: .*)?\n)+", "", text, flags=re.MULTILINE))


def handlers() -> list[tuple[str, str]]:
    return [(route, where) for route, methods in ROUTES.items() for where in methods.values()]


@pytest.mark.parametrize(("route", "where"), handlers())
def test_a_route_stands_in_the_folder_of_the_part_that_switches_it_off(route: str, where: str):
    """A handler in a part's folder is switched off with that part."""
    room, *rest = where.partition(":")[0].split(".")
    part = folder(room, where.partition(":")[0])
    switches = {part for prefix, part in PARTS.items() if where.startswith(prefix)}

    assert (ROOT / room).joinpath(*rest).with_suffix(".py").is_file()
    if part in {"tickets", "status", "account", "billing", "changelog"}:
        assert switches == {part}
    else:
        assert not switches or part == "insights"


@pytest.mark.parametrize("where", [*KINDS.values(), *(where for where, _ in JOBS.values())])
def test_what_the_outbox_and_the_tick_name_is_there(where: str):
    module, _, function = where.partition(":")
    text = (ROOT / module.replace(".", "/")).with_suffix(".py").read_text("utf-8")

    assert re.search(rf"^def {function}\(", text, re.MULTILINE)


@pytest.mark.parametrize("file", files("portal"), ids=name_of)
def test_the_domain_is_pure(file: Path):
    assert not imports(file) & FOREIGN_TO_PORTAL


@pytest.mark.parametrize(
    "file",
    [file for file in files("functions") if not VENDOR_FOLDERS & set(file.relative_to(ROOT).parts)],
    ids=name_of,
)
def test_functions_leave_heavy_imports_to_their_vendors(file: Path):
    assert not imports(file) & HEAVY


@pytest.mark.parametrize(("where", "most"), FLAT.items())
def test_few_files_lie_beside_the_folders(where: str, most: int):
    flat = [file.name for file in (ROOT / where).iterdir() if file.is_file() and file.name != "__init__.py"]

    assert len(flat) <= most, sorted(flat)


def test_no_folder_of_code_has_more_files_than_one_sees_at_a_glance():
    counts = {
        name_of(at): sum(file.suffix in {".py", ".js", ".css", ".html"} for file in at.iterdir())
        for room in (*ROOMS, "tests")
        for at in [ROOT / room, *(ROOT / room).rglob("*")]
        if at.is_dir() and "node_modules" not in at.parts
    }

    assert {at: count for at, count in counts.items() if count > MOST} == {}


def test_what_the_contributors_guide_names_is_there():
    text = (ROOT / ".github/CONTRIBUTING.md").read_text("utf-8")
    named = set(re.findall(rf"`((?:{'|'.join(ROOMS)}|tests|\.github)/[\w./-]+)`", text))
    constants = re.findall(r"`(\w+)`(?: and its line in `\w+`, both)? in `([\w/.]+\.py)`", text)

    assert len(named) > 20
    assert {path for path in named if not (ROOT / path).exists()} == set()
    assert {
        name
        for name, path in constants
        if not re.search(rf"^(?:def |class )?{name}\b", (ROOT / path).read_text("utf-8"), re.MULTILINE)
    } == set()


def lengths(text: str) -> dict[str, int]:
    """The lines of each function of a source, from its `def`, by name and line."""
    functions = [node for node in ast.walk(ast.parse(text)) if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)]
    return {f"{node.name}:{node.lineno}": (node.end_lineno or node.lineno) - node.lineno + 1 for node in functions}


@pytest.mark.parametrize("file", files(*ROOMS), ids=name_of)
def test_no_function_is_longer_than_a_screen(file: Path):
    assert {name: lines for name, lines in lengths(file.read_text("utf-8")).items() if lines > LONGEST} == {}


def test_the_check_sees_a_long_function():
    text = "def long():\n" + "    pass\n" * LONGEST

    assert lengths(text) == {"long:1": LONGEST + 1}


def test_the_check_sees_a_wrong_import(tmp_path: Path):
    file = tmp_path / "x.py"
    file.write_text("def late():\n    from hooks import site\n    import requests.adapters\n")

    assert imports(file) == {"hooks", "requests"}


def test_the_check_sees_an_arrow_between_two_parts():
    assert list(imported("from functions.tickets import ledger")) == ["functions.tickets.ledger"]
    assert folder("functions", "functions.tickets.ledger") == "tickets"
    assert "tickets" not in FLOORS["status"]
