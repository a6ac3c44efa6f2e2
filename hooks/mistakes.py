"""The mistakes of writers that the hooks of one build find, told together; and MkDocs' own words about links in ours.

This is no hook itself: hooks/site.py begins a build with `begin` and ends the reading of files with `stop`.
"""

import logging
import posixpath
import re
from collections import Counter
from collections.abc import Iterable, Sequence
from pathlib import Path

from mkdocs.config.defaults import MkDocsConfig
from mkdocs.exceptions import PluginError
from mkdocs.plugins import get_plugin_logger

from portal.articles import links
from portal.errors import ContentError

log = get_plugin_logger("portal")
# What MkDocs says of a link: the file, the link, and what is wrong with it.
THEIRS = re.compile(
    r"Doc file '(?P<file>.*?)' contains an? (?:[a-z]+ ){0,3}link '(?P<link>.*?)',? (?P<rest>.*)", re.DOTALL
)
NOWHERE = "leads nowhere."
GUESS = re.compile(r" Did you mean '.*'\?$")


def begin(config: MkDocsConfig) -> None:
    """Start without mistakes."""
    config.extra.setdefault("view", {})["mistakes"] = []
    LINES.begin(Path(config.docs_dir))
    for name in ("mkdocs.structure.pages", "mkdocs.structure.nav"):
        logging.getLogger(name).addFilter(LINES)


def later(config: MkDocsConfig, error: ContentError) -> None:
    """Keep a mistake until every file has been read."""
    config.extra.setdefault("view", {}).setdefault("mistakes", []).extend(error.all)


def stop(config: MkDocsConfig) -> None:
    """Stop the build when a mistake was kept."""
    found: Sequence[ContentError] = config.extra.setdefault("view", {}).get("mistakes", [])
    if found:
        raise PluginError("\n".join(dict.fromkeys(str(mistake) for mistake in found)))


def warn(found: Iterable[Exception]) -> None:
    """Say what a strict build, which `make build` is, stops at when it has read everything."""
    for mistake in found:
        log.warning("%s", mistake)


def guess(href: str, name: str, docs: Path) -> str:
    """` Did you mean ...?` for a link of the file `name`, a path below the project's folder, to one that is not in
    `docs`, or ""."""
    known = (path.relative_to(docs.parent).as_posix() for path in docs.rglob("*.*"))
    return links.meant(href, posixpath.dirname(name), known)


class _Lines(logging.Filter):
    """Puts the line of a link in front of what MkDocs says about it."""

    def __init__(self) -> None:
        super().__init__()
        self.begin(Path("docs"))

    def begin(self, docs: Path) -> None:
        """Count the links of a new build."""
        self.docs = docs
        self.seen: Counter[tuple[str, str]] = Counter()

    def filter(self, record: logging.LogRecord) -> bool:
        """Word the record anew if it is about a link."""
        if match := THEIRS.fullmatch(record.getMessage()):
            record.msg, record.args = self._said(match["file"], match["link"], match["rest"]), ()
        return True

    def _said(self, file: str, link: str, rest: str) -> str:
        path = self.docs / file
        lines = links.lines(path.read_text("utf-8", errors="replace"), link) if path.is_file() else []
        place = self.seen[file, link]
        self.seen[file, link] += 1
        line = lines[min(place, len(lines) - 1)] if lines else None
        theirs = GUESS.search(rest)
        name, wrong = f"{self.docs.name}/{file}", _wrong(link, rest)
        wrong += theirs[0] if theirs else guess(link, name, self.docs) if wrong.endswith(NOWHERE) else ""
        return str(ContentError(name, line, wrong))


def _wrong(link: str, rest: str) -> str:
    if link.startswith(("/", "\\")):
        page = f"portal:{link.strip('/')}/"
        return (
            f"link {link!r} begins with '/', which does not work below a path; write {page} for a page of the portal."
        )
    if "anchor" in rest:
        return f"link {link!r} leads to an anchor that is not there."
    return f"link {link!r} {NOWHERE}"


LINES = _Lines()
