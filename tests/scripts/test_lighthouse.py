"""Which scores of Lighthouse are too low; the scores themselves are `make lighthouse`."""

import pytest

from scripts.lighthouse import too_low

PERFECT = {"performance": 100, "accessibility": 100, "best-practices": 100, "seo": 100}


@pytest.mark.parametrize(
    ("changed", "faults"),
    [
        ({}, []),
        ({"performance": 95}, []),
        ({"performance": 94}, ["performance is 94, below 95"]),
        ({"accessibility": 99, "seo": 92}, ["accessibility is 99, below 100", "seo is 92, below 100"]),
        ({"best-practices": 0}, ["best-practices is 0, below 100"]),
    ],
)
def test_only_performance_may_be_a_little_below_100(changed: dict[str, int], faults: list[str]):
    assert too_low(PERFECT | changed) == faults
