"""Turn Markdown that came from outside (release notes) into HTML or plain text that can do no harm.

Three walls: raw HTML is never interpreted, nh3 lets only an allow-list through, and braces leave as character
references, so that a template engine or a macro plugin that meets the result later finds nothing to evaluate.
"""

import html
import re
from collections.abc import Callable
from typing import Any
from xml.etree.ElementTree import Element

import markdown
import nh3
from markdown.inlinepatterns import InlineProcessor

# The two lists are words in a row, which a reader can scan; as Python lists they are a page of quotes.
TAGS = frozenset(
    "a blockquote br code del em h2 h3 h4 hr li ol p pre strong table tbody td th thead tr ul".split()  # noqa: SIM905
)
SCHEMES = frozenset({"https", "http", "mailto"})
MAX_CHARACTERS = 256 * 1024

# A name that is not here (`List<String>`, `<your-domain>`) is text that somebody meant to be read.
HTML_NAMES = frozenset(
    """
    a abbr article aside audio b base blockquote body br button canvas center code dd del details div dl dt em embed
    figcaption figure font footer form frame frameset h1 h2 h3 h4 h5 h6 head header hr html i iframe img input ins
    kbd label li link main map mark math meta nav noscript object ol option p param picture pre s samp script section
    select small source span strike strong style sub summary sup svg table tbody td template textarea tfoot th thead
    title tr tt u ul var video
    """.split()  # noqa: SIM905
)
TAG = (
    r"<!--.*?-->|<(?P<dropped>script|style|template|noscript|iframe)\b[^>]*>.*?</(?P=dropped)\s*>"
    r"|</?(?P<name>[a-zA-Z][\w-]*)(?:\s[^<>]*)?/?>"
)
# XML 1.0 has no place for these, so a feed could not carry them.
CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ud800-\udfff\ufffe\uffff]")
DEAD_LINK = re.compile(r'<a(?: title="[^"]*")? rel="noopener noreferrer">(.*?)</a>', re.DOTALL)
BLOCK_END = re.compile(r"</(?:p|li|h[2-4]|pre|blockquote|t[dhr])>|<[bh]r>|<[uo]l>")
TWO_SPACES = re.compile(r"^ {2,3}\S", re.MULTILINE)
HEADING_LEVEL = re.compile(r"<(/?)h([1-6])>")

Link = Callable[[str], str | None]


def absolute_only(href: str) -> str | None:
    """Keep links that name their host; a relative one in a release points into a repository, not at us."""
    return href if href.startswith(("https://", "http://", "mailto:")) else None


def to_html(source: str, link: Link = absolute_only) -> str:
    """Render Markdown (at most 262,144 characters, the rest is cut) to harmless HTML with headings h2 to h4.

    `link` maps each address to the one to print, or to None, which keeps the words and drops the link.
    """

    def attribute(tag: str, name: str, value: str) -> str | None:
        return link(value) if (tag, name) == ("a", "href") else value

    source = clean(source[:MAX_CHARACTERS])
    rendered = _renderer(source).convert(source)
    safe = nh3.clean(
        HEADING_LEVEL.sub(_fold, rendered),
        tags=set(TAGS),
        attributes={"a": {"href", "title"}},
        attribute_filter=attribute,
        url_schemes=set(SCHEMES),
        link_rel="noopener noreferrer",
    )
    return DEAD_LINK.sub(r"\1", safe).replace("{", "&#123;").replace("}", "&#125;")


def to_text(source: str) -> str:
    """Render Markdown to one line of plain text (not escaped)."""
    spaced = BLOCK_END.sub(" ", to_html(source))
    return " ".join(html.unescape(re.sub(r"<[^>]*>", "", spaced)).split())


def clean(text: str) -> str:
    """Normalise line ends and drop the control characters that XML cannot carry."""
    return CONTROL.sub("", text.replace("\r\n", "\n").replace("\r", "\n"))


def _fold(match: re.Match[str]) -> str:
    return f"<{match[1]}h{min(max(int(match[2]), 2), 4)}>"


def _renderer(source: str) -> markdown.Markdown:
    # GitHub nests lists by two spaces or by four; python-markdown wants to know which.
    tab_length = 2 if TWO_SPACES.search(source) else 4
    md = markdown.Markdown(extensions=["fenced_code", "tables", "sane_lists"], tab_length=tab_length)
    md.preprocessors.deregister("html_block")
    md.inlinePatterns.deregister("html")
    md.inlinePatterns.register(_RawHtml(TAG, md), "html", 90)
    return md


class _RawHtml(InlineProcessor):
    """Drop known HTML tags and keep everything else that merely looks like one, as text."""

    def __init__(self, pattern: str, md: markdown.Markdown) -> None:
        super().__init__(pattern, md)
        self.compiled_re = re.compile(pattern, re.DOTALL | re.IGNORECASE)

    def handleMatch(  # type: ignore[override]
        self, match: re.Match[str], data: str
    ) -> tuple[str | Element | None, int | None, int | None]:
        name: Any = match["name"]
        if name and name.lower() not in HTML_NAMES:
            return None, None, None
        return "", match.start(0), match.end(0)
