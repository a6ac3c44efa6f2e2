"""The pages of a portal without a build: the real hooks and templates in one process, without assets and index."""

import logging
from functools import cached_property
from pathlib import Path
from typing import Any

from jinja2 import Environment
from mkdocs.commands.build import get_context
from mkdocs.config import load_config
from mkdocs.config.defaults import MkDocsConfig
from mkdocs.structure.files import File, Files, get_files
from mkdocs.structure.nav import Navigation, get_navigation
from mkdocs.structure.pages import Page

from hooks import bundle

# Those that make pages and their links; the others make assets, the index and the bundle.
HOOKS = [
    f"hooks/{name}.py" for name in ("joining", "site", "parts", "brand", "changelog", "status", "links", "pictures")
]


class Model:
    """The pages of the portal in `folder`, for any setting of its parts."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._contents: dict[tuple[str, str], tuple[str | None, Any, Any]] = {}

    @cached_property
    def _env(self) -> Environment:
        return load_config(str(self.folder / "mkdocs.yml")).theme.get_env()

    def pages(self, parts: dict[str, bool], *, sign_in: bool = True) -> tuple[dict[str, str], set[str], dict[str, Any]]:
        """The HTML of each page by its address below the base, with `shell.html` and `404.html`; the addresses of all
        files; and what portal.json has. AssertionError names the warnings at which a strict build would stop."""
        config, files, nav = self._read(parts, sign_in)
        found = {file.url: self._page(file, nav, files, config) for file in files.documentation_pages()}
        for name in ("404.html", "shell.html"):
            context = get_context(nav, files, config, base_url=config.extra["base_path"])
            found[name] = self._env.get_template(name).render(context)
        return found, {file.url.removeprefix("./") for file in files}, bundle._portal(config)

    def articles(self, parts: dict[str, bool], *, sign_in: bool = True) -> tuple[dict[str, str], set[str]]:
        """What lists say of each article and its HTML, by its address, without the page around it; and the addresses of
        all files."""
        config, files, _ = self._read(parts, sign_in)
        found = {}
        for listed in config.extra["view"]["articles"]:
            file = files.src_uris[listed["src_uri"]]
            assert file.page is not None
            found[file.url] = f"{listed['title']}\n{listed['description'] or ''}\n{file.page.content}"
        return found, {file.url.removeprefix("./") for file in files}

    def _read(self, parts: dict[str, bool], sign_in: bool) -> tuple[MkDocsConfig, Files, Navigation]:
        """AssertionError names the warnings."""
        config = load_config(str(self.folder / "mkdocs.yml"), hooks=HOOKS)
        config.extra["portal"] |= {"parts": parts, "sign_in": sign_in}
        warnings = _Warnings()
        logging.getLogger("mkdocs").addHandler(warnings)
        try:
            files, nav = self._collected(config)
        finally:
            logging.getLogger("mkdocs").removeHandler(warnings)
        assert warnings.said == []
        return config, files, nav

    def _page(self, file: File, nav: Navigation, files: Files, config: MkDocsConfig) -> str:
        page = file.page
        assert page is not None
        context = get_context(nav, files, config, page)
        template = self._env.get_template(page.meta.get("template", "main.html"))
        return template.render(config.plugins.on_page_context(context, page=page, config=config, nav=nav))

    def _collected(self, config: MkDocsConfig) -> tuple[Files, Navigation]:
        config = config.plugins.on_config(config)
        config.extra["view"] |= {"build": "", "policy": ""}
        files = config.plugins.on_files(get_files(config), config=config)
        nav = config.plugins.on_nav(get_navigation(files, config), config=config, files=files)
        for file in files.documentation_pages():
            self._populate(file.page if isinstance(file.page, Page) else Page(None, file, config), config, files)
        return files, nav

    def _populate(self, page: Page, config: MkDocsConfig, files: Files) -> None:
        """Fill a page as MkDocs does; its text is rendered once for each way in which it reads."""
        page.read_source(config)
        text = config.plugins.on_page_markdown(page.markdown, page=page, config=config, files=files)
        page.markdown = text
        key = (page.file.src_uri, text)
        if key not in self._contents:
            page.render(config, files)
            self._contents[key] = (page.content, page.toc, page.title)
        page.content, page.toc, _ = self._contents[key]
        page.content = config.plugins.on_page_content(page.content, page=page, config=config, files=files)


class _Warnings(logging.Handler):
    """Gathers what is said at a warning's level or above."""

    def __init__(self) -> None:
        super().__init__(logging.WARNING)
        self.said: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        self.said.append(record.getMessage())
