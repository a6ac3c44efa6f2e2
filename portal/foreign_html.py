"""HTML that others wrote, read in time that grows with its length alone, before anything else meets it.

Cleaning takes quadratic time for tags in tags and for lone `&`; a search for the end of each `<` does too.
"""

import html
import re
from collections.abc import Iterator

# A mail's tables lie in tables, but nobody writes this deep by hand or by program.
DEEPEST = 100
# A mail of this many characters is a newsletter with its pictures in it.
MOST = 512 * 1024
TAG = re.compile(r"</?([a-zA-Z][a-zA-Z0-9-]{0,40})")
REFERENCE = re.compile(r"&(?:#[0-9]{1,7};|#[xX][0-9a-fA-F]{1,6};|[a-zA-Z][a-zA-Z0-9]{1,31};)?")
# What must stay a reference, as characters of no meaning while the cleaning goes over the text.
HELD = {"&": "\ue000", "<": "\ue001", ">": "\ue002", '"': "\ue003", "'": "\ue004"}
GIVEN_BACK = str.maketrans({held: html.escape(sign) for sign, held in HELD.items()})
# They have no end, or the next of their kind ends them.
NEVER_DEEPER = frozenset(
    "area base br col dd dt embed hr img input li link meta option p param source td th tr track wbr".split()  # noqa: SIM905
)


def tame(text: str) -> str:
    """The same HTML (at most MOST characters, the rest is cut) with at most DEEPEST tags in each other and without
    references; what comes out of the cleaning goes through `restored`."""
    text = text[:MOST].translate(dict.fromkeys(map(ord, HELD.values())))
    return REFERENCE.sub(_character, "".join(_shallow(text)))


def restored(cleaned: str) -> str:
    """HTML that was tamed, with its references."""
    return cleaned.translate(GIVEN_BACK)


def tags(text: str) -> Iterator[tuple[int, int, str]]:
    """Where each tag or comment begins and ends, and its name in small letters (`/` before that of an end, "" for a
    comment); what is never closed ends the text."""
    at = 0
    ends = {">": -1, "-->": -1}
    while (start := text.find("<", at)) >= 0:
        comment = text.startswith("<!--", start)
        match = None if comment else TAG.match(text, start)
        if not comment and match is None:
            at = start + 1
            continue
        mark = "-->" if comment else ">"
        if ends[mark] <= start:
            # Looked for once, however many tags have none: it is at the end of the text then.
            found = text.find(mark, start)
            ends[mark] = found + len(mark) if found >= 0 else len(text)
        at = ends[mark]
        yield start, at, "" if match is None else match[0][1:].lower()


def without_tags(text: str) -> str:
    """The text between the tags, with its references."""
    return "".join(_between(text))


def _between(text: str) -> Iterator[str]:
    at = 0
    for start, end, _ in tags(text):
        yield text[at:start]
        at = end
    yield text[at:]


def _shallow(text: str) -> Iterator[str]:
    at = depth = 0
    for start, end, name in tags(text):
        if not name or name.removeprefix("/") in NEVER_DEEPER:
            continue
        if name.startswith("/"):
            too_deep = depth > DEEPEST
            depth = max(0, depth - 1)
        else:
            depth += 1
            too_deep = depth > DEEPEST
        if too_deep:
            yield text[at:start]
            at = end
    yield text[at:]


def _character(match: re.Match[str]) -> str:
    """What a reference stands for; one that HTML does not know is the text that it is."""
    text = html.unescape(match[0])
    return HELD.get(text) or text.replace("&", HELD["&"])
