"""Emails have the brand's colours wherever they have any."""

import re

from functions.mail.look import OURS, look
from functions.pages import TEMPLATES


def test_a_build_without_a_brand_has_our_colours_and_a_brand_may_set_some():
    assert look({}) == OURS
    assert look({"brand": {"radius": 0}}) == OURS | {"radius": 0}


def test_no_template_has_an_accent_of_its_own():
    greys = {"#5a5e69"}
    found = {
        colour
        for file in TEMPLATES.rglob("*.html")
        for colour in re.findall(r"#[0-9a-f]{3,6}\b(?=[;\"])", file.read_text("utf-8"))
    }

    assert found <= greys
