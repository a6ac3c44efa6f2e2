"""The page with what the guide's commands print: its commands are run by test_guide.py, which compares the rest.

`TRANSCRIPT=write make hosts` writes the page anew.
"""

import re
from collections.abc import Sequence
from pathlib import Path

PAGE = Path(__file__).parents[2] / ".github/guides/first-portal.md"
BLOCK = re.compile(r"```console\n(.*?)```", re.DOTALL)
# What differs from run to run -> what stands on the page.
CHANGING = {
    r"\b[2-9A-HJ-NP-Z]{4}-[2-9A-HJ-NP-Z]{4}\b": "K7QM-4TXP",
    r'"build":"[^"]+"': '"build":"2026-11-28"',
    r"\d{4}-\d\d-\d\d \d\d:\d\d UTC": "2026-11-28 20:40 UTC",
    r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z": "2026-11-28T20:40:00.000Z",
    r'"megabytes":\d+': '"megabytes":8',
    # A store is late until its first tick, which may come before the command that asks.
    r'"status":"(late|ok)","tick_age_seconds":(\d+|null)': '"status":"late","tick_age_seconds":null',
}


def blocks(page: str) -> list[list[str]]:
    """The commands of each console block, without what they print."""
    return [[line[2:] for line in text.splitlines() if line.startswith("$ ")] for text in BLOCK.findall(page)]


def calm(printed: str) -> str:
    """What a command printed, with the same words in each run."""
    for pattern, words in CHANGING.items():
        printed = re.sub(pattern, words, printed)
    return printed.strip("\n")


def written(page: str, printed: Sequence[Sequence[str]]) -> str:
    """The page with what its commands print below each; `printed` is a list for each block."""
    texts = iter(
        "".join(_said(command, text) for command, text in zip(commands, all_of_them, strict=True))
        for commands, all_of_them in zip(blocks(page), printed, strict=True)
    )
    return BLOCK.sub(lambda _: f"```console\n{next(texts)}```", page)


def _said(command: str, printed: str) -> str:
    text = calm(printed)
    return f"$ {command}\n{text}\n" if text else f"$ {command}\n"
