"""What a link that leads nowhere was probably meant to lead to."""

import pytest

from portal.articles import links

FILES = ("docs/a/old.md", "docs/a/new.md", "docs/a/shot.png", "docs/billing/update-card.md", "docs/team/old-seats.md")


@pytest.mark.parametrize(
    ("href", "folder", "meant"),
    [
        ("../a/olld.md", "docs/billing", "../a/old.md"),
        ("olld.md#when", "docs/a", "old.md#when"),
        ("old", "docs/a", "old.md"),
        ("../a/update-card.md", "docs/a", "../billing/update-card.md"),
        ("../biling/update-card.md", "docs/a", "../billing/update-card.md"),
        ("../../docs/bill/update-card.md", "status/incidents", "../../docs/billing/update-card.md"),
        ("shot.jpg", "docs/a", ""),
        ("shots.png", "docs/a", "shot.png"),
        ("quite-another.md", "docs/a", ""),
        ("gone.md", "docs/a", ""),
        ("%2e%2e/a/olld.md", "docs/a", "old.md"),
        ("", "docs/a", ""),
        ("../../../../etc/old.md", "docs/a", "old.md"),
    ],
)
def test_a_file_of_almost_that_name_or_of_that_name_elsewhere_is_meant(href: str, folder: str, meant: str) -> None:
    assert links.meant(href, folder, FILES) == (f" Did you mean '{meant}'?" if meant else "")


def test_a_file_that_has_moved_comes_before_one_of_almost_its_name() -> None:
    assert links.meant("card.md", "docs/a", ("docs/a/cards.md", "docs/b/card.md")) == " Did you mean '../b/card.md'?"
