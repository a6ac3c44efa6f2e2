"""What the HTML checker's answer means; the checker itself runs in `make check-html`."""

from pathlib import Path

import pytest

from scripts.check_html import EXCEPTIONS, Finding, findings, unexpected

ANSWER = {
    "messages": [
        {
            "type": "error",
            "url": "file:/tmp/x/a/index.html",
            "lastLine": 7,
            "message": "Bad value.",
            "extract": "<a\n >",
        },
        {
            "type": "error",
            "url": "file:/tmp/x/a/index.html",
            "lastLine": 9,
            "message": "Bad value.",
            "extract": "<a\n >",
        },
        {"type": "info", "subType": "warning", "url": "file:/tmp/x/b.html", "message": "Consider this."},
    ]
}


def test_each_message_is_told_once_a_page_with_its_place() -> None:
    found = findings(ANSWER, Path("/tmp/x"))

    assert [str(one) for one in found] == ["a/index.html:7: Bad value. [<a >]", "b.html:0: Consider this. []"]


@pytest.mark.parametrize(
    ("message", "extract", "left"),
    [
        (
            "Attribute \u201cautocomplete\u201d is only allowed when the input",
            '<input id="__drawer" autocomplete="off">',
            0,
        ),
        ("Attribute \u201cautocomplete\u201d is only allowed when the input", '<input id="__search">', 0),
        ("Attribute \u201cautocomplete\u201d is only allowed when the input", '<input id="ours">', 1),
        ("Duplicate ID \u201ca\u201d.", "<p id=a>", 1),
    ],
)
def test_only_what_is_on_the_list_is_let_pass(message: str, extract: str, left: int) -> None:
    assert len(unexpected([Finding("a.html", 1, message, extract)])) == left


def test_every_exception_says_why() -> None:
    assert all(len(why) > 20 for _, why in EXCEPTIONS)
