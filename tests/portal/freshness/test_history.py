"""What changed together in the past, in one repository or in two."""

from datetime import UTC, datetime

import pytest

from portal.freshness.history import MOST_ARTICLES, Past, together

DAY = datetime(2026, 11, 2, 9, tzinfo=UTC)


def past(sha: str, day: int, *files: str) -> Past:
    return Past(sha, DAY.replace(day=day), files)


def test_a_commit_of_both_ties_its_files_to_its_articles() -> None:
    found = together([past("a", 2, "card.py", "plan.py")], [past("a", 2, "billing/card")])

    assert found.of(["card.py"]) == {"billing/card": 0.5}
    assert found.of(["other.py"]) == {}


@pytest.mark.parametrize(("day", "tied"), [(1, True), (4, True), (6, False), (9, False)])
def test_articles_in_a_repository_of_their_own_follow_the_product_within_days(day: int, tied: bool) -> None:
    found = together([past("a", 2, "card.py")], [past("b", day, "billing/card")])

    assert bool(found.of(["card.py"])) is tied


def test_a_commit_of_many_articles_says_nothing() -> None:
    many = [f"article{number}" for number in range(MOST_ARTICLES + 1)]

    assert together([past("a", 2, "card.py")], [past("a", 2, *many)]).of(["card.py"]) == {}


def test_files_that_changed_with_an_article_again_and_again_are_proposed() -> None:
    product = [past(str(day), day, "card.py", *(["once.py"] if day == 5 else [])) for day in (5, 12, 19)]
    articles = [past(str(day), day, "billing/card") for day in (5, 12, 19)]

    assert together(product, articles).proposed("billing/card") == ["card.py"]
    assert together(product, articles).proposed("team/roles") == []
