"""What a change says about the product: the names, labels, numbers and words that it removed, changed and added."""

import re
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from portal.freshness import labels, words
from portal.freshness.diffs import Change, Hunk, Line
from portal.freshness.library import NUMBER
from portal.freshness.words import Forms

# Files whose words say little of what a customer sees.
NOISE = re.compile(r"(^|/)migrations?/|\.(css|scss|less|sass|map|svg|lock|min\.js|snap)$")
# The number of an issue or pull request in a subject.
TICKET = re.compile(r"#\d+|\b[A-Z]{2,}-\d+\b")
# Numbers that stand in any code.
COMMON = frozenset(["0", "1", "2"])
NOISE_WEIGHT, REMOVED_WEIGHT, WITHIN_WEIGHT = 0.2, 1.5, 0.3


@dataclass(frozen=True)
class OldNumber:
    """Numbers that a hunk took away, and the words around them."""

    numbers: frozenset[str]
    around: frozenset[str]


@dataclass
class Evidence:
    """What is in the lines of a change: how many hunks have a name, how often a word is there; names are lower-case,
    labels squeezed."""

    removed: Counter[str] = field(default_factory=Counter)
    added: Counter[str] = field(default_factory=Counter)
    together: set[str] = field(default_factory=set)  # on both sides of one hunk
    shaped: set[str] = field(default_factory=set)
    old_labels: set[str] = field(default_factory=set)
    new_labels: set[str] = field(default_factory=set)
    numbers: list[OldNumber] = field(default_factory=list)
    words: dict[str, float] = field(default_factory=dict)
    old_words: Counter[str] = field(default_factory=Counter)
    within: Counter[str] = field(default_factory=Counter)
    paths: Counter[str] = field(default_factory=Counter)
    files: tuple[frozenset[str], ...] = ()
    subject: frozenset[str] = frozenset()
    subject_names: frozenset[str] = frozenset()


def gather(change: Change, old_labels: Iterable[str] = (), new_labels: Iterable[str] = ()) -> Evidence:
    """The evidence in a change, and in the labels that its catalogues lost and gained."""
    found = Evidence(old_labels=set(map(words.squeezed, old_labels)), new_labels=set(map(words.squeezed, new_labels)))
    for file, hunk in change.hunks:
        _read(found, hunk, bool(NOISE.search(file.path)))
    for path in change.paths:
        stems = words.stems(words.stem_of_path(path))
        found.paths.update(set(stems))
        _weigh(found, stems, 1)
    found.files = tuple(frozenset(words.stems(words.stem_of_path(path).rpartition(" ")[2])) for path in change.paths)
    subject = TICKET.sub("", change.subject)
    found.subject = frozenset(words.stems(subject))
    names = [name for name in words.names(subject) if words.is_shaped(name)]
    found.subject_names = frozenset(name.lower() for name in names)
    return found


def _read(found: Evidence, hunk: Hunk, is_noise: bool) -> None:
    weight = NOISE_WEIGHT if is_noise else 1.0
    before, after = _text(hunk.removed), _text(hunk.added)
    was, now = words.read(before), words.read(after)
    old, new, within = _stems(was), _stems(now), words.stems(hunk.within)
    _weigh(found, old, REMOVED_WEIGHT * weight)
    _weigh(found, new, weight)
    _weigh(found, within, WITHIN_WEIGHT * weight)
    if is_noise:
        return
    found.old_words.update(old)
    found.within.update(within)
    found.together |= _names(found, was, found.removed) & _names(found, now, found.added)
    found.old_labels.update(_labels(hunk.removed, before))
    found.new_labels.update(_labels(hunk.added, after))
    gone = set(NUMBER.findall(before)) - set(NUMBER.findall(after)) - COMMON
    if gone and after:
        found.numbers.append(OldNumber(frozenset(gone), frozenset(old) & frozenset(new)))


def _weigh(found: Evidence, stems: Iterable[str], weight: float) -> None:
    for stem in stems:
        found.words[stem] = found.words.get(stem, 0) + weight


def _text(lines: Iterable[Line]) -> str:
    return "\n".join(line.text for line in lines)


def _stems(forms: Iterable[Forms]) -> list[str]:
    return [stem for one in forms for stem in one.stems]


def _names(found: Evidence, forms: Sequence[Forms], counts: Counter[str]) -> set[str]:
    there = set(forms)
    found.shaped.update(name for one in there for name in one.shaped)
    lower = {name for one in there for name in one.names}
    counts.update(lower)
    return lower


def _labels(lines: Sequence[Line], text: str) -> set[str]:
    """The labels of a hunk's side: a string ends with its line, but a tag of a template does not."""
    if not lines:
        return set()
    if labels.is_template(lines[0].file):
        return {words.squeezed(label) for line in lines for label in labels.labels(line.file, line.text)}
    return {words.squeezed(label) for label in labels.labels(lines[0].file, text)}
