"""Which rows of the store are a person's. Each module declares its tables, and scripts.forget joins the declarations.

Tables that hold people are in a module's PEOPLE, the others in its NOBODY; a test finds a table that is in neither.
"""

import json
import re
from collections.abc import Callable, Collection, Iterable, Iterator
from typing import TYPE_CHECKING, Any, NamedTuple

if TYPE_CHECKING:
    from functions.stores import Store

PARAMETER = re.compile(r":(subject|address|mailbox|name)\b")
# An address that is not a part of a longer one.
WHOLE = r"(?<![\w.+-]){}(?![\w-]|\.\w)"


class Held(NamedTuple):
    """A table with people in it. A row is a person's by `where`, a condition with :subject, :address (lower case),
    :mailbox (its keyed hash) or :name (a subject, or the key of a row with `is_name`); or by `named`, columns of which
    one, or a text in its JSON, is such a name or holds the address."""

    table: str
    where: str = ""
    named: tuple[str, ...] = ()
    key: str = "id"
    is_name: bool = False
    people: "Callable[[Store], Iterable[tuple[str, str]]] | None" = None


class Person(NamedTuple):
    """The names of one person in the store; addresses in lower case."""

    subjects: frozenset[str]
    addresses: frozenset[str]
    mailboxes: frozenset[str]


def emails(table: str) -> "Callable[[Store], Iterable[tuple[str, str]]]":
    """Subject and address of everyone in a table with these two columns, for `Held.people`."""

    def people(store: "Store") -> Iterator[tuple[str, str]]:
        for row in store.all(f"select distinct subject_id, email from {table}"):  # noqa: S608 - the names are ours
            yield row["subject_id"], row["email"]

    return people


def forget(store: "Store", tables: Iterable[Held], person: Person) -> dict[str, int]:
    """Delete the person's rows, inside a transaction and in the order of `tables`; table -> how many rows."""
    tables = list(tables)
    names = set(person.subjects)
    for held in tables:
        if held.is_name:
            rows = _run(store, f"select {held.key} from {held.table} where {held.where}", person, names)  # noqa: S608
            names |= {row[held.key] for row in rows}
    return {held.table: _delete(store, held, person, names) for held in tables}


def _delete(store: "Store", held: Held, person: Person, names: set[str]) -> int:
    if not held.named:
        sql = f"delete from {held.table} where {held.where} returning 1 as one"  # noqa: S608
        return len(_run(store, sql, person, names))
    rows = store.all(f"select {', '.join((held.key, *held.named))} from {held.table}")  # noqa: S608
    theirs = [row[held.key] for row in rows if any(is_named(row[column], person, names) for column in held.named)]
    return sum(store.run(f"delete from {held.table} where {held.key} = :key", key=key) for key in theirs)  # noqa: S608


def _run(store: "Store", sql: str, person: Person, names: set[str]) -> list[dict[str, Any]]:
    """The rows of a statement that is run for each value of its one parameter."""
    values: dict[str, Collection[str]] = {
        "subject": person.subjects,
        "address": person.addresses,
        "mailbox": person.mailboxes,
        "name": names,
    }
    (parameter,) = set(PARAMETER.findall(sql))
    return [row for value in values[parameter] for row in store.all(sql, **{parameter: value})]


def is_named(text: str, person: Person, names: Collection[str]) -> bool:
    """Whether a column's text, or a text in its JSON, is one of `names` (also as `subject:NAME`) or has one of the
    person's addresses in it."""
    patterns = [re.compile(WHOLE.format(re.escape(address))) for address in person.addresses]
    return any(
        one in names or one.removeprefix("subject:") in names or any(each.search(one.lower()) for each in patterns)
        for one in [text, *_texts(text)]
    )


def _texts(column: str) -> Iterator[str]:
    try:
        waiting = [json.loads(column)]
    except ValueError:
        return
    while waiting:
        value = waiting.pop()
        if isinstance(value, str):
            yield value
        elif isinstance(value, dict):
            waiting += [*value, *value.values()]
        elif isinstance(value, list):
            waiting += value
