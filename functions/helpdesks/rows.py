"""Untrusted JSON: each field is read as its expected type, and is empty when it has another."""

import json
from collections.abc import Iterator, Mapping
from typing import Any

from functions.helpdesks.words import milliseconds
from portal.tickets import Attachment

# What a database can hold.
MOST = 2**63 - 1


class Row:
    """One object, empty for any other JSON; fields are read by a path of names."""

    def __init__(self, data: object) -> None:
        self._data: Mapping[str, Any] = data if isinstance(data, dict) else {}

    def __iter__(self) -> Iterator[str]:
        return iter(self._data)

    def text(self, *path: str) -> str:
        """Without what no page and no database can hold: NUL, and halves of characters."""
        found = at(self._data, path)
        return found.encode("utf-8", "ignore").decode().replace("\0", "") if isinstance(found, str) else ""

    def number(self, *path: str) -> int | None:
        """A whole number; to Python `true` would be one."""
        found = at(self._data, path)
        return found if type(found) is int and abs(found) <= MOST else None

    def flag(self, *path: str) -> bool:
        """Whether it says yes: `true`, and nothing like it."""
        return at(self._data, path) is True

    def ref(self, *path: str) -> str:
        """An id, which is a number or its digits; it becomes a part of addresses."""
        found = str(self.number(*path) or "") or self.text(*path)
        return found if is_ref(found) else ""

    def time(self, *path: str) -> int:
        """An ISO 8601 time as unix milliseconds."""
        return milliseconds(self.text(*path))

    def row(self, *path: str) -> "Row":
        return Row(at(self._data, path))

    def rows(self, *path: str) -> "list[Row]":
        """The objects of a list."""
        found = at(self._data, path)
        return [Row(one) for one in found if isinstance(one, dict)] if isinstance(found, list) else []

    def attachment(self, name: str, kind: str, size: str) -> Attachment:
        """A file, from the names of the fields that describe it."""
        return Attachment(self.text(name), self.text(kind), self.number(size) or 0)


def at(data: object, path: tuple[str, ...]) -> Any:
    """The value at a path of names, or None."""
    found: Any = data
    for part in path:
        found = found.get(part) if isinstance(found, Mapping) else None
    return found


def is_ref(value: str) -> bool:
    """Whether this can be a vendor's number for something; digits of other scripts are refused."""
    return value.isascii() and value.isdecimal() and len(value) < 20


def parsed(content: bytes) -> Any:
    """JSON, None for an empty body; ValueError for anything else."""
    try:
        return json.loads(content) if content.strip() else None
    except RecursionError as error:
        raise ValueError("too deep") from error
