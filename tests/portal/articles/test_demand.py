"""What customers ask most, gathered from wordings."""

import pytest

from portal.articles import demand
from portal.articles.demand import Asked
from portal.search.words import stems

LIBRARY = {"billing/card": [stems("How do I update my card?")], "team/invite": [stems("Invite a teammate")]}


def test_wordings_of_a_question_are_one_and_the_article_that_answers_it_is_named() -> None:
    asked = [
        Asked("Re: update my card", 3, "ticket"),
        Asked("Updating card", 2, "ticket"),
        Asked("update card", 4, "search"),
        Asked("export everything", 5, "macro"),
    ]

    card, export = demand.questions(asked, LIBRARY, stems)

    assert (card.text, dict(card.times), card.article) == ("update card", {"search": 4, "ticket": 5}, "billing/card")
    assert (export.text, export.article, export.total) == ("export everything", "", 5)


def test_the_share_is_that_of_tickets_and_the_missing_are_those_of_the_top() -> None:
    asked = [
        Asked("update card", 6, "ticket"),
        Asked("export data", 3, "ticket"),
        Asked("webhook retries", 1, "ticket"),
    ]
    found = demand.questions(asked, LIBRARY, stems)

    assert demand.covered(found, 2, 12) == (0.75, 1)
    assert demand.covered([], 50, 0) == (0.0, 0)


@pytest.mark.parametrize(
    ("subject", "bare"),
    [("RE: Fwd: Card", "Card"), ("[EXT] [#12] AW: Card", "Card"), ("Re-open my ticket", "Re-open my ticket"), ("", "")],
)
def test_what_programs_put_before_a_subject_is_taken_off(subject: str, bare: str) -> None:
    assert demand.bare(subject) == bare


def test_words_that_say_nothing_make_no_question() -> None:
    assert demand.questions([Asked("how can I?", 9, "ticket")], LIBRARY, stems) == []
