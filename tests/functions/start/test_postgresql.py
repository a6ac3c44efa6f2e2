"""The PostgreSQL driver starts without what our columns never need, and leaves it to others as it was."""

import re
import subprocess
import sys

from functions.stores import MIGRATIONS


def test_the_driver_is_imported_without_a_parser_of_dates_which_others_still_get():
    code = (
        "import sys, functions.stores.postgresql\n"
        "print(sorted({'dateutil.parser', 'importlib.metadata'} & {*sys.modules}))\n"
        "from dateutil.parser import parse\n"
        "from importlib.metadata import version\n"
        "print(parse('2026-11-28').day, version('pg8000') != 'pg8000')"
    )
    done = subprocess.run([sys.executable, "-S", "-c", _path() + code], capture_output=True, text=True, check=True)

    assert done.stdout == "[]\n28 True\n"


def test_no_column_is_of_a_type_that_the_driver_would_read_with_it():
    text = "\n".join(file.read_text("utf-8") for file in MIGRATIONS.glob("*.sql"))
    bodies = re.findall(r"create table (?:if not exists )?\w+ \((.*?)\n\);", text, re.IGNORECASE | re.DOTALL)
    columns = [line.split() for body in bodies for line in body.splitlines() if re.match(r" +[a-z_]+ +[A-Z]", line)]
    added = [line.split() for line in re.findall(r"add column (.+?)[;\n]", text, re.IGNORECASE)]

    assert len(columns) > 100
    assert {words[1].strip(",") for words in columns + added} == {"TEXT", "BIGINT", "INTEGER", "SMALLINT"}


def _path() -> str:
    """`-S` leaves out what the test environment itself imports at start, and with it the packages' folder."""
    return f"import sys\nsys.path[:] = {sys.path!r}\n"
