"""What a team decides about its changelog: changelog/config.yml (where releases come from, and what its own headings
and labels mean) and changelog/overrides.yml (single lines in other words, in another class, or not at all)."""

from collections.abc import Iterable, Mapping
from typing import Annotated, Any

import yaml
from pydantic import AfterValidator, BaseModel, ConfigDict, Field, StringConstraints, TypeAdapter, ValidationError
from pydantic_core import ErrorDetails, PydanticCustomError

from portal import yaml_lines
from portal.changelog.classes import Policy
from portal.changelog.cues import CLASSES
from portal.errors import ContentError
from portal.settings import suggestion

CONFIG, OVERRIDES = "config.yml", "overrides.yml"

Repository = Annotated[str, StringConstraints(pattern=r"^[\w.-]+/[\w.-]+$")]


def _kind(value: str) -> str:
    if value not in CLASSES:
        message = f"{value!r} is not one of: {', '.join(CLASSES)}.{suggestion(value, CLASSES)}"
        raise PydanticCustomError("kind", "{message}", {"message": message})
    return value


Kind = Annotated[str, AfterValidator(_kind)]


class Source(BaseModel):
    """One product repository: its releases, or with `changelog` the versions in that file of it."""

    model_config = ConfigDict(extra="forbid", frozen=True)
    repo: Repository
    product: str = ""
    changelog: str = ""


class Config(BaseModel):
    """changelog/config.yml. Headings and labels may be in any case; `private` are repositories that customers cannot
    see, so links to them become plain words."""

    model_config = ConfigDict(extra="forbid", frozen=True)
    repositories: tuple[Source, ...] = ()
    base_url: str = "https://api.github.com"
    prereleases: bool = False
    headings: dict[str, Kind] = Field(default_factory=dict)
    labels: dict[str, Kind] = Field(default_factory=dict)
    private: tuple[Repository, ...] = ()

    @property
    def policy(self) -> Policy:
        """The team's own words, for `portal.changelog.classes`."""
        return Policy(_lower(self.headings), _lower(self.labels))


class Override(BaseModel):
    """What a writer decided about one line of a release; `articles` are ids of articles that the change is about."""

    model_config = ConfigDict(extra="forbid", frozen=True)
    kind: Kind | None = Field(default=None, alias="class")
    hide: bool = False
    text: str = ""
    articles: tuple[str, ...] = ()


Overrides = dict[str, dict[str, Override]]


def read_config(text: str, file: str) -> Config:
    """Read changelog/config.yml. Raises an ExceptionGroup with one ContentError for each mistake."""
    data, lines = _load(text, file)
    if isinstance(data.get("repositories"), list):
        data["repositories"] = [{"repo": one} if isinstance(one, str) else one for one in data["repositories"]]
    try:
        return Config.model_validate(data)
    except ValidationError as error:
        raise ExceptionGroup(f"{file} has mistakes", _mistakes(error.errors(), file, lines, Config)) from error


def read_overrides(text: str, file: str) -> Overrides:
    """Read changelog/overrides.yml: id of a release -> the beginning of a line -> what to do with it. Raises an
    ExceptionGroup with one ContentError for each mistake."""
    data, lines = _load(text, file)
    try:
        return TypeAdapter(Overrides).validate_python(data)
    except ValidationError as error:
        raise ExceptionGroup(f"{file} has mistakes", _mistakes(error.errors(), file, lines, Override)) from error


def line_of(text: str, *place: str) -> int | None:
    """The line of a key in one of the two files."""
    return yaml_lines.nearest(yaml_lines.lines(text), place)


def _lower(words: Mapping[str, str]) -> dict[str, str]:
    return {name.strip().lower(): kind for name, kind in words.items()}


def _load(text: str, file: str) -> tuple[dict[str, Any], dict[yaml_lines.Path, int]]:
    try:
        lines = yaml_lines.lines(text)
        data = yaml.safe_load(text)
    except yaml.MarkedYAMLError as error:
        line = error.problem_mark.line + 1 if error.problem_mark else None
        raise _group(file, line, f"this is not valid YAML: {error.problem}") from error
    except (yaml.YAMLError, RecursionError, ValueError) as error:
        raise _group(file, None, "this is not valid YAML") from error
    if data is not None and not isinstance(data, dict):
        raise _group(file, 1, "this is not a list of 'name: value' lines")
    return data or {}, lines


def _group(file: str, line: int | None, message: str) -> ExceptionGroup[ContentError]:
    return ExceptionGroup(f"{file} cannot be read", [ContentError(file, line, message)])


def _mistakes(
    details: Iterable[ErrorDetails], file: str, lines: dict[yaml_lines.Path, int], model: type[BaseModel]
) -> list[ContentError]:
    return [_mistake(detail, file, lines, model) for detail in details]


def _mistake(
    detail: ErrorDetails, file: str, lines: dict[yaml_lines.Path, int], model: type[BaseModel]
) -> ContentError:
    place = tuple(part for part in detail["loc"] if part != "[key]")
    name = ".".join(map(str, place))
    line = yaml_lines.nearest(lines, place)
    if detail["type"] == "extra_forbidden":
        within = Source if model is Config and place[0] == "repositories" else model
        known = [field.alias or key for key, field in within.model_fields.items()]
        guess = suggestion(str(place[-1]), known) or f" Known here: {', '.join(known)}."
        return ContentError(file, line, f"{name} is not a setting.{guess}")
    if detail["type"] == "string_pattern_mismatch":
        return ContentError(file, line, f"{name}: {detail['input']!r} is not OWNER/NAME")
    return ContentError(file, line, f"{name}: {detail['msg']}")
