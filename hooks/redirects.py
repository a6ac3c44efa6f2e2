"""Old addresses keep working: a page at each that leads on, and a list for the rules of hosts and for the 404 page."""

import html
import json
from dataclasses import dataclass, field
from pathlib import Path

from jinja2 import Environment
from mkdocs.config.defaults import MkDocsConfig
from mkdocs.structure.files import File, Files

from hooks import mistakes
from portal import menu
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
{policy}<title>This page has moved</title>
<meta name="robots" content="noindex">
<meta http-equiv="refresh" content="0; url={address}">
<link rel="canonical" href="{canonical}">
</head>
<body><p>This page has moved: <a href="{address}">go to its new address</a>.</p></body>
</html>
"""


@dataclass
class State:
    """What the events of one build share."""

    found: list[Redirect] = field(default_factory=list)


state = State()


def on_files(files: Files, config: MkDocsConfig) -> Files:
    """Read the old addresses and add the list; the writers' file is not published."""
    try:
        found = _read(files, config)
    except ContentError as error:
        mistakes.later(config, error)
        found = []
    state.found = found
    base, view = config.extra["base_path"], config.extra["view"]
    view["redirects"] = [[one.address, base + one.to] for one in found]
    # A page at an old address cannot stand for many: what has a `*` is looked up by the page for what is not there.
    patterns = [[one.address, base + one.to] for one in found if "*" in one.address]
    view["patterns"] = LIST if patterns else ""
    if patterns:
        files.append(File.generated(config, LIST, content=json.dumps(patterns, indent=0)))
    return files


def on_env(env: Environment, config: MkDocsConfig, files: Files) -> Environment:
    """Add the pages, with the policy that all pages have."""
    base, policy = config.extra["base_path"], config.extra["view"]["policy"]
    site = (config.site_url or "/").rstrip("/") + "/"
    meta = f'<meta http-equiv="Content-Security-Policy" content="{html.escape(policy)}">\n' if policy else ""
    for name, address in redirects.files(state.found, base):
        canonical = html.escape(site + address.removeprefix(base))
        page = PAGE.format(policy=meta, address=html.escape(address), canonical=canonical)
        files.append(File.generated(config, name, content=page))
    return env


def _read(files: Files, config: MkDocsConfig) -> list[Redirect]:
    """The redirects of the writers' file and of all articles; raises ContentError."""
    docs, view = Path(config.docs_dir), config.extra["view"]
    found = []
    if (file := files.get_file_from_path(NAME)) is not None:
        files.remove(file)
        found += redirects.parse(f"{docs.name}/{NAME}", text_of(docs / NAME, f"{docs.name}/{NAME}"))
    found += view["moved"]
    # What leads to a page of a part that is off waits until the part is on, as does what leads to its articles (below).
    on = config.extra["portal"]["parts"]
    found = [one for one in found if not menu.missing(f"{one.to.partition('#')[0].strip('/')}/", on)]
    pages = [file.url.removeprefix("./") for file in files.documentation_pages()]
    drafts = [id for id, what in view["hidden"].items() if what == "a draft"]
    known = [
        *view["ids"],
        *(id for id in view["hidden"] if id not in drafts),
        *(page.strip("/") for page in OF_THE_FUNCTIONS),
    ]
    found = redirects.checked(found, known, [page for page in pages if page.strip("/") not in drafts])
    # What leads to an article that is not published, since its part is off, waits until the part is on.
    return [one for one in found if one.to.partition("#")[0].strip("/") not in view["left_out"]]
