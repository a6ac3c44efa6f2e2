"""Events in a store, put and read with their words."""

from itertools import count
from typing import Any
from uuid import NAMESPACE_URL, uuid5

from functions.insights.rows import WORDS, add
from functions.stores import Store
from portal.insights.events import Event

NUMBERS = count()
READ = """
select event.*, path.word as path, build.word as build from event
join event_word as path on path.id = event.path left join event_word as build on build.id = event.build
order by at, seq
"""


def uuid(text: str) -> str:
    """The same UUID for the same text."""
    return str(uuid5(NAMESPACE_URL, text))


def put(store: Store, at: int, name: str, kind: str, **values: Any) -> None:
    """Store an event of a given time (unix ms); ids that are not given are new."""
    number = next(NUMBERS)
    ids = {field: uuid(f"{field} {number}") for field in ("event_id", "visit", "view")}
    event = Event(**(ids | {"seq": number, "name": name, "path": f"/{kind}/", "kind": kind} | values))
    with store.transaction():
        add(store, [event], at, "test")


def events(store: Store) -> list[dict[str, Any]]:
    """Every event in order, with words for numbers."""
    words = {field: {number: word for word, number in known.items()} for field, known in WORDS.items()}
    return [row | {field: known.get(row[field]) for field, known in words.items()} for row in store.all(READ)]
