"""The product's own articles, changes, README and forms keep away from the worst of our English."""

import pytest

from tests.test_words import CUSTOMERS, EVERYWHERE, faults, files

READ = {
    "customers": ("docs", "changelog"),
    "writers and operators": (
        "README.md",
        ".github/SECURITY.md",
        ".github/PULL_REQUEST_TEMPLATE.md",
        ".github/ISSUE_TEMPLATE/bug.yml",
        ".github/ISSUE_TEMPLATE/content.yml",
        ".github/ISSUE_TEMPLATE/idea.yml",
    ),
}


@pytest.mark.parametrize("reader", READ)
def test_nothing_that_people_read_has_the_worst_words(reader: str) -> None:
    assert len(files(READ[reader])) > 5
    assert faults(READ[reader], CUSTOMERS if reader == "customers" else EVERYWHERE) == []
