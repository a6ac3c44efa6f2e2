"""Old addresses keep working: a page at each that leads on, and a list for the rules of hosts and for the 404 page."""

import html
import json
from pathlib import Path

from mkdocs.config.defaults import MkDocsConfig
from mkdocs.structure.files import File, Files

from hooks import mistakes
from portal.articles import redirects
from portal.articles.links import OF_THE_FUNCTIONS
from portal.articles.redirects import Redirect
from portal.errors import ContentError
from portal.mistakes import text_of

NAME = "redirects.yml"
LIST = "assets/redirects.json"
PAGE = """<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<title>This page has moved</title>
<meta name="robots" content="noindex">
<meta http-equiv="refresh" content="0; url={address}">
<link rel="canonical" href="{canonical}">
</head>
<body><p>This page has moved: <a href="{address}">go to its new address</a>.</p></body>
</html>
"""


def on_files(files: Files, config: MkDocsConfig) -> Files:
    """Add the pages and the list; the writers' file is not published."""
    try:
        found = _read(files, config)
    except ContentError as error:
        mistakes.later(config, error)
        found = []
    base = config.extra["base_path"]
    site = (config.site_url or "/").rstrip("/") + "/"
    for name, address in redirects.files(found, base):
        to = html.escape(address)
        page = PAGE.format(address=to, canonical=html.escape(site + address.removeprefix(base)))
        files.append(File.generated(config, name, content=page))
    rows = [[one.address, base + one.to] for one in found]
    config.extra["view"]["redirects"] = rows
    # A page at an old address cannot stand for many: what has a `*` is looked up by the page for what is not there.
    patterns = [[one.address, base + one.to] for one in found if "*" in one.address]
    config.extra["view"]["patterns"] = LIST if patterns else ""
    if patterns:
        files.append(File.generated(config, LIST, content=json.dumps(patterns, indent=0)))
    return files


def _read(files: Files, config: MkDocsConfig) -> list[Redirect]:
    """The redirects of the writers' file and of all articles; raises ContentError."""
    docs, view = Path(config.docs_dir), config.extra["view"]
    found = []
    if (file := files.get_file_from_path(NAME)) is not None:
        files.remove(file)
        found += redirects.parse(f"{docs.name}/{NAME}", text_of(docs / NAME, f"{docs.name}/{NAME}"))
    found += view["moved"]
    pages = [file.url.removeprefix("./") for file in files.documentation_pages()]
    drafts = [id for id, what in view["hidden"].items() if what == "a draft"]
    known = [
        *view["ids"],
        *(id for id in view["hidden"] if id not in drafts),
        *(page.strip("/") for page in OF_THE_FUNCTIONS),
    ]
    return redirects.checked(found, known, [page for page in pages if page.strip("/") not in drafts])
