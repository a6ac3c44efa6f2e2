"""What the words of a line say of its class where no rule decides: weights learnt from the headings under which the
authors of public changelogs put their lines (learnt.tsv, written by `python -m scripts.changelog learn`)."""

import re
from collections.abc import Mapping
from functools import cache
from importlib import resources
from itertools import pairwise

from portal.changelog.cues import BREAKING, FEATURE, FIX, INTERNAL

KINDS = (BREAKING, FEATURE, FIX, INTERNAL)  # the columns of the table
ANY = "(any line)"
# The news is at the beginning; what follows explains it in any words.
REACH = 220
ENOUGH = 2  # signs of a line that are in the table

TOKEN = re.compile(
    r"`[^`\n]{1,200}`|https?://\S+|--?[a-z][\w-]*|v?\d+(?:\.[\dx]+)+|\d+"
    r"|[A-Za-z]+(?:[._/-][A-Za-z_]\w*|_\w+)+|[A-Za-z]+(?:['\u2019][a-z]+)?|->"
)
# Names and numbers differ from product to product; that there is one, and of which sort, does not.
SORTS: tuple[tuple[str, str], ...] = (
    (r"`--.*", "`--"), (r"`[A-Z][A-Z0-9_]+`", "`ENV"), (r"`/.*", "`/"), (r"`.*\(.*", "`()"), (r"`.*", "`"),
    (r"https?:.*", "url"), (r"--?[a-z].*", "--"), (r"v?\d+(?:\.[\dx]+)+", "0.0"), (r"\d+", "0"),
    (r"[A-Z][A-Z0-9]*_[A-Z0-9_]+", "ENV"), (r"and/or|e\.g", "or"), (r".*(?:[_./]|[a-z][A-Z]).*", "Name"),
)  # fmt: skip
SORT = re.compile("|".join(f"({pattern})" for pattern, _ in SORTS))
ENDINGS = ("ing", "ied", "ies", "ed", "es", "s", "e", "y")


def margins(text: str, scope: str = "") -> Mapping[str, int]:
    """How far each class is ahead of the best other one, in hundredths of log odds, so that at most one is above 0;
    nothing for a line of which too little is known."""
    weights = _weights()
    known = [weights[sign] for sign in signs(text, scope) if sign in weights]
    if len(known) < ENOUGH:
        return {}
    totals = [sum(column) for column in zip(weights[ANY], *known, strict=True)]
    return {
        kind: total - max(totals[:place] + totals[place + 1 :])
        for place, (kind, total) in enumerate(zip(KINDS, totals, strict=True))
    }


def signs(text: str, scope: str = "") -> list[str]:
    """The words of a line without their endings, its pairs of words, its first and last word, and what it is about."""
    words = [_word(token) for token in TOKEN.findall(text[:REACH])]
    found = {*words, *map(" ".join, pairwise(words))}
    if words:
        found |= {f"^{words[0]}", "^" + " ".join(words[:2]), f"{words[-1]}$"}
    if about := re.match(r"[^/,-]+", scope):
        found.add(f"@{about[0]}")
    return sorted(found)


@cache
def _weights() -> Mapping[str, tuple[int, ...]]:
    text = resources.files("portal.changelog").joinpath("learnt.tsv").read_text(encoding="utf-8")
    rows = (line.split("\t") for line in text.splitlines() if not line.startswith("# "))
    return {sign: tuple(map(int, numbers)) for sign, *numbers in rows}


def _word(token: str) -> str:
    if sort := SORT.fullmatch(token):
        return SORTS[(sort.lastindex or 1) - 1][1]
    word = token.lower().replace("\u2019", "'")
    ending = next((one for one in ENDINGS if word.endswith(one) and len(word) - len(one) >= 3), "")
    if len(word) > 4 and ending and not word.endswith("ss"):
        word = word[: -len(ending)]
        # `dropped` and `drop` are one word, `passed` and `pass` as well.
        if len(word) > 3 and word[-1] == word[-2] and word[-1] not in "ls":
            word = word[:-1]
    return word
