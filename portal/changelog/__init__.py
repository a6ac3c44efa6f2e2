"""The changelog: one Markdown file per release, read into entries and grouped for a page."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta

import yaml

from portal import yaml_lines
from portal.changelog.outline import DEFINITION, blocks, heading, join
from portal.errors import ContentError
from portal.sanitise import MAX_CHARACTERS, clean

# In the order in which customers see them.
CATEGORIES = ("Breaking", "New", "Improved", "Fixed", "Security")
RECENT_DAYS = 30
# Beside the entries: what `scripts.changelog` remembers of its last run.
STATE = "sync.json"
# A release of GitHub's largest size, with its definitions of links.
MOST = 2 * MAX_CHARACTERS


@dataclass(frozen=True)
class Section:
    """The blocks of one category (a list item, a paragraph, a code block each); None is the introduction."""

    category: str | None
    blocks: tuple[str, ...]
    # Where the links of the whole file lead that are written as `[words][name]`.
    definitions: str = ""

    @property
    def markdown(self) -> str:
        return join([*self.blocks, self.definitions] if self.definitions else self.blocks)


@dataclass(frozen=True)
class Entry:
    """One release as customers read it; `published` is in UTC, `until` the last day a breaking change is pinned."""

    slug: str
    id: str
    title: str
    published: datetime
    categories: tuple[str, ...]
    sections: tuple[Section, ...]
    repo: str = ""
    tag: str = ""
    url: str = ""
    who: str = ""
    action: str = ""
    until: date | None = None

    @property
    def day(self) -> date:
        return self.published.date()

    def only(self, category: str) -> "Entry | None":
        """The entry with only the sections of that category; None when it has none."""
        if category not in self.categories:
            return None
        # A file whose categories are only named in the front matter is shown whole.
        sections = tuple(s for s in self.sections if s.category == category) or self.sections
        return replace(self, sections=sections)


@dataclass(frozen=True)
class Week:
    """The entries of an ISO week (UTC); `first` is its Monday."""

    first: date
    entries: tuple[Entry, ...]

    @property
    def slug(self) -> str:
        """The name of its page, e.g. "week-2026-w46"."""
        year, number, _ = self.first.isocalendar()
        return f"week-{year}-w{number:02}"


@dataclass(frozen=True)
class Month:
    """The entries of a calendar month (UTC), by week."""

    first: date
    weeks: tuple[Week, ...]


def parse(text: str, file: str) -> Entry:
    """Read one changelog file; `file` is its path in messages. Raises ContentError with the line to fix."""
    text = clean(text)
    fields, body = front_matter(text, file)
    if len(body) > MOST:
        raise ContentError(file, None, f"has {len(body):,} characters of text; write at most {MOST:,}")
    slug = file.rpartition("/")[2].removesuffix(".md")
    sections = tuple(_sections(body))
    if not any(section.blocks for section in sections):
        raise ContentError(file, text.count("\n") + 1, "has no text below its front matter; say what changed")
    found = [s.category for s in sections if s.category]
    return Entry(
        slug=slug,
        id=_word(fields, "id", file, text) or slug,
        title=_word(fields, "title", file, text, required=True),
        published=_moment(_word(fields, "date", file, text, required=True), file, _line(text, "date")),
        categories=_categories(fields.get("categories"), found, file, _line(text, "categories")),
        sections=sections,
        until=_day(_word(fields, "until", file, text), file, _line(text, "until")),
        **{name: _word(fields, name, file, text) for name in ("repo", "tag", "url", "who", "action")},
    )


def front_matter(text: str, file: str) -> tuple[dict[str, object], str]:
    """Split a file into its front matter, every value as written, and its body. Raises ContentError."""
    opening = re.match(r"---[ \t]*\n(?P<yaml>.*?\n|)---[ \t]*(?:\n|$)", text, re.DOTALL)
    if not opening:
        raise ContentError(file, 1, "does not begin with front matter between two lines of '---'")
    try:
        # BaseLoader leaves every value a string: `tag: 1.10` must not become 1.1.
        fields = yaml.load(opening["yaml"], Loader=yaml.BaseLoader)  # noqa: S506
        yaml_lines.lines(opening["yaml"], first_line=2)
    except yaml_lines.Doubled as error:
        raise ContentError(file, error.line, str(error)) from error
    except yaml.MarkedYAMLError as error:
        line = error.problem_mark.line + 2 if error.problem_mark else 1
        raise ContentError(file, line, f"its front matter is not valid YAML: {error.problem}") from error
    except (yaml.YAMLError, RecursionError) as error:
        raise ContentError(file, 1, "its front matter is not valid YAML") from error
    if not isinstance(fields, dict):
        raise ContentError(file, 2, "its front matter is not a list of 'name: value' lines")
    return fields, text[opening.end() :]


def newest_first(entries: Iterable[Entry]) -> list[Entry]:
    """Sort by time of release, entries of the same moment by their id."""
    return sorted(sorted(entries, key=lambda entry: entry.id), key=lambda entry: entry.published, reverse=True)


def at_their_own_time(entries: Sequence[Entry]) -> list[Entry]:
    """The same entries, newest first, those of one moment a second apart: a reader sorts by time."""
    found: list[Entry] = []
    for entry in reversed(entries):
        earlier = found[-1].published if found else entry.published - timedelta(seconds=1)
        found.append(replace(entry, published=max(entry.published, earlier + timedelta(seconds=1))))
    return found[::-1]


def by_month(entries: Sequence[Entry]) -> list[Month]:
    """Group entries by calendar month (UTC) and week, keeping their order; a week across months is in both."""
    months: dict[date, list[Entry]] = {}
    for entry in entries:
        months.setdefault(entry.day.replace(day=1), []).append(entry)
    return [Month(first, tuple(by_week(found))) for first, found in months.items()]


def by_week(entries: Iterable[Entry]) -> list[Week]:
    """Group entries by ISO week (UTC), keeping their order."""
    weeks: dict[date, list[Entry]] = {}
    for entry in entries:
        weeks.setdefault(entry.day - timedelta(days=entry.day.weekday()), []).append(entry)
    return [Week(first, tuple(found)) for first, found in weeks.items()]


def recent(entries: Iterable[Entry], today: date, days: int = RECENT_DAYS) -> list[Entry]:
    """The entries of the last `days` days, today included; a date in the future is not recent."""
    return [e for e in entries if today - timedelta(days=days) < e.day <= today]


def pinned(entries: Iterable[Entry], today: date) -> list[Entry]:
    """Breaking entries whose `until` day has not passed, earliest `until` first."""
    found = [(e.until, e) for e in entries if "Breaking" in e.categories and e.until and e.until >= today]
    return [entry for _, entry in sorted(found, key=lambda pair: pair[0])]


def preview(entry: Entry, most: int) -> tuple[tuple[Section, ...], int]:
    """The first `most` blocks of an entry, by section, and the number of blocks left out."""
    shown: list[Section] = []
    room = most
    for section in entry.sections:
        if blocks := section.blocks[:room]:
            shown.append(Section(section.category, blocks, section.definitions))
        room -= len(blocks)
    return tuple(shown), sum(len(s.blocks) for s in entry.sections) - (most - room)


def _sections(body: str) -> Iterable[Section]:
    category: str | None = None
    held: list[str] = []
    parts = blocks(body)
    definitions = "\n".join(part for part in parts if DEFINITION.match(part))
    for block in parts:
        words = heading(block)
        named = next((c for c in CATEGORIES if words and words.strip().lower() == c.lower()), None)
        if named is None:
            held += [] if DEFINITION.match(block) else [block]
            continue
        if held:
            yield Section(category, tuple(held), definitions)
        category, held = named, []
    if held:
        yield Section(category, tuple(held), definitions)


def _categories(given: object, found: Sequence[str], file: str, line: int | None) -> tuple[str, ...]:
    names = [given] if isinstance(given, str) else given if isinstance(given, list) else []
    for name in names:
        if name not in CATEGORIES:
            raise ContentError(file, line, f"category {name!r} is not one of: {', '.join(CATEGORIES)}")
    wanted = set(names) | set(found) or {"Improved"}
    return tuple(c for c in CATEGORIES if c in wanted)


def _word(fields: dict[str, object], name: str, file: str, text: str, required: bool = False) -> str:
    value = fields.get(name, "")
    if not isinstance(value, str):
        raise ContentError(file, _line(text, name), f"{name!r} is not a single value")
    if required and not value.strip():
        raise ContentError(file, _line(text, name) or 1, f"has no {name!r} in its front matter")
    return value.strip()


def _moment(value: str, file: str, line: int | None) -> datetime:
    try:
        moment = datetime.fromisoformat(value)
        return moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)
    except (ValueError, OverflowError) as error:
        raise ContentError(file, line, f"date {value!r} is not a date like 2026-11-18") from error


def _day(value: str, file: str, line: int | None) -> date | None:
    try:
        return date.fromisoformat(value) if value else None
    except ValueError as error:
        raise ContentError(file, line, f"until {value!r} is not a date like 2026-12-31") from error


def _line(text: str, name: str) -> int | None:
    for number, line in enumerate(text.split("\n"), start=1):
        if line.startswith(f"{name}:"):
            return number
    return None
