"""Links to articles in files that lie beside docs/, and links that a writer has written in HTML."""

import difflib
import posixpath
import re
from collections.abc import Callable, Iterable, Iterator
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import unquote, urljoin, urlsplit

from portal.errors import suggestion

# Pages that the functions make: a build cannot see them.
OF_THE_FUNCTIONS = frozenset(
    f"my/{page}"
    for page in (
        "", "account/", "account/notifications/", "account/profile/", "account/sessions/", "account/team/", "billing/",
        "sign-in/", "status/", "status/webhooks/", "tickets/", "verify/",
    )
)  # fmt: skip
# How a writer names a page of the portal: [Billing](portal:my/billing/).
PORTAL = "portal:"
# Markdown's and HTML's, where they lead to no host.
RELATIVE = re.compile(
    r"(?P<before>\]\(<?|\b(?:href|src)\s*=\s*[\"'])"
    r"(?P<href>(?![a-zA-Z][a-zA-Z0-9+.-]{0,20}:|//)[^()\s\"'<>]{1,500})"
)

WORDS = re.compile(r"\[(?P<words>[^\[\]]{1,500})\]\(<?(?P<href>[^()\s<>]{1,500})>?\)")
FORM = re.compile(r'\bhref="(?P<href>(?:\.\./){1,20}ask/[^"]{0,500})"')


def relative(text: str) -> Iterator[tuple[int, str]]:
    """The links of a Markdown file that lead to no host, each with its line; code is no link."""
    for number, line in enumerate(text.split("\n"), start=1):
        for match in RELATIVE.finditer(line):
            if line[: match.start()].count("`") % 2 == 0:
                yield number, match["href"]


def lines(text: str, address: str) -> list[int]:
    """The lines of a Markdown text in which a link or a definition leads to the address, one for each time."""
    spelled = re.escape(address)
    pattern = re.compile(rf"\]\(\s*<?{spelled}(?=[\s)>])|^ {{0,3}}\[[^\]]+\]:\s*<?{spelled}(?=[\s>]|$)")
    return [
        number
        for number, line in enumerate(text.split("\n"), start=1)
        for match in pattern.finditer(line)
        if line[: match.start()].count("`") % 2 == 0
    ]


def resolved(text: str, absolute: Callable[[str], str | None]) -> str:
    """The text with each relative link as `absolute` gives it."""
    return RELATIVE.sub(lambda match: match["before"] + (absolute(match["href"]) or match["href"]), text)


def without(text: str, gone: Callable[[str], bool]) -> str:
    """The text with only the words of each Markdown link whose article is `gone`."""
    return WORDS.sub(lambda match: match["words"] if gone(match["href"]) else match[0], text)


def article(href: str, docs: Path, site_url: str) -> str | None:
    """The whole address of the article in the folder `docs` that a link of a file in status/incidents/ leads to, since
    it has to work in emails, in feeds and on another host; None for any other link."""
    path, mark, anchor = href.partition("#")
    name = path.removeprefix(f"../../{docs.name}/")
    if name == path or not name.endswith(".md") or not (docs / name).is_file():
        return None
    place = name.removesuffix(".md").removesuffix("index")
    return f"{site_url.rstrip('/')}/{place.rstrip('/')}/{mark}{anchor}"


class Page(HTMLParser):
    """The addresses (`found`) and the anchors of a rendered page."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.found: set[str] = set()
        self.anchors: set[str] = set()
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Collect what the tag leads to, loads or is called."""
        for name, value in attrs:
            if name in ("href", "src") and value:
                self.found.add(value)
            elif value and (name == "id" or (tag, name) == ("a", "name")):
                self.anchors.add(value)


def meant(href: str, folder: str, files: Iterable[str]) -> str:
    """` Did you mean ...?` for a link of a file in `folder` to a file that is not there, or ""; `files` are those that
    are there, as paths from where `folder` begins."""
    path, mark, anchor = href.partition("#")
    wanted = posixpath.normpath(posixpath.join(folder, unquote(path)))
    place, name = posixpath.split(wanted if posixpath.splitext(path)[1] else f"{wanted}.md")
    alike = [one for one in files if posixpath.splitext(one)[1] == posixpath.splitext(name)[1]]
    beside = {posixpath.basename(posixpath.splitext(one)[0]): one for one in alike if posixpath.dirname(one) == place}
    moved = [one for one in alike if posixpath.basename(one) == name]
    found = [
        *difflib.get_close_matches(wanted, moved, n=1, cutoff=0),
        *(beside[one] for one in difflib.get_close_matches(posixpath.splitext(name)[0], beside, n=1)),
        *difflib.get_close_matches(wanted, sorted({*alike} - {*beside.values()}), n=1, cutoff=0.8),
    ]
    return f" Did you mean '{posixpath.relpath(found[0], folder)}{mark}{anchor}'?" if found else ""


def of_portal(address: str) -> str:
    """The page that a `portal:` address names, below the base."""
    return urlsplit(address.removeprefix(PORTAL).lstrip("/")).path


def portal_fault(address: str, known: Iterable[str], missing: Callable[[str], str]) -> str:
    """What is wrong with a `portal:` address, empty when nothing is; `known` are the site's addresses, `missing(path)`
    the part that is off."""
    path = of_portal(address)
    if word := missing(path):
        return f"leads to a page that {off(word)}"
    pages = {*known, *OF_THE_FUNCTIONS, ""}
    if path in pages:
        return ""
    return f"leads nowhere.{suggestion(path if path.endswith('/') else f'{path}/', pages)}"


def by_email(html: str, url: str, address: str) -> str:
    """A page's HTML with each link to the form, seen from the page at `url`, as one that writes to an address."""

    def moved(match: re.Match[str]) -> str:
        path = urlsplit(urljoin(f"https://site.example/{url}", match["href"])).path
        return f'href="mailto:{address}"' if path == "/ask/" else match[0]

    return FORM.sub(moved, html)


def off(word: str) -> str:
    """The end of a sentence about something that is not there, since the part `word` is off, and what to do."""
    setting = f"`{word}: false`" if word == "sign_in" else f"`parts: {{{word}: false}}`"
    return (
        f"is not there with {setting} in mkdocs.yml. Put <!-- if {word} --> and <!-- end --> around what speaks of it,"
        " or take it out."
    )


def fault(
    address: str, url: str, known: Iterable[str], anchors: dict[str, set[str]], missing: Callable[[str], str]
) -> str:
    """What is wrong with an address on the page at `url` (both below the site's base), empty when nothing is; `known`
    are the site's addresses, `anchors` those of the pages that a writer wrote, `missing(path)` the part that is off."""
    parts = urlsplit(address)
    if parts.scheme or parts.netloc:
        return ""
    if address.startswith("/"):
        return "begins with '/', which does not work below a path; write it from this page (../../my/billing/)"
    target = urlsplit(urljoin(f"https://site.example/{url}", address))
    path = unquote(target.path).lstrip("/")
    word = missing(path)
    if word:
        return f"leads to a page that {off(word)}"
    if path in OF_THE_FUNCTIONS:
        return ""
    if path.endswith(".md"):
        return "leads to a Markdown file; write it as a Markdown link, [words](file.md)"
    if path not in known:
        return "leads nowhere"
    nowhere = target.fragment and path in anchors and unquote(target.fragment) not in anchors[path]
    return f"leads to the anchor '#{target.fragment}', which is not there" if nowhere else ""
