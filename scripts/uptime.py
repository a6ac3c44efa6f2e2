"""Worked cases of the uptime arithmetic: `python -m scripts.uptime CASES.json` prints each case's figures.

A case has `name` and one of: `intervals` ([start, end, state]) over `window` ([start, end]); `checks` ([time, "ok" |
"slow" | "fail"]) with `interval` and `end`; `auto`, `manual` and `maint` spans. What it expects stands beside that:
`intervals` (of the latter two), `seconds`, `uptime`, `coverage`. `start` (or `start_date`: a component's first second),
`weights`, `fail_after`, `ok_after` and `exclude_maintenance` may differ from ours. The exit code is 1 when a figure is
not the expected one.
"""

import argparse
import json
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from portal.status import uptime
from portal.status.uptime import Span


def figures(case: Mapping[str, Any]) -> dict[str, Any]:
    """name, intervals, seconds, uptime and coverage of a case, as it should expect them."""
    start, end = _window(case)
    spans = _spans(case, start, end)
    begun = min(max(start, case.get("start", case.get("start_date", start))), end)
    seconds = uptime.buckets(spans, begun, end)
    weights = {**uptime.WEIGHTS, **{name: str(one) for name, one in case.get("weights", {}).items()}}
    found = uptime.figures(seconds, weights, exclude_maintenance=case.get("exclude_maintenance", True))
    return {
        "name": case["name"],
        "intervals": [list(span) for span in spans],
        "seconds": seconds,
        "uptime": found.uptime,
        "coverage": None if found.coverage is None else round(float(found.coverage), 6),
    }


def differences(case: Mapping[str, Any], found: Mapping[str, Any]) -> list[str]:
    """A sentence for each figure that differs from what the case expects."""
    derived = "checks" in case or "auto" in case or "manual" in case
    expected = {name: case[name] for name in ("seconds", "uptime", "coverage") if name in case}
    if derived and "intervals" in case:
        expected["intervals"] = case["intervals"]
    return [
        f"{case['name']}: {name} is {found[name]}, expected {value}"
        for name, value in expected.items()
        if not _same(found[name], value)
    ]


def _same(found: Any, expected: Any) -> bool:
    if isinstance(expected, float) and found is not None:
        return abs(float(found) - expected) < 0.00005
    if isinstance(expected, dict):
        return all(found.get(name, 0) == value for name, value in expected.items())
    return bool(found == expected)


def _window(case: Mapping[str, Any]) -> tuple[int, int]:
    if "window" in case:
        start, end = case["window"]
        return start, end
    if "checks" in case:
        return case.get("from", 0), case["end"]
    known = [*case.get("auto", []), *case.get("manual", []), *case.get("maint", []), *case.get("intervals", [])]
    return min(span[0] for span in known), max(span[1] for span in known)


def _spans(case: Mapping[str, Any], start: int, end: int) -> list[Span]:
    if "checks" in case:
        thresholds = {name: case[name] for name in ("fail_after", "ok_after") if name in case}
        samples = [(at, result) for at, result in case["checks"]]
        automatic = uptime.observed(samples, case["interval"], start, end, **thresholds)
    else:
        # With `manual` or `maint` the case's `intervals` are the expected result, not the checks' spans.
        seen = case.get("auto", [] if "manual" in case else case.get("intervals", []))
        automatic = [(one, other, state) for one, other, state in seen]
    if "maint" in case or "manual" in case:
        manual = [(one, other, state) for one, other, state in case.get("manual", [])]
        return uptime.merged(automatic, manual, [(one, other) for one, other in case.get("maint", [])], start, end)
    return uptime.flat(automatic, start, end)


def main(arguments: list[str] | None = None) -> int:
    """Argv and printing."""
    parser = argparse.ArgumentParser(
        prog="python -m scripts.uptime", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("cases", type=Path)
    cases = json.loads(parser.parse_args(arguments).cases.read_text("utf-8"))
    found = [figures(case) for case in cases]
    print(json.dumps(found, indent=1))
    wrong = [line for case, result in zip(cases, found, strict=True) for line in differences(case, result)]
    print("\n".join(wrong) or f"all {len(cases)} cases come out as expected", file=sys.stderr)
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
