"""Turn Markdown that came from outside (release notes, updates) into HTML or text that can do no harm.

Two walls: nh3 lets only an allow-list through, and braces leave as character references, so that a template engine or
a macro plugin that meets the result later finds nothing to evaluate.
"""

import html
import re
from collections.abc import Callable
from html.parser import HTMLParser

import nh3

from portal.foreign_html import restored, tags, tame, without_tags
from portal.sanitise import github

# The lists are words in a row, which a reader can scan; as Python lists they are a page of quotes.
TAGS = frozenset(
    "a b blockquote br code del em h2 h3 h4 hr i kbd li ol p pre s strong sub sup table tbody td th thead tr ul".split()  # noqa: SIM905
)
# What is in these is for programs, and goes with them.
DROPPED = frozenset("script style template noscript iframe".split())  # noqa: SIM905
SCHEMES = frozenset({"https", "http", "mailto"})
# GitHub takes 125,000 characters for a release.
MAX_CHARACTERS = 128 * 1024

# XML 1.0 has no place for these, so a feed could not carry them; the second row is YAML's and HTML's.
CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x84\x86-\x9f\ud800-\udfff\ufffe\uffff]")
DEAD_LINK = '<a rel="noopener noreferrer">'
TITLED_DEAD_LINK = re.compile(r'<a title="[^"<>]*" rel="noopener noreferrer">')
BLOCK_END = re.compile(r"</(?:p|li|h[2-4]|pre|blockquote|t[dhr])>|<[bh]r>|<[uo]l>")
HEADING_LEVEL = re.compile(r"<(/?)h([1-6])>")

Link = Callable[[str], str | None]


def absolute_only(href: str) -> str | None:
    """Keep links that name their host; a relative one in a release points into a repository, not at us."""
    return href if href.startswith(("https://", "http://", "mailto:")) else None


def to_html(source: str, link: Link = absolute_only) -> str:
    """Render Markdown (at most 131,072 characters, the rest is cut) to harmless HTML with headings h2 to h4.

    `link` maps each address to the one to print, or to None, which keeps the words and drops the link.
    """

    def attribute(tag: str, name: str, value: str) -> str | None:
        return link(value) if (tag, name) == ("a", "href") else value

    safe = nh3.clean(
        HEADING_LEVEL.sub(_fold, tame(github.render(clean(source[:MAX_CHARACTERS])))),
        tags=set(TAGS),
        clean_content_tags=set(DROPPED),
        attributes={"a": {"href", "title"}, "ol": {"start"}},
        attribute_filter=attribute,
        url_schemes=set(SCHEMES),
        link_rel="noopener noreferrer",
    )
    return restored(_without_dead_links(safe)).strip().replace("{", "&#123;").replace("}", "&#125;")


def to_text(source: str) -> str:
    """Render Markdown to one line of plain text (not escaped)."""
    spaced = BLOCK_END.sub(" ", to_html(source))
    return " ".join(html.unescape(without_tags(spaced)).split())


def to_plain(source: str, link: Link = absolute_only) -> str:
    """Render Markdown to plain text with its paragraphs, list marks and the addresses of its links (not escaped)."""
    reader = _Plain()
    reader.feed(to_html(source, link))
    reader.close()
    return reader.text()


def clean(text: str) -> str:
    """Normalise line ends and drop the control characters that XML and YAML cannot carry."""
    return CONTROL.sub("", text.replace("\r\n", "\n").replace("\r", "\n"))


def _fold(match: re.Match[str]) -> str:
    return f"<{match[1]}h{min(max(int(match[2]), 2), 4)}>"


def _without_dead_links(safe: str) -> str:
    """The words of a link that lost its address, without the link: nh3 writes every link's end, and never one in
    another."""
    kept, at, dead = [], 0, False
    for start, end, name in tags(safe):
        if name == "a":
            tag = safe[start:end]
            dead = tag == DEAD_LINK or TITLED_DEAD_LINK.fullmatch(tag) is not None
        if dead and name in ("a", "/a"):
            kept.append(safe[at:start])
            at = end
    return "".join([*kept, safe[at:]])


class _Plain(HTMLParser):
    """Our own clean HTML as lines."""

    def __init__(self) -> None:
        super().__init__()
        self._parts: list[str] = []
        self._lists: list[int | None] = []
        self._href = ""
        self._from = 0

    def text(self) -> str:
        lines = "".join(self._parts).split("\n")
        return re.sub(r"\n{3,}", "\n\n", "\n".join(line.rstrip() for line in lines)).strip()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag in ("ul", "ol"):
            if not self._lists:
                self._parts.append("\n")
            self._lists.append(int(dict(attrs).get("start") or 1) if tag == "ol" else None)
        elif tag == "li":
            self._parts.append(self._mark())
        elif tag in ("br", "tr"):
            self._parts.append("\n")
        elif tag == "a":
            self._href, self._from = dict(attrs).get("href") or "", len(self._parts)

    def handle_endtag(self, tag: str) -> None:
        if tag in ("ul", "ol"):
            self._lists.pop()
            self._parts.append("\n" if self._lists else "\n\n")
        elif tag in ("h2", "h3", "h4", "p", "pre", "blockquote", "table"):
            self._parts.append("\n" if self._lists else "\n\n")
        elif tag in ("td", "th"):
            self._parts.append(" ")
        elif tag == "a" and self._href not in ("", "".join(self._parts[self._from :])):
            self._parts.append(f" ({self._href.removeprefix('mailto:')})")

    def handle_data(self, data: str) -> None:
        # Between tags, a line end is only how HTML is laid out.
        if data.strip():
            self._parts.append(data)
        elif self._parts and not self._parts[-1].endswith(("\n", "- ", ". ")):
            self._parts.append(" ")

    def _mark(self) -> str:
        number = self._lists[-1] if self._lists else None
        indent = "  " * (len(self._lists) - 1)
        if number is None:
            return f"\n{indent}- "
        self._lists[-1] = number + 1
        return f"\n{indent}{number}. "
