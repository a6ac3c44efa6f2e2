"""What happened to a name, label or value in a change: gone, renamed, or another value now."""

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from portal.freshness import words
from portal.freshness.diffs import Change, Hunk, Line
from portal.freshness.evidence import NOISE
from portal.freshness.labels import labels

# The value beside a name: a number, a word of configuration, or what stands in quotes.
VALUE = re.compile(r"""(?<![\w.])\d[\d_]*(?:\.\d+)*(?!\w)|\b(?:[Tt]rue|[Ff]alse|None|null|nil)\b|"[^"\n]*"|'[^'\n]*'""")
PIECE = re.compile(r"\w+|[^\w\s]")
# Lines are paired when so much of them is alike; more than so many lines in a hunk were written anew.
ALIKE, MOST_LINES = 0.55, 30
# So many comparisons of each with each are worth their time; above, lines are compared in their order.
MOST_COMPARED = 36
# The kinds, the most telling first.
KINDS = ("renamed", "value", "gone", "removed", "changed", "added")


@dataclass(frozen=True)
class Fact:
    """One thing that happened: to what, in which line of the diff, and what it is now (for renames and values)."""

    kind: str
    term: str
    line: Line
    was: str = ""
    now: str = ""
    certain: bool = False

    @property
    def sentence(self) -> str:
        """What happened, in a few words."""
        if self.kind == "renamed":
            return f'"{self.term}" was renamed to "{self.now}"'
        if self.kind == "value":
            return f"{self.term}: {self.was or 'nothing'} -> {self.now or 'nothing'}"
        return f'"{self.term}" {WORDS[self.kind]}'


WORDS = {
    "gone": "is gone from the product",
    "removed": "was removed here",
    "changed": "is in a line that changed",
    "added": "is new here",
}


@dataclass(frozen=True)
class Renamed:
    """A label of a catalogue that has another text under the same key, or none (`now` is "")."""

    was: str
    now: str
    line: Line


def facts(change: Change, left: Mapping[str, int], renamed: Iterable[Renamed] = ()) -> list[Fact]:
    """Everything that happened, the most telling first and each term once."""
    found = [_relabelled(one, left) for one in renamed]
    # What happens to a name is told once, by the first line that says it.
    plain: dict[tuple[str, str], Fact] = {}
    for file, hunk in change.hunks:
        for one in () if NOISE.search(file.path) else _of_hunk(hunk):
            plain.setdefault((one.kind, one.term.casefold()), one)
    found += plain.values()
    added = "\n".join(line.text for _, hunk in change.hunks for line in hunk.added)
    kept = {part.casefold() for name in set(words.NAME.findall(added)) for part in words.names_of(name)}
    settled = (_settled(fact, left, kept) for fact in found)
    ordered = sorted(settled, key=lambda fact: (not fact.certain, KINDS.index(fact.kind)))
    first: dict[str, Fact] = {}
    for fact in ordered:
        first.setdefault(fact.term.casefold(), fact)
    return list(first.values())


def _relabelled(one: Renamed, left: Mapping[str, int]) -> Fact:
    if one.now:
        return Fact("renamed", one.was, one.line, now=one.now, certain=True)
    return Fact("removed" if left.get(words.squeezed(one.was)) else "gone", one.was, one.line, certain=True)


def _settled(fact: Fact, left: Mapping[str, int], kept: set[str]) -> Fact:
    """A removed name that the product has nowhere any more is gone; one that other lines have again was moved."""
    if fact.kind == "removed" and left.get(words.squeezed(fact.term)) == 0:
        return Fact("gone", fact.term, fact.line)
    if fact.kind in {"removed", "renamed"} and not fact.certain and fact.term.casefold() in kept:
        return Fact("changed", fact.term, fact.line)
    return fact


def _of_hunk(hunk: Hunk) -> Iterator[Fact]:
    for old, new in pairs(hunk):
        yield from _renames(old, new)
        yield from _values(old, new)
    after = {name for line in hunk.added for name in words.names(line.text)}
    before = set()
    for line in hunk.removed:
        for label in labels(line.file, line.text):
            if " " in label:
                yield Fact("removed", label, line)
        for name in words.names(line.text):
            before.add(name)
            yield Fact("changed" if name in after else "removed", name, line)
    for line in hunk.added:
        yield from (Fact("added", name, line) for name in words.names(line.text) if name not in before)


def pairs(hunk: Hunk) -> list[tuple[Line, Line]]:
    """The lines of a hunk that are each other's old and new form, by their likeness."""
    if max(len(hunk.removed), len(hunk.added)) > MOST_LINES:
        return []
    if len(hunk.removed) * len(hunk.added) > MOST_COMPARED:
        both = zip(hunk.removed, hunk.added, strict=False) if len(hunk.removed) == len(hunk.added) else ()
        return [(old, new) for old, new in both if _likeness(_pieces(old), _pieces(new)) >= ALIKE]
    rest, found = [(new, _pieces(new)) for new in hunk.added], []
    for old in hunk.removed:
        mine = _pieces(old)
        likeness = [(_likeness(mine, theirs), -number) for number, (_, theirs) in enumerate(rest)]
        best, number = max(likeness, default=(0.0, 0))
        if best >= ALIKE:
            found.append((old, rest.pop(-number)[0]))
    return found


def _pieces(line: Line) -> Counter[str]:
    """What a line is made of: words and signs."""
    return Counter(PIECE.findall(line.text))


def _likeness(old: Counter[str], new: Counter[str]) -> float:
    """The share of what two lines are made of that both have, in whatever order."""
    both = old.total() + new.total()
    common = sum(min(old[piece], new[piece]) for piece in old.keys() & new.keys())
    return 2 * common / (both or 1)


def _renames(old: Line, new: Line) -> Iterator[Fact]:
    """Labels and names that differ at the same place of a line and its new form."""
    before, after = labels(old.file, old.text), labels(new.file, new.text)
    if len(before) == len(after):
        for was, now in zip(before, after, strict=True):
            # Two values of a setting are no rename of a label.
            if was != now and (" " in was or " " in now or was.casefold() == now.casefold()):
                yield Fact("renamed", was, old, now=now)
    was_names, now_names = words.NAME.findall(old.text), words.NAME.findall(new.text)
    if len(was_names) == len(now_names):
        for was, now in zip(was_names, now_names, strict=True):
            if was != now and words.is_shaped(was) and not was[0].isdigit() and not now[0].isdigit():
                yield Fact("renamed", was, old, now=now)


def _values(old: Line, new: Line) -> Iterator[Fact]:
    """A name with another value beside it: the last of the line's values that differ, after the name."""
    was, now = VALUE.findall(old.text), VALUE.findall(new.text)
    shared = [name for name in words.names(VALUE.sub(" ", old.text)) if name in words.names(new.text)]
    shared += [name for name in words.names(old.text) if name in words.names(new.text)]
    named = next((name for name in shared if words.is_shaped(name)), next(iter(shared), ""))
    if named and len(was) == len(now):
        differing = [(a, b) for a, b in zip(was, now, strict=True) if a != b]
        if len(differing) == 1:
            yield Fact("value", named, old, was=differing[0][0].strip("\"'"), now=differing[0][1].strip("\"'"))
