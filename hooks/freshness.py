"""On an article's page: that it is being checked against a release, and that it is due for a review."""

import json
import shutil
import subprocess
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Any

from mkdocs.config.defaults import MkDocsConfig
from mkdocs.exceptions import PluginError
from mkdocs.structure.files import Files
from mkdocs.structure.nav import Navigation
from mkdocs.structure.pages import Page
from mkdocs.utils import get_build_datetime

from portal.freshness import release, review
from portal.freshness.library import digest
from portal.freshness.release import Notice

FILE = "freshness.json"


@dataclass
class State:
    """What is read once for a build, and what MkDocs' templates need of it."""

    notices: dict[str, Notice] = field(default_factory=dict)
    edited: dict[str, date] = field(default_factory=dict)  # by src_uri


state = State()


def on_files(files: Files, config: MkDocsConfig) -> Files:
    """Read freshness.json when the team tells its readers, and the days of the writers' edits."""
    told = config.extra["portal"]["freshness"]["notice"]
    state.notices = _notices(Path(config.config_file_path).parent / FILE) if told else {}
    state.edited = review.edited(_edits(Path(config.docs_dir)))
    return files


def on_page_context(context: dict[str, Any], page: Page, config: MkDocsConfig, nav: Navigation) -> dict[str, Any]:
    """Give an article's template its notice, and the day on which its review was due."""
    article = context.get("article")
    if article is not None:
        article["checking"] = _checking(article, page)
        article["due"] = _due(article, page.file.src_uri, config)
    return context


def _checking(article: dict[str, Any], page: Page) -> Notice | None:
    """The notice, until somebody has changed the article since the check: by its review, or by a commit of few."""
    notice = state.notices.get(article["id"])
    if notice is None or notice.digest == digest(page.file.content_string):
        return notice
    day = date.fromisoformat(notice.day)
    days = (article["reviewed"], state.edited.get(page.file.src_uri))
    return None if any(one and one >= day for one in days) else notice


def _due(article: dict[str, Any], uri: str, config: MkDocsConfig) -> date | None:
    """The day on which the review was due, when that has passed."""
    portal = config.extra["portal"]
    days = review.days_of(
        article["topic"]["id"],
        {topic["id"]: topic["review_days"] for topic in portal["topics"]},
        portal["freshness"]["review_days"],
    )
    found = review.review(article["id"], article["reviewed"], state.edited.get(uri), days)
    return found.due if found.overdue(get_build_datetime().date()) else None


def _notices(file: Path) -> dict[str, Notice]:
    if not file.is_file():
        return {}
    try:
        return release.notices(json.loads(file.read_text("utf-8")))
    except ValueError as error:
        raise PluginError(f"{file.name} {error}. Write it again: python -m scripts.freshness ... --json") from error


def _edits(docs: Path) -> list[review.Edit]:
    """The commits that touched articles; none without Git's full history, in which every file has its own day."""
    git = shutil.which("git")
    if git is None:
        return []
    shallow = subprocess.run([git, "rev-parse", "--is-shallow-repository"], cwd=docs, capture_output=True)
    if shallow.stdout.strip() != b"false":
        return []
    listing = subprocess.run([git, *review.LISTING], cwd=docs, capture_output=True, encoding="utf-8")
    return review.edits(listing.stdout)
