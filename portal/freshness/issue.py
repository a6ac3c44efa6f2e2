"""The issue of a release, in which people tick what they checked: its text, and the answers in it."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from itertools import pairwise

from portal.freshness.answers import Answer
from portal.freshness.release import TIERS, Checked
from portal.freshness.report import markdown_of, ordered

MARK = re.compile(r"<!-- freshness: (\S+) (\S+) -->")
ITEM = re.compile(r"^- \[([ xX])\] .*<!-- (.+) (\d) -->$", re.MULTILINE)
CHOICES = {True: "It was wrong, and is updated", False: "It was right"}
CHOICE = re.compile(rf"^  - \[([ xX])\] ({'|'.join(CHOICES.values())})$", re.MULTILINE)


def title(checked: Checked) -> str:
    """The issue's title."""
    return f"Check the articles against {checked.repo} {checked.release}".replace("  ", " ")


def mark(checked: Checked) -> str:
    """The line by which the issue is found again."""
    return f"<!-- freshness: {checked.repo} {checked.release} -->"


def body(checked: Checked, before: str = "", views: Mapping[str, int] | None = None) -> str:
    """The issue's text; what was ticked in the text `before` stays ticked, also of articles no longer listed."""
    items = _items(before)
    lines = [mark(checked), "", "Tick an article when you have checked it, and say what you found.", ""]
    for hit in ordered(checked.hits, views or {}):
        known = items.pop(hit.id, None)
        done = "x" if known and known.done else " "
        lines.append(f"- [{done}] **{hit.file}** ({TIERS[hit.tier]}) <!-- {hit.id} {hit.tier} -->")
        for wrong, words in CHOICES.items():
            lines.append(f"  - [{'x' if known and known.wrong is wrong else ' '}] {words}")
        lines += [f"  {line}" for proof in hit.proofs for line in markdown_of(proof)]
    lines += [item.text for item in items.values() if item.done or item.wrong is not None]
    return "\n".join(lines) + "\n"


def answers(body: str) -> list[Answer]:
    """The answers in an issue's text: both boxes or none is no answer."""
    marked = MARK.search(body)
    if marked is None:
        return []
    return [
        Answer(marked[1], marked[2], item.id, item.tier, item.wrong)
        for item in _items(body).values()
        if item.wrong is not None
    ]


@dataclass(frozen=True)
class _Item:
    """An article in an issue's text, and what people ticked there."""

    id: str
    tier: int
    done: bool
    wrong: bool | None
    text: str


def _items(body: str) -> dict[str, _Item]:
    # A browser sends an edited issue back with the line ends of Windows.
    body = body.replace("\r\n", "\n")
    matches = list(ITEM.finditer(body))
    starts = [*(match.start() for match in matches), len(body)]
    found = {}
    for match, (start, end) in zip(matches, pairwise(starts), strict=True):
        block = body[start:end].rstrip()
        chosen = {words for tick, words in CHOICE.findall(block) if tick != " "}
        wrong = next(wrong for wrong, words in CHOICES.items() if words in chosen) if len(chosen) == 1 else None
        found[match[2]] = _Item(match[2], int(match[3]), match[1] != " ", wrong, block)
    return found
