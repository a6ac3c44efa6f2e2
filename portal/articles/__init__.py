"""Articles: what their front matter may say, what is wrong with it, and which articles belong together."""

import difflib
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from functools import lru_cache
from pathlib import Path
from typing import Annotated, Any, Literal, get_args

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, StringConstraints, ValidationError

from portal import mistakes, yaml_lines
from portal.articles.covers import COVERS, Covers, expected_at
from portal.errors import ContentError, absent
from portal.mistakes import markdown
from portal.sanitise import to_text
from portal.settings import Topic

FRONT_MATTER = re.compile(r"^-{3}[ \t]*\n(.*?\n)(?:\.{3}|-{3})[ \t]*\n", re.DOTALL)
# A first line of dashes, and one that looks like a key below it.
OPENED = re.compile(r"^-{3}[ \t]*\n(?:[ \t]*(?:#.*)?\n)*[A-Za-z_][\w-]*[ \t]*:(?:[ \t]|\n|$)")
HEADING = re.compile(r"^#[ \t]+(\S.*)$", re.MULTILINE)
ATTRIBUTES = re.compile(r"[ \t]*\{[^{}\n]*\}[ \t]*$")
FENCE = re.compile(r"^(```|~~~).*?^\1", re.MULTILINE | re.DOTALL)
# Keys of MkDocs and Material: they are not ours, and none of them is a misspelling of ours.
THEIRS = frozenset(
    [
        "template",
        "hide",
        "icon",
        "status",
        "subtitle",
        "tags",
        "search",
        "author",
        "authors",
        "date",
        "image",
        "section",
        "category",
    ]
)

# Keys of other tools, and what to write here instead.
ELSEWHERE = {
    "aliases": "write the old addresses under 'redirect_from'",
    "redirects": "write the old addresses under 'redirect_from'",
    "redirect_to": "write where it leads in docs/redirects.yml, and delete this file",
    "published": "write 'draft: true' for an article that customers may not see yet",
    "hidden": "write 'unlisted: true' for an article that no list has",
    "noindex": "write 'unlisted: true' for an article that no list has",
    "permalink": "an article's address is its file's name",
    "slug": "an article's address is its file's name",
    "url": "an article's address is its file's name",
    "layout": "every article has the same layout; take it out",
    "weight": "articles are in the order of their file names, often_asked first; take it out",
    "nav_order": "articles are in the order of their file names, often_asked first; take it out",
    "order": "articles are in the order of their file names, often_asked first; take it out",
    "sidebar_position": "articles are in the order of their file names, often_asked first; take it out",
    "summary": "write it as 'description'",
    "keywords": "write whole questions under 'questions'",
    "last_modified_at": "the date of the last change is Git's; write the day of your last check as 'reviewed'",
    "updated": "the date of the last change is Git's; write the day of your last check as 'reviewed'",
}

Text = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1)]
# The parts of portal.settings.Parts again, as a type takes no variables, and what billing and account need; a test
# compares the two.
Needed = Literal["articles", "status", "billing", "tickets", "account", "community", "changelog", "sign_in"]


def _listed(value: Any) -> Any:
    return [value] if isinstance(value, str) else value


class FrontMatter(BaseModel):
    """The front matter that the portal reads; other keys are ignored."""

    model_config = ConfigDict(extra="ignore", frozen=True)

    title: Text | None = Field(default=None, description="the question, in the customer's words")
    short: Text | None = Field(default=None, description="the title in a few words, for links under the question box")
    description: Text | None = Field(default=None, description="one sentence")
    questions: list[Text] = Field(default_factory=list, description="a list of other wordings of the question")
    related: list[Text] = Field(
        default_factory=list, description="a list of article ids such as getting-in/cant-sign-in"
    )
    reviewed: date | None = Field(default=None, description="a date such as 2026-11-20")
    owner: Text | None = Field(default=None, description="a team's or a person's name")
    needs: Annotated[list[Needed], BeforeValidator(_listed)] = Field(
        default_factory=list, description=f"a part of the portal or a list of them: {', '.join(get_args(Needed))}"
    )
    covers: Covers = Field(default_factory=Covers, description=COVERS)
    draft: bool = Field(default=False, description="true or false: only `make serve` shows a draft")
    unlisted: bool = Field(default=False, description="true or false: an unlisted article is in no list and no search")
    redirect_from: list[Text] = Field(
        default_factory=list, description="a list of the article's old addresses, such as billing/change-card/"
    )


@dataclass(frozen=True)
class Article:
    """One customer question; `id` is its path below docs/ without `.md`, `lines` the line of each front matter key."""

    id: str
    file: str
    title: str
    front: FrontMatter
    lines: dict[yaml_lines.Path, int] = field(default_factory=dict, repr=False, compare=False)

    @property
    def topic(self) -> str:
        """The id of its topic: the first folder below docs/, or "" for an article in docs/ itself."""
        return self.id.partition("/")[0] if "/" in self.id else ""

    @property
    def is_listed(self) -> bool:
        """Whether customers find it in lists and by the search."""
        return not (self.front.draft or self.front.unlisted)

    @property
    def section(self) -> str:
        """The folder inside its topic's, or "" for an article directly in the topic."""
        return self.id.split("/")[1] if self.id.count("/") > 1 else ""

    def missing(self, on: Mapping[str, bool]) -> str:
        """The first part that the article is about and that is off; empty while it is published."""
        return next((word for word in ("articles", *self.front.needs) if not on.get(word, True)), "")


def parse(id: str, file: str, text: str) -> Article:
    """The article in a Markdown text; raises an ExceptionGroup with one ContentError for every mistake."""
    data, body, lines = _read(file, text)
    try:
        front = FrontMatter.model_validate(data)
    except ValidationError as error:
        found = []
        for detail in error.errors():
            name = ".".join(part for part in detail["loc"] if isinstance(part, str))
            expected = expected_at(name) or FrontMatter.model_fields[str(detail["loc"][0])].description
            line = yaml_lines.nearest(lines, tuple(detail["loc"]))
            given = detail["input"]
            hint = "" if isinstance(given, str | list | dict) else " Put it in quotes to make it text."
            found.append(ContentError(file, line, f"{name}: {given!r} is wrong, expected {expected}.{hint}"))
        raise ExceptionGroup(f"{file} has mistakes", found) from error
    return Article(id, file, front.title or _heading(body) or title_of(id), front, lines)


def is_left_out(path: Path, on: Mapping[str, bool]) -> bool:
    """Whether the article in a file is not published with these parts; False for one with mistakes, which are named
    elsewhere."""
    try:
        return bool(parse("", path.name, path.read_text("utf-8")).missing(on))
    except (ExceptionGroup, UnicodeDecodeError):
        return False


def misspellings(file: str, text: str) -> list[ContentError]:
    """A ContentError for each key that is almost one of ours: a misspelt key would silently do nothing."""
    data, _, lines = _read(file, text)
    found = []
    for key in data:
        name = str(key)
        close = _close(name)
        if name in ELSEWHERE:
            found.append(ContentError(file, lines.get((name,)), f"'{name}' does nothing here: {ELSEWHERE[name]}."))
        elif close and name not in FrontMatter.model_fields and name not in THEIRS:
            message = f"front matter has '{name}', which does nothing. Did you mean '{close[0]}'?"
            found.append(ContentError(file, lines.get((name,)), message))
    return found


@lru_cache(maxsize=1000)
def _close(name: str) -> tuple[str, ...]:
    """The key of ours that a name is almost."""
    return tuple(difflib.get_close_matches(name.lower(), FrontMatter.model_fields, n=1, cutoff=0.8))


def text_faults(file: str, text: str) -> list[ContentError]:
    """A ContentError for each place of the text that would be shown as something else than its writer meant."""
    data, _, lines = _read(file, text)
    body, first = body_of(file, text)
    found = [ContentError(file, line, sentence) for line, sentence in markdown.faults(body, first)]
    number, words, below = next(markdown.headings(body), (0, "", False))
    sentence = _heading_fault(data.get("title"), lines.get(("title",)), to_text(words), below=below)
    return [*found, ContentError(file, first + number, sentence)] if sentence else found


def _heading_fault(title: object, line: int | None, words: str, *, below: bool) -> str:
    """What is wrong with the first heading of the first level: a page shows it where the title belongs."""
    if words and isinstance(title, str) and _bare(words) not in (_bare(title), _bare(to_text(title))):
        return (
            f"the heading {words!r} would be shown in place of the title in line {line}, {title!r}; an article has"
            " one of both, so write this with '##', or take it out"
        )
    if words and below:
        return "the heading of the first level stands below a text; write it with '##', or move it to the top"
    return ""


def _bare(words: str) -> str:
    return " ".join(words.casefold().split())


def body_of(file: str, text: str) -> tuple[str, int]:
    """The text below the front matter, and the line in which it begins; raises an ExceptionGroup as `parse` does."""
    _, body, _ = _read(file, text)
    return body, text.replace("\r\n", "\n").removesuffix(body).count("\n") + 1


def mistakes_in(group: ExceptionGroup[Exception]) -> list[ContentError]:
    """The mistakes that `parse` raised together."""
    return [one for one in group.exceptions if isinstance(one, ContentError)]


def hidden(articles: Iterable[Article]) -> dict[str, str]:
    """The ids of the articles that no list may have, each with what it is."""
    return {one.id: "a draft" if one.front.draft else "unlisted" for one in articles if not one.is_listed}


def unknown_related(articles: Iterable[Article], broken: Iterable[str] = ()) -> list[ContentError]:
    """A ContentError for each id under `related` that no article has; `broken` ones are named already."""
    articles = list(articles)
    out = hidden(articles)
    known = {article.id for article in articles if article.is_listed} | set(broken)
    return [
        ContentError(
            article.file,
            yaml_lines.nearest(article.lines, ("related", number)),
            f"related: {absent(id, known, out)}",
        )
        for article in articles
        for number, id in enumerate(article.front.related)
        if id not in known
    ]


def topics(articles: Iterable[Article], configured: Sequence[Topic]) -> list[tuple[Topic, list[Article]]]:
    """The topics in the writer's order, each with its articles; without a list every folder is a topic."""
    groups: dict[str, list[Article]] = {}
    for article in articles:
        if article.topic:
            groups.setdefault(article.topic, []).append(article)
    order = configured or [Topic(id=id, title=title_of(id)) for id in sorted(groups)]
    return [(topic, groups[topic.id]) for topic in order if topic.id in groups]


def title_of(id: str) -> str:
    """A title for a folder or file without one, from the last part of its id."""
    name = id.rpartition("/")[2].replace("-", " ").replace("_", " ").strip()
    return name[:1].upper() + name[1:]


def _heading(body: str) -> str | None:
    match = HEADING.search(FENCE.sub("", body))
    # What a heading says beside its attributes (`{#id}`).
    return to_text(ATTRIBUTES.sub("", match[1].rstrip("# \t"))) or None if match else None


# A rebuild while somebody writes reads few articles anew.
@lru_cache(maxsize=10_000)
def _read(file: str, text: str) -> tuple[dict[Any, Any], str, dict[yaml_lines.Path, int]]:
    """Front matter, body, and the line of each key; raises an ExceptionGroup when the front matter is not valid."""
    text = text.removeprefix("\ufeff").replace("\r\n", "\n")
    match = FRONT_MATTER.match(text)
    if match is None:
        if OPENED.match(text):
            message = "the front matter has no second line '---' that ends it; add one below its last key"
            raise ExceptionGroup(f"{file} cannot be read", [ContentError(file, 1, message)])
        return {}, text, {}
    try:
        data, lines = mistakes.loaded(match[1], file, 2)
    except ValueError as error:
        if isinstance(error, ContentError):
            raise ExceptionGroup(f"{file} cannot be read", [error]) from error
        # YAML makes a date of what looks like one, and 2026-02-30 is none: read as text, it has a line.
        data, lines = mistakes.loaded(match[1], file, 2, typed=False)
    if data is None:
        return {}, text[match.end() :], {}
    if not isinstance(data, dict):
        mistake = ContentError(file, 2, "the front matter must be lines of 'key: value'")
        raise ExceptionGroup(f"{file} cannot be read", [mistake])
    return data, text[match.end() :], lines
