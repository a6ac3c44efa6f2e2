"""Takes guards out, one at a time, and runs the test that must then fail.

`python -m tests.functions.guards signin_guards` prints every guard of that list whose test did not notice. Each guard
gets a process of its own, forked when everything is imported, which then runs our code as it would be without it.
"""

import importlib
import os
import sys
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import IO

import pytest

ROOT = Path(__file__).parents[2]
AT_ONCE = len(os.sched_getaffinity(0))
ROOMS = {"functions", "portal", "tests"}
# Only whether a test fails is wanted, so nothing is spent on plugins or on saying why.
QUIETLY = ("-q", "--exitfirst", "--assert=plain", "-p", "no:cacheprovider", "-p", "no:warnings")


@dataclass(frozen=True)
class Guard:
    """A piece of source that keeps something out, what stands there without it, and the test that notices."""

    what: str
    file: str
    source: str
    without: str
    test: str


def unnoticed(guards: list[Guard]) -> list[str]:
    """The guards whose test does not fail without them, with what pytest said."""
    files = {guard.file for guard in guards} | {f"tests/functions/{guard.test.partition('::')[0]}" for guard in guards}
    for file in sorted(files):
        importlib.import_module(module_name(file))
    return [f"{guard.what}: pytest ended with {code}\n{said[-1500:]}" for guard, code, said in run(guards) if code != 1]


def run(guards: list[Guard]) -> Iterator[tuple[Guard, int, str]]:
    """pytest's exit code for each guard's test in a process without the guard, and what it printed; as many processes
    at once as there are cores."""
    waiting = iter(guards)
    running = dict(start(guard) for guard in islice(waiting, AT_ONCE))
    while running:
        child, status = os.wait()
        guard, output = running.pop(child)
        running.update(start(next_one) for next_one in islice(waiting, 1))
        with output:
            output.seek(0)
            yield guard, os.waitstatus_to_exitcode(status), output.read().decode("utf-8", "replace")


def start(guard: Guard) -> tuple[int, tuple[Guard, IO[bytes]]]:
    """A process that runs the guard's test without the guard: its number, and what it prints into."""
    output = tempfile.TemporaryFile()  # noqa: SIM115 - `run` closes it
    child = os.fork()
    if child == 0:
        os.dup2(output.fileno(), 1)
        os.dup2(output.fileno(), 2)
        take_out(guard)
        os._exit(pytest.main([*QUIETLY, f"tests/functions/{guard.test}"]))
    return child, (guard, output)


def take_out(guard: Guard) -> None:
    """Run the guard's module again as it would be without the guard, and hand its new functions to whoever imported
    the old ones; no file is touched."""
    text = (ROOT / guard.file).read_text("utf-8")
    assert guard.source in text, f"{guard.file} no longer has: {guard.source}"
    module = vars(sys.modules[module_name(guard.file)])
    before = dict(module)
    exec(compile(text.replace(guard.source, guard.without), guard.file, "exec"), module)
    others = [vars(other) for name, other in list(sys.modules.items()) if name.partition(".")[0] in ROOMS]
    for name, old in before.items():
        for other in others:
            if not name.startswith("__") and other.get(name) is old:
                other[name] = module[name]


def module_name(file: str) -> str:
    return file.removesuffix(".py").replace("/", ".")


def main(name: str) -> int:
    """1 when a guard of the list in tests/functions/<name>.py is not missed."""
    os.environ["PYTEST_DISABLE_PLUGIN_AUTOLOAD"] = "1"
    table = importlib.import_module(f"tests.functions.{name}")
    # What a list's tests load once and slowly, before the processes part.
    getattr(table, "prepare", lambda: None)()
    problems = unnoticed(table.GUARDS)
    print("\n".join(problems) or f"all {len(table.GUARDS)} guards are noticed when they are gone")
    return bool(problems)


if __name__ == "__main__":
    # Through the module's own name, so that the lists and this program mean the same Guard.
    sys.exit(importlib.import_module("tests.functions.guards").main(sys.argv[1]))
