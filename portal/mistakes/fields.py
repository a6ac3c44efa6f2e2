"""What a model refused, as sentences: the key, what is wrong with its value, and what to write."""

import re
import types
from collections.abc import Callable, Iterator
from typing import Annotated, Any, Union, get_args, get_origin

from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails

from portal import yaml_lines
from portal.errors import ContentError, suggestion

# The patterns of our models, and what they want to see.
PATTERNS = {
    r"^[a-z0-9]+(-[a-z0-9]+)*$": "write small letters, digits and single hyphens, such as web-app",
    r"^\d{4}-\d\d-\d\d$": "write a date such as 2026-11-20",
    r"^(0(\.\d{1,3})?|1(\.0{1,3})?)$": "write a number from 0 to 1 with at most three decimals",
}
UNIONS: tuple[Any, ...] = (Annotated, Union, types.UnionType)
LIST = "write a list, each item on a line of its own that begins with '- '"
KEYS = "write lines of 'key: value'"
TRUTH = "write true or false"
WHOLE = "write a whole number"
# Pydantic's kind of mistake -> what to write; `{}` are what it says beside it.
KINDS: dict[str, str] = {
    "int_parsing": WHOLE,
    "int_type": WHOLE,
    "int_from_float": WHOLE,
    "bool_parsing": TRUTH,
    "bool_type": TRUTH,
    "list_type": LIST,
    "dict_type": KEYS,
    "model_type": KEYS,
    "model_attributes_type": KEYS,
    "string_type": "write text; put it in quotes if YAML reads it as something else",
    "date_type": "write a date such as 2026-11-20",
    "date_parsing": "write a date such as 2026-11-20",
    "date_from_datetime_parsing": "write a date such as 2026-11-20",
    "date_from_datetime_inexact": "write a date without a time, such as 2026-11-20",
    "string_too_short": "write something here, or take the key out",
    "string_too_long": "write at most {max_length} characters",
    "too_short": "give at least {min_length}",
    "too_long": "give at most {max_length}",
    "greater_than_equal": "write {ge} or more",
    "less_than_equal": "write {le} or less",
}


def sentences(
    error: ValidationError, model: type[BaseModel], file: str, line: Callable[[yaml_lines.Path], int | None]
) -> list[ContentError]:
    """A ContentError for each mistake that a model found, at the line that `line` knows of its key."""
    found = []
    for detail in error.errors():
        place = _place(detail, model)
        name = ".".join(str(part) for part in place)
        sentence = _sentence(detail, place, model)
        found.append(ContentError(file, line(place), f"'{name}' {sentence}" if name else sentence))
    return found


def _place(detail: ErrorDetails, model: type[BaseModel]) -> yaml_lines.Path:
    """Pydantic's path without what is not in the file: the kind of a union's member and its word for a key."""
    place: list[str | int] = []
    for part in detail["loc"]:
        if part != "[key]" and not (place and isinstance(place[-1], int) and part in _tags(model, tuple(place))):
            place.append(part)
    return tuple(place)


def _sentence(detail: ErrorDetails, place: yaml_lines.Path, model: type[BaseModel]) -> str:
    kind, given, said = detail["type"], detail["input"], detail.get("ctx", {})
    if kind == "missing":
        return f"is missing{_wanted(model, place)}"
    if kind == "extra_forbidden":
        names = keys_at(model, place[:-1])
        guess = suggestion(str(place[-1]), names) or f" Known: {', '.join(names)}."
        return f"is not known here.{guess}"
    if kind in {"literal_error", "union_tag_invalid"}:
        names = re.findall(r"'([^']+)'", str(said.get("expected") or said.get("expected_tags")))
        word = str(said.get("tag", given))
        return f"is {word!r}: write {_one_of(names)}.{suggestion(word, names)}"
    if kind == "union_tag_not_found":
        return f"has no {said['discriminator']}: write {_one_of(sorted(_tags(model, place)))}"
    if kind == "string_pattern_mismatch":
        return f"is {given!r}: {PATTERNS.get(said['pattern'], 'its form is wrong')}"
    if kind in KINDS:
        shown = f"is {_shown(given)}: " if not isinstance(given, dict) else "has keys of its own: "
        return shown + KINDS[kind].format(**said)
    words = detail["msg"].removeprefix("Value error, ")
    return f"is wrong: {words}" if place else words


def _shown(given: Any) -> str:
    if given in ("", None):
        return "empty"
    return "a list" if isinstance(given, list) else repr(given)


def _one_of(names: list[str]) -> str:
    return names[0] if len(names) == 1 else f"{', '.join(names[:-1])} or {names[-1]}"


def _wanted(model: type[BaseModel], place: yaml_lines.Path) -> str:
    for owner in models_at(model, place[:-1]):
        field = next((one for name, one in owner.model_fields.items() if place[-1] in (name, one.alias)), None)
        if field is not None and field.description:
            return f": give {field.description}"
    return ""


def keys_at(model: type[BaseModel], place: yaml_lines.Path) -> list[str]:
    """The keys that may stand at a place of a file."""
    return [field.alias or name for one in models_at(model, place) for name, field in one.model_fields.items()]


def models_at(model: type[BaseModel], place: yaml_lines.Path) -> list[type[BaseModel]]:
    """The models, several for a union, that hold the keys at a place of a file."""
    annotations: list[Any] = [model]
    for part in place:
        annotations = [inner for one in annotations for inner in _step(one, part)]
    return [one for annotation in annotations for one in _models(annotation)]


def _step(annotation: Any, part: str | int) -> Iterator[Any]:
    """What lies one key, or one item, further in."""
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        yield from (field.annotation for name, field in annotation.model_fields.items() if part in (name, field.alias))
    elif get_origin(annotation) is list:
        yield get_args(annotation)[0]
    elif get_origin(annotation) is dict:
        yield get_args(annotation)[1]
    elif get_origin(annotation) in UNIONS:
        for inner in get_args(annotation):
            yield from _step(inner, part)


def _models(annotation: Any) -> Iterator[type[BaseModel]]:
    if isinstance(annotation, type):
        if issubclass(annotation, BaseModel):
            yield annotation
    elif get_origin(annotation) in UNIONS:
        for inner in get_args(annotation):
            yield from _models(inner)


def _tags(model: type[BaseModel], place: yaml_lines.Path) -> set[str]:
    """The kinds of a union whose members say by `type` what they are."""
    owners = [one for one in models_at(model, place) if "type" in one.model_fields]
    return {str(tag) for one in owners for tag in get_args(one.model_fields["type"].annotation)}
