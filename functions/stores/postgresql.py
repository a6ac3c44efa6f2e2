"""PostgreSQL through pg8000's native interface, whose `:name` parameters are those of SQLite.

pg8000 is pure Python: it starts in less than half the time of a compiled driver, which is what a function
pays on every cold start.
"""

import ssl
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any
from urllib.parse import parse_qs, unquote, urlsplit

from pg8000.exceptions import DatabaseError, InterfaceError
from pg8000.native import Connection

from functions.errors import StoreError
from functions.stores import Row, pending

TIMEOUT_SECONDS = 10
IDLE_SECONDS = 60
MIGRATION_LOCK = 7_305_001


class PostgreSQL:
    def __init__(self, url: str) -> None:
        self._arguments = _arguments(url)
        self._local = threading.local()

    def all(self, sql: str, **parameters: Any) -> list[Row]:
        connection = self._connection()
        values = self._execute(connection, sql, parameters)
        names = [column["name"] for column in connection.columns or ()]
        return [dict(zip(names, row, strict=True)) for row in values or ()]

    def one(self, sql: str, **parameters: Any) -> Row | None:
        rows = self.all(sql, **parameters)
        return rows[0] if rows else None

    def run(self, sql: str, **parameters: Any) -> int:
        connection = self._connection()
        self._execute(connection, sql, parameters)
        return int(connection.row_count)

    @contextmanager
    def transaction(self) -> Iterator[None]:
        if getattr(self._local, "open", False):
            yield
            return
        self.run("begin")
        self._local.open = True
        try:
            yield
        except BaseException:
            self._local.open = False
            self._rollback()
            raise
        else:
            self._local.open = False
            self.run("commit")

    def migrate(self) -> list[str]:
        done = []
        with self.transaction():
            self.all("select pg_advisory_xact_lock(:lock)", lock=MIGRATION_LOCK)
            self.run("create table if not exists migration (name TEXT PRIMARY KEY, applied_at BIGINT NOT NULL)")
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
        self._local.connection = None
        if connection is not None:
            try:
                connection.close()
            except (InterfaceError, OSError):
                return  # it was gone already

    def _rollback(self) -> None:
        if getattr(self._local, "connection", None) is None:
            return  # the connection broke, and with it the transaction
        self.run("rollback")

    def _execute(self, connection: Connection, sql: str, parameters: dict[str, Any]) -> Any:
        try:
            values = connection.run(sql, **parameters)
        except DatabaseError as error:
            raise StoreError(f"PostgreSQL: {_message(error)}") from error
        except (InterfaceError, OSError) as error:
            self.close()
            raise StoreError("PostgreSQL: the connection broke") from error
        self._local.used = time.monotonic()
        return values

    def _connection(self) -> Connection:
        connection: Connection | None = getattr(self._local, "connection", None)
        idle = time.monotonic() - getattr(self._local, "used", 0.0)
        if connection is not None and idle > IDLE_SECONDS and not getattr(self._local, "open", False):
            # A pooler closes idle connections without a word: ask before trusting an old one.
            try:
                connection.run("select 1")
            except (InterfaceError, DatabaseError, OSError):
                self.close()
                connection = None
        if connection is None:
            try:
                connection = Connection(**self._arguments)
            except (InterfaceError, DatabaseError, OSError) as error:
                raise StoreError("PostgreSQL: cannot connect") from error
            self._local.connection = connection
            self._local.used = time.monotonic()
        return connection


def _arguments(url: str) -> dict[str, Any]:
    """pg8000's arguments of a `postgresql://user:password@host:port/database?sslmode=...` address."""
    parts = urlsplit(url)
    query = {name: values[-1] for name, values in parse_qs(parts.query).items()}
    arguments: dict[str, Any] = {
        "user": unquote(parts.username or query.get("user", "postgres")),
        "password": unquote(parts.password) if parts.password else None,
        "database": unquote(parts.path.lstrip("/")) or None,
        "timeout": TIMEOUT_SECONDS,
        "application_name": "helpfront",
    }
    host = parts.hostname or query.get("host", "localhost")
    if host.startswith("/"):
        arguments["unix_sock"] = f"{host}/.s.PGSQL.{parts.port or query.get('port', '5432')}"
    else:
        arguments |= {"host": host, "port": parts.port or 5432}
    mode = query.get("sslmode", "prefer")
    if mode in {"require", "verify-ca", "verify-full"}:
        arguments["ssl_context"] = _tls(mode)
    return arguments


def _tls(mode: str) -> ssl.SSLContext:
    context = ssl.create_default_context()
    if mode == "require":  # libpq's meaning: encrypted, the server's name is not checked
        context.check_hostname = False
        context.verify_mode = ssl.CERT_NONE
    elif mode == "verify-ca":
        context.check_hostname = False
    return context


def _message(error: DatabaseError) -> str:
    """The server's message without its detail, which quotes rows."""
    fields = error.args[0] if error.args else None
    return str(fields.get("M", "error")) if isinstance(fields, dict) else "error"
