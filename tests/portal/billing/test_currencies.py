"""Amounts in major units."""

from decimal import Decimal

import pytest

from portal.billing import Money
from portal.billing.currencies import from_major


@pytest.mark.parametrize(
    ("amount", "currency", "minor"),
    [(Decimal("19.99"), "EUR", 1999), (-5, "EUR", -500), (Decimal("0.0005"), "KWD", 1), (Decimal("1200"), "JPY", 1200)],
)
def test_an_amount_in_major_units_keeps_its_value(amount: Decimal | int, currency: str, minor: int):
    assert from_major(amount, currency) == Money(minor, currency)
