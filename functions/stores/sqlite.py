"""SQLite: the default store, one file and nothing to set up.

WAL lets readers and the one writer work side by side; synchronous=FULL, since a ticket that was accepted
must survive a power cut.
"""

import logging
import os
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

from functions.errors import StoreError
from functions.stores import Row, Store

WAIT_SECONDS = 10
NOTE_WAIT_MS = 500
OWNER_ONLY, OTHERS = 0o600, 0o077

log = logging.getLogger(__name__)


class _Connection(sqlite3.Connection):
    """Closes itself with its thread; Python 3.13 warns of each that nobody has closed."""

    def __del__(self) -> None:
        self.close()


class SQLite(Store):
    begin = "begin immediate"

    def __init__(self, file: str, *, create: bool = True) -> None:
        super().__init__()
        self.file = Path(file)
        self._create = create
        self._was_there = False

    def space(self) -> tuple[int, int | None]:
        import shutil  # with its compressors, half a megabyte

        try:
            return self.file.stat().st_size, shutil.disk_usage(self.file.parent).free
        except OSError as error:
            raise StoreError(f"SQLite: {error.strerror}") from error

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
        # In WAL mode SQLite goes on with a file that was deleted, and what it commits there is lost.
        if connection is not None and self._thread.file != self._on_disk():
            self.close()
            connection = None
        if connection is None:
            if self.in_transaction:
                raise StoreError("SQLite: the connection was closed inside a transaction")
            if self._was_there and self._on_disk() is None:
                raise StoreError(f"SQLite: {self.file} is gone: it was moved or deleted while the portal ran")
            if not self._create and self._on_disk() is None:
                raise StoreError(f"SQLite: there is no file at {self.file}")
            self._prepare()
            # Only its own thread uses it; whoever drops the store may have to close it.
            connection = sqlite3.connect(
                self.file,
                timeout=WAIT_SECONDS,
                isolation_level=None,
                check_same_thread=False,
                factory=_Connection,
            )
            connection.execute("pragma journal_mode=wal")
            connection.execute("pragma synchronous=full")
            connection.execute("pragma foreign_keys=on")
            self._thread.connection = connection
            self._thread.file = self._on_disk()
            self._was_there = True
        return connection

    def _on_disk(self) -> tuple[int, int] | None:
        """Which file is at the store's place now; None without one."""
        try:
            found = self.file.stat()
        except OSError:
            return None
        return found.st_dev, found.st_ino

    def _prepare(self) -> None:
        """Make the file and its folder where there are none; only their owner may read the file."""
        self.file.parent.mkdir(parents=True, exist_ok=True)
        # Before SQLite does: its own mode would be the umask's. It gives the files beside this one the same mode.
        with suppress(FileExistsError):
            os.close(os.open(self.file, os.O_CREAT | os.O_EXCL | os.O_RDWR, OWNER_ONLY))
        for file in (self.file, *(self.file.with_name(self.file.name + end) for end in ("-wal", "-shm"))):
            try:
                if file.stat().st_mode & OTHERS:
                    file.chmod(OWNER_ONLY)
            except FileNotFoundError:
                continue
            except OSError as error:
                log.warning("others may read the store's file, and that could not be changed: %s", error.strerror)
