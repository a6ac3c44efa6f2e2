"""Reads NAME.steps.yml: who walks where, and what is looked for, clicked, filled in, marked, hidden and taken."""

import re
from dataclasses import dataclass
from datetime import datetime
from pathlib import PurePosixPath
from typing import Annotated, Any, Self

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, ValidationError, field_validator, model_validator

from portal import mistakes, yaml_lines
from portal.errors import ContentError, ContentErrors
from portal.mistakes import fields
from portal.walkthroughs.targets import Name, Target

ENDING, FACTS = ".steps.yml", ".shots.json"
FOLDER = "pictures"
PORTAL = "portal"
ADDRESS = re.compile(r"https?://[^\s/]+(/\S*)?")
VERBS = ("goto", "see", "click", "fill", "annotate", "mask", "shot")
Slug = Annotated[str, StringConstraints(pattern=r"^[a-z0-9]+(-[a-z0-9]+)*$", max_length=60)]


class _Model(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Fill(_Model):
    """A field, and what is typed: text, or the value of an environment variable."""

    field: Target
    text: str | None = None
    secret: Annotated[str, StringConstraints(pattern=r"^[A-Z][A-Z0-9_]*$")] | None = None

    @field_validator("field", mode="before")
    @classmethod
    def _label(cls, given: Any) -> Any:
        """A bare text is the field's label."""
        return {"label": given} if isinstance(given, str) else given

    @model_validator(mode="after")
    def _one_value(self) -> Self:
        if (self.text is None) == (self.secret is None):
            raise ValueError("says neither text nor secret, or both: give the `text`, or the variable of a `secret`")
        return self


class Step(_Model):
    """One step; exactly one of VERBS. `of` is what a picture shows, instead of the whole window, and `height` how many
    pixels of it from the top."""

    goto: Name | None = None
    see: Target | None = None
    click: Target | None = None
    fill: Fill | None = None
    annotate: Target | None = None
    mask: Target | None = None
    shot: Slug | None = None
    of: Target | None = None
    height: Annotated[int, Field(ge=60, le=3000)] | None = None

    @model_validator(mode="after")
    def _one_verb(self) -> Self:
        said = [verb for verb in VERBS if getattr(self, verb) is not None]
        if len(said) != 1:
            words = f"does {' and '.join(said)}" if said else "does nothing"
            raise ValueError(f"{words}: a step is one of {', '.join(VERBS)}")
        if self.shot is None and (self.of or self.height):
            raise ValueError("has 'of' or 'height', which belong to a shot")
        return self

    @property
    def verb(self) -> str:
        """What it does, one of VERBS."""
        return next(verb for verb in VERBS if getattr(self, verb) is not None)


class _File(_Model):
    """What may stand in the file."""

    product: Name | None = None
    person: Name | None = None
    width: Annotated[int, Field(ge=320, le=1920)] = 760
    height: Annotated[int, Field(ge=320, le=1600)] = 640
    dark: bool = True
    clock: datetime | None = None
    time_zone: Name = "UTC"
    language: Name = "en-GB"
    steps: Annotated[list[Step], Field(min_length=1)]

    @field_validator("product")
    @classmethod
    def _address(cls, given: str | None) -> str | None:
        if given not in (None, PORTAL) and not ADDRESS.fullmatch(given):
            raise ValueError(f"{given!r} is no address: write https://app.example.com/, or '{PORTAL}' for this portal")
        return given

    @model_validator(mode="after")
    def _fits(self) -> Self:
        if self.person and self.product != PORTAL:
            raise ValueError(
                "'person' is one of the demo's people, and this product is not the portal: sign in by steps"
            )
        if self.steps[0].goto is None:
            raise ValueError("the first step has to be a goto, which opens a page")
        names = [step.shot for step in self.steps if step.shot]
        if twice := sorted({name for name in names if names.count(name) > 1}):
            raise ValueError(f"two shots are named '{twice[0]}': each needs a name of its own")
        return self


@dataclass(frozen=True)
class Walkthrough:
    """A file of steps that was read. `file` is its path from the project's folder, `lines` the line of each step.

    `product` is "portal" for this portal itself, the address of a product, or "" for the one that the command names.
    """

    file: str
    product: str
    person: str
    size: tuple[int, int]
    schemes: tuple[str, ...]
    clock: datetime | None
    time_zone: str
    language: str
    steps: tuple[Step, ...]
    lines: tuple[int, ...]

    @property
    def article(self) -> str:
        """The file of the article beside it."""
        return self.file.removesuffix(ENDING) + ".md"

    @property
    def facts(self) -> str:
        """The file in which the elements of its pictures are kept."""
        return self.file.removesuffix(ENDING) + FACTS

    @property
    def is_of_portal(self) -> bool:
        """Whether it walks through this portal itself."""
        return self.product == PORTAL

    @property
    def pictures(self) -> list[str]:
        """The files of all its pictures."""
        return [self.picture(step.shot, scheme) for step in self.steps if step.shot for scheme in self.schemes]

    def picture(self, shot: str, scheme: str) -> str:
        """The file of a picture; that in dark has `.dark` before its ending."""
        path = PurePosixPath(self.file)
        ending = ".dark.webp" if scheme == "dark" else ".webp"
        return str(path.parent / FOLDER / f"{path.name.removesuffix(ENDING)}-{shot}{ending}")


def parse(text: str, file: str) -> Walkthrough:
    """The walkthrough in a file's text; raises ContentError, or ContentErrors for several mistakes."""
    data, lines = mistakes.loaded(text, file, typed=False)
    if not isinstance(data, dict):
        raise ContentError(file, 1, "has no 'steps:'. Write the steps as a list under that key.")
    try:
        read = _File.model_validate(data)
    except ValidationError as error:
        found = fields.sentences(error, _File, file, lambda place: yaml_lines.nearest(lines, place))
        raise found[0] if len(found) == 1 else ContentErrors(found) from error
    return Walkthrough(
        file,
        read.product or "",
        read.person or "",
        (read.width, read.height),
        ("light", "dark") if read.dark else ("light",),
        read.clock,
        read.time_zone,
        read.language,
        tuple(read.steps),
        tuple(lines[("steps", number)] for number in range(len(read.steps))),
    )
