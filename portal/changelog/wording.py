"""A line of a release in customers' words: without the workshop's marks, its links into repositories, its comments."""

import re

from portal.changelog import credits
from portal.changelog.classes import MARKER, PREFIX, SCOPE
from portal.changelog.cues import TYPES
from portal.changelog.outline import STEPS
from portal.sanitise import to_text

BREAKING_MARK = re.compile(r"^\[\*\*breaking\*\*\][ \t]*", re.IGNORECASE)  # git-cliff
RELATIVE_LINK = re.compile(r"\[(?P<words>[^\[\]\n]{1,300})\]\((?!https?://|mailto:)[^()\s]{0,300}\)")
NESTED = re.compile(r"[ \t]*(?:[-*+]|\d{1,9}[.)])[ \t]|[ \t]*(?:```|~~~)")
NESTED_BULLET = re.compile(r"[ \t]+[-*+][ \t]+")


def tidy(block: str) -> str:
    """Take the marks of the workshop (authors, numbers, commits, types) off the ends of a block and begin it like a
    sentence."""
    if block.startswith(("```", "~~~", "    ")):
        return block
    marker = MARKER.match(block)
    first, *rest = _pieces(block[marker.end() if marker else 0 :])
    lead, text = ("- " if marker else ""), _without_links(first if STEPS.match(first) else credits.without(first))
    scope = ""
    if (prefix := PREFIX.match(text)) and prefix["type"].lower() in TYPES:
        scope, text = prefix["scope"] or "", text[prefix.end() :]
    elif found := SCOPE.match(text):
        scope, text = (found["bold"] or found["cliff"] or "").strip(), text[found.end() :]
    text = BREAKING_MARK.sub("", text).strip()
    if re.search(r"\w", scope) and text and not re.fullmatch(r"\W*breaking( change)?\W*", scope, re.I):
        text = f"**{scope.strip('_ ')}:** {text}"
    elif re.match(r"[a-z]+(?=[.,:;!?]*(?:\s|$))", text):
        # `camelCase` and `/paths` are names, and a name keeps its spelling.
        text = text[0].upper() + text[1:]
    return lead + "\n".join([text, *rest]).rstrip()


def without_private(text: str, repositories: tuple[str, ...]) -> str:
    """The text with the words of links to these repositories (OWNER/NAME) but without the links."""
    if not repositories:
        return text
    where = "|".join(map(re.escape, repositories))
    address = rf"https?://[\w.:-]{{1,100}}/(?:{where})(?:[/?#][^\s()<>]{{0,300}})?"
    text = re.sub(rf"\[([^\[\]\n]{{1,300}})\]\({address}\)", r"\1", text, flags=re.IGNORECASE)
    return re.sub(rf"[ \t]?<?{address}>?", "", text, flags=re.IGNORECASE)


def without_comments(text: str) -> str:
    """The text without `<!-- -->`; one that never ends hides the rest, as on GitHub."""
    kept, at = [], 0
    while (start := text.find("<!--", at)) >= 0:
        kept.append(text[at:start])
        end = text.find("-->", start + 4)
        at = end + 3 if end >= 0 else len(text)
    return "".join([*kept, text[at:]])


def said(text: str) -> str:
    """What a line says, without its spelling."""
    plain = to_text(text)
    return "".join(filter(str.isalnum, plain)).casefold() or plain


def _pieces(text: str) -> list[str]:
    """The first paragraph, and each further line; the ends of nested items are tidied as well."""
    first: list[str] = []
    lines = text.split("\n")
    while lines and lines[0].strip() and not (first and NESTED.match(lines[0])):
        first.append(lines.pop(0))
        if credits.GENERATED.search(first[-1][-credits.REACH :]):
            break
    rest, code = [], False
    for line in lines:
        code ^= line.lstrip().startswith(("```", "~~~"))
        nested = None if code else NESTED_BULLET.match(line)
        rest.append(nested[0] + credits.without(line[nested.end() :]) if nested else line)
    return ["\n".join(first), *rest]


def _without_links(text: str) -> str:
    """A link into the repository leads nowhere from here: its words stay. Code is left as it is."""
    parts = text.split("`")
    return "`".join(RELATIVE_LINK.sub(r"\g<words>", one) if n % 2 == 0 else one for n, one in enumerate(parts))
