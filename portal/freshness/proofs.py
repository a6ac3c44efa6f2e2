"""Why an article may be wrong: its line beside the line of the diff, and what happened."""

import re
from collections.abc import Iterable
from dataclasses import dataclass

from portal.freshness import words
from portal.freshness.diffs import Change, Line
from portal.freshness.evidence import Evidence
from portal.freshness.facts import KINDS, Fact
from portal.freshness.library import Document

MOST_PROOFS, MOST_SHARED = 3, 4
FRONT = re.compile(r"\A-{3}[ \t]*\n.*?\n(?:-{3}|\.{3})[ \t]*\n", re.DOTALL)


@dataclass(frozen=True)
class Proof:
    """A line of the article, the line of the product, and what happened in words."""

    line: int
    text: str
    at: Line | None
    what: str
    rank: int = len(KINDS)


def prove(
    document: Document,
    change: Change,
    evidence: Evidence,
    known: Iterable[Fact],
) -> tuple[Proof, ...]:
    """The most telling proofs: facts about what the article names, else the line that speaks of the same things."""
    lines, lower = _lines(document.text), document.text.casefold()
    found: dict[int, Proof] = {}
    # Of thousands of facts an article has a few; a value may be told there without its setting's name.
    for fact in (one for one in known if one.term.casefold() in lower or (one.was and one.was in document.text)):
        place = _where(fact, lines)
        if place is not None and place[0] not in found:
            found[place[0]] = Proof(*place, fact.line, fact.sentence, KINDS.index(fact.kind))
        if len(found) == MOST_PROOFS:
            break
    named = list(found.values())
    # A name that only stands in a line that changed is the best there is, or says nothing beside a better one.
    telling = [proof for proof in named if proof.rank < KINDS.index("changed")] or named[:1]
    return tuple(telling or _alike(lines, change, evidence))


def _lines(text: str) -> list[tuple[int, str]]:
    """The numbered lines of an article's text, without its front matter."""
    front = FRONT.match(text)
    first = text[: front.end()].count("\n") if front else 0
    return [(number, line) for number, line in enumerate(text.split("\n"), 1) if number > first and line.strip()]


def _where(fact: Fact, lines: Iterable[tuple[int, str]]) -> tuple[int, str] | None:
    """The article's first line with what a fact is about; a plain word must be marked as a name there."""
    term = re.escape(fact.term)
    plain = " " not in fact.term and not words.is_shaped(fact.term) and not fact.certain
    pattern = rf"[`*\"“][^`*\"”]*(?<!\w){term}(?!\w)[^`*\"“]*[`*\"”]" if plain else rf"(?<!\w){term}(?!\w)"
    sought = re.compile(pattern, re.IGNORECASE)
    places = [(number, line.strip()) for number, line in lines if sought.search(line)]
    if fact.was:
        # Of a value, the line that still says the old one; it may say what the setting is about without its name.
        was, about = re.compile(rf"(?<![\w.]){re.escape(fact.was)}(?!\w)"), set(words.stems(fact.term))
        old = [(number, line.strip()) for number, line in lines if was.search(line)]
        named = [one for one in old if one in places or len(about & set(words.stems(one[1]))) >= MOST_SHARED / 2]
        return next(iter(named or places), None)
    return next(iter(places), None)


def _alike(lines: list[tuple[int, str]], change: Change, evidence: Evidence) -> list[Proof]:
    """The article's line and the diff's line that share most of the change's words."""
    weights = evidence.words
    pairs = ((sum(weights.get(stem, 0) for stem in set(words.stems(line))), -number, line) for number, line in lines)
    strength, number, line = max(pairs, default=(0, 0, ""))
    if not strength:
        return []
    stems = set(words.stems(line))
    theirs = [one for _, hunk in change.hunks for one in (*hunk.removed, *hunk.added)]
    at = max(theirs, key=lambda one: len(stems & set(words.stems(one.text))), default=None)
    shared = [word for word in re.findall(r"\w+", line) if set(words.stems(word)) & weights.keys()]
    what = "both speak of " + ", ".join(dict.fromkeys(word.lower() for word in shared[:MOST_SHARED]))
    return [Proof(-number, line.strip(), at, what)]
