"""How strongly each sign of a change speaks for an article, as numbers that a table of weights adds up."""

import math
from collections.abc import Mapping
from dataclasses import dataclass

from portal.freshness.evidence import Evidence
from portal.freshness.library import Library, Reading

# A query keeps so many words, the heaviest first: a change of 500 files would have ten thousand.
MOST_WORDS = 400
# A name that the product still has so often is not what the change was about.
STILL_THERE = 15
PLAIN, MARKED, UNMARKED = 0.35, 1.3, 0.8

# The signs, in the order of the table of weights.
SIGNS = (
    "gone", "removed", "changed", "added", "moved", "subject_names", "labels", "new_labels", "words", "old_words",
    "within", "paths", "subject", "title", "subject_title", "passage", "file", "numbers", "history",
)  # fmt: skip


@dataclass(frozen=True)
class Query:
    """The words of a change with their weights, and their length as a vector."""

    weights: Mapping[str, float]
    length: float


@dataclass(frozen=True)
class Asked:
    """A change, made ready for one library."""

    evidence: Evidence
    queries: Mapping[str, Query]
    history: Mapping[str, float]
    fates: Mapping[str, tuple[str, float]]  # a name's sign, and its weight in an article that does not mark it
    lost: frozenset[str]
    gained: frozenset[str]


def ask(evidence: Evidence, library: Library, history: Mapping[str, float], left: Mapping[str, int]) -> Asked:
    """The queries of a change: for all its words, for the removed ones, those of paths, headings and the subject.

    `left` says how often the product still has a removed string, given in lower case.
    """
    parts: dict[str, Mapping[str, float]] = {
        "all": evidence.words,
        "old": evidence.old_words,
        "within": evidence.within,
        "paths": evidence.paths,
        "subject": dict.fromkeys(evidence.subject, 0.0),
    }
    queries = {name: _query(counts, library) for name, counts in parts.items()}
    old, new = evidence.old_labels, evidence.new_labels
    lost, gained = (frozenset(filter(library.quotes, labels)) for labels in (old - new, new - old))
    known = filter(library.knows, {*evidence.removed, *evidence.added})
    fates = {name: (_fate(name, evidence, left), _weight(name, evidence, library)) for name in known}
    return Asked(evidence, queries, history, fates, lost, gained)


def _query(counts: Mapping[str, float], library: Library) -> Query:
    weights = {word: (1 + math.log1p(count)) * rare for word, count in counts.items() if (rare := library.rarity(word))}
    if len(weights) > MOST_WORDS:
        weights = dict(sorted(weights.items(), key=lambda one: -one[1])[:MOST_WORDS])
    return Query(weights, math.sqrt(sum(weight * weight for weight in weights.values())) or 1.0)


def measure(asked: Asked, library: Library, place: int) -> dict[str, float]:
    """Every sign for one article."""
    reading, document = library.reading(place), library.documents[place]
    query = asked.queries
    return {
        **_names(asked, library, reading),
        **_labels(asked, library, reading),
        "words": _bm25(query["all"], reading),
        "old_words": _bm25(query["old"], reading),
        "within": _cosine(query["within"], reading, library),
        "paths": _cosine(query["paths"], reading, library),
        "subject": _bm25(query["subject"], reading),
        "title": _title(query["all"], reading) / query["all"].length,
        "subject_title": _title(query["subject"], reading),
        "passage": _passage(query["all"], reading, library),
        "file": _file(asked.evidence, reading),
        "numbers": _numbers(asked.evidence, reading, library),
        "history": math.log1p(asked.history.get(document.id, 0.0)),
    }


def _names(asked: Asked, library: Library, reading: Reading) -> dict[str, float]:
    """Names of the change that the article has: taken away, gone from the whole product, changed, added."""
    signs: dict[str, list[float]] = {"gone": [], "removed": [], "changed": [], "added": [], "moved": []}
    for name in asked.fates.keys() & reading.names.keys():
        sign, weight = asked.fates[name]
        signs[sign].append(weight * (MARKED if name in reading.marked_names else UNMARKED))
    found = {sign: _strength(weights, 6) for sign, weights in signs.items()}
    named = [library.name_rarity(name) for name in asked.evidence.subject_names if name in reading.names]
    return {**found, "subject_names": _strength(named, 6)}


def _fate(name: str, evidence: Evidence, left: Mapping[str, int]) -> str:
    """What became of a name in the lines of a change."""
    if name not in evidence.removed:
        return "added"
    if evidence.added.get(name, 0) >= evidence.removed[name]:
        return "changed" if name in evidence.together else "moved"
    count = left.get(name)
    if count == 0:
        return "gone"
    return "removed" if count is None or count < STILL_THERE else "moved"


def _weight(name: str, evidence: Evidence, library: Library) -> float:
    return library.name_rarity(name) * (1.0 if name in evidence.shaped else PLAIN)


def _labels(asked: Asked, library: Library, reading: Reading) -> dict[str, float]:
    """Labels that the change took away or added and the article quotes."""
    lost = [_label(label, library, reading) for label in asked.lost]
    gained = [_label(label, library, reading) for label in asked.gained]
    return {"labels": _strength(lost, 4), "new_labels": _strength(gained, 4)}


def _label(label: str, library: Library, reading: Reading) -> float:
    """How much it tells that an article has a label: several words anywhere, one word only when it is marked."""
    if " " in label:
        return 1.0 if label in reading.marks or label in reading.lower else 0.0
    return 0.4 * library.name_rarity(label) if label in reading.marks else 0.0


def _strength(weights: list[float], most: int) -> float:
    """The strongest weights together, as the length of a vector: a second sign adds less than the first."""
    strongest = sorted(weights, reverse=True)[:most]
    return math.sqrt(sum(weight * weight for weight in strongest))


def _bm25(query: Query, reading: Reading) -> float:
    weights, shares = query.weights, reading.shares
    return sum(weights[stem] * shares[stem] for stem in weights.keys() & shares.keys()) / query.length


def _cosine(query: Query, reading: Reading, library: Library) -> float:
    weights, stems = query.weights, reading.stems
    common = weights.keys() & stems.keys()
    total = sum(weights[stem] * (1 + math.log(stems[stem])) * library.rarity(stem) for stem in common)
    return total / (query.length * math.sqrt(20 + len(stems)))


def _title(query: Query, reading: Reading) -> float:
    return sum(query.weights[stem] for stem in reading.title & query.weights.keys())


def _passage(query: Query, reading: Reading, library: Library) -> float:
    """The best paragraph: an article of many subjects has one that speaks of this."""
    common = query.weights.keys() & reading.stems.keys()
    weights = {stem: query.weights[stem] * library.rarity(stem) for stem in common}
    scores = (sum(weights[stem] for stem in stems & weights.keys()) / size for stems, size in reading.paragraphs)
    return max(scores, default=0.0) / query.length


def _file(evidence: Evidence, reading: Reading) -> float:
    """How alike the article's file and one of the change's files are called."""
    mine = reading.file_stems
    alike = (len(mine & theirs) / len(mine | theirs) for theirs in evidence.files if mine and theirs)
    return max(alike, default=0.0)


def _numbers(evidence: Evidence, reading: Reading, library: Library) -> float:
    """An old number in a line of the article that shares words with the line of code."""
    best = 0.0
    for there, stems in reading.numbers if evidence.numbers else ():
        for old in evidence.numbers:
            if there & old.numbers:
                shared = sorted((library.rarity(stem) for stem in stems & old.around), reverse=True)[:3]
                best = max(best, sum(shared))
    return best
