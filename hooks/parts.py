"""Leaves out of articles what speaks of parts that are switched off."""

import posixpath
from pathlib import Path

from mkdocs.config.defaults import MkDocsConfig
from mkdocs.exceptions import PluginError
from mkdocs.plugins import get_plugin_logger
from mkdocs.structure.files import Files
from mkdocs.structure.pages import Page

from portal.articles import conditions, links
from portal.errors import ContentError

log = get_plugin_logger("portal")


def on_files(files: Files, config: MkDocsConfig) -> Files:
    """Stop at marks that cannot be understood, in all files together."""
    mistakes: list[Exception] = []
    for file in files.documentation_pages():
        if file.generated_by is None:
            try:
                conditions.applied(file.content_string, _on(config), _name(file.src_uri, config))
            except ExceptionGroup as group:
                mistakes.extend(group.exceptions)
    if mistakes:
        raise PluginError("\n".join(map(str, mistakes)))
    return files


def on_page_markdown(markdown: str, page: Page, config: MkDocsConfig, files: Files) -> str:
    """The page as it reads with the parts that are on; a link that is left to an article without its part is named."""
    if page.file.generated_by is not None:
        return markdown
    name = _name(page.file.src_uri, config)
    shown = conditions.applied(markdown, _on(config), name)
    left_out: dict[str, str] = config.extra["view"]["left_out"]
    for _, href in links.relative(shown):
        path = posixpath.normpath(posixpath.join(posixpath.dirname(page.file.src_uri), href.partition("#")[0]))
        word = left_out.get(path.removesuffix(".md")) if path.endswith(".md") else None
        if word:
            source = page.file.content_string
            line = source.count("\n", 0, max(source.find(f"]({href}"), 0)) + 1
            log.warning("%s", ContentError(name, line, f"link '{href}' leads to an article that {links.off(word)}"))
    return shown


def on_page_content(html: str, page: Page, config: MkDocsConfig, files: Files) -> str:
    """Without the form, "contact support" leads to the support address."""
    if page.file.generated_by is not None or _on(config)["tickets"]:
        return html
    return links.by_email(html, page.url, config.extra["portal"]["support_email"])


def _on(config: MkDocsConfig) -> dict[str, bool]:
    on: dict[str, bool] = config.extra["portal"]["parts"]
    return on


def _name(src_uri: str, config: MkDocsConfig) -> str:
    return f"{Path(config.docs_dir).name}/{src_uri}"
