"""Builds the changelog from changelog/: a list, one for each category and week, a page for each release, the feeds.

Entries are rendered here and not by MkDocs: much of their Markdown is from outside, and the site's extensions
(includes, attributes, macros) are for writers only.
"""

import json
from collections.abc import Callable, Container, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from mkdocs.config.defaults import MkDocsConfig
from mkdocs.exceptions import PluginError
from mkdocs.structure.files import File, Files, InclusionLevel
from mkdocs.structure.pages import Page
from mkdocs.utils import get_build_datetime

from hooks import mistakes
from portal import changelog, yaml_lines
from portal.changelog import CATEGORIES, Entry, Week, feeds
from portal.changelog.config import CONFIG
from portal.errors import ContentError
from portal.mistakes import text_of
from portal.sanitise import absolute_only, to_html, to_text
from portal.urls import unfit

LISTED_BLOCKS = 6
ON_AN_ARTICLE = 3
# The week before, on the third day of this one; and the lines of an entry in the weekly email.
DIGEST_DAYS, DIGEST_LINES = 10, 12
RESERVED = {"index", *(category.lower() for category in CATEGORIES)}


@dataclass
class State:
    """What the events of one build share."""

    on: bool = False
    entries: list[Entry] = field(default_factory=list)
    rendered: dict[str, str] = field(default_factory=dict)
    # Path of an article's file in docs/ -> the entries that link to it.
    about: dict[str, list[Entry]] = field(default_factory=dict)
    files: Files | None = None
    today: date = date.min


# A category alone says too little on a button.
CHIPS = {"Breaking": "Breaking changes"}
state = State()


def on_config(config: MkDocsConfig) -> MkDocsConfig:
    """Read changelog/, and count its recent entries for every page."""
    parts = config.extra.get("portal", {}).get("parts", {})
    state.on = bool(parts.get("changelog", True))
    state.today = get_build_datetime().astimezone(UTC).date()
    state.entries = _load(_folder(config), config) if state.on else []
    latest = [{"title": e.title, "date": e.day, "url": _path(config) + e.slug + "/"} for e in state.entries[:3]]
    week = changelog.recent(state.entries, state.today, days=7)
    asks = [e for e in changelog.pinned(state.entries, state.today) if e.action]
    action = (
        {"title": asks[0].title, "until": asks[0].until, "url": _path(config) + asks[0].slug + "/"} if asks else None
    )
    since = _unreachable(_folder(config)) if state.on else None
    view = {
        "recent": len(week),
        "latest": latest,
        "action": action,
        "digest": [_digest(e) for e in changelog.recent(state.entries, state.today, days=DIGEST_DAYS)],
        # For the doctor: whether releases arrive by themselves, and since when they do not (UTC).
        "synced": (_folder(config) / CONFIG).is_file(),
        "unreachable": since and since.isoformat(),
    }
    config.extra.setdefault("view", {})["changelog"] = view if state.on else None
    return config


def on_files(files: Files, config: MkDocsConfig) -> Files:
    """Add the pages and the feeds."""
    if not state.on:
        return files
    state.files, state.about = files, {}
    state.rendered = {entry.slug: _html(entry, config) for entry in state.entries}
    generated = {path: content for make in (_lists, _releases, _feeds) for path, content in make(config)}
    for path, content in generated.items():
        file = File.generated(config, path, content=content, inclusion=InclusionLevel.NOT_IN_NAV)
        file.edit_uri = None
        files.append(file)
    return files


def _lists(config: MkDocsConfig) -> Iterator[tuple[str, str]]:
    product = _product(config)
    yield "changelog/index.md", _front("changelog.html", "Changelog", f"What is new in {product}.")
    for category in _used():
        title, description = f"Changelog: {category}", f"{category} in {product}."
        yield f"changelog/{category.lower()}.md", _front("changelog.html", title, description, category=category)
    for week in changelog.by_week(state.entries):
        title = f"Changes in the week of {_spoken(week.first)}"
        yield f"changelog/{week.slug}.md", _front("changelog.html", title, f"{title} in {product}.", week=week.slug)


def _releases(config: MkDocsConfig) -> Iterator[tuple[str, str]]:
    for entry in state.entries:
        description = to_text(entry.sections[0].blocks[0])[:160]
        yield f"changelog/{entry.slug}.md", _front("release.html", entry.title, description, entry=entry.slug)


def _feeds(config: MkDocsConfig) -> Iterator[tuple[str, str]]:
    """Three feeds of everything, and three of each category with that category's lines alone."""
    product, url = _product(config), _url(config)
    channel = feeds.Channel(f"{product}: what changed", f"What is new in {product}.", url, product)
    yield from _of(channel, state.entries, _absolute(config, lambda entry: state.rendered[entry.slug]))
    for category in _used():
        found = [only for entry in state.entries if (only := entry.only(category))]
        title, what = f"{product}: what changed ({CHIPS.get(category, category)})", f"{category} in {product}."
        channel = feeds.Channel(title, what, url, product, f"{category.lower()}/")
        yield from _of(channel, found, _absolute(config, lambda entry: _html(entry, config)))


def _of(channel: feeds.Channel, entries: Sequence[Entry], body: Callable[[Entry], str]) -> Iterator[tuple[str, str]]:
    for name, write in (("atom.xml", feeds.atom), ("rss.xml", feeds.rss), ("feed.json", feeds.json_feed)):
        yield f"changelog/{channel.path}{name}", write(channel, entries, body)


def on_page_content(html: str, page: Page, **_: Any) -> str:
    """Render a release's page, so that the search indexes it."""
    slug = page.meta.get("entry") if page.file.src_uri.startswith("changelog/") else None
    return state.rendered.get(str(slug), html)


def on_page_context(context: dict[str, Any], page: Page, config: MkDocsConfig, **_: Any) -> dict[str, Any]:
    """The context of the changelog's templates, and for an article the latest changes that link to it."""
    if not state.on:
        return context
    if not page.file.src_uri.startswith("changelog/"):
        context["changes"] = [_fields(e, config) for e in state.about.get(page.file.src_uri, [])[:ON_AN_ARTICLE]]
        return context
    entry = next((e for e in state.entries if e.slug == page.meta.get("entry")), None)
    if entry:
        context["release"] = _fields(entry, config)
    elif page.meta.get("template") == "changelog.html":
        context["log"] = _log(page.meta.get("category"), page.meta.get("week"), config)
    return context


def _load(folder: Path, config: MkDocsConfig) -> list[Entry]:
    """The entries, newest first; each file's mistakes are kept for the end of the reading."""
    entries: dict[str, Entry] = {}
    for path in sorted(folder.glob("*.md")):
        if path.name == "README.md":
            continue
        try:
            entry = _entry(path, f"{folder.name}/{path.name}", entries)
        except ContentError as error:
            mistakes.later(config, error)
        else:
            entries[entry.id] = entry
    return changelog.newest_first(entries.values())


def _entry(path: Path, name: str, before: dict[str, Entry]) -> Entry:
    """One file; raises ContentError."""
    if wrong := unfit(path.name):
        raise ContentError(name, None, wrong)
    entry = changelog.parse(text_of(path, name), name)
    if entry.slug.lower() in RESERVED:
        raise ContentError(name, None, "has the name of one of the portal's own pages; begin the name with the date")
    if entry.id in before:
        twin = f"{path.parent.name}/{before[entry.id].slug}.md"
        raise ContentError(name, None, f"has the same id as {twin}: {entry.id!r}; remove one of the two")
    return entry


def _log(category: str | None, week: str | None, config: MkDocsConfig) -> dict[str, Any]:
    """The context of changelog.html: all entries, those of one category, or those of one week."""
    found = [only for e in state.entries if (only := e.only(category))] if category else state.entries
    if week:
        found = list(next(one.entries for one in changelog.by_week(found) if one.slug == week))
    return {
        "category": category,
        "week": changelog.by_week(found)[0].first if week else None,
        "today": state.today,
        "recent": len(changelog.recent(found, state.today)),
        "last": found[0].day if found else None,
        "unreachable": _unreachable(_folder(config)),
        "pinned": [] if category or week else [_fields(e, config) for e in changelog.pinned(found, state.today)],
        "months": [
            {"first": month.first, "weeks": [_week(one, config, bool(week)) for one in month.weeks]}
            for month in changelog.by_month(found)
        ],
        "filters": [] if week else _filters(category, config),
        "feeds": _path(config) + (f"{category.lower()}/" if category else ""),
    }


def _filters(category: str | None, config: MkDocsConfig) -> list[dict[str, Any]]:
    path = _path(config)
    everything = {"title": "Everything", "url": path, "count": len(state.entries), "here": not category}
    return [everything] + [
        {
            "title": CHIPS.get(name, name),
            "url": f"{path}{name.lower()}/",
            "count": count,
            "here": name == category,
        }
        for name, count in _used().items()
    ]


def _week(week: Week, config: MkDocsConfig, whole: bool) -> dict[str, Any]:
    return {
        "first": week.first,
        "url": f"{_path(config)}{week.slug}/",
        "entries": [_listed(entry, config, whole) for entry in week.entries],
    }


def _unreachable(folder: Path) -> datetime | None:
    """Since when the product's releases could not be asked for (UTC); None when they can."""
    try:
        since = json.loads((folder / changelog.STATE).read_text(encoding="utf-8")).get("unreachable")
        return datetime.fromisoformat(since) if since else None
    except FileNotFoundError:
        return None
    except (ValueError, AttributeError, TypeError) as error:
        name = f"{folder.name}/{changelog.STATE}"
        raise PluginError(f"{name} is not what scripts.changelog wrote: {error}. Delete it.") from error


def _listed(entry: Entry, config: MkDocsConfig, whole: bool) -> dict[str, Any]:
    sections, more = (entry.sections, 0) if whole else changelog.preview(entry, LISTED_BLOCKS)
    return {
        **_fields(entry, config),
        "parts": [{"category": s.category, "html": to_html(s.markdown, _Links(config))} for s in sections],
        "more": more,
    }


def _fields(entry: Entry, config: MkDocsConfig) -> dict[str, Any]:
    return {
        "title": entry.title,
        "slug": entry.slug,
        "url": f"{_path(config)}{entry.slug}/",
        "day": entry.day,
        "categories": entry.categories,
        "who": to_text(entry.who),
        "action": to_text(entry.action),
        "until": entry.until,
        "source": entry.url if urlsplit(entry.url).scheme in ("http", "https") else "",
    }


def _digest(entry: Entry) -> dict[str, Any]:
    """An entry for the functions' weekly email: plain text, since any email program shows that."""
    sections, more = changelog.preview(entry, DIGEST_LINES)
    lines = [(s.category or "", to_text(block)) for s in sections for block in s.blocks]
    day = entry.day.isoformat()
    return {"slug": entry.slug, "title": entry.title, "day": day, "lines": lines, "more": more,
            "action": to_text(entry.action)}  # fmt: skip


def _html(entry: Entry, config: MkDocsConfig) -> str:
    links = _Links(config)
    parts = []
    for section in entry.sections:
        if section.category:
            parts.append(f'<h2 id="{section.category.lower()}">{section.category}</h2>')
        parts.append(to_html(section.markdown, links))
    name = f"changelog/{entry.slug}.md"
    hint = "write an article's link as ../docs/TOPIC/ARTICLE.md, any other with https://"
    for address in links.broken:
        line = _line_of(Path(config.config_file_path).parent / name, address)
        guess = mistakes.guess(address, name, Path(config.docs_dir))
        mistakes.later(config, ContentError(name, line, f"link {address!r} leads nowhere; {hint}.{guess}"))
    for article in links.articles:
        about = state.about.setdefault(article, [])
        about += [] if any(one.slug == entry.slug for one in about) else [entry]
    return "\n".join(parts)


def _absolute(config: MkDocsConfig, body: Callable[[Entry], str]) -> Callable[[Entry], str]:
    """An entry's HTML with absolute links, for feed readers."""
    site = urlsplit(config.site_url or "/")
    return lambda entry: body(entry).replace('href="/', f'href="{site.scheme}://{site.netloc}/')


class _Links:
    """Turns a link to an article's file, which works on GitHub, into the article's address."""

    def __init__(self, config: MkDocsConfig) -> None:
        self.docs = f"../{Path(config.docs_dir).name}/"
        self.base = urlsplit(config.site_url or "/").path.rstrip("/") + "/"
        self.left_out: Container[str] = config.extra.get("view", {}).get("left_out", ())
        self.broken: list[str] = []
        self.articles: list[str] = []

    def __call__(self, href: str) -> str | None:
        if outside := absolute_only(href):
            return outside
        path, hash_mark, anchor = href.partition("#")
        if path.removeprefix(self.docs).removesuffix(".md") in self.left_out:
            return None  # its words stay
        if path.startswith(self.docs) and state.files is not None:
            file = state.files.get_file_from_path(path.removeprefix(self.docs))
            if file:
                self.articles.append(file.src_uri)
                return self.base + file.url.removeprefix("./") + hash_mark + anchor
        self.broken.append(href)
        return None


def _used() -> dict[str, int]:
    """Category -> number of entries, for those that have any."""
    counts = {category: sum(category in e.categories for e in state.entries) for category in CATEGORIES}
    return {category: count for category, count in counts.items() if count}


def _line_of(path: Path, words: str) -> int | None:
    lines = path.read_text(encoding="utf-8").splitlines()
    return next((number for number, line in enumerate(lines, start=1) if words in line), None)


def _product(config: MkDocsConfig) -> str:
    return str(config.extra.get("portal", {}).get("product") or config.site_name)


def _spoken(day: date) -> str:
    return f"{day:%-d %B %Y}"


def _folder(config: MkDocsConfig) -> Path:
    return Path(config.config_file_path).parent / "changelog"


def _path(config: MkDocsConfig) -> str:
    return urlsplit(config.site_url or "/").path.rstrip("/") + "/changelog/"


def _url(config: MkDocsConfig) -> str:
    return (config.site_url or "/").rstrip("/") + "/changelog/"


def _front(template: str, title: str, description: str = "", **meta: str) -> str:
    """The source of a page whose content is its template. Front matter is JSON, so that no title can break the YAML."""
    fields = {"template": template, "title": title, "description": description, "hide": ["navigation", "toc"], **meta}
    return yaml_lines.front_matter(fields)
