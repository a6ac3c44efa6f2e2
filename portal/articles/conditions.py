"""What an article says only while a part of the portal is on: `<!-- if tickets -->...<!-- else -->...<!-- end -->`, and
what a fact of mkdocs.yml says in place of other words: `<!-- say product -->the product<!-- end -->`.

The marks are comments, so that every Markdown editor and GitHub hide them and show the text between them.
"""

import re
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from types import MappingProxyType

from portal.errors import ContentError, suggestion

# Code may show marks and has none: a fence with its lines, or words between backticks. A mark that has its line to
# itself takes the line with it, so that a list stays one list; what a fact says is within a line.
_FENCED = r"^[ ]*(?P<fence>`{3,}|~{3,})[^\n]*\n(?:.*?\n)?[ ]*(?P=fence)[`~]*[ ]*$"
_TICKED = r"(?P<ticks>`+)(?!`)(?:(?!\n[ \t]*\n).)+?(?<!`)(?P=ticks)(?!`)"
_MARK = r"<!--[ \t]*(?P<{}>(?:if|say)\b[^\n>]*?|else|end)[ \t]*-->"
CODE_OR_MARK = re.compile(
    rf"{_FENCED}|{_TICKED}|^[ \t]*{_MARK.format('line')}[ \t]*(?:\n|\Z)|{_MARK.format('word')}",
    re.MULTILINE | re.DOTALL,
)
NO_END = "has no `<!-- end -->` after it."
NOTHING: Mapping[str, str] = MappingProxyType({})


@dataclass
class _Open:
    """An `if` or a `say` whose end has not come yet: the line it stands in, whether the text in it is shown, and
    whether its `else` came."""

    word: str
    line: int
    holds: bool
    turned: bool = False


def applied(text: str, on: Mapping[str, bool], file: str, facts: Mapping[str, str] = NOTHING) -> str:
    """The text as it reads with the parts that are `on` and with `facts` (a name and its words, empty while nobody has
    filled it in), without marks; raises an ExceptionGroup with a ContentError for each mark that cannot be
    understood."""
    on = {**on, **{name: bool(words) for name, words in facts.items()}}
    kept: list[str] = []
    mistakes: list[ContentError] = []
    opened: list[_Open] = []
    for piece, mark, line in _pieces(text):
        wrong = _fault(mark, opened, on, facts)
        if wrong:
            mistakes.append(ContentError(file, line, f"`<!-- {mark} -->`: {wrong}"))
        elif mark == "end":
            opened.pop()
        elif mark == "else":
            opened[-1].holds, opened[-1].turned = not opened[-1].holds, True
        elif not mark and all(one.holds for one in opened):
            kept.append(piece)
        if mark.startswith("if"):
            opened.append(_Open("if", line, _holds(mark, on)))
        elif mark.startswith("say"):
            words = facts.get(_named(mark), "")
            if words and all(one.holds for one in opened):
                kept.append(words + piece)
            opened.append(_Open("say", line, not words))
    mistakes += [ContentError(file, one.line, f"`<!-- {one.word} ... -->` {NO_END}") for one in opened]
    if mistakes:
        raise ExceptionGroup(f"{file} has mistakes", mistakes)
    return "".join(kept)


def _pieces(text: str) -> Iterator[tuple[str, str, int]]:
    """The text in pieces: (text, "", 0) or (the line's end if the mark has a line of its own, what it says, line)."""
    end = 0
    for match in CODE_OR_MARK.finditer(text):
        said = match["line"] or match["word"]
        if said:
            yield text[end : match.start()], "", 0
            line = text.count("\n", 0, match.start()) + 1
            yield "\n" if match["line"] else "", " ".join(said.split()), line
            end = match.end()
    yield text[end:], "", 0


def _fault(mark: str, opened: list[_Open], on: Mapping[str, bool], facts: Mapping[str, str]) -> str:
    """What is wrong with a mark at its place, empty when nothing is."""
    if mark == "end":
        return "" if opened else "there is no `<!-- if ... -->` before it."
    if mark == "else":
        fits = bool(opened) and opened[-1].word == "if" and not opened[-1].turned
        return "" if fits else "it stands between an `if` and its `end`, once."
    if mark.startswith("say"):
        return _unknown([_named(mark)], facts, "fact")
    return _unknown([word for terms in _alternatives(mark) for word, _ in terms], on, "part") if mark else ""


def _unknown(names: list[str], known: Collection[str], what: str) -> str:
    """That the first of these names that is not known is none, empty when all are."""
    name = next((name for name in names if name not in known), None)
    if name is None:
        return ""
    guess = suggestion(name, known) or f" Known: {', '.join(known)}."
    return f"there is no {what} '{name}'.{guess}"


def _named(mark: str) -> str:
    """The fact that a `say` names."""
    return mark.removeprefix("say").strip()


def _holds(mark: str, on: Mapping[str, bool]) -> bool:
    """Whether one of the alternatives of an `if` holds: `if status or changelog and not account`."""
    return any(all(on.get(word) is wanted for word, wanted in terms) for terms in _alternatives(mark))


def _alternatives(mark: str) -> Iterator[list[tuple[str, bool]]]:
    """The parts and facts that an `if` names between its `or`, each with whether it has to be on."""
    for alternative in mark.removeprefix("if").split(" or "):
        terms = [term.strip() for term in alternative.split(" and ")]
        yield [(term.removeprefix("not ").strip(), not term.startswith("not ")) for term in terms]
