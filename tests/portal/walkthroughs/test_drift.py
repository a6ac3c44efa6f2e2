"""What became of an element: judged by its facts, and kept in a file that stays the same."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from portal.errors import ContentError
from portal.walkthroughs import facts, mentions
from portal.walkthroughs.drift import AMBIGUOUS, BLOCKED, GONE, MISSING, RENAMED, Drift, is_found, judge
from portal.walkthroughs.facts import Facts, Kept, Known, Shot, known, steady
from portal.walkthroughs.targets import Target

UPDATE = Facts("button", "Update card", region="Payment method", id="update")
PLAN = Facts("button", "Change plan", region="Team")
CANCEL = Facts("button", "Cancel plan", region="Team")
HELP = Facts("a", "Contact support", leads="/ask/")
PAGE = [UPDATE, PLAN, CANCEL, HELP]


def became(target: Facts, page: list[Facts], before: list[Facts] = PAGE) -> Drift | None:
    """What is said of a target of a page that was `before` and is `page` now."""
    named = Target(link=target.name) if target.tag == "a" else Target(button=target.name)
    count = sum(one.name == target.name for one in page)
    return None if is_found(named, count) else judge(named, count, known(target, before), page)


def but(page: list[Facts], old: Facts, *new: Facts) -> list[Facts]:
    return [one for each in page for one in (new if each == old else (each,))]


@pytest.mark.parametrize(
    ("target", "page", "kind", "now"),
    [
        (UPDATE, but(PAGE, UPDATE, replace(UPDATE, name="Replace card")), RENAMED, "Replace card"),
        # Renamed and moved: its id tells.
        (UPDATE, but(PAGE, UPDATE, replace(UPDATE, name="Replace card", region="Cards")), RENAMED, "Replace card"),
        # Renamed in a region with others: the only new one there.
        (PLAN, but(PAGE, PLAN, replace(PLAN, name="Switch plan")), RENAMED, "Switch plan"),
        (HELP, but(PAGE, HELP, replace(HELP, name="Write to us", region="Foot")), RENAMED, "Write to us"),
        # Both have new names: either could be either.
        (PLAN, but(but(PAGE, PLAN, replace(PLAN, name="A")), CANCEL, replace(CANCEL, name="B")), MISSING, ""),
        (UPDATE, but(PAGE, UPDATE), MISSING, ""),
        # Gone, while another that was there before leads to the same page.
        (HELP, [replace(HELP, name="Help")], MISSING, ""),
        (UPDATE, [*PAGE, UPDATE], AMBIGUOUS, ""),
        # An element that another page's id happens to fit was there before.
        (UPDATE, but(PAGE, UPDATE, replace(PLAN, id="update")), MISSING, ""),
    ],
)
def test_what_became_of_an_element(target: Facts, page: list[Facts], kind: str, now: str) -> None:
    before = [*PAGE, replace(HELP, name="Help")] if page == [replace(HELP, name="Help")] else PAGE
    found = became(target, page, before)

    assert found is not None
    assert (found.kind, found.now) == (kind, now)


@pytest.mark.parametrize("page", [PAGE, PAGE[::-1], [*PAGE, Facts("button", "Pause plan", region="Team")]])
def test_an_element_that_is_there_is_right_whatever_is_around_it(page: list[Facts]) -> None:
    assert became(PLAN, page) is None


def test_the_first_of_several_may_be_meant() -> None:
    assert is_found(Target(link="PDF *", first=True), 12)
    assert not is_found(Target(link="PDF *", first=True), 0)
    assert not is_found(Target(link="PDF *"), 2)


def test_without_facts_of_a_right_time_nothing_is_guessed() -> None:
    assert judge(Target(button="Save"), 0, None, PAGE) == Drift(MISSING, 'button "Save"', "Save")


@pytest.mark.parametrize(
    ("drift", "said"),
    [
        (Drift(RENAMED, 'button "A"', "A", "B"), 'button "A" is called "B" now'),
        (Drift(MISSING, 'button "A"', "A"), 'button "A" is missing'),
        (Drift(MISSING, 'button "A"', "A", guesses=("B", "C")), 'button "A" is missing; new on the page: "B" or "C"'),
        (Drift(AMBIGUOUS, 'button "A"', "A", count=2), 'button "A": the page has 2 of them'),
        (Drift(BLOCKED, 'button "A"', "A"), 'button "A" is there, but cannot be used'),
        (Drift(GONE, "a/b/", "a/b/", "it answers 404"), "the page a/b/ is gone: it answers 404"),
    ],
)
def test_each_drift_is_a_sentence(drift: Drift, said: str) -> None:
    assert drift.sentence.startswith(said)


@pytest.mark.parametrize(
    ("text", "steady_text"),
    [
        ("Next charge on 18 Dec 2026", "Next charge on 0"),
        ("Dec 18, 2026", "0"),
        ("18 December", "0"),
        ("Checked 3  minutes\nago", "Checked 0"),
        ("Checked just now", "Checked 0"),
        ("Checked 40s ago", "Checked 0"),
        ("An hour ago", "0"),
        ("A long time ago", "A long time ago"),
        ("€99.95", "€0.0"),
        ("May we email you?", "May we email you?"),
    ],
)
def test_numbers_and_dates_pass_by_themselves(text: str, steady_text: str) -> None:
    assert steady(text) == steady_text


WORDS = st.text(max_size=8)
KNOWN = st.builds(Known, WORDS, WORDS, WORDS, WORDS, WORDS, WORDS, WORDS, WORDS, st.lists(WORDS).map(tuple))
SHOT = st.builds(Shot, WORDS, *(st.lists(WORDS).map(tuple) for _ in range(4)))


@given(st.builds(Kept, st.dictionaries(WORDS, KNOWN, max_size=3), st.dictionaries(WORDS, SHOT, max_size=3)))
def test_facts_are_read_as_they_were_written(kept: Kept) -> None:
    text = facts.written(kept)

    assert facts.read(text, "x") == kept
    assert facts.written(facts.read(text, "x")) == text


def test_what_else_is_on_a_page_is_no_reason_to_write_the_facts_anew() -> None:
    first, second = (Kept({"a": known(PLAN, [*PAGE[:count]])}) for count in (1, 4))

    assert facts.alike(first, second)
    assert not facts.alike(first, Kept({"a": known(CANCEL, PAGE)}))
    assert not facts.alike(first, replace(first, shots={"b": Shot("", (), (), (), ())}))


@pytest.mark.parametrize("text", ["", "[]", "{}x", '{"version": 2}', '{"elements": {"a": {"tag": 1, "name": ""}}}'])
def test_a_file_of_another_form_is_refused(text: str) -> None:
    with pytest.raises(ContentError, match="delete it, and run that"):
        facts.read(text, "docs/a.shots.json")


ARTICLE = """\
---
title: Update card
---

Open [Billing](portal:my/billing/), choose **Update card**.

Say update card to nobody. <!-- Update card -->

1. [How to update   card](update-card.md "Update card") and `Change plan`
2. An updated card. Cancel  plan? See "Keep your plan".
"""


@pytest.mark.parametrize(
    ("label", "lines"),
    [
        ("Update card", [5, 9]),
        ("Change plan", [9]),
        ("Cancel plan", [10]),
        ("Keep your plan", [10]),
        ("Billing", [5]),
        ("billing/", []),
        ("card.", [10]),
        ("Delete", []),
    ],
)
def test_the_lines_that_name_a_label_are_those_that_people_read(label: str, lines: list[int]) -> None:
    assert [line for line, _ in mentions.lines(ARTICLE, label)] == lines


def test_a_drift_that_no_line_names_is_shown_at_the_title() -> None:
    assert mentions.heading(ARTICLE) == (2, "title: Update card")
    assert mentions.heading("# A\n") == (1, "# A")
