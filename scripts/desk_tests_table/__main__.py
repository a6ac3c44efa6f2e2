"""Writes .github/guides/help-desk-tests.md, which says what each desk's tests hold, from the tests themselves:
`python -m scripts.desk_tests_table [--check]`."""

import argparse
import ast
import sys
from collections.abc import Iterator
from pathlib import Path

from functions.vendors import family
from scripts.help_desk_table import ROWS, capabilities

ROOT = Path(__file__).parents[2]
FOLDER = ROOT / "tests" / "functions" / "helpdesks"
FILE = ROOT / ".github" / "guides" / "help-desk-tests.md"
CONTRACT = FOLDER / "test_contract.py"
# The desks that cannot be read, and those whose answers nothing spoils on the way.
UNREAD, UNSPOILT = {"email"}, {"built_in"}
HEAD = """# What the tests of the help desks hold

Written by `python -m scripts.desk_tests_table` from the tests, whose names are sentences. A desk is held by the
contract, which runs for all of them and asks each only for what it can do, and by the traps of its vendor.
"""


def main(argv: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="python -m scripts.desk_tests_table", description=(__doc__ or "")[:72])
    parser.add_argument("--check", action="store_true", help="exit 1 when the page is not current; write nothing")
    current = page()
    if not parser.parse_args(argv).check:
        FILE.write_text(current, "utf-8")
        return 0
    if FILE.is_file() and FILE.read_text("utf-8") == current:
        return 0
    print(f"{FILE.name} is not current: run python -m scripts.desk_tests_table", file=sys.stderr)
    return 1


def page() -> str:
    """The page: the contract's tests against the desks, then each desk with what it can do and its traps."""
    return "\n".join([HEAD, *_contract(), *_desks()])


def tests(file: Path) -> list[ast.FunctionDef]:
    """The tests of a file in their order."""
    found = [one for one in ast.parse(file.read_text("utf-8")).body if isinstance(one, ast.FunctionDef)]
    return [one for one in found if one.name.startswith("test_")]


def left_out(test: ast.FunctionDef) -> set[str]:
    """The desks for which a test of the contract does not run, or ends at once."""
    fixtures = {one.arg for one in test.args.args}
    spoils = ast.unparse(test.body[0]).startswith("if bench.faults is None")
    return (UNREAD if "bench" in fixtures else set()) | (UNSPOILT if spoils else set())


def _contract() -> Iterator[str]:
    desks = family("helpdesks")
    yield "## The contract\n"
    yield f"| `test_contract.py` | {' | '.join(one.title for one in desks.values())} |"
    yield f"|---{'|---' * len(desks)}|"
    for test in tests(CONTRACT):
        out = left_out(test)
        yield f"| `{test.name}` | {' | '.join('' if desk in out else 'yes' for desk in desks)} |"
    yield ""


def _desks() -> Iterator[str]:
    for name, desk in family("helpdesks").items():
        can, file = capabilities(desk), FOLDER / f"test_{name}.py"
        yield f"## {desk.title}\n"
        yield "| What it can do | |\n|---|---|"
        yield from (f"| {what} | {say(can)} |" for what, say in ROWS)
        yield ""
        if file.is_file():
            yield f"| Trap, in `{file.name}` |\n|---|"
            yield from (f"| `{test.name}` |" for test in tests(file))
            yield ""


if __name__ == "__main__":
    raise SystemExit(main())
