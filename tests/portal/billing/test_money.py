"""Money as people write it: the same as Babel writes it, without Babel."""

from decimal import Decimal

import pytest
from babel.numbers import format_currency, parse_pattern
from hypothesis import given
from hypothesis import strategies as st

from portal.billing import Money
from portal.billing.currencies import digits
from portal.billing.locales import LOCALES
from portal.billing.money import locale_of, written
from scripts.billing import __main__ as command
from scripts.billing import money as money_table

CURRENCIES = ("EUR", "USD", "GBP", "CHF", "INR", "JPY", "ISK", "XAF", "CLP", "KWD", "BHD", "TND", "ALL", "ZZZ")


@pytest.mark.parametrize(
    ("minor", "currency", "locale", "text"),
    [
        (123456, "EUR", "en", "€1,234.56"),
        (123456, "EUR", "de", "1.234,56 €"),
        (-123456, "USD", "en", "-$1,234.56"),
        (-5, "EUR", "sv", "\u22120,05 €"),
        (1234567, "JPY", "en", "¥1,234,567"),
        (1234567, "KWD", "en", "KWD 1,234.567"),
        (1234567890, "INR", "hi", "₹1,23,45,678.90"),
        (100000, "CHF", "de-CH", "CHF 1’000.00"),
        (1050, "ALL", "en", "ALL 10.50"),
        (0, "EUR", "fr", "0,00 €"),
        (7, "XPF", "nowhere", "CFPF 7"),
    ],
)
def test_an_amount_is_written_as_its_locale_writes_it(minor: int, currency: str, locale: str, text: str):
    assert written(Money(minor, currency), locale).replace("\u00a0", " ").replace("\u202f", " ") == text


@given(
    minor=st.integers(-(10**12), 10**12), currency=st.sampled_from(CURRENCIES), name=st.sampled_from(sorted(LOCALES))
)
def test_every_locale_writes_as_babel_does_but_for_what_babel_leaves_out(minor: int, currency: str, name: str):
    """Babel puts no space beside a sign of letters, and writes every minus as a hyphen."""
    locale = money_table.babel(name)
    pattern = parse_pattern(locale.currency_formats["standard"].pattern)
    pattern.frac_prec = (digits(currency), digits(currency))
    amount = Decimal(minor).scaleb(-digits(currency))
    expected = pattern.apply(amount, locale, currency=currency, currency_digits=False)

    assert plain(written(Money(minor, currency), name)) == plain(expected)


def plain(text: str) -> str:
    return text.replace("\u00a0", "").replace("\u2212", "-").replace("\u200e", "")


def test_the_table_is_what_babel_knows_now():
    assert command.main(["money", "--check"]) == 0


def test_an_ordinary_amount_is_what_babel_says_itself():
    assert written(Money(99999, "EUR"), "nl") == format_currency(Decimal("999.99"), "EUR", locale="nl")


@pytest.mark.parametrize(
    ("wishes", "found"),
    [
        (("de-CH",), "de-CH"),
        (("de_AT",), "de-AT"),
        (("de-LI",), "de"),
        (("", "fr-CA,fr;q=0.8,en;q=0.5"), "fr-CA"),
        (("tlh", "xx,yy;q=0.9,nl;q=0.1"), "nl"),
        (("", ""), "en"),
        (("x" * 5000, ",,,;;;"), "en"),
        (("\x00", "EN-gb"), "en-GB"),
    ],
    ids=str,
)
def test_the_first_known_locale_is_taken(wishes: tuple[str, ...], found: str):
    assert locale_of(*wishes) == found


@given(st.lists(st.text(max_size=60), max_size=3))
def test_any_wish_ends_with_a_locale_that_we_know(wishes: list[str]):
    assert locale_of(*wishes) in LOCALES
