"""Which articles used to change together with which files of the product."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

# A commit that touches more files than that says nothing about any of them.
MOST_FILES, MOST_ARTICLES = 60, 10
# In a repository of their own, articles follow the product within days.
BEFORE, AFTER = timedelta(days=1), timedelta(days=3)
# What a pattern needs before it is proposed: so many times together, and so large a part of the article's changes.
TIMES, PART = 2, 0.3
MOST_PROPOSED = 5


@dataclass(frozen=True)
class Past:
    """A commit: when, and what it touched."""

    sha: str
    at: datetime
    files: tuple[str, ...]


@dataclass(frozen=True)
class Together:
    """How strongly files and articles go together, and how often they changed together."""

    weights: Mapping[str, Mapping[str, float]] = field(default_factory=dict)  # file -> article -> weight
    times: Mapping[str, Mapping[str, int]] = field(default_factory=dict)  # article -> file -> commits
    changes: Mapping[str, int] = field(default_factory=dict)  # article -> commits

    def of(self, paths: Iterable[str]) -> dict[str, float]:
        """The articles that changed together with any of these files."""
        found: dict[str, float] = defaultdict(float)
        for path in paths:
            for article, weight in self.weights.get(path, {}).items():
                found[article] += weight
        return dict(found)

    def proposed(self, article: str) -> list[str]:
        """The files that an article's `covers` could name, the most frequent first."""
        counts = self.times.get(article, {})
        least = max(TIMES, PART * self.changes.get(article, 0))
        often = [(count, path) for path, count in counts.items() if count >= least]
        return [path for _, path in sorted(often, key=lambda one: (-one[0], one[1]))[:MOST_PROPOSED]]


def together(product: Sequence[Past], articles: Sequence[Past]) -> Together:
    """What history says: commits that touched both, or, of two repositories, commits close to each other."""
    by_sha = {past.sha: past for past in product}
    ordered = sorted(product, key=lambda past: past.at)
    weights: dict[str, dict[str, float]] = defaultdict(lambda: defaultdict(float))
    times: dict[str, Counter[str]] = defaultdict(Counter)
    changes: Counter[str] = Counter()
    for past in articles:
        if len(past.files) > MOST_ARTICLES:
            continue
        changes.update(past.files)
        same = by_sha.get(past.sha)
        near = [same] if same else [one for one in ordered if past.at - AFTER <= one.at <= past.at + BEFORE]
        for one in near:
            if len(one.files) <= MOST_FILES:
                _count(one, past, len(near), weights, times)
    return Together(weights, times, changes)


def _count(
    product: Past,
    articles: Past,
    near: int,
    weights: dict[str, dict[str, float]],
    times: dict[str, Counter[str]],
) -> None:
    for path in product.files:
        for article in articles.files:
            weights[path][article] += 1 / len(product.files) / near
            times[article][path] += 1
