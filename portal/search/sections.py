"""The sections of a rendered page, and the first sentence of a text, for the search index."""

from dataclasses import dataclass
from html.parser import HTMLParser

SENTENCE = 160


@dataclass(frozen=True)
class Section:
    """A section of a page: heading and anchor (both "" before the first heading), and text."""

    title: str
    anchor: str
    text: str


def sections(html: str) -> list[Section]:
    """The sections of a rendered page as plain text, without scripts and permalinks."""
    reader = _Reader()
    reader.feed(html)
    reader.close()
    parts = [Section(_one_line(title), anchor, _one_line(text)) for title, anchor, text in reader.parts]
    return [part for part in parts if part.title or part.text]


def sentence(text: str) -> str:
    """The beginning of a text, cut at the end of a sentence or of a word."""
    text = _one_line(text)
    if len(text) <= SENTENCE:
        return text
    head = text[: SENTENCE + 1]
    end = max(head.rfind(mark) for mark in (". ", "? ", "! ", ": "))
    return head[: end + 1] if end > SENTENCE // 3 else head.rpartition(" ")[0] + " \u2026"


def _one_line(text: str) -> str:
    return " ".join(text.split())


class _Reader(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.parts: list[list[str]] = [["", "", ""]]  # title, anchor, text
        self._into = 2
        self._skipped = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        attributes = dict(attrs)
        # The permalink's sign is no part of the heading.
        if tag in ("script", "style") or (tag == "a" and "headerlink" in (attributes.get("class") or "")):
            self._skipped = tag
        if tag in HEADINGS:
            self.parts.append(["", attributes.get("id") or "", ""])
            self._into = 0
        elif tag not in INLINE:
            self.parts[-1][self._into] += " "

    def handle_endtag(self, tag: str) -> None:
        if tag == self._skipped:
            self._skipped = ""
        if tag in HEADINGS:
            self._into = 2
        elif tag not in INLINE:
            self.parts[-1][self._into] += " "

    def handle_data(self, data: str) -> None:
        if not self._skipped:
            self.parts[-1][self._into] += data


HEADINGS = frozenset(["h2", "h3", "h4"])
TAGS_IN_A_LINE = "a abbr b code em i kbd mark q s small span strong sub sup u var wbr"
INLINE = frozenset(TAGS_IN_A_LINE.split())
