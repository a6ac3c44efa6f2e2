"""Takes guards out, one at a time, and runs the test that must then fail.

`python -m tests.functions.guards signin_guards` prints every guard of that list whose test did not notice; without a
name, of all lists. The tests are collected once. Each guard then gets a process of its own, forked from there, one for
each core at a time, in which our code is as it would be without the guard.
"""

import importlib
import os
import sys
import tempfile
import traceback
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

import pytest
from _pytest.runner import runtestprotocol

ROOT = Path(__file__).parents[2]
ROOMS = {"functions", "portal", "tests"}
# Only whether a test fails is wanted, so nothing is spent on plugins or on saying why.
QUIETLY = ("-q", "--no-header", "--no-summary", "--assert=plain", "-p", "no:cacheprovider", "-p", "no:warnings")
AT_ONCE = len(os.sched_getaffinity(0))
NOTICED, MISSED, BROKEN = 0, 1, 2
# What is left after a clumsy removal fails by itself, and shows nothing.
CLUMSY = (SyntaxError, NameError, ImportError, AttributeError, TypeError)


@dataclass(frozen=True)
class Guard:
    """A piece of source that keeps something out, what stands there without it, and the test that notices."""

    what: str
    file: str
    source: str
    without: str
    test: str

    @property
    def node(self) -> str:
        return f"tests/functions/{self.test}"


class Trials:
    """A pytest plugin that runs each guard's test without the guard, in place of running the tests."""

    def __init__(self, guards: list[Guard]) -> None:
        self.guards = guards
        self.problems: list[str] = []

    def pytest_collection_modifyitems(self, config: pytest.Config, items: list[pytest.Item]) -> None:
        # Made before the processes part: each would clear away old folders, also those of the others.
        config._tmp_path_factory.getbasetemp()  # type: ignore[attr-defined]

    def pytest_runtestloop(self, session: pytest.Session) -> bool:
        running: dict[int, tuple[Guard, BinaryIO]] = {}
        for guard in self.guards:
            if len(running) == AT_ONCE:
                self._wait(running)
            said = tempfile.TemporaryFile()  # noqa: SIM115 - it lives as long as its process
            running[start(guard, session.items, said)] = guard, said
        while running:
            self._wait(running)
        return True

    def _wait(self, running: dict[int, tuple[Guard, BinaryIO]]) -> None:
        process, status = os.wait()
        guard, said = running.pop(process)
        code = os.waitstatus_to_exitcode(status)
        if code != NOTICED:
            said.seek(0)
            why = {MISSED: "its test did not notice", BROKEN: "could not be tried"}.get(code, f"ended with {code}")
            self.problems.append(f"{guard.what}: {why}\n{said.read()[-1500:].decode('utf-8', 'replace')}")
        said.close()


def start(guard: Guard, items: list[pytest.Item], said: BinaryIO) -> int:
    """The number of the process that tries a guard; it ends with NOTICED, MISSED or BROKEN."""
    process = os.fork()
    if process:
        return process
    os.dup2(said.fileno(), 1)
    os.dup2(said.fileno(), 2)
    code = BROKEN
    try:
        take_out(guard)
        code = outcome([item for item in items if guard.node in (item.nodeid, item.nodeid.partition("[")[0])])
    except (*CLUMSY, LookupError):
        traceback.print_exc()
    finally:
        # Whatever else went wrong is BROKEN, too; this process must not go on as the one that it was forked from.
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(code)


def outcome(items: list[pytest.Item]) -> int:
    """Whether a test, run here and now with each of its parameters, notices that something is missing."""
    if not items:
        raise LookupError("there is no such test")
    for item, after in zip(items, [*items[1:], None], strict=True):
        watch = Watch()
        item.config.pluginmanager.register(watch)
        failed = [report for report in runtestprotocol(item, log=False, nextitem=after) if report.failed]
        item.config.pluginmanager.unregister(watch)
        if any(report.when != "call" for report in failed) or isinstance(watch.raised, CLUMSY):
            print(*(report.longreprtext for report in failed), sep="\n")
            return BROKEN
        if failed:
            return NOTICED
    return MISSED


class Watch:
    """Remembers what a test raised."""

    raised: BaseException | None = None

    def pytest_runtest_makereport(self, call: "pytest.CallInfo[None]") -> None:
        self.raised = call.excinfo.value if call.excinfo and not self.raised else self.raised


def take_out(guard: Guard) -> None:
    """Run the guard's module again as it would be without the guard, and hand its new functions to whoever imported
    the old ones; no file is touched."""
    text = (ROOT / guard.file).read_text("utf-8")
    if guard.source not in text:
        raise LookupError(f"{guard.file} no longer has: {guard.source}")
    module = vars(importlib.import_module(guard.file.removesuffix(".py").removesuffix("/__init__").replace("/", ".")))
    before = dict(module)
    exec(compile(text.replace(guard.source, guard.without), guard.file, "exec"), module)
    others = [vars(other) for name, other in list(sys.modules.items()) if name.partition(".")[0] in ROOMS]
    for name, old in before.items():
        for other in others:
            if not name.startswith("__") and other.get(name) is old:
                other[name] = module[name]


def unnoticed(guards: list[Guard]) -> list[str]:
    """The guards whose test does not fail without them, and those that could not be tried, each with why."""
    trials = Trials(guards)
    code = pytest.main([*QUIETLY, *sorted({guard.node for guard in guards})], plugins=[trials])
    return trials.problems if code == pytest.ExitCode.OK else [f"pytest ended with {code}", *trials.problems]


def tables(names: list[str]) -> Iterator[list[Guard]]:
    """The lists in tests/functions/<name>.py."""
    for name in names:
        table = importlib.import_module(f"tests.functions.{name}")
        # What a list's tests load once and slowly, before the processes part.
        getattr(table, "prepare", lambda: None)()
        yield table.GUARDS


def main(argv: list[str]) -> int:
    """1 when a guard of a named list, or of any list, is not missed."""
    os.environ["PYTEST_DISABLE_PLUGIN_AUTOLOAD"] = "1"
    every = sorted(path.stem for path in Path(__file__).parent.glob("*_guards.py") if path.stem != "test_guards")
    guards = [guard for table in tables(argv or every) for guard in table]
    problems = unnoticed(guards)
    print("\n".join(problems) or f"all {len(guards)} guards are noticed when they are gone")
    return bool(problems)


if __name__ == "__main__":
    # Through the module's own name, so that the lists and this program mean the same Guard.
    sys.exit(importlib.import_module("tests.functions.guards").main(sys.argv[1:]))
