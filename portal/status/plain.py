"""An update's Markdown as plain text for emails, JSON, feeds and webhooks, with its paragraphs, list marks and the
addresses of its links; and such text as HTML again."""

import re
from html import escape
from html.parser import HTMLParser

from portal.sanitise import to_html

PARAGRAPHS = frozenset("p h2 h3 h4 pre blockquote ul ol table hr".split())  # noqa: SIM905
BLANK_LINES = re.compile(r"\n{3,}")
ADDRESS = re.compile(r"https?://[^\s<>\"]{1,2000}")


def to_plain(source: str) -> str:
    """Markdown as text that reads as the writer meant it."""
    reader = _Reader()
    reader.feed(to_html(source))
    reader.close()
    lines = (line.rstrip() for line in "".join(reader.parts).split("\n"))
    return BLANK_LINES.sub("\n\n", "\n".join(lines)).strip()


def from_plain(text: str) -> str:
    """Plain text as HTML: paragraphs, line breaks, and addresses as links."""
    parts = (part.strip("\n") for part in re.split(r"\n\s*\n", text))
    return "".join(f"<p>{_linked(part)}</p>" for part in parts if part.strip())


def _linked(text: str) -> str:
    found, place = "", 0
    for match in ADDRESS.finditer(text):
        address = match[0].rstrip(".,;:!?)'")
        end = match.start() + len(address)
        found += f'{escape(text[place : match.start()])}<a href="{escape(address)}">{escape(address)}</a>'
        place = end
    return (found + escape(text[place:])).replace("\n", "<br>\n")


def _start(attrs: list[tuple[str, str | None]]) -> int:
    """The number before a list's first one."""
    given = dict(attrs).get("start") or ""
    return int(given) - 1 if given.isdecimal() and len(given) < 10 else 0


class _Reader(HTMLParser):
    """Reads the harmless HTML of `to_html` once, from its beginning to its end."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.parts: list[str] = []
        # The open lists, each with the number of its last item, or None for one without numbers.
        self.lists: list[int | None] = []
        self.quotes = 0
        self.verbatim = False
        self.link: tuple[str, int] | None = None

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag in {"ul", "ol"}:
            self._line()
            self.lists.append(_start(attrs) if tag == "ol" else None)
        elif tag == "li":
            self._item()
        elif tag == "a":
            self.link = (dict(attrs).get("href") or "", len(self.parts))
        elif tag == "br":
            self.parts.append(self._margin())
        elif tag in {"td", "th"} and not self._fresh():
            self.parts[-1] = self.parts[-1].rstrip()
            self.parts.append(" | ")
        elif tag == "hr":
            self.parts.append("\n\n---\n\n")
        self.quotes += tag == "blockquote"
        self.verbatim = self.verbatim or tag == "pre"
        if self.quotes and tag == "p":
            self.parts.append(self._margin())

    def handle_endtag(self, tag: str) -> None:
        if tag == "a" and self.link:
            address, place = self.link
            said = "".join(self.parts[place:]).strip()
            self.parts.append(f" ({address})" if address and address.removeprefix("mailto:") != said else "")
            self.link = None
        elif tag in {"ul", "ol"} and self.lists:
            self.lists.pop()
        self.quotes -= tag == "blockquote"
        self.verbatim = self.verbatim and tag != "pre"
        if tag in {"li", "tr"}:
            self._line()
        elif tag in PARAGRAPHS:
            self._line() if self.lists else self.parts.append("\n\n")

    def handle_data(self, data: str) -> None:
        if self.verbatim:
            self.parts.append(data)
        else:
            text = re.sub(r"\s+", " ", data)
            text = text.lstrip() if self._fresh() else text
            if text:
                self.parts.append(text)

    def _fresh(self) -> bool:
        return not self.parts or self.parts[-1].endswith(("\n", "- ", ". ", "> "))

    def _line(self) -> None:
        if self.parts and not self.parts[-1].endswith("\n"):
            self.parts.append("\n")

    def _margin(self) -> str:
        return "\n" + "> " * self.quotes

    def _item(self) -> None:
        self._line()
        number = self.lists[-1] if self.lists else None
        if number is not None:
            self.lists[-1] = number + 1
        mark = "- " if number is None else f"{number + 1}. "
        self.parts.append("  " * (len(self.lists) - 1) + mark)
