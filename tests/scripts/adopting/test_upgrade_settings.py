"""A setting that moved between two versions: the text of mkdocs.yml changes there and nowhere else."""

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from scripts.upgrade.settings import MOVES, Move, moved
from scripts.upgrade.yaml_text import ByHand, move

OLD, NEW = ("theme", "logo"), ("extra", "portal", "brand", "logo")
PORTAL = "extra:\n  portal:\n    product: Acme  # as people say it\n"


MOVED = {
    "nothing": ("site_name: x\n", "site_name: x\n"),
    "into a portal": (
        f"theme:\n  logo: a.svg\n{PORTAL}",
        PORTAL.replace("portal:\n", "portal:\n    brand:\n      logo: a.svg\n"),
    ),
    "with its comment": (
        "theme:\n  name: x\n\n  # ours\n  logo: a.svg # wide\n\n  font: false\n",
        "theme:\n  name: x\n\n  # ours\n\n  font: false\nextra:\n  portal:\n    brand:\n      logo: a.svg # wide\n",
    ),
    "not there": ("extra:\n    portal: &p\n        product: x\ntheme: {}\n",) * 2,
    "with what is in it": (
        "theme:\n    logo:\n        light: a\n        dark: b\nextra:\n  portal:\n    brand:\n      word: Hi\n",
        "extra:\n  portal:\n    brand:\n      logo:\n          light: a\n          dark: b\n      word: Hi\n",
    ),
    "at the end of the file": ("theme:\n  logo: a.svg", "extra:\n  portal:\n    brand:\n      logo: a.svg"),
}


@pytest.mark.parametrize(("before", "after"), MOVED.values(), ids=MOVED)
def test_a_setting_moves_and_the_rest_stays(before: str, after: str):
    assert move(before, OLD, NEW) == after


def test_a_setting_with_another_name_in_its_place_keeps_its_line():
    text = "extra:\n  portal:\n    a: 1\n    colour: '#123'  # ours\n    b: 2\n"

    assert move(text, ("extra", "portal", "colour"), ("extra", "portal", "accent")) == text.replace("colour", "accent")


@pytest.mark.parametrize(
    "text",
    [
        "theme: {logo: a.svg}\n",
        f"theme:\n  logo: a.svg\n{PORTAL}    brand:\n      logo: b.svg\n",
        "theme:\n  logo: a.svg\nextra: {portal: {product: Acme}}\n",
        "theme:\n  logo: a.svg\nextra:\n  portal:\n",
    ],
)
def test_what_a_program_would_spoil_is_left_to_a_person(text: str):
    with pytest.raises(ByHand):
        move(text, OLD, NEW)
    assert moved(text, (0, 1, 0))[0] == text
    assert "yourself" in moved(text, (0, 1, 0))[1][0]


def test_only_what_moved_after_the_version_before_is_moved_and_a_second_run_changes_nothing():
    text = f"theme:\n  logo: img/a.svg\n  favicon: b.svg\n{PORTAL}"
    after, notes = moved(text, (0, 1, 0))

    assert yaml.safe_load(after)["extra"]["portal"]["brand"] == {"logo": "docs/img/a.svg", "favicon": "docs/b.svg"}
    assert len(notes) == 2
    assert moved(after, (0, 1, 0)) == (after, [])
    assert moved(text, (0, 2, 0)) == (text, [])


def test_a_value_that_is_to_change_and_is_no_text_is_left_to_a_person():
    _, notes = moved("theme:\n  logo: [a, b]\n", (0, 1, 0), [Move("0.2.0", "theme.logo", "x.y", "so", str.upper)])

    assert "no plain text" in notes[0]


def test_every_move_names_a_version_and_a_reason():
    assert [move for move in MOVES if not (move.since and move.why and move.old != move.new)] == []


VALUES = st.recursive(
    st.integers() | st.text(st.characters(codec="utf-8", exclude_categories=["C"])),
    lambda inner: st.lists(inner, min_size=1, max_size=3) | st.dictionaries(st.sampled_from("abc"), inner, min_size=1),
    max_leaves=5,
)


@given(VALUES, VALUES, st.integers(2, 6))
def test_a_moved_value_is_the_same_value_however_it_is_written(value: object, beside: object, indent: int):
    text = yaml.safe_dump(
        {"theme": {"logo": value, "name": beside}, "site_name": "x"}, indent=indent, allow_unicode=True
    )

    found = yaml.safe_load(move(text, OLD, NEW))

    assert found == {"theme": {"name": beside}, "site_name": "x", "extra": {"portal": {"brand": {"logo": value}}}}
