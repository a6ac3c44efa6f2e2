"""Markdown in pieces: the top-level blocks of a text as GitHub reads it, and back again."""

import re
from collections.abc import Iterable, Iterator

from markdown_it.token import Token

from portal.sanitise import github

HEADING = re.compile(r"^ {0,3}#{1,6}[ \t]+")
UNDERLINE = re.compile(r"^ {0,3}(?:=+|-+)[ \t]*$")
BOLD_LINE = re.compile(r"^(?:\*\*|__)(?P<text>[^*_]+)(?:\*\*|__):?$")
ITEM = re.compile(r"^ {0,3}[-*+][ \t]+\S")
STEPS = re.compile(r"^ {0,3}\d{1,9}[.)][ \t]+\S")
DEFINITION = re.compile(r"^ {0,3}\[(?P<label>[^\[\]\n]{1,200})\]:[ \t]*<?(?P<href>\S+)")


def blocks(text: str) -> list[str]:
    """Split Markdown into top-level headings, bullets, numbered lists (whole), paragraphs, quotes, tables, code and
    definitions of links; no line is lost."""
    lines = text.split("\n")
    found: list[str] = []
    at = 0
    for token, first, last in _places(github.tokens(text)[0]):
        found += _paragraphs(lines[at:first])
        block = _dedented(lines[first:last])
        if token.type == "fence" and not _is_closed(block, token.markup):
            block += f"\n{token.markup}"  # never closed: the rest of the text is code, and it ends here
        found += [block] if block else []
        at = max(at, last)
    return [*found, *_paragraphs(lines[at:])]


def heading(block: str) -> str | None:
    """The words of a heading block (`## Fixed`, underlined, or a line in bold), or None."""
    first, _, second = block.partition("\n")
    if second:
        return first.strip() if UNDERLINE.match(second) and not is_list(block) else None
    if match := HEADING.match(block):
        return block[match.end() :].rstrip(" \t").rstrip("#").rstrip(" \t")
    bold = BOLD_LINE.match(block)
    return bold["text"] if bold else None


def is_list(block: str) -> bool:
    """Whether a block is a bullet or a numbered list."""
    return bool(ITEM.match(block) or STEPS.match(block))


def join(parts: Iterable[str]) -> str:
    """Put blocks together again: bullets close up, everything else gets a blank line."""
    joined: list[str] = []
    previous_item = False
    for part in parts:
        item = bool(ITEM.match(part))
        joined += ["" if not joined else "\n" if item and previous_item else "\n\n", part]
        previous_item = item
    return "".join(joined)


def items(steps: str) -> list[str]:
    """The items of a numbered list, each without its number."""
    lines = steps.split("\n")
    places = [one.map for one in github.tokens(steps)[0] if one.type == "list_item_open" and one.level == 1 and one.map]
    texts = ["\n".join(lines[first:last]).rstrip() for first, last in places]
    return [re.sub(r"^ {0,3}\d{1,9}[.)][ \t]+", "", text) for text in texts]


def _places(tokens: list[Token]) -> Iterator[tuple[Token, int, int]]:
    """The outermost tokens with their first line and the line after their last; of bullets each item."""
    inside = ""
    for token in tokens:
        if token.level == 0:
            inside = token.type
        item = token.type == "list_item_open" and token.level == 1 and inside == "bullet_list_open"
        alone = token.level == 0 and token.nesting >= 0 and token.type not in ("inline", "bullet_list_open")
        if token.map and (item or alone):
            yield token, token.map[0], token.map[1]


def _paragraphs(lines: list[str]) -> list[str]:
    """What no token covers: definitions of links."""
    return [part.strip() for part in "\n".join(lines).split("\n\n") if part.strip()]


def _dedented(lines: list[str]) -> str:
    last = next((number for number in range(len(lines), 0, -1) if lines[number - 1].strip()), 0)
    lines = lines[:last]
    indent = min(len(lines[0]) - len(lines[0].lstrip(" ")), 3) if lines else 0
    return "\n".join(line[min(indent, len(line) - len(line.lstrip(" "))) :].rstrip() for line in lines)


def _is_closed(block: str, marks: str) -> bool:
    last = block.rpartition("\n")[2].strip()
    return "\n" in block and last.startswith(marks) and set(last) == {marks[0]}
