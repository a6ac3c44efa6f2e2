"""Turn Markdown from outside (release notes) into harmless HTML or plain text.

Three defences: raw HTML is never interpreted, nh3 keeps only allowed elements, and braces become character references,
so that a template engine or macro plugin that reads the result finds nothing to evaluate.
"""

import html
import re
from collections.abc import Callable
from typing import Any
from xml.etree.ElementTree import Element

import markdown
import nh3
from markdown.inlinepatterns import InlineProcessor

# As texts, because they are easier to read than a page of quoted names.
TAGS = frozenset(
    "a blockquote br code del em h2 h3 h4 hr li ol p pre strong table tbody td th thead tr ul".split()  # noqa: SIM905
)
SCHEMES = frozenset({"https", "http", "mailto"})
MAX_CHARACTERS = 256 * 1024

# A name that is not here (`List<String>`, `<your-domain>`) is text and is shown.
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
# Not allowed in XML 1.0, and so not in a feed.
CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ud800-\udfff\ufffe\uffff]")
DEAD_LINK = re.compile(r'<a(?: title="[^"]*")? rel="noopener noreferrer">(.*?)</a>', re.DOTALL)
BLOCK_END = re.compile(r"</(?:p|li|h[2-4]|pre|blockquote|t[dhr])>|<[bh]r>|<[uo]l>")
TWO_SPACES = re.compile(r"^ {2,3}\S", re.MULTILINE)
HEADING_LEVEL = re.compile(r"<(/?)h([1-6])>")

Link = Callable[[str], str | None]


def absolute_only(href: str) -> str | None:
    """Keep absolute links only: a relative link in a release points into its repository."""
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
    # GitHub accepts nested lists with two or four spaces; python-markdown must be told which.
    tab_length = 2 if TWO_SPACES.search(source) else 4
    md = markdown.Markdown(extensions=["fenced_code", "tables", "sane_lists"], tab_length=tab_length)
    md.preprocessors.deregister("html_block")
    md.inlinePatterns.deregister("html")
    md.inlinePatterns.register(_RawHtml(TAG, md), "html", 90)
    return md


class _RawHtml(InlineProcessor):
    """Drop known HTML tags; keep anything else in angle brackets as text."""

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
