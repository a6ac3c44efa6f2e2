"""Customers who pay, by month."""

from datetime import UTC, date, datetime
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from portal.billing import active
from portal.billing.active import Told
from portal.errors import ContentError

DECEMBER = date(2026, 12, 3)


def at(day: str) -> int:
    return int(datetime.fromisoformat(day).replace(tzinfo=UTC).timestamp() * 1000)


def told(*rows: tuple[str, str, str, str]) -> list[Told]:
    return [Told(subscription, customer, state, at(day)) for subscription, customer, state, day in rows]


def test_a_customer_counts_in_each_month_in_which_one_of_their_subscriptions_was_not_over():
    rows = told(
        ("s1", "acme", "active", "2026-08-31"),
        ("s1", "acme", "ended", "2026-10-15"),
        ("s2", "acme", "active", "2026-10-01"),
        ("s3", "bolt", "trial", "2026-11-30T23:59:59"),
    )

    assert active.months(rows, DECEMBER, whole=True) == {
        "2026-08": 1, "2026-09": 1, "2026-10": 1, "2026-11": 2, "2026-12": 2,
    }  # fmt: skip


def test_the_month_in_which_events_began_is_not_counted_since_it_is_not_whole():
    assert list(active.months(told(("s", "acme", "active", "2026-10-20")), DECEMBER)) == ["2026-11", "2026-12"]


def test_one_that_ended_with_the_month_before_does_not_count():
    rows = told(("s", "acme", "active", "2026-09-01"), ("s", "acme", "ended", "2026-11-01"))

    assert active.months(rows, DECEMBER, whole=True) == {"2026-09": 1, "2026-10": 1, "2026-11": 0, "2026-12": 0}


def test_nothing_told_is_no_month_and_not_a_month_of_nobody():
    assert active.months([], DECEMBER) == {}


@given(st.permutations(range(6)))
def test_the_order_in_which_events_come_changes_nothing(order: list[int]):
    rows = told(
        ("s1", "acme", "active", "2026-08-31"), ("s1", "acme", "ended", "2026-10-15"),
        ("s1", "acme", "active", "2026-11-02"), ("s2", "bolt", "paused", "2026-09-09"),
        ("s2", "bolt", "past_due", "2026-09-10"), ("s2", "bolt", "ended", "2026-09-11"),
    )  # fmt: skip

    assert active.months([rows[number] for number in order], DECEMBER) == active.months(rows, DECEMBER)


def csv_of(tmp_path: Path, text: str) -> Path:
    file = tmp_path / "subscriptions.csv"
    file.write_text(text, "utf-8-sig")
    return file


def test_a_list_of_subscriptions_is_read(tmp_path: Path):
    file = csv_of(tmp_path, "customer,started,ended,note\nacme,2026-10-05,2026-10-20,x\nbolt,2026-11-01T08:00:00Z,,\n")

    assert active.months(active.read(file), DECEMBER, whole=True) == {"2026-10": 1, "2026-11": 1, "2026-12": 1}


@pytest.mark.parametrize(
    ("text", "line", "says"),
    [
        ("", 1, "the first line must be"),
        ("customer,started\n", 1, "the first line must be"),
        ("customer,started,ended\n,2026-10-05,\n", 2, "customer is empty"),
        ("customer,started,ended\nacme,,\n", 2, "started is empty"),
        ("customer,started,ended\nacme,2026-10-05,\nbolt,05.10.2026,\n", 3, "is not a day like"),
        ("customer,started,ended\nacme,2026-10-05,soon\n", 2, "ended 'soon' is not a day"),
    ],
)
def test_a_wrong_line_is_named(tmp_path: Path, text: str, line: int, says: str):
    with pytest.raises(ContentError, match=says) as raised:
        active.read(csv_of(tmp_path, text))

    assert raised.value.line == line
