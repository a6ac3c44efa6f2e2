"""Learn the words of portal/changelog/learnt.tsv again: `python -m scripts.changelog learn FOLDER`.

FOLDER holds changelogs (.md, .rst, .txt); what lies in one folder of it, or is a file of it, is one product. The
heading or the type that the author of a line gave it is its class. What is written are weights of words and of pairs of
words that several products use, so no line is copied.
"""

import re
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

from portal.changelog import learnt
from portal.changelog.classes import MARKED, read
from portal.changelog.cues import BREAKING, FEATURE, FIX, IMPROVEMENT, INTERNAL, MACHINE, SECURITY
from scripts.changelog.weights import Example, fit

# Only headings that mean one thing: "Changed" and "Patch changes" hold lines of every class.
HEADINGS: tuple[tuple[str, str], ...] = (
    (r"(?:potentially )?breaking(?: api)?(?: changes?)?|(?:backwards? )?incompatib\w+(?: changes)?|removed|removals?"
     r"|removed features|deprecat(?:ed|ions?)(?: and removals?| features)?|major changes", BREAKING),
    (r"(?:major |minor |security )?bug ?fix(?:es)?|fixed|fixes|bugs|security(?: fixes)?|fixed bugs|bugs fixed"
     r"|regressions", FIX),
    (r"(?:new |major |minor )?(?:features?|enhancements?|improvements?)|added|new|additions|new functionality|improved"
     r"|performance(?: improvements)?|features? and (?:improvements|enhancements)", FEATURE),
    (r"internals?(?: changes| improvements)?|chores?|miscellaneous(?: chores| tasks)|tests?|testing|ci"
     r"|continuous integration|builds?(?: system)?|documentation(?: changes| updates| improvements| fixes)?|docs"
     r"|(?:code )?refactor(?:ing|s)?|maintenance|under the hood|housekeeping|development|tooling|dev|infrastructure",
     INTERNAL),
)  # fmt: skip
HEADING = re.compile(
    r"^ {0,3}#{1,6}[ \t]*(?P<atx>.+?)[ \t]*#*$|^\s*(?:[-*+][ \t]+)?(?:\*\*|\[)?(?P<alone>[^\d`]{2,40}?)[\]:*]*$"
)
UNDERLINE = re.compile(r"[ \t]*([-=~^\"'*+#])\1{2,}[ \t]*")
BULLET = re.compile(r"^[ \t]{0,8}[-*+\u2022][ \t]+(?P<text>\S.*)$")
PACKAGING = re.compile(r"debian/|standards-version|debhelper|new upstream", re.IGNORECASE)

# At most so many lines of a class from each product, and weights that matter, in hundredths of log odds.
LINES, LEAST = 120, 15
TABLE = Path("portal/changelog/learnt.tsv")


class LearnError(ValueError):
    """A folder has too little to learn from; `str()` says what is missing."""


def learn(folder: Path) -> str:
    """The table for a folder of changelogs. Raises LearnError when a class has no line in it."""
    found = list(examples(folder))
    if missing := [kind for kind in learnt.KINDS if kind not in {one.kind for one in found}]:
        raise LearnError(f"{folder} has no line that its author called {' or '.join(missing)}: add changelogs to it.")
    products = len({one.product for one in found})
    head = f"# Learnt from {len(found)} lines of {products} public changelogs by their authors' headings; see"
    lines = [f"{head} scripts/changelog/learn.py.", "# " + "\t".join(("sign", *learnt.KINDS))]
    for sign, row in sorted(fit(found).items()):
        middle = sum(row) / len(row)
        numbers = [round(100 * (one - middle)) for one in row]
        if sign == learnt.ANY or max(map(abs, numbers)) >= LEAST:
            lines.append("\t".join((sign, *map(str, numbers))))
    return "\n".join(lines) + "\n"


def examples(folder: Path) -> Iterator[Example]:
    """The lines whose class is known, at most LINES of a class from each product, and none twice."""
    counts, seen = Counter[tuple[str, str]](), set[str]()
    for path in sorted(path for path in folder.rglob("*") if path.suffix in (".md", ".rst", ".txt") and path.is_file()):
        product = path.relative_to(folder).parts[0]
        for heading, text in lines_of(path.read_text(encoding="utf-8", errors="replace")):
            kind, signs = taught(heading, text)
            key = " ".join(signs)
            if kind and key not in seen and counts[product, kind] < LINES:
                seen.add(key)
                counts[product, kind] += 1
                yield Example(product, kind, signs)


def lines_of(text: str) -> Iterator[tuple[str, str]]:
    """Each bullet of a changelog with the heading above it, in lower case."""
    heading, item, lines = "", "", text.split("\n")
    for line, after in zip(lines, [*lines[1:], ""], strict=True):
        bullet, title = BULLET.match(line), HEADING.match(line)
        named = _plain((title["atx"] or title["alone"]) if title else line)
        is_heading = bool(title and title["atx"]) or bool(kind_of(named)) or (not bullet and UNDERLINE.fullmatch(after))
        goes_on = item and line[:1] in " \t" and line.strip() and not bullet
        if goes_on and not is_heading:
            item += f" {line.strip()}"
            continue
        if item:
            yield heading, item
        item = bullet["text"] if bullet and not is_heading else ""
        heading = named if is_heading else heading
    if item:
        yield heading, item


def kind_of(heading: str) -> str:
    """The class of a heading that means only one; "" for any other."""
    return next((kind for pattern, kind in HEADINGS if re.fullmatch(pattern, heading)), "")


def taught(heading: str, text: str) -> tuple[str, tuple[str, ...]]:
    """The class that an author gave a line, and what it is made of without that word; "" when there is none."""
    by_heading = kind_of(heading)
    if not by_heading and not re.match(r"[^ ]{0,40}:", text) and not MARKED.search(text):
        return "", ()
    line = read(f"- {text}", "", (), {})
    declared = {SECURITY: FIX, IMPROVEMENT: FEATURE}.get(line.declared, line.declared)
    plain = MARKED.sub(" ", line.text)
    if line.bang or MARKED.search(line.whole):
        by_heading = declared = BREAKING
    unlike = by_heading and declared and by_heading != declared
    if unlike or MACHINE.match(line.whole) or PACKAGING.search(plain) or len(re.findall(r"[A-Za-z]{2,}", plain)) < 3:
        return "", ()
    return by_heading or declared, tuple(learnt.signs(plain, line.scope))


def _plain(heading: str) -> str:
    return " ".join(re.sub(r"[^\w &/'-]", " ", heading).lower().split())
