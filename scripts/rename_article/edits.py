"""The edits that a new id of an article needs: texts in, texts out."""

import posixpath
import re
from collections.abc import Callable, Mapping

from portal.articles import FRONT_MATTER
from portal.articles.links import PORTAL

# Markdown's links and definitions, and addresses in HTML.
LINK = re.compile(
    r"(?P<before>\]\(\s*<?|^ {0,3}\[[^\]]+\]:\s*<?|\b(?:href|src)\s*=\s*[\"'])(?P<address>[^\s()<>\"']+)", re.MULTILINE
)
SCHEME = re.compile(r"(?!portal:)[a-zA-Z][a-zA-Z0-9+.-]*:|//|#|/")


def page_of(id: str) -> str:
    """The address of an article's page, below the base."""
    return f"{id}/"


def links(text: str, file: str, docs: str, old: str, new: str) -> str:
    """The text of a Markdown file with every link to the article `old` leading to `new`. `file` is its path in the
    project, `docs` the folder of articles."""
    return LINK.sub(lambda match: match["before"] + _moved(match["address"], file, docs, old, new), text)


def _moved(address: str, file: str, docs: str, old: str, new: str) -> str:
    path, mark, rest = _parts(address)
    if path in (f"{PORTAL}{old}/", f"{PORTAL}{old}"):
        return f"{PORTAL}{new}/{mark}{rest}"
    if not path or SCHEME.match(path) or path.startswith(PORTAL):
        return address
    here = posixpath.dirname(file)
    if posixpath.normpath(posixpath.join(here, path)) == f"{docs}/{old}.md":
        return posixpath.relpath(f"{docs}/{new}.md", here) + mark + rest
    own = _url(file, docs)
    if own is not None and posixpath.normpath(posixpath.join(own, path)) == old and not path.endswith(".md"):
        return posixpath.relpath(new, own) + "/" + mark + rest
    return address


def own(text: str, file: str, target: str, docs: str) -> str:
    """The text of the article itself with its links right at its new place: those to files and, in HTML, to pages."""

    def moved(match: re.Match[str]) -> str:
        path, mark, rest = _parts(match["address"])
        if not path or SCHEME.match(path) or path.startswith(PORTAL):
            return match[0]
        is_html = match["before"].lstrip().startswith(("href", "src"))
        before, after = (_url(file, docs), _url(target, docs)) if is_html else (None, None)
        here, there = before or posixpath.dirname(file), after or posixpath.dirname(target)
        found = posixpath.relpath(posixpath.normpath(posixpath.join(here, path)), there)
        return match["before"] + found + ("/" if path.endswith("/") else "") + mark + rest

    return LINK.sub(moved, text)


def pictures(text: str, file: str, moved: Mapping[str, str]) -> str:
    """The text of the article `file` with the pictures of its walkthrough at their new places."""
    here = posixpath.dirname(file)
    for before, after in moved.items():
        text = text.replace(posixpath.relpath(before, here), posixpath.relpath(after, here))
    return text


def _parts(address: str) -> tuple[str, str, str]:
    """An address before its query or anchor, the mark, and the rest."""
    match = re.match(r"([^?#]*)([?#]?)(.*)", address, re.DOTALL)
    assert match is not None
    return match[1], match[2], match[3]


def _url(file: str, docs: str) -> str | None:
    """The folder in which a page's links are read; None for a file that is no page of docs/."""
    inside = file.removeprefix(f"{docs}/")
    if inside == file or not file.endswith(".md"):
        return None
    return inside.removesuffix(".md").removesuffix("index").rstrip("/")


def named(text: str, old: str, new: str) -> str:
    """A text of YAML with `new` wherever a whole value, an item or a target is `old`."""
    return re.sub(rf"(?P<before>[\s:,\[-]\s*['\"]?){re.escape(old)}(?P<after>/?['\"]?\s*(?=[,\]\}}#\n]|$))",
                  lambda match: match["before"] + new + match["after"], text, flags=re.MULTILINE)  # fmt: skip


def in_front_matter(text: str, change: Callable[[str], str]) -> str:
    """The text with its front matter changed."""
    match = FRONT_MATTER.match(text)
    return text if match is None else text[: match.start(1)] + change(match[1]) + text[match.end(1) :]


def with_redirect(text: str, old: str) -> str:
    """The article with its old address under `redirect_from`."""
    if FRONT_MATTER.match(text) is None:
        return f"---\nredirect_from:\n  - {page_of(old)}\n---\n\n{text}"

    def add(yaml: str) -> str:
        if match := re.search(r"^redirect_from:[ \t]*\n", yaml, re.MULTILINE):
            return f"{yaml[: match.end()]}  - {page_of(old)}\n{yaml[match.end() :]}"
        if match := re.search(r"^redirect_from:[ \t]*\[", yaml, re.MULTILINE):
            return f"{yaml[: match.end()]}{page_of(old)}, {yaml[match.end() :]}"
        return f"{yaml}redirect_from:\n  - {page_of(old)}\n"

    return in_front_matter(text, add)
