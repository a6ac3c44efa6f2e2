"""The search index of the built site: every article and every change, in one file that is loaded on demand."""

import hashlib
from typing import Any

from jinja2 import Environment
from mkdocs.config.defaults import MkDocsConfig
from mkdocs.structure.files import File, Files
from mkdocs.structure.pages import Page

from portal import search
from portal.search import Document


def on_env(env: Environment, config: MkDocsConfig, files: Files) -> Environment:
    """Index the rendered pages, publish the index under its hash, and find the related articles."""
    view = config.extra["view"]
    found = _articles(view, files)
    index = search.build([*found, *_changes(files)])
    view["related"] = {
        article["id"]: [view["articles"][other]["id"] for other in index.related(number)]
        for number, article in enumerate(view["articles"])
    }
    content = index.to_json((topic["title"], f"{topic['id']}/") for topic in view["topics"])
    name = f"assets/search.{hashlib.sha256(content.encode()).hexdigest()[:10]}.json"
    files.append(File.generated(config, name, content=content))
    view["search_index"] = config.extra["base_path"] + name
    return env


def _articles(view: dict[str, Any], files: Files) -> list[Document]:
    titles = {topic["id"]: topic["title"] for topic in view["topics"]}
    documents = []
    for article in view["articles"]:
        page = _page(files, article["src_uri"])
        headings, text = search.plain(page.content or "")
        documents.append(
            Document(
                title=article["title"],
                url=f"{article['id']}/",
                topic=titles.get(article["topic"], ""),
                topic_id=article["topic"],
                description=article["description"],
                questions=page.meta.get("questions") or [],
                headings=headings,
                text=text,
            )
        )
    return documents


def _changes(files: Files) -> list[Document]:
    """The entries of the changelog: generated pages below changelog/, except its lists."""
    documents = []
    for file in files.documentation_pages():
        page = file.page
        if file.src_uri.startswith("changelog/") and page is not None and page.meta.get("template") == "release.html":
            headings, text = search.plain(page.content or "")
            title, description = str(page.title), page.meta.get("description") or ""
            documents.append(
                Document(
                    title,
                    file.url,
                    "What changed",
                    description=description,
                    kind="change",
                    headings=headings,
                    text=text,
                )
            )
    return documents


def _page(files: Files, src_uri: str) -> Page:
    file = files.get_file_from_path(src_uri)
    assert file is not None
    assert file.page is not None
    return file.page
