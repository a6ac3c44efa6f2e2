"""How often a product has certain strings, counted in the text of all its files."""

import re
from collections import Counter
from collections.abc import Collection, Iterable, Mapping

TOKEN = re.compile(r"\w+")
# What is no part of a word, as blanks.
BLANKS = {code: " " for code in range(128) if not TOKEN.fullmatch(chr(code))}
# A file that is larger was written by a program.
LARGEST = 1_000_000


def count(wanted: Collection[str], texts: Iterable[str]) -> dict[str, int]:
    """The number of places of each string, given in lower case with single blanks; a name counts as a whole word."""
    words = {one for one in wanted if TOKEN.fullmatch(one)}
    phrases = _by_word(one for one in wanted if one not in words)
    found: Counter[str] = Counter()
    for text in texts:
        lower = text.casefold()
        tokens = _tokens(lower)
        found.update(filter(words.__contains__, tokens))
        # A template may break its line within a label.
        flat = " ".join(lower.split())
        for word in phrases.keys() & {"", *tokens}:
            for one in phrases[word]:
                found[one] += _places(one, flat)
    return {one: found[one] for one in wanted}


def _by_word(phrases: Iterable[str]) -> Mapping[str, list[str]]:
    """Phrases by their longest word: a text without it has none of them."""
    found: dict[str, list[str]] = {}
    for one in phrases:
        found.setdefault(max(TOKEN.findall(one), key=len, default=""), []).append(one)
    return found


def _places(phrase: str, text: str) -> int:
    """How often a phrase is in a text, where no letter or digit is joined to it."""
    places, at = 0, text.find(phrase)
    while at >= 0:
        after = at + len(phrase)
        apart = not (at and TOKEN.match(text[at - 1])) and not TOKEN.match(text[after : after + 1])
        places, at = places + apart, text.find(phrase, after if apart else at + 1)
    return places


def _tokens(text: str) -> list[str]:
    # Of plain ASCII, which most code is, this is several times as fast as the pattern.
    return text.translate(BLANKS).split() if text.isascii() else TOKEN.findall(text)
