"""The words that customers read of a ticket."""

import pytest

from portal.tickets import STATUS_WORDS, word


@pytest.mark.parametrize(("status", "text"), STATUS_WORDS.items())
def test_each_status_has_its_word(status: str, text: str) -> None:
    assert word(status) == text


@pytest.mark.parametrize("status", ["", "closed", "Solved", "on hold"])
def test_a_status_that_is_not_ours_reads_as_open(status: str) -> None:
    assert word(status) == STATUS_WORDS["open"]
