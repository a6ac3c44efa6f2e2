"""Look at the whole portal: `python -m scripts.doctor [--stage 1..4] [--url https://help.example.com/] [--json]`.

Reads the functions' settings from the environment (or those of the running demo) and asks every vendor; with `--url`
the live site as well. `--stage` has the rows of a stage, and those that all stages stand on. Each check passes, fails,
or is unknown, with what to do. Exits 1 when one fails.
"""

import argparse
import json
import os
from collections.abc import Iterable

from scripts import doctor
from scripts.doctor import Check, Found, Portal
from scripts.lib import piped
from scripts.lib.environment import variables

# The modules of scripts/doctor, in the order of the answers.
MODULES = (
    "ground",
    "site",
    "articles",
    "writing",
    "status",
    "changelog",
    "tickets",
    "signin",
    "billing",
    "customers",
    "account",
    "insights",
)
STAGES = {
    1: "Answers: the first fifty questions, found by search",
    2: "Status and changes",
    3: "Requests, billing and account inside",
    4: "Measured, and kept true",
}
MISTAKES = {
    1: "search that is not on every page",
    2: "stale articles",
    3: "no way to ask from inside",
    4: "a hidden status page",
    5: "billing in another tool",
    6: "account changes behind a ticket",
    7: "no measurement",
    8: "a chatbot on unproven content",
}
MARKS = {"pass": "ok     ", "fail": "FAIL   ", "unknown": "unknown"}


def main(argv: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="python -m scripts.doctor", description=(__doc__ or "").splitlines()[0])
    parser.add_argument(
        "--stage", type=int, choices=STAGES, help="what this stage of the launch asks for, on the ground of all"
    )
    parser.add_argument("--url", default="", help="the live site's address")
    parser.add_argument("--json", action="store_true", help="one JSON object, for CI")
    given = parser.parse_args(argv)
    if given.url and not given.url.startswith(("http://", "https://")):
        parser.error(f"--url {given.url!r} must begin with https:// (or http://)")
    portal = Portal(variables(os.environ), given.url)
    found = [(check, doctor.examine(check, portal)) for check in _checks(given.stage)]
    print(_as_json(found) if given.json else "\n".join(_as_text(found, given.stage)))
    return int(any(result.state == "fail" for _, result in found))


def _checks(stage: int | None) -> list[Check]:
    checks = [check for module in MODULES for check in doctor.load(module)]
    return [check for check in checks if stage is None or check.stage in (0, stage)]


def _as_json(found: Iterable[tuple[Check, Found]]) -> str:
    rows = [
        {
            "id": check.id,
            "title": check.title,
            "state": result.state,
            "says": result.says,
            "do": result.do,
            "stage": check.stage or None,
            "mistake": MISTAKES.get(check.mistake),
        }
        for check, result in found
    ]
    return json.dumps({"checks": rows, "failed": sum(row["state"] == "fail" for row in rows)}, indent=1)


def _as_text(found: list[tuple[Check, Found]], stage: int | None) -> Iterable[str]:
    if stage:
        yield f"Stage {stage}. {STAGES[stage]}"
    for check, result in found:
        about = (
            f" (mistake {check.mistake}: {MISTAKES[check.mistake]})" if check.mistake and result.state == "fail" else ""
        )
        yield f"{MARKS[result.state]}  {check.title}: {result.says}{about}"
        if result.do:
            yield f"         {result.do}"
    counts = {state: sum(result.state == state for _, result in found) for state in MARKS}
    yield f"\n{counts['pass']} pass, {counts['fail']} fail, {counts['unknown']} unknown"


if __name__ == "__main__":
    raise SystemExit(piped.run(main))
