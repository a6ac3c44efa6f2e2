"""The full scan: names that articles quote and that the product has nowhere any more."""

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from portal.freshness.covers import steps
from portal.freshness.library import Document
from portal.freshness.proofs import FRONT
from portal.freshness.words import squeezed

CODE = re.compile(r"`([^`\n]{2,80})`")
BOLD = re.compile(r"\*\*([^*\n]{2,60})\*\*")
FENCE = re.compile(r"^(```|~~~)")
# What a product defines: settings, options, routes, fields and functions.
KINDS = {
    "setting": re.compile(r"^[A-Z][A-Z0-9]*(_[A-Z0-9]+)+$"),
    "option": re.compile(r"^--[a-z][\w-]+$"),
    "route": re.compile(r"^/(?!/)[\w.-]+(/[\w.-]*)*/?$"),
    "name": re.compile(r"^[A-Za-z]\w*(?:_\w+|\.\w+)+(\(\))?$"),
}
# Files, hosts and versions are named like names and belong to others.
OTHERS = re.compile(r"\.(com|org|net|io|example|md|txt|csv|pdf|png|jpe?g|zip|json|ya?ml|html?|log|conf|ini|env)$|^\d")
LABEL = re.compile(r"^[A-Z][^.!?:;]{1,40}$")


@dataclass(frozen=True)
class Quoted:
    """A name that an article quotes, where, and of what kind: setting, option, route, name or label."""

    article: str
    file: str
    line: int
    name: str
    kind: str


def quoted(documents: Iterable[Document], ignore: Iterable[str] = ()) -> list[Quoted]:
    """Every name in articles that a product could have, without those to ignore."""
    ignored = {squeezed(one) for one in ignore}
    return [one for document in documents for one in _of(document) if squeezed(one.name) not in ignored]


def missing(found: Iterable[Quoted], left: Mapping[str, int]) -> list[Quoted]:
    """Those that the product has nowhere; `left` counts each name, squeezed, in the whole product."""
    return [one for one in found if left.get(squeezed(sought(one.name)), 0) == 0]


def sought(name: str) -> str:
    """What to look for in the product: a route is declared without its outer slashes, a call without brackets."""
    return name.removesuffix("()").strip("/") if name.startswith("/") or name.endswith("()") else name


def _of(document: Document) -> Iterator[Quoted]:
    front = FRONT.match(document.text)
    first = document.text[: front.end()].count("\n") if front else 0
    fenced = False
    for number, line in enumerate(document.text.split("\n"), 1):
        if FENCE.match(line):
            fenced = not fenced
        if number > first and not fenced:
            for name, kind in _names(line):
                yield Quoted(document.id, document.file, number, name, kind)


def _names(line: str) -> Iterator[tuple[str, str]]:
    for match in CODE.finditer(line):
        name = match[1].strip()
        kind = next((kind for kind, form in KINDS.items() if form.match(name)), "")
        if kind and not OTHERS.search(name):
            yield name, kind
    for match in BOLD.finditer(line):
        for step in steps(match[1]):
            if LABEL.match(step.strip()):
                yield step.strip(), "label"
