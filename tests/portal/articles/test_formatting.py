"""A tidied article, whose page is the same to the byte."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from markdown import Markdown

from portal.articles import formatting, lists

MARKDOWN = Markdown(
    extensions=["admonition", "attr_list", "def_list", "footnotes", "md_in_html", "sane_lists", "tables", "toc",
                "pymdownx.details", "pymdownx.tabbed", "pymdownx.superfences"],
    extension_configs={"pymdownx.tabbed": {"alternate_style": True}},
)  # fmt: skip


def render(text: str) -> str:
    MARKDOWN.reset()
    return MARKDOWN.convert(lists.aligned(text))


@pytest.mark.parametrize(
    ("text", "tidied"),
    [
        ("Text\n \n\t\n\nMore\n", "Text\n\nMore\n"),
        ("## Steps ##\n1. Go\n", "## Steps\n\n1. Go\n"),
        ("* a\n* b\n    * c\n", "- a\n- b\n    - c\n"),
        ("Do:\n- a\n- b\n", "Do:\n\n- a\n- b\n"),
        ("## Text  \n\nMore\n\n\n", "## Text\n\nMore\n"),
        ("A **word** that stays.\n", "A **word** that stays.\n"),
    ],
)
def test_what_no_reader_sees_is_tidied(text: str, tidied: str) -> None:
    assert formatting.formatted("a.md", text, render)[0] == tidied


@pytest.mark.parametrize(
    "text",
    [
        "One  \ntwo\n",
        "```\n* a \n\n\n\n# b\n```\n",
        "!!! note\n    * a\n\n    ```\n    x = 1  \n    ```\n",
        "* a\n\n- b\n",
        "Term\n:   * meaning\n",
        "| a | b |\n|---|---|\n| 1 | 2 |\n",
    ],
)
def test_the_page_stays_the_same(text: str) -> None:
    tidied, _ = formatting.formatted("a.md", text, render)

    assert render(tidied) == render(text)


def test_front_matter_is_not_touched() -> None:
    text = "---\ntitle:   Pay \nquestions: [ a ,b ]\n---\n\n* a\n"

    assert formatting.formatted("a.md", text, render)[0] == text.replace("* a", "- a")


def test_a_hard_break_stays_where_the_rest_is_tidied() -> None:
    tidied, outcome = formatting.formatted("a.md", "One  \ntwo\n \n* a\n", render)

    assert (tidied, outcome) == ("One  \ntwo\n\n- a\n", "changed")


LINES = st.lists(
    st.sampled_from(["", "", "text", "text  ", "* a", "- b ", "  * c", "    * d", "1. e", "2) f", "# g #", "##h", "> q",
                     "```", "    code", "!!! note", "    inside", "| x | y |", "|---|---|", "<div>", "</div>", "---",
                     "[^1]: note", "a[^1]", ":   def", "===", '=== "Tab"']),
    max_size=14,
)  # fmt: skip


@given(LINES)
def test_no_text_is_shown_otherwise_and_tidying_twice_changes_nothing(lines: list[str]) -> None:
    text = "\n".join(["Begin", "", *lines]) + "\n"

    tidied, _ = formatting.formatted("a.md", text, render)

    assert render(tidied) == render(text)
    assert formatting.formatted("a.md", tidied, render)[0] == tidied
