"""The portal's own memory: one SQL text, with `:name` parameters, on SQLite and on PostgreSQL.

Times are unix milliseconds in BIGINT, flags are 0 or 1. A store keeps one connection per thread.
"""

import logging
import threading
import time
from abc import ABC, abstractmethod
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from functions.errors import StoreError

MIGRATIONS = Path(__file__).parent / "migrations"
# After a note that could not be written, the next one waits this long: a page must not be slowed by each of its own.
NOTE_PAUSE_SECONDS = 10.0
Row = dict[str, Any]

log = logging.getLogger(__name__)


def connect(url: str, *, create: bool = True) -> "Store":
    """The store at a `sqlite:///FILE` or `postgresql://` address; the driver is imported only here. Without `create` an
    SQLite file that is not there is a StoreError and is not made."""
    if url.startswith("sqlite:"):
        from functions.stores.sqlite import SQLite

        return SQLite(url.removeprefix("sqlite:").removeprefix("//").removeprefix("/"), create=create)
    from functions.stores.postgresql import PostgreSQL

    return PostgreSQL(url)


class Store(ABC):
    """The store as handlers use it; every method raises StoreError when the engine fails."""

    begin = "begin"

    def __init__(self) -> None:
        self._thread = threading.local()
        self._notes_from = 0.0

    def all(self, sql: str, **parameters: Any) -> list[Row]:
        """Every row of the answer."""
        return self._execute(sql, parameters)[0]

    def one(self, sql: str, **parameters: Any) -> Row | None:
        """The first row of the answer, or None."""
        rows = self.all(sql, **parameters)
        return rows[0] if rows else None

    def run(self, sql: str, **parameters: Any) -> int:
        """Run a statement and return how many rows it touched."""
        return self._execute(sql, parameters)[1]

    def note(self, sql: str, **parameters: Any) -> list[Row] | None:
        """Run a write that no answer needs, for a page that only reads: its rows, or None when the store cannot write
        now (full, read-only, or locked for longer than a moment), which goes to the log. Inside a transaction it is a
        write like any other."""
        if self.in_transaction:
            return self.all(sql, **parameters)
        if not self.takes_notes:
            return None
        try:
            with self._briefly():
                return self.all(sql, **parameters)
        except StoreError as error:
            self._notes_from = time.monotonic() + NOTE_PAUSE_SECONDS
            log.error("the store cannot be written to, so pages only show what is there: %s", error)
            return None

    def writable(self) -> bool:
        """Whether a row can be written now."""
        return self.note("update migration set applied_at = applied_at") is not None

    @property
    def takes_notes(self) -> bool:
        """Whether the store could write when it was last tried."""
        return time.monotonic() >= self._notes_from

    @contextmanager
    def transaction(self) -> Iterator[None]:
        """All or nothing; a transaction inside a transaction joins it."""
        if self.in_transaction:
            yield
            return
        self.run(self.begin)
        self._thread.open = True
        try:
            yield
        except BaseException:
            self._end("rollback")
            raise
        else:
            self._end("commit")

    def migrate(self) -> list[str]:
        """Apply the migrations that are still missing, in order, and return their names."""
        done = []
        with self.transaction():
            self._lock_migrations()
            self.run("create table if not exists migration (name TEXT PRIMARY KEY, applied_at BIGINT NOT NULL)")
            applied = {row["name"] for row in self.all("select name from migration")}
            for file in sorted(MIGRATIONS.glob("*.sql")):
                if file.stem not in applied:
                    for statement in statements(file.read_text("utf-8")):
                        self.run(statement)
                    now = int(time.time() * 1000)
                    self.run("insert into migration (name, applied_at) values (:name, :at)", name=file.stem, at=now)
                    done.append(file.stem)
        return done

    @property
    def in_transaction(self) -> bool:
        """Whether this thread is inside a transaction."""
        return bool(getattr(self._thread, "open", False))

    @abstractmethod
    def space(self) -> tuple[int, int | None]:
        """The size of the store in bytes, and what is free on its disk where that can be known."""

    @abstractmethod
    def close(self) -> None:
        """Close this thread's connection."""

    @abstractmethod
    def _execute(self, sql: str, parameters: dict[str, Any]) -> tuple[list[Row], int]:
        """Rows, and how many the statement returned or touched. After an error that may leave half an answer on the
        connection it is closed, so that nobody reads another customer's answer."""

    @contextmanager
    def _briefly(self) -> Iterator[None]:
        """Wait only a moment for other writers."""
        yield

    @abstractmethod
    def _lock_migrations(self) -> None:
        """Let one process migrate at a time, until the transaction ends."""

    def _end(self, how: str) -> None:
        self._thread.open = False
        try:
            self.run(how)
        except StoreError:
            self.close()  # the rest of the transaction goes with its connection
            if how == "commit":
                raise


def statements(text: str) -> list[str]:
    """The statements of a migration; each ends with a semicolon at the end of a line."""
    lines = [line for line in text.splitlines() if not line.lstrip().startswith("--")]
    return [part.strip() for part in ("\n".join(lines) + "\n").split(";\n") if part.strip()]
