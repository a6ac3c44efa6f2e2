import pytest
from hypothesis import given
from hypothesis import strategies as st

from portal.articles import conditions
from portal.errors import ContentError

ON = {"tickets": True, "billing": False, "status": True}
FACTS = {"product": "Fjord", "hours": "Monday to Friday", "phone": ""}


def read(text: str) -> str:
    return conditions.applied(text, ON, "docs/a.md", FACTS)


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("Wait. <!-- if tickets -->Ask us.<!-- end --> Then go.", "Wait. Ask us. Then go."),
        ("Wait. <!-- if billing -->Pay. <!-- end -->Then go.", "Wait. Then go."),
        ("<!-- if not billing -->Write.<!-- end -->", "Write."),
        ("<!-- if tickets -->Ask<!-- else -->Write<!-- end --> us", "Ask us"),
        ("<!-- if billing -->Ask<!-- else -->Write<!-- end --> us", "Write us"),
        ("<!-- if tickets and status -->Both<!-- end -->", "Both"),
        ("<!-- if tickets and not status -->Both<!-- end -->", ""),
        ("<!-- if tickets -->a<!-- if billing -->b<!-- else -->c<!-- end -->d<!-- end -->", "acd"),
        ("<!-- if billing -->a<!-- if tickets -->b<!-- else -->c<!-- end -->d<!-- else -->e<!-- end -->", "e"),
        ("<!-- if billing or status -->Either<!-- end -->", "Either"),
        ("<!-- if billing or not status -->Either<!-- end -->", ""),
        ("<!-- if billing and status or tickets and not billing -->Yes<!-- end -->", "Yes"),
        ("<!--if   tickets-->Tight<!--end-->", "Tight"),
        # A list stays one list: a mark on a line of its own leaves no empty line.
        ("- one\n<!-- if tickets -->\n- two\n<!-- end -->\n- three\n", "- one\n- two\n- three\n"),
        ("- one\n  <!-- if billing -->\n  - two\n  <!-- end -->\n- three", "- one\n- three"),
        ("a\n\n<!-- if billing -->\n## Pay\n\nNow.\n\n<!-- end -->\nb", "a\n\nb"),
        # A fact stands in place of other words, once it is filled in.
        ("Open <!-- say product -->the product<!-- end -->.", "Open Fjord."),
        ("Call <!-- say phone -->us<!-- end -->.", "Call us."),
        ("<!-- if phone -->Call.<!-- else -->Write.<!-- end -->", "Write."),
        ("<!-- if hours and tickets -->On <!-- say hours -->weekdays<!-- end -->.<!-- end -->", "On Monday to Friday."),
        ("<!-- if billing -->On <!-- say hours -->weekdays<!-- end -->.<!-- end -->Then", "Then"),
        (
            "<!-- say hours -->On <!-- if tickets -->all<!-- else -->some<!-- end --> days<!-- end -->",
            "Monday to Friday",
        ),
        ("<!-- say phone -->On <!-- if tickets -->all<!-- else -->some<!-- end --> days<!-- end -->", "On all days"),
        ("a\n\n<!-- say hours -->\nOn weekdays\n<!-- end -->\n\nb", "a\n\nMonday to Friday\n\nb"),
        ("`<!-- say product -->` is shown", "`<!-- say product -->` is shown"),
        # Code shows marks, and other comments stay.
        ("`<!-- if nothing -->` is shown", "`<!-- if nothing -->` is shown"),
        ("```html\n<!-- if nothing -->\n```\n", "```html\n<!-- if nothing -->\n```\n"),
        ("one ` tick\n\n<!-- if billing -->x<!-- end -->\n\nand ` another", "one ` tick\n\n\n\nand ` another"),
        ("<!-- a note --> <!-- endless -->", "<!-- a note --> <!-- endless -->"),
    ],
)
def test_what_stands_between_marks_is_there_while_its_part_is_on(text: str, shown: str):
    assert read(text).rstrip("\n") == shown.rstrip("\n")


@pytest.mark.parametrize(
    ("text", "mistakes"),
    [
        (
            "a\n<!-- if tickts -->\nb\n<!-- end -->",
            ["2: `<!-- if tickts -->`: there is no part 'tickts'. Did you mean"],
        ),
        (
            "<!-- if forum -->x<!-- end -->",
            ["1: `<!-- if forum -->`: there is no part 'forum'. Known: tickets, billing"],
        ),
        ("<!-- say produkt -->x<!-- end -->", ["1: `<!-- say produkt -->`: there is no fact 'produkt'. Did you mean"]),
        (
            "<!-- say tickets -->x<!-- end -->",
            ["1: `<!-- say tickets -->`: there is no fact 'tickets'. Known: product"],
        ),
        ("<!-- say phone -->x", ["1: `<!-- say ... -->` has no `<!-- end -->` after it."]),
        ("<!-- say phone -->x<!-- else -->y<!-- end -->", ["1: `<!-- else -->`: it stands between"]),
        (
            "<!-- if status or tickts -->x<!-- end -->",
            ["1: `<!-- if status or tickts -->`: there is no part 'tickts'."],
        ),
        ("<!-- if -->x<!-- end -->", ["1: `<!-- if -->`: there is no part ''"]),
        ("a\n\n<!-- if tickets -->x", ["3: `<!-- if ... -->` has no `<!-- end -->` after it."]),
        ("x<!-- end -->", ["1: `<!-- end -->`: there is no `<!-- if ... -->` before it."]),
        ("x<!-- else -->", ["1: `<!-- else -->`: it stands between"]),
        ("<!-- if tickets --><!-- else --><!-- else --><!-- end -->", ["1: `<!-- else -->`: it stands between"]),
        ("<!-- if tickets -->\n<!-- if status -->x<!-- end -->\n", ["1: `<!-- if ... -->` has no"]),
    ],
)
def test_a_mark_that_cannot_be_understood_is_named_with_its_line(text: str, mistakes: list[str]):
    with pytest.raises(ExceptionGroup) as caught:
        read(text)

    said = [str(mistake).removeprefix("docs/a.md:") for mistake in caught.value.exceptions]
    assert len(said) == len(mistakes)
    assert all(one.startswith(start) for one, start in zip(said, mistakes, strict=True)), said


MARKS = [
    "<!-- if tickets -->",
    "<!-- say product -->",
    "<!-- say phone -->",
    "<!-- else -->",
    "<!-- end -->",
    "`",
    "```\n",
    "\n",
    "a",
    "- ",
]


@given(st.lists(st.sampled_from(MARKS)))
def test_any_order_of_marks_gives_text_or_named_mistakes(pieces: list[str]):
    mistakes: tuple[Exception, ...] = ()
    shown = ""
    try:
        shown = read("".join(pieces))
    except ExceptionGroup as group:
        mistakes = group.exceptions

    assert all(isinstance(mistake, ContentError) and mistake.line for mistake in mistakes)
    assert shown.count("z") <= pieces.count("z")
