"""Lists as GitHub reads them, so that Python-Markdown reads the same: four spaces a level, a blank line above them."""

import re

from markdown_it import MarkdownIt
from markdown_it.token import Token

WIDTH = 4
# A box (`!!! note`), a closed one (`??? note`) or a tab (`=== "Linux"`), whose text is indented below it.
BOX = re.compile(r" *(!!!|\?\?\?\+?|===[!+]?) .*")
FENCE = re.compile(r" *(`{3,}|~{3,})")


def aligned(text: str) -> str:
    """The same Markdown with every list's lines at multiples of four spaces, `1)` as `1.`, and a blank line between a
    paragraph and the list under it, in boxes as well. Text without lists comes back as it is."""
    if not any(line.lstrip(" ")[:1] in "-*+0123456789" for line in text.split("\n") if line.strip()):
        return text
    lines = _boxes(text.split("\n"))
    text = "\n".join(lines)
    tokens = MarkdownIt("commonmark").disable("inline").parse(text)
    shifts, before, closed = _plan(tokens, lines)
    return "\n".join(
        ("\n" if number in before else "") + _moved(line.replace(")", ".", 1) if number in closed else line, shift)
        for number, (line, shift) in enumerate(zip(lines, shifts, strict=True))
    )


def _boxes(lines: list[str]) -> list[str]:
    """The lines, with the lists in boxes as Python-Markdown reads them there."""
    found: list[str] = []
    fence = ""
    number = 0
    while number < len(lines):
        line = lines[number]
        number += 1
        found.append(line)
        fence = _fenced(line, fence)
        if not fence and BOX.fullmatch(line):
            inside = _indent(line) + WIDTH
            first = number
            while number < len(lines) and (not lines[number].strip() or _indent(lines[number]) >= inside):
                number += 1
            found += _indented([each[inside:] for each in lines[first:number]], inside)
    return found


def _indented(lines: list[str], by: int) -> list[str]:
    """A box's lines with their lists put right, at their place again."""
    return [_moved(line, by) for line in aligned("\n".join(lines)).split("\n")] if lines else []


def _fenced(line: str, fence: str) -> str:
    """The mark of the fenced code that goes on after `line`, where that of `fence` stood open; empty outside."""
    mark = FENCE.match(line)
    if not mark:
        return fence
    if not fence:
        return mark[1]
    return "" if mark[1].startswith(fence) and not line.strip(" `~") else fence


def _plan(tokens: list[Token], lines: list[str]) -> tuple[list[int], set[int], set[int]]:
    """By how much each line moves, the lines that need a blank one before them, and those that begin with `1)`."""
    shifts, before, closed = [0] * len(lines), set(), set()
    depth = 0
    loose: list[bool] = []
    for token in tokens:
        if token.type in ("bullet_list_open", "ordered_list_open") and token.map:
            first = token.map[0]
            if depth == 0 and first and lines[first - 1].strip():
                before.add(first)
            depth += 1
            loose.append(False)
        elif token.type in ("bullet_list_close", "ordered_list_close"):
            depth -= 1
            loose.pop()
        elif token.type == "list_item_open" and token.map:
            if token.markup == ")":
                closed.add(token.map[0])
            first, last = token.map
            if loose[-1] and lines[first - 1].strip():
                before.add(first)  # after a second paragraph or code, only a blank line begins the next item
            loose[-1] = any(not line.strip() for line in lines[first:last])
            _shift_item(lines, shifts, token.map[0], token.map[1], depth)
    return shifts, before, closed


def _shift_item(lines: list[str], shifts: list[int], first: int, last: int, depth: int) -> None:
    """Move what belongs to an item to where Python-Markdown looks for it."""
    inside = [number for number in range(first + 1, last) if lines[number].strip()]
    start = _indent(lines[first])
    # What is not indented goes on with the paragraph and needs no place of its own.
    own = [_indent(lines[number]) for number in inside if _indent(lines[number]) > start]
    if not own:
        return
    wanted = WIDTH * depth
    missing = wanted - (min(own) + shifts[first])
    for number in range(first + 1, last):
        if lines[number].strip() and _indent(lines[number]) > start:
            shifts[number] = shifts[first] + max(missing, 0)


def _moved(line: str, shift: int) -> str:
    return " " * shift + line if line.strip() else line


def _indent(line: str) -> int:
    return len(line) - len(line.lstrip(" "))
