#!/usr/bin/env bash
# SQLite 3.54.1 (apsw 3.54.1.0): in WAL mode it commits into a database file that was deleted, without an error.
#
# With `journal_mode=delete` a write to a file that was moved or deleted since it was opened fails with
# SQLITE_READONLY_DBMOVED, which is documented as the protection for this. With `journal_mode=wal` nothing looks: insert
# and commit succeed with `synchronous=full`, the connection reads its row back, and no file on the disk has it. A second
# connection makes a new, empty database at the same place, so one program has two stores at once.
# What to do: compare device and inode of the path with those of the opened file before a write, and refuse when they
# differ.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/python" -m pip install --quiet --disable-pip-version-check apsw==3.54.1.0 2>/dev/null
cd "$folder"
"$folder/venv/bin/python" - <<'PYTHON'
import pathlib
import sys

import apsw

found = {}
for mode in ("delete", "wal"):
    file = pathlib.Path(f"{mode}.db")
    one = apsw.Connection(str(file))
    one.execute(f"pragma journal_mode={mode}; pragma synchronous=full; create table t (a)").fetchall()
    for part in pathlib.Path().glob(f"{mode}.db*"):
        part.unlink()
    try:
        one.execute("begin immediate; insert into t values (1); commit").fetchall()
        found[mode] = ("committed", one.execute("select count(*) from t").fetchall(), file.exists())
    except apsw.Error as error:
        found[mode] = (type(error).__name__, error.extendedresult == apsw.SQLITE_READONLY_DBMOVED)
    print(apsw.sqlite_lib_version(), mode, *found[mode])
sys.exit(found != {"delete": ("ReadOnlyError", True), "wal": ("committed", [(1,)], False)})
PYTHON
