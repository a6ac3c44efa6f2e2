"""How the price of a change is made up, to the cent, whatever a billing system names of it."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from portal.billing import Charge, Line, Money, Preview

AMOUNTS = st.integers(-(10**9), 10**9)


def euros(minor: int) -> Money:
    return Money(minor, "EUR")


@given(
    today=AMOUNTS,
    lines=st.lists(AMOUNTS, max_size=4),
    tax=st.none() | st.integers(0, 10**6),
    credit=st.none() | AMOUNTS,
)
def test_the_lines_add_up_to_what_is_paid_today(today: int, lines: list[int], tax: int | None, credit: int | None):
    preview = Preview(
        euros(today),
        lines=tuple(Line("line", euros(amount)) for amount in lines),
        tax=None if tax is None else euros(tax),
        credit=None if credit is None else euros(credit),
    )

    assert sum(line.amount.minor for line in preview.made_up) == preview.to_pay.minor
    assert preview.to_pay.minor - preview.given.minor == today
    assert all(line.amount.minor and line.text for line in preview.made_up)


@pytest.mark.parametrize(
    ("preview", "rows"),
    [
        (Preview(euros(0)), []),
        (Preview(euros(500)), [("This change", 500)]),
        (Preview(euros(-300)), [("This change", -300), ("Added to your credit", 300)]),
        (
            Preview(euros(90), lines=(Line("Two seats", euros(100)),), tax=euros(19), credit=euros(29)),
            [("Two seats", 100), ("Tax", 19), ("Paid with your credit", -29)],
        ),
        (
            Preview(euros(80), lines=(Line("Two seats", euros(100)),)),
            [("Two seats", 100), ("Discounts and other amounts", -20)],
        ),
        (
            Preview(euros(150), lines=(Line("Two seats", euros(100)),), credit=euros(-50)),
            [("Two seats", 100), ("Left to pay from earlier", 50)],
        ),
    ],
)
def test_each_part_of_a_price_has_a_line_of_its_own(preview: Preview, rows: list[tuple[str, int]]):
    assert [(line.text, line.amount.minor) for line in preview.made_up] == rows


def test_a_period_costs_what_is_charged_and_what_credit_pays():
    assert Charge(euros(70), 0, euros(30)).whole == euros(100)
    assert Charge(euros(70), 0, euros(-30)).whole == euros(40)
    assert Charge(euros(70), 0).whole == euros(70)
