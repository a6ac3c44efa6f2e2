"""Amounts of Recurly: numbers in major units, read as they are written and never as floats."""

import json
from decimal import Decimal

from functions.foreign.rows import Row, at
from portal.billing import Money
from portal.billing.currencies import from_major

# More than any bill has, and less than takes long to work with.
MOST_DIGITS = 15


class Exact(Row):
    """A row whose numbers keep every digit."""

    def money(self, currency: str, *path: str) -> Money | None:
        found = at(self._data, path)
        if type(found) not in (int, Decimal) or Decimal(found).adjusted() >= MOST_DIGITS:
            return None
        return from_major(found, currency)

    def share(self, *path: str) -> Decimal | None:
        """A rate such as 0.19: 0 without one, None for what no rate can be."""
        found = at(self._data, path)
        if found is None:
            return Decimal(0)
        rate = Decimal(found) if type(found) in (int, Decimal) else Decimal(-1)
        return rate if 0 <= rate <= 10 and len(rate.as_tuple().digits) <= MOST_DIGITS else None


def exact(content: bytes) -> Exact:
    """The JSON object of an answer."""
    return Exact(json.loads(content, parse_float=Decimal) if content.strip() else None)
