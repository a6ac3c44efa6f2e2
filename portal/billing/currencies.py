"""Amounts that billing systems write in major units (19.99)."""

from decimal import ROUND_HALF_UP, Decimal

from portal.billing import Money
from portal.billing.money import digits


def from_major(amount: Decimal | int, currency: str) -> Money:
    """An amount in major units, as it stands in JSON (19.99), as Money; half a unit is rounded away from zero."""
    minor = Decimal(amount).scaleb(digits(currency))
    return Money(int(minor.quantize(Decimal(1), ROUND_HALF_UP)), currency)
