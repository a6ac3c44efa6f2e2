"""What an article says only while a part of the portal is on: `<!-- if tickets -->...<!-- else -->...<!-- end -->`.

The marks are comments, so that every Markdown editor and GitHub hide them and show the text between them.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from portal.errors import ContentError
from portal.settings import suggestion

# Code may show marks and has none: a fence with its lines, or words between backticks. A mark that has its line to
# itself takes the line with it, so that a list stays one list.
_FENCED = r"^[ ]*(?P<fence>`{3,}|~{3,})[^\n]*\n(?:.*?\n)?[ ]*(?P=fence)[`~]*[ ]*$"
_TICKED = r"(?P<ticks>`+)(?!`)(?:(?!\n[ \t]*\n).)+?(?<!`)(?P=ticks)(?!`)"
_MARK = r"<!--[ \t]*(?P<{}>if\b[^\n>]*?|else|end)[ \t]*-->"
CODE_OR_MARK = re.compile(
    rf"{_FENCED}|{_TICKED}|^[ \t]*{_MARK.format('line')}[ \t]*(?:\n|\Z)|{_MARK.format('word')}",
    re.MULTILINE | re.DOTALL,
)


@dataclass
class _Open:
    """An `if` whose end has not come yet: the line it stands in, whether it holds, and whether its `else` came."""

    line: int
    holds: bool
    turned: bool = False


def applied(text: str, on: Mapping[str, bool], file: str) -> str:
    """The text as it reads with the parts that are `on`, without marks; raises an ExceptionGroup with a ContentError
    for each mark that cannot be understood."""
    kept: list[str] = []
    mistakes: list[ContentError] = []
    opened: list[_Open] = []
    for piece, mark, line in _pieces(text):
        wrong = _fault(mark, opened, on)
        if wrong:
            mistakes.append(ContentError(file, line, f"`<!-- {mark} -->`: {wrong}"))
        elif mark == "end":
            opened.pop()
        elif mark == "else":
            opened[-1].holds, opened[-1].turned = not opened[-1].holds, True
        elif not mark and all(one.holds for one in opened):
            kept.append(piece)
        if mark.startswith("if"):
            opened.append(_Open(line, all(on.get(word) is wanted for word, wanted in _wanted(mark))))
    mistakes += [ContentError(file, one.line, "`<!-- if ... -->` has no `<!-- end -->` after it.") for one in opened]
    if mistakes:
        raise ExceptionGroup(f"{file} has mistakes", mistakes)
    return "".join(kept)


def _pieces(text: str) -> Iterator[tuple[str, str, int]]:
    """The text in pieces: (text, "", line) or ("", what the mark says, line)."""
    end = 0
    for match in CODE_OR_MARK.finditer(text):
        said = match["line"] or match["word"]
        if said:
            yield text[end : match.start()], "", 0
            line = text.count("\n", 0, match.start()) + 1
            yield "", " ".join(said.split()), line
            end = match.end()
    yield text[end:], "", 0


def _fault(mark: str, opened: list[_Open], on: Mapping[str, bool]) -> str:
    """What is wrong with a mark at its place, empty when nothing is."""
    if mark == "end":
        return "" if opened else "there is no `<!-- if ... -->` before it."
    if mark == "else":
        return "" if opened and not opened[-1].turned else "it stands between an `if` and its `end`, once."
    unknown = [word for word, _ in _wanted(mark) if word not in on] if mark else []
    if unknown:
        guess = suggestion(unknown[0], on) or f" Known: {', '.join(on)}."
        return f"there is no part '{unknown[0]}'.{guess}"
    return ""


def _wanted(mark: str) -> list[tuple[str, bool]]:
    """The parts that an `if` names, each with whether it has to be on: `if tickets and not account`."""
    terms = mark.removeprefix("if").split(" and ")
    return [(term.strip().removeprefix("not ").strip(), not term.strip().startswith("not ")) for term in terms]
