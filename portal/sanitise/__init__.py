"""Turn Markdown that came from outside (release notes, updates) into HTML or text that can do no harm.

Two walls: nh3 lets only an allow-list through, and braces leave as character references, so that a template engine or
a macro plugin that meets the result later finds nothing to evaluate.
"""

import html
import re
from collections.abc import Callable

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
