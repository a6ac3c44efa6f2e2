"""The labels and strings in a line of code or of a template: what a person may read on the screen."""

import re
from functools import lru_cache

from portal.freshness.words import squeezed

TEMPLATE = re.compile(
    r"\.(html?|jinja2?|j2|vue|svelte|[jt]sx|erb|haml|slim|blade\.php|twig|hbs|ejs|liquid|astro|phtml|cshtml|xml|xaml)$",
    re.IGNORECASE,
)
QUOTED = re.compile(
    r"""(?<!\w)(?:"((?:[^"\\\n]|\\.){2,160})"|'((?:[^'\\\n]|\\.){2,160})'|`((?:[^`\\\n]|\\.){2,160})`)"""
)
# What stands for something else in a template: Jinja, Vue, ERB, Blade, JSX and format strings.
HOLE = re.compile(
    r"\{\{.*?\}\}|\{%.*?%\}|\{#.*?#\}|\{!!.*?!!\}|<%.*?%>|\$\{[^{}]*\}|\{[^{}\n]*\}|%\(\w+\)[sd]|%[sd]|:[a-z_]+\b(?=\s|$)"
)
SIGNS = frozenset("{%:<")
TAG = re.compile(r"<[^<>]*>?|[^<>]*/?>(?=\s*$)")
# A bare line of a template is text when it holds nothing that only code has.
CODE = re.compile(r"[={};()\[\]\\]|=>|^\s*[@#.:]|^\s*(?://|/\*|\*)")
HUMAN = re.compile(r"[^\W\d_]{2}")
SHORTEST = 3


def labels(path: str, line: str) -> list[str]:
    """The labels in a line of a file, as written; a label around a placeholder comes in pieces."""
    quotes = '"' in line or "'" in line or "`" in line
    found = ["".join(groups) for groups in QUOTED.findall(line)] if quotes else []
    if is_template(path):
        found += _between_tags(line)
    pieces = (piece.strip() for text in found for piece in _parted(text) if piece)
    return [piece for piece in pieces if len(squeezed(piece)) >= SHORTEST and HUMAN.search(piece)]


def _parted(text: str) -> list[str]:
    """A text without what stands for something else; most have none of its signs, and need no search for it."""
    return HOLE.split(text) if not SIGNS.isdisjoint(text) else [text]


@lru_cache(4096)
def is_template(path: str) -> bool:
    """Whether a file has text between tags."""
    return TEMPLATE.search(path) is not None


def _between_tags(line: str) -> list[str]:
    """The text of a template's line outside its tags."""
    bare = TAG.sub("\n", HOLE.sub("\n", line))
    return [piece for piece in bare.split("\n") if not CODE.search(piece)]
