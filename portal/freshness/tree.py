"""How often a product has certain strings, counted in the text of all its files."""

import re
from collections import Counter
from collections.abc import Collection, Iterable

from portal.freshness.words import squeezed

TOKEN = re.compile(r"\w+")
# A file that is larger was written by a program.
LARGEST = 1_000_000


def count(wanted: Collection[str], texts: Iterable[str]) -> dict[str, int]:
    """The number of places of each string, whatever its case; a name of letters and digits counts as a whole word."""
    words = {one for one in wanted if TOKEN.fullmatch(one)}
    phrases = {one: re.compile(_loose(one)) for one in wanted if one not in words}
    found: Counter[str] = Counter()
    for text in texts:
        lower = text.casefold()
        found.update(token for token in TOKEN.findall(lower) if token in words)
        for one, pattern in phrases.items():
            # Nearly no file has a phrase: its rarest word is looked for first.
            if max(TOKEN.findall(one), key=len, default=one) in lower:
                found[one] += len(pattern.findall(lower))
    return {one: found[one] for one in wanted}


def _loose(phrase: str) -> str:
    """A phrase with any blanks between its words: a template may break its line there."""
    return r"(?<!\w)" + r"\s+".join(re.escape(part) for part in squeezed(phrase).split()) + r"(?!\w)"
