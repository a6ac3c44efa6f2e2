"""A new article: its file, and the questions that are answered already."""

from pathlib import Path

import pytest

from portal.articles import parse
from scripts.new_article import name_of
from scripts.new_article.__main__ import main
from tests.scripts.writing.test_check_articles import portal

__all__ = ["portal"]


@pytest.mark.usefixtures("portal")
def test_a_new_article_is_a_draft_that_the_portal_reads(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["How do I export my data?", "--topic", "billing", "--owner", "support"]) == 0

    path = Path(capsys.readouterr().out.strip())
    found = parse("billing/export-data", str(path), path.read_text())
    assert (path.name, found.title, found.front.draft, found.front.owner) == (
        "export-data.md",
        "How do I export my data?",
        True,
        "support",
    )


@pytest.mark.parametrize("question", ["Update your card", "How can I update the card?", "updating cards"])
@pytest.mark.usefixtures("portal")
def test_a_question_that_is_answered_is_refused_and_the_article_named(
    question: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main([question, "--topic", "billing"]) == 1

    assert "docs/billing/card.md answers that already: 'Update your card'" in capsys.readouterr().err
    assert len(list(Path("docs").rglob("*.md"))) == 2


@pytest.mark.usefixtures("portal")
def test_a_topic_that_is_not_there_and_a_file_that_is_are_refused(capsys: pytest.CaptureFixture[str]) -> None:
    wrong = main(["How do I export my data?", "--topic", "exports"])
    taken = main(["How do I export my data?", "--topic", "billing", "--name", "card"])

    assert (wrong, taken) == (2, 2)
    said = capsys.readouterr().err
    assert "There is no topic 'exports'. Give one with --topic: billing, team." in said
    assert "billing/card.md is there already" in said


@pytest.mark.usefixtures("portal")
def test_a_title_that_is_no_question_is_written_with_a_doubt(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["Exports", "--topic", "billing"]) == 0
    assert "neither a question nor a task" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("question", "name"),
    [
        ("How do I update my card?", "update-card"),
        ("Where can I find an invoice", "find-invoice"),
        ("Why can't I sign in?", "sign-in"),
        ("Export", "export"),
        ("設定?", "new-article"),
        ("How do I " + "very " * 30 + "long?", "-".join(["very"] * 12)),
    ],
)
def test_a_name_is_short_and_says_what_it_is_about(question: str, name: str) -> None:
    assert name_of(question) == name
