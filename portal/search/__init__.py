"""The search index: which words occur in which document and field; lunr counts and weighs them."""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, field
from functools import cached_property

from lunr.builder import Builder
from lunr.field_ref import FieldRef
from lunr.pipeline import Pipeline

from portal.search.sections import Section, sentence
from portal.search.words import joined, spellings, stems

# Title and customers' wordings say what an article is about; its text mentions many things.
FIELDS = {"title": 5, "questions": 5, "headings": 2, "text": 1}
K1, B = 1.6, 0.75


@dataclass(frozen=True)
class Document:
    """A page that search can find; `url` is relative to the base path, `kind` is article, change, job or status."""

    title: str
    url: str
    topic: str = ""
    topic_id: str = ""
    description: str = ""
    kind: str = "article"
    questions: Sequence[str] = ()
    sections: Sequence[Section] = ()
    updated: str = ""  # the month, as it is shown

    @property
    def summary(self) -> str:
        """One sentence for the list of results: the description, or the beginning of the text."""
        return self.description or sentence(next((part.text for part in self.sections if part.text), ""))


# How often a word occurs in each field of a document.
Counts = tuple[int, ...]


@dataclass(frozen=True)
class Index:
    """Documents; for each stem its counts and lunr's weight in each document, and its word; all lengths."""

    documents: Sequence[Document]
    postings: dict[str, dict[int, Counts]] = field(default_factory=dict)
    weights: dict[str, dict[int, float]] = field(default_factory=dict)
    lengths: Sequence[tuple[int, ...]] = ()
    spellings: dict[str, str] = field(default_factory=dict)

    def scores(self, text: str) -> dict[int, float]:
        """The documents by number that share a word with `text`, each with the sum of its weights."""
        found: dict[int, float] = {}
        for word in dict.fromkeys(stems(text)):
            for number, weight in self.weights.get(word, {}).items():
                found[number] = found.get(number, 0.0) + weight
        return found

    def related(self, number: int, limit: int = 3) -> list[int]:
        """The documents of the same topic and kind whose words match this one's title and questions best."""
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


def build(documents: Iterable[Document]) -> Index:
    """Count and weigh every word of every document with lunr, field by field."""
    documents = list(documents)
    if not documents:
        return Index(documents)
    builder = Builder()
    # The words are already stemmed: lunr's tokenizer keeps quotation marks, and its stemmer differs from lunr.js.
    builder.pipeline = Pipeline()
    builder.k1(K1)
    builder.b(B)
    builder.ref("number")
    for name, boost in FIELDS.items():
        builder.field(name, boost=boost)
    stemmed = [{name: stems(text) for name, text in _texts(document).items()} for document in documents]
    vocabulary = {word for fields in stemmed for found in fields.values() for word in found}
    for number, (document, fields) in enumerate(zip(documents, stemmed, strict=True)):
        texts = _texts(document)
        whole = {name: found + _apart(texts[name], set(found), vocabulary) for name, found in fields.items()}
        builder.add({"number": number} | whole)
    lengths = [tuple(builder.field_lengths[f"{name}/{n}"] for name in FIELDS) for n in range(len(documents))]
    known = spellings(text for document in documents for text in _texts(document).values())
    return Index(documents, _postings(builder, len(documents)), _weights(builder), lengths, known)


def _apart(text: str, own: Collection[str], vocabulary: Collection[str]) -> list[str]:
    """Words that another text has in one and this one in two, so that `setup` finds "set up": each once, since how
    often neighbours meet ("email address", beside a name `emailaddress`) says little of what a text is about."""
    return [word for word in dict.fromkeys(joined(text)) if word in vocabulary and word not in own]


def _texts(document: Document) -> dict[str, str]:
    return {
        "title": document.title,
        "questions": " ".join(document.questions),
        "headings": " ".join(part.title for part in document.sections),
        "text": " ".join(part.text for part in document.sections),
    }


def _postings(builder: Builder, size: int) -> dict[str, dict[int, Counts]]:
    counts: dict[str, dict[int, list[int]]] = {}
    for place, name in enumerate(FIELDS):
        for number in range(size):
            for word, count in builder.field_term_frequencies[f"{name}/{number}"].items():
                counts.setdefault(word, {}).setdefault(number, [0] * len(FIELDS))[place] = count
    # In the order in which a browser compares strings: it looks words up by binary search.
    return {
        word: {number: tuple(found) for number, found in sorted(counts[word].items())}
        for word in sorted(counts, key=lambda word: word.encode("utf-16-be"))
    }


def _weights(builder: Builder) -> dict[str, dict[int, float]]:
    """lunr's weights, summed over the fields."""
    index = builder.build()
    vocabulary = {entry["_index"]: word for word, entry in index.inverted_index.items()}
    found: dict[str, dict[int, float]] = {}
    for ref, vector in index.field_vectors.items():
        number = int(FieldRef.from_string(ref).doc_ref)
        elements = vector.elements
        for position, weight in zip(elements[::2], elements[1::2], strict=True):
            weights = found.setdefault(vocabulary[position], {})
            weights[number] = weights.get(number, 0.0) + weight
    return found
