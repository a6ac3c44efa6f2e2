"""SQLite's file may be moved, deleted or replaced while the portal has it open."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from functions.errors import StoreError
from functions.stores.sqlite import SQLite

INSERT = "insert into job (name, due_at, leased_until) values (:name, 1, 0)"


@pytest.fixture
def store(sqlite_migrated: Path, tmp_path: Path) -> Iterator[SQLite]:
    (tmp_path / "portal.db").write_bytes(sqlite_migrated.read_bytes())
    store = SQLite(str(tmp_path / "portal.db"))
    store.run(INSERT, name="before")
    yield store
    store.close()


def names(store: SQLite) -> list[str]:
    return [row["name"] for row in store.all("select name from job order by name")]


def move(store: SQLite, away: Path) -> None:
    away.mkdir()
    for file in store.file.parent.glob(f"{store.file.name}*"):
        file.rename(away / file.name)


@pytest.mark.parametrize("times", [1, 3])
def test_nothing_is_accepted_for_a_file_that_is_gone(store: SQLite, tmp_path: Path, times: int):
    move(store, tmp_path / "away")
    for _ in range(times):
        with pytest.raises(StoreError, match="is gone: it was moved or deleted while the portal ran"):
            store.run(INSERT, name="lost")
        with pytest.raises(StoreError), store.transaction():
            store.run(INSERT, name="lost")

    assert not store.file.exists()
    move_back = [file.rename(store.file.parent / file.name) for file in (tmp_path / "away").iterdir()]
    assert move_back
    assert names(store) == ["before"]


def test_a_file_that_goes_inside_a_transaction_takes_it_along(store: SQLite, tmp_path: Path):
    def lose() -> None:
        with store.transaction():
            store.run(INSERT, name="lost")
            move(store, tmp_path / "away")

    with pytest.raises(StoreError):
        lose()
    with pytest.raises(StoreError):
        names(store)

    assert not store.in_transaction


def test_a_file_that_was_put_in_its_place_is_read_at_once(store: SQLite, sqlite_migrated: Path, tmp_path: Path):
    (tmp_path / "new.db").write_bytes(sqlite_migrated.read_bytes())
    other = SQLite(str(tmp_path / "new.db"))
    other.run(INSERT, name="restored")
    other.close()
    move(store, tmp_path / "away")
    (tmp_path / "new.db").rename(store.file)
    store.run(INSERT, name="after")

    assert names(store) == ["after", "restored"]
