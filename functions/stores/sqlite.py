"""SQLite: the default store, one file and nothing to set up.

WAL lets readers and the one writer work side by side; synchronous=FULL, since a ticket that was accepted
must survive a power cut.
"""

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from functions.errors import StoreError
from functions.stores import Row, Store

WAIT_SECONDS = 10
NOTE_WAIT_MS = 500


class SQLite(Store):
    begin = "begin immediate"

    def __init__(self, file: str) -> None:
        super().__init__()
        self.file = Path(file)

    def close(self) -> None:
        connection = getattr(self._thread, "connection", None)
        self._thread.connection = None
        if connection is not None:
            connection.close()

    def _execute(self, sql: str, parameters: dict[str, Any]) -> tuple[list[Row], int]:
        try:
            cursor = self._connection().execute(sql, parameters)
            names = [column[0] for column in cursor.description or ()]
            rows = [dict(zip(names, values, strict=True)) for values in cursor.fetchall()]
        except (sqlite3.Error, OSError) as error:
            raise StoreError(f"SQLite: {error}") from error
        return rows, cursor.rowcount

    @contextmanager
    def _briefly(self) -> Iterator[None]:
        self.run(f"pragma busy_timeout={NOTE_WAIT_MS}")
        try:
            yield
        finally:
            self.run(f"pragma busy_timeout={WAIT_SECONDS * 1000}")

    def _lock_migrations(self) -> None:
        """`begin immediate` has the one writer's lock already."""

    def _connection(self) -> sqlite3.Connection:
        connection: sqlite3.Connection | None = getattr(self._thread, "connection", None)
        if connection is None:
            if self.in_transaction:
                raise StoreError("SQLite: the connection was closed inside a transaction")
            self.file.parent.mkdir(parents=True, exist_ok=True)
            connection = sqlite3.connect(self.file, timeout=WAIT_SECONDS, isolation_level=None)
            connection.execute("pragma journal_mode=wal")
            connection.execute("pragma synchronous=full")
            connection.execute("pragma foreign_keys=on")
            self._thread.connection = connection
        return connection
