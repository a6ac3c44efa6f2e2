"""The articles of a portal as their rules want them: the texts, what lies around them, and the portal's choices."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import yaml
from mkdocs.exceptions import ConfigurationError
from mkdocs.utils.yaml import yaml_load

from portal import settings
from portal.articles import writing
from portal.articles.writing import Around, Checked, Finding, Options, cache
from portal.errors import ContentError
from portal.mistakes import text_of
from portal.search.words import stems
from portal.settings import Settings


class WritersError(Exception):
    """A writer's command cannot go on; `str()` says what is wrong and what to do."""


@dataclass(frozen=True)
class Shelf:
    """A folder of articles: each text under its path below the folder, the bytes of every file in it, and the articles
    that cannot be read as text."""

    folder: Path
    texts: Mapping[str, str]
    files: Mapping[str, int]
    unread: tuple[ContentError, ...] = ()


def read(folder: Path) -> Shelf:
    """Every article below a folder; raises WritersError for a folder without any."""
    texts, unread = {}, []
    paths = {path.relative_to(folder).as_posix(): path for path in sorted(folder.rglob("*")) if path.is_file()}
    for name, path in paths.items():
        if name.endswith(".md") and not (path.name == "index.md" and name.count("/") <= 1):
            try:
                texts[name] = text_of(path, f"{folder.name}/{name}")
            except ContentError as error:
                unread.append(error)
    if not texts and not unread:
        raise WritersError(f"{folder} has no articles. Give the folder of your articles with --docs.")
    return Shelf(folder, texts, {name: path.stat().st_size for name, path in paths.items()}, tuple(unread))


def choices(config: Path) -> Settings | None:
    """The settings in mkdocs.yml, None without the file; raises WritersError."""
    if not config.is_file():
        return None
    text = config.read_text("utf-8")
    try:
        data = yaml_load(text) or {}
        return settings.load((data.get("extra") or {}).get("portal"), config.name, text)
    except (ConfigurationError, yaml.YAMLError) as error:
        raise WritersError(f"{config} is not valid: {error}") from error
    except ExceptionGroup as group:
        raise WritersError("\n".join(str(one) for one in group.exceptions)) from group


def options(portal: Settings | None) -> Options:
    """What a portal chose, the defaults without settings."""
    return writing.options(portal.model_dump()) if portal else Options()


def judged(shelf: Shelf, chosen: Options, cached: Path) -> dict[str, Checked]:
    """Each article after its own rules; what is known from the last run is not read again."""
    return cache.checked(shelf.texts, shelf.folder.name, chosen, stems, cached)


def findings(shelf: Shelf, portal: Settings | None, today: date, cached: Path) -> list[Finding]:
    """Everything that the rules find, by file and line."""
    chosen, docs = options(portal), shelf.folder.name
    given = portal.model_dump() if portal else None
    around = writing.around(given, shelf.files, docs, today) if given else Around(shelf.files, today, docs=docs)
    unread = [chosen.finding(one.file, one.line or 1, "file", one.message) for one in shelf.unread]
    return [*unread, *writing.whole(judged(shelf, chosen, cached), around, chosen)]
