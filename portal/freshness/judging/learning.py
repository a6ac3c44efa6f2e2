"""The weights of the signs, learnt from known cases: the order by lists, the chance by yes and no."""

import math
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from operator import mul

from portal.freshness.judging.cases import Case, library
from portal.freshness.ranking import MOST_SHOWN, STANDING, SURE, Weights, candidates, scored, stand
from portal.freshness.signals import SIGNS, ask, measure

# How strongly weights are held near 0: few cases must not teach much about one sign.
ORDER_PULL, CHANCE_PULL = 0.1, 0.03
# What an article of a change that needed none counts beside one of a change that did.
QUIET = 0.5
ROUNDS = 400
ENOUGH = 1e-7
# The thresholds, chosen on cases of products that the weights had not seen.
SHOWN, HIGH = 0.22, 0.8
CHANCE = (*STANDING, *SURE, "files")

Row = list[float]
Slope = Callable[[Row], tuple[float, Row]]


@dataclass(frozen=True)
class Lesson:
    """A case, measured: the signs of each article, and which of them were wrong afterwards."""

    repo: str
    affected: bool
    ids: tuple[str, ...]
    signs: tuple[Mapping[str, float], ...]
    right: tuple[bool, ...]
    files: int


def lessons(cases: Iterable[Case], texts: Mapping[tuple[str, str], str]) -> list[Lesson]:
    """Each case with the signs of its articles; pages that are neither right nor wrong are left out."""
    found = []
    for case in cases:
        articles, evidence = library(case, texts), case.evidence
        asked = ask(evidence, articles, case.history, case.left)
        places = [one for one in candidates(asked, articles) if articles.documents[one].id not in case.ignored]
        ids = tuple(articles.documents[place].id for place in places)
        signs = tuple(measure(asked, articles, place) for place in places)
        right = tuple(id in case.positives for id in ids)
        found.append(Lesson(case.repo, case.affected, ids, signs, right, len(evidence.files)))
    return found


def learn(taught: Sequence[Lesson]) -> Weights:
    """The weights that tell the wrong articles of these lessons from the others."""
    order = _order([lesson for lesson in taught if any(lesson.right)])
    rows, answers, worth = [], [], []
    for lesson in taught:
        for row, answer in _shown(lesson, order):
            rows.append(row)
            answers.append(float(answer))
            worth.append(1.0 if lesson.affected else QUIET)
    chances, bias = _chance(rows, answers, worth)
    return Weights(order, dict(zip(CHANCE, chances, strict=True)), bias, SHOWN, HIGH)


def _order(taught: Sequence[Lesson]) -> dict[str, tuple[float, float]]:
    """A weight for each sign as it is and relative to the strongest: the wrong articles' share of a softmax grows."""
    lists = [_rows(lesson) for lesson in taught]
    scale = _deviations([row for rows in lists for row in rows])
    lists = [[[value / size for value, size in zip(row, scale, strict=True)] for row in rows] for rows in lists]
    targets = [[float(one) / sum(lesson.right) for one in lesson.right] for lesson in taught]

    def slope(weights: Row) -> tuple[float, Row]:
        loss, gradient = 0.0, [0.0] * len(weights)
        for rows, target in zip(lists, targets, strict=True):
            scores = [sum(map(mul, row, weights)) for row in rows]
            most = max(scores)
            powers = [math.exp(score - most) for score in scores]
            total = sum(powers)
            loss -= sum(aim * (score - most - math.log(total)) for aim, score in zip(target, scores, strict=True))
            _add(gradient, rows, [power / total - aim for power, aim in zip(powers, target, strict=True)])
        return _held(loss / len(lists), [one / len(lists) for one in gradient], weights, ORDER_PULL)

    found = descend(slope, len(scale), frozenset())
    weights = [weight / size for weight, size in zip(found, scale, strict=True)]
    pairs = zip(weights[: len(SIGNS)], weights[len(SIGNS) :], strict=True)
    return dict(zip(SIGNS, pairs, strict=True))


def _rows(lesson: Lesson) -> list[Row]:
    most = [max(signs[sign] for signs in lesson.signs) or 1.0 for sign in SIGNS]
    raw = [[signs[sign] for sign in SIGNS] for signs in lesson.signs]
    return [row + [value / top for value, top in zip(row, most, strict=True)] for row in raw]


def _shown(lesson: Lesson, order: Mapping[str, tuple[float, float]]) -> list[tuple[Row, bool]]:
    """The articles that would be shown, each as a row for the chance, and whether it was wrong."""
    scores = scored(lesson.signs, order)
    best = sorted(range(len(scores)), key=lambda number: -scores[number])
    standing = stand([scores[number] for number in best])
    found = []
    for at, number in enumerate(best[:MOST_SHOWN]):
        signs = {**lesson.signs[number], **standing[at], "files": math.log1p(lesson.files)}
        found.append(([signs[sign] for sign in CHANCE], lesson.right[number]))
    return found


def _chance(rows: list[Row], answers: Row, worth: Row) -> tuple[Row, float]:
    """Weights and bias of a logistic regression."""
    means = [sum(column) / len(rows) for column in zip(*rows, strict=True)]
    scale = _deviations(rows)
    level = [[(v - m) / s for v, m, s in zip(row, means, scale, strict=True)] + [1.0] for row in rows]
    total = sum(worth)

    def slope(weights: Row) -> tuple[float, Row]:
        loss, gradient, errors = 0.0, [0.0] * len(weights), []
        for row, answer, weight in zip(level, answers, worth, strict=True):
            guess = 1 / (1 + math.exp(-max(-30.0, min(30.0, sum(map(mul, row, weights))))))
            loss -= weight * math.log((guess if answer else 1 - guess) + 1e-12)
            errors.append(weight * (guess - answer))
        _add(gradient, level, errors)
        return _held(loss / total, [one / total for one in gradient], weights, CHANCE_PULL, free=1)

    found = descend(slope, len(scale) + 1, frozenset([len(scale) - 1, len(scale)]))
    weights = [weight / size for weight, size in zip(found, scale, strict=False)]
    return weights, found[-1] - sum(map(mul, weights, means))


def _held(loss: float, gradient: Row, weights: Row, pull: float, free: int = 0) -> tuple[float, Row]:
    """The loss and its gradient with the pull to 0; the last `free` weights are not pulled."""
    held = weights[: len(weights) - free] + [0.0] * free
    return loss + pull * sum(map(mul, held, held)), [
        one + 2 * pull * weight for one, weight in zip(gradient, held, strict=True)
    ]


def _add(gradient: Row, rows: Sequence[Row], errors: Row) -> None:
    for row, error in zip(rows, errors, strict=True):
        for column, value in enumerate(row):
            if value:
                gradient[column] += error * value


def _deviations(rows: Sequence[Row]) -> Row:
    found = []
    for column in zip(*rows, strict=True):
        mean = sum(column) / len(column)
        found.append(math.sqrt(sum((value - mean) ** 2 for value in column) / len(column)) + 1e-9)
    return found


def descend(slope: Slope, size: int, free: frozenset[int]) -> Row:
    """The weights of the lowest loss; only those in `free` may be below 0, since every sign speaks for an article."""
    weights, step = [0.0] * size, 1.0
    loss, gradient = slope(weights)
    for _ in range(ROUNDS):
        tried = _step(weights, gradient, step, free)
        lower, steeper = slope(tried)
        # A step is good when it goes down by a tenth of what the slope promises; over the valley it does not.
        while loss - lower < (promised := _promised(weights, tried, gradient) / 10) and step > ENOUGH:
            step /= 2
            tried = _step(weights, gradient, step, free)
            lower, steeper = slope(tried)
        if promised < ENOUGH:
            break
        weights, loss, gradient, step = tried, lower, steeper, step * 1.5
    return weights


def _promised(weights: Row, tried: Row, gradient: Row) -> float:
    return sum(slope * (weight - other) for slope, weight, other in zip(gradient, weights, tried, strict=True))


def _step(weights: Row, gradient: Row, step: float, free: frozenset[int]) -> Row:
    moved = (weight - step * slope for weight, slope in zip(weights, gradient, strict=True))
    return [value if number in free else max(0.0, value) for number, value in enumerate(moved)]
