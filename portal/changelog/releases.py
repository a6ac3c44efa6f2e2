"""Turns a product's release on GitHub into an entry of the changelog, by rules, in customers' words."""

import hashlib
import json
import re
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from portal.changelog import CATEGORIES, news
from portal.changelog.outline import DEFINITION, blocks, join
from portal.sanitise import MAX_CHARACTERS, clean

VERSION = re.compile(r"(?:version |release )?v?\d+(?:\.\d+)*[\w.+-]*", re.IGNORECASE)
TAG = re.compile(r"(?P<component>(?:.*[@/_-])?)v?(?P<version>\d+(?:\.\d+)*(?:[-+.]?[a-zA-Z][\w.+-]*)?)")


class ReleaseError(ValueError):
    """The list of releases does not have the shape of GitHub's REST API."""


@dataclass(frozen=True)
class Release:
    """One release as GitHub describes it; `published_at` is None while it is a draft."""

    tag: str
    name: str
    body: str
    url: str
    repo: str
    draft: bool
    prerelease: bool
    published_at: datetime | None

    @property
    def id(self) -> str:
        return f"{self.repo}@{self.tag}" if self.repo else self.tag

    @property
    def public(self) -> bool:
        return not self.draft and not self.prerelease and self.published_at is not None

    @property
    def source(self) -> str:
        """A fingerprint of everything that goes into the entry."""
        return fingerprint(json.dumps([self.tag, self.name, self.body, self.url, str(self.published_at)]))


@dataclass(frozen=True)
class Draft:
    """The entry of a release: its text ("" when nothing in it is for customers), each block that was left out with the
    rule that says so, each line whose class a writer should look at with how it is shown, and the overrides
    that met a line."""

    text: str
    left_out: tuple[tuple[str, str], ...]
    unsure: tuple[tuple[str, str], ...]
    used: frozenset[str]
    categories: tuple[str, ...]


def read(data: object) -> list[Release]:
    """Read GitHub's list of releases (decoded JSON). Raises ReleaseError naming the first one that is not one."""
    if not isinstance(data, list):
        raise ReleaseError("is not a list of releases, as GET /repos/OWNER/NAME/releases answers")
    return [_read_one(item, number) for number, item in enumerate(data, start=1)]


def draft(release: Release, product: str = "", decisions: news.Decisions | None = None) -> Draft:
    """Write the entry of a public release, naming the product (default: the repository's name)."""
    found = news.classify(release.body, decisions)
    kept, left_out, unsure = found.kept, tuple(found.left_out), tuple(found.unsure)
    categories = tuple(c for c in CATEGORIES if c in kept)
    if not categories:
        return Draft("", left_out, (), frozenset(found.used), ())
    parts = list(kept.get("", ()))
    for category in categories:
        parts += [f"## {category}", *kept[category]]
    published = release.published_at or datetime.now(UTC)
    lines = [
        "---",
        f"title: {_quoted(title(release, product))}",
        f"date: {published:%Y-%m-%dT%H:%M:%SZ}",
        f"tag: {_quoted(release.tag)}",
        f"repo: {_quoted(release.repo)}",
        f"id: {_quoted(release.id)}",
        f"url: {_quoted(release.url)}",
        f"categories: [{', '.join(categories)}]",
        f"source: {_quoted(release.source)}",
        "---",
        "",
    ]
    parts += _definitions(release.body, parts)
    return Draft(sign("\n".join(lines) + join(parts) + "\n"), left_out, unsure, frozenset(found.used), categories)


def title(release: Release, product: str = "") -> str:
    """The release's own name if it says more than a tag, else the product, the component and its version."""
    name = " ".join(release.name.split())
    if name and name != release.tag and not VERSION.fullmatch(name):
        return name
    subject = product or release.repo.rpartition("/")[2].replace("-", " ").capitalize()
    match = TAG.fullmatch(release.tag)
    if match is None:
        return f"{subject} {release.tag}".strip()
    # `@acme/ui@3.1.0`, `ui/v3.1.0`, `ui-v3.1.0`: the package's own name, without whose it is.
    component = match["component"].strip("/").rpartition("/")[2].strip("@-_ ").replace("-", " ")
    if component.lower() in (subject.lower(), "v", "version", "release"):
        component = ""
    return " ".join(f"{subject} {component} {match['version']}".split())


def sign(text: str) -> str:
    """Put a fingerprint of the whole file in its front matter, so that an edit by a writer can be seen."""
    return text.replace("\n---\n", f'\ngenerated: "{fingerprint(text)}"\n---\n', 1)


def untouched(text: str) -> bool:
    """Whether a file is unchanged since `sign`, line endings aside."""
    text = clean(text)
    match = re.search(r'^generated: "([0-9a-f]{16})"\n', text, re.MULTILINE)
    return match is not None and fingerprint(text.replace(match[0], "", 1)) == match[1]


def fingerprint(text: str) -> str:
    """Sixteen hex digits of SHA-256: enough to notice an edit, not to resist an attack."""
    return hashlib.sha256(text.encode()).hexdigest()[:16]


def _read_one(item: Any, number: int) -> Release:
    try:
        url = str(item.get("html_url") or "")
        published = item.get("published_at")
        if not isinstance(item["tag_name"], str) or not item["tag_name"].strip():
            raise TypeError
        return Release(
            tag=clean(item["tag_name"]).strip(),
            name=clean(str(item.get("name") or "")).strip(),
            body=clean(str(item.get("body") or "")),
            url=url if url.startswith("https://") or url.startswith("http://") else "",
            repo=_repo(url or str(item.get("url") or "")),
            draft=bool(item.get("draft")),
            prerelease=bool(item.get("prerelease")),
            published_at=datetime.fromisoformat(published).astimezone(UTC) if published else None,
        )
    except (KeyError, TypeError, AttributeError, ValueError, OverflowError) as error:
        raise ReleaseError(f"holds something that is not a release of GitHub's, at place {number}") from error


def _repo(url: str) -> str:
    match = re.match(r"https?://[^/]+/(?:api/v3/)?(?:repos/)?([\w.-]+/[\w.-]+)/releases\b", url)
    return match[1] if match else ""


def _definitions(body: str, parts: list[str]) -> list[str]:
    """The addresses of the links by reference (`[words][name]`) that are still in the text."""
    used = "\n".join(parts).casefold()
    found = [line for block in blocks(clean(body[:MAX_CHARACTERS])) for line in block.split("\n")]
    kept = (match for line in found if (match := DEFINITION.match(line)))
    lines = [
        match[0]
        for match in kept
        if f"[{match['label']}]".casefold() in used and match["href"].startswith(("https://", "http://", "mailto:"))
    ]
    return ["\n".join(lines)] if lines else []


def _quoted(value: str) -> str:
    return json.dumps(value, ensure_ascii=False)  # YAML reads JSON's strings
