"""Events of an earlier store are all there after their table became small, on both engines."""

import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest

from functions import stores
from functions.insights.rows import WORDS, add, long_id, row, short_id
from functions.stores import Store, connect, postgresql
from portal.insights.events import KINDS, NAMES, REASONS, REFERRERS, Event
from tests.conftest import unmigrated
from tests.functions.insights import kept

SMALL = "0092_small_events"
AT = 1_795_384_800_000
OLD = """
insert into event (event_id, at, visit, view, seq, name, path, kind, referrer, query_id, query, results, rank, vote,
                   reason, engaged_ms, scroll, build)
values (:event_id, :at, :visit, :view, :seq, :name, :path, :kind, :referrer, :query_id, :query, :results, :rank, :vote,
        :reason, :engaged_ms, :scroll, :build)
"""


def event(number: int, name: str = "page", kind: str = "article", **values: Any) -> Event:
    ids = {field: kept.uuid(f"{field} {number}") for field in ("event_id", "visit", "view")}
    return Event(**(ids | {"seq": number, "name": name, "path": f"/{kind}/", "kind": kind} | values))


# Every word, and every form of an id: the smallest, the largest, and what has the highest bit of each half.
EVENTS = [
    *(event(number, name) for number, name in enumerate(NAMES)),
    *(event(100 + number, kind=kind) for number, kind in enumerate(KINDS)),
    *(event(200 + number, referrer=word) for number, word in enumerate(REFERRERS)),
    *(event(300 + number, "vote", vote="no", reason=word) for number, word in enumerate(REASONS)),
    event(400, "vote", vote="yes"),
    event(401, "search", query_id=kept.uuid("q"), query="change 'card'", results=100_000),
    event(402, "search_click", query_id=str(UUID(int=0)), rank=1000),
    event(403, "engage", engaged_ms=86_400_000, scroll=100, seq=100_000),
    event(404, event_id=str(UUID(int=0)), visit=str(UUID(int=0)), view=str(UUID(int=0))),
    event(405, event_id=str(UUID(int=2**128 - 1)), visit=str(UUID(int=2**128 - 1)), view=str(UUID(int=2**128 - 1))),
    event(406, event_id=str(UUID(int=2**63)), visit=str(UUID(int=2**63)), view=str(UUID(int=2**31))),
]


@pytest.fixture
def before(database_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Store]:
    """A store without the small table."""
    earlier = tmp_path / "before"
    earlier.mkdir()
    for file in stores.MIGRATIONS.glob("*.sql"):
        if file.stem < SMALL:
            shutil.copy(file, earlier)
    store = connect(database_url)
    with monkeypatch.context() as patch:
        patch.setattr(stores, "MIGRATIONS", earlier)
        store.migrate()
    yield store
    store.close()


@unmigrated
def test_every_old_event_is_kept_as_it_would_be_stored_now(before: Store) -> None:
    for number, one in enumerate(EVENTS):
        values = {name: getattr(one, name) for name in one.__dataclass_fields__}
        before.run(OLD, **values, at=AT + number, build="b2" if number % 2 else None)
    before.migrate()
    found = kept.events(before)
    words = before.all("select word, used_at from event_word where word in ('b2', '/home/') order by word")

    assert len(found) == len(EVENTS)
    for number, (one, there) in enumerate(zip(EVENTS, found, strict=True)):
        known = {field: getattr(one, field) for field in WORDS}
        expected = row(one) | known | {"at": AT + number, "path": one.path, "build": "b2" if number % 2 else None}
        assert there == expected
    assert [one["word"] for one in words] == ["/home/", "b2"]
    assert words[1]["used_at"] == AT + len(EVENTS) - 2


@unmigrated
def test_an_empty_store_and_a_new_event_after_the_migration(before: Store) -> None:
    before.migrate()
    with before.transaction():
        add(before, EVENTS, AT, "b3")
        add(before, EVENTS, AT + 1, "b4")

    assert {one["build"] for one in kept.events(before)} == {"b3"}
    assert before.migrate() == []


def test_ids_fit_their_columns() -> None:
    last, first = str(UUID(int=2**128 - 1)), str(UUID(int=0))

    assert [long_id(first), long_id(last), long_id(str(UUID(int=2**63)))] == [0, -1, -(2**63)]
    assert [short_id(first), short_id(last)] == [-(2**31), 2**31 - 1]


def test_a_word_is_known_by_one_number_and_used_to_within_a_day(store: Store) -> None:
    for hours in (0, 10, 23, 30):
        with store.transaction():
            add(store, [event(hours, path="/a/")], AT + hours * 3_600_000, "b")

    used = store.all("select word, used_at from event_word order by word")
    assert used == [{"word": "/a/", "used_at": AT + 30 * 3_600_000}, {"word": "b", "used_at": AT + 30 * 3_600_000}]


@pytest.mark.postgresql
@pytest.mark.parametrize("database_url", [pytest.param("new postgresql", marks=pytest.mark.postgresql)], indirect=True)
def test_a_migration_may_take_longer_than_an_answer(
    database_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "slow").mkdir()
    (tmp_path / "slow" / "0001_slow.sql").write_text("CREATE TABLE slow AS SELECT 1 AS n FROM pg_sleep(0.6);\n")
    monkeypatch.setattr(postgresql, "TIMEOUT_SECONDS", 0.3)
    monkeypatch.setattr(stores, "MIGRATIONS", tmp_path / "slow")
    store = connect(database_url)
    done = store.migrate()
    with pytest.raises(stores.StoreError):
        store.all("select pg_sleep(0.6)")
    store.close()

    assert done == ["0001_slow"]
