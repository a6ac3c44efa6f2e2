"""A component's days: samples and incidents become figures in a file, and files become bars."""

import time
from dataclasses import replace
from datetime import UTC, date, datetime
from statistics import quantiles

import pytest
from hypothesis import given
from hypothesis import strategies as st

from portal.status import WEIGHTS, Board, Check, Component, Group, Incident, Maintenance, Page, Update, Uptime
from portal.status import days as status_days
from portal.status.days import KEYS
from portal.status.page import known_share
from portal.status.uptime import DAY

FIRST = int(datetime(2026, 11, 22, tzinfo=UTC).timestamp())
WEB = Component("web", "Web app", start_date="2026-01-05", checks=(Check("https://acme.example/"),))
API = Component("api", "API")
BOARD = Board(Page("acme", "Acme"), (WEB, API))
TODAY = date(2026, 11, 23)


def minutes(*bad: tuple[int, int, str], until: int = 1440) -> list[status_days.Sample]:
    """One sample a minute; `bad` are (first, last, result)."""
    results = {minute: result for first, last, result in bad for minute in range(first, last)}
    return [(FIRST + minute * 60, results.get(minute, "ok"), 100 + minute % 7) for minute in range(until)]


def seconds(one: dict) -> int:
    return sum(one[key] for key in KEYS.values())


def test_a_day_of_checks_is_six_buckets_and_the_times_of_answers():
    one = status_days.day(BOARD, {"web": minutes((600, 630, "fail"), (700, 710, "slow"))}, FIRST, FIRST + DAY)["web"]

    assert (one["maj"], one["deg"], one["op"], one["unk"]) == (1800, 600, DAY - 2400, 0)
    assert (one["n"], one["p50"], one["p95"]) == (1440, 103, 106)
    assert seconds(one) == DAY


def test_a_day_that_is_not_over_is_unknown_from_now_on():
    one = status_days.day(BOARD, {"web": minutes(until=60)}, FIRST, FIRST + 3600)["web"]

    assert (one["op"], one["unk"]) == (3600, DAY - 3600)


def test_what_people_said_counts_for_what_nobody_checks():
    update = Update((FIRST + 400) * 1000, "monitoring", "x", {"api": "degraded_performance"})
    times = {"started_at": (FIRST + 100) * 1000, "resolved_at": (FIRST + 1000) * 1000}
    incident = Incident("i", "API", "resolved", "major", **times, components={"api": "major_outage"}, updates=(update,))
    board = Board(BOARD.page, BOARD.components, incidents=(incident,))
    one = status_days.day(board, {}, FIRST, FIRST + DAY)["api"]

    assert (one["maj"], one["deg"], one["unk"], one["inc"]) == (300, 600, DAY - 900, ["i"])


def test_the_checks_own_incidents_do_not_count_twice_or_longer():
    incident = Incident(
        "i", "Web", "investigating", "critical", FIRST * 1000, None, {"web": "major_outage"}, (), "", "auto"
    )
    board = Board(BOARD.page, BOARD.components, incidents=(incident,))

    assert status_days.day(board, {"web": minutes()}, FIRST, FIRST + DAY)["web"]["op"] == DAY


def test_maintenance_hides_failed_checks():
    work = Maintenance("m", "Work", "completed", (FIRST + 3600) * 1000, (FIRST + 7200) * 1000, ("web",))
    board = Board(BOARD.page, BOARD.components, maintenances=(work,))
    one = status_days.day(board, {"web": minutes((60, 120, "fail"))}, FIRST, FIRST + DAY)["web"]

    assert (one["maint"], one["maj"]) == (3600, 0)


def test_a_component_has_no_days_before_it_began():
    later = Component("new", "New", start_date="2026-11-23")

    assert status_days.day(Board(BOARD.page, (later,)), {}, FIRST, FIRST + DAY) == {}


def one(**buckets: int) -> dict:
    found = dict.fromkeys(KEYS.values(), 0) | buckets
    return {**found, "op": DAY - sum(buckets.values()), "p50": None, "p95": None, "n": 1440, "inc": []}


HISTORY = {
    "2026-11-22": {"web": one(maj=1800)},
    "2026-11-21": {"web": one(maint=DAY)},
    "2026-11-20": {"web": one()},
    "2025-12-31": {"web": one(maj=DAY)},
}


def test_ninety_bars_end_today_and_say_what_the_day_was():
    bars = status_days.bars(WEB, HISTORY | {TODAY.isoformat(): {"web": one(part=61)}}, TODAY)

    assert len(bars) == 90
    assert bars[-1]["day"] == TODAY
    assert [(bar["level"], bar["minutes"]) for bar in bars[-5:]] == [
        ("unknown", 0), ("none", 0), ("maintenance", 0), ("critical", 30), ("major", 2),
    ]  # fmt: skip
    assert status_days.bars(WEB, HISTORY, TODAY)[-1]["level"] == "unknown"


@pytest.mark.parametrize("source", ["manual", "auto", "auto+manual"])
def test_today_so_far_has_the_outage_that_goes_on_and_nothing_of_the_hours_to_come(source: str):
    began, now = FIRST + 3600, FIRST + 3 * 3600
    outage = Incident("i", "Web", "identified", "critical", began * 1000, None, {"web": "major_outage"}, source=source)
    board = replace(BOARD, incidents=(outage,))
    today = status_days.so_far(board, now)

    assert (today["web"]["maj"], today["web"]["unk"], today["web"]["inc"]) == (7200, 3600, ["i"])
    with_it = {"2026-11-21": {"web": one()}, "2026-11-22": today}
    # Two hours of a day and two, since the first hour is not known.
    (_, month), _ = status_days.windows(board, WEB, with_it, date(2026, 11, 22))
    assert month.uptime == "92.30"


def test_the_days_that_count_are_handed_on_with_their_seconds():
    found = status_days.buckets(replace(WEB, start_date="2026-11-21"), HISTORY, TODAY, 30)

    assert found == {"2026-11-21": [0, 0, 0, 0, DAY, 0], "2026-11-22": [DAY - 1800, 0, 0, 1800, 0, 0]}


@pytest.mark.parametrize(
    ("known", "start", "said"),
    [
        ({"2026-11-19": 86_400, "2026-11-20": 86_400, "2026-11-21": 86_400}, "", ""),
        # Today is not over, and the fourth day before it is too long ago.
        ({"2026-11-22": 10, "2026-11-18": 86_400}, "", "less than 1% of the time monitored"),
        ({"2026-11-20": 86_400, "2026-11-21": 86_400}, "", "66% of the time monitored"),
        ({"2026-11-20": 86_400, "2026-11-21": 86_400}, "2026-11-20", ""),
        ({"2026-11-20": 86_400, "2026-11-21": 85_000}, "2026-11-20", ""),
        ({"2026-11-21": 43_200}, "2026-11-21", "50% of the time monitored"),
        ({"2026-11-22": 10}, "2026-11-22", ""),
    ],
)
def test_a_figure_says_how_much_of_its_days_was_monitored(known: dict[str, int], start: str, said: str):
    seconds = {day: [count, 0, 0, 0, 0, 86_400 - count] for day, count in known.items()}

    assert known_share(seconds, 3, start, date(2026, 11, 22)) == said


def test_a_percentage_is_over_known_days_only():
    (thirty, month), (ninety, _) = status_days.windows(BOARD, WEB, HISTORY, TODAY)

    assert (thirty, ninety) == (30, 90)
    assert month.uptime == "98.95"
    assert status_days.share(month.coverage) == "10.00"
    assert status_days.windows(BOARD, API, HISTORY, TODAY)[0][1].uptime is None


@pytest.mark.parametrize(("state", "uptime"), [("maintenance", "100.00"), ("unknown", "100.00")])
def test_a_correction_takes_a_past_span_out_of_the_count(state: str, uptime: str):
    correction = {"component": "web", "from": FIRST, "until": FIRST + 1800, "state": state}
    corrected = status_days.corrected(HISTORY, [correction])

    assert status_days.windows(BOARD, WEB, corrected, TODAY)[0][1].uptime == uptime
    assert seconds(corrected["2026-11-22"]["web"]) == DAY
    assert HISTORY["2026-11-22"]["web"]["maj"] == 1800


def test_windows_weights_and_maintenance_are_counted_as_the_writer_wants():
    rules = Uptime((1, 2), {**WEIGHTS, "major_outage": "0.5"}, exclude_maintenance=False)
    (one, day), (two, days) = status_days.windows(replace(BOARD, uptime=rules), WEB, HISTORY, TODAY)

    assert (one, two) == (1, 2)
    assert day.uptime == "98.95"  # 1800 s, half of each
    assert days.uptime == "99.47"  # the day of maintenance is a day on which it was up


def test_a_group_is_down_when_any_of_its_members_is():
    other = Component("db", "Database", "core", checks=WEB.checks)
    group = Group("core", "Core", "worst")
    board = replace(BOARD, components=(replace(WEB, group="core"), other, replace(API, group="core")), groups=(group,))
    samples = {"web": minutes((600, 630, "fail")), "db": minutes((620, 650, "fail"), (700, 705, "slow"))}
    day = status_days.day(board, samples, FIRST, FIRST + DAY)
    mean = replace(board, groups=(replace(group, uptime="mean"),))
    history = {"2026-11-22": day}

    # From 600 to 650, and not the sum of both; unchecked components do not count.
    assert (day["core"]["maj"], day["core"]["deg"], day["core"]["n"]) == (3000, 300, 2880)
    assert seconds(day["core"]) == DAY
    assert status_days.group_windows(replace(board, uptime=Uptime((1,))), group, history, TODAY)[0][1].uptime == "96.52"
    (_, both), *_ = status_days.group_windows(replace(mean, uptime=Uptime((1,))), mean.groups[0], history, TODAY)
    assert both.uptime == "97.91"
    assert "core" not in status_days.day(mean, samples, FIRST, FIRST + DAY)


@pytest.mark.parametrize("interval", [60, 61, 90, 119, 120, 300])
def test_a_scheduler_that_calls_once_a_minute_leaves_nothing_unknown(interval: int):
    web = replace(WEB, interval=interval)
    # A tick comes on the minute or a little late, and a check is done at the first one at which it is due.
    step = -(-interval // 60) * 60
    samples = {"web": [(at + at // step % 3, "ok", 80) for at in range(FIRST - step, FIRST + DAY, step)]}

    assert status_days.day(replace(BOARD, components=(web,)), samples, FIRST, FIRST + DAY)["web"]["unk"] == 0


@pytest.mark.parametrize(("interval", "silent"), [(90, 360), (60, 240), (120, 480), (300, 1200)])
def test_a_real_silence_stays_unknown(interval: int, silent: int):
    web = replace(WEB, interval=interval)
    step = -(-interval // 60) * 60
    times = [at for at in range(FIRST - step, FIRST + DAY, step) if not 36_000 < at - FIRST < 36_000 + silent]
    one = status_days.day(
        replace(BOARD, components=(web,)), {"web": [(at, "ok", 80) for at in times]}, FIRST, FIRST + DAY
    )["web"]

    # From one interval after the last sample to the next one.
    assert 0 < one["unk"] == next(at for at in times if at > FIRST + 36_000) - (FIRST + 36_000) - interval


@pytest.mark.parametrize("results", [["ok"], ["fail", "ok"], ["ok"] * 3 + ["fail"] * 3, ["slow", "fail", "ok", "ok"]])
@pytest.mark.parametrize("step", [10, 400])
def test_a_days_arithmetic_grows_with_its_samples_and_not_with_their_square(results: list[str], step: int):
    def seconds(number: int) -> float:
        samples = [(FIRST + place * step, results[place % len(results)], 80) for place in range(number)]
        began = time.process_time()
        status_days.days(BOARD, {"web": samples}, FIRST, FIRST + 4 * DAY, FIRST + 4 * DAY)
        return time.process_time() - began

    small, large = min(seconds(5_000) for _ in range(3)), min(seconds(40_000) for _ in range(3))

    assert large < max(small, 0.001) * 24  # eight times as many, and room for a busy machine; the square is 64


@given(st.lists(st.integers(0, 30_000), min_size=1, max_size=200), st.sampled_from([50, 95]))
def test_a_quantile_is_the_one_of_the_textbook(times: list[int], percent: int):
    times.sort()
    samples = {"web": [(FIRST + place, "ok", ms) for place, ms in enumerate(times)]}
    expected = quantiles(times, n=100, method="inclusive")[percent - 1] if len(times) > 1 else times[0]

    assert status_days.day(BOARD, samples, FIRST, FIRST + DAY)["web"][f"p{percent}"] == round(expected)
