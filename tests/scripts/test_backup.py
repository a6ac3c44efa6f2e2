"""A backup of the running store holds all that was accepted before it, and a restore brings it back."""

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from functions.stores import Store, connect
from scripts import backup, restore
from scripts.lib.postgresql import find_binaries


@pytest.fixture(autouse=True)
def environment(store: Store, environ: dict[str, str], monkeypatch: pytest.MonkeyPatch) -> None:
    """The commands find the store; PostgreSQL's programs are where Debian has its server's."""
    for name, value in environ.items():
        monkeypatch.setenv(name, value)
    if binaries := find_binaries():
        monkeypatch.setenv("PATH", f"{binaries}:/usr/bin:/bin")


@contextmanager
def writing(database_url: str) -> Iterator[list[int]]:
    """The numbers that another connection was told are kept, growing until the block ends."""
    kept: list[int] = []
    stopping = threading.Event()

    def write() -> None:
        own = connect(database_url)
        while not stopping.is_set():
            own.run("insert into job (name, due_at, leased_until) values (:name, :at, 0)", name=f"n{len(kept)}", at=1)
            kept.append(len(kept))
        own.close()

    thread = threading.Thread(target=write)
    thread.start()
    try:
        yield kept
    finally:
        stopping.set()
        thread.join()


def rows(url: str) -> set[str]:
    own = connect(url)
    found = {row["name"] for row in own.all("select name from job")}
    own.close()
    return found


def test_what_was_accepted_before_the_backup_is_back_after_the_loss(
    store: Store, database_url: str, tmp_path: Path
) -> None:
    file = tmp_path / "saved"
    with writing(database_url) as kept:
        while len(kept) < 200:
            threading.Event().wait(0.01)
        accepted = len(kept)
        assert backup.main([str(file)]) == 0
        assert len(kept) > accepted  # nobody waited for the backup
    assert file.stat().st_mode & 0o077 == 0

    lose(store, database_url)
    assert restore.main([str(file)]) == 0

    found = rows(database_url)
    assert {f"n{number}" for number in range(accepted)} <= found
    # One moment: no row without those before it.
    assert found == {f"n{number}" for number in range(len(found))}


def lose(store: Store, url: str) -> None:
    if not url.startswith("sqlite:"):
        store.run("drop schema public cascade")
        store.run("create schema public")
        return
    store.close()
    path = Path(url.removeprefix("sqlite:///"))
    for file in path.parent.glob(f"{path.name}*"):
        file.unlink()


def test_a_store_that_is_there_is_replaced_only_when_asked_and_then_kept(
    store: Store, database_url: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "backups" / "saved"
    file.parent.mkdir()
    assert backup.main([str(file)]) == 0
    store.run("insert into job (name, due_at, leased_until) values ('later', 1, 0)")
    # A table of a newer version does not stand in the way.
    store.run("create table if not exists comment (id TEXT PRIMARY KEY)")

    assert restore.main([str(file)]) == 1
    assert "say --replace" in capsys.readouterr().err
    assert rows(database_url) == {"later"}

    store.close()
    assert restore.main([str(file), "--replace"]) == 0
    assert rows(database_url) == set()
    (kept,) = file.parent.glob("before-restore-*")
    assert restore.main([str(kept), "--replace"]) == 0
    assert rows(database_url) == {"later"}


@pytest.mark.parametrize("content", [b"", b"no backup", b"SQLite format 3\0" + b"x" * 5000])
def test_what_is_no_backup_changes_nothing(
    store: Store, database_url: str, tmp_path: Path, capsys: pytest.CaptureFixture[str], content: bytes
) -> None:
    file = tmp_path / "saved"
    file.write_bytes(content)
    store.run("insert into job (name, due_at, leased_until) values ('here', 1, 0)")
    store.close()

    assert restore.main([str(file), "--replace"]) == 1
    assert "Nothing was restored" in capsys.readouterr().err
    assert rows(database_url) == {"here"}


def test_a_backup_is_tried_beside_the_store_which_stays_as_it_is(
    store: Store, database_url: str, tmp_path: Path, request: pytest.FixtureRequest, capsys: pytest.CaptureFixture[str]
) -> None:
    store.run("insert into job (name, due_at, leased_until) values ('saved', 1, 0)")
    assert backup.main([str(tmp_path / "saved")]) == 0
    store.run("insert into job (name, due_at, leased_until) values ('later', 1, 0)")
    other = f"sqlite:///{tmp_path / 'tried.db'}"
    if not database_url.startswith("sqlite:"):
        other = request.getfixturevalue("postgresql_cluster").database()

    assert restore.main([str(tmp_path / "saved"), "--to", other]) == 0
    assert rows(other) == {"saved"}
    assert rows(database_url) == {"saved", "later"}
    assert "is whole: its store is in" in capsys.readouterr().out
    assert restore.main([str(tmp_path / "saved"), "--to", other]) == 1


def test_a_backup_never_overwrites(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "saved").write_text("another")

    assert backup.main([str(tmp_path / "saved")]) == 1
    assert (tmp_path / "saved").read_text() == "another"
    assert "there already" in capsys.readouterr().err


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_a_damaged_store_is_kept_and_replaced(store: Store, database_url: str, tmp_path: Path) -> None:
    file = tmp_path / "backups" / "saved"
    file.parent.mkdir()
    assert backup.main([str(file)]) == 0
    store.close()
    path = Path(database_url.removeprefix("sqlite:///"))
    path.write_bytes(b"lost " * 1000)

    assert restore.main([str(file), "--replace"]) == 0
    assert rows(database_url) == set()
    assert [kept.read_bytes() for kept in file.parent.glob("before-restore-*")] == [b"lost " * 1000]


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_a_backup_of_sqlite_is_one_file_that_reading_leaves_alone(
    store: Store, database_url: str, tmp_path: Path
) -> None:
    file = tmp_path / "backups" / "saved"
    file.parent.mkdir()
    assert backup.main([str(file)]) == 0
    # Its header: 1 is a rollback journal, 2 is WAL, which cannot be read where nothing can be written.
    assert file.read_bytes()[18:20] == b"\1\1"

    assert restore.main([str(file), "--to", f"sqlite:///{tmp_path / 'tried.db'}"]) == 0
    assert [path.name for path in file.parent.iterdir()] == ["saved"]


def test_a_folder_that_is_not_there_is_named(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert backup.main([str(tmp_path / "none" / "saved")]) == 1
    assert f"There is no backup: the folder {tmp_path / 'none'} is not there" in capsys.readouterr().err


@pytest.mark.parametrize("to", ["/tmp/tried.db", "tried.db", "mysql://root@127.0.0.1/portal", "sqlite:tried.db"])
def test_a_place_that_is_no_store_is_refused(
    store: Store, tmp_path: Path, capsys: pytest.CaptureFixture[str], to: str
) -> None:
    assert backup.main([str(tmp_path / "saved")]) == 0

    assert restore.main([str(tmp_path / "saved"), "--to", to]) == 1
    assert f"{to!r} is not a store; write sqlite:///FILE or postgresql://USER@HOST/NAME" in capsys.readouterr().err


def test_a_backup_of_the_other_kind_of_store_is_named(
    store: Store, database_url: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "saved"
    assert backup.main([str(file)]) == 0
    sqlite = database_url.startswith("sqlite:")
    other = "postgresql://portal@127.0.0.1:9/none" if sqlite else f"sqlite:///{tmp_path / 'tried.db'}"

    assert restore.main([str(file), "--to", other]) == 1
    kinds = ("SQLite", "PostgreSQL") if sqlite else ("PostgreSQL", "SQLite")
    assert f"is a backup of {kinds[0]}, and cannot be restored into {kinds[1]}" in capsys.readouterr().err


@pytest.mark.parametrize(("seconds", "warns"), [(5, True), (300, False)])
def test_replacing_the_store_of_running_functions_is_warned_of(
    store: Store, tmp_path: Path, capsys: pytest.CaptureFixture[str], seconds: int, warns: bool
) -> None:
    file = tmp_path / "saved"
    at = int(time.time() * 1000) - seconds * 1000
    store.run("insert into job (name, due_at, leased_until, finished_at) values ('purge', 1, 0, :at)", at=at)
    assert backup.main([str(file)]) == 0
    store.close()

    assert restore.main([str(file), "--replace"]) == 0
    assert ("the functions ran within the last minute" in capsys.readouterr().err) == warns
