"""portal/billing/locales.py, made from Babel's copy of CLDR.

Babel in a function would cost a sixth of the billing page's CPU at a cold start, and 33 MB.
"""

from pathlib import Path

from babel import Locale

FILE = Path(__file__).parents[2] / "portal" / "billing" / "locales.py"
NAMES = (
    *("en", "en-AU", "en-CA", "en-GB", "en-IE", "en-IN", "en-NZ", "en-ZA", "ar", "bg", "cs", "da", "de", "de-AT"),
    *("de-CH", "el", "es", "es-MX", "et", "fi", "fil", "fr", "fr-CA", "fr-CH", "he", "hi", "hr", "hu", "id", "is"),
    *("it", "it-CH", "ja", "ko", "lt", "lv", "ms", "nb", "nl", "nn", "pl", "pt", "pt-PT", "ro", "ru", "sk", "sl"),
    *("sr", "sv", "th", "tr", "uk", "vi", "zh", "zh-HK", "zh-TW"),
)
# Babel's names of those that are written in another script there.
SCRIPTS = {"zh-HK": "zh_Hant_HK", "zh-TW": "zh_Hant_TW"}
HEAD = '''\
"""How each locale writes an amount of money, from Unicode's CLDR; written by `python -m scripts.billing money`.

Locale -> decimal point, sign between groups, pattern of an amount and of a negative one (# is the number, ¤ the
currency's sign), sizes of the last group and of the others, and signs of currencies.
"""

# ruff: noqa: E501
# fmt: off
LOCALES: dict[str, tuple[str, str, str, str, tuple[int, int], dict[str, str]]] = {
'''


def table() -> str:
    """The whole module."""
    return HEAD + "".join(f"    {name!r}: {_row(babel(name))!r},\n" for name in NAMES) + "}\n"


def babel(name: str) -> Locale:
    """Babel's locale of one of our names."""
    return Locale.parse(SCRIPTS.get(name, name.replace("-", "_")))


def _row(locale: Locale) -> tuple[str, str, str, str, tuple[int, int], dict[str, str]]:
    signs = locale.number_symbols["latn"]
    pattern = locale.currency_formats["standard"]
    positive, negative = (f"{pattern.prefix[place]}#{pattern.suffix[place]}" for place in (0, 1))
    sizes = pattern.grouping
    currencies = {code: sign for code, sign in locale.currency_symbols.items() if sign != code and len(code) == 3}
    return (
        signs["decimal"],
        signs["group"],
        positive,
        negative.replace("-", signs["minusSign"]),
        (sizes[0], sizes[1]),
        dict(sorted(currencies.items())),
    )
