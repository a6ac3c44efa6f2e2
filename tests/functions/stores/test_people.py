"""Every table is declared by the part that writes it, and a row is a person's or it is not."""

import importlib
import re
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType

import pytest
from hypothesis import given
from hypothesis import strategies as st

from functions.stores import MIGRATIONS, Store
from functions.stores.people import Held, Person, forget, is_named
from scripts.forget import HELD

ROOT = Path(__file__).parents[3]
WRITES = re.compile(r"\b(?:insert into|delete from|(?<!do )update) ([a-z_]+)(?= \(| set\b| where\b|\s*\n|\")")
PERSON = Person(frozenset({"42"}), frozenset({"ada@customer.example"}), frozenset({"f00d"}))


def tables() -> set[str]:
    texts = [file.read_text("utf-8") for file in MIGRATIONS.glob("*.sql")]
    return {name for text in texts for name in re.findall(r"CREATE TABLE (\w+)", text)}


def sources() -> Iterator[tuple[str, str]]:
    for room in ("functions", "scripts"):
        for file in (ROOT / room).rglob("*.py"):
            yield str(file.relative_to(ROOT)), file.read_text("utf-8")


def declaring() -> dict[str, ModuleType]:
    """The modules that declare tables, by their file."""
    return {
        file: importlib.import_module(file.removesuffix(".py").removesuffix("/__init__").replace("/", "."))
        for file, text in sources()
        if re.search(r"^(PEOPLE|NOBODY) = ", text, re.MULTILINE)
    }


def test_every_table_is_declared_once_as_holding_people_or_nobody():
    people = [held.table for module in declaring().values() for held in getattr(module, "PEOPLE", ())]
    nobody = [table for module in declaring().values() for table in getattr(module, "NOBODY", ())]

    assert sorted(people + nobody) == sorted(tables())
    assert sorted(people) == sorted(held.table for held in HELD)


def owner(file: str) -> str:
    """The part of a file: its folder, or the file itself on the ground."""
    return "/".join(file.split("/")[:2])


def test_no_part_writes_the_table_of_another():
    owners = {
        table: owner(file)
        for file, module in declaring().items()
        for table in (*(held.table for held in getattr(module, "PEOPLE", ())), *getattr(module, "NOBODY", ()))
    }
    writers = {(table, file) for file, text in sources() for table in WRITES.findall(text) if table in owners}
    allowed = {
        ("outbox", "scripts/lib/faults_server.py"),  # makes deliveries due that wait for their time
        ("webhook", "scripts/lib/faults_hanging.py"),  # so that something waits for them
        ("subscriber", "scripts/lib/faults_hanging.py"),
        ("session", "scripts/lib/portal_faults/cases.py"),  # so that claims are old, and the provider is asked
        ("event", "scripts/bench_insights.py"),  # by the million
        ("event_word", "scripts/bench_insights.py"),
    }

    assert {table for table, _ in writers} >= {"ticket", "preference", "rate", "session", "verify_mailed"}
    assert {(table, file) for table, file in writers if owners[table] != owner(file)} - allowed == set()


@pytest.mark.parametrize(
    ("text", "theirs"),
    [
        ("42", True),
        ("subject:42", True),
        ('{"who": "42"}', True),
        ('{"a": ["x", {"b": "subject:42"}]}', True),
        ('{"to": "Ada <ADA@Customer.example>"}', True),
        ('{"text": "write to ada@customer.example."}', True),
        ('{"title": "Region 42"}', False),
        ('{"n": 42}', False),
        ('{"to": "bigada@customer.example"}', False),
        ('{"to": "big.ada@customer.example"}', False),
        ('{"to": "ada@customer.example.org"}', False),
        ("", False),
    ],
)
def test_a_text_names_a_person_as_a_whole_and_not_as_a_part(text: str, theirs: bool):
    assert is_named(text, PERSON, PERSON.subjects) is theirs


@given(st.text())
def test_any_text_can_be_asked(text: str):
    assert is_named(text, PERSON, set()) in {True, False}


def test_a_count_is_forgotten_by_its_end_and_by_nothing_like_it(store: Store):
    for who in ("look:42", "status-mail:x 42", "look:142", "look:4_", "42", ":42:7"):
        store.run("insert into rate (who, span, n) values (:who, 1, 1)", who=who)
    (rate,) = [held for held in HELD if held.table == "rate"]
    with store.transaction():
        counts = forget(store, [rate], Person(frozenset({"42", "%", "_"}), frozenset(), frozenset()))

    assert counts == {"rate": 2}
    assert {row["who"] for row in store.all("select who from rate")} == {"look:142", "look:4_", "42", ":42:7"}


def test_a_person_is_known_by_the_keys_of_their_rows(store: Store):
    store.run("insert into subscriber values ('s1', 'ada@customer.example', '[]', 1)")
    store.run("insert into status_heard values ('i', 's1', 1, 1)")
    store.run("insert into status_heard values ('i', 's2', 1, 1)")
    held = [one for one in HELD if one.table in {"subscriber", "status_heard"}]
    with store.transaction():
        counts = forget(store, held, PERSON)

    assert counts == {"subscriber": 1, "status_heard": 1}
    assert isinstance(held[0], Held)
