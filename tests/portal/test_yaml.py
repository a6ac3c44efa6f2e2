"""YAML of writers: a date that cannot be, a key that stands twice, a title that is no text."""

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from portal import articles, changelog, mistakes, yaml_lines
from portal.errors import ContentError
from portal.status.files import parse_components, parse_incident


def said(text: str) -> list[str]:
    with pytest.raises(ExceptionGroup) as caught:
        articles.parse("a/b", "docs/a/b.md", text)
    return [str(error) for error in caught.value.exceptions]


@pytest.mark.parametrize("day", ["2026-02-30", "2026-13-01", "2026-00-10", "2026-11-31", "2025-02-29"])
def test_a_date_that_cannot_be_names_article_line_and_key(day: str) -> None:
    assert said(f"---\ntitle: A\nreviewed: {day}\n---\nText.\n") == [
        f"docs/a/b.md:3: reviewed: '{day}' is wrong, expected a date such as 2026-11-20."
    ]


@pytest.mark.parametrize("title", ["2026", "yes", "no", "1.10", "true", "off", "2026-11-20"])
def test_a_title_that_yaml_takes_for_something_else_is_asked_for_in_quotes(title: str) -> None:
    (mistake,) = said(f"---\ntitle: {title}\n---\nText.\n")

    assert mistake.startswith("docs/a/b.md:2: title: ")
    assert mistake.endswith("Put it in quotes to make it text.")


@pytest.mark.parametrize(
    ("text", "line", "said"),
    [
        ("a:\n  - {id: x, description: Water, time and heat}\n", 2, 'description: "Water, time and heat"'),
        ("{a: b, c, d, e: f}", 1, 'a: "b, c, d"'),
        ("a:\n  b: {name: App,\n    description: The app, on phones}", 3, 'description: "The app, on phones"'),
    ],
)
def test_a_text_that_a_comma_cut_in_two_is_shown_with_its_quotes(text: str, line: int, said: str) -> None:
    with pytest.raises(ContentError) as caught:
        mistakes.loaded(text, "x.yml")

    expected = f"x.yml:{line}: a text with a comma between braces needs quotes: {said}"
    assert str(caught.value) == expected


@pytest.mark.parametrize(
    "text",
    ['{a: "b", c}', "{a: b, c: }", "{a, b}", "[a, b: c, d]", "a: b\nc:\n", "{a: {b: c}, d}", "{a: b, 'c': ''}"],
)
def test_what_no_comma_cut_in_two_is_read(text: str) -> None:
    mistakes.loaded(text, "x.yml")


@pytest.mark.parametrize(
    ("read", "text", "where"),
    [
        (lambda t: articles.parse("a/b", "x.md", t), "---\ntitle: A\nowner: b\ntitle: C\n---\n", "x.md:4: 'title'"),
        (
            lambda t: changelog.parse(t, "x.md"),
            "---\ntitle: A\ndate: 2026-11-18\ndate: 2026-11-19\n---\nx",
            "x.md:4: 'date'",
        ),
        (lambda t: parse_incident(t, "x.md", []), "---\nid: a\ntitle: A\nid: b\n---\n", "x.md:4: 'id'"),
        (lambda t: parse_components(t, "x.yml"), "page:\n  id: a\n  name: A\n  id: b\n", "x.yml:4: 'id'"),
        (lambda t: parse_components(t, "x.yml"), "components: []\npage: {}\ncomponents: []\n", "x.yml:3: 'components'"),
    ],
)
def test_a_key_that_stands_twice_is_named_with_both_lines(read, text, where) -> None:  # type: ignore[no-untyped-def]
    with pytest.raises((ContentError, ExceptionGroup)) as caught:
        read(text)

    error = caught.value
    message = str(error.exceptions[0] if isinstance(error, ExceptionGroup) else error)
    assert message.startswith(f"{where} is there twice, in line ")
    assert f"and line {where.split(':')[1]}" in message


PIECES = [
    *(
        "a",
        "b: ",
        "- ",
        ":",
        "[",
        "]",
        "{",
        "}",
        ",",
        "'",
        '"',
        " #",
        "&x ",
        "*x",
        "!",
        "|",
        ">",
        "? ",
        "%",
        "@",
        "yes",
    ),
    *("\n", "\n  ", "\n- ", "1", "2026-01-01", "2026-02-30", "<<: ", "---\n", "...\n", "é", "\t", "|#", "a:1"),
]


@given(st.lists(st.sampled_from(PIECES), max_size=12))
def test_the_quick_reader_reads_what_the_slow_one_reads_or_leaves_it_alone(pieces: list[str]) -> None:
    text = "".join(pieces)
    quick = mistakes.quickly(text, 1)

    if quick is not None:
        assert repr(quick) == repr((yaml.safe_load(text), yaml_lines.lines(text, 1)))


def test_front_matter_as_writers_write_it_is_read_quickly() -> None:
    text = "title: How do I pay?\nquestions:\n  - My card, again\nrelated:\n  - a/b\nreviewed: 2026-11-20\n"

    assert mistakes.quickly(text, 2) == (yaml.safe_load(text), yaml_lines.lines(text, 2))
