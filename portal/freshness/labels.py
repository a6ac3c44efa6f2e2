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
TAG = re.compile(r"<[^<>]*>?|[^<>]*/?>(?=\s*$)")
# A bare line of a template is text when it holds nothing that only code has.
CODE = re.compile(r"[={};()\[\]\\]|=>|^\s*[@#.:]|^\s*(?://|/\*|\*)")
HUMAN = re.compile(r"[^\W\d_]{2}")
SHORTEST = 3


def labels(path: str, line: str) -> list[str]:
    """The labels in a line of a file, as written; a label around a placeholder comes in pieces."""
    quotes = '"' in line or "'" in line or "`" in line
    found = [next(filter(None, match.groups()), "") for match in QUOTED.finditer(line)] if quotes else []
    if _is_template(path):
        found += _between_tags(line)
    pieces = (piece.strip() for text in found for piece in HOLE.split(text) if piece)
    return [piece for piece in pieces if len(squeezed(piece)) >= SHORTEST and HUMAN.search(piece)]


@lru_cache(4096)
def _is_template(path: str) -> bool:
    return TEMPLATE.search(path) is not None


def _between_tags(line: str) -> list[str]:
    """The text of a template's line outside its tags."""
    bare = TAG.sub("\n", HOLE.sub("\n", line))
    return [piece for piece in bare.split("\n") if not CODE.search(piece)]
