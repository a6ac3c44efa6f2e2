"""Two habits that some hosts punish without a word: the code has neither."""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
# How the body is called where it is read.
BODIES = ("request.stream", "self.stream", "source")
SOURCES = sorted((ROOT / "functions").rglob("*.py"))


def generators_that_start_a_response(text: str) -> Iterator[str]:
    """Functions that yield and are given `start_response`: granian then answers 200 without a header."""
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            names = {argument.arg for argument in node.args.args}
            if "start_response" in names and any(isinstance(inner, ast.Yield | ast.YieldFrom) for inner in own(node)):
                yield node.name


def own(function: ast.AST) -> Iterator[ast.AST]:
    """The nodes of a function without those of the functions in it."""
    for child in ast.iter_child_nodes(function):
        yield child
        if not isinstance(child, ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda):
            yield from own(child)


def reads_without_a_size(text: str) -> Iterator[int]:
    """Lines that read the request's body to its end: granian then loses the rest of a body in pieces."""
    for node in ast.walk(ast.parse(text)):
        if not isinstance(node, ast.Call) or not isinstance(node.func, ast.Attribute) or node.args:
            continue
        source = ast.unparse(node.func.value)
        if node.func.attr in {"read", "readlines"} and ("wsgi.input" in source or source.endswith(BODIES)):
            yield node.lineno


@pytest.mark.parametrize("file", SOURCES, ids=lambda file: str(file.relative_to(ROOT)))
def test_the_code_has_no_habit_that_a_host_punishes(file: Path):
    text = file.read_text("utf-8")

    assert list(generators_that_start_a_response(text)) == []
    assert list(reads_without_a_size(text)) == []


def test_the_check_sees_both_habits():
    late = "def app(environ, start_response):\n    start_response('200 OK', [])\n    yield b''\n"
    inner = "def app(environ, start_response):\n    def body():\n        yield b''\n    return body()\n"

    assert list(generators_that_start_a_response(late)) == ["app"]
    assert list(generators_that_start_a_response(inner)) == []
    assert list(reads_without_a_size("data = environ['wsgi.input'].read()")) == [1]
    assert list(reads_without_a_size("data = request.stream.read(9)")) == []
