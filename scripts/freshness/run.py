"""The check of a release or pull request: from the product's repository to the report."""

import argparse
import json
from collections.abc import Sequence
from datetime import date
from pathlib import Path
from typing import Any

from portal.freshness import answers, check, release, report, review, tree
from portal.freshness.answers import Answer
from portal.freshness.check import Commit
from portal.freshness.history import Past, Together, together
from portal.freshness.library import Library
from portal.freshness.release import Checked
from scripts.freshness import articles, hub, views
from scripts.freshness.articles import Shelf
from scripts.freshness.clone import Clone, open_clone
from scripts.freshness.errors import FreshnessError


def run(options: argparse.Namespace, today: date) -> int:
    """Check the articles, print the report, and write what was asked for. Raises FreshnessError."""
    shelf = articles.read(options.docs)
    checked = _checked(options, shelf, today)
    read = views.read(options.views) if options.views else {}
    print(report.markdown(checked, read) if options.markdown else report.text(checked))
    if options.annotations:
        print("\n".join(report.annotations(checked)))
    if options.json:
        before = _json(options.json) if options.json.exists() else None
        text = json.dumps(release.merged(before, checked), indent=1, ensure_ascii=False)
        options.json.write_text(text + "\n", "utf-8")
    if options.issue:
        with hub.connected(options.issue, options.base_url) as portal:
            keep(options.answers, portal.answers())
            if address := portal.publish(checked, read):
                print(f"\n{address}")
    late = overdue(options, shelf, today)
    if late:
        print("\n".join(["", "Overdue for a review:", *late]))
    if said := answers.precision(known(options.answers)):
        print(f"\n{said}")
    return 0


def suggest(options: argparse.Namespace) -> int:
    """Print the `covers` that history proposes for each article. Raises FreshnessError."""
    clone, shelf = open_clone(options.clone), articles.read(options.docs)
    past = history(clone, "HEAD", shelf)
    for document in shelf.documents:
        new = [path for path in past.proposed(document.id) if path not in document.covers.paths]
        if new:
            print(f"{document.file}\ncovers:\n  paths:")
            print("\n".join(f"    - {json.dumps(path, ensure_ascii=False)}" for path in new), end="\n\n")
    return 0


def overdue(options: argparse.Namespace, shelf: Shelf, today: date) -> list[str]:
    """A line for each article that is overdue for a review."""
    days, default = articles.topic_days(options.config)
    reviews = articles.reviews(shelf, articles.edits(shelf.folder), days, default)
    return report.overdue(review.late(reviews, today), today)


def keep(file: Path, more: Sequence[Answer]) -> None:
    """Add answers to the file that keeps them."""
    if more:
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(answers.written([*known(file), *more]), "utf-8")


def known(file: Path) -> list[Answer]:
    """The answers that are kept; raises FreshnessError."""
    if not file.exists():
        return []
    try:
        with file.open(encoding="utf-8") as lines:
            return answers.read(str(file), lines)
    except ValueError as error:
        raise FreshnessError(str(error)) from error


def flagged(file: Path, name: str, article: str) -> Answer:
    """The flag of an article in freshness.json, as an answer that is still open; raises FreshnessError."""
    for one in _json(file).get("checks", ()):
        for found in one["articles"]:
            if one["release"] == name and found["id"] == article:
                return Answer(one["repo"], name, article, found["tier"], wrong=False)
    raise FreshnessError(f"{file} has no flag of {article!r} for the release {name!r}.")


def history(clone: Clone, revision: str, shelf: Shelf) -> Together:
    """What changed together in the past, in one repository or two."""
    ids = {document.file.partition("/")[2]: document.id for document in shelf.documents}
    found = []
    for past in open_clone(shelf.folder).past() if _is_in_git(shelf.folder) else ():
        named = tuple(ids[file] for file in past.files if file in ids)
        if named:
            found.append(Past(past.sha, past.at, named))
    return together(clone.product_past(revision), found)


def _is_in_git(folder: Path) -> bool:
    try:
        open_clone(folder).revision("HEAD")
    except FreshnessError:
        return False
    return True


def _checked(options: argparse.Namespace, shelf: Shelf, today: date) -> Checked:
    """The hits in the product's clone, or in what GitHub says of it."""
    library = Library(shelf.documents)
    left: dict[str, int] = {}
    if options.pull is not None or options.clone is None:
        commits = _from_github(options)
    else:
        clone, (first, last) = open_clone(options.clone), parted(options.range)
        commits = clone.commits(first, last, history(clone, first, shelf), options.language)
        # Only a clone can tell whether a string is gone from the whole product.
        left = tree.count(check.wanted(commits, library), clone.texts(last))
    repo = options.repo or options.clone.resolve().name
    name = options.release or (f"#{options.pull}" if options.pull is not None else parted(options.range)[1])
    return Checked(repo, name, today.isoformat(), tuple(check.check(commits, library, left, repo)))


def _from_github(options: argparse.Namespace) -> list[Commit]:
    with hub.connected(options.repo, options.base_url) as product:
        if options.pull is not None:
            return product.pull(options.pull, options.language)
        return product.release(*parted(options.range), options.language)


def parted(text: str) -> tuple[str, str]:
    """The two ends of a range; raises FreshnessError."""
    first, dots, last = text.partition("..")
    if not dots or not first or not last.strip("."):
        raise FreshnessError(f"--range {text!r} is no range: write the release before and the new one, v4.1.0..v4.2.0.")
    return first, last.strip(".") if last.startswith(".") else last


def _json(file: Path) -> Any:
    try:
        return json.loads(file.read_text("utf-8"))
    except (OSError, ValueError) as error:
        raise FreshnessError(f"{file} cannot be read: {error}") from error
