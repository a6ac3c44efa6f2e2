"""What the weights of a line's words decide, and that they decide only where no rule does."""

import subprocess
import sys

import pytest
from hypothesis import given
from hypothesis import strategies as st

from portal.changelog import learnt, news
from portal.changelog.classes import Policy, verdict
from portal.changelog.config import Override
from portal.changelog.cues import BREAKING, FIX, IMPROVEMENT, INTERNAL

WEIGHED = "weights of its words"


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("Convert the build to Docker workflows", INTERNAL),
        ("Rename the internal helper functions and move them to a new module", INTERNAL),
        ("Exports are now sorted by `created_at` instead of `id`, please use `sort=id` for the old order", BREAKING),
        ("`config.port` must be a number instead of a string, use `--port`", BREAKING),
        ("Wrong totals when a filter is empty", FIX),
        ("Missing icons in the sidebar", FIX),
    ],
)
def test_words_decide_where_no_rule_does_and_ask_for_a_look(text: str, kind: str) -> None:
    found = verdict(f"- {text}")

    assert (found.kind, found.rule, found.sure) == (kind, WEIGHED, False)


@pytest.mark.parametrize("text", ["Charts", "Dark mode for the dashboard", "Xyzzy plugh", "!!!", "\u4e2d\u6587 \u65b0"])
def test_words_that_say_too_little_change_nothing(text: str) -> None:
    assert verdict(f"- {text}").rule == "no rule fits"


@pytest.mark.parametrize(
    ("section", "text", "labels"),
    [
        ("bug fixes", "Convert the build to Docker workflows", ()),
        ("", "feat: convert the build to Docker workflows", ()),
        ("", "Convert the build to Docker workflows", ("shown",)),
        ("news of the house", "Convert the build to Docker workflows", ()),
    ],
)
def test_what_a_team_said_comes_before_the_weights(section: str, text: str, labels: tuple[str, ...]) -> None:
    policy = Policy({"news of the house": IMPROVEMENT}, {"shown": IMPROVEMENT})

    assert verdict(f"- {text}", section, labels, policy).rule != WEIGHED


def test_the_words_of_a_paragraph_have_no_weight() -> None:
    assert verdict("Convert the build to Docker workflows.").rule == "no rule fits"


def test_a_line_that_is_internal_by_its_words_stays_on_the_page_and_is_listed() -> None:
    found = news.classify("- Convert the build to Docker workflows\n- Charts\n")

    assert found.kept == {"Improved": ["- Convert the build to Docker workflows", "- Charts"]}
    assert found.left_out == []
    shown = "Improved, but it may be about work on the product"
    assert ("- Convert the build to Docker workflows", shown) in found.unsure


def test_a_guess_leaves_a_line_where_its_heading_put_it() -> None:
    line = "- Run weight optimization for the internal parser"

    assert verdict(line, "features").kind == INTERNAL
    assert news.classify(f"## Features\n\n{line}\n").kept == {"New": [line]}


def test_a_writers_word_that_a_line_is_internal_leaves_it_out() -> None:
    told = news.Decisions(overrides={"Convert the build": Override.model_validate({"class": INTERNAL})})

    found = news.classify("- Convert the build to Docker workflows\n- Charts\n", told)

    assert found.left_out == [("- Convert the build to Docker workflows", "override")]


@given(st.text(max_size=400), st.text(max_size=30))
def test_any_text_has_at_most_one_class_ahead(text: str, scope: str) -> None:
    margins = learnt.margins(text, scope)

    assert set(margins) in (set(), set(learnt.KINDS))
    assert sum(margin > 0 for margin in margins.values()) <= 1


@given(
    st.lists(st.sampled_from(["Convert", "build", "to", "Docker,", "workflows", "`code`", "v1.2", "a_b"]), max_size=30)
)
def test_no_line_is_left_out_by_its_words(words: list[str]) -> None:
    found = verdict(f"- x {' '.join(words)}")

    assert found.rule != WEIGHED or not found.sure


def test_only_the_beginning_of_a_line_is_read_so_that_the_time_is_bounded() -> None:
    text = "Update `a`.b_c_ " * 20_000

    assert learnt.signs(text) == learnt.signs(text[: learnt.REACH])


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Dropped the `--all` flag in 1.2.3", "drop the `--every` flag in 4.5"),
        ("Passes MAX_SIZE on", "pass MIN_SIZE on"),
        ("reader.rss it\u2019s 5", "writer/atom it's 77"),
        ("https://a.example/x", "https://b.example/y"),
    ],
)
def test_endings_and_a_products_own_names_make_no_difference(one: str, other: str) -> None:
    assert learnt.signs(one) == learnt.signs(other)


def test_the_table_is_small_and_every_row_has_a_whole_weight_for_each_class() -> None:
    text = (learnt.resources.files("portal.changelog") / "learnt.tsv").read_text("utf-8")
    rows = [line.split("\t") for line in text.splitlines()[2:]]

    assert len(text.encode()) < 60_000
    assert text.startswith("# Learnt from ")
    assert [row[0] for row in rows] == sorted(row[0] for row in rows)
    assert all(len(row) == 5 and all(abs(int(number)) < 1000 for number in row[1:]) for row in rows)


def test_the_functions_do_not_pay_for_the_weights() -> None:
    code = "import sys, functions.app; print([name for name in sys.modules if name.startswith('portal.changelog')])"

    assert subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout == "[]\n"
