"""PostgreSQL through pg8000's native interface, whose `:name` parameters are those of SQLite.

pg8000 is pure Python: it starts in less than half the time of a compiled driver, which is what a function
pays on every cold start.
"""

import ssl
import time
from typing import Any, Literal
from urllib.parse import parse_qs, unquote, urlsplit

from functions import without
from functions.errors import StoreError
from functions.stores import Row, Store
from portal.urls import LOOPBACK

# pg8000 asks for its own version, and reads dates with dateutil; our columns have none. asn1crypto asks for a class's
# kind in an error. They are half of the driver's time (decisions 52 and 61).
UNUSED: dict[str, dict[str, Any]] = {
    "dateutil.parser": {"ParserError": ValueError, "parse": None},
    "importlib.metadata": {"version": str},
    "inspect": {},
}
with without(UNUSED):
    from pg8000.exceptions import DatabaseError, InterfaceError
    from pg8000.native import Connection

TIMEOUT_SECONDS = 10
IDLE_SECONDS = 60
MIGRATION_LOCK = 7_305_001


class PostgreSQL(Store):
    def __init__(self, url: str) -> None:
        super().__init__()
        self._arguments = _arguments(url)

    def space(self) -> tuple[int, int | None]:
        row = self.one("select pg_database_size(current_database()) as size")
        return (row["size"] if row else 0), None

    def close(self) -> None:
        connection = getattr(self._thread, "connection", None)
        self._thread.connection = None
        if connection is not None:
            try:
                connection.close()
            except (InterfaceError, OSError):
                return  # the connection was gone already

    def _execute(self, sql: str, parameters: dict[str, Any]) -> tuple[list[Row], int]:
        connection = self._connection()
        try:
            values = connection.run(sql, **parameters)
        except DatabaseError as error:  # the server refused; the connection stays usable
            raise StoreError(f"PostgreSQL: {_message(error)}") from error
        except (InterfaceError, OSError) as error:
            self.close()
            raise StoreError("PostgreSQL: the connection broke") from error
        except BaseException:
            # Half a message may have been sent, and every later answer would be one query late.
            self.close()
            raise
        self._thread.used = time.monotonic()
        names = [column["name"] for column in connection.columns or ()]
        return [dict(zip(names, row, strict=True)) for row in values or ()], int(connection.row_count)

    def _lock_migrations(self) -> None:
        self.run("select pg_advisory_xact_lock(:lock)", lock=MIGRATION_LOCK)

    def _connection(self) -> Connection:
        connection: Connection | None = getattr(self._thread, "connection", None)
        idle = time.monotonic() - getattr(self._thread, "used", 0.0)
        if connection is not None and idle > IDLE_SECONDS and not self.in_transaction:
            # Poolers close idle connections silently, so test an old one first.
            try:
                connection.run("select 1")
            except (InterfaceError, DatabaseError, OSError):
                self.close()
                connection = None
        if connection is None:
            if self.in_transaction:
                raise StoreError("PostgreSQL: the connection broke inside a transaction")
            try:
                connection = Connection(**self._arguments)
            except (InterfaceError, DatabaseError, OSError) as error:
                raise StoreError("PostgreSQL: cannot connect") from error
            self._thread.connection = connection
            self._thread.used = time.monotonic()
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
        socket = f"{host}/.s.PGSQL.{parts.port or query.get('port', '5432')}"
        return arguments | {"unix_sock": socket, "ssl_context": False}
    # Across a network tickets and sessions travel encrypted unless the operator says otherwise.
    mode = query.get("sslmode", "disable" if host in LOOPBACK else "require")
    return arguments | {"host": host, "port": parts.port or 5432, "ssl_context": _tls(mode)}


def _tls(mode: str) -> ssl.SSLContext | Literal[False]:
    """libpq's meanings: `require` encrypts, `verify-ca` checks the certificate, `verify-full` the name as well."""
    if mode == "disable":
        # None would ask the server for TLS all the same, and read the machine's certificates at each connection.
        return False
    context = ssl.create_default_context()
    context.check_hostname = mode == "verify-full"
    if mode not in {"verify-ca", "verify-full"}:
        context.verify_mode = ssl.CERT_NONE
    return context


def _message(error: DatabaseError) -> str:
    """The server's message without its detail, which quotes rows."""
    fields = error.args[0] if error.args else None
    return str(fields.get("M", "error")) if isinstance(fields, dict) else "error"
