"""A store's backup in one file, made while the portal runs, and the store from it again."""

import os
import re
import shutil
import sqlite3
import subprocess
import tempfile
from contextlib import closing, suppress
from pathlib import Path
from urllib.parse import parse_qs, unquote, urlsplit

from functions.errors import StoreError
from functions.stores import MIGRATIONS
from functions.stores.sqlite import OWNER_ONLY

# libpq's variables: what stands in a command's arguments can be read by everybody on the machine.
PARTS = {"hostname": "PGHOST", "port": "PGPORT", "username": "PGUSER", "password": "PGPASSWORD"}
QUERY = {"sslmode": "PGSSLMODE", "host": "PGHOST", "user": "PGUSER", "sslrootcert": "PGSSLROOTCERT"}
# How a backup of each kind of store begins.
BEGINS = {"SQLite": b"SQLite format 3\0", "PostgreSQL": b"PGDMP"}
TABLES = "select count(*) from information_schema.tables where table_schema = current_schema()"


def save(url: str, file: Path) -> None:
    """Write the store at `url` as it stands at one moment to `file`, which only its owner may read; raises StoreError.

    A copied SQLite file lacks its newest rows, which are in the file beside it, or is half of two moments."""
    if not file.parent.is_dir():
        raise StoreError(f"the folder {file.parent} is not there; make it, or name another.")
    part = file.with_name(f"{file.name}.part")
    part.unlink(missing_ok=True)
    os.close(os.open(part, os.O_CREAT | os.O_EXCL | os.O_RDWR, OWNER_ONLY))
    try:
        if _is_sqlite(url):
            _copy(_file(url), part)
        else:
            _run(url, "pg_dump", "--format=custom", "--no-owner", "--no-privileges", f"--file={part}")
        part.replace(file)
    finally:
        part.unlink(missing_ok=True)


def load(url: str, file: Path) -> None:
    """Make the store at `url` what it was in `file`; raises StoreError, and then nothing was changed."""
    check(url, file)
    if not _is_sqlite(url):
        _load_postgresql(url, file)
        return
    target = _file(url)
    target.parent.mkdir(parents=True, exist_ok=True)
    fresh = target.with_name(f"{target.name}.restored")
    fresh.unlink(missing_ok=True)
    os.close(os.open(fresh, os.O_CREAT | os.O_EXCL | os.O_RDWR, OWNER_ONLY))
    try:
        _copy(file, fresh)
        # Rows of the store that is replaced must not be read as the new one's.
        for beside in ("-wal", "-shm"):
            target.with_name(target.name + beside).unlink(missing_ok=True)
        fresh.replace(target)
    finally:
        fresh.unlink(missing_ok=True)


def check(url: str, file: Path) -> None:
    """Raise StoreError when `url` is no store, or `file` is a backup of the other kind of store."""
    if not url.startswith(("sqlite://", "postgresql://", "postgres://")):
        raise StoreError(f"{url!r} is not a store; write sqlite:///FILE or postgresql://USER@HOST/NAME.")
    kind = "SQLite" if _is_sqlite(url) else "PostgreSQL"
    with file.open("rb") as opened:
        begin = opened.read(max(map(len, BEGINS.values())))
    other = next((name for name, sign in BEGINS.items() if name != kind and begin.startswith(sign)), "")
    if other:
        raise StoreError(f"{file} is a backup of {other}, and cannot be restored into {kind}.")


def set_aside(url: str, kept: Path) -> None:
    """Move an SQLite store that cannot be read to `kept`, with the files beside it; raises StoreError for another."""
    if not _is_sqlite(url):
        raise StoreError("it cannot be moved away by itself; look at the server first.")
    for end in ("", "-wal", "-shm"):
        with suppress(FileNotFoundError):
            _file(url).with_name(_file(url).name + end).rename(kept.with_name(kept.name + end))


def holds_rows(url: str) -> bool:
    """Whether there is a store at `url` that a restore would replace; raises StoreError."""
    if _is_sqlite(url):
        return _file(url).exists() and _file(url).stat().st_size > 0
    return _run(url, "psql", "--no-psqlrc", "--tuples-only", "--no-align", f"--command={TABLES}").strip() != "0"


def _load_postgresql(url: str, file: Path) -> None:
    names = {
        name for each in MIGRATIONS.glob("*.sql") for name in re.findall(r"(?i)create table (\w+)", each.read_text())
    }
    # Tables that are younger than the backup as well: the migrations make them again.
    drop = "".join(f"drop table if exists {name} cascade;" for name in sorted({*names, "migration"}))
    with tempfile.NamedTemporaryFile(dir=file.parent, suffix=".sql") as text:
        _run(
            url,
            "pg_restore",
            "--clean",
            "--if-exists",
            "--no-owner",
            "--no-privileges",
            f"--file={text.name}",
            str(file),
        )
        once = ["--no-psqlrc", "--quiet", "--single-transaction", "--set=ON_ERROR_STOP=1"]
        _run(url, "psql", *once, f"--command={drop}", f"--file={text.name}")


def _is_sqlite(url: str) -> bool:
    return url.startswith("sqlite:")


def _file(url: str) -> Path:
    return Path(url.removeprefix("sqlite:").removeprefix("//").removeprefix("/"))


def _copy(source: Path, target: Path) -> None:
    if not source.is_file():
        raise StoreError(f"{source} is not there.")
    try:
        # Read-only, but in WAL mode: what is only in the file beside it is read, too.
        address = f"{source.resolve().as_uri()}?mode=ro"
        with closing(sqlite3.connect(address, uri=True)) as one, closing(sqlite3.connect(target)) as other:
            if not one.execute("select count(*) from sqlite_master where name = 'migration'").fetchone()[0]:
                raise StoreError(f"{source} is not a portal's store.")
            one.backup(other)
            # The copy came in the store's WAL mode, in which a reader needs to write files beside it.
            other.execute("pragma journal_mode=delete")
            (sound,) = other.execute("pragma quick_check").fetchone()
    except sqlite3.Error as error:
        raise StoreError(f"{source} cannot be read: {error}.") from error
    if sound != "ok":
        raise StoreError(f"{source} is damaged: {sound}.")


def _name(url: str) -> str:
    return unquote(urlsplit(url).path.lstrip("/"))


def _run(url: str, program: str, *arguments: str) -> str:
    if shutil.which(program) is None:
        raise StoreError(f"{program} is missing; install the client of PostgreSQL (Debian: postgresql-client).")
    parts = urlsplit(url)
    environ = {**os.environ, "PGCONNECT_TIMEOUT": "10", "PGDATABASE": _name(url)}
    for name, values in parse_qs(parts.query).items():
        if name in QUERY:
            environ[QUERY[name]] = values[-1]
    for name, variable in PARTS.items():
        if value := getattr(parts, name):
            environ[variable] = unquote(str(value))
    done = subprocess.run([program, *arguments], env=environ, capture_output=True, text=True)
    if done.returncode:
        raise StoreError(f"{program}: {done.stderr.strip() or 'failed'}")
    return done.stdout
