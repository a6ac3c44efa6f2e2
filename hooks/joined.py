"""One script and one sheet where every page would load several; their sources stay one a component."""

from jinja2 import Environment
from mkdocs.config.defaults import MkDocsConfig
from mkdocs.exceptions import PluginError
from mkdocs.structure.files import File, Files

from hooks import lean
from portal.assets import modules

ASSETS = "assets/"
MATERIALS = "assets/javascripts/"
# The module that every page starts, and with it what it imports.
FIRST = "portal"
# Small modules without a state that are put into each one that imports them, since each would be a request more.
WITHIN = ("status/bars", "status/when")
# Sheets that are loaded together, in the order in which they count; Material's own are under "*".
TOGETHER = {
    "assets/sheets/base.css": ("*", "assets/portal.css", "assets/search/search.css", "assets/brand/brand.css"),
    "assets/sheets/ask.css": ("assets/tickets/ask.css", "assets/tickets/files.css"),
    "assets/sheets/my.css": ("assets/my.css", "assets/tickets/files.css"),
}


def on_env(env: Environment, config: MkDocsConfig, files: Files) -> Environment:
    """Publish the joined files instead of their parts."""
    try:
        _scripts(files)
    except (ValueError, KeyError) as error:
        raise PluginError(f"hooks/theme/assets: {error}") from error
    _sheets(config, files)
    return env


def _scripts(files: Files) -> None:
    ours = {
        file.src_uri.removeprefix(ASSETS).removesuffix(".js"): file
        for file in files.javascript_files()
        if file.src_uri.startswith(ASSETS) and file.src_uri.endswith(".js") and not file.src_uri.startswith(MATERIALS)
    }
    # The search engine is joined already (hooks/search.py).
    sources = {name: file.content_string for name, file in ours.items() if not name.startswith("search.")}
    together = modules.needed(sources, FIRST)
    for name, text in sources.items():
        if name == FIRST:
            ours[name].content_string = modules.joined(sources, FIRST, shared=True)
        elif name in together or name in WITHIN:
            files.remove(ours[name])
        else:
            within = {other: sources[other] for other in WITHIN}
            ours[name].content_string = modules.beside(text, name, FIRST, together, within)


def _sheets(config: MkDocsConfig, files: Files) -> None:
    found = {file.src_uri: file for file in files.css_files()}
    # main, then palette
    materials = sorted(uri for uri in found if lean.SHEETS.fullmatch(uri))
    for name, parts in TOGETHER.items():
        uris = [uri for part in parts for uri in (materials if part == "*" else [part])]
        content = "".join(lean.bare(found[uri].content_string) for uri in uris)
        files.append(File.generated(config, name, content=content))
    for uri in {*materials, *(part for parts in TOGETHER.values() for part in parts if part != "*")}:
        files.remove(found[uri])
