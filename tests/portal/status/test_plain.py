"""An update as plain text: paragraphs, list marks and the addresses of links arrive."""

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from portal.status.plain import from_plain, to_plain


@pytest.mark.parametrize(
    ("markdown", "text"),
    [
        ("One.\n\nTwo.", "One.\n\nTwo."),
        ("See [the guide](https://a.example/x?a=1&b=2).", "See the guide (https://a.example/x?a=1&b=2)."),
        ("<https://a.example/>", "https://a.example/"),
        ("- one\n- two\n    1. a\n    2. b\n- three", "- one\n- two\n  1. a\n  2. b\n- three"),
        ("Do this:\n\n1. Stop.\n2. Wait.\n\nThen go.", "Do this:\n\n1. Stop.\n2. Wait.\n\nThen go."),
        ("```\na  b\n  c\n```", "a  b\n  c"),
        ("line one  \nline two", "line one\nline two"),
        ("> said\n\nEnd", "> said\n\nEnd"),
        ("## Head\ntext **bold** `x<y>`", "Head\n\ntext bold x<y>"),
        ("| a | b |\n|--|--|\n| 1 | 2 |", "a | b\n1 | 2"),
        ("Write to <help@acme.example>", "Write to help@acme.example"),
        ("A & B < C", "A & B < C"),
    ],
)
def test_markdown_reads_as_its_writer_meant_it(markdown: str, text: str):
    assert to_plain(markdown) == text


def test_plain_text_becomes_paragraphs_lines_and_links():
    assert from_plain("Go to https://a.example/x?a=1&b=2.\nNow <b>\n\n- one") == (
        '<p>Go to <a href="https://a.example/x?a=1&amp;b=2">https://a.example/x?a=1&amp;b=2</a>.<br>\n'
        "Now &lt;b&gt;</p><p>- one</p>"
    )


@given(st.text(max_size=300))
def test_no_text_breaks_either_way(text: str):
    assert "<script" not in from_plain(text)
    assert "\n\n\n" not in to_plain(text)


def test_a_long_text_takes_no_longer_than_its_length_asks_for():
    def seconds(number: int) -> float:
        began = time.process_time()
        from_plain("https://" * number + "\n" * number + "." * number)
        return time.process_time() - began

    small, large = min(seconds(10_000) for _ in range(3)), min(seconds(40_000) for _ in range(3))
    assert large < max(small, 0.001) * 10
