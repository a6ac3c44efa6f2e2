"""`bench`: how long the check takes: indexing, one change against many articles, and a whole release."""

import argparse
import random
import resource
import subprocess
from collections.abc import Callable, Iterator
from typing import TypeVar

from portal.freshness import check, diffs, tree
from portal.freshness.check import Commit
from portal.freshness.library import Document, Library
from scripts.freshness import articles
from scripts.freshness.clone import Clone, open_clone
from scripts.freshness.run import history, parted

Result = TypeVar("Result")
MANY = 5000
# What the check may cost: seconds, megabytes, and times what Git takes to print the same commits.
INDEX_SECONDS, CHANGE_SECONDS, MEGABYTES, TIMES = 10, 0.5, 400, 10
SYLLABLES = [consonant + vowel for consonant in "bdfgklmnprstv" for vowel in "aeiou"]
# The commits of a large release.
RELEASE = 500
# Words of an article that are its own, beside those of a language that many share.
OWN, SHARED, WORDS = 40, 160, 4000


def bench(options: argparse.Namespace) -> int:
    """Print what the check takes; 1 when that is more than it may."""
    library, indexing = _timed(lambda: Library(many(MANY)))
    changes = [_slow_or_not(commit, library) for commit in _changes(library)]
    megabytes = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
    rows = [
        (f"index {MANY} articles", indexing, INDEX_SECONDS, "s"),
        ("a change, the slowest of three", max(changes), CHANGE_SECONDS, "s"),
        ("memory", float(megabytes), MEGABYTES, "MB"),
        ("a release, times git log -p", _release(open_clone(options.clone), options), TIMES, ""),
    ]
    for name, value, most, unit in rows:
        print(
            f"{'ok  ' if value <= most else 'OVER'} {name}: {value:.2f} {unit} (at most {most} {unit})".replace(
                " )", ")"
            )
        )
    return int(any(value > most for _, value, most, _ in rows))


def many(count: int) -> Iterator[Document]:
    """Articles of some 5 KB, each with words of its own and words that others have, common ones most."""
    dice = random.Random(1)  # noqa: S311 - the same articles each time
    words = ["".join(dice.choices(SYLLABLES, k=dice.randint(2, 4))) for _ in range(WORDS)]
    weights = [1 / (rank + 10) for rank in range(WORDS)]
    for number in range(count):
        body = dice.choices(words, weights, k=SHARED * 4)
        own = [f"{word}_{number}" for word in dice.choices(words, k=OWN)]
        lines = [" ".join([*body[at : at + 16], f"`{own[at // 16 % OWN]}`"]) for at in range(0, len(body), 16)]
        yield Document(f"topic/a{number}", f"docs/topic/a{number}.md", f"# About {own[0]}\n\n" + "\n\n".join(lines))


def _changes(library: Library) -> Iterator[Commit]:
    """A small change, one of 50 files and one of 500, in the words of the articles."""
    for files in (2, 50, 500):
        parts = []
        for number in range(files):
            words = library.documents[number * 7].text.split()
            lines = [
                f"-{' '.join(words[at : at + 8])}\n+{' '.join(words[at + 8 : at + 16])}\n" for at in range(0, 96, 16)
            ]
            head = f"diff --git a/web/m{number}.py b/web/m{number}.py\n--- a/web/m{number}.py\n+++ b/web/m{number}.py\n"
            parts.append(head + f"@@ -1,{len(lines)} +1,{len(lines)} @@\n" + "".join(lines))
        yield Commit(diffs.parse("".join(parts), f"Change {library.documents[0].text.split()[2]}"))


def _slow_or_not(commit: Commit, library: Library) -> float:
    return _timed(lambda: check.check([commit], library, {}))[1]


def _release(clone: Clone, options: argparse.Namespace) -> float:
    """How many times longer a whole release takes than Git takes to print it."""
    first, last = parted(options.range) if options.range else (clone.back(RELEASE), "HEAD")
    shelf = articles.read(options.docs)

    def whole() -> int:
        library = Library(shelf.documents)
        commits = clone.commits(first, last, history(clone, first, shelf))
        left = tree.count(check.wanted(commits, library), clone.texts(last))
        check.check(commits, library, left)
        return len(commits)

    command = ["git", "-C", str(clone.folder), "log", "-p", f"{clone.revision(first)}..{clone.revision(last)}"]
    printed = min(_timed(lambda: subprocess.run(command, capture_output=True, check=True))[1] for _ in range(3))
    count, checked = _timed(whole)
    print(f"{count} commits of the product in {checked:.2f} s; git log -p takes {printed:.2f} s")
    return checked / printed


def _timed(work: Callable[[], Result]) -> tuple[Result, float]:
    """What the work returns, and the seconds of this and its programs' CPU."""
    before = _cpu()
    result = work()
    return result, _cpu() - before


def _cpu() -> float:
    used = [resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    return sum(one.ru_utime + one.ru_stime for one in used)
