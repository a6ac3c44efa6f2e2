"""The index as a file for the browser (hooks/engine/decode.js reads it): exact, and small once compressed.

A line with the format's version and the sizes, JSON with what results show, the words, then numbers. The numbers are
counts, not weights: the browser computes lunr's weights from them, to the last digit, and most of them are 0. They are
coded by portal/search/coder.py, in parts, so that a browser reads only those of the words that it is asked for. The
file is called .txt because every host compresses those.
"""

import hashlib
import json
import string
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import astuple

from portal.search import FIELDS, K1, B, Counts, Document, Index
from portal.search.coder import Encoder
from portal.search.words import STOP

VERSION = 7
# With at most this many documents, the index itself holds a sentence of each.
MOST_SUMMARIES = 60
# The browser decodes the first LEARNED words at once and the others in parts of WORDS, when a query needs one.
LEARNED, WORDS = 300, 32
KINDS = ("article", "change", "job", "status")


def encode(
    index: Index,
    topics: Iterable[tuple[str, str]] = (),
    synonyms: Sequence[Sequence[str]] = (),
    texts: str = "",
    near: Sequence[tuple[str, str]] = (),
) -> bytes:
    """The file's bytes; `topics` are (title, url), `synonyms` groups of stems, `near` pairs of stems in the index,
    `texts` the folder of `texts()`."""
    documents = index.documents
    names = sorted({document.topic for document in documents})
    parts = _parts(index)
    store = {
        "titles": [document.title for document in documents],
        "urls": [document.url for document in documents],
        "summaries": _summaries(documents),
        "kinds": [KINDS.index(document.kind) for document in documents],
        "topics": [names.index(document.topic) for document in documents],
        "names": names,
        "groups": [list(topic) for topic in topics],
        "stop": " ".join(sorted(STOP)),
        # As one text, which a browser parses faster than lists of lists.
        "synonyms": "\n".join(",".join(group) for group in synonyms),
        "near": _near(near, index),
        "texts": texts,
        "weights": [K1, B, list(FIELDS.values())],
        "lengths": [length for lengths in index.lengths for length in lengths],
        # The number of documents of each word, as letters, which a browser parses faster than numbers.
        "often": "".join(chr(OFTEN + len(found)) for found in index.postings.values()),
        **_endings(index),
        "learned": _learned(len(index.postings)),
        "parts": [len(part) for part in parts],
    }
    head = _json(store)
    vocabulary = "\n".join(index.postings).encode()
    numbers = b"".join(parts) + b"\0\0"
    first = f"helpfront-search {VERSION} {len(head)} {len(vocabulary)} {len(numbers)}\n".encode()
    return first + head + vocabulary + numbers


def _summaries(documents: Sequence[Document]) -> dict[str, str]:
    """The summaries in the index: all in a small portal, only the jobs' in a larger one (the texts have the rest)."""
    return {
        str(number): document.summary
        for number, document in enumerate(documents)
        if document.summary and (document.kind in ("job", "status") or len(documents) <= MOST_SUMMARIES)
    }


def name(content: bytes) -> str:
    """A short hash of the content, so that a file of this name never changes."""
    return hashlib.sha256(content).hexdigest()[:10]


def texts(index: Index) -> Mapping[str, bytes]:
    """File name -> summary, month and sections of a document: fetched for the results that are shown."""
    return {
        f"{number}.json": _json([document.summary, document.updated, *map(astuple, document.sections)])
        for number, document in enumerate(index.documents)
    }


def _json(data: object) -> bytes:
    return json.dumps(data, ensure_ascii=False, separators=(",", ":")).encode()


def _near(pairs: Iterable[tuple[str, str]], index: Index) -> list[int]:
    """Pairs of word numbers as differences: the first from the previous pair's first, the second from the first."""
    numbers = {word: number for number, word in enumerate(index.postings)}
    found, before = [], 0
    for first, second in sorted(sorted(numbers[word] for word in pair) for pair in pairs):
        found += [first - before, second - first]
        before = first
    return found


SIGNS = string.ascii_letters + string.digits


def _endings(index: Index) -> dict[str, object]:
    """How stems become words: endings as [letters removed, letters added], and for each stem the sign of its ending."""
    changes = [_change(word, index.spellings.get(word, word)) for word in index.postings]
    often = [change for change, _ in Counter(changes).most_common(len(SIGNS) - 1)]
    signs = "".join(SIGNS[often.index(change) if change in often else -1] for change in changes)
    return {"endings": [list(change) for change in often], "written": signs}


def _change(stem: str, word: str) -> tuple[int, str]:
    shared = _shared(stem, word)
    return len(stem) - shared, word[shared:]


def _shared(one: str, other: str) -> int:
    """The length of the common beginning."""
    different = (place for place, (a, b) in enumerate(zip(one, other, strict=False)) if a != b or a > "\uffff")
    return next(different, min(len(one), len(other)))


# The first context of each kind of number.
GAP, COUNT, FIELD_SET = 0, 72, 112
OFTEN = 35
TEXT = 1 << (len(FIELDS) - 1)


def _learned(words: int) -> int:
    """How many words the first part has: enough to learn the probabilities."""
    return min(words, max(words // 16, LEARNED))


def _parts(index: Index) -> list[bytes]:
    """The postings of the first words, from which the probabilities are learnt, then those of the others in parts."""
    coder = Encoder()
    all_of_them, first = list(index.postings.values()), _learned(len(index.postings))
    for found in all_of_them[:first]:
        _write_word(coder, found, index.lengths)
    parts = [coder.part()]
    coder.learning = False
    for start in range(first, len(all_of_them), WORDS):
        for found in all_of_them[start : start + WORDS]:
            _write_word(coder, found, index.lengths)
        parts.append(coder.part())
    return parts


def _write_word(coder: Encoder, found: Mapping[int, Counts], lengths: Sequence[tuple[int, ...]]) -> None:
    last, left, fields = -1, len(found), TEXT
    for number, counts in found.items():
        _write_gap(coder, number - last - 1, len(lengths) - last - 1, left)
        last, left = number, left - 1
        case = FIELD_SET + fields * 6 + min(len(found).bit_length(), 5)
        fields = sum((count > 0) << place for place, count in enumerate(counts))
        # 0 for the commonest case: in the text and in no other field.
        coder.number(case, fields ^ TEXT)
        _write_counts(coder, counts, lengths[number][-1])


def _write_gap(coder: Encoder, gap: int, room: int, left: int) -> None:
    """Write how many of `room` documents are skipped; the context is the gap expected if `left` were spread evenly."""
    if left == 1:
        return coder.one_of(room, gap)
    # The last digits are almost random, and one step for all of them is faster than one for each.
    digits = max((room // left).bit_length() - 1, 0)
    coder.number(GAP + _halves(2 * room // left), gap >> digits)
    return coder.one_of(1 << digits, gap & (1 << digits) - 1)


def _halves(value: int) -> int:
    length = value.bit_length()
    return length * 2 + (value >> (length - 2) & 1 if length > 1 else 0)


def _write_counts(coder: Encoder, counts: Counts, length: int) -> None:
    for place, count in enumerate(counts):
        if count:
            case = 4 + min((length + 1).bit_length(), 12) if place == len(counts) - 1 else place
            coder.number(COUNT + case, count - 1)
