"""The store: the same behaviour on both engines."""

import contextlib
import gc
import os
import socket
import threading
from pathlib import Path

import pytest

from functions import stores
from functions.errors import StoreError
from functions.stores import Store, connect, postgresql
from tests.conftest import unmigrated


@unmigrated
def test_every_migration_of_the_portal_applies_to_an_empty_store(database_url: str):
    store = connect(database_url)

    assert store.migrate() == sorted(file.stem for file in stores.MIGRATIONS.glob("*.sql"))
    assert store.migrate() == []
    store.close()


def test_migrating_a_second_time_does_nothing(store: Store):
    assert store.migrate() == []


@unmigrated
def test_migrations_go_forward_without_losing_rows(database_url: str, monkeypatch: pytest.MonkeyPatch, tmp_path):
    (tmp_path / "0001_first.sql").write_text("CREATE TABLE note (id TEXT PRIMARY KEY);\n")
    monkeypatch.setattr(stores, "MIGRATIONS", tmp_path)
    store = connect(database_url)
    store.migrate()
    store.run("insert into note (id) values (:id)", id="kept")
    (tmp_path / "0002_second.sql").write_text(
        "-- a comment\nALTER TABLE note ADD COLUMN body TEXT;\nUPDATE note SET body = 'x';\n"
    )

    assert store.migrate() == ["0002_second"]
    assert store.all("select id, body from note") == [{"id": "kept", "body": "x"}]
    store.close()


@unmigrated
def test_a_migration_that_fails_leaves_nothing_behind(database_url: str, monkeypatch: pytest.MonkeyPatch, tmp_path):
    (tmp_path / "0001_first.sql").write_text(
        "CREATE TABLE note (id TEXT PRIMARY KEY);\nINSERT INTO nowhere VALUES (1);\n"
    )
    monkeypatch.setattr(stores, "MIGRATIONS", tmp_path)
    store = connect(database_url)

    with pytest.raises(StoreError):
        store.migrate()
    with pytest.raises(StoreError):
        store.all("select id from note")
    store.close()


def test_a_transaction_that_fails_is_undone(store: Store):
    def fail() -> None:
        with store.transaction():
            store.run("insert into rate (who, span, n) values ('a', 1, 1)")
            raise KeyError("stop")

    with pytest.raises(KeyError):
        fail()

    assert store.all("select * from rate") == []


def test_a_transaction_inside_a_transaction_joins_it(store: Store):
    with store.transaction():
        store.run("insert into rate (who, span, n) values ('a', 1, 1)")
        with store.transaction():
            store.run("insert into rate (who, span, n) values ('b', 1, 1)")

    assert [row["who"] for row in store.all("select who from rate order by who")] == ["a", "b"]


def test_run_tells_how_many_rows_it_touched(store: Store):
    store.run("insert into rate (who, span, n) values ('a', 1, 1)")

    assert store.run("update rate set n = 2 where who = 'a'") == 1
    assert store.run("update rate set n = 2 where who = 'b'") == 0


def test_a_statement_that_is_wrong_is_a_store_error(store: Store):
    with pytest.raises(StoreError):
        store.all("select * from nowhere")


def test_one_counter_counts_every_thread(store: Store):
    sql = (
        "insert into rate (who, span, n) values ('x', 1, 1)"
        " on conflict (who, span) do update set n = rate.n + 1 returning n"
    )

    def count() -> None:
        for _ in range(10):
            store.one(sql)
        store.close()

    threads = [threading.Thread(target=count) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert store.one("select n from rate") == {"n": 40}


def test_a_broken_connection_is_replaced(store: Store):
    store.one("select 1 as one")
    store.close()

    assert store.one("select 1 as one") == {"one": 1}


def test_after_a_text_that_cannot_be_sent_answers_belong_to_their_questions(store: Store):
    with pytest.raises((StoreError, UnicodeEncodeError)):
        store.one("select :text as found", text="cut emoji \ud83d")

    for number in range(3):
        assert store.one("select 'row ' || :number as found", number=str(number)) == {"found": f"row {number}"}


def test_a_connection_lost_inside_a_transaction_does_not_commit_the_rest(store: Store):
    def lose_it() -> None:
        with store.transaction():
            store.run("insert into rate (who, span, n) values ('a', 1, 1)")
            store.close()
            store.run("insert into rate (who, span, n) values ('b', 1, 1)")

    with pytest.raises(StoreError):
        lose_it()

    assert store.all("select * from rate") == []


@pytest.mark.parametrize(
    ("url", "encrypted", "checked"),
    [
        ("postgresql://u:p@db.example/portal", True, False),
        ("postgresql://u:p@db.example/portal?sslmode=verify-full", True, True),
        ("postgresql://u:p@db.example/portal?sslmode=disable", False, False),
        ("postgresql://u:p@127.0.0.1/portal", False, False),
    ],
)
def test_a_database_across_a_network_is_encrypted_unless_told_otherwise(url: str, encrypted: bool, checked: bool):
    context = postgresql._arguments(url)["ssl_context"]

    assert bool(context) == encrypted
    assert (bool(context) and context.check_hostname) == checked


@pytest.mark.parametrize("address", ["postgresql://u@127.0.0.1:{port}/portal", "postgresql://u@/portal?host={folder}"])
def test_a_server_that_nobody_can_listen_to_is_not_asked_for_tls(tmp_path: Path, address: str):
    local = "host=" in address
    with socket.socket(socket.AF_UNIX if local else socket.AF_INET) as server:
        server.bind(str(tmp_path / ".s.PGSQL.5432") if local else ("127.0.0.1", 0))
        server.listen()
        port = None if local else server.getsockname()[1]
        asking = threading.Thread(target=ask_once, args=[address.format(port=port, folder=tmp_path)])
        asking.start()
        caller, _ = server.accept()
        with caller:
            first = caller.recv(8)
        asking.join()

    assert first[4:] == (196_608).to_bytes(4, "big")  # version 3.0 of the protocol; TLS is asked for by 80877103


def ask_once(url: str) -> None:
    with contextlib.suppress(StoreError):
        connect(url).one("select 1")


@pytest.mark.parametrize("umask", [0o000, 0o002, 0o022, 0o027, 0o077])
def test_only_its_owner_may_read_the_file_of_a_store(tmp_path: Path, umask: int):
    file = tmp_path / "new" / "portal.db"
    before = os.umask(umask)
    store = connect(f"sqlite:///{file}")
    store.migrate()
    os.umask(before)

    assert {one.name: one.stat().st_mode & 0o777 for one in file.parent.iterdir()} == dict.fromkeys(
        ("portal.db", "portal.db-wal", "portal.db-shm"), 0o600
    )
    store.close()


@pytest.mark.parametrize("mode", [0o644, 0o640, 0o666, 0o660, 0o604])
def test_a_store_that_others_could_read_is_closed_to_them(tmp_path: Path, mode: int):
    before = connect(f"sqlite:///{tmp_path / 'portal.db'}")
    before.migrate()
    for file in tmp_path.iterdir():
        file.chmod(mode)
    store = connect(f"sqlite:///{tmp_path / 'portal.db'}")
    applied = store.all("select name from migration")

    assert applied
    assert {file.name: file.stat().st_mode & 0o777 for file in tmp_path.iterdir()} == dict.fromkeys(
        ("portal.db", "portal.db-wal", "portal.db-shm"), 0o600
    )
    store.close()
    before.close()


def test_a_thread_that_ends_leaves_no_connection_open(tmp_path: Path):
    store = connect(f"sqlite:///{tmp_path / 'portal.db'}")
    thread = threading.Thread(target=store.one, args=["select 1 as one"])
    thread.start()
    thread.join()
    # Python 3.13 warns, which fails a test, of a connection that nobody closed.
    gc.collect()

    assert not [file for file in Path("/proc/self/fd").iterdir() if str(tmp_path) in os.path.realpath(file)]
