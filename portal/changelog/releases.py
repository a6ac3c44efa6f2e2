"""Turns a product's release on GitHub into an entry of the changelog, by rules, in customers' words."""

import hashlib
import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from portal.changelog import CATEGORIES, ITEM, blocks, heading, join
from portal.sanitise import MAX_CHARACTERS, clean, to_text

MAX_ITEMS = 200
INTERNAL = "Internal"

# The first row that matches a heading decides; under a heading in no row the lines' own words decide.
HEADINGS: tuple[tuple[str, str], ...] = (
    (r"breaking|removed|removals|deprecat|upgrade notes", "Breaking"),
    (r"security|vulnerabilit", "Security"),
    (r"dependenc|internal|\btests?\b|testing|\bci\b|\bcd\b|chore|\bdocs?\b|documentation|refactor|infrastructure"
     r"|\bbuild\b|maintenance|miscellaneous tasks|code style|contributors|housekeeping", INTERNAL),
    (r"\bbug|\bfix", "Fixed"),
    (r"feature|\badded\b|(?<!what.s )\bnew\b|additions", "New"),
    (r"improve|enhance|performance|\bchanged\b|\bchanges\b.*behaviou?r", "Improved"),
)  # fmt: skip
# Headings that are dropped, as are version numbers and dates; any other is shown above its lines.
GENERIC_HEADING = re.compile(
    r"what.?s (?:new|changed)|(?:all (?:.* )?|notable )?changes|changelog|also|other.*|\[?v?\d.*"
)

# https://www.conventionalcommits.org, with the types that teams add to it.
PREFIXES: Mapping[str, str] = {
    "feat": "New", "feature": "New", "fix": "Fixed", "bugfix": "Fixed", "hotfix": "Fixed", "perf": "Improved",
    "improvement": "Improved", "revert": "Improved", "security": "Security", "build": INTERNAL, "chore": INTERNAL,
    "ci": INTERNAL, "deps": INTERNAL, "docs": INTERNAL, "doc": INTERNAL, "refactor": INTERNAL, "style": INTERNAL,
    "test": INTERNAL, "tests": INTERNAL, "fixed": "Fixed", "fixes": "Fixed", "added": "New", "new": "New",
    "changed": "Improved", "breaking": "Breaking", "improved": "Improved",
}  # fmt: skip
INTERNAL_SCOPES = frozenset({"ci", "e2e", "test", "tests", "deps", "docs", "build", "lint", "release", "dev"})
FIRST_WORDS: Mapping[str, str] = {
    "fix": "Fixed", "fixes": "Fixed", "fixed": "Fixed", "resolve": "Fixed", "resolves": "Fixed", "resolved": "Fixed",
    "add": "New", "adds": "New", "added": "New", "introduce": "New", "introduces": "New", "introduced": "New",
}  # fmt: skip

PREFIX = re.compile(r"^(?P<type>[a-zA-Z]+)(?:\((?P<scope>[^()\n]*)\))?(?P<bang>!)?:[ \t]+(?=\S)")
SCOPE = re.compile(r"^\*(?:\*(?P<bold>[^*\n]+?):?\*\*:?|\((?P<cliff>[^)\n]+)\)\*)[ \t]*")
BREAKING = re.compile(r"\bBREAKING\b|\[\*\*breaking\*\*\]|^(?:\*\*)?[Bb]reaking(?: change)?(?:\*\*|:)")
MARKER = re.compile(r"^[ \t]*(?:[-*+]|\d{1,9}[.)])[ \t]+")

# Lines that are news to no reader, by their form alone: machine text, whatever its words.
MACHINE = re.compile(
    r"\*{0,2}full changelog\b|@[\w\[\]-]+ made (?:their|his|her) first contribution|thanks to @.{0,80}contribut"
    r"|(?:build\(deps|chore\(deps|fix\(deps)|(?:bump|update dependency|upgrade dependency)\b.+"
    r"(?:\bfrom\b.+\bto\b|\bto v?\d)|.*\bby @(?:dependabot|renovate|github-actions|snyk-bot|pre-commit-ci)\b"
    r"|\d{4}-\d{2}-\d{2}$",
    re.IGNORECASE,
)
NOISE: tuple[tuple[re.Pattern[str], str], ...] = (
    (re.compile(r"<!--.*?-->", re.DOTALL), ""),
    (re.compile(r"\s*\(?\[[#!]?[0-9a-f]{7,40}\]\([^)\s]*\)\)?"), ""),  # ([fe16f9b](commit))
    (re.compile(r"\s*,?\s*(?:closes|fixes|resolves|refs)?\s*\(?\[[\w./-]*[#!]\d+\]\([^)\s]*\)\)?"), ""),  # ([#12](..))
    (re.compile(r"[ \t]+(?:thanks|thank you)(?: to)?:? \[?@[\w-]+\]?(?:\([^)\s]*\))?[^.\n]*\.?", re.IGNORECASE), ""),
    (re.compile(r"[ \t]+by @[\w\[\]-]+(?:(?: and|,) @[\w\[\]-]+)*(?: in (?:https?://\S+|[#!]\d+))?", re.I), ""),
    (re.compile(r"[ \t]+in https?://\S+/(?:pull|merge_requests|issues)/\d+"), ""),
    (re.compile(r"\s*\((?:[#!]\d+|[A-Z]{2,}-\d+)(?:, ?(?:[#!]\d+|[A-Z]{2,}-\d+))*\)"), ""),  # (#12), (ABC-3)
    (re.compile(r"[ \t]*\((?:[0-9a-f]{7,40})(?:, ?[0-9a-f]{7,40})*\)"), ""),
    (re.compile(r"(?<=[^\s\w])?[ \t]+#\d+[ \t]*$", re.MULTILINE), ""),
    (re.compile(r"!\[(?P<alt>[^\]]*)\]\([^)]*\)"), r"\g<alt>"),
    (re.compile(r"\[(?P<words>[^\]\[]*)\]\((?!https?://|mailto:)[^)\s]*\)"), r"\g<words>"),  # relative link
    (re.compile(r"^\[[^\]]+\]:[ \t]*(?!https?://|mailto:)\S+.*$", re.MULTILINE), ""),
)


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
    """The entry of a release: its text ("" when nothing in it is for customers) and what was left out."""

    text: str
    left_out: tuple[str, ...]
    categories: tuple[str, ...]


def read(data: object) -> list[Release]:
    """Read GitHub's list of releases (decoded JSON). Raises ReleaseError naming the first one that is not one."""
    if not isinstance(data, list):
        raise ReleaseError("is not a list of releases, as GET /repos/OWNER/NAME/releases answers")
    return [_read_one(item, number) for number, item in enumerate(data, start=1)]


def draft(release: Release, product: str = "") -> Draft:
    """Write the entry of a public release, naming the product (default: the repository's name)."""
    kept, left_out = classify(release.body)
    categories = tuple(c for c in CATEGORIES if c in kept)
    if not categories:
        return Draft("", tuple(left_out), ())
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
    return Draft(sign("\n".join(lines) + join(parts) + "\n"), tuple(left_out), categories)


def classify(body: str) -> tuple[dict[str, list[str]], list[str]]:
    """Sort a release's blocks into categories ("" is the introduction) and those that customers need not read."""
    kept: dict[str, list[str]] = {}
    left_out: list[str] = []
    section = before = pending = ""
    count = 0
    for block in blocks(NOISE[0][0].sub("", clean(body[:MAX_CHARACTERS]))):
        words = heading(block)
        if words is not None and not MACHINE.match(words):
            section, before = to_text(words).lower(), ""
            spoken_for = _by_heading(section) or GENERIC_HEADING.fullmatch(section)
            pending = "" if spoken_for else f"**{to_text(words)}**"
            continue
        if count == MAX_ITEMS:
            left_out.append(block)
            continue
        category, text = _category(block, section, before), tidy(block)
        if category == INTERNAL or not to_text(text):
            left_out.append(block)
        elif category == "Improved" and not section and not before and not ITEM.match(block):
            kept.setdefault("", []).append(text)
            count += 1
            continue
        else:
            kept.setdefault(category, []).extend([pending, text] if pending else [text])
            pending = ""
            count += 1
        before = category
    return ({"Improved": kept[""]} if list(kept) == [""] else kept), left_out


def tidy(block: str) -> str:
    """A block without authors, issue numbers, commits and commit types, beginning with a capital letter."""
    if block.startswith(("```", "~~~")):
        return block
    for pattern, replacement in NOISE:
        block = pattern.sub(replacement, block)
    marker = MARKER.match(block)
    lead, text = ("- " if marker else "", block[marker.end() if marker else 0 :])
    scope = ""
    if (prefix := PREFIX.match(text)) and prefix["type"].lower() in PREFIXES:
        scope, text = prefix["scope"] or "", text[prefix.end() :]
    elif found := SCOPE.match(text):
        scope, text = (found["bold"] or found["cliff"] or "").strip(), text[found.end() :]
    text = text.strip()
    if re.search(r"\w", scope) and text and not re.fullmatch(r"\W*breaking( change)?\W*", scope, re.I):
        return f"{lead}**{scope.strip('_ ')}:** {text}"
    # `camelCase` and `/paths` are names and keep their spelling.
    first = re.match(r"[a-z]+(?=[.,:;!?]*(?:\s|$))", text)
    return lead + (text[0].upper() + text[1:] if first else text)


def title(release: Release, product: str = "") -> str:
    """The release's own name if it says more than a version, else the product and its version."""
    name = to_text(release.name)
    component, _, version = release.tag.rpartition("/")
    if name and not re.fullmatch(r"(?:version |release )?v?\d+(?:\.\d+)*[\w.+-]*", name, re.I) and name != release.tag:
        return name
    subject = product or release.repo.rpartition("/")[2].replace("-", " ").capitalize()
    return " ".join(f"{subject} {component} {re.sub(r'^v(?=[0-9])', '', version)}".split())


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


def _category(block: str, section: str, before: str) -> str:
    text = MARKER.sub("", block, count=1)
    if MACHINE.match(text):
        return INTERNAL
    prefix = PREFIX.match(text)
    kind = PREFIXES.get(prefix["type"].lower(), "") if prefix else ""
    if (prefix and kind and prefix["bang"]) or BREAKING.search(text):
        return "Breaking"
    by_heading = _by_heading(section)
    scope = SCOPE.match(text)
    named = (prefix["scope"] if prefix and kind else scope["bold"] or scope["cliff"] if scope else "") or ""
    if by_heading == INTERNAL or kind == INTERNAL or named.strip(": ").lower() in INTERNAL_SCOPES:
        return by_heading if by_heading in ("Breaking", "Security") else INTERNAL
    if not ITEM.match(block) and before:
        return before  # a paragraph or code after an item belongs to it
    first = re.match(r"[A-Za-z]+", text)
    return by_heading or kind or FIRST_WORDS.get(first[0].lower() if first else "", "Improved")


def _by_heading(section: str) -> str:
    if GENERIC_HEADING.fullmatch(section):
        return ""
    return next((category for pattern, category in HEADINGS if section and re.search(pattern, section)), "")


def _quoted(value: str) -> str:
    return json.dumps(value, ensure_ascii=False)  # YAML reads JSON's strings
