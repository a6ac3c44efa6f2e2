"""What articles need of Markdown beyond its usual: a word in angle brackets that is no tag is shown as it was typed."""

import re
from xml.etree.ElementTree import Element

from markdown import Markdown
from markdown.extensions import Extension
from markdown.inlinepatterns import InlineProcessor
from markdown.util import AtomicString

from portal.sanitise.names import is_html

# `<workspace>` and `<your name>`; a tag of a custom element or of SVG has attributes, a slash or an end of its own.
PLACEHOLDER = r"<([a-zA-Z][\w-]*)((?: [\w-]+){0,8})>"


class Placeholders(Extension):
    """Shows `<workspace>` in headings and sentences, where a browser would take it for an element and hide it."""

    def extendMarkdown(self, md: Markdown) -> None:
        """Come before the pattern that lets HTML through."""
        md.inlinePatterns.register(_Placeholder(PLACEHOLDER, md), "placeholder", 91)


class _Placeholder(InlineProcessor):
    def handleMatch(  # type: ignore[override]
        self, match: re.Match[str], data: str
    ) -> tuple[str | Element | None, int | None, int | None]:
        if is_html(match[1]) or f"</{match[1]}>" in data:
            return None, None, None
        return AtomicString(match[0]), match.start(0), match.end(0)
