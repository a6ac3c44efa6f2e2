"""The index as a file for the browser (hooks/theme/assets/search-decode.js reads it): exact, and small once compressed.

A line with the format's version and the sizes, JSON with what results show, then numbers. The numbers are counts, not
weights: the browser computes lunr's weights from them, to the last digit, and most of them are 0. They are coded by
portal/search_coder.py and written in base64, so that the whole file is text, which every host compresses.
"""

import base64
import hashlib
import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import astuple

from portal.search import FIELDS, K1, B, Counts, Document, Index
from portal.search_coder import SIZE, Encoder
from portal.search_words import STOP

VERSION = 5
# Up to so many documents the index has room for a sentence of each.
MOST_SUMMARIES = 60
KINDS = ("article", "change", "job", "status")


def encode(
    index: Index, topics: Iterable[tuple[str, str]] = (), synonyms: Sequence[Sequence[str]] = (), texts: str = ""
) -> bytes:
    """The file; `topics` are (title, url), `synonyms` groups of stems, `texts` the folder of `texts()`."""
    documents = index.documents
    names = sorted({document.topic for document in documents})
    store = {
        "titles": [document.title for document in documents],
        "urls": [document.url for document in documents],
        "summaries": _summaries(documents),
        "kinds": [KINDS.index(document.kind) for document in documents],
        "topics": [names.index(document.topic) for document in documents],
        "names": names,
        "groups": [list(topic) for topic in topics],
        "stop": " ".join(sorted(STOP)),
        "synonyms": synonyms,
        "texts": texts,
        "weights": [K1, B, list(FIELDS.values())],
        "postings": sum(map(len, index.postings.values())),
    }
    head = _json(store)
    vocabulary = _vocabulary(list(index.postings)).encode()
    numbers = base64.b64encode(_numbers(index))
    first = f"helpfront-search {VERSION} {len(head)} {len(vocabulary)} {len(numbers)}\n".encode()
    return first + head + vocabulary + numbers


def _summaries(documents: Sequence[Document]) -> dict[str, str]:
    """In a small portal all of them; in a larger one they come with the texts, and only jobs have them at once."""
    return {
        str(number): document.summary
        for number, document in enumerate(documents)
        if document.summary and (document.kind in ("job", "status") or len(documents) <= MOST_SUMMARIES)
    }


def name(content: bytes) -> str:
    """A short hash: a file with this name never changes."""
    return hashlib.sha256(content).hexdigest()[:10]


def texts(index: Index) -> Mapping[str, bytes]:
    """For every document, by the name of its file, its summary and sections: read for results that are shown."""
    return {
        f"{number}.json": _json([document.summary, *map(astuple, document.sections)])
        for number, document in enumerate(index.documents)
    }


def _json(data: object) -> bytes:
    return json.dumps(data, ensure_ascii=False, separators=(",", ":")).encode()


def _vocabulary(words: Sequence[str]) -> str:
    """Front-coded: a digit (base 36) for the letters that a word shares with the one before it, then the others."""
    parts, before = [], ""
    # A browser counts rare letters twice, so none of those is shared.
    for word in words:
        shared = 0
        while shared < min(len(word), len(before), 35) and word[shared] == before[shared] <= "\uffff":
            shared += 1
        parts.append("0123456789abcdefghijklmnopqrstuvwxyz"[shared] + word[shared:])
        before = word
    return "\n".join(parts)


# The models of the numbers; a model and its cases are one block of contexts.
_FREQUENCY, _GAP, _COUNT, _FIELDS = 0, 8, 80, 120


def _numbers(index: Index) -> bytes:
    """Lengths of the documents' fields, then for every word where it occurs."""
    coder = Encoder()
    for lengths in index.lengths:
        for place, length in enumerate(lengths):
            coder.number(_COUNT + 30 + place, length)
    size = len(index.documents)
    before = 0
    for found in index.postings.values():
        coder.number(_FREQUENCY + min(before, 3), len(found) - 1)
        before = len(found).bit_length()
        last, left, fields = -1, len(found), 0
        for number, counts in found.items():
            # How far apart they are if they are spread evenly, in halves of a binary digit.
            apart = 2 * (size - last - 1) // left
            coder.number(_GAP + _halves(apart), number - last - 1)
            last, left = number, left - 1
            fields = _write_fields(coder, counts, fields, min(before, 5))
            _write_counts(coder, counts, index.lengths[number][-1])
    return coder.finish()


def _halves(value: int) -> int:
    length = value.bit_length()
    return length * 2 + (value >> (length - 2) & 1 if length > 1 else 0)


def _write_fields(coder: Encoder, counts: Sequence[int], before: int, case: int) -> int:
    """In which fields the word is; only the text's is known when it is in no other."""
    fields = 0
    last = len(counts) - 1
    for place, count in enumerate(counts):
        if place < last or fields:
            context = ((place * 8 + fields) * 2 + (before >> place & 1)) * 8 + case
            coder.bit(_FIELDS * SIZE + context, count > 0)
        fields |= (count > 0) << place
    return fields


def _write_counts(coder: Encoder, counts: Counts, length: int) -> None:
    for place, count in enumerate(counts):
        if count:
            case = 4 + min((length + 1).bit_length(), 12) if place == len(counts) - 1 else place
            coder.number(_COUNT + case, count - 1)
