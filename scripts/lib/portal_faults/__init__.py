"""Faults of the whole portal, one at a time: what the customer sees meanwhile, and that nothing accepted is lost."""

import re
import sys
import tempfile
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path

from scripts.lib.portal_faults.cases import FAULTS, Fault
from scripts.lib.portal_faults.outside import Outside, outside
from scripts.lib.portal_faults.world import Seen, portal

# Most of a case is waiting for a timeout.
AT_ONCE = 8
BAD = ("lost", "doubled", "forgotten")


@dataclass(frozen=True)
class Outcome:
    """A fault, what customers saw, and of what was accepted how much the desk, the mailbox or their inbox lacks or has
    twice when the fault is over; `forgotten` are texts that were not taken and are not in the page."""

    fault: Fault
    seen: list[tuple[str, Seen]]
    accepted: int
    lost: int
    doubled: int
    forgotten: int


def run(only: str = "") -> int:
    """Run the faults whose name fits the pattern `only`; prints a table and a summary, and returns the exit code."""
    faults = [fault for fault in FAULTS if re.search(only, fault.name)]
    with tempfile.TemporaryDirectory(prefix="portal-faults-") as folder, ExitStack() as stack:
        around = stack.enter_context(outside())
        with ThreadPoolExecutor(AT_ONCE) as pool:
            outcomes = list(pool.map(lambda fault: examine(fault, around, Path(folder) / fault.name), faults))
    print("\n".join(table(outcomes)))
    counts = {name: sum(getattr(one, name) for one in outcomes) for name in ("accepted", *BAD)}
    for one in outcomes:
        if faults_of := [f"{getattr(one, name)} {name}" for name in BAD if getattr(one, name)]:
            print(f"{one.fault.name}: {', '.join(faults_of)}", file=sys.stderr)
    bad = any(counts[name] for name in BAD) or not counts["accepted"]
    said = ", ".join(f"{count} {name}" for name, count in counts.items())
    print(f"\n{'FAILED' if bad else 'ok'}: {len(outcomes)} faults, {said}")
    return int(bad)


def examine(fault: Fault, around: Outside, folder: Path) -> Outcome:
    """A portal of its own under one fault: a customer walks, the fault ends, everything is delivered and compared."""
    with portal(folder, around, fault.name) as one:
        one.ask("before the fault")
        seen: list[tuple[str, Seen]] = []
        with fault.happens(one):
            seen += [(does.what, does.step(one)) for does in fault.steps]
        seen += [(does.what, does.step(one)) for does in fault.after]
        one.deliver()
        return Outcome(fault, seen, len(one.accepted), *one.compare(), len(one.forgotten))


def table(outcomes: list[Outcome]) -> list[str]:
    """The table of the operators' guide."""
    lines = ["| Fault | A customer | Sees |", "|---|---|---|"]
    for outcome in outcomes:
        for number, (what, seen) in enumerate(outcome.seen):
            lines.append(f"| {'' if number else outcome.fault.title} | {what} | {seen} |")
    return lines
