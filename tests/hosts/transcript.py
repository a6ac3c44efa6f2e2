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
    r"\d{1,2} [A-Z][a-z]{2} \d{4}, \d\d:\d\d": "28 Nov 2026, 20:40",
    r"\d{4}-\d\d-\d\d[T ]\d\d:\d\d(:\d\d)?(\.\d+)?(Z|\+00:00)?": "2026-11-28T20:40:00Z",
    r'"(tick_age_seconds|megabytes)":(\d+|null)': r'"\1":8',
    r'"status":"(late|ok)"': '"status":"ok"',
    r"\b[0-9a-f]{12,}\b": "5f0c1e9a7b3d",
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
        "".join(
            f"$ {command}\n{calm(said)}\n".replace("\n\n", "\n")
            for command, said in zip(commands, all_said, strict=True)
        )
        for commands, all_said in zip(blocks(page), printed, strict=True)
    )
    return BLOCK.sub(lambda _: f"```console\n{next(texts)}```", page)
