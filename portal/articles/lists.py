"""Lists as GitHub reads them, so that Python-Markdown reads the same: four spaces a level, a blank line above them."""

from markdown_it import MarkdownIt
from markdown_it.token import Token

WIDTH = 4


def aligned(text: str) -> str:
    """The same Markdown with every list's lines at multiples of four spaces, `1)` as `1.`, and a blank line between a
    paragraph and the list under it. Text without lists comes back as it is."""
    if not any(line.lstrip(" ")[:1] in "-*+0123456789" for line in text.split("\n") if line.strip()):
        return text
    lines = text.split("\n")
    tokens = MarkdownIt("commonmark").disable("inline").parse(text)
    shifts, before, closed = _plan(tokens, lines)
    return "\n".join(
        ("\n" if number in before else "") + _moved(line.replace(")", ".", 1) if number in closed else line, shift)
        for number, (line, shift) in enumerate(zip(lines, shifts, strict=True))
    )


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
