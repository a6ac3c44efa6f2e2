"""Which variables of the environment the code reads, and with which default, found in its syntax."""

import ast
import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path

ROOT = Path(__file__).parents[2]
# Where settings are read; the demo's own and those of development commands are no operator's business.
PLACES = ("functions", "hooks", "scripts/hosts/serve.py", "scripts/lib/environment.py", "scripts/changelog")
NAME = re.compile(r"[A-Z][A-Z0-9]*(?:_[A-Z0-9]+)+|DEMO|BILLER|HELPDESK|MAILER|MONITOR|PREVIEW|LISTEN|PORT|THREADS")
# Calls that take a variable's name, with the place of its default among what follows the name.
READERS = {
    "get": 0, "_get": 0, "number": 0, "megabytes": 0, "hosts": 0, "words": 0, "choice": 0, "address": 0, "host": None,
    "vendor": 1, "base": None, "need": None, "_need": None, "text": 0, "flag": 0,
}  # fmt: skip
# In WSGI's environment of a request, not in the process's.
OF_A_REQUEST = {"HTTP_COOKIE", "HTTP_REFERER", "PATH_INFO", "REMOTE_ADDR", "SCRIPT_NAME", "SERVER_SOFTWARE"}


def read() -> dict[str, str]:
    """Variable -> its default as the code has it; "" where there is none."""
    found: dict[str, str] = {}
    for file in files():
        for name, default in _in(_tree(file)):
            found[name] = found.get(name) or default
    return found


def prefixes() -> set[str]:
    """How the names begin that the code puts together, such as `SCIM_`."""
    parts = {
        node.values[0].value
        for file in files()
        for node in _tree(file)
        if isinstance(node, ast.JoinedStr) and isinstance(node.values[0], ast.Constant)
    }
    return {str(part) for part in parts if re.fullmatch(r"[A-Z][A-Z0-9]*_", str(part))}


def files() -> list[Path]:
    """The modules that are looked through."""
    places = [ROOT / place for place in PLACES]
    return sorted(file for place in places for file in ([place] if place.is_file() else place.rglob("*.py")))


@cache
def _tree(file: Path) -> list[ast.AST]:
    return list(ast.walk(ast.parse(file.read_text("utf-8"))))


def _in(nodes: list[ast.AST]) -> Iterator[tuple[str, str]]:
    for node in nodes:
        if isinstance(node, ast.Subscript) and (name := _name(node.slice)):
            yield name, ""
        if isinstance(node, ast.Call) and (called := _called(node)) in READERS:
            for number, argument in enumerate(node.args):
                if name := _name(argument):
                    yield name, _default(node.args[number + 1 :], READERS[called])


def _called(node: ast.Call) -> str:
    return node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")


def _name(node: ast.expr) -> str:
    if isinstance(node, ast.Constant) and isinstance(node.value, str) and NAME.fullmatch(node.value):
        return "" if node.value in OF_A_REQUEST else node.value
    return ""


def _default(rest: list[ast.expr], place: int | None) -> str:
    if place is None or place >= len(rest):
        return ""
    node = rest[place]
    return str(node.value) if isinstance(node, ast.Constant) and node.value is not None else ""
