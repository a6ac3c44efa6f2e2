"""Times in pages, as HTML knows them."""

import re

import pytest

from functions.pages import iso


@pytest.mark.parametrize("at", [0, 1, 999, 1_764_338_400_123, 1_764_338_400_000, 253_402_300_799_999])
def test_a_time_has_no_more_than_html_allows(at: int) -> None:
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{1,3})?\+00:00", iso(at))
