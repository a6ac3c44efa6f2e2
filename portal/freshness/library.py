"""The articles, indexed so that a change finds those that speak of the same things."""

import hashlib
import math
import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property, lru_cache

from portal.freshness import words
from portal.freshness.covers import Covers
from portal.freshness.index import BITS, MOST, Index, runs

MARKED = re.compile(
    r"``?([^`\n]{2,100})``?|\*\*([^*\n]{2,80})\*\*|^#{1,6} +(.+?)#*$|\[([^\]\n]{2,80})\]\(", re.MULTILINE
)
FENCE = re.compile(r"^(```|~~~).*?^\1", re.MULTILINE | re.DOTALL)
HEADING = re.compile(r"^# +(.+)$", re.MULTILINE)
FRONT_TITLE = re.compile(r"\A-{3}\n(?:.*\n)*?title: *(.+)\n", re.MULTILINE)
NUMBER = re.compile(r"(?<![\w.])\d+(?:\.\d+)*(?!\w)")
PARAGRAPH = re.compile(r"\n\s*\n|\n(?=#)")
# Readings of so many articles are kept: those that a release's commits have in common.
KEPT = 1024


@dataclass(frozen=True)
class Document:
    """An article as the check needs it: its id, its file with the text, and what it says that it covers."""

    id: str
    file: str
    text: str = field(repr=False)
    covers: Covers = field(default_factory=Covers)


def digest(text: str) -> str:
    """What tells an article's text from any other, whatever its line ends."""
    return hashlib.sha256(text.replace("\r\n", "\n").encode()).hexdigest()[:16]


class Reading:
    """The words, names and marked labels of one article; `mean` is the mean length of all."""

    def __init__(self, document: Document, mean: float) -> None:
        text = document.text
        self.lower = words.squeezed(text)
        self.stems = Counter(words.stems(text))
        self.names = Counter(name.lower() for name in words.names(text))
        marked = _marked(text)
        self.marks = frozenset(words.squeezed(mark) for mark in marked)
        coded = marked + [match[0] for match in FENCE.finditer(text)]
        self.marked_names = frozenset(name.lower() for mark in coded for name in words.names(mark))
        heading = FRONT_TITLE.match(text) or HEADING.search(text)
        self.file_stems = frozenset(words.stems(words.stem_of_path(document.file).rpartition(" ")[2]))
        place = frozenset(words.stems(words.stem_of_path(document.file)))
        self.title = place | frozenset(words.stems(heading[1]) if heading else ())
        length = sum(self.stems.values())
        self.shares = {stem: saturated(count, length, mean) for stem, count in self.stems.items()}
        self._text = text

    @cached_property
    def paragraphs(self) -> list[tuple[frozenset[str], float]]:
        """The stems of each paragraph, and what to divide its score by, so that long ones have no advantage."""
        parted = (words.stems(part) for part in PARAGRAPH.split(self._text) if part.strip())
        return [(frozenset(found), math.sqrt(20 + len(found))) for found in parted]

    @cached_property
    def numbers(self) -> list[tuple[frozenset[str], frozenset[str]]]:
        """The lines that have numbers: the numbers and the stems of each."""
        lines = ((line, frozenset(NUMBER.findall(line))) for line in self._text.split("\n"))
        return [(numbers, frozenset(words.stems(line))) for line, numbers in lines if numbers]


class Library:
    """All articles, by their words and names."""

    def __init__(self, documents: Iterable[Document]) -> None:
        self.documents: Sequence[Document] = tuple(documents)
        self.places = {document.id: number for number, document in enumerate(self.documents)}
        self.covering = [document.id for document in self.documents if document.covers]
        found = runs(document.text for document in self.documents)
        self._words = Index(found, words.stems, len(self.documents))
        self._names = Index(found, words.lower_names, len(self.documents))
        self.mean_length = sum(self._words.lengths) / max(1, len(self.documents)) or 1.0
        self.rarity, self.name_rarity = self._words.rarity, self._names.rarity
        self.reading = lru_cache(KEPT)(self._reading)

    def _reading(self, place: int) -> Reading:
        return Reading(self.documents[place], self.mean_length)

    def knows(self, name: str) -> bool:
        """Whether any article has the name."""
        return name in self._names

    def quotes(self, label: str) -> bool:
        """Whether all words of a label are known here; only then can an article quote it."""
        stems = words.stems(label)
        return bool(stems) and all(stem in self._words for stem in stems)

    def marking(self, label: str) -> Sequence[int]:
        """The articles (by place) that mark a label: as code, bold, a heading or a link."""
        return self._marks.get(label, ())

    @cached_property
    def _marks(self) -> dict[str, list[int]]:
        found: dict[str, list[int]] = {}
        for place, document in enumerate(self.documents):
            for label in {words.squeezed(mark) for mark in _marked(document.text)}:
                found.setdefault(label, []).append(place)
        return found

    def with_words(self, query: Mapping[str, float]) -> dict[int, float]:
        """The articles (by place) that have words of a query, and their BM25 scores."""
        scores: dict[int, float] = defaultdict(float)
        lengths, mean = self._words.lengths, self.mean_length
        for stem, weight in query.items():
            for entry in self._words.postings(stem):
                place = entry >> BITS
                scores[place] += weight * saturated(entry & MOST, lengths[place], mean)
        return scores

    def with_names(self, query: Mapping[str, float]) -> dict[int, float]:
        """The articles (by place) that have names of a query, and the sum of their weights."""
        scores: dict[int, float] = defaultdict(float)
        for name, weight in query.items():
            for entry in self._names.postings(name):
                scores[entry >> BITS] += weight
        return scores


def _marked(text: str) -> list[str]:
    """What an article marks."""
    return [next(filter(None, match.groups()), "") for match in MARKED.finditer(text)]


def saturated(count: int, length: float, mean: float) -> float:
    """BM25's share of a word's weight: the tenth time that an article has it counts little."""
    return count / (count + 1.2 * (0.25 + 0.75 * length / mean))
