"""An article as its reader meets it: headings, paragraphs, steps and items, each with its lines and without markup."""

import re
from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Literal

from portal.mistakes.markdown import BOX, FENCE, TAB, outside_code

Kind = Literal["heading", "paragraph", "item", "step", "link", "table", "code", "picture"]
HEADING = re.compile(r"(?P<marks>#{1,6})[ \t]+(?P<text>.*?)[ \t#]*")
ITEM = re.compile(r"(?:[-*+]|(?P<number>\d{1,9}[.)]))[ \t]+(?:\[[ xX]\][ \t]+)?(?P<text>.*)")
# Lines of Markdown that are no text: a definition of a link, a rule, the line under a table's head.
NO_TEXT = re.compile(r"\[[^\]]+\]:.*|[-*_ ]{3,}|=+|[|:\- ]+")
FOOTNOTE = re.compile(r"\[\^[^\]]+\]:?")
COMMENT = re.compile(r"<!--.*?-->")
PICTURE = re.compile(r"!\[[^\]]*\](?:\([^)]*\)|\[[^\]]*\])(?:\{[^}]*\})?|<img\b[^>]*>")
LINK = re.compile(r"\[(?P<words>[^\[\]]*)\](?:\([^()\s]*(?:\([^()\s]*\)[^()\s]*)*(?:\s+[\"'][^)]*)?\)|\[[^\]]*\])")
# What is quoted from elsewhere: code, an address, the words of a button, of a message or of a key.
QUOTED = re.compile(
    r"(?P<ticks>`+)(?!`).*?(?<!`)(?P=ticks)(?!`)|<?\bhttps?://[^\s>)]+>?|\b[\w.+-]+@[\w-]+\.\w[\w.]*"
    r"|\*\*[^*]+\*\*|__[^_]+__|\"[^\"]{1,200}\"|“[^”]{1,200}”|\+\+[\w+-]+\+\+"
)
EMPHASIS = re.compile(r"(?<![\w*])[*_]{1,3}(?=\S)|(?<=\S)[*_]{1,3}(?![\w*])")
TAG = re.compile(r"</?[a-zA-Z][^<>]*>|\{[:#.][^{}]*\}")
END = re.compile(r"(?<=[.!?:;])[\"')\]]?\s+(?=[\"'(\[□]*[A-Z0-9□])")
ERROR = re.compile(r"(?:error|warning|fatal|failed)\b", re.IGNORECASE)
# Words for a search, which other help centres put at the end.
KEYWORDS = re.compile(r"(?:tags|keywords):", re.IGNORECASE)
# It stands for what is quoted; neither a word nor the end of a sentence.
MARK = "□"


@dataclass(frozen=True)
class Unit:
    """A heading, a paragraph, an item: its lines, each with its number; `indent` is how far in it stands, of a
    heading its level."""

    kind: Kind
    lines: tuple[tuple[int, str], ...]
    indent: int = 0

    @property
    def line(self) -> int:
        """Its first line."""
        return self.lines[0][0]

    @cached_property
    def text(self) -> str:
        """What a reader reads, in one line."""
        return " ".join(text for _, text in self.lines)

    @cached_property
    def own(self) -> tuple[str, ...]:
        """The writer's own words, line by line: MARK stands for what is quoted, such as an error that is a heading."""
        if self.kind == "heading" and ERROR.match(self.text):
            return (MARK,)
        return tuple(prose(text) for _, text in self.lines)

    @property
    def prose(self) -> str:
        """The writer's own words in one line."""
        return " ".join(self.own)


@dataclass(frozen=True)
class Prose:
    """The writer's own words of a whole article, two line ends between its units, and where each line begins in it."""

    text: str
    starts: tuple[int, ...]
    lines: tuple[int, ...]

    def line_at(self, position: int) -> int:
        """The line in the file of a position in the text."""
        return self.lines[max(0, bisect_right(self.starts, position) - 1)]


def prose_of(units: Sequence[Unit]) -> Prose:
    """The text of all units that have some."""
    parts, starts, lines = [], [], []
    at = 0
    for unit in units:
        for number, text in enumerate(unit.own if unit.kind != "code" else ()):
            parts.append(f"{text} " if number < len(unit.own) - 1 else f"{text}\n\n")
            starts.append(at)
            lines.append(unit.lines[number][0])
            at += len(parts[-1])
    return Prose("".join(parts), tuple(starts), tuple(lines))


def units(body: str, first_line: int) -> list[Unit]:
    """The units of a Markdown text whose first line has that number in its file."""
    found: list[Unit] = []
    lines = body.split("\n")
    last, fresh = -1, True
    for number, line in outside_code(body):
        if any(FENCE.match(one.lstrip()) or one.startswith("    ") for one in lines[last + 1 : number]):
            found.append(Unit("code", ((first_line + last + 1, ""),)))
        fresh = fresh or number > last + 1
        last = number
        unit = _unit(line, first_line + number)
        if unit is None:
            fresh = True
        elif unit.kind == "paragraph" and not fresh and found and found[-1].kind in ("paragraph", "item", "step"):
            found[-1] = Unit(found[-1].kind, (*found[-1].lines, *unit.lines), found[-1].indent)
        else:
            found.append(unit)
            fresh = unit.kind in ("heading", "table", "picture", "code")
    return found


def _unit(line: str, number: int) -> Unit | None:
    """The unit that begins with a line, as far as one line tells; None for a line without text."""
    bare = COMMENT.sub("", line).strip()
    indent = len(line) - len(line.lstrip(" "))
    while bare.startswith(">"):
        bare = bare[1:].lstrip()
    if not bare or BOX.fullmatch(bare) or TAB.match(bare) or NO_TEXT.fullmatch(bare) or FENCE.match(bare):
        return None
    if PICTURE.search(bare) and not _plain(bare):
        return Unit("picture", ((number, bare),), indent)
    if bare.startswith("|") or bare.count(" | ") > 1:
        return Unit("table", ((number, _plain(bare.strip("|"))),), indent)
    if match := HEADING.fullmatch(bare):
        return Unit("heading", ((number, _plain(match["text"])),), len(match["marks"]))
    if match := ITEM.fullmatch(bare):
        if LINK.fullmatch(match["text"]):
            return Unit("link", ((number, _plain(match["text"])),), indent)
        return Unit("step" if match["number"] else "item", ((number, _plain(match["text"])),), indent)
    text = _plain(FOOTNOTE.sub("", bare).removeprefix(":").strip())
    return Unit("paragraph", ((number, text),), indent) if text else None


def _plain(text: str) -> str:
    """A line without links, pictures and tags; what is quoted keeps its marks."""
    if "[" in text or "<" in text:
        text = LINK.sub(lambda match: match["words"], PICTURE.sub("", COMMENT.sub("", text)))
        text = FOOTNOTE.sub("", text)
    return TAG.sub("", text).strip() if "<" in text or "{" in text else text.strip()


def prose(text: str) -> str:
    """The writer's own words in a plain line."""
    if not any(mark in text for mark in '`*_"“+@:'):
        return text
    return EMPHASIS.sub("", QUOTED.sub(MARK, text))


def sentences(units: Sequence[Unit]) -> list[tuple[int, str]]:
    """The sentences of paragraphs, items and steps, each with its line."""
    found = []
    for unit in units:
        if unit.kind in ("paragraph", "item", "step") and not KEYWORDS.match(unit.text):
            own = prose_of([unit])
            start = 0
            for match in END.finditer(own.text):
                found.append((own.line_at(start), own.text[start : match.start() + 1].strip()))
                start = match.end()
            if own.text[start:].strip():
                found.append((own.line_at(start), own.text[start:].strip()))
    return found


def beginning(sentence: str) -> str:
    """The first words of a sentence."""
    words = EMPHASIS.sub("", sentence).split()
    return " ".join(words[:8]) + (" …" if len(words) > 8 else "")
