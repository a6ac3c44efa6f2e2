"""How long the rules take: a library of many articles from the beginning, and again after one of them has changed."""

import itertools
import tempfile
import time
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from pathlib import Path

from portal.articles.writing import cache
from scripts.check_articles import Shelf, findings, read

SYLLABLES = ("ba", "ne", "ti", "ro", "lu", "ma", "se", "vi", "do", "ku", "fa", "ge")


def lines(shelf: Shelf, count: int) -> Iterator[str]:
    """Both times for a library of so many copies of the shelf's articles."""
    with tempfile.TemporaryDirectory(prefix="writing-") as temporary:
        docs = Path(temporary) / "docs"
        fill(docs, list(shelf.texts.values()), count)
        cached = Path(temporary) / cache.FILE
        yield f"{count} articles, from the beginning: {_seconds(docs, cached):.1f} s"
        changed = next(docs.rglob("*.md"))
        changed.write_text(changed.read_text("utf-8") + "\nOne more sentence.\n", "utf-8")
        yield f"after one has changed: {_seconds(docs, cached):.1f} s"


def fill(docs: Path, texts: Sequence[str], count: int) -> None:
    """Write so many articles, each with words of its own in its title and other wordings."""
    words = ("".join(parts) for parts in itertools.product(SYLLABLES, repeat=4))
    for number, (text, word) in enumerate(zip(itertools.cycle(texts), words, strict=False)):
        if number == count:
            return
        path = docs / f"topic-{number % 20}" / f"{word}.md"
        path.parent.mkdir(parents=True, exist_ok=True)
        own = f"{word} {word[::-1]}"
        path.write_text(text.replace("title: ", f"title: {own} ", 1).replace("\n  - ", f"\n  - {own} "), "utf-8")


def _seconds(docs: Path, cached: Path) -> float:
    started = time.monotonic()
    findings(read(docs), None, datetime.now(UTC).date(), cached)
    return time.monotonic() - started
