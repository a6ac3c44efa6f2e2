"""Builds the status pages from status/: the page, a page an incident, feeds, and the functions' bundle."""

import json
import time
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from mkdocs.config.defaults import MkDocsConfig
from mkdocs.plugins import get_plugin_logger
from mkdocs.structure.files import File, Files, InclusionLevel
from mkdocs.structure.pages import Page
from mkdocs.utils import get_build_timestamp

from hooks import mistakes
from portal import articles, yaml_lines
from portal.articles import links
from portal.errors import ContentError, Mistakes
from portal.sanitise import to_html, to_text
from portal.status import Board, Incident, events, feeds, months, news, recur, write
from portal.status import days as status_days
from portal.status import files as status_files
from portal.status import page as status_page


@dataclass
class State:
    """What the events of one build share."""

    # As written, and with recurring maintenance as single events.
    written: Board | None = None
    board: Board | None = None
    history: dict[str, dict[str, Any]] = field(default_factory=dict)
    corrections: list[dict[str, Any]] = field(default_factory=list)
    months: dict[str, dict[str, Any]] = field(default_factory=dict)
    built_at: int = 0


state = State()
log = get_plugin_logger("status")


def on_config(config: MkDocsConfig) -> MkDocsConfig:
    """Read status/, and set the state that pages show before they have asked: never "all is well"."""
    state.built_at = get_build_timestamp() * 1000
    state.written = _load(config)
    state.board = board = recur.expanded(state.written, state.built_at) if state.written else None
    view = config.extra.setdefault("view", {})
    view["status"] = status_page.brief(board, state.built_at, _path(config)) if board else None
    view["status_bundle"] = write(replace(events.plain(board), built_at=state.built_at)) if board else None
    return config


def on_files(files: Files, config: MkDocsConfig) -> Files:
    """Add the pages and the feed."""
    board, written = state.board, state.written
    if board is None or written is None:
        return files
    name = board.page.name
    now = f"Is {name} working? Current incidents, planned maintenance and uptime."
    how = f"How the uptime of {name} is measured, the status API, and feeds."
    generated = {
        "status/index.md": _front("status.html", "Status", now),
        "status/about.md": _front("status-about.html", "About this status page", how),
        **_feeds(board),
        **_calendars(written),
        **_history(),
    }
    state.months = months.months(board, _days(), state.built_at, _path(config))
    for month, shown in state.months.items():
        title = f"Incidents in {shown['title']}"
        generated[f"status/history/{month}.md"] = _front("status-month.html", title, month=month)
    for one in board.incidents:
        generated[f"status/incidents/{one.id}.md"] = _front("incident.html", one.title, _about(one), incident=one.id)
    for path, content in generated.items():
        file = File.generated(config, path, content=content, inclusion=InclusionLevel.NOT_IN_NAV)
        file.edit_uri = None
        files.append(file)
    return files


def _about(incident: Incident) -> str:
    """The latest update, as the page's description for search results."""
    return to_text(incident.updates[-1].body)[:160] if incident.updates else ""


def _feeds(board: Board) -> dict[str, str]:
    """The feed files: for all components, and for each."""
    found = {}
    for component in ("", *(one.id for one in board.ever)):
        place = f"components/{component}/" if component else ""
        kinds = {"feed.xml": feeds.atom, "rss.xml": feeds.rss, "feed.json": feeds.json_feed}
        for name, kind in kinds.items():
            found[f"status/{place}{name}"] = kind(board, f"{board.page.url}{place}{name}", to_html, component)
    return found


def _calendars(written: Board) -> dict[str, str]:
    """The calendar files: all planned work to subscribe to, and each single one to add."""
    single = {f"status/maintenance/{work.id}.ics": feeds.calendar(written, work.id) for work in written.maintenances}
    return {"status/maintenance.ics": feeds.calendar(written), **single}


def _history() -> dict[str, str]:
    """The daily figures behind the bars, with corrections, as public files."""
    days = _days()
    files: dict[str, dict[str, Any]] = {}
    for day in sorted(days):
        files.setdefault(day[:7], {})[day] = days[day]
    return {f"status/history/{month}.json": json.dumps(found) for month, found in files.items()}


def _days() -> dict[str, dict[str, Any]]:
    """The days that are over, corrected."""
    return status_days.corrected(state.history, state.corrections)


def on_page_context(context: dict[str, Any], page: Page, config: MkDocsConfig, **_: Any) -> dict[str, Any]:
    """The context of the status templates."""
    board = state.board
    if board and page.file.src_uri in {"status/index.md", "status/about.md"}:
        context["board"] = status_page.page(board, state.built_at, _path(config), state.history, state.corrections)
    elif board and page.file.src_uri.startswith("status/history/"):
        context["month"] = state.months[page.meta["month"]]
    elif board and page.file.src_uri.startswith("status/incidents/"):
        (one,) = (incident for incident in board.incidents if incident.id == page.meta["incident"])
        context["incident"] = events.incident(one, board, _path(config))
    return context


def _load(config: MkDocsConfig) -> Board | None:
    parts = config.extra.get("portal", {}).get("parts", {})
    if not parts.get("status", True):
        return None
    folder = _folder(config)
    try:
        board = _read(folder, config)
    except ContentError as error:
        mistakes.later(config, error)
        return None
    if board is None:
        if any(folder.glob("incidents/*.md")) or any(folder.glob("maintenance/*.md")):
            sentence = "is missing: without it there is no status page, and nobody sees the incidents and maintenances"
            mistakes.later(config, ContentError(f"{folder.name}/{status_files.COMPONENTS}", None, sentence))
        log.info("there is no status/components.yml, so the portal has no status page")
        parts["status"] = False
        # Webhooks and posts were all that signing in led to.
        config.extra.get("portal", {})["sign_in"] = parts.get("sign_in", True)
        return None
    for sentence in status_files.missing(folder):
        log.warning(sentence)  # stops a strict build, which `make build` is
    for sentence in status_files.skipped(folder):
        log.info(sentence)
    for event, _ in news.late(board, int(time.time() * 1000)):
        log.info(
            "%s: its last update is more than three hours old. Nobody gets an email about it, unless the portal had it"
            " in time: python -m scripts.announce says so, and tells subscribers.",
            event.title,
        )
    board = events.linked(board, lambda text: _linked(text, config))
    if board.page.url:
        return board
    url = (config.site_url or "/").rstrip("/") + "/status/"
    return replace(board, page=replace(board.page, url=url))


def _read(folder: Path, config: MkDocsConfig) -> Board | None:
    """The board, and in the state the history and its corrections; raises ContentError."""
    found = Mistakes()
    board = None
    with found.kept():
        board = status_files.load(folder)
    with found.kept():
        state.history = status_files.load_history(folder, board.ids if board else ())
    with found.kept():
        state.corrections = status_files.load_corrections(folder, [one.id for one in board.ever] if board else None)
    found.found += _dead_links(folder, config)
    found.stop()
    return board


def _linked(text: str, config: MkDocsConfig) -> str:
    """A text with whole addresses of articles, and without links to those that are not published."""
    on, docs = config.extra.get("portal", {}).get("parts", {}), Path(config.docs_dir)

    def gone(href: str) -> bool:
        path = docs / href.partition("#")[0].removeprefix(f"../../{docs.name}/")
        return _article(href, config) is not None and articles.is_left_out(path, on)

    return links.resolved(links.without(text, gone), lambda href: _article(href, config))


def _dead_links(folder: Path, config: MkDocsConfig) -> Iterator[ContentError]:
    """A ContentError for each link that leads to no host and to no article."""
    for path in sorted([*folder.glob("incidents/*.md"), *folder.glob("maintenance/*.md")]):
        for line, href in links.relative(path.read_text("utf-8", errors="replace")):
            if _article(href, config) is None:
                hint = "write an article's link as ../../docs/TOPIC/ARTICLE.md, any other with https://"
                name = path.relative_to(folder.parent).as_posix()
                guess = mistakes.guess(href, name, Path(config.docs_dir))
                yield ContentError(name, line, f"link {href!r} leads nowhere; {hint}.{guess}")


def _article(href: str, config: MkDocsConfig) -> str | None:
    return links.article(href, Path(config.docs_dir), config.site_url or "/")


def _folder(config: MkDocsConfig) -> Path:
    return Path(config.config_file_path).parent / "status"


def _path(config: MkDocsConfig) -> str:
    """The status page's path without a host, so that links work wherever the build is served."""
    return urlsplit(config.site_url or "/").path.rstrip("/") + "/status/"


def _front(template: str, title: str, description: str = "", **meta: str) -> str:
    """The source of a page whose content is its template. Front matter is JSON, so that no title can break the YAML."""
    fields = {
        "template": template,
        "title": title,
        "description": description,
        "hide": ["navigation", "toc"],
        **meta,
    }
    return yaml_lines.front_matter(fields)
