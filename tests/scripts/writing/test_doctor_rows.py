"""The doctor's rows about articles: what the rules find, and what to write next."""

from pathlib import Path

import pytest

from functions.services import Services
from scripts.doctor import Portal, writing
from tests.scripts.writing.test_top_questions import asked

__all__ = ["asked"]


@pytest.fixture
def portal(asked: Services, tmp_path: Path) -> Portal:
    """A portal with one article, and customers who ask for an export that none explains."""
    (tmp_path / "mkdocs.yml").write_text("extra: {portal: {product: Acme, support_email: a@acme.example}}\n")
    found = Portal(asked.settings.environ)
    found.services = asked
    return found


def test_articles_without_warnings_pass_and_a_dead_link_fails_with_its_line(portal: Portal) -> None:
    path = Path("docs/plans-and-billing/update-card.md")
    before = writing.rules(portal)
    path.write_text(path.read_text() + "\n[gone](gone.md)\n")
    after = writing.rules(portal)

    assert (before.state, after.state) == ("pass", "fail")
    assert after.says == f"{path}:7: the link to 'plans-and-billing/gone.md' leads nowhere"


def test_a_question_that_many_ask_and_no_article_answers_fails_until_it_is_written(portal: Portal) -> None:
    before = writing.wanted(portal)
    Path("docs/plans-and-billing/export.md").write_text("---\ntitle: Export all my data\n---\n\nOpen it.\n")

    assert (before.state, writing.wanted(portal).state) == ("fail", "pass")
    assert before.says == "asked often, and no article answers it: 'export data'"


def test_without_articles_here_both_are_unknown(portal: Portal) -> None:
    Path("docs/plans-and-billing/update-card.md").unlink()

    assert {writing.rules(portal).state, writing.wanted(portal).state} == {"unknown"}
