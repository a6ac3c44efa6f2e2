"""`freshness/ignore.yml`: what the scan should not report, each with a reason and a day on which that ends."""

from datetime import date
from pathlib import Path
from typing import Annotated

import yaml
from pydantic import BaseModel, ConfigDict, StringConstraints, TypeAdapter, ValidationError

from scripts.freshness.errors import FreshnessError

Text = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1)]


class Ignored(BaseModel):
    """A name that is right although the product does not have it."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    name: Text
    reason: Text
    until: date | None = None


def read(file: Path, today: date) -> tuple[list[str], list[str]]:
    """The names to ignore today, and those whose day has come; raises FreshnessError."""
    if not file.is_file():
        return [], []
    try:
        found = TypeAdapter(list[Ignored]).validate_python(yaml.safe_load(file.read_text("utf-8")) or [])
    except (yaml.YAMLError, ValidationError) as error:
        form = "- {name: OLD_SETTING, reason: lives in another product, until: 2027-01-31}"
        raise FreshnessError(f"{file} is not a list of entries such as\n{form}\n{error}") from error
    over = [one.name for one in found if one.until and one.until < today]
    return [one.name for one in found if one.name not in over], over
