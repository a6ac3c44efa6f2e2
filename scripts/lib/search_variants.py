"""Variants of a question as customers type it: with a typo, half typed, or as keywords; the same in every run."""

import random
import re

from portal.search.words import STOP, words

SEED = 7
VARIANTS = ("clean", "typo", "half_typed", "keywords")
LETTERS = "abcdefghijklmnopqrstuvwxyz"


def variants(queries: list[str]) -> dict[str, list[str]]:
    """Every query in every variant, in the same order."""
    rng = random.Random(SEED)  # noqa: S311
    return {
        "clean": queries,
        "typo": [typo(query, rng) for query in queries],
        "half_typed": [half_typed(query) for query in queries],
        "keywords": [keywords(query) for query in queries],
    }


def typo(query: str, rng: random.Random) -> str:
    """One typo in a word of at least four letters: two letters swapped, or one left out, doubled or replaced."""
    parts = query.split(" ")
    long = [place for place, part in enumerate(parts) if len(part) >= 4 and part.isalpha()]
    if not long:
        return query
    place = rng.choice(long)
    word = parts[place]
    at = rng.randrange(1, len(word) - 1)
    slip = rng.choice(["swap", "leave out", "double", "replace"])
    if slip == "swap":
        word = word[:at] + word[at + 1] + word[at] + word[at + 2 :]
    elif slip == "leave out":
        word = word[:at] + word[at + 1 :]
    elif slip == "double":
        word = word[:at] + word[at] + word[at:]
    else:
        word = word[:at] + rng.choice(LETTERS) + word[at + 1 :]
    parts[place] = word
    return " ".join(parts)


def half_typed(query: str) -> str:
    """The query up to the middle of its last word."""
    found = list(re.finditer(r"[^\W_]+", query))
    if not found:
        return query
    last = found[-1]
    length = len(last[0])
    return query[: last.start()] + last[0][: max(2, (length + 1) // 2)] if length > 3 else query[: last.end()]


def keywords(query: str) -> str:
    """Its three longest words that are not stop words, in their order."""
    told = [word for word in dict.fromkeys(words(query)) if word not in STOP and len(word) > 2]
    chosen = sorted(told, key=lambda word: -len(word))[:3]
    return " ".join(word for word in told if word in chosen) or query
