"""The search index: which words occur in which document and how much they weigh there, as compact JSON."""

import json
import re
import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property
from html.parser import HTMLParser

from lunr.builder import Builder
from lunr.field_ref import FieldRef
from lunr.pipeline import Pipeline
from lunr.stop_word_filter import stop_word_filter

# A writer's title and the customers' own wordings say what an article is about; its text only mentions things.
FIELDS = {"title": 5, "questions": 5, "headings": 2, "text": 1}
HEAVIEST = 255
SENTENCE = 160

_APOSTROPHES = re.compile(r"['\u2019\u02bc]")
_WORD = re.compile(r"[^\W_]+")


@dataclass(frozen=True)
class Document:
    """One thing that search can find; `url` is relative to the base path, `kind` is article or change."""

    title: str
    url: str
    topic: str = ""
    topic_id: str = ""
    description: str = ""
    kind: str = "article"
    questions: Sequence[str] = ()
    headings: Sequence[str] = ()
    text: str = ""


@dataclass(frozen=True)
class Index:
    """Documents, and for every word the weight (1 to 255) that it has in each of them by number."""

    documents: Sequence[Document]
    postings: dict[str, dict[int, int]]

    def scores(self, text: str) -> dict[int, int]:
        """The documents by number that share a word with `text`, each with the sum of its weights."""
        found: dict[int, int] = {}
        for word in dict.fromkeys(words(text)):
            for number, weight in self.postings.get(word, {}).items():
                found[number] = found.get(number, 0) + weight
        return found

    def related(self, number: int, limit: int = 3) -> list[int]:
        """The documents of the same topic and kind that share most words with the title and questions of this one."""
        document = self.documents[number]
        scores = self.scores(" ".join([document.title, *document.questions]))
        alike = [
            (-score, other)
            for other, score in scores.items()
            if other != number and (self._place[other] == self._place[number])
        ]
        return [other for _, other in sorted(alike)[:limit]]

    @cached_property
    def _place(self) -> list[tuple[str, str]]:
        return [(document.kind, document.topic_id) for document in self.documents]

    def to_json(self, topics: Iterable[tuple[str, str]] = ()) -> str:
        """The index as the browser loads it; `topics` (title, url) are shown when nothing is found."""
        vocabulary = sorted(self.postings)
        data = {
            "documents": [[d.title, d.url, d.topic, d.description or sentence(d.text), d.kind] for d in self.documents],
            "topics": [list(topic) for topic in topics],
            "words": " ".join(vocabulary),
            "postings": [
                [part for pair in sorted(self.postings[word].items()) for part in pair] for word in vocabulary
            ],
        }
        return json.dumps(data, ensure_ascii=False, separators=(",", ":"))


def build(documents: Iterable[Document]) -> Index:
    """Weigh every word of every document with lunr's BM25, field by field."""
    documents = list(documents)
    builder = Builder()
    # No stemmer: lunr's two implementations disagree on some words, and the browser needs none this way.
    builder.pipeline = Pipeline()
    builder.pipeline.add(stop_word_filter)
    builder.ref("number")
    for name, boost in FIELDS.items():
        builder.field(name, boost=boost)
    for number, document in enumerate(documents):
        builder.add({"number": number} | {name: _field(document, name) for name in FIELDS})
    return Index(documents, _postings(builder) if documents else {})


def words(text: str) -> list[str]:
    """Lower-case words of letters and digits, without accents; `can't` is one word, `cant`. search.js does the same."""
    plain = unicodedata.normalize("NFKD", _APOSTROPHES.sub("", text).lower())
    return _WORD.findall("".join(letter for letter in plain if not unicodedata.category(letter).startswith("M")))


def sentence(text: str) -> str:
    """The beginning of a text, cut at the end of a sentence or of a word."""
    text = " ".join(text.split())
    if len(text) <= SENTENCE:
        return text
    head = text[: SENTENCE + 1]
    end = max(head.rfind(mark) for mark in (". ", "? ", "! ", ": "))
    return head[: end + 1] if end > SENTENCE // 3 else head.rpartition(" ")[0] + " \u2026"


def _field(document: Document, name: str) -> list[str]:
    value: str | Sequence[str] = getattr(document, name)
    return words(value if isinstance(value, str) else " ".join(value))


def _postings(builder: Builder) -> dict[str, dict[int, int]]:
    """The weights that lunr has computed, added over the fields and scaled to one byte."""
    index = builder.build()
    vocabulary = {entry["_index"]: word for word, entry in index.inverted_index.items()}
    exact: dict[str, dict[int, float]] = {}
    for ref, vector in index.field_vectors.items():
        number = int(FieldRef.from_string(ref).doc_ref)
        elements = vector.elements
        for position, weight in zip(elements[::2], elements[1::2], strict=True):
            weights = exact.setdefault(vocabulary[position], {})
            weights[number] = weights.get(number, 0.0) + weight
    heaviest = max((weight for weights in exact.values() for weight in weights.values()), default=1.0)
    return {
        word: {number: max(1, round(weight / heaviest * HEAVIEST)) for number, weight in weights.items()}
        for word, weights in exact.items()
    }


def plain(html: str) -> tuple[list[str], str]:
    """The headings of a rendered page and its text, without markup and permalinks."""
    reader = _Reader()
    reader.feed(html)
    reader.close()
    return [" ".join(heading.split()) for heading in reader.headings], " ".join("".join(reader.text).split())


class _Reader(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.headings: list[str] = []
        self.text: list[str] = []
        self._in_heading = False
        self._skipped = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        # A permalink is the sign after a heading, not a word of it.
        if tag in ("script", "style") or (tag == "a" and "headerlink" in (dict(attrs).get("class") or "")):
            self._skipped = tag
        if tag in ("h2", "h3", "h4"):
            self._in_heading = True
            self.headings.append("")
        if tag not in _INLINE:
            self.text.append(" ")

    def handle_endtag(self, tag: str) -> None:
        if tag == self._skipped:
            self._skipped = ""
        if tag in ("h2", "h3", "h4"):
            self._in_heading = False
        if tag not in _INLINE:
            self.text.append(" ")

    def handle_data(self, data: str) -> None:
        if self._skipped:
            return
        if self._in_heading:
            self.headings[-1] += data
        else:
            self.text.append(data)


_INLINE = frozenset(
    [
        "a",
        "abbr",
        "b",
        "code",
        "em",
        "i",
        "kbd",
        "mark",
        "q",
        "s",
        "small",
        "span",
        "strong",
        "sub",
        "sup",
        "u",
        "var",
        "wbr",
    ]
)
