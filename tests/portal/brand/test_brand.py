"""What the settings of a brand become: rules of CSS, an announcement up to its day, and the emails' colours."""

from datetime import date
from typing import Any

import pytest

from portal import brand, settings
from portal.brand import pictures

TEXT = "extra:\n  portal:\n    brand:\n      accent: x\n"


def load(**given: Any) -> dict[str, Any]:
    data = {"product": "Acme", "support_email": "a@b.example", "brand": given}
    return settings.load(data, "mkdocs.yml", TEXT).brand.model_dump()


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({"accent": "red"}, "'red' is wrong, expected a colour"),
        ({"accent": "#12"}, "'#12' is wrong"),
        ({"accent": None}, 'accent is empty: write the colour in quotes, "#0b57d0"'),
        ({"accent_dark": "#123456"}, "give accent as well as accent_dark"),
        ({"logo_dark": "a.svg"}, "give logo as well as logo_dark"),
        ({"radius": 99}, "expected a number from 0 to 24"),
        ({"acent": "#123456"}, "Did you mean 'accent'?"),
        ({"word": " "}, "expected the word after"),
        ({"announcement": {"text": "Hello"}}, "extra.portal.brand.announcement.until is missing"),
        ({"announcement": {"text": "Hello", "until": "soon"}}, "the last day on which it is shown"),
        ({"footer": [{"title": "A", "links": []}]}, "a list of links"),
    ],
)
def test_a_mistake_names_the_setting_and_what_is_expected(given: dict[str, Any], said: str):
    with pytest.raises(ExceptionGroup) as caught:
        load(**given)

    (mistake,) = caught.value.exceptions
    assert said in str(mistake)
    assert str(mistake).startswith("mkdocs.yml:")


@pytest.mark.parametrize(
    ("site_name", "word", "product", "rest", "first_crumb"),
    [
        ("Acme Help", None, "Acme", "Help", "Help"),
        ("Acme Help", "Support", "Acme", "Support", "Support"),
        ("Acme  Customer Care", None, "Acme", "Customer Care", "Customer Care"),
        ("Acme", None, "Acme", "", "Acme"),
        ("Wissen", None, "", "Wissen", "Wissen"),
        ("Wissen", "Hilfe", "Acme", "Hilfe", "Hilfe"),
        ("Acmeville Help", None, "", "Acmeville Help", "Acmeville Help"),
    ],
)
def test_the_help_centre_has_one_name(site_name: str, word: str | None, product: str, rest: str, first_crumb: str):
    found = brand.name("Acme", site_name, word)

    assert (found.product, found.rest, found.word) == (product, rest, first_crumb)
    assert found.whole == (f"Acme {word}" if word else " ".join(site_name.split()))


def test_a_short_colour_in_capitals_is_the_same_colour():
    assert load(accent="#FC0")["accent"] == "#ffcc00"


def test_without_a_brand_the_sheet_has_no_rule():
    assert brand.sheet(load()).strip() == ""


def test_the_sheet_sets_both_palettes_the_corners_and_the_font():
    css = brand.sheet(load(accent="#ffe66b", radius=0, font="custom/Sans.WOFF2"))

    assert css.count("--hf-fill: #ffe66b; --hf-on-accent: #000000;") == 2
    assert "@media screen" in css
    assert "--hf-radius: 0px" in css
    assert 'url("../brand/font.woff2")' in css
    assert "font-weight: 100 900" in css
    assert css.count("{") == css.count("}")


def test_two_files_share_the_weights_of_a_font():
    css = brand.sheet(load(font="a.woff2", font_bold="b.woff2"))

    assert css.count("@font-face") == 2
    assert "font-weight: 501 900" in css


def test_an_announcement_is_shown_on_its_last_day_and_not_after_it():
    given = load(announcement={"text": "Closed", "until": "2026-12-24"})

    assert brand.announcement(given, date(2026, 12, 24)) is not None
    assert brand.announcement(given, date(2026, 12, 25)) is None
    assert brand.announcement(load(), date(2026, 12, 25)) is None


def test_two_files_of_one_name_have_two_places():
    places = {file.uri for file in brand.files(load(logo="a/logo.svg", logo_dark="b/logo.svg", favicon="logo.svg"))}

    assert places == {"assets/brand/logo.svg", "assets/brand/logo_dark.svg", "assets/brand/favicon.svg"}


def test_emails_have_the_colour_that_can_be_read_on_white():
    assert brand.for_functions(load()) == {}
    assert brand.for_functions(load(accent="#0b1f4b", radius=2)) == {
        "fill": "#0b1f4b",
        "on_fill": "#ffffff",
        "accent": "#0b1f4b",
        "radius": 2,
    }


@pytest.mark.parametrize(
    ("data", "ratio"),
    [
        (b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR\0\0\x00\xc8\0\0\0\x64", 2),
        (b"GIF89a\x0a\0\x14\0", 0.5),
        (b'<?xml version="1.0"?>\n<svg viewBox="0 0 132 33" width="1">', 4),
        (b"<svg xmlns='x' viewBox='-1,-1, 30 , 10'>", 3),
        (b'<svg width="30px" height="10">', 3),
        (b'<svg width="100%" height="10">', 1),
        (b'<svg viewBox="0 0 1.2.3 4">', 1),
        (b'<svg viewBox="0 0 0 10">', 1),
        (b"\xff\xd8\xff", 1),
        (b"", 1),
    ],
)
def test_a_pictures_shape_is_read_from_its_beginning(data: bytes, ratio: float):
    assert pictures.ratio(data) == pytest.approx(ratio)
