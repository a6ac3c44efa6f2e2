"""Versions in a CHANGELOG.md (Keep a Changelog, git-cliff, release-please) as releases, for products without any."""

import re
from collections.abc import Iterator
from datetime import UTC, datetime

from portal.changelog.releases import Release
from portal.sanitise import clean

# `## [1.4.0] - 2026-05-03`, `## 1.4.0 (2026-05-03)`, `### [1.4.1](https://...) (2026-05-03)`, `# v2 / 2026-05-03`.
HEADING = re.compile(
    r"#{1,3}[ \t]+\[?(?:[vV]ersion |[rR]elease )?(?P<tag>v?\d[\w.+-]{0,60})\]?(?:\((?P<url>https?://[^\s()]{1,300})\))?"
    r"(?P<rest>[^\n]{0,200})$"
)
DATE = re.compile(r"\b(\d{4})[-/.](\d{2})[-/.](\d{2})\b")
YANKED = re.compile(r"\[yanked\]", re.IGNORECASE)
DEFINITION = re.compile(r"\[(?P<tag>[^\[\]\n]{1,60})\]:[ \t]*(?P<url>https?://\S{1,300})")


def read(text: str, repo: str, url: str) -> tuple[list[Release], list[str]]:
    """The versions of a CHANGELOG.md at `url`, and those that have no date, which cannot be placed. A yanked version
    (Keep a Changelog) is not public."""
    found, undated = [], []
    addresses = {match["tag"]: match["url"] for match in DEFINITION.finditer(text)}
    for heading, body in _parts(clean(text)):
        tag, rest = heading["tag"], heading["rest"]
        day = _day(rest)
        if day is None:
            undated.append(tag)
            continue
        link = heading["url"] or addresses.get(tag) or url
        found.append(Release(tag, "", body, link, repo, False, bool(YANKED.search(rest)), day))
    return found, undated


def _parts(text: str) -> Iterator[tuple[re.Match[str], str]]:
    """Each heading of a version with the text below it; a heading within code is none."""
    heading, held, code = None, list[str](), False
    for line in text.split("\n"):
        code ^= line.lstrip().startswith(("```", "~~~"))
        match = None if code else HEADING.match(line)
        if match is None:
            held.append(line)
            continue
        if heading is not None:
            yield heading, "\n".join(held).strip()
        heading, held = match, []
    if heading is not None:
        yield heading, "\n".join(held).strip()


def _day(text: str) -> datetime | None:
    match = DATE.search(text)
    try:
        return datetime(*map(int, match.groups()), tzinfo=UTC) if match else None  # type: ignore[misc,arg-type]
    except ValueError:
        return None
