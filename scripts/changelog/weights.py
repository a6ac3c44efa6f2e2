"""A weight of each sign of a line for each class, by logistic regression in plain Python: no dependency, and the same
weights each time."""

import math
import random
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from portal.changelog import learnt
from portal.changelog.cues import BREAKING, FEATURE, FIX, INTERNAL

# How common each class is in releases of products; a sign counts when this many products use it.
SHARES = {BREAKING: 0.1, FEATURE: 0.34, FIX: 0.34, INTERNAL: 0.22}
PRODUCTS = 5
ROUNDS, RATE, DECAY = 8, 0.15, 0.0006


@dataclass(frozen=True)
class Example:
    """What a line of a product is made of (`learnt.signs`), and the class that its author gave it."""

    product: str
    kind: str
    signs: tuple[str, ...]


def fit(found: list[Example]) -> Mapping[str, list[float]]:
    """Logistic regression: a weight of each sign for each class, by AdaGrad in a fixed order."""
    counts = Counter(one.kind for one in found)
    weight = {kind: SHARES[kind] * len(found) / count for kind, count in counts.items()}
    known = _shared(found)
    rows = [([learnt.ANY, *(sign for sign in one.signs if sign in known)], one.kind) for one in found]
    table: dict[str, list[float]] = defaultdict(lambda: [0.0] * len(learnt.KINDS))
    steps: dict[str, list[float]] = defaultdict(lambda: [1.0] * len(learnt.KINDS))
    order = random.Random(0)  # noqa: S311 - the same table each time
    for _ in range(ROUNDS):
        order.shuffle(rows)
        for signs, kind in rows:
            wanted = [float(kind == one) for one in learnt.KINDS]
            errors = [weight[kind] * (p - w) for p, w in zip(_chances(table, signs), wanted, strict=True)]
            for sign in signs:
                row, step = table[sign], steps[sign]
                for place, error in enumerate(errors):
                    slope = error + DECAY * row[place] * len(found) / max(known.get(sign, len(found)), 1)
                    step[place] += slope * slope
                    row[place] -= RATE * slope / math.sqrt(step[place])
    return table


def _chances(table: Mapping[str, list[float]], signs: Iterable[str]) -> list[float]:
    totals = [sum(column) for column in zip(*(table[sign] for sign in signs), strict=True)]
    top = max(totals)
    powers = [math.exp(total - top) for total in totals]
    return [one / sum(powers) for one in powers]


def _shared(found: Iterable[Example]) -> dict[str, int]:
    """How many lines have each sign that several products use."""
    products, lines = defaultdict[str, set[str]](set), Counter[str]()
    for one in found:
        lines.update(one.signs)
        for sign in one.signs:
            products[sign].add(one.product)
    return {sign: count for sign, count in lines.items() if len(products[sign]) >= PRODUCTS}
