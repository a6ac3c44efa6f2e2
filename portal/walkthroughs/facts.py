"""What is kept of a walkthrough's elements and pictures, NAME.shots.json: texts, roles, styles and what the page calls
them. Never pixels, so that another browser with other fonts changes nothing."""

import hashlib
import json
import re
from dataclasses import asdict, dataclass, field, replace
from typing import Any, Literal

from pydantic import TypeAdapter, ValidationError

from portal.errors import ContentError

MONTHS = "Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec"
DATE = re.compile(rf"\b(?:\d{{1,2}} (?:{MONTHS})[a-z]*|(?:{MONTHS})[a-z]* \d{{1,2}},?)(?: \d{{4}})?\b")
AGO = re.compile(r"\b(?:just now|yesterday|(?:\d+|an?|one) ?[a-z]+ ago)\b", re.IGNORECASE)


def steady(text: str) -> str:
    """A text without what passes by itself: numbers, dates, and how long ago something was."""
    return re.sub(r"\d+", "0", DATE.sub("0", AGO.sub("0", " ".join(text.split()))))


@dataclass(frozen=True)
class Facts:
    """An element as the page has it: its tag, name and test id, the name of its field, where it leads, and the name of
    the region that it is in."""

    tag: str
    name: str
    role: str = ""
    id: str = ""
    testid: str = ""
    field: str = ""
    leads: str = ""
    region: str = ""


# What stays when an element's words change, the surest first.
LASTING = ("testid", "id", "field", "leads")


@dataclass(frozen=True)
class Known(Facts):
    """An element when the article was right, with the marks of the names of its kind that were beside it in the region,
    and on the page."""

    beside: tuple[str, ...] = ()
    others: tuple[str, ...] = ()


@dataclass(frozen=True)
class Shot:
    """What a picture shows: its frame, what is marked and hidden in it, and each visible element as
    `tag "text" style`, where a style is a number of `styles`."""

    of: str
    marks: tuple[str, ...]
    masks: tuple[str, ...]
    seen: tuple[str, ...]
    styles: tuple[str, ...]


@dataclass(frozen=True)
class Kept:
    """The content of NAME.shots.json."""

    elements: dict[str, Known] = field(default_factory=dict)
    shots: dict[str, Shot] = field(default_factory=dict)
    version: Literal[1] = 1


def mark(name: str) -> str:
    """What tells a name from others, and does not say it: a page's other names may be private."""
    return hashlib.sha256(steady(name).encode()).hexdigest()[:10]


def known(facts: Facts, others: list[Facts]) -> Known:
    """What to keep of an element, among all of its kind on the page."""
    rest = [one for one in others if one != facts]
    beside = {mark(one.name) for one in rest if one.region == facts.region}
    own = asdict(facts) | {"name": steady(facts.name)}
    return Known(**own, beside=tuple(sorted(beside)), others=tuple(sorted({mark(one.name) for one in rest})))


def alike(one: Kept, other: Kept) -> bool:
    """Whether both say the same of the elements and pictures themselves, whatever else was on the pages."""
    first, second = (
        {name: replace(known, beside=(), others=()) for name, known in kept.elements.items()} for kept in (one, other)
    )
    return first == second and one.shots == other.shots


def written(kept: Kept) -> str:
    """The file's text: the same for the same facts."""
    data = {
        "version": kept.version,
        "elements": {name: _short(asdict(one)) for name, one in sorted(kept.elements.items())},
        "shots": {name: asdict(one) for name, one in kept.shots.items()},
    }
    return json.dumps(data, indent=1, ensure_ascii=False) + "\n"


def read(text: str, file: str) -> Kept:
    """The facts in a file's text; raises ContentError for a file of another form."""
    try:
        return READER.validate_json(text)
    except ValidationError as error:
        wrong = error.errors()[0]
        place = ".".join(str(part) for part in wrong["loc"]) or "the file"
        message = (
            f"is not as python -m scripts.walkthrough writes it ({place}: {wrong['msg']}); delete it, and run that"
        )
        raise ContentError(file, None, message) from error


def _short(data: dict[str, Any]) -> dict[str, Any]:
    """Without what is empty."""
    return {name: value for name, value in data.items() if value or name in ("tag", "name")}


READER = TypeAdapter(Kept)
