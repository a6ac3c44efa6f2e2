"""Events as the store keeps them: numbers instead of words and UUIDs, so that ten million take a gigabyte.

Of a UUID its last eight bytes are kept, of a view and a query, which only have to differ within a visit, the last four.
Words are numbered in `portal.insights.events`, paths and builds in the table `event_word`.
"""

from dataclasses import asdict
from typing import Any
from uuid import UUID

from functions.stores import Store
from portal.clock import DAY_MS
from portal.insights.events import KINDS, NAMES, REASONS, REFERRERS, VOTES, Event

NOBODY = ("event", "event_word")
WORDS = {"name": NAMES, "kind": KINDS, "referrer": REFERRERS, "vote": VOTES, "reason": REASONS}
INSERT = """
insert into event (id, visit, at, view, seq, path, build, query_id, engaged_ms, results, name, kind, referrer, rank,
                   vote, reason, scroll, query)
values (:id, :visit, :at, :view, :seq, :path, :build, :query_id, :engaged_ms, :results, :name, :kind, :referrer, :rank,
        :vote, :reason, :scroll, :query)
on conflict (id) do nothing
"""
# Two functions may give one number, or one word, at the same time; the later one then adds nothing.
NEW_WORD = """
insert into event_word (id, word, used_at)
select coalesce(max(id), 0) + 1, :word, :now from event_word where true
on conflict do nothing
"""
USED = "update event_word set used_at = :now where word = :word and used_at < :before"
VIEWS = f"""
select word, count(*) as n from event join event_word on event_word.id = event.path
where name = {NAMES["page"]} and kind = {KINDS["article"]} and at >= :since group by word order by n desc, word
"""  # noqa: S608 - the numbers are ours


def add(store: Store, events: list[Event], now: int, build: str) -> None:
    """Store events in the open transaction; one that came before changes nothing."""
    numbers = {word: _number(store, word, now) for word in sorted({build, *(event.path for event in events)})}
    for event in events:
        store.run(INSERT, **row(event), at=now, path=numbers[event.path], build=numbers[build])


def remove(store: Store, before: int) -> None:
    """Delete what happened before a time (unix ms), and the words that only it used."""
    store.run("delete from event where at < :before", before=before)
    store.run("delete from event_word where used_at < :before", before=before - DAY_MS)


def views(store: Store, since: int) -> dict[str, int]:
    """Path -> how often an article was opened there since a time (unix ms), most first."""
    return {row["word"]: int(row["n"]) for row in store.all(VIEWS, since=since)}


def row(event: Event) -> dict[str, Any]:
    """The columns of an event but for its time, path and build."""
    values = asdict(event)
    del values["path"]
    values |= {"id": long_id(values.pop("event_id")), "visit": long_id(event.visit), "view": short_id(event.view)}
    values["query_id"] = short_id(event.query_id) if event.query_id else None
    return values | {field: known[values[field]] if values[field] else None for field, known in WORDS.items()}


def long_id(uuid: str) -> int:
    """The last eight bytes of a UUID, as a number with a sign."""
    return int.from_bytes(UUID(uuid).bytes[8:], signed=True)


def short_id(uuid: str) -> int:
    """The last four bytes of a UUID, counted from the smallest number of four bytes."""
    return int.from_bytes(UUID(uuid).bytes[12:]) - 2**31


def _number(store: Store, word: str, now: int) -> int:
    """The number of a path or build, which may be new; its last use is kept within a day."""
    while True:
        found = store.one("select id, used_at from event_word where word = :word", word=word)
        if found is None:
            store.run(NEW_WORD, word=word, now=now)
            continue
        if found["used_at"] < now - DAY_MS:
            store.run(USED, word=word, now=now, before=now - DAY_MS)
        return int(found["id"])
