"""The uptime arithmetic: every second in exactly one bucket, and figures rounded down."""

import itertools
import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from portal.status import uptime
from portal.status.uptime import BUCKETS, DAY
from scripts import uptime as tool

SPANS = st.lists(
    st.tuples(st.integers(-DAY, 3 * DAY), st.integers(-DAY, 3 * DAY), st.sampled_from(BUCKETS)), max_size=20
)
WORKS = st.lists(st.tuples(st.integers(0, 2 * DAY), st.integers(0, 2 * DAY)), max_size=5)
SAMPLES = st.lists(st.tuples(st.integers(0, 2 * DAY), st.sampled_from(["ok", "slow", "fail"])), max_size=60)

CASES = json.loads(Path(__file__).with_name("uptime_cases.json").read_text())


@pytest.mark.parametrize("case", CASES, ids=lambda case: case["name"])
def test_a_worked_case(case):
    assert tool.differences(case, tool.figures(case)) == []


@given(SPANS, SPANS, WORKS, st.integers(0, DAY), st.integers(1, 2 * DAY))
def test_the_six_buckets_of_any_day_are_the_whole_day(automatic, manual, works, start, length):
    spans = uptime.merged(automatic, manual, works, start, start + length)
    days = list(uptime.days(spans, start, start + length))

    assert [sum(buckets.values()) for _, buckets in days] == [DAY] * len(days)
    assert sum(uptime.buckets(spans, start, start + length).values()) == length
    assert [one for one, _, _ in spans[1:]] == [end for _, end, _ in spans[:-1]]


SHORT = st.tuples(st.integers(-5, 45), st.integers(-5, 45))
SEEN = st.lists(st.tuples(SHORT, st.sampled_from(list(uptime.SEVERITY))), max_size=6)


@given(SEEN, SEEN, st.lists(SHORT, max_size=3))
def test_every_second_is_what_the_rules_say_of_it_alone(seen, said, works):
    spans = uptime.merged([(*at, state) for at, state in seen], [(*at, state) for at, state in said], works, 0, 40)

    for second in range(40):
        checks, people = (
            max((state for (a, b), state in one if a <= second < b), key=uptime.SEVERITY.__getitem__, default="unknown")
            for one in (seen, said)
        )
        if any(a <= second < b for a, b in works):
            expected = people if people != "unknown" else "maintenance"
        else:
            expected = max(checks, people, key=uptime.SEVERITY.__getitem__)
        assert [state for a, b, state in spans if a <= second < b] == [expected], second


@given(SAMPLES, st.integers(1, 600), st.integers(1, 5), st.integers(1, 5))
def test_whatever_the_checks_saw_every_second_has_one_state(samples, interval, fail_after, ok_after):
    ordered = sorted(dict(samples).items())
    spans = uptime.observed(ordered, interval, 0, 2 * DAY, fail_after=fail_after, ok_after=ok_after)

    assert spans[0][0] == 0
    assert spans[-1][1] == 2 * DAY
    assert all(one[1] == other[0] and one[2] != other[2] for one, other in itertools.pairwise(spans))


@given(st.fixed_dictionaries({state: st.integers(0, 10**9) for state in BUCKETS}))
def test_only_a_window_without_a_bad_second_is_a_hundred(seconds):
    found = uptime.figures(seconds)
    measured = sum(seconds[state] for state in ("operational", "degraded", "partial", "major"))

    assert (found.uptime is None) == (measured == 0)
    if found.uptime is not None:
        assert (found.uptime == "100.00") == (seconds["partial"] + seconds["major"] == 0)


def test_the_tool_prints_every_figure_and_fails_on_a_wrong_one(tmp_path: Path, capsys: pytest.CaptureFixture[str]):
    file = tmp_path / "cases.json"
    file.write_text(json.dumps(CASES[:1]))

    assert tool.main([str(file)]) == 0
    (printed,) = json.loads(capsys.readouterr().out)
    assert (printed["name"], printed["uptime"], printed["coverage"]) == (CASES[0]["name"], "100.00", 0.75)
    assert sum(printed["seconds"].values()) == DAY

    file.write_text(json.dumps([CASES[0] | {"uptime": "99.99"}]))
    assert tool.main([str(file)]) == 1
    assert "uptime is 100.00, expected 99.99" in capsys.readouterr().err
