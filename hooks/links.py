"""Checks the links that a writer has written in HTML, as MkDocs checks those in Markdown."""

import html
import re
from functools import partial
from pathlib import Path
from urllib.parse import unquote

from jinja2 import Environment
from mkdocs.config.defaults import MkDocsConfig
from mkdocs.plugins import get_plugin_logger
from mkdocs.structure.files import Files

from portal import menu
from portal.articles import links
from portal.errors import ContentError

log = get_plugin_logger("portal")


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
    spelled = "|".join({re.escape(address), re.escape(html.escape(address))})
    match = re.search(rf"\b(?:href|src)\s*=\s*[\"']?(?:{spelled})(?=[\"'\s>])", source)
    return source.count("\n", 0, match.start()) + 1 if match else None
