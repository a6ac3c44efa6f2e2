"""How many digits a currency has after the point, and amounts that billing systems write in major units."""

from decimal import ROUND_HALF_UP, Decimal

from portal.billing import Money

# ISO 4217: the currencies with none, three and four; every other has two.
NONE = {"BIF", "CLP", "DJF", "GNF", "ISK", "JPY", "KMF", "KRW", "PYG", "RWF", "UGX", "UYI", "VND", "VUV"}
NONE |= {"XAF", "XOF", "XPF"}
THREE = {"BHD", "IQD", "JOD", "KWD", "LYD", "OMR", "TND"}
FOUR = {"CLF", "UYW"}
DIGITS = dict.fromkeys(NONE, 0) | dict.fromkeys(THREE, 3) | dict.fromkeys(FOUR, 4)


def digits(currency: str) -> int:
    """How many digits the smallest unit of a currency is after the point."""
    return DIGITS.get(currency, 2)


def from_major(amount: Decimal | int, currency: str) -> Money:
    """An amount in major units, as it stands in JSON (19.99), as Money; half a unit is rounded away from zero."""
    minor = Decimal(amount).scaleb(digits(currency))
    return Money(int(minor.quantize(Decimal(1), ROUND_HALF_UP)), currency)
