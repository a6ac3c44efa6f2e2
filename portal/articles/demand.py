"""What customers ask most: subjects, saved answers and searches without a result, gathered into questions, and which of
them no article answers."""

import re
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field

Stems = Callable[[str], list[str]]
# Two wordings are one question when they share this part of their words; an article answers a question when one of its
# own has this part of the question's words.
SAME, ANSWERED = 0.5, 0.6
# What mail programs and help desks put before a subject.
PREFIX = re.compile(r"^\s*(?:(?:re|fwd?|aw|wg|tr|sv)\s*:|\[[^\]]*\])\s*", re.IGNORECASE)


@dataclass(frozen=True)
class Asked:
    """A wording, how often it came, and from where: a ticket, a macro or a search."""

    text: str
    times: int
    source: str


@dataclass(frozen=True)
class Question:
    """A question in its most frequent wording, how often it came by source, and the article that answers it ("" for
    none)."""

    text: str
    times: Mapping[str, int]
    article: str = ""

    @property
    def total(self) -> int:
        """How often it came, from wherever."""
        return sum(self.times.values())


@dataclass
class _Group:
    words: frozenset[str]
    times: Counter[str] = field(default_factory=Counter)
    wordings: Counter[str] = field(default_factory=Counter)


def questions(asked: Iterable[Asked], library: Mapping[str, Sequence[Sequence[str]]], stems: Stems) -> list[Question]:
    """The questions by how often they came; `library` has the stems of each article's own questions."""
    groups: list[_Group] = []
    index: dict[str, list[int]] = {}
    for one in sorted(asked, key=lambda one: (-one.times, one.text)):
        text = bare(one.text)
        words = frozenset(stems(text))
        if not words:
            continue
        group = _nearest(words, groups, index)
        if group is None:
            group = _Group(words)
            for word in words:
                index.setdefault(word, []).append(len(groups))
            groups.append(group)
        group.times[one.source] += one.times
        group.wordings[text] += one.times
    found = [
        Question(max(group.wordings, key=lambda text: (group.wordings[text], text)), dict(group.times),
                 answer(group.words, library))
        for group in groups
    ]  # fmt: skip
    return sorted(found, key=lambda one: (-one.total, one.text))


def bare(subject: str) -> str:
    """A subject without what programs put before it."""
    before = ""
    while before != subject:
        before, subject = subject, PREFIX.sub("", subject)
    return subject.strip()


def _nearest(words: frozenset[str], groups: list[_Group], index: Mapping[str, list[int]]) -> _Group | None:
    near = {number for word in words for number in index.get(word, ())}
    shares = [(len(words & groups[number].words) / len(words | groups[number].words), -number) for number in near]
    best = max(shares, default=(0.0, 0))
    return groups[-best[1]] if best[0] >= SAME else None


def answer(words: frozenset[str], library: Mapping[str, Sequence[Sequence[str]]]) -> str:
    """The id of the article one of whose questions has most of the words; "" when none has enough of them."""
    shares = (
        (len(words & set(own)) / len(words), len(words & set(own)) / len(words | set(own)), id)
        for id, wordings in library.items()
        for own in wordings
    )
    best = max(shares, default=(0.0, 0.0, ""))
    return best[2] if best[0] >= ANSWERED else ""


def covered(found: Sequence[Question], top: int, tickets: int) -> tuple[float, int]:
    """The part of all `tickets` that the first questions stand for, and how many of those have no article."""
    first = found[:top]
    share = sum(one.times.get("ticket", 0) for one in first) / tickets if tickets else 0.0
    return share, sum(not one.article for one in first)
