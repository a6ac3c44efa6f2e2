"""Tidies an article's Markdown where no reader sees a difference: what is rendered stays the same to the byte.

Each step is tried by itself and kept only when the HTML stays as it was, so that a box, a nested list or a hard break
of Python-Markdown is never taken apart.
"""

import re
from collections.abc import Callable
from typing import Literal

from portal.articles import body_of
from portal.mistakes.markdown import FENCE

Render = Callable[[str], str]
Outcome = Literal["changed", "refused", "unchanged"]
HEADING = re.compile(r"(#{1,6})(?:[ \t]+|(?=[^\s#]))(.*?)(?:[ \t]+#+)?[ \t]*$")
BULLET = re.compile(r"(?P<indent> *)[*+](?P<rest>[ \t]+\S.*)")
ITEM = re.compile(r" *(?:[-*+]|\d+[.)])[ \t]")


def formatted(file: str, text: str, render: Render) -> tuple[str, Outcome]:
    """The tidied text of an article, and whether it changed, could only have changed with its page and was left, or was
    tidy already; `render` makes a page's HTML of Markdown. Raises an ExceptionGroup for front matter that cannot be
    read."""
    unix = text.removeprefix("\ufeff").replace("\r\n", "\n")
    body, _ = body_of(file, unix)
    head = unix.removesuffix(body)
    wanted, refused, kept = render(body), False, body
    for _ in range(PASSES):
        before, refused = kept, False
        for step in STEPS:
            kept, left = _stepped(kept, step, render, wanted)
            refused = refused or left
        if kept == before:
            break
    return head + kept, "changed" if head + kept != text else "refused" if refused else "unchanged"


def _stepped(text: str, step: Callable[[str], str], render: Render, wanted: str) -> tuple[str, bool]:
    """The text after a step, if need be only where the page allows it; and whether a place was left."""
    tried = step(text)
    if tried == text:
        return text, False
    if render(tried) == wanted:
        return tried, False
    return _piecewise(text, step, render, wanted)


def _piecewise(text: str, step: Callable[[str], str], render: Render, wanted: str) -> tuple[str, bool]:
    """Apply a step to each part between blank lines outside code, where the page allows it; whether a part was left."""
    parts, left = _parts(text), False
    for number, part in enumerate(parts):
        core = part.rstrip("\n")
        tried = step(core) + part[len(core) :]
        if tried == part:
            continue
        whole = "".join([*parts[:number], tried, *parts[number + 1 :]])
        if render(whole) == wanted:
            parts[number] = tried
        else:
            left = True
    return "".join(parts), left


def _parts(text: str) -> list[str]:
    """The text in pieces that each end with their blank lines; fenced code is never cut."""
    parts, current, fence = [], "", ""
    for line in text.splitlines(keepends=True):
        if current and not fence and line.strip() and re.search(r"\n[ \t]*\n$", current):
            parts.append(current)
            current = ""
        fence = _fenced(line, fence)
        current += line
    return [*parts, current] if current else parts


def _fenced(line: str, fence: str) -> str:
    mark = FENCE.match(line.lstrip(" "))
    if not mark:
        return fence
    if not fence:
        return mark[1]
    return "" if mark[1].startswith(fence) and not line.strip(" `~\n") else fence


def _outside_code(text: str, change: Callable[[str], str]) -> str:
    """The text with each line outside fenced code as `change` gives it."""
    found, fence = [], ""
    for line in text.split("\n"):
        before = fence
        fence = _fenced(line, fence)
        found.append(line if before or fence else change(line))
    return "\n".join(found)


def _without_spaces(text: str) -> str:
    """No spaces at a line's end, where two of them are no hard break."""

    def stripped(line: str) -> str:
        bare = line.rstrip(" \t")
        return bare if not bare or not line.endswith("  ") else f"{bare}  "

    return _outside_code(text, stripped)


def _without_hard_breaks(text: str) -> str:
    """No hard break where nothing follows in the paragraph, so that none is seen."""
    return re.sub(r"(?<=\S) {2,}(?=\n[ \t]*(?:\n|$)|$)", "", text)


def _headings(text: str) -> str:
    """`## Heading`, with one space and without marks at its end."""
    return _outside_code(text, lambda line: HEADING.sub(r"\1 \2", line) if HEADING.fullmatch(line) else line)


def _bullets(text: str) -> str:
    """`-` before the items of every list, each as far in as it was."""
    return _outside_code(text, _dashed)


def _dashed(line: str) -> str:
    match = BULLET.fullmatch(line)
    return f"{match['indent']}-{match['rest']}" if match else line


def _blank_lines(text: str) -> str:
    """A blank line above and below headings and above lists, and never two."""
    lines: list[str] = []
    fence = ""
    for line in text.split("\n"):
        before, fence = fence, _fenced(line, fence)
        last = lines[-1] if lines else ""
        if not before and last.strip() and _wants_air(last, line):
            lines.append("")
        if before or line.strip() or last.strip() or not lines:
            lines.append(line)
    return "\n".join(lines)


def _wants_air(last: str, line: str) -> bool:
    if not line.strip():
        return False
    heading = bool(HEADING.fullmatch(line) or HEADING.fullmatch(last))
    list_begins = bool(ITEM.match(line)) and not ITEM.match(last) and not last.startswith((" ", "\t"))
    return heading or list_begins


def _end(text: str) -> str:
    """One line end at the end of the file."""
    return f"{text.rstrip()}\n" if text.endswith("\n\n") else text


# One step makes room for another.
PASSES = 4
STEPS: tuple[Callable[[str], str], ...] = (
    _without_spaces,
    _without_hard_breaks,
    _headings,
    _bullets,
    _blank_lines,
    _end,
)
