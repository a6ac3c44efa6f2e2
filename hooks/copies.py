"""What is made of articles for programs: Markdown copies, llms.txt, pictures for networks, and each one's place."""

from pathlib import Path
from typing import Any

from jinja2 import Environment
from mkdocs.config.defaults import MkDocsConfig
from mkdocs.structure.files import File, Files
from mkdocs.structure.nav import Navigation
from mkdocs.structure.pages import Page

from portal import brand
from portal.articles import copies, social
from portal.articles.copies import COPY, Listed

LIST = "llms.txt"
FOLDER, CACHE = "assets/social", ".portal/social"
# The portal's own accent (hooks/theme/assets/portal.css).
FILL, ON_FILL = "#4a44c4", "#ffffff"


def on_env(env: Environment, config: MkDocsConfig, files: Files) -> Environment:
    """Add the copies, their list and the pictures of the articles that lists have."""
    view = config.extra["view"]
    view["copied"], site = {}, _site(config)
    for article in view["articles"]:
        file = files.src_uris[article["src_uri"]]
        if file.page is None:
            continue
        url = site + copies.address_of(file.src_uri)
        text = copies.markdown(
            article["title"], article["description"], file.page.markdown or "", url, file.src_uri, site
        )
        files.append(_copy(config, file, text))
        view["copied"][file.src_uri] = {"markdown": COPY, "picture": _picture(article, config, files)}
    if view["copied"]:
        files.append(File.generated(config, LIST, content=_list(config)))
    return env


def on_page_context(context: dict[str, Any], page: Page, config: MkDocsConfig, nav: Navigation) -> dict[str, Any]:
    """Give an article's head what leads to them."""
    found = config.extra["view"]["copied"].get(page.file.src_uri)
    if found is not None:
        topic, site, base = context["article"]["topic"], _site(config), config.extra["base_path"]
        places = [
            (config.site_name, site),
            *([(topic["title"], site + topic["url"].removeprefix(base))] if topic["id"] else []),
            (context["title"], site + copies.address_of(page.file.src_uri)),
        ]
        context["copied"] = found | {"place": copies.breadcrumb(places) if config.site_url else None}
    return context


def _copy(config: MkDocsConfig, page: File, text: str) -> File:
    """A page's copy, in the page's folder."""
    address = f"{page.dest_uri.rpartition('/')[0]}/{COPY}"
    # MkDocs would make a page of a name that ends in .md.
    file = File.generated(config, f"{address}.txt", content=text)
    file.dest_uri = file.url = address
    return file


def _site(config: MkDocsConfig) -> str:
    """The portal's own address; its path alone where mkdocs.yml does not say the host."""
    base: str = config.extra["base_path"]
    return f"{config.site_url.rstrip('/')}/" if config.site_url else base


def _picture(article: dict[str, Any], config: MkDocsConfig, files: Files) -> str:
    """The address of the article's own picture; the brand's where a brand has one, "" where none can be named."""
    given, own = config.extra["portal"]["brand"], config.extra["view"]["brand"]["picture"]
    if own or not config.site_url:
        return str(own)
    accent = brand.accents(given).get("light")
    fill, on_fill = (accent.fill, accent.on_fill) if accent else (FILL, ON_FILL)
    cache = Path(config.config_file_path).parent / CACHE
    content = social.drawn(article["title"], config.site_name, fill, on_fill, cache)
    if content is None:
        return ""
    uri = f"{FOLDER}/{article['id']}.png"
    files.append(File.generated(config, uri, content=content))
    return _site(config) + uri


def _list(config: MkDocsConfig) -> str:
    view, site = config.extra["view"], _site(config)

    def listed(article: dict[str, Any]) -> Listed:
        address = copies.address_of(article["src_uri"])
        return Listed(article["title"], site + address, article["description"])

    topics = [(topic["title"], map(listed, topic["articles"])) for topic in view["topics"]]
    without = [listed(article) for article in view["articles"] if not article["topic"]]
    product = config.extra["portal"]["product"]
    rest = [("More", without)] if without else []
    return copies.llms(config.site_name, f"Answers about {product}, for customers: {site}", [*topics, *rest])
