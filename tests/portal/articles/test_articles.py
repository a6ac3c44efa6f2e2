"""Front matter: our keys, the messages about mistakes, and keys that we ignore."""

from datetime import date
from typing import get_args

import pytest
from hypothesis import given
from hypothesis import strategies as st

from portal import articles
from portal.articles import Article
from portal.settings import Parts, Topic

RIGHT = """\
---
title: Where do I find an invoice?
description: Every invoice is on your billing page.
questions:
  - Send me a receipt
related:
  - billing/update-card
reviewed: 2026-11-20
owner: support
covers:
  - app/billing/**
---

Open Billing.
"""


def article(id: str, text: str = "") -> Article:
    return articles.parse(id, f"docs/{id}.md", text)


def mistakes(text: str) -> list[str]:
    with pytest.raises(ExceptionGroup) as caught:
        article("billing/find-an-invoice", text)
    return [str(error) for error in caught.value.exceptions]


def test_an_article_is_read_from_its_front_matter() -> None:
    found = article("billing/find-an-invoice", RIGHT)

    assert found.title == "Where do I find an invoice?"
    assert found.topic == "billing"
    assert found.front.questions == ["Send me a receipt"]
    assert found.front.reviewed == date(2026, 11, 20)


def test_without_a_title_the_first_heading_is_it() -> None:
    assert article("a/b", "```\n# a comment\n```\n\n# Is it *down*? #\n").title == "Is it down?"


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("---\ntitle: Is it down?\n---\n\n# Is it  *down*? #\n", []),
        ("---\ntitle: Is `it` down?\n---\n<!-- if status -->\nIs `it` down?\n===\n", []),
        ("---\ntitle: T\n---\n\n```\n# a comment\n```\n\n## Steps\n", []),
        ("# Is it down? {#down}\n\nText.\n", []),
        ("---\ntitle: T\n---\n\nText.\n\n# Steps {#s}\n",
         ["a.md:7: the heading 'Steps' would be shown in place of the title in line 2, 'T'; an article has one of "
          "both, so write this with '##', or take it out"]),
        ("---\nowner: me\ntitle: T\n---\n<h1 id='x'>Steps &amp; more</h1>\n",
         ["a.md:5: the heading 'Steps & more' would be shown in place of the title in line 3, 'T'; an article has one "
          "of both, so write this with '##', or take it out"]),
        ("Text.\n\nSteps\n=====\n",
         ["a.md:3: the heading of the first level stands below a text; write it with '##', or move it to the top"]),
    ],
)  # fmt: skip
def test_a_heading_that_is_not_the_title_is_named(text: str, said: list[str]) -> None:
    assert [str(fault) for fault in articles.text_faults("a.md", text)] == said


def test_without_a_heading_the_file_name_is_the_title() -> None:
    assert article("a/is-it_down", "Text.").title == "Is it down"


def test_an_article_outside_of_all_folders_has_no_topic() -> None:
    assert article("contact").topic == ""


def test_keys_of_others_do_not_matter() -> None:
    text = "---\ntitle: T\nsource_id: '7'\ncategory: C\nsection: S\nhide: [toc]\n---\n"

    assert article("a/b", text).title == "T"
    assert articles.misspellings("docs/a/b.md", text) == []


def test_a_key_that_looks_like_one_of_ours_is_pointed_out() -> None:
    (found,) = articles.misspellings("docs/a/b.md", "---\ntitle: T\nquestion:\n  - Why?\n---\n")

    assert str(found) == "docs/a/b.md:3: front matter has 'question', which does nothing. Did you mean 'questions'?"


def test_wrong_values_are_named_with_their_lines() -> None:
    text = RIGHT.replace("2026-11-20", "last week").replace("  - Send me a receipt", "  Send me a receipt")

    assert mistakes(text) == [
        "docs/billing/find-an-invoice.md:4: questions: 'Send me a receipt' is wrong, "
        "expected a list of other wordings of the question.",
        "docs/billing/find-an-invoice.md:8: reviewed: 'last week' is wrong, expected a date such as 2026-11-20.",
    ]


def test_front_matter_that_is_no_yaml_is_a_mistake_and_not_an_article_without_one() -> None:
    (mistake,) = mistakes("---\ntitle: Error: it fails\n---\nText.\n")

    assert mistake.startswith("docs/billing/find-an-invoice.md:2: is not valid YAML: a second ': '")


def test_front_matter_that_is_a_list_is_a_mistake() -> None:
    assert mistakes("---\n- title\n---\n") == [
        "docs/billing/find-an-invoice.md:2: the front matter must be lines of 'key: value'"
    ]


def test_windows_line_ends_and_byte_order_marks_are_read_too() -> None:
    assert article("a/b", "\ufeff" + RIGHT.replace("\n", "\r\n")).front.owner == "support"


def test_a_related_article_that_does_not_exist_is_named_with_the_one_that_was_meant() -> None:
    found = articles.unknown_related([article("billing/find-an-invoice", RIGHT), article("billing/update-cards")])

    assert [str(error) for error in found] == [
        "docs/billing/find-an-invoice.md:7: related: there is no article 'billing/update-card'. "
        "Did you mean 'billing/update-cards'?"
    ]


def test_topics_keep_the_writers_order() -> None:
    team, billing = Topic(id="team", title="Your team"), Topic(id="billing", title="Billing")
    first, second = article("billing/card"), article("team/seats")

    assert articles.topics([first, second], [team, billing]) == [(team, [second]), (billing, [first])]


def test_without_a_list_every_folder_is_a_topic() -> None:
    found = articles.topics([article("your-team/seats/add"), article("billing/card"), article("contact")], [])

    assert [(topic.id, topic.title, len(members)) for topic, members in found] == [
        ("billing", "Billing", 1),
        ("your-team", "Your team", 1),
    ]


# No deadline, which would fail on a busy machine.
@given(st.text() | st.text().map(lambda text: f"---\n{text}\n---\n"))
def test_any_text_is_an_article_or_a_named_mistake(text: str) -> None:
    named: list[str] = []
    try:
        named.append(f"docs/a/b.md: {article('a/b', text).title}")
    except ExceptionGroup as group:
        named += [str(error) for error in group.exceptions]

    assert named
    assert all(name.startswith("docs/a/b.md:") for name in named)


def test_an_article_may_need_each_part_that_can_be_switched_off():
    assert set(get_args(articles.Needed)) == {*Parts.model_fields, "sign_in"}
