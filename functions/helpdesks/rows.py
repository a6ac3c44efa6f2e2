"""Untrusted JSON: each field is read as its expected type, and is empty when it has another."""

from typing import Any

from functions.foreign import rows
from functions.foreign.rows import at, parsed
from functions.helpdesks.words import milliseconds
from portal.tickets import Attachment

# The year 9999.
MOST_SECONDS = 253_402_300_800
__all__ = ["Row", "at", "is_ref", "parsed"]


class Row(rows.Row):
    """One object of a help desk's, empty for any other JSON; fields are read by a path of names."""

    def ref(self, *path: str) -> str:
        """An id, which is a number or its digits; it becomes a part of addresses."""
        found = str(self.number(*path) or "") or self.text(*path)
        return found if is_ref(found) else ""

    def value(self, *path: str) -> Any:
        """What is there, for nobody but the vendor itself."""
        return at(self._data, path)

    def time(self, *path: str) -> int:
        """An ISO 8601 time as unix milliseconds."""
        return milliseconds(self.text(*path))

    def moment(self, *path: str) -> int:
        """A time in unix seconds, whole or not, as unix milliseconds; 0 for anything else."""
        found = at(self._data, path)
        is_time = type(found) in {int, float} and 0 < found < MOST_SECONDS
        return int(found * 1000) if is_time else 0

    def attachment(self, name: str, kind: str, size: str) -> Attachment:
        """A file, from the names of the fields that describe it."""
        return Attachment(self.text(name), self.text(kind), self.number(size) or 0)


def is_ref(value: str) -> bool:
    """Whether this can be a vendor's number for something; digits of other scripts are refused."""
    return value.isascii() and value.isdecimal() and len(value) < 20
