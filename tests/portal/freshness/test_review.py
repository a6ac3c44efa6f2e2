"""Reviews: when an article was last read with care, and when it is late."""

from datetime import date

import pytest

from portal.freshness import report, review
from portal.freshness.review import BULK, Edit, Review

TODAY = date(2026, 11, 28)


def test_a_commit_that_touches_many_articles_is_no_review() -> None:
    many = tuple(f"a{number}.md" for number in range(BULK + 1))

    found = review.edited([Edit(date(2026, 11, 1), many), Edit(date(2026, 2, 1), ("a1.md", "b.md"))])

    assert found == {"a1.md": date(2026, 2, 1), "b.md": date(2026, 2, 1)}


@pytest.mark.parametrize(
    ("reviewed", "changed", "due"),
    [
        (date(2026, 1, 1), date(2026, 3, 1), date(2026, 5, 30)),
        (date(2026, 3, 1), None, date(2026, 5, 30)),
        (None, None, None),
    ],
)
def test_the_later_of_review_and_edit_counts(reviewed: date | None, changed: date | None, due: date | None) -> None:
    assert review.review("a", reviewed, changed, 90).due == due


def test_late_reviews_are_listed_by_how_late_they_are_with_their_owners() -> None:
    reviews = [
        Review("fresh", date(2026, 11, 1), date(2026, 11, 28)),
        Review("late", date(2026, 1, 1), date(2026, 11, 27), "support"),
        Review("later", date(2026, 1, 1), date(2026, 6, 30)),
        Review("never", None, None),
    ]

    assert report.overdue(review.late(reviews, TODAY), TODAY) == [
        "later: last reviewed 2026-01-01, due 2026-06-30, 151 days late (no owner)",
        "late: last reviewed 2026-01-01, due 2026-11-27, 1 day late (support)",
    ]


def test_a_topic_may_have_days_of_its_own() -> None:
    assert [review.days_of(topic, {"billing": 30, "team": None}, 180) for topic in ("billing", "team", "")] == [
        30,
        180,
        180,
    ]


def test_gits_listing_gives_the_edits() -> None:
    listing = "\x002026-11-02\n\na.md\nfolder/b c.md\n\x002026-10-01\n\n"

    assert review.edits(listing) == [Edit(date(2026, 11, 2), ("a.md", "folder/b c.md")), Edit(date(2026, 10, 1), ())]
