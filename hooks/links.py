"""Links to pages of the portal, `portal:my/billing/`, and a check of those that a writer has written in HTML."""

import re
from functools import partial
from html import escape, unescape
from pathlib import Path
from urllib.parse import unquote

from jinja2 import Environment
from mkdocs.config.defaults import MkDocsConfig
from mkdocs.plugins import get_plugin_logger
from mkdocs.structure.files import Files
from mkdocs.structure.pages import Page
from mkdocs.utils import get_relative_url

from portal import menu
from portal.articles import links
from portal.errors import ContentError

log = get_plugin_logger("portal")
WRITTEN = re.compile(rf'(?P<before>\bhref=")(?P<address>{links.PORTAL}[^"]*)"')


def on_page_content(html: str, page: Page, config: MkDocsConfig, files: Files) -> str:
    """Turn `portal:my/billing/` into the way to that page from this one, below any path."""
    if "portal:" not in html or page.file.generated_by is not None:
        return html
    known = {unquote(_url(file.url)) for file in files}
    missing = partial(menu.missing, parts=config.extra["portal"]["parts"])

    def relative(match: re.Match[str]) -> str:
        address = unescape(match["address"])
        # Without the form, "contact support" leads to the support address (hooks/parts.py).
        if links.of_portal(address).startswith("ask/") and missing("ask/"):
            return f'{match["before"]}mailto:{config.extra["portal"]["support_email"]}"'
        if wrong := links.portal_fault(address, known, missing):
            lines = [*links.lines(page.file.content_string, address), _line(page.file.content_string, address)]
            name = f"{Path(config.docs_dir).name}/{page.file.src_uri}"
            log.warning("%s", ContentError(name, lines[0], f"link {address!r} {wrong}"))
        path, mark, rest = address.removeprefix(links.PORTAL).lstrip("/").partition("#")
        way = get_relative_url(path, page.url) if path else get_relative_url(".", page.url).rstrip("/") + "/"
        return f'{match["before"]}{escape(way + mark + rest)}"'

    return WRITTEN.sub(relative, html)


def on_env(env: Environment, config: MkDocsConfig, files: Files) -> Environment:
    """Name file and line of every one that leads nowhere; strict builds stop at it."""
    written = {
        file: links.Page(file.page.content or "")
        for file in files.documentation_pages()
        if file.page is not None and file.generated_by is None
    }
    missing = partial(menu.missing, parts=config.extra["portal"]["parts"])
    docs = Path(config.docs_dir).name
    known = {unquote(_url(file.url)) for file in files}
    anchors = {unquote(_url(file.url)): page.anchors for file, page in written.items()}
    for file, page in written.items():
        source = file.content_string
        for address in sorted(page.found):
            line = _line(source, address)
            if line and (wrong := links.fault(address, _url(file.url), known, anchors, missing)):
                sentence = f"link {address!r} {wrong.rstrip('.')}."
                log.warning("%s", ContentError(f"{docs}/{file.src_uri}", line, sentence))
    return env


def _url(url: str) -> str:
    return url.removeprefix("./")


def _line(source: str, address: str) -> int | None:
    """The line in which the address stands in HTML; Markdown's are MkDocs' to check."""
    spelled = "|".join({re.escape(address), re.escape(escape(address))})
    match = re.search(rf"\b(?:href|src)\s*=\s*[\"']?(?:{spelled})(?=[\"'\s>])", source)
    return source.count("\n", 0, match.start()) + 1 if match else None
