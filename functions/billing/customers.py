"""Which customer of the billing system somebody is: a verified claim tells, or the operator's own table.

BILLING_CUSTOMERS names the table: a CSV file, or a `select` in the portal's own database. Either has a column
`billing_customer`, and `account` or `subject`, as the identity provider gives them. No email address is looked at.
"""

import csv
import logging
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from functions.errors import SettingsError

if TYPE_CHECKING:
    from functions.services import Services
    from functions.signin.sessions import Session

KEYS = ("account", "subject")
MEMORY = "billing_customers"

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Entry:
    """A row of the table: `key` is account or subject, `name` whose it is, `customer` the billing system's id, `line`
    that of the file, or the row's number."""

    key: str
    name: str
    customer: str
    line: int


def customer_of(services: "Services", session: "Session") -> str:
    """The customer's id in the billing system; empty when neither claim nor table tells, or the table tells two."""
    claim = session.claims.get("billing_customer")
    if isinstance(claim, str) and claim:
        return claim
    who = {"account": session.requester.account or "", "subject": session.requester.subject}
    found = {one.customer for one in entries(services) if one.name == who[one.key] and one.name and one.customer}
    if len(found) > 1:
        log.error("billing: the table of customers has several for one account; see scripts.billing_customers check")
    return found.pop() if len(found) == 1 else ""


def entries(services: "Services") -> list[Entry]:
    """All rows; none without a table. SettingsError for one that cannot be read, StoreError when the store fails."""
    where = services.settings.billing_customers
    if not where:
        return []
    return _selected(services, where) if is_query(where) else _read(services, Path(where))


def is_query(where: str) -> bool:
    """Whether the table is a query; anything else is a file."""
    return where.lower().startswith("select ")


def _selected(services: "Services", query: str) -> list[Entry]:
    rows = services.store.all(query)
    if rows and ("billing_customer" not in rows[0] or not any(key in rows[0] for key in KEYS)):
        raise SettingsError(
            f"BILLING_CUSTOMERS selects {list(rows[0])}: it needs billing_customer, and account or subject."
        )
    return [one for number, row in enumerate(rows, 1) for one in _entries(row, number)]


def _read(services: "Services", file: Path) -> list[Entry]:
    """The file's rows, read again when it has changed."""
    try:
        stamp = file.stat().st_mtime_ns
        known = services.memory.get(MEMORY)
        if known is None or known[0] != stamp:
            known = services.memory[MEMORY] = (stamp, list(_rows(file)))
    except (OSError, UnicodeError, csv.Error) as error:
        raise SettingsError(f"BILLING_CUSTOMERS: {file} cannot be read: {error}") from error
    found: list[Entry] = known[1]
    return found


def _rows(file: Path) -> Iterator[Entry]:
    # Spreadsheets begin a file with a mark.
    with file.open(encoding="utf-8-sig", newline="") as text:
        rows = csv.DictReader(text)
        names = rows.fieldnames or ()
        if "billing_customer" not in names or not any(key in names for key in KEYS):
            raise SettingsError(f"{file}: the first line must be account,billing_customer or subject,billing_customer")
        for row in rows:
            yield from _entries(row, rows.line_num)


def _entries(row: dict[str, object], line: int) -> Iterator[Entry]:
    customer = str(row.get("billing_customer") or "").strip()
    for key in KEYS:
        if key in row:
            yield Entry(key, str(row.get(key) or "").strip(), customer, line)
