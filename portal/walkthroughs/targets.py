"""How a step names an element: as a person would, by its kind and its name, its label, or its text."""

import re
from typing import Annotated, Any, Self

from pydantic import BaseModel, ConfigDict, StringConstraints, model_validator

# What people call it -> the ARIA role by which it is found. A box is what is around a heading: a card, a list's item.
ROLES = {
    "button": "button",
    "link": "link",
    "heading": "heading",
    "checkbox": "checkbox",
    "radio": "radio",
    "switch": "switch",
    "tab": "tab",
    "menu_item": "menuitem",
    "option": "option",
    "dialog": "dialog",
    "region": "region",
    "navigation": "navigation",
    "form": "form",
    "group": "group",
    "table": "table",
    "row": "row",
    "cell": "cell",
    "picture": "img",
    "box": "heading",
}
# Found in other ways than by a role.
OTHERS = ("label", "text", "testid", "css")
WORDS = (*ROLES, *OTHERS)
# What stays the same when the words on the screen change; so a new name cannot be read off it.
UNNAMED = frozenset({"testid", "css"})

Name = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=300)]


class Target(BaseModel):
    """An element of a page: one of WORDS with its name, perhaps within another. `*` in a name is any text; `first`
    takes the first of several that are alike, such as the rows of a list."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    button: Name | None = None
    link: Name | None = None
    heading: Name | None = None
    checkbox: Name | None = None
    radio: Name | None = None
    switch: Name | None = None
    tab: Name | None = None
    menu_item: Name | None = None
    option: Name | None = None
    dialog: Name | None = None
    region: Name | None = None
    navigation: Name | None = None
    form: Name | None = None
    group: Name | None = None
    table: Name | None = None
    row: Name | None = None
    cell: Name | None = None
    picture: Name | None = None
    box: Name | None = None
    label: Name | None = None
    text: Name | None = None
    testid: Name | None = None
    css: Name | None = None
    within: "Target | None" = None
    first: bool = False

    @model_validator(mode="before")
    @classmethod
    def _text(cls, given: Any) -> Any:
        """A bare text is the text on the page."""
        return {"text": given} if isinstance(given, str) else given

    @model_validator(mode="after")
    def _named_once(self) -> Self:
        named = [word for word in WORDS if getattr(self, word) is not None]
        if len(named) != 1:
            said = f"says {' and '.join(named)}" if named else "says no kind"
            raise ValueError(f"{said}: name the element once, such as {{button: Save}}; the kinds: {', '.join(WORDS)}")
        return self

    @property
    def word(self) -> str:
        """Its kind, one of WORDS."""
        return next(word for word in WORDS if getattr(self, word) is not None)

    @property
    def name(self) -> str:
        """Its name, as the step says it."""
        return str(getattr(self, self.word))

    @property
    def is_exact(self) -> bool:
        """Whether the name is the whole name, without a `*`."""
        return self.word in UNNAMED or "*" not in self.name

    @property
    def pattern(self) -> re.Pattern[str]:
        """The name as a pattern of the whole name."""
        parts = (re.escape(part.strip()) for part in self.name.split("*"))
        return re.compile(r"^\s*" + r"\s*.*?\s*".join(parts) + r"\s*$", re.DOTALL)

    def __str__(self) -> str:
        """As people read it: `button "Save" in region "Card"`."""
        found = f'{self.word.replace("_", " ")} "{self.name}"'
        return f"{found} in {self.within}" if self.within else found
