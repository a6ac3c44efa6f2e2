"""What a sync did, in lines for a terminal and for CI's log."""

import difflib
from collections.abc import Iterator

from portal.models import counted
from scripts.changelog.sync import MOST_REMOVED, Report

# Enough of a writer's text and the release's to compare them.
MOST_COMPARED = 40


def describe(report: Report, total: int, show_left_out: bool = False) -> list[str]:
    """The report as lines, files first, counts last."""
    lines = [*_files(report), *_to_look_at(report)]
    if show_left_out:
        lines += [f"{id}: left out ({rule}): {block}" for id, found in report.left_out.items() for block, rule in found]
    return [*lines, *_counts(report, total, show_left_out)]


def _files(report: Report) -> Iterator[str]:
    yield from (f"{name}: written" for name in report.written)
    yield from (f"{name}: updated, the release was edited" for name in report.updated)
    yield from (f"{name}: removed, its release is gone" for name in report.removed)
    yield from (f"{name}: kept as a writer left it" for name in report.kept)
    for name, (writers, releases) in report.outdated.items():
        yield f"{name}: kept, but its release has changed since; compare them"
        yield from _compared(writers, releases)
    many = f" (more than {MOST_REMOVED} at once)" if len(report.gone) > MOST_REMOVED else ""
    yield from (f"{name}: its release is no longer listed{many}; delete the file to hide it" for name in report.gone)
    for name, names in report.renamed.items():
        yield f"{name}: the repository was renamed ({names}); the file keeps the old name"


def _to_look_at(report: Report) -> Iterator[str]:
    yield from (f"{id}: no text for customers, so not published; add some if it needs it" for id in report.empty)
    for id, found in report.unsure.items():
        yield from (f"{id}: shown as {category}, please check: {text}" for text, category in found)
    yield from (f"overrides.yml: {id}: no line begins with {key!r}" for id, key in report.unused)


def _counts(report: Report, total: int, show_left_out: bool) -> Iterator[str]:
    counts = [(len(report.written), "written"), (len(report.updated), "updated"), (len(report.unchanged), "unchanged"),
              (len(report.kept) + len(report.outdated), "kept"), (len(report.removed), "removed"),
              (len(report.empty), "without text for customers"), (report.unpublished, "unpublished")]  # fmt: skip
    said = ", ".join(f"{count} {what}" for count, what in counts if count)
    yield f"{counted(total, 'release')}: {said or 'nothing to do'}."
    if left_out := sum(map(len, report.left_out.values())):
        hint = "" if show_left_out else "; see --show-left-out"
        yield f"{counted(left_out, 'line')} left out as internal{hint}."
    if not (report.written or report.updated or report.removed):
        yield "Nothing changed."


def _compared(writers: str, releases: str) -> list[str]:
    lines = difflib.unified_diff(writers.splitlines(), releases.splitlines(), "the file", "the release", "", "", 1, "")
    found = [f"    {line}" for line in lines]
    return found[:MOST_COMPARED] + ["    ..."] * (len(found) > MOST_COMPARED)
