"""`python -m scripts.changelog classify LINES.jsonl`: the class of each line and the rule that decided.

Input is one JSON object a line with `text`, and if known `section` (the heading above it), `labels` (of its pull
request) and `label` (the class a person gave it: feature, fix, breaking or internal). Output is the same objects with
`predicted` in those four words, `class` (a feature may be an improvement), `rule`, `sure` and `marks`.
"""

import json
from collections import Counter
from collections.abc import Iterable, Iterator
from typing import Any

from portal.changelog.classes import Policy, verdict
from portal.changelog.cues import BREAKING, FEATURE, FIX, IMPROVEMENT, INTERNAL

FOUR = (FEATURE, FIX, BREAKING, INTERNAL)


class LineError(ValueError):
    """A line of the input is not an object with a text; `str()` has its number."""


def classify(lines: Iterable[str], policy: Policy | None = None) -> Iterator[dict[str, Any]]:
    """The objects of the input with their class. Raises LineError."""
    for number, line in enumerate(lines, start=1):
        if line.strip():
            yield _one(line, number, policy)


def figures(found: list[dict[str, Any]]) -> list[str]:
    """Accuracy, and recall and precision of each class, when the input has labels."""
    labelled = [one for one in found if one.get("label") in FOUR]
    if not labelled:
        return []
    right = Counter(one["label"] for one in labelled if one["label"] == one["predicted"])
    wanted, given = Counter(one["label"] for one in labelled), Counter(one["predicted"] for one in labelled)
    lines = [f"accuracy {right.total() / len(labelled):.3f} of {len(labelled)} lines"]
    for kind in FOUR:
        lines.append(
            f"{kind:9} recall {_share(right[kind], wanted[kind])} of {wanted[kind]}, "
            f"precision {_share(right[kind], given[kind])} of {given[kind]}"
        )
    return lines


def _one(line: str, number: int, policy: Policy | None) -> dict[str, Any]:
    try:
        given = json.loads(line)
        text, section = given["text"], given.get("section") or ""
        labels = [str(one) for one in given.get("labels") or ()]
        if not isinstance(text, str) or not isinstance(section, str):
            raise TypeError
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
        raise LineError(f"line {number} is not an object with a 'text': {line.strip()[:80]}") from error
    found = verdict(f"- {text}", section.strip().lower(), labels, policy)
    predicted = FEATURE if found.kind == IMPROVEMENT else found.kind
    return {**given, "predicted": predicted, "class": found.kind, "rule": found.rule, "sure": found.sure,
            "marks": list(found.marks)}  # fmt: skip


def _share(part: int, whole: int) -> str:
    return f"{part / whole:.3f}" if whole else "-"
