"""What a check says: in a terminal, as Markdown, as annotations, in the issue, and to the build."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from portal.freshness import answers, issue, release, report
from portal.freshness.answers import Answer
from portal.freshness.check import Hit
from portal.freshness.diffs import Line
from portal.freshness.proofs import Proof
from portal.freshness.release import Checked, Notice

PROOF = Proof(
    3, "Choose **Update card** | `now`", Line("web/en.json", 7, '"card": "Update card"'), '"Update card" is gone'
)
SURE = Hit("billing/card", "docs/billing/card.md", 2, 0.9, (), (PROOF,))
CERTAIN = Hit("billing/plan", "docs/billing/plan.md", 1, 1.0, ("paths: web/plan/**",), ())
POSSIBLE = Hit("team/roles", "docs/team/roles.md", 3, 0.4, (), ())
CHECKED = Checked("acme/web", "v2.0.0", "2026-11-28", (CERTAIN, SURE, POSSIBLE))
NOTHING = Checked("acme/web", "v2.0.0", "2026-11-28", ())


def test_the_terminal_shows_both_lines_and_what_happened() -> None:
    assert report.text(CHECKED) == (
        "acme/web v2.0.0: 2 articles to check, 1 more worth a look.\n"
        "\n"
        "docs/billing/plan.md  [certain: paths: web/plan/**]\n"
        "\n"
        "docs/billing/card.md  [likely: strong evidence in the change, 90 %]\n"
        "  line 3: Choose **Update card** | `now`\n"
        '    in web/en.json:7: "card": "Update card"\n'
        '    "Update card" is gone\n'
        "\n"
        "docs/team/roles.md  [possible: worth a look, 40 %]"
    )
    assert report.text(NOTHING) == "acme/web v2.0.0: no article seems to be affected."


def test_a_products_text_is_no_command_to_a_terminal_or_a_runner() -> None:
    nasty = Proof(1, "\x1b[31mred", Line("::warning::x", 1, "\x07\x1b]0;title\x07"), '"a\x1b[2J" is gone')

    text = report.text(Checked("acme/web", "v1", "2026-11-28", (Hit("a", "docs/a.md", 2, 0.9, (), (nasty,)),)))

    assert all(line.isprintable() for line in text.split("\n"))
    assert not any(line.lstrip().startswith("::") for line in text.split("\n"))


def test_markdown_has_no_mention_and_no_markup_of_the_products_own() -> None:
    nasty = Proof(
        1, "`` @acme/all ``", Line("a`b.py", 1, "<img src=x> @ada [x](http://e)"), "**@ada** <b>`x` was renamed"
    )
    hit = Hit("a", "docs/a.md", 2, 0.9, (), (nasty,))

    text = report.markdown(Checked("acme/web", "v1 @ada", "2026-11-28", (hit,)))

    assert "@ada** <b>" not in text
    assert "`<img src=x> @ada [x](http://e)`" in text
    assert "\\*\\*@\u200bada\\*\\* \\<b\\>" in text


def test_the_most_read_article_comes_first_in_its_tier() -> None:
    other = Hit("billing/tax", "docs/billing/tax.md", 2, 0.8, (), ())

    found = report.ordered([SURE, other, CERTAIN, POSSIBLE], {"billing/tax": 500, "team/roles": 9000})

    assert [hit.id for hit in found] == ["billing/plan", "billing/tax", "billing/card", "team/roles"]


def test_annotations_name_file_and_line_and_break_no_command() -> None:
    proof = Proof(4, "x", None, "100 % of\nthe lines")
    found = report.annotations(
        Checked("acme/web", "v2,1", "2026-11-28", (Hit("a", "docs/a:b.md", 2, 0.9, (), (proof,)),))
    )

    assert found == ["::warning file=docs/a%3Ab.md,line=4,title=Check against v2%2C1::Likely: 100 %25 of%0Athe lines"]


def test_only_sure_articles_are_annotated() -> None:
    assert ["card.md" in line or "plan.md" in line for line in report.annotations(CHECKED)] == [True, True]


def tick(body: str, article: str, *what: str) -> str:
    """The issue's text with boxes of an article ticked, as a browser sends it back."""
    head, found, rest = body.partition(f"<!-- {article} ")
    lines = rest.split("\n- [", 1)
    for words in what:
        lines[0] = lines[0].replace(f"[ ] {words}", f"[x] {words}")
    return (head + found + "\n- [".join(lines)).replace("\n", "\r\n")


def test_the_issue_keeps_what_was_ticked_when_it_is_written_again() -> None:
    body = tick(issue.body(CHECKED), "billing/card", "It was wrong")

    again = issue.body(CHECKED, body)

    assert issue.body(CHECKED, again) == again
    assert issue.answers(again) == [Answer("acme/web", "v2.0.0", "billing/card", 2, wrong=True)]


def test_an_answered_article_stays_in_the_issue_when_it_is_no_longer_flagged() -> None:
    body = issue.body(NOTHING, tick(issue.body(CHECKED), "team/roles", "It was right"))

    assert issue.answers(body) == [Answer("acme/web", "v2.0.0", "team/roles", 3, wrong=False)]
    assert "billing/card" not in body


def test_both_boxes_are_no_answer() -> None:
    assert issue.answers(tick(issue.body(CHECKED), "billing/card", "It was wrong", "It was right")) == []


@given(st.text() | st.lists(st.sampled_from(issue.body(CHECKED).split("\n"))).map("\n".join))
def test_any_text_of_an_issue_can_be_read_and_written_again(before: str) -> None:
    body = issue.body(CHECKED, before)

    assert body.startswith(issue.mark(CHECKED))
    assert issue.body(CHECKED, body) == body


def test_answers_are_kept_once_and_say_how_often_the_flags_were_right() -> None:
    first, second = (Answer("acme/web", "v1", "a", 1, wrong) for wrong in (False, True))
    other = Answer("acme/web", "v1", "b", 3, wrong=False)

    kept = answers.read("answers.jsonl", answers.written([first, second, other]).splitlines())

    assert kept == [second, other]
    assert answers.precision(kept) == "Of 2 answered flags 1 were right (50 %): certain 1 of 1, possible 0 of 1."
    assert answers.precision([]) == ""


@pytest.mark.parametrize("line", ["{", "[]", '{"repo": "a"}', '{"repo":1,"release":1,"article":1,"tier":"x"}'])
def test_a_line_that_is_no_answer_is_named(line: str) -> None:
    with pytest.raises(ValueError, match=r"answers\.jsonl:1: this is no answer"):
        answers.read("answers.jsonl", [line])


def test_the_build_learns_of_sure_articles_from_each_products_last_check() -> None:
    old = Checked("acme/web", "v1.0.0", "2026-10-01", (POSSIBLE, SURE))
    other = Checked("acme/api", "v9", "2026-12-01", (CERTAIN,))

    data = release.merged(release.merged(release.merged(None, old), CHECKED), other)

    assert [check["repo"] for check in data["checks"]] == ["acme/api", "acme/web"]
    assert release.notices(json.loads(json.dumps(data))) == {
        "billing/card": Notice("v2.0.0", "2026-11-28"),
        "billing/plan": Notice("v9", "2026-12-01"),
    }


@pytest.mark.parametrize("data", [None, [], {}, {"checks": 1}, {"checks": [1]}, {"checks": [{"release": "v1"}]}])
def test_a_file_of_another_form_is_refused(data: object) -> None:
    with pytest.raises(ValueError, match="has no"):
        release.notices(data)
