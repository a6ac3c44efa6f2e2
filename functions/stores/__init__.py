"""The portal's own memory: one SQL text, with `:name` parameters, on SQLite and on PostgreSQL.

Times are unix milliseconds in BIGINT, flags are 0 or 1. A store keeps one connection per thread.
"""

from collections.abc import Iterator
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Any, Protocol

MIGRATIONS = Path(__file__).parent / "migrations"
Row = dict[str, Any]


class Store(Protocol):
    """What every engine offers; each method raises StoreError when the engine does not answer."""

    def all(self, sql: str, **parameters: Any) -> list[Row]:
        """Every row of the answer."""

    def one(self, sql: str, **parameters: Any) -> Row | None:
        """The first row of the answer, or None."""

    def run(self, sql: str, **parameters: Any) -> int:
        """Run a statement and return how many rows it touched."""

    def transaction(self) -> AbstractContextManager[None]:
        """All or nothing; a transaction inside a transaction joins it."""

    def migrate(self) -> list[str]:
        """Apply the migrations that are still missing, in order, and return their names."""

    def close(self) -> None:
        """Close this thread's connection."""


def connect(url: str) -> Store:
    """The store at a `sqlite:///FILE` or `postgresql://` address; the driver is imported only here."""
    if url.startswith("sqlite:"):
        from functions.stores.sqlite import SQLite

        return SQLite(url.removeprefix("sqlite:").removeprefix("//").removeprefix("/"))
    from functions.stores.postgresql import PostgreSQL

    return PostgreSQL(url)


def pending(applied: set[str]) -> Iterator[tuple[str, list[str]]]:
    """Names and statements of the migrations that are not applied yet, in order."""
    for file in sorted(MIGRATIONS.glob("*.sql")):
        if file.stem not in applied:
            yield file.stem, statements(file.read_text("utf-8"))


def statements(text: str) -> list[str]:
    """The statements of a migration; each ends with a semicolon at the end of a line."""
    lines = [line for line in text.splitlines() if not line.lstrip().startswith("--")]
    return [part.strip() for part in ("\n".join(lines) + "\n").split(";\n") if part.strip()]
