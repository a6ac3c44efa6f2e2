"""One event of a visit: which fields the portal accepts from a browser and stores."""

import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TypeVar

from portal.clock import DAY_MS

T = TypeVar("T")

# Each word with its number in the store, which is never given to another.
NAMES = {
    "page": 1,
    "engage": 2,
    "search": 3,
    "search_zero": 4,
    "search_click": 5,
    "vote": 6,
    "suggest_show": 7,
    "suggest_click": 8,
    "suggest_solved": 9,
    "help_open": 10,
    "ticket_start": 11,
    "ticket_submit": 12,
    "ticket_abandon": 13,
    "contact_other": 14,
    "billing_open": 15,
    "account_open": 16,
    "status_view": 17,
    "changelog_view": 18,
    "notfound": 19,
}
KINDS = {
    "home": 1,
    "article": 2,
    "topic": 3,
    "search": 4,
    "ask": 5,
    "status": 6,
    "incident": 7,
    "changelog": 8,
    "release": 9,
    "billing": 10,
    "account": 11,
    "hub": 12,
    "tickets": 13,
    "ticket": 14,
    "feedback": 15,
    "unavailable": 16,
    "notfound": 17,
    "other": 18,
}
REFERRERS = {"none": 1, "internal": 2, "search_engine": 3, "other": 4}
VOTES = {"no": 1, "yes": 2}
REASONS = {"missing_info": 1, "inaccurate": 2, "unclear": 3, "broken": 4, "not_my_question": 5}

LONGEST_PATH = 300
LONGEST_QUERY = 120
LONGEST_COMMENT = 1000
REMOVED = "[removed]"

# Ids are UUIDs and nothing else, so that no address or name can travel in one.
UUID = re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}")
# Our paths have no @, query or fragment; others are not stored.
PATH = re.compile(r"/(?:[\w.~/-]|%(?!40)[0-9A-Fa-f]{2})*", re.ASCII)
# Seven digits in a row, or nine with the marks of a telephone or card number: a date stays.
LONG_NUMBER = re.compile(r"\d{7}")
PRIVATE = re.compile(r"[^\s@]+@[^\s@]+|\d{7,}|\+?\d(?:[ ./()-]{0,2}\d){8,}")
# Control characters and lone surrogates are legal in JSON and fatal to a database.
UNPRINTABLE = re.compile(r"[\x00-\x1f\x7f\ud800-\udfff]")
# In a query also addresses with a query of their own and long tokens, which may be a key or a session.
SECRET = re.compile(rf"https?://\S+\?\S*|{PRIVATE.pattern}|[\w.=/+~%-]{{25,}}", re.ASCII | re.IGNORECASE)


class EventError(ValueError):
    """The event is not one of ours; `str()` names the field, never its value."""


@dataclass(frozen=True)
class Event:
    """A valid event; `engaged_ms` counts visible and focused milliseconds, `scroll` percent of the page."""

    event_id: str
    visit: str
    view: str
    seq: int
    name: str
    path: str
    kind: str
    referrer: str | None = None
    query_id: str | None = None
    query: str | None = None
    results: int | None = None
    rank: int | None = None
    vote: str | None = None
    reason: str | None = None
    engaged_ms: int | None = None
    scroll: int | None = None


def parse(raw: object) -> Event:
    """The event that a browser sent as a JSON object; raises EventError."""
    if not isinstance(raw, Mapping):
        raise EventError("an event is an object")
    event = Event(
        event_id=_required(_uuid(raw, "event_id"), "event_id"),
        visit=_required(_uuid(raw, "visit"), "visit"),
        view=_required(_uuid(raw, "view"), "view"),
        seq=_required(_number(raw, "seq", 100_000), "seq"),
        name=_required(_word(raw, "name", NAMES), "name"),
        path=_path(raw),
        kind=_required(_word(raw, "kind", KINDS), "kind"),
        referrer=_word(raw, "referrer", REFERRERS),
        query_id=_uuid(raw, "query_id"),
        query=_query(raw),
        results=_number(raw, "results", 100_000),
        rank=_number(raw, "rank", 1000),
        vote=_word(raw, "vote", VOTES),
        reason=_word(raw, "reason", REASONS),
        engaged_ms=_number(raw, "engaged_ms", DAY_MS),
        scroll=_number(raw, "scroll", 100),
    )
    for field in NEEDS.get(event.name, ()):
        _required(getattr(event, field), field)
    return event


NEEDS = {
    "engage": ("engaged_ms", "scroll"),
    "search": ("query_id", "results"),
    "search_zero": ("query_id",),
    "search_click": ("query_id",),
    "vote": ("vote",),
}


def redact_query(text: str) -> str | None:
    """A query (its first 1,000 characters) without addresses, long numbers and tokens; None when more than half of it
    was private."""
    text = " ".join(unicodedata.normalize("NFC", text[:LONGEST_COMMENT]).lower().split())
    rest = len(SECRET.sub("", text))
    if not text or rest * 2 < len(text):
        return None
    return SECRET.sub(REMOVED, text)[:LONGEST_QUERY]


def redact_comment(text: str) -> str:
    """A comment (its first 1,000 characters) without email addresses and long numbers."""
    return PRIVATE.sub(REMOVED, text[:LONGEST_COMMENT])


def is_uuid(text: str) -> bool:
    """Whether this is a UUID as browsers write it."""
    return UUID.fullmatch(text) is not None


def _required(value: T | None, field: str) -> T:
    if value is None:
        raise EventError(f"{field} is missing")
    return value


def _text(raw: Mapping[str, object], field: str) -> str | None:
    value = raw.get(field)
    if value is None:
        return None
    if not isinstance(value, str) or UNPRINTABLE.search(value):
        raise EventError(f"{field} is not plain text")
    return value


def _uuid(raw: Mapping[str, object], field: str) -> str | None:
    value = _text(raw, field)
    if value is not None and not is_uuid(value):
        raise EventError(f"{field} is not a UUID")
    return value


def _word(raw: Mapping[str, object], field: str, known: Mapping[str, int]) -> str | None:
    value = _text(raw, field)
    if value is not None and value not in known:
        raise EventError(f"{field} is not a known word")
    return value


def _number(raw: Mapping[str, object], field: str, largest: int) -> int | None:
    value = raw.get(field)
    if value is None:
        return None
    if type(value) is not int or not 0 <= value <= largest:  # True is an int, too
        raise EventError(f"{field} is not a whole number from 0 to {largest}")
    return value


def _path(raw: Mapping[str, object]) -> str:
    value = _required(_text(raw, "path"), "path")
    if len(value) > LONGEST_PATH or not PATH.fullmatch(value) or LONG_NUMBER.search(value):
        raise EventError("path is not a path of this site")
    return value


def _query(raw: Mapping[str, object]) -> str | None:
    value = _text(raw, "query")
    if value is None:
        return None
    if len(value) > LONGEST_QUERY:
        raise EventError(f"query has more than {LONGEST_QUERY} characters")
    # The browser redacted it already; a script that is not ours, or an old one, may not have.
    return redact_query(value)
