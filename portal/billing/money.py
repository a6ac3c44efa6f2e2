"""Money as a customer reads it: their currency's digits, their locale's signs."""

from portal.billing import Money
from portal.billing.currencies import digits
from portal.billing.locales import LOCALES

DEFAULT = "en"
NO_BREAK = "\u00a0"


def written(money: Money, locale: str = DEFAULT) -> str:
    """The amount with its currency as the locale writes it, e.g. `1.234,50 €`; the plain code for a currency that the
    locale has no sign for."""
    point, group, positive, negative, sizes, signs = LOCALES.get(locale) or LOCALES[DEFAULT]
    whole, part = divmod(abs(money.minor), 10 ** digits(money.currency))
    number = _grouped(str(whole), group, sizes)
    if digits(money.currency):
        number += f"{point}{part:0{digits(money.currency)}}"
    sign = signs.get(money.currency, money.currency)
    before, _, after = (negative if money.minor < 0 else positive).partition("#")
    before, after = before.replace("¤", sign), after.replace("¤", sign)
    # A sign that ends in a letter does not touch the number (CLDR's currency spacing).
    gap_before = NO_BREAK if before[-1:].isalpha() else ""
    gap_after = NO_BREAK if after[:1].isalpha() else ""
    return f"{before}{gap_before}{number}{gap_after}{after}"


def locale_of(*wishes: str) -> str:
    """The first locale that we know of these: tags such as `de-CH`, or a whole Accept-Language header in the order
    that browsers write; English otherwise."""
    for wish in wishes:
        for part in wish.split(",")[:10]:
            tag = part.partition(";")[0].strip().replace("_", "-")[:35]
            for candidate in (tag.lower(), tag.partition("-")[0].lower()):
                if candidate in BY_TAG:
                    return BY_TAG[candidate]
    return DEFAULT


BY_TAG = {name.lower(): name for name in LOCALES}


def _grouped(whole: str, group: str, sizes: tuple[int, int]) -> str:
    """The digits in groups: the last of `sizes[0]`, the others of `sizes[1]` (India counts in hundreds there)."""
    last, other = sizes
    head, groups = whole[:-last], [whole[-last:]]
    while head:
        head, one = head[:-other], head[-other:]
        groups.insert(0, one)
    return group.join(groups)
