"""The cost sheet: work from traffic by measured figures, money by a host's prices."""

from dataclasses import fields, replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scripts.cost import Figures, Prices, Traffic, Work, prices, work
from scripts.cost import __main__ as command
from scripts.cost.measure import measured

FIGURES = Figures(60_000, 5_000, 50_000, 0.5, 1.0, 2.0, 1.0, 1.0, 300, 3_000)
TRAFFIC = Traffic(views=300_000, tickets=1_000)
PRICES = Prices("A host", "May 2026", "its page", month=5, gb_out=0.1, million_calls=1, second=0.001, gb_stored=2)


def test_a_month_worked_out_by_hand():
    done = work(TRAFFIC, FIGURES)

    # 100,000 visits of three views, half of them with a search.
    assert done.bytes_out == 100_000 * (60_000 + 25_000) + 200_000 * 5_000
    # The status of each view, events in fives, requests, eight pages for each, and a tick a minute.
    assert done.calls == 300_000 + 180_000 + 1_000 + 8_000 + 43_200
    assert done.cpu_seconds == pytest.approx(150 + 180 + 2 + 8 + 43.2)
    assert done.stored == pytest.approx(900_000 * 300 * 400 / 30 + 24 * 1_000 * 3_000)


def test_what_is_free_costs_nothing_and_the_rest_by_the_unit():
    done = Work(bytes_out=12e9, calls=3e6, cpu_seconds=100, stored=1.5e9)

    assert PRICES.cost(done) == pytest.approx(5 + 1.2 + 3 + 0.5 + 4)
    free = replace(PRICES, free_gb_out=100, free_calls=5e6, free_seconds=1e6)
    assert free.cost(done) == pytest.approx(5 + 4)


@given(st.integers(0, 10**9), st.integers(0, 10**6), st.floats(0, 1))
def test_more_traffic_never_costs_less_and_a_cache_never_more(views: int, tickets: int, cached: float):
    less, more = Traffic(views, tickets, cached=cached), Traffic(views + 1000, tickets + 10, cached=cached)
    without = replace(less, cached=0)

    assert PRICES.cost(work(less, FIGURES)) <= PRICES.cost(work(more, FIGURES))
    assert PRICES.cost(work(less, FIGURES)) <= PRICES.cost(work(without, FIGURES))


@pytest.mark.parametrize(
    ("row", "says"),
    [
        ({"month": 5.0}, "Mine has no seen and no source: prices without a day and a page are guesses."),
        ({"seen": "today", "source": "a page", "gb": 1.0}, "Mine has gb; known are: currency, free_calls"),
    ],
)
def test_prices_without_a_day_or_with_an_unknown_word_are_refused(row: dict[str, object], says: str):
    with pytest.raises(ValueError, match=says):
        prices("Mine", row)


def test_the_command_prints_work_and_each_hosts_price_with_its_day(tmp_path: Path, capsys: pytest.CaptureFixture[str]):
    (tmp_path / "mine.toml").write_text(
        '["My host"]\nseen = "1 May 2026"\nsource = "its page"\nmonth = 12.5\ncurrency = "EUR"\n'
    )
    assert command.main(["--views", "10", "--tickets", "0", "--prices", str(tmp_path / "mine.toml")]) == 0

    out = capsys.readouterr().out
    assert "My host: 12.50 EUR a month (1 May 2026, its page)" in out
    assert "functions with 1 minute of CPU" in out
    assert "Database: 0.0 GB of PostgreSQL after 400 days, in none of these prices" in out
    assert command.main(["--prices", str(tmp_path / "none.toml")]) == 2
    assert "none.toml" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (["--cached", "5"], "--cached 5 is a share: write 0 to 1"),
        (["--cached", "-0.1"], "--cached -0.1 is a share"),
        (["--views", "-1"], "--views, --tickets and --events cannot be less than 0"),
        (["--views-per-visit", "0"], "--views-per-visit 0 is less than the one view of a visit"),
    ],
)
def test_traffic_that_there_cannot_be_is_refused(capsys: pytest.CaptureFixture[str], arguments: list[str], says: str):
    assert command.main(arguments) == 2
    assert says in capsys.readouterr().err


@pytest.mark.parametrize(("seconds", "says"), [(43, "1 minute"), (7199, "120 minutes"), (7200, "2 hours")])
def test_little_work_is_given_in_minutes(seconds: float, says: str):
    assert command._time(seconds) == says


def test_every_figure_of_the_functions_is_measured():
    found = measured(calls=10, rounds=1)

    assert set(found) == {
        field.name for field in fields(Figures) if not field.name.endswith(("view_bytes", "search_bytes"))
    }
    assert all(value > 0 for value in found.values())
