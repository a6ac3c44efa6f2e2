"""What a crawler finds on a page: where links and forms lead, and headings with nothing below them."""

import re
from collections.abc import Collection
from dataclasses import dataclass, field
from functools import lru_cache
from html.parser import HTMLParser
from urllib.parse import urljoin, urlsplit

from functions.app import ROUTES, Portal

# Elements without an end tag, and those whose text nobody reads.
VOID = {"area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "source", "track", "wbr"}
UNSEEN = {"script", "style", "template", "svg"}
HEADINGS = {f"h{rank}": rank for rank in range(1, 7)}
# Where header, content and footer begin: nothing of one fills a heading of another.
PIECES = re.compile(r'(?=<div class="md-content)|(?=<footer)')
# Elements that are something to see without a text.
SEEN = {"img", "input", "select", "textarea", "button", "iframe"}


@dataclass
class Heading:
    """A heading with its rank, its words, and whether something stands below it."""

    rank: int
    words: str = ""
    filled: bool = False


@dataclass
class Found:
    """The addresses of a page's links, (method, address) of its forms, and its headings without anything below."""

    links: set[str] = field(default_factory=set)
    forms: set[tuple[str, str]] = field(default_factory=set)
    empty: list[str] = field(default_factory=list)


class _Reader(HTMLParser):
    """Finds the addresses of a piece of a page as they are written there."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.found = Found()
        self.opened: list[tuple[str, bool]] = []
        self.unseen = 0
        self.headings: list[Heading] = []
        self.inside: Heading | None = None
        self.feed(html)
        self.close()
        self._leave(0)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        if tag == "a" and not (given.get("href") or "#").startswith("#"):
            self.found.links.add(str(given["href"]))
        if tag == "form":
            self.found.forms.add(((given.get("method") or "get").upper(), given.get("action") or ""))
        if tag in HEADINGS and not self.unseen:
            self._leave(HEADINGS[tag])
            self.inside = Heading(HEADINGS[tag])
        if tag in SEEN:
            self._see()
        if tag not in VOID:
            # hf-later is invisible until a script has filled it.
            later = "hf-later" in (given.get("class") or "").split()
            self.opened.append((tag, "hidden" in given or later or tag in UNSEEN))
            self.unseen += self.opened[-1][1]

    def handle_endtag(self, tag: str) -> None:
        while any(name == tag for name, _ in self.opened):
            name, unseen = self.opened.pop()
            self.unseen -= unseen
            if name == tag:
                break
        if tag in HEADINGS and self.inside is not None:
            self.headings.append(self.inside)
            self.inside = None
        if tag in ("section", "article", "main", "aside", "nav", "body"):
            self._leave(2 if tag != "body" else 0)

    def handle_data(self, data: str) -> None:
        if not data.strip() or self.unseen:
            return
        if self.inside is not None:
            self.inside.words += data
        else:
            self._see()

    def _see(self) -> None:
        if self.inside is None and not self.unseen:
            for heading in self.headings:
                heading.filled = True

    def _leave(self, rank: int) -> None:
        """A heading of this rank begins, or its part of the page ends: nothing more comes below those of that rank."""
        while self.headings and self.headings[-1].rank >= rank:
            last = self.headings.pop()
            if not last.filled or not last.words.strip():
                self.found.empty.append(last.words.strip())
            elif self.headings:
                self.headings[-1].filled = True


def crawl(html: str, url: str) -> Found:
    """What is on the page at the path `url`."""
    body = html.partition("<body")[2] or html
    pieces = [_piece(piece) for piece in PIECES.split(body)]
    return Found(
        {_address(href, url) for piece in pieces for href in piece.links},
        {(method, _address(action, url)) for piece in pieces for method, action in piece.forms},
        [words for piece in pieces for words in piece.empty],
    )


# Most pieces are the same on other pages or in the next setting, and reading one takes as long as making it.
@lru_cache(maxsize=4000)
def _piece(html: str) -> Found:
    return _Reader(html).found


@lru_cache(maxsize=20_000)
def _address(href: str, url: str) -> str:
    parts = urlsplit(urljoin(url, href))
    return parts.path if not parts.scheme else f"{parts.scheme}:{parts.netloc}{parts.path}"


def dead(found: Found, base: str, pages: Collection[str], portal: Portal) -> set[str]:
    """The links and forms that lead to neither a page of the site below `base` nor a handler that is on."""
    return {address for address in found.links if not _leads(address, "GET", base, pages, portal)} | {
        f"{method} {address}" for method, address in found.forms if not _leads(address, method, base, pages, portal)
    }


def _leads(address: str, method: str, base: str, pages: Collection[str], portal: Portal) -> bool:
    if ":" in address:  # another host, or an email
        return True
    path = address.removeprefix(base)
    if address.startswith(base) and path in pages:
        return method == "GET"
    handler = ROUTES.get(f"/{path}", {}).get(method)
    return address.startswith(base) and handler is not None and not portal._switched_off(handler)
