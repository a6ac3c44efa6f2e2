"""Files of steps: what they say, and what a writer hears of a mistake in one."""

from datetime import UTC, datetime

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from portal.errors import ContentError
from portal.walkthroughs import steps
from portal.walkthroughs.steps import VERBS
from portal.walkthroughs.targets import WORDS, Target

FILE = "docs/reports/export.steps.yml"
RIGHT = """\
product: https://app.example.com/eu
clock: 2026-11-28T09:00:00Z
dark: false
steps:
  - goto: reports/
  - fill: {field: Password, secret: DEMO_PASSWORD}
  - click: {button: Export}
  - mask: {row: "Report *", first: true}
  - annotate: {link: As CSV, within: {dialog: Export}}
  - see: Ready
  - shot: dialog
    of: {dialog: Export}
    height: 400
"""


def test_a_file_says_what_is_done_in_which_order_and_where_each_step_is() -> None:
    found = steps.parse(RIGHT, FILE)

    assert [step.verb for step in found.steps] == ["goto", "fill", "click", "mask", "annotate", "see", "shot"]
    assert found.lines == (5, 6, 7, 8, 9, 10, 11)
    assert (found.product, found.schemes, found.size) == ("https://app.example.com/eu", ("light",), (760, 640))
    assert found.clock == datetime(2026, 11, 28, 9, tzinfo=UTC)
    assert (found.steps[1].fill.field.word, found.steps[1].fill.secret) == ("label", "DEMO_PASSWORD")
    assert [str(found.steps[at].see or found.steps[at].annotate) for at in (4, 5)] == [
        'link "As CSV" in dialog "Export"',
        'text "Ready"',
    ]


def test_what_a_walkthrough_writes_lies_beside_its_article() -> None:
    found = steps.parse(RIGHT.replace("dark: false", "dark: true"), FILE)

    assert (found.article, found.facts) == ("docs/reports/export.md", "docs/reports/export.shots.json")
    assert found.pictures == [
        "docs/reports/pictures/export-dialog.webp",
        "docs/reports/pictures/export-dialog.dark.webp",
    ]


@pytest.mark.parametrize(
    ("old", "new", "line", "said"),
    [
        ("click:", "clik:", 7, "'steps.2.clik' is not known here. Did you mean 'click'?"),
        ("{button: Export}", "{buton: Export}", 7, "Did you mean 'button'?"),
        ("{button: Export}", "{button: Export, link: Export}", 7, "says button and link: name the element once"),
        ("{button: Export}", "{first: true}", 7, "says no kind: name the element once, such as {button: Save}"),
        ("within: {dialog:", "within: {dialogue:", 9, "Did you mean 'dialog'?"),
        ("secret: DEMO_PASSWORD", "secret: demo", 6, "'steps.1.fill.secret'"),
        (", secret: DEMO_PASSWORD", "", 6, "says neither text nor secret"),
        ("shot: dialog", "shot: The dialog", 11, "write small letters, digits and single hyphens"),
        ("  - goto: reports/\n", "", None, "the first step has to be a goto"),
        ("see: Ready\n", "see: Ready\n    of: {dialog: Export}\n", 10, "'of' or 'height', which belong to a shot"),
        ("  - see: Ready\n", "  - shot: dialog\n", None, "two shots are named 'dialog'"),
        ("clock: 2026-11-28T09:00:00Z", "clock: noon", 2, "'clock'"),
        ("https://app.example.com/eu", "app.example.com", 1, "write https://app.example.com/, or 'portal'"),
        ("dark: false", "person: Ada", None, "'person' is one of the demo's people"),
        ("dark: false", "darc: false", 3, "Did you mean 'dark'?"),
        ("dark: false", "product: portal", 3, "'product' is there twice, in line 1 and line 3"),
        ("{button: Export}", "{button: Export", 8, "a '[' or '{' that is not closed"),
    ],
)
def test_a_mistake_is_named_with_its_line_and_what_to_write(old: str, new: str, line: int | None, said: str) -> None:
    with pytest.raises(ContentError) as caught:
        steps.parse(RIGHT.replace(old, new, 1), FILE)

    assert (caught.value.file, caught.value.line) == (FILE, line)
    assert said in caught.value.message


@pytest.mark.parametrize("text", ["", "- goto: x\n", "steps\n", "steps: []\n", "steps: {goto: x}\n"])
def test_a_file_without_steps_says_so(text: str) -> None:
    with pytest.raises(ContentError, match="steps"):
        steps.parse(text, FILE)


KEYS = st.sampled_from([*WORDS, *VERBS, "x"])
VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=12),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(KEYS, inner, max_size=3),
    max_leaves=8,
)


@given(st.dictionaries(st.sampled_from(["steps", "product", "person", "width", "clock", "odd"]), VALUES))
def test_any_file_is_read_or_refused_with_its_name(data: dict[str, object]) -> None:
    said = ""
    try:
        found = steps.parse(yaml.safe_dump(data), FILE)
    except ContentError as error:
        said = str(error)

    assert said.startswith(FILE) or len(found.steps) == len(found.lines) > 0


@pytest.mark.parametrize(
    ("name", "shown", "fits"),
    [
        ("Send to * support", "Send to Acme support", True),
        ("Send to * support", "Send to support", True),
        ("Send to * support", "Don't send to Acme support", False),
        ("PDF *", "PDF of invoice 1002", True),
        ("Price (*)", "Price (€ 3)", True),
        ("Price (*)", "Price € 3", False),
        ("*", "anything\nat all", True),
    ],
)
def test_a_star_is_any_text(name: str, shown: str, fits: bool) -> None:
    assert bool(Target(button=name).pattern.match(shown)) is fits
