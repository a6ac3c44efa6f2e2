"""The articles, indexed so that a change finds those that speak of the same things."""

import hashlib
import math
import re
from array import array
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache, cached_property, lru_cache

from portal.freshness import words
from portal.freshness.covers import Covers

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
# A posting is one number: the article's place, and in so many bits how often it has the word.
BITS = 10
MOST = (1 << BITS) - 1


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
        self._words, self._lengths = _postings(self.documents, words.WORD, words.stems_of)
        self._names, _ = _postings(self.documents, words.NAME, words.lower_names_of)
        self.mean_length = sum(self._lengths) / max(1, len(self.documents)) or 1.0
        self._rare_words, self._rare_names = self._rarities(self._words), self._rarities(self._names)
        self.reading = lru_cache(KEPT)(self._reading)

    def _reading(self, place: int) -> Reading:
        return Reading(self.documents[place], self.mean_length)

    def rarity(self, stem: str) -> float:
        """How much a word tells: about 1 for one that one article has, 0 for one that none or all have."""
        return self._rare_words.get(stem, 0.0)

    def name_rarity(self, name: str) -> float:
        """The same for a name."""
        return self._rare_names.get(name, 0.0)

    def _rarities(self, postings: "dict[str, array[int]]") -> dict[str, float]:
        count, top = len(self.documents) + 1, math.log(len(self.documents) + 1) or 1.0
        # Most words are in one article or two: their logarithms are taken once.
        by_length = cache(lambda length: max(0.0, math.log(count / (length + 0.5)) / top))
        return {part: by_length(len(posting)) for part, posting in postings.items()}

    def knows(self, name: str) -> bool:
        """Whether any article has the name."""
        return name in self._names

    def quotes(self, label: str) -> bool:
        """Whether all words of a label are known here; only then can an article quote it."""
        return all(stem in self._words for stem in words.stems(label)) and bool(words.stems(label))

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
        lengths, mean = self._lengths, self.mean_length
        for stem, weight in query.items():
            for entry in self._words.get(stem, ()):
                place = entry >> BITS
                scores[place] += weight * saturated(entry & MOST, lengths[place], mean)
        return scores

    def with_names(self, query: Mapping[str, float]) -> dict[int, float]:
        """The articles (by place) that have names of a query, and the sum of their weights."""
        scores: dict[int, float] = defaultdict(float)
        for name, weight in query.items():
            for entry in self._names.get(name, ()):
                scores[entry >> BITS] += weight
        return scores


def _marked(text: str) -> list[str]:
    """What an article marks."""
    return [next(filter(None, match.groups()), "") for match in MARKED.finditer(text)]


def saturated(count: int, length: float, mean: float) -> float:
    """BM25's share of a word's weight: the tenth time that an article has it counts little."""
    return count / (count + 1.2 * (0.25 + 0.75 * length / mean))


def _postings(
    documents: Sequence[Document], pattern: re.Pattern[str], parts: Callable[[str], tuple[str, ...]]
) -> "tuple[dict[str, array[int]], list[int]]":
    """For each part of a token, the articles that have it, each as its place and in the lower bits how often; and how
    many parts each article has."""
    found: defaultdict[str, array[int]] = defaultdict(lambda: array("I"))
    lengths = []
    for place, document in enumerate(documents):
        counts: defaultdict[str, int] = defaultdict(int)
        for token, times in Counter(pattern.findall(document.text)).items():
            for part in parts(token):
                counts[part] += times
        base = place << BITS
        for part, times in counts.items():
            found[part].append(base | min(times, MOST))
        lengths.append(sum(counts.values()))
    return dict(found), lengths
