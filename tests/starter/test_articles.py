"""The starter library keeps its promises: what every article has, and that its links lead somewhere. An adopter's own
articles are not held to this."""

import datetime
import posixpath
import re
from functools import lru_cache
from pathlib import Path
from typing import Any

import pytest
import yaml

from functions.app import ROUTES
from portal.account import CARDS
from portal.articles import conditions, facts
from portal.articles.covers import kind_of
from portal.menu import NEEDS
from portal.settings import Parts

ROOT = Path(__file__).parents[2]
DOCS = ROOT / "docs"
KEYS = {"title", "short", "description", "questions", "related", "reviewed", "owner", "covers", "needs"}
EVERYTHING = dict.fromkeys([*Parts.model_fields, "sign_in"], True)
NO_FACTS = dict.fromkeys(facts.NAMES, "")
SECTIONS = ["Steps", "What you will see", "If it does not work"]
FORBIDDEN = re.compile(r"\b(oops|simply|please|just click)\b|!(?!\[)", re.IGNORECASE)
# Pages of the portal without a file in docs/, so that MkDocs cannot check links to them.
PORTAL_PAGES = {"search", "my/status/webhooks", *(path.rstrip("/") for path in NEEDS)}
PAGE_LINK = re.compile(r"\]\(portal:([^)]*)\)")
ARTICLE_LINK = re.compile(r"\]\((?!portal:|https://)([^)]*)\)")


def ids() -> list[str]:
    files = (path.relative_to(DOCS) for path in DOCS.glob("*/*.md"))
    return sorted(path.with_suffix("").as_posix() for path in files)


@lru_cache
def read(article: str) -> tuple[dict[str, Any], str]:
    """Return an article's front matter and its Markdown as it reads with every part, before any fact is filled in."""
    _, front, body = (DOCS / f"{article}.md").read_text(encoding="utf-8").split("---\n", 2)
    return yaml.safe_load(front), conditions.applied(body, EVERYTHING, article, NO_FACTS).strip()


def search_tests() -> dict[str, str]:
    questions: dict[str, str] = yaml.safe_load((DOCS / "search-tests.yml").read_text(encoding="utf-8"))
    return questions


def words(markdown: str) -> list[str]:
    return re.sub(r"<[^>]*>|!\[[^\]]*\]\([^)]*\)|\]\([^)]*\)|[\[*#]", " ", markdown).split()


def test_the_starter_library_answers_fifty_questions() -> None:
    assert len(ids()) >= 50


def test_no_wording_of_a_question_is_there_twice_or_is_a_test_of_the_search() -> None:
    wordings = [wording for article in ids() for wording in [read(article)[0]["title"], *read(article)[0]["questions"]]]
    spelled = [" ".join(re.findall(r"[a-z0-9]+", wording.casefold())) for wording in wordings]
    asked = {" ".join(re.findall(r"[a-z0-9]+", question.casefold())) for question in search_tests()}

    assert [one for one in spelled if spelled.count(one) > 1] == []
    assert asked & set(spelled) == set()


def test_the_search_is_asked_at_least_150_questions_about_all_articles() -> None:
    assert len(search_tests()) >= 150
    assert set(search_tests().values()) == set(ids())


@pytest.mark.parametrize("article", ids())
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

    def test_it_lists_three_to_six_other_wordings(self, article: str) -> None:
        assert 3 <= len(read(article)[0]["questions"]) <= 6

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

        assert 80 <= len(words(body)) <= 300
        assert FORBIDDEN.findall(own_words) == []

    def test_it_covers_what_there_is(self, article: str) -> None:
        covers = read(article)[0].get("covers", [])

        assert [path for path in covers if kind_of(path) == "paths" and not (ROOT / path).exists()] == []
        assert [route for route in covers if kind_of(route) == "routes" and not _is_page(route)] == []

    def test_its_links_lead_to_an_article_or_a_page_of_the_portal(self, article: str) -> None:
        body = read(article)[1]
        articles = {
            _below(posixpath.dirname(article), link) for link in ARTICLE_LINK.findall(body) if "pictures/" not in link
        }
        pages = {link.rstrip("/") for link in PAGE_LINK.findall(body)}

        assert articles <= {f"{known}.md" for known in ids()}
        assert pages <= PORTAL_PAGES
        assert "<a" not in body


def _is_page(route: str) -> bool:
    """Whether a route is the functions' or one of the portal's own pages."""
    return route in ROUTES or route.strip("/") in PORTAL_PAGES


def _below(folder: str, link: str) -> str:
    """Resolve a relative link, so that it holds below any base path; an absolute one stays as it is."""
    return posixpath.normpath(posixpath.join(folder, link))


def test_the_cards_of_the_account_page_are_explained_by_articles_that_exist() -> None:
    explained = {card.article for card in CARDS.values() if card.article}

    assert explained - set(ids()) == set()
    assert [job for job, card in CARDS.items() if not card.article] == ["sessions"]
