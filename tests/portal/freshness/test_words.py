"""Words and names: what has the same meaning in an article and in code is the same here."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from portal.freshness import words


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("pings", "pinged"),
        ("retryCount", "retry_counts"),
        ("HTTPServer", "http servers"),
        ("policies", "policy"),
        ("Größe", "größe"),
    ],
)
def test_forms_of_a_word_meet(one: str, other: str) -> None:
    assert set(words.stems(one)) & set(words.stems(other))


@pytest.mark.parametrize("text", ["return the value of this", "if x is None", "div class href"])
def test_words_of_every_program_say_nothing(text: str) -> None:
    assert words.stems(text) == []


def test_names_are_whole_and_in_their_parts() -> None:
    assert words.names("api.views.X-Napalm-User _start_kw ab") == [
        "api.views.X-Napalm-User",
        "api",
        "views",
        "Napalm",
        "User",
        "start_kw",
    ]


@pytest.mark.parametrize(("name", "shaped"), [("MAX_SEATS", True), ("userId", True), ("v2", True), ("billing", False)])
def test_only_names_of_programs_are_shaped(name: str, shaped: bool) -> None:
    assert words.is_shaped(name) is shaped


@given(st.text())
def test_any_text_has_words_without_blanks_in_lower_case(text: str) -> None:
    assert all(stem == stem.lower() and stem.strip() for stem in words.stems(text))
    assert all(name.strip() for name in words.names(text))


@given(st.text(max_size=60) | st.text("aB1_.- é日本/", max_size=30))
def test_a_text_read_run_by_run_has_the_stems_and_names_that_it_has_whole(text: str) -> None:
    found = words.read(text)

    assert [stem for one in found for stem in one.stems] == words.stems(text)
    assert [name for one in found for name in one.names] == [name.lower() for name in words.names(text)]
