"""How long the rules take: a library of many articles from the beginning, and again after one of them has changed.

python -m scripts.check_articles.bench [--docs docs] [--count 5000]
"""

import argparse
import itertools
import sys
import tempfile
import time
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path

from portal.articles.writing import cache
from scripts.check_articles import WritersError, findings, read

SYLLABLES = ("ba", "ne", "ti", "ro", "lu", "ma", "se", "vi", "do", "ku", "fa", "ge")


def main(arguments: Sequence[str] | None = None) -> int:
    """Argv and printing; 2 for a folder without articles."""
    parser = argparse.ArgumentParser(
        prog="python -m scripts.check_articles.bench", description=(__doc__ or "").partition("\n")[0]
    )
    parser.add_argument("--docs", type=Path, default=Path("docs"), help="articles to copy")
    parser.add_argument("--count", type=int, default=5000, help="how many articles the library has")
    given = parser.parse_args(arguments)
    try:
        texts = read(given.docs).texts
    except WritersError as error:
        print(error, file=sys.stderr)
        return 2
    with tempfile.TemporaryDirectory(prefix="writing-") as temporary:
        docs = Path(temporary) / "docs"
        fill(docs, list(texts.values()), given.count)
        cached = Path(temporary) / cache.FILE
        print(f"{given.count} articles, from the beginning: {_seconds(docs, cached):.1f} s")
        changed = next(docs.rglob("*.md"))
        changed.write_text(changed.read_text("utf-8") + "\nOne more sentence.\n", "utf-8")
        print(f"after one has changed: {_seconds(docs, cached):.1f} s")
    return 0


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


if __name__ == "__main__":
    sys.exit(main())
