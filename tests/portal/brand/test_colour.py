"""An accent of any colour can be read wherever it is text, and keeps its hue."""

import colorsys

import pytest
from hypothesis import given
from hypothesis import strategies as st

from portal import brand
from portal.brand.colour import DARK, LIGHT, READABLE, Palette, accent, contrast, least, mixed, rgb, written_on

COLOURS = st.integers(0, 0xFFFFFF).map("#{:06x}".format)


@pytest.mark.parametrize(
    ("one", "other", "expected"),
    [("#000000", "#ffffff", 21), ("#777777", "#ffffff", 4.48), ("#767676", "#ffffff", 4.54), ("#abcdef", "#abcdef", 1)],
)
def test_contrast_is_that_of_wcag(one: str, other: str, expected: float):
    assert contrast(one, other) == pytest.approx(expected, abs=0.01)


@given(COLOURS, st.sampled_from([LIGHT, DARK]))
def test_any_accent_is_read_on_every_ground_and_so_is_what_is_written_on_it(colour: str, palette: Palette):
    found = accent(colour, palette)

    assert least(found.text, palette) >= READABLE
    assert contrast(found.text, found.soft) >= READABLE
    assert contrast(found.fill, found.on_fill) >= READABLE
    assert found.fill == colour


@given(COLOURS, st.sampled_from([LIGHT, DARK]))
def test_a_button_under_the_pointer_is_read_as_well(colour: str, palette: Palette):
    found = accent(colour, palette)
    toward = "#000000" if found.on_fill == "#ffffff" else "#ffffff"

    assert contrast(mixed(colour, 0.88, toward), found.on_fill) >= READABLE


@given(COLOURS)
def test_an_accent_that_can_be_read_is_left_as_it_is(colour: str):
    for palette in (LIGHT, DARK):
        found = accent(colour, palette)

        assert found.adjusted == (least(colour, palette) < READABLE)
        assert found.adjusted == (found.text != colour)


@given(COLOURS)
def test_an_adjusted_accent_keeps_its_hue(colour: str):
    hue, light, saturation = colorsys.rgb_to_hls(*rgb(colour))
    found = colorsys.rgb_to_hls(*rgb(accent(colour, LIGHT).text))

    # What is nearly grey, black or white has no hue to speak of.
    if saturation > 0.3 and 0.15 < light < 0.95:
        assert min(abs(found[0] - hue), 1 - abs(found[0] - hue)) < 0.02


def test_white_is_written_where_it_can_be_read():
    assert [written_on(colour) for colour in ("#0b1f4b", "#ffe66b", "#e10600")] == ["#ffffff", "#000000", "#ffffff"]


def test_each_palette_that_needs_another_accent_is_a_sentence():
    yellow, navy, none = ({"accent": colour} for colour in ("#ffe66b", "#0b1f4b", None))

    assert [sentence.count("light grounds") for sentence in brand.adjusted(yellow)] == [1]
    assert [sentence.count("dark grounds") for sentence in brand.adjusted(navy)] == [1]
    assert brand.adjusted(none) == []
    assert brand.adjusted({"accent": "#0b1f4b", "accent_dark": "#a8c7fa"}) == []
