"""SQLite: the default store, one file and nothing to set up.

WAL lets readers and the one writer work side by side; synchronous=FULL, since a ticket that was accepted
must survive a power cut.
"""

import sqlite3
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from functions.errors import StoreError
from functions.stores import Row, pending

WAIT_SECONDS = 10


class SQLite:
    def __init__(self, file: str) -> None:
        self.file = Path(file)
        self._local = threading.local()

    def all(self, sql: str, **parameters: Any) -> list[Row]:
        cursor = self._execute(sql, parameters)
        names = [column[0] for column in cursor.description or ()]
        return [dict(zip(names, values, strict=True)) for values in cursor.fetchall()]

    def one(self, sql: str, **parameters: Any) -> Row | None:
        rows = self.all(sql, **parameters)
        return rows[0] if rows else None

    def run(self, sql: str, **parameters: Any) -> int:
        return self._execute(sql, parameters).rowcount

    @contextmanager
    def transaction(self) -> Iterator[None]:
        if getattr(self._local, "open", False):
            yield
            return
        self._execute("begin immediate", {})
        self._local.open = True
        try:
            yield
        except BaseException:
            self._execute("rollback", {})
            raise
        else:
            self._execute("commit", {})
        finally:
            self._local.open = False

    def migrate(self) -> list[str]:
        self.run("create table if not exists migration (name TEXT PRIMARY KEY, applied_at BIGINT NOT NULL)")
        done = []
        with self.transaction():
            applied = {row["name"] for row in self.all("select name from migration")}
            for name, statements in pending(applied):
                for statement in statements:
                    self.run(statement)
                self.run(
                    "insert into migration (name, applied_at) values (:name, :at)",
                    name=name,
                    at=int(time.time() * 1000),
                )
                done.append(name)
        return done

    def close(self) -> None:
        connection = getattr(self._local, "connection", None)
        if connection is not None:
            connection.close()
            self._local.connection = None

    def _execute(self, sql: str, parameters: dict[str, Any]) -> sqlite3.Cursor:
        try:
            return self._connection().execute(sql, parameters)
        except sqlite3.OperationalError as error:
            raise StoreError(f"SQLite: {error}") from error

    def _connection(self) -> sqlite3.Connection:
        connection: sqlite3.Connection | None = getattr(self._local, "connection", None)
        if connection is None:
            self.file.parent.mkdir(parents=True, exist_ok=True)
            connection = sqlite3.connect(self.file, timeout=WAIT_SECONDS, isolation_level=None)
            connection.execute("pragma journal_mode=wal")
            connection.execute("pragma synchronous=full")
            connection.execute("pragma foreign_keys=on")
            self._local.connection = connection
        return connection
