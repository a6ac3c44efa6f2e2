"""`covers` in an article's front matter: what of the product the article describes."""

import re
from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, model_validator

COVERS = "a list such as [/my/billing/, web/billing/**], or groups named paths, ui, routes, settings and api"
CALL = r"^(GET|POST|PUT|PATCH|DELETE|HEAD|OPTIONS) +/\S*$"
SETTING = re.compile(r"^[A-Z][A-Z0-9]*(_[A-Z0-9]+)+$")

Text = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1)]
Route = Annotated[str, StringConstraints(strip_whitespace=True, pattern=r"^/\S*$")]
Call = Annotated[str, StringConstraints(strip_whitespace=True, pattern=CALL)]


class Covers(BaseModel):
    """What an article describes, by kind."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    paths: tuple[Text, ...] = Field(default=(), description="a list of globs of the product's files: web/billing/**")
    ui: tuple[Text, ...] = Field(default=(), description="a list of labels on the screen: Settings → Billing")
    routes: tuple[Route, ...] = Field(default=(), description="a list of paths such as /settings/billing")
    settings: tuple[Text, ...] = Field(default=(), description="a list of settings such as INVOICE_GRACE_DAYS")
    api: tuple[Call, ...] = Field(default=(), description="a list of methods and paths: GET /v1/invoices")

    @model_validator(mode="before")
    @classmethod
    def _grouped(cls, data: Any) -> Any:
        """A list without groups, sorted into them by the form of each entry."""
        if not isinstance(data, list):
            return data
        groups: dict[str, list[Any]] = {}
        for one in data:
            groups.setdefault(kind_of(one) if isinstance(one, str) else "ui", []).append(one)
        return groups


def kind_of(text: str) -> str:
    """The kind of an entry, by its form."""
    text = text.strip()
    if re.match(CALL, text):
        return "api"
    if text.startswith("/") and "*" not in text and " " not in text:
        return "routes"
    if SETTING.match(text):
        return "settings"
    return "paths" if "*" in text or ("/" in text and " " not in text) else "ui"


def expected_at(name: str) -> str:
    """What is expected at `covers.GROUP`; "" elsewhere."""
    covers, _, group = name.partition(".")
    field = Covers.model_fields.get(group) if covers == "covers" else None
    return field.description or "" if field else ""
