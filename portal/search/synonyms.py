"""Words that mean the same to customers: groups in hooks/synonyms.yml and in the writer's docs/synonyms.yml, and pairs
of common words in hooks/related-words.txt."""

from collections.abc import Collection, Iterable, Sequence

import yaml

from portal.errors import ContentError
from portal.search.words import STOP, stem, words

Group = Sequence[str]
Pair = tuple[str, str]
# Only the first of the pairs, the commonest, may have a word that no article has: customers seldom write rarer ones.
COMMONEST = 700


def parse(file: str, text: str) -> list[Group]:
    """The groups in a file; raises ContentError for anything but a list of lists of at least two words or phrases."""
    try:
        data = yaml.safe_load(text)
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        raise ContentError(file, mark.line + 1 if mark else None, "is not valid YAML.") from error
    if data is None:
        return []
    if not isinstance(data, list):
        raise ContentError(file, None, "must be a list of groups such as `- [invoice, bill, receipt]`.")
    return [_group(file, number, group) for number, group in enumerate(data, start=1)]


def _group(file: str, number: int, group: object) -> Group:
    if not isinstance(group, list) or len(group) < 2:
        raise ContentError(file, None, f"group {number} is {group!r}: write at least two words, `- [invoice, bill]`.")
    for phrase in group:
        # YAML reads an unquoted no, on or 2024 as a boolean or number.
        if not isinstance(phrase, str) or not words(phrase):
            raise ContentError(file, None, f"group {number}: {phrase!r} is not a word; put it in quotes.")
    return group


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
