"""Untrusted JSON: each field is read as its expected type, and is empty when it has another."""

import json
from collections.abc import Iterator, Mapping
from typing import Any, Self

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

    def denies(self, *path: str) -> bool:
        """Whether it says no: `false`, and nothing like it."""
        return at(self._data, path) is False

    def row(self, *path: str) -> Self:
        return type(self)(at(self._data, path))

    def rows(self, *path: str) -> list[Self]:
        """The objects of a list."""
        found = at(self._data, path)
        return [type(self)(one) for one in found if isinstance(one, dict)] if isinstance(found, list) else []

    def has_list(self, *path: str) -> bool:
        """Whether there is a list, which may be empty."""
        return isinstance(at(self._data, path), list)

    def texts(self, *path: str) -> list[str]:
        """The texts of a list."""
        found = at(self._data, path)
        return [one for one in found if isinstance(one, str)] if isinstance(found, list) else []


def at(data: object, path: tuple[str, ...]) -> Any:
    """The value at a path of names, or None."""
    found: Any = data
    for part in path:
        found = found.get(part) if isinstance(found, Mapping) else None
    return found


def parsed(content: bytes) -> Any:
    """JSON, None for an empty body; ValueError for anything else."""
    try:
        return json.loads(content) if content.strip() else None
    except RecursionError as error:
        raise ValueError("too deep") from error
