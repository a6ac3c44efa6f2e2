"""Which articles a change may have made wrong: their order, and how likely each is."""

import heapq
import json
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from portal.freshness.evidence import Evidence
from portal.freshness.library import Library
from portal.freshness.signals import SIGNS, Asked, ask, measure

WEIGHTS = Path(__file__).with_name("weights.json")
# The articles that are looked at closely: so many by each of words, subject, names and history.
LOOKED_AT, WORDS_ASKED, NAMES_ASKED = 12, 80, 300
# A person gets at most so many articles for one change; the next one says how far these stand out.
MOST_SHOWN = 3
# The signs that say how sure an answer is, beside its place among the others.
SURE = ("gone", "changed", "labels", "numbers", "subject", "subject_names", "history", "passage", "file")
STANDING = ("share", "share_log", "score", "lead", "first")


@dataclass(frozen=True)
class Weights:
    """What each sign counts: for the order (as it is, and relative to the strongest article) and for the chance."""

    order: Mapping[str, tuple[float, float]]
    chance: Mapping[str, float]
    bias: float
    shown: float
    high: float


@dataclass(frozen=True)
class Ranked:
    """One article's place for a change: its score, the chance that it is wrong now, and its signs."""

    id: str
    score: float
    chance: float
    signs: Mapping[str, float]


@cache
def learned(path: Path = WEIGHTS) -> Weights:
    """The weights that `python -m scripts.freshness learn` found."""
    data = json.loads(path.read_text("utf-8"))
    order = {sign: (raw, relative) for sign, (raw, relative) in data["order"].items()}
    return Weights(order, data["chance"], data["bias"], data["shown"], data["high"])


def rank(
    evidence: Evidence,
    library: Library,
    history: Mapping[str, float],
    left: Mapping[str, int],
    weights: Weights | None = None,
) -> list[Ranked]:
    """The articles that a change may have made wrong, the likeliest first.

    `history` says how often an article changed together with the change's files, `left` how often the product still
    has a string, given in lower case, that the change removed.
    """
    weights = weights or learned()
    asked = ask(evidence, library, history, left)
    places = candidates(asked, library)
    found = [measure(asked, library, place) for place in places]
    scores = scored(found, weights.order)
    order = sorted(range(len(places)), key=lambda number: (-scores[number], places[number]))
    standing = stand([scores[number] for number in order])
    files = len(evidence.files)
    return [
        Ranked(
            library.documents[places[number]].id,
            scores[number],
            chance({**found[number], **standing[at], "files": math.log1p(files)}, weights),
            found[number],
        )
        for at, number in enumerate(order)
    ]


def candidates(asked: Asked, library: Library) -> list[int]:
    """The places of the articles worth a closer look: the best by words, by the subject, by names and by history."""
    evidence = asked.evidence
    changed = {*evidence.removed, *evidence.added, *evidence.subject_names}
    names = {name: rare for name in changed if (rare := library.name_rarity(name))}
    past = {library.places[id]: weight for id, weight in asked.history.items() if id in library.places}
    rankings: list[Mapping[int, float]] = [
        library.with_words(_heaviest(asked.queries["all"].weights, WORDS_ASKED)),
        library.with_words(_heaviest(asked.queries["old"].weights, WORDS_ASKED)),
        library.with_words(asked.queries["subject"].weights),
        library.with_names(_heaviest(names, NAMES_ASKED)),
        past,
    ]
    found = {place for ranking in rankings for place in heapq.nlargest(LOOKED_AT, ranking, key=ranking.__getitem__)}
    return sorted(found)


def _heaviest(weights: Mapping[str, float], most: int) -> dict[str, float]:
    return dict(heapq.nlargest(most, sorted(weights.items()), key=lambda one: one[1]))


def scored(found: Sequence[Mapping[str, float]], order: Mapping[str, tuple[float, float]]) -> list[float]:
    """The score of each article: its signs, and each sign's share of the strongest."""
    most = {sign: max((signs[sign] for signs in found), default=0.0) or 1.0 for sign in SIGNS}
    return [
        sum(signs[sign] * (raw + relative / most[sign]) for sign, (raw, relative) in order.items()) for signs in found
    ]


def stand(scores: Sequence[float]) -> list[dict[str, float]]:
    """How each of the scores, highest first, stands among them."""
    if not scores:
        return []
    powers = [math.exp(score - scores[0]) for score in scores]
    total = sum(powers)
    following = scores[MOST_SHOWN] if len(scores) > MOST_SHOWN else 0.0
    return [
        {
            "share": power / total,
            "share_log": math.log(power / total + 1e-3),
            "score": score,
            "lead": score - following,
            "first": float(at == 0),
        }
        for at, (power, score) in enumerate(zip(powers, scores, strict=True))
    ]


def chance(signs: Mapping[str, float], weights: Weights) -> float:
    """The chance from 0 to 1 that an article with these signs is wrong now."""
    total = weights.bias + sum(weight * signs[sign] for sign, weight in weights.chance.items())
    return 1 / (1 + math.exp(-max(-30.0, min(30.0, total))))
