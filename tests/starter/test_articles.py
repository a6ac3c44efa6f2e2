"""The starter library keeps its promises: what every article has, and that its links lead somewhere. An adopter's own
articles are not held to this."""

import datetime
import posixpath
import re
from pathlib import Path
from typing import Any

import pytest
import yaml

from portal.articles import conditions
from portal.settings import Parts

DOCS = Path(__file__).parents[2] / "docs"
STARTERS = {
    "getting-in/cant-sign-in",
    "getting-in/forgot-password",
    "getting-in/lost-two-factor-device",
    "your-team/invite-a-teammate",
    "your-team/add-or-remove-seats",
    "your-team/remove-a-teammate",
    "plans-and-billing/change-plan",
    "plans-and-billing/update-card",
    "plans-and-billing/card-declined",
    "plans-and-billing/find-an-invoice",
    "plans-and-billing/cancel",
    "plans-and-billing/after-you-cancel",
    "using-the-portal/ask-us-and-follow-a-ticket",
    "using-the-portal/add-a-file-to-a-ticket",
    "using-the-portal/is-it-down",
    "using-the-portal/what-changed",
    "using-the-portal/change-notifications",
    "using-the-portal/change-your-account",
}
KEYS = {"title", "short", "description", "questions", "related", "reviewed", "owner", "covers", "needs"}
EVERYTHING = dict.fromkeys([*Parts.model_fields, "sign_in"], True)
SECTIONS = ["Steps", "What you will see", "If it does not work"]
FORBIDDEN = re.compile(r"\b(oops|simply|please|just click)\b|!(?!\[)", re.IGNORECASE)
# Pages of the portal without a file in docs/, so that MkDocs cannot check links to them.
PORTAL_PAGES = {"ask", "status", "changelog", "search", "my", "my/billing", "my/account", "my/tickets"}
PAGE_LINK = re.compile(r"\]\(portal:([^)]*)\)")
ARTICLE_LINK = re.compile(r"\]\((?!portal:)([^)]*)\)")


def ids() -> list[str]:
    files = (path.relative_to(DOCS) for path in DOCS.glob("*/*.md"))
    return sorted(path.with_suffix("").as_posix() for path in files)


def read(article: str) -> tuple[dict[str, Any], str]:
    """Return an article's front matter and its Markdown as it reads with every part."""
    _, front, body = (DOCS / f"{article}.md").read_text(encoding="utf-8").split("---\n", 2)
    return yaml.safe_load(front), conditions.applied(body, EVERYTHING, article).strip()


def words(markdown: str) -> list[str]:
    return re.sub(r"<[^>]*>|!\[[^\]]*\]\([^)]*\)|\]\([^)]*\)|[\[*#]", " ", markdown).split()


def test_the_starter_library_has_its_articles() -> None:
    assert set(ids()) >= STARTERS


@pytest.mark.parametrize("article", sorted(STARTERS))
class TestArticle:
    def test_its_front_matter_is_complete(self, article: str) -> None:
        meta, _ = read(article)

        assert meta.keys() <= KEYS
        assert KEYS - meta.keys() <= {"covers", "short", "needs"}
        assert isinstance(meta["reviewed"], datetime.date)
        assert meta["owner"]

    def test_its_title_is_a_question_of_at_most_sixty_characters(self, article: str) -> None:
        title = read(article)[0]["title"]

        assert title.endswith("?")
        assert len(title) <= 60

    def test_its_description_is_one_plain_sentence(self, article: str) -> None:
        description = read(article)[0]["description"]

        assert re.fullmatch(r"[A-Z][^.!?]+\.", description)
        assert len(description) <= 124

    def test_it_lists_three_other_wordings_none_of_them_its_title(self, article: str) -> None:
        meta, _ = read(article)
        spellings = {question.casefold() for question in [meta["title"], *meta["questions"]]}

        assert len(meta["questions"]) == 3
        assert len(spellings) == 4

    def test_its_related_articles_exist_and_are_others(self, article: str) -> None:
        related = read(article)[0]["related"]

        assert 2 <= len(related) <= 3
        assert len(set(related)) == len(related)
        assert set(related) <= set(ids()) - {article}

    def test_it_answers_in_its_first_paragraph(self, article: str) -> None:
        first = read(article)[1].split("\n\n")[0]

        assert not first.startswith(("#", "1.", "-"))
        assert len(words(first)) < 60

    def test_it_has_the_three_sections_and_numbered_steps(self, article: str) -> None:
        body = read(article)[1]
        steps = body.split("## Steps\n")[1].split("\n## ")[0]
        numbers = [int(number) for number in re.findall(r"^(\d+)\. ", steps, re.MULTILINE)]

        assert re.findall(r"^#+ (.*)$", body, re.MULTILINE) == SECTIONS
        assert len(numbers) >= 3
        assert numbers == list(range(1, len(numbers) + 1))

    def test_it_is_short_and_keeps_the_voice(self, article: str) -> None:
        meta, body = read(article)
        own_words = "\n".join([meta["title"], meta["description"], body])

        assert 150 <= len(words(body)) <= 350
        assert FORBIDDEN.findall(own_words) == []

    def test_its_links_lead_to_an_article_or_a_page_of_the_portal(self, article: str) -> None:
        body = read(article)[1]
        articles = {
            _below(posixpath.dirname(article), link) for link in ARTICLE_LINK.findall(body) if "pictures/" not in link
        }
        pages = {link.rstrip("/") for link in PAGE_LINK.findall(body)}

        assert articles <= {f"{known}.md" for known in ids()}
        assert pages <= PORTAL_PAGES
        assert "<a" not in body


def _below(folder: str, link: str) -> str:
    """Resolve a relative link, so that it holds below any base path; an absolute one stays as it is."""
    return posixpath.normpath(posixpath.join(folder, link))
