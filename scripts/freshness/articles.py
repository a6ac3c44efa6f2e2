"""The portal's articles as the check reads them, and when each is due for a review."""

import subprocess
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

import yaml
from mkdocs.exceptions import ConfigurationError
from mkdocs.utils.yaml import yaml_load

from portal import articles, settings
from portal.articles import Article
from portal.freshness import review
from portal.freshness.covers import Covers
from portal.freshness.library import Document
from portal.freshness.review import Edit, Review
from scripts.freshness.errors import FreshnessError


@dataclass(frozen=True)
class Shelf:
    """The articles of a portal: as documents for the check, and with their front matter."""

    folder: Path
    documents: tuple[Document, ...]
    articles: tuple[Article, ...]


def read(folder: Path) -> Shelf:
    """Every article below a folder; raises FreshnessError for a folder without any or a file that cannot be read."""
    documents, found = [], []
    for path in sorted(folder.rglob("*.md")):
        inside = path.relative_to(folder).as_posix()
        if path.name == "index.md" and inside.count("/") <= 1:
            continue  # the home page or a topic's own page
        id, file = inside.removesuffix(".md").removesuffix("/index"), f"{folder.name}/{inside}"
        text = path.read_text("utf-8").replace("\r\n", "\n")
        try:
            article = articles.parse(id, file, text)
        except ExceptionGroup as group:
            raise FreshnessError("\n".join(str(one) for one in group.exceptions)) from group
        found.append(article)
        documents.append(Document(id, file, text, Covers(**article.front.covers.model_dump())))
    if not documents:
        raise FreshnessError(f"{folder} has no articles. Give the folder of your articles with --docs.")
    return Shelf(folder, tuple(documents), tuple(found))


def reviews(shelf: Shelf, edits: Iterable[Edit], days: Mapping[str, int | None], default: int) -> list[Review]:
    """The review of each article; `days` says how long one lasts in each topic."""
    edited = review.edited(edits)
    return [
        review.review(
            article.id,
            article.front.reviewed,
            edited.get(article.file.partition("/")[2]),
            review.days_of(article.topic, days, default),
            article.front.owner or "",
        )
        for article in shelf.articles
    ]


def edits(folder: Path) -> list[Edit]:
    """The commits that touched the articles; none without Git's full history, in which every file has its own day."""
    try:
        shallow = subprocess.run(["git", "rev-parse", "--is-shallow-repository"], cwd=folder, capture_output=True)
        if shallow.stdout.strip() != b"false":
            return []
        listing = subprocess.run(["git", *review.LISTING], cwd=folder, capture_output=True, encoding="utf-8")
    except FileNotFoundError:
        return []
    return review.edits(listing.stdout)


def topic_days(config: Path) -> tuple[dict[str, int | None], int]:
    """How many days a review lasts in each topic, and elsewhere, from mkdocs.yml; raises FreshnessError."""
    if not config.is_file():
        return {}, review.DEFAULT_DAYS
    text = config.read_text("utf-8")
    try:
        data = yaml_load(text) or {}
        portal = settings.load((data.get("extra") or {}).get("portal"), config.name, text)
    except (ConfigurationError, yaml.YAMLError) as error:
        raise FreshnessError(f"{config} is not valid: {error}") from error
    except ExceptionGroup as group:
        raise FreshnessError("\n".join(str(one) for one in group.exceptions)) from group
    return {topic.id: topic.review_days for topic in portal.topics}, portal.freshness.review_days
