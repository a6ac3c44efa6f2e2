"""The site around the articles: settings, topics, the portal's own pages, and the templates' context."""

import os
import posixpath
import shutil
import subprocess
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import date
from functools import partial
from pathlib import Path
from typing import Any, Literal
from urllib.parse import unquote, urlsplit

from jinja2.filters import do_striptags
from mkdocs.config.defaults import MkDocsConfig
from mkdocs.exceptions import PluginError
from mkdocs.plugins import get_plugin_logger
from mkdocs.structure.files import File, Files, InclusionLevel
from mkdocs.structure.nav import Navigation, Section
from mkdocs.structure.pages import Page

from hooks import mistakes
from portal import articles, menu, settings, yaml_lines
from portal.articles import Article, links, redirects
from portal.articles.markup import Placeholders
from portal.errors import ContentError, ContentErrors, suggestion
from portal.mistakes import places, text_of
from portal.settings import Topic
from portal.tickets.files import ACCEPT
from portal.urls import unfit

log = get_plugin_logger("portal")

# Pages filled by a template; title and description are for tabs and search engines.
PAGES = {
    "search.md": ("search.html", "Search", "Search all articles, or browse them by topic."),
    "ask.md": ("ask.html", "Contact support", "Send us a question. We answer by email and under your requests."),
    "unavailable.md": (
        "unavailable.html",
        "Page temporarily unavailable",
        "What to do while a page of the help centre is unavailable.",
    ),
    "feedback/thanks.md": ("feedback.html", "Thanks for your feedback", "We received your feedback about an article."),
    "feedback/why.md": ("feedback.html", "What went wrong?", "Tell us why an article didn't help."),
}
# Above so many, home shows topics without articles, the search page closes its list, and a topic's page its sections.
MANY_TOPICS, MANY_ARTICLES, LONG_TOPIC = 8, 60, 12
# Articles of a topic on the home page.
FIRST = 3
STEPS = {"unavailable.md", "feedback/thanks.md", "feedback/why.md"}


@dataclass
class State:
    """What the events of one build share; MkDocs has no other place for it."""

    portal: settings.Settings | None = None
    articles: dict[str, Article] = field(default_factory=dict)  # by src_uri, those in lists
    hidden: dict[str, Article] = field(default_factory=dict)  # by src_uri, drafts and unlisted ones
    topics: list[tuple[Topic, list[Article]]] = field(default_factory=list)
    updated: dict[str, date] = field(default_factory=dict)  # by src_uri
    serving: bool = False


state = State()


def on_startup(command: Literal["build", "gh-deploy", "serve"], dirty: bool) -> None:
    """Remember whether a writer only looks at the site: then drafts are there, too."""
    state.serving = command == "serve"


def on_config(config: MkDocsConfig) -> MkDocsConfig:
    """Check `extra.portal`, and give templates its values with the defaults filled in."""
    mistakes.begin(config)
    base = urlsplit(config.site_url or "/").path
    config.extra["base_path"] = base if base.endswith("/") else f"{base}/"
    try:
        state.portal = settings.load(config.extra.get("portal"), *_config_file(config))
    except ExceptionGroup as group:
        raise _plugin_error(group.exceptions) from group
    gaps = settings.account_gaps(state.portal)
    if gaps:
        log.info("%s", gaps)
    config.extra["portal"] = state.portal.model_dump() | {
        "parts": state.portal.on,
        "sign_in": state.portal.offers_sign_in,
    }
    config.markdown_extensions.append(Placeholders())  # type: ignore[arg-type]
    config.extra["view"] |= {
        "demo": os.environ.get("DEMO") == "1",
        "menu": partial(menu.places, parts=config.extra["portal"]["parts"]),
        "preview": os.environ.get("PREVIEW") == "1",
        # By the id of an article that is not published, the part that it is about.
        "left_out": {},
        "topics": [],
        "often": [],
        "articles": [],
        "related": {},
        "search_index": "",
    }
    return config


def on_files(files: Files, config: MkDocsConfig) -> Files:
    """Read every article and add the pages that are not in docs/: the portal's own and one for each topic."""
    assert state.portal is not None
    found, broken = _read(files, config)
    mistakes.warn(articles.unknown_related(found.values(), broken))
    listed, hidden = [article.id for article in found.values() if article.is_listed], articles.hidden(found.values())
    ids = [*listed, *broken]
    mistakes.warn(settings.check(state.portal, ids, *_config_file(config), hidden))
    mistakes.warn(places.strays(_names(config), Path(config.docs_dir).name))
    published = _published(found, files, config)
    state.articles = {uri: article for uri, article in published.items() if article.is_listed}
    state.hidden = {uri: article for uri, article in published.items() if not article.is_listed}
    for uri, article in state.hidden.items():
        file = files.src_uris[uri]
        file.inclusion = InclusionLevel.DRAFT if article.front.draft else InclusionLevel.NOT_IN_NAV
    state.updated = _updated(Path(config.docs_dir))
    if not state.serving:
        mistakes.warn(_links_to_drafts(files))
    state.topics = [
        (topic, _in_order(members, state.portal.often_asked))
        for topic, members in articles.topics(state.articles.values(), state.portal.topics)
    ]
    for page in _own_pages(config):
        if files.get_file_from_path(page.src_uri) is None:
            files.append(page)
    config.extra["view"].update(_view(config), ids=ids, hidden=hidden, moved=_moved(found.values(), config))
    config.extra["view"]["written"] = [*published.values()]
    return files


def on_nav(nav: Navigation, config: MkDocsConfig, files: Files) -> Navigation:
    """Stop at the mistakes in files, which all have been read; order and name the sections as the topics are."""
    mistakes.stop(config)
    order = {topic.id: number for number, (topic, _) in enumerate(state.topics)}
    titles = {topic.id: topic.title for topic, _ in state.topics}
    for item in nav.items:
        if isinstance(item, Section):
            item.title = titles.get(_folder(item), item.title)
    nav.items.sort(key=lambda item: order.get(_folder(item), len(order)) if isinstance(item, Section) else -1)
    return nav


def on_page_markdown(markdown: str, page: Page, config: MkDocsConfig, files: Files) -> str:
    """Set the template of the home page and of topic pages, whose files need not name it."""
    if page.is_homepage:
        page.meta.setdefault("template", "home.html")
    elif _topic(page.file) is not None:
        page.meta.setdefault("template", "topic.html")
    return markdown


def on_template_context(context: dict[str, Any], template_name: str, config: MkDocsConfig) -> dict[str, Any]:
    """Leave STEPS out of the sitemap, which readers reach by a form or an error, and what is unlisted."""
    if template_name == "sitemap.xml":
        context["pages"] = [file for file in context["pages"] if file.src_uri not in STEPS | state.hidden.keys()]
    return context


def on_page_context(context: dict[str, Any], page: Page, config: MkDocsConfig, nav: Navigation) -> dict[str, Any]:
    """The context of an article's or topic page's template."""
    topics = {topic["id"]: topic for topic in config.extra["view"]["topics"]}
    article = state.articles.get(page.file.src_uri) or state.hidden.get(page.file.src_uri)
    # MkDocs has a title from front matter as text, and one from a heading as HTML.
    written = page.meta.get("title")
    context["title"] = article.title if article else written or do_striptags(page.title or "")
    if article is not None:
        topic = topics.get(article.topic) or {
            "id": "",
            "title": "All articles",
            "url": f"{config.extra['base_path']}search/",
        }
        context["article"] = {
            "id": article.id,
            "topic": {key: topic[key] for key in ("id", "title", "url")}
            | {"more": len(topic["articles"]) if topic.get("long") else 0},
            "updated": state.updated.get(page.file.src_uri),
            "reviewed": article.front.reviewed,
            "related": _related(article, config),
            "siblings": _siblings(article, topic.get("articles", [])),
            "draft": article.front.draft,
            "unlisted": article.front.unlisted,
        }
    elif (topic_id := _topic(page.file)) is not None:
        context["topic"] = topics[topic_id]
    return context


def _published(written: dict[str, Article], files: Files, config: MkDocsConfig) -> dict[str, Article]:
    """The articles whose parts are on; the others are taken out of the site, and a topic's own page with its last."""
    on = config.extra["portal"]["parts"]
    left_out = {uri: word for uri, article in written.items() if (word := article.missing(on))}
    published = {uri: article for uri, article in written.items() if uri not in left_out}
    empty = {written[uri].topic for uri in left_out} - {article.topic for article in published.values()}
    for file in files.documentation_pages():
        if file.src_uri in left_out or (file.name == "index" and file.src_uri.rpartition("/")[0] in empty - {""}):
            files.remove(file)
    config.extra["view"]["left_out"] = {written[uri].id: word for uri, word in left_out.items()}
    return published


def _read(files: Files, config: MkDocsConfig) -> tuple[dict[str, Article], list[str]]:
    """Articles by src_uri, and the ids of those with mistakes, which are kept for the end of the reading."""
    found: dict[str, Article] = {}
    broken: list[str] = []
    docs = Path(config.docs_dir).name
    for file in files:
        wrong = unfit(file.src_uri) if file.generated_by is None and file.abs_src_path else None
        if wrong and Path(config.docs_dir) in Path(str(file.abs_src_path)).parents:
            mistakes.later(config, ContentError(f"{docs}/{file.src_uri}", None, wrong))
    for file in files.documentation_pages():
        if file.generated_by is not None or file.inclusion is InclusionLevel.EXCLUDED:
            continue
        id, name = file.src_uri.removesuffix(".md").removesuffix("/index"), f"{docs}/{file.src_uri}"
        try:
            article = _article(id, name, Path(str(file.abs_src_path)))
            if not _is_index(file):
                found[file.src_uri] = article
        except ContentError as error:
            mistakes.later(config, error)
            broken.append(id)
    return found, broken


def _article(id: str, name: str, path: Path) -> Article:
    """The article in a file; raises ContentError for all its mistakes."""
    text = text_of(path, name)
    try:
        article = articles.parse(id, name, text)
    except ExceptionGroup as group:
        raise ContentErrors([one for one in group.exceptions if isinstance(one, ContentError)]) from group
    mistakes.warn([*articles.misspellings(name, text), *articles.text_faults(name, text)])
    if article.topic in settings.RESERVED:
        raise ContentError(name, None, f"/{id}/ is an address of the portal itself: rename the folder")
    if article.topic == settings.OTHER:
        raise ContentError(name, None, f"the topic '{settings.OTHER}' {settings.TAKEN}")
    return article


def _moved(found: Iterable[Article], config: MkDocsConfig) -> list[redirects.Redirect]:
    """The old addresses that articles name in their front matter."""
    moved = []
    for article in found:
        for number, old in enumerate(article.front.redirect_from):
            line = yaml_lines.nearest(article.lines, ("redirect_from", number))
            try:
                pieces = redirects.pieces_of(old, article.file, line)
            except ContentError as error:
                mistakes.later(config, error)
            else:
                moved.append(redirects.Redirect(pieces, article.id, article.file, line))
    return moved


def _links_to_drafts(files: Files) -> Iterator[ContentError]:
    """A ContentError for each link of a published article to a draft."""
    drafts = {uri for uri, article in state.hidden.items() if article.front.draft}
    for uri, article in (state.articles | state.hidden).items():
        if not drafts or article.front.draft:
            continue
        for line, href in links.relative(files.src_uris[uri].content_string):
            target = posixpath.normpath(posixpath.join(posixpath.dirname(uri), unquote(href.partition("#")[0])))
            if target in drafts:
                yield ContentError(article.file, line, f"link {href!r} leads to a draft, which customers do not see.")


def _names(config: MkDocsConfig) -> Iterator[str]:
    """The writers' files, and those in folders whose names look like theirs, as paths below the project's folder."""
    root, docs = Path(config.config_file_path).parent, Path(config.docs_dir)
    folders = [path for path in root.iterdir() if path.is_dir() and path != docs and places.meant(path.name)]
    yield from (f"{docs.name}/{path.relative_to(docs).as_posix()}" for path in docs.rglob("*") if path.is_file())
    for folder in folders:
        yield from (path.relative_to(root).as_posix() for path in folder.rglob("*") if path.is_file())


def _is_index(file: File) -> bool:
    """The home page or a topic's own page: neither is an article."""
    return file.name == "index" and file.src_uri.count("/") <= 1


def _topic(file: File) -> str | None:
    """The id of the topic whose page this is."""
    id = file.src_uri.rpartition("/")[0]
    return id if file.name == "index" and any(topic.id == id for topic, _ in state.topics) else None


def _own_pages(config: MkDocsConfig) -> Iterable[File]:
    on = config.extra["portal"]["parts"]
    for uri, (template, title, description) in PAGES.items():
        if menu.missing(f"{uri.removesuffix('.md')}/", on):
            continue
        yield _generated(config, uri, _front(title, description, template), InclusionLevel.NOT_IN_NAV)
    for topic, _ in state.topics:
        yield _generated(config, f"{topic.id}/index.md", _front(topic.title, f"Answers about {topic.title}."))
    product = config.extra["portal"]["product"]
    yield _generated(config, "index.md", _front("How can we help?", f"Help for {product}."))


def _front(title: str, description: str, template: str | None = None) -> str:
    """The source of a page whose content is its template. Front matter is JSON, so that no title can break the YAML."""
    meta = {"title": title, "description": description, "hide": ["navigation", "toc"]}
    return yaml_lines.front_matter(meta | ({"template": template} if template else {}))


def _generated(
    config: MkDocsConfig, uri: str, content: str, inclusion: InclusionLevel = InclusionLevel.UNDEFINED
) -> File:
    file = File.generated(config, uri, content=content, inclusion=inclusion)
    file.edit_uri = None
    return file


def _view(config: MkDocsConfig) -> dict[str, Any]:
    """For every template: topics with their articles, and the frequent questions."""
    assert state.portal is not None
    base = config.extra["base_path"]
    facts = {
        article.id: _shown(article, base)
        | {"src_uri": uri, "updated": state.updated.get(uri), "reviewed": article.front.reviewed}
        for uri, article in (state.articles | state.hidden).items()
        if not article.front.draft
    }
    shown = {article.id: facts[article.id] for article in state.articles.values()}
    often = state.portal.often_asked
    many = len(state.topics) > MANY_TOPICS
    topics = [
        topic.model_dump()
        | {
            "url": f"{base}{topic.id}/",
            "articles": [shown[article.id] for article in members],
            "sections": _sections(topic, [shown[article.id] for article in members]),
            "first": [] if many else [shown[article.id] for article in members if article.id not in often][:FIRST],
            "long": len(members) > LONG_TOPIC,
            "svg": _icon(topic, config),
            # Straight to the form, but only where a writer's own topic is not routine.
            "straight": bool(state.portal.topics) and not topic.routine,
        }
        for topic, members in state.topics
    ]
    return {
        "topics": topics,
        "often": [shown[id] for id in often if id in shown],
        "articles": list(shown.values()),
        # The functions know them: their readers may say whether they helped.
        "unlisted": [facts[id] for id in facts if id not in shown],
        "many": len(shown) > MANY_ARTICLES,
        "many_topics": many,
        "file_types": ACCEPT,
        "search": not menu.missing("search/", config.extra["portal"]["parts"]),
    }


def _sections(topic: Topic, members: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """The articles of a topic under their sub-headings: those directly in the topic first, without one."""
    names = {"": None, **dict.fromkeys(topic.sections), **dict.fromkeys(sorted({one["section"] for one in members}))}
    found = [(name, [one for one in members if one["section"] == name]) for name in names]
    return [
        {"title": name and topic.sections.get(name, articles.title_of(name)), "articles": inside}
        for name, inside in found
        if inside
    ]


def _icon(topic: Topic, config: MkDocsConfig) -> str:
    """The SVG of a topic's icon, one of Material's or of the adopter's own theme folder; raises PluginError."""
    if topic.icon is None:
        return ""
    for folder in config.theme.dirs:
        file = Path(folder) / ".icons" / f"{topic.icon}.svg"
        if file.is_file():
            svg = file.read_text(encoding="utf-8")
            return svg.replace("<svg ", '<svg class="hf-picture" width="24" height="24" aria-hidden="true" ', 1)
    known = {path.stem for folder in config.theme.dirs for path in (Path(folder) / ".icons/material").glob("*.svg")}
    guess = suggestion(topic.icon.rpartition("/")[2], known).replace("'", "'material/", 1)
    name, _ = _config_file(config)
    raise PluginError(f"{name}: extra.portal.topics: there is no icon '{topic.icon}'.{guess}")


def _shown(article: Article, base: str) -> dict[str, Any]:
    return {
        "id": article.id,
        "title": article.title,
        "short": article.front.short or article.title,
        "section": article.section,
        "url": f"{base}{article.id}/",
        "topic": article.topic,
        "description": article.front.description or "",
        "unlisted": article.front.unlisted,
    }


def _related(article: Article, config: MkDocsConfig) -> list[dict[str, Any]]:
    """The articles under `related`, filled up to three with those that share most words (hooks/search.py)."""
    view = config.extra["view"]
    shown = {other["id"]: other for other in view["articles"]}
    chosen = [id for id in article.front.related if id in shown]
    for id in view["related"].get(article.id, []):
        if len(chosen) < 3 and id not in chosen:
            chosen.append(id)
    return [shown[id] for id in chosen]


def _siblings(article: Article, members: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """The articles beside this one: all of a short topic, else those around it in its section."""
    if len(members) <= LONG_TOPIC:
        return members
    near = [one for one in members if one["section"] == article.section]
    at = next((number for number, one in enumerate(near) if one["id"] == article.id), 0)
    start = max(0, min(at - LONG_TOPIC // 2, len(near) - LONG_TOPIC))
    return near[start : start + LONG_TOPIC]


def _in_order(members: list[Article], often: list[str]) -> list[Article]:
    """Frequent questions first, then by file name, as in the navigation."""
    return sorted(members, key=lambda article: often.index(article.id) if article.id in often else len(often))


def _folder(section: Section) -> str:
    for child in section.children:
        if isinstance(child, Page):
            return child.file.src_uri.partition("/")[0]
        if isinstance(child, Section) and (folder := _folder(child)):
            return folder
    return ""


def _updated(docs: Path) -> dict[str, date]:
    """Path below `docs` -> date of its last commit; empty without Git's history."""
    git = shutil.which("git")
    if git is None:
        log.info("git is not installed: articles show no date of their last change")
        return {}
    question = [git, "rev-parse", "--is-shallow-repository"]
    shallow = subprocess.run(question, cwd=docs, capture_output=True, encoding="utf-8")
    if shallow.stdout.strip() != "false":
        # In a shallow clone every file seems to be from its only commit.
        log.info("no full Git history here: articles show no date of their last change")
        return {}
    command = [
        git,
        "-c",
        "core.quotePath=off",
        "log",
        "--format=%x00%cs",
        "--name-only",
        "--relative",
        "--",
        ".",
    ]
    listing = subprocess.run(command, cwd=docs, capture_output=True, encoding="utf-8")
    dates: dict[str, date] = {}
    for commit in listing.stdout.split("\0")[1:]:
        day, _, names = commit.partition("\n")
        for name in filter(None, names.split("\n")):
            dates.setdefault(name, date.fromisoformat(day))
    return dates


def _config_file(config: MkDocsConfig) -> tuple[str, str]:
    """The name and the text of the adopter's mkdocs.yml."""
    path = Path(config.config_file_path)
    return path.name, path.read_text(encoding="utf-8")


def _plugin_error(mistakes: Iterable[Exception]) -> PluginError:
    return PluginError("\n".join(str(mistake) for mistake in mistakes))
