"""The full scan: names that articles quote, and how often the product has them."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from portal.freshness import report, scan, tree
from portal.freshness.library import Document
from portal.freshness.words import squeezed


def quoted(text: str, *ignore: str) -> list[tuple[str, str, int]]:
    found = scan.quoted([Document("a", "docs/a.md", text)], ignore)
    return [(one.kind, one.name, one.line) for one in found]


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("Set `MAX_SEATS`.", [("setting", "MAX_SEATS", 1)]),
        ("Run with `--dry-run`.", [("option", "--dry-run", 1)]),
        ("Open `/settings/billing/`.", [("route", "/settings/billing/", 1)]),
        ("Call `invoices.list()`.", [("name", "invoices.list()", 1)]),
        ("Choose **Settings → Export data**.", [("label", "Settings", 1), ("label", "Export data", 1)]),
        ("**It does not work.** Try again.", []),
        ("Save `report.csv` from `example.com`.", []),
        ("```\nMAX_SEATS `OLD_NAME`\n```\n`NEW_NAME`", [("setting", "NEW_NAME", 4)]),
        ("---\ntitle: About `OLD_NAME`\n---\n`NEW_NAME`", [("setting", "NEW_NAME", 4)]),
    ],
)
def test_names_that_a_product_could_have_are_found_with_their_lines(
    text: str, found: list[tuple[str, str, int]]
) -> None:
    assert quoted(text) == found


def test_a_name_to_ignore_is_left_out() -> None:
    assert quoted("`OLD_NAME` and `NEW_NAME`", "old_name") == [("setting", "NEW_NAME", 1)]


def test_what_the_product_has_nowhere_is_reported_once_with_each_place() -> None:
    pages = [
        Document(id, f"docs/{id}.md", f"`{name}_NAME`, **Export data**") for id, name in (("a", "OLD"), ("b", "OLD"))
    ]
    found = scan.quoted([*pages, Document("c", "docs/c.md", "`NEW_NAME` at `/v1/items/`")])
    wanted = {squeezed(scan.sought(one.name)) for one in found}

    left = tree.count(wanted, ["NEW_NAME = 1", "<a>Export\n   data</a> path('v1/items')"])

    assert report.unknown(scan.missing(found, left)) == [
        'The setting "OLD_NAME" is nowhere in the product:',
        "  docs/a.md:1",
        "  docs/b.md:1",
    ]


@pytest.mark.parametrize(
    ("wanted", "text", "count"),
    [
        ("max_seats", "MAX_SEATS = Max_Seats + max_seats_old", 2),
        ("seat", "seats seat", 1),
        ("update card", "<b>Update\n  card</b> update  card updated card", 2),
        ("--dry-run", "add('--dry-run') --dry-runs", 1),
        ("x-acme-id", "'X-Acme-Id'", 1),
    ],
)
def test_strings_are_counted_whole_and_in_any_case(wanted: str, text: str, count: int) -> None:
    assert tree.count([wanted], [text, ""]) == {wanted: count}


@given(st.lists(st.text(min_size=1, max_size=8), max_size=5), st.lists(st.text(max_size=40), max_size=3))
def test_any_strings_are_counted_in_any_texts(wanted: list[str], texts: list[str]) -> None:
    assert set(tree.count(wanted, texts)) == set(wanted)
