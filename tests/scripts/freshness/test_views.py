"""How often articles were read: from a file, and from the portal's store."""

from pathlib import Path

import pytest

from functions.stores import Store
from portal.clock import DAY_MS
from scripts.freshness import bench, views
from scripts.freshness.errors import FreshnessError
from tests.functions.insights.kept import put

NOW = 1_800_000_000_000


def test_the_store_counts_the_views_of_articles_in_the_last_90_days(store: Store) -> None:
    events = [("page", "/help/a/", 1), ("page", "/help/a/", 89), ("page", "/help/a/", 91), ("vote", "/help/a/", 1)]
    for name, path, days in [*events, ("page", "/help/b/", 2), ("page", "/help/gone/", 2)]:
        put(store, NOW - days * DAY_MS, name, "article", path=path)

    assert views.stored(store, NOW, {"/help/a/": "a", "/help/b/": "b"}) == {"a": 2, "b": 1}


@pytest.mark.parametrize("text", ["[1]", '{"a": "many"}', "{"])
def test_a_file_of_another_form_is_named(tmp_path: Path, text: str) -> None:
    file = tmp_path / "views.json"
    file.write_text(text)

    with pytest.raises(FreshnessError, match=r"views\.json"):
        views.read(str(file))


def test_the_bench_measures_the_same_articles_each_time() -> None:
    first, second = ([document.text for document in bench.many(20)] for _ in range(2))

    assert first == second
    assert len(set(first)) == 20
    assert all(3_000 < len(text) < 8_000 for text in first)
