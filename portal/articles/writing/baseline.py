"""The findings that a portal began with, so that an imported help centre starts without warnings; each is known by the
text of its line, wherever the line moves to."""

import hashlib
import json
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from portal.articles.writing import Finding

FILE = "writing-baseline.json"


@dataclass(frozen=True)
class Sorted:
    """The findings that are new, the number that the baseline knows, and the number that it has and nobody finds."""

    new: list[Finding]
    known: int
    gone: int


def prints(found: Iterable[Finding]) -> list[tuple[Finding, str]]:
    """Each finding with its fingerprint: its rule and its line's text, and which of several like it in the file."""
    counts: Counter[tuple[str, str, str]] = Counter()
    marked = []
    for one in found:
        same = (one.file, one.rule, " ".join(one.key.split()))
        counts[same] += 1
        marked.append((one, hashlib.sha256(f"{same[1]}\0{same[2]}\0{counts[same]}".encode()).hexdigest()[:12]))
    return marked


def write(found: Iterable[Finding]) -> str:
    """The text of the file: fingerprints by article and rule, in an order that a diff can be read in."""
    by_file: dict[str, dict[str, list[str]]] = {}
    for one, print_ in prints(found):
        by_file.setdefault(one.file, {}).setdefault(one.rule, []).append(print_)
    ordered = {file: {rule: sorted(rules[rule]) for rule in sorted(rules)} for file, rules in sorted(by_file.items())}
    return json.dumps(ordered, indent=1, ensure_ascii=False) + "\n"


def read(file: Path) -> dict[str, dict[str, list[str]]]:
    """The baseline in a file, empty without one; raises ValueError for anything but what `write` made."""
    try:
        data = json.loads(file.read_text("utf-8"))
    except FileNotFoundError:
        return {}
    except ValueError as error:
        raise ValueError(f"{file} is not JSON ({error}): write it again with --write-baseline.") from error
    rows = data.values() if isinstance(data, dict) else [None]
    if not all(isinstance(row, dict) and all(isinstance(each, list) for each in row.values()) for row in rows):
        raise ValueError(f"{file} is not a baseline: write it again with --write-baseline.")
    return dict(data)


def sort(found: Sequence[Finding], baseline: Mapping[str, Mapping[str, Sequence[str]]]) -> Sorted:
    """Take out what the baseline knows."""
    left = Counter(
        (file, rule, each) for file, rules in baseline.items() for rule, row in rules.items() for each in row
    )
    new = []
    for one, print_ in prints(found):
        place = (one.file, one.rule, print_)
        if left[place]:
            left[place] -= 1
        else:
            new.append(one)
    return Sorted(new, len(found) - len(new), sum(left.values()))
