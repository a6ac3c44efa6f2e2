"""What the rules need to know of one article when they look at all of them; it is kept from one run to the next."""

import posixpath
import re
from collections import Counter
from collections.abc import Callable
from dataclasses import asdict, dataclass, field
from typing import Any
from urllib.parse import unquote

from markdown.extensions.toc import slugify_unicode

from portal import yaml_lines
from portal.articles import Article
from portal.articles.links import RELATIVE
from portal.articles.writing.reading import Unit
from portal.mistakes.markdown import outside_code

EXTERNAL = re.compile(r"(?:\]\(<?|\bhref\s*=\s*[\"']|^ {0,3}\[[^\]]+\]:\s*<?|<)(?P<url>https?://[^\s\"'<>]+)")
NAMED = re.compile(r"\b(?:id|name)\s*=\s*[\"']?([^\s\"'>]+)|\{[^{}]*#([\w:.-]+)[^{}]*\}|^\[\^([^\]]+)\]:")
FAILING = re.compile(r"n[’']t\b|\b(?:not|cannot|never|no longer|unable|fail\w*|error)\b", re.IGNORECASE)
# Stands among a question's words when something fails in it; no stem, since stems are in small letters.
FAILS = "FAILS"
PICTURES = (".png", ".jpg", ".jpeg", ".webp", ".gif", ".svg", ".avif")


@dataclass(frozen=True)
class Facts:
    """An article as the others see it. A link is its line, the file it leads to (below docs/, "" for this one) and the
    anchor; a question its line, its text and its stems."""

    title: str
    listed: bool = True
    reviewed: str = ""
    related: list[str] = field(default_factory=list)
    lines: dict[str, int] = field(default_factory=dict)
    questions: list[tuple[int, str, list[str]]] = field(default_factory=list)
    links: list[tuple[int, str, str]] = field(default_factory=list)
    pictures: list[tuple[int, str]] = field(default_factory=list)
    external: list[tuple[int, str]] = field(default_factory=list)
    anchors: list[str] = field(default_factory=list)

    def data(self) -> dict[str, Any]:
        """As JSON keeps it, for `kept` to read back."""
        return asdict(self)


def kept(data: dict[str, Any]) -> Facts:
    """The facts that `data` gave to JSON."""
    rows = ("questions", "links", "pictures", "external")
    return Facts(**data | {name: [tuple(row) for row in data[name]] for name in rows})


def words_of(question: str, stems: Callable[[str], list[str]]) -> list[str]:
    """What a question is about, and whether something fails there: to import, and why one can't, are two questions."""
    return sorted({*stems(question), *([FAILS] if FAILING.search(question) else [])})


def of(article: Article, body: str, first: int, units: list[Unit], stems: Callable[[str], list[str]]) -> Facts:
    """The facts of an article whose text begins in line `first`; `stems` has the words that a question is about."""
    line = {key: yaml_lines.nearest(article.lines, (key,)) or first for key in ("title", "reviewed", "related")}
    asked = [(line["title"], article.title)]
    for number, question in enumerate(article.front.questions):
        asked.append((yaml_lines.nearest(article.lines, ("questions", number)) or first, question))
    folder = posixpath.dirname(article.file.partition("/")[2])
    facts = Facts(
        article.title,
        article.is_listed,
        article.front.reviewed.isoformat() if article.front.reviewed else "",
        list(article.front.related),
        line,
        [(at, text, words_of(text, stems)) for at, text in asked],
        anchors=anchors(units, body),
    )
    for number, text in outside_code(body):
        _collect(facts, text, first + number, folder)
    return facts


def _collect(facts: Facts, text: str, line: int, folder: str) -> None:
    """Add a line's links."""
    if "http" in text:
        facts.external.extend((line, match["url"].rstrip(").,;")) for match in EXTERNAL.finditer(text))
    if "](" not in text and "=" not in text:
        return
    for match in RELATIVE.finditer(text):
        if text[: match.start()].count("`") % 2:
            continue
        path, _, anchor = match["href"].partition("#")
        target = posixpath.normpath(posixpath.join(folder, unquote(path))) if path else ""
        if path.startswith("/"):
            continue  # the build says that it does not work below a path
        if path.lower().endswith(PICTURES):
            facts.pictures.append((line, target))
        elif path.endswith(".md") or not path:
            facts.links.append((line, target, unquote(anchor)))


def anchors(units: list[Unit], body: str) -> list[str]:
    """The anchors that a page has: of its headings, and those that a writer named."""
    found: list[str] = []
    seen: Counter[str] = Counter()
    for unit in units:
        if unit.kind == "heading":
            slug = slugify_unicode(_words(unit.text), "-")
            found.append(f"{slug}_{seen[slug]}" if seen[slug] else slug)
            seen[slug] += 1
    for line in body.split("\n"):
        if "#" in line or "id" in line or "name" in line or line.startswith("[^"):
            for match in NAMED.finditer(line):
                found += filter(None, (match[1], match[2], match[3] and f"fn:{match[3]}"))
    return found


def _words(text: str) -> str:
    return re.sub(r"[*`]|(?<!\w)_|_(?!\w)", "", text)
