"""How high the right articles rank, and whether a difference between two engines is chance."""

import random
from collections.abc import Collection, Sequence
from typing import TypedDict

DEPTH = 10
SAMPLES = 2000
SEED = 7


class Figures(TypedDict):
    """Shares between 0 and 1."""

    hit1: float
    hit3: float
    hit5: float
    mrr10: float
    zero: float


def figures(found: Sequence[Sequence[str]], relevant: Sequence[Collection[str]]) -> Figures:
    """The figures of a search from the ids that it found for each query, best first."""
    ranks = [rank(ids, right) for ids, right in zip(found, relevant, strict=True)]
    count = max(len(ranks), 1)

    def share(top: int) -> float:
        return round(sum(1 for place in ranks if place and place <= top) / count, 4)

    return {
        "hit1": share(1),
        "hit3": share(3),
        "hit5": share(5),
        "mrr10": round(sum(1 / place for place in ranks if place) / count, 4),
        "zero": round(sum(1 for ids in found if not ids) / count, 4),
    }


def rank(ids: Sequence[str], right: Collection[str]) -> int:
    """The rank of the first right id among the first ten, from 1; 0 when there is none."""
    return next((place for place, id in enumerate(ids[:DEPTH], start=1) if id in right), 0)


def paired_bootstrap(
    ours: Sequence[Sequence[str]], theirs: Sequence[Sequence[str]], relevant: Sequence[Collection[str]]
) -> dict[str, float]:
    """The difference of the mean reciprocal ranks on the same queries, its 95 % interval, and p of "not better"."""
    differences = []
    for mine, other, right in zip(ours, theirs, relevant, strict=True):
        first, second = rank(mine, right), rank(other, right)
        differences.append((1 / first if first else 0.0) - (1 / second if second else 0.0))
    rng = random.Random(SEED)  # noqa: S311
    count = len(differences)
    means = sorted(sum(rng.choices(differences, k=count)) / count for _ in range(SAMPLES))
    return {
        "difference": round(sum(differences) / count, 4),
        "low": round(means[int(SAMPLES * 0.025)], 4),
        "high": round(means[int(SAMPLES * 0.975)], 4),
        "p": round(sum(1 for mean in means if mean <= 0) / SAMPLES, 4),
    }
