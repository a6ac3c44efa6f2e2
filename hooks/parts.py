"""Leaves out of articles what speaks of parts that are off, and puts in what mkdocs.yml says of the company."""

import posixpath
from pathlib import Path

from mkdocs.config.defaults import MkDocsConfig
from mkdocs.plugins import get_plugin_logger
from mkdocs.structure.files import Files
from mkdocs.structure.pages import Page

from hooks import mistakes
from portal.articles import conditions, facts, links, lists
from portal.errors import ContentError
from portal.mistakes import text_of

log = get_plugin_logger("portal")


def on_files(files: Files, config: MkDocsConfig) -> Files:
    """Keep the marks that cannot be understood for the end of the reading."""
    for file in files.documentation_pages():
        if file.generated_by is None:
            for mistake in _mistakes(Path(str(file.abs_src_path)), _name(file.src_uri, config), config):
                mistakes.later(config, mistake)
    return files


def on_page_markdown(markdown: str, page: Page, config: MkDocsConfig, files: Files) -> str:
    """The page as it reads with the parts that are on, with lists as GitHub reads them; a link that is left to an
    article without its part is named."""
    if page.file.generated_by is not None:
        return lists.aligned(markdown)
    name = _name(page.file.src_uri, config)
    shown = _applied(markdown, name, config)
    left_out: dict[str, str] = config.extra["view"]["left_out"]
    for _, href in links.relative(shown):
        path = posixpath.normpath(posixpath.join(posixpath.dirname(page.file.src_uri), href.partition("#")[0]))
        word = left_out.get(path.removesuffix(".md")) if path.endswith(".md") else None
        if word:
            source = page.file.content_string
            line = source.count("\n", 0, max(source.find(f"]({href}"), 0)) + 1
            log.warning("%s", ContentError(name, line, f"link '{href}' leads to an article that {links.off(word)}"))
    # Only now: a mark on a line of its own would end a list.
    return lists.aligned(shown)


def on_page_content(html: str, page: Page, config: MkDocsConfig, files: Files) -> str:
    """Without the form, "contact support" leads to the support address."""
    if page.file.generated_by is not None or _on(config)["tickets"]:
        return html
    return links.by_email(html, page.url, config.extra["portal"]["support_email"])


def _mistakes(path: Path, name: str, config: MkDocsConfig) -> list[ContentError]:
    try:
        _applied(text_of(path, name), name, config)
    except ExceptionGroup as group:
        return [one for one in group.exceptions if isinstance(one, ContentError)]
    except ContentError:
        return []  # hooks/site.py has named a file that is no text
    return []


def _applied(text: str, name: str, config: MkDocsConfig) -> str:
    return conditions.applied(text, _on(config), name, facts.words(config.extra["portal"]))


def _on(config: MkDocsConfig) -> dict[str, bool]:
    on: dict[str, bool] = config.extra["portal"]["parts"]
    return on


def _name(src_uri: str, config: MkDocsConfig) -> str:
    return f"{Path(config.docs_dir).name}/{src_uri}"
