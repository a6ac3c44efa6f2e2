"""What programs read of the articles: a Markdown copy of each page, the list llms.txt, and its place in the site."""

import posixpath
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote, unquote, urljoin

from portal.articles.links import PORTAL, RELATIVE
from portal.mistakes.markdown import FENCE

COPY = "index.md"
TO_PORTAL = re.compile(rf"(\]\(<?|\b(?:href)\s*=\s*[\"']){PORTAL}/?([^()\s\"'<>]*)")


@dataclass(frozen=True)
class Listed:
    """An article in llms.txt: its title, its whole address, and its sentence."""

    title: str
    url: str
    description: str = ""


def markdown(title: str, description: str, text: str, url: str, source: str, site: str) -> str:
    """The page at `url` as Markdown: its text, which is the file `source` below docs/, with whole addresses; `site` is
    the portal's own address, with a slash at its end."""
    lines, fence = [], ""
    for line in text.split("\n"):
        mark = FENCE.match(line.lstrip(" "))
        if not fence:
            lines.append(line if mark else _whole(line, source, site))
            fence = mark[1] if mark else ""
        else:
            lines.append(line)
            fence = "" if mark and mark[1].startswith(fence) and not line.strip(" `~") else fence
    body = "\n".join(lines).strip()
    head = [] if re.match(r"#\s", body) else [f"# {title}", ""]
    said = [f"> {description}", ""] if description else []
    return "\n".join([*head, *said, f"Source: {url}", "", body]) + "\n"


def _whole(line: str, source: str, site: str) -> str:
    """A line with the whole address of each link that leads to no other host."""
    line = TO_PORTAL.sub(lambda match: match[1] + site + match[2], line)
    return RELATIVE.sub(lambda match: match["before"] + _address(match["href"], source, site), line)


def _address(href: str, source: str, site: str) -> str:
    path, mark, anchor = href.partition("#")
    if not path or path.startswith("/"):
        return href
    if path.endswith(".md"):
        name = posixpath.normpath(posixpath.join(posixpath.dirname(source), unquote(path)))
        return f"{site}{quote(address_of(name))}{mark}{anchor}"
    if path.lower().endswith((".png", ".jpg", ".jpeg", ".webp", ".gif", ".svg")):
        name = posixpath.normpath(posixpath.join(posixpath.dirname(source), unquote(path)))
        return f"{site}{quote(name)}{mark}{anchor}"
    # Written for the page, as `../../my/billing/` in HTML.
    return urljoin(f"{site}{address_of(source)}", path) + mark + anchor


def address_of(source: str) -> str:
    """The address below the site of the page that is made of a file."""
    id = source.removesuffix(".md").removesuffix("index").strip("/")
    return f"{id}/" if id else ""


def llms(name: str, description: str, topics: Iterable[tuple[str, Iterable[Listed]]]) -> str:
    """The text of llms.txt (https://llmstxt.org): what the site is, and its articles by topic, each as Markdown."""
    lines = [f"# {name}", "", f"> {description}", ""]
    for title, listed in topics:
        lines += [f"## {title}", ""]
        lines += [
            f"- [{_plain(one.title)}]({one.url}{COPY})" + (f": {one.description}" if one.description else "")
            for one in listed
        ]
        lines.append("")
    return "\n".join(lines).rstrip() + "\n"


def _plain(title: str) -> str:
    return title.replace("[", "(").replace("]", ")")


def breadcrumb(places: Iterable[tuple[str, str]]) -> Mapping[str, Any]:
    """Where a page is, in the words of schema.org: the title and the whole address of each place, the page's last."""
    return {
        "@context": "https://schema.org",
        "@type": "BreadcrumbList",
        "itemListElement": [
            {"@type": "ListItem", "position": number, "name": title, "item": url}
            for number, (title, url) in enumerate(places, start=1)
        ],
    }
