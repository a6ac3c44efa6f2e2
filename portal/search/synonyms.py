"""Words that mean the same to customers: groups in hooks/synonyms.yml and in the writer's docs/synonyms.yml, and pairs
of common words in hooks/related-words.txt."""

from collections.abc import Collection, Iterable, Sequence

from portal import mistakes, yaml_lines
from portal.errors import ContentError, Mistakes
from portal.search.words import STOP, stem, words

Group = Sequence[str]
Pair = tuple[str, str]
# Only the first of the pairs, the commonest, may have a word that no article has: customers seldom write rarer ones.
COMMONEST = 700


def parse(file: str, text: str) -> list[Group]:
    """The groups in a file; raises ContentError for anything but a list of lists of at least two words or phrases."""
    data, lines = mistakes.loaded(text, file)
    if data is None:
        return []
    if not isinstance(data, list):
        raise ContentError(file, 1, "must be a list of groups such as `- [invoice, bill, receipt]`.")
    found = Mistakes()
    for number, group in enumerate(data):
        _check(found, file, lines, number, group)
    found.stop()
    return data


def _check(found: Mistakes, file: str, lines: dict[yaml_lines.Path, int], number: int, group: object) -> None:
    line = lines.get((number,))
    if not isinstance(group, list) or len(group) < 2:
        found.add(file, line, f"{group!r} is no group: write at least two words, `- [invoice, bill]`.")
        return
    for place, phrase in enumerate(group):
        # YAML reads an unquoted no, on or 2024 as a boolean or number.
        if not isinstance(phrase, str) or not words(phrase):
            found.add(file, lines.get((number, place), line), f"{phrase!r} is not a word; put it in quotes.")


def useful(groups: Iterable[Group], vocabulary: Collection[str]) -> list[list[str]]:
    """The groups as stems for the browser, without those of which the index has no word."""
    found = []
    for group in groups:
        phrases = list(dict.fromkeys(" ".join(stem(word) for word in words(phrase)) for phrase in group))
        if len(phrases) > 1 and any(_reachable(phrase, vocabulary) for phrase in phrases):
            found.append(phrases)
    return found


def pairs(text: str) -> list[Pair]:
    """Pairs of stems from a text with two words a line; lines that begin with # are comments."""
    lines = [line.split() for line in text.splitlines() if line and not line.startswith("#")]
    return [(stem(one), stem(other)) for one, other in lines]


def near(pairs: Sequence[Pair], vocabulary: Collection[str]) -> tuple[list[Pair], list[Pair]]:
    """The pairs with both words in the index, and those of the first COMMONEST with one word in it."""
    known = [sum(word in vocabulary for word in pair) for pair in pairs]
    both = [pair for pair, count in zip(pairs, known, strict=True) if count == 2]
    one = [pair for pair, count in zip(pairs[:COMMONEST], known, strict=False) if count == 1]
    return both, one


def _reachable(phrase: str, vocabulary: Collection[str]) -> bool:
    return all(word in vocabulary for word in phrase.split() if word not in STOP)
