"""Old addresses and where they lead: docs/redirects.yml and `redirect_from` of articles.

An old address is compared piece by piece between its slashes, so that no pattern takes longer than its length. A piece
is a word, `*` (any one piece) or `360001-*` (that number, with or without words behind it).
"""

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from portal import mistakes
from portal.errors import ContentError, Mistakes, suggestion
from portal.yaml_lines import Path as Place

ANY, NUMBER = "*", "{id}"
# Addresses of the functions and of the files that pages load.
TAKEN = frozenset(["api", "my", "assets"])
MOST, LONGEST = 5000, 300
# Nothing that means something in the rules of a host.
PIECE = re.compile(r"[^\s{}*?#%\\:\"'<>;$&|,`^()\[\]+]+")


@dataclass(frozen=True)
class Redirect:
    """An old address below the portal's base, in pieces, and the page it leads to, also below the base."""

    pieces: tuple[str, ...]
    to: str
    file: str
    line: int | None

    @property
    def is_one_address(self) -> bool:
        """Whether a file at the old address can lead on."""
        return ANY not in self.pieces

    @property
    def address(self) -> str:
        """The old address in one text."""
        return "/".join(self.pieces)


def parse(file: str, text: str) -> list[Redirect]:
    """The redirects of a file, whose targets are as written; raises ContentError for all that cannot be read."""
    data, lines = mistakes.loaded(text, file, typed=False)
    if not data:
        return []
    if not isinstance(data, dict):
        raise ContentError(file, 1, "must be lines of 'old address: article', such as 'billing/card/: billing/update'")
    found = Mistakes()
    redirects: list[Redirect] = []
    for old, target in data.items():
        with found.kept():
            redirects += _read(old, target, file, lines)
    if len(redirects) > MOST:
        found.add(file, None, f"has {len(redirects):,} addresses; at most {MOST:,} can be read")
    found.stop()
    return redirects


def _read(old: str, target: object, file: str, lines: Mapping[Place, int]) -> list[Redirect]:
    line = lines.get((old,))
    pieces = pieces_of(old, file, line, patterns=True)
    if NUMBER not in pieces:
        if not isinstance(target, str) or not target:
            raise ContentError(file, line, f"'{old}' needs one article or page behind its colon")
        return [Redirect(pieces, target, file, line)]
    if not isinstance(target, dict):
        raise ContentError(file, line, f"'{old}' needs a line for each id below it, such as '  360001: billing/update'")
    found = Mistakes()
    redirects = []
    for id, to in target.items():
        here = lines.get((old, id), line)
        if not id.isascii() or not id.isdecimal() or not isinstance(to, str) or not to:
            found.add(file, here, f"'{id}: {to}' is no line such as '360001: billing/update'")
        else:
            filled = tuple(f"{id}-*" if piece == NUMBER else piece for piece in pieces)
            redirects.append(Redirect(filled, to, file, here))
    found.stop()
    return redirects


def pieces_of(old: str, file: str, line: int | None, *, patterns: bool = False) -> tuple[str, ...]:
    """The pieces of an old address; raises ContentError for one that no host can know again."""
    wrong = ""
    pieces = tuple(old.strip().strip("/").split("/"))
    marks = {ANY, NUMBER} if patterns else set()
    if "://" in old or old.startswith("//"):
        wrong = "write only the path, without https:// and the host"
    elif len(old) > LONGEST or any(piece not in marks and not PIECE.fullmatch(piece) for piece in pieces):
        wrong = "a piece between two slashes is a word of letters, digits and . _ ~ @ ! = -" + (
            ", '*' for any, or '{id}' for a number" if patterns else ""
        )
    elif pieces[0] in TAKEN | marks or any(piece in (".", "..") for piece in pieces):
        wrong = f"the first piece must be a word, and none of: {', '.join(sorted(TAKEN))}"
    elif pieces.count(NUMBER) > 1:
        wrong = "'{id}' may stand in it once"
    if wrong:
        raise ContentError(file, line, f"old address '{old}': {wrong}")
    return pieces


def checked(redirects: Iterable[Redirect], articles: Iterable[str], pages: Iterable[str]) -> list[Redirect]:
    """The same with their targets as addresses below the base; raises ContentError for those that lead nowhere, out of
    the portal, stand twice, or lie over a page. `pages` are the addresses of all pages, with their last slash."""
    redirects, names, known = list(redirects), set(articles), {page.rstrip("/") for page in pages}
    found = Mistakes()
    seen: dict[tuple[str, ...], Redirect] = {}
    good = []
    for one in redirects:
        path, mark, anchor = one.to.partition("#")
        name = path.strip("/").removesuffix(".md")
        wrong = _wrong(one, name, names | known, seen)
        if not wrong and (page := next((page for page in known if matches(one.pieces, page)), None)):
            wrong = f"'{one.address}' would hide the page {page}/"
        if wrong:
            found.add(one.file, one.line, wrong)
        else:
            good.append(Redirect(one.pieces, (f"{name}/" if name else "") + mark + anchor, one.file, one.line))
        seen.setdefault(one.pieces, one)
    found.stop()
    return good


def _wrong(one: Redirect, name: str, known: set[str], seen: Mapping[tuple[str, ...], Redirect]) -> str:
    if "://" in one.to or one.to.startswith("//") or "\\" in one.to:
        return f"'{one.to}' leads out of the portal; an old address may only lead to an article or a page of it"
    if (first := seen.get(one.pieces)) is not None:
        return f"'{one.address}' stands in {first.file}:{first.line} already"
    if name and name not in known:
        old = next((other for other in seen.values() if matches(other.pieces, name)), None)
        further = f" It is an old address itself: lead to '{old.to}'." if old else suggestion(name, known)
        return f"'{one.address}' leads to '{one.to}', which is no article and no page.{further}"
    return ""


def matches(pieces: tuple[str, ...], path: str) -> bool:
    """Whether an address (without its last slash) is one of those that the pieces stand for."""
    given = path.split("/")
    return len(given) == len(pieces) and all(map(_fits, pieces, given))


def _fits(piece: str, given: str) -> bool:
    if piece.endswith("-*"):
        return given == piece[:-2] or given.startswith(piece[:-1])
    return bool(given) and piece in (ANY, given)


def files(redirects: Iterable[Redirect], base: str) -> Iterator[tuple[str, str]]:
    """The file at each old address that is one, as its path in the site and the address to which it leads."""
    for one in redirects:
        if one.is_one_address:
            path = "/".join(piece.removesuffix("-*") for piece in one.pieces)
            name = path if path.endswith((".html", ".htm")) else f"{path}/index.html"
            yield name, base + one.to
