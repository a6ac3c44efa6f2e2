"""How many customers paid in each month, from what their subscriptions were and since when."""

import csv
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path

from portal.errors import ContentError


@dataclass(frozen=True)
class Told:
    """A subscription is `state` from `at` (unix ms) on."""

    subscription: str
    customer: str
    state: str
    at: int


def months(told: Iterable[Told], until: date, *, whole: bool = False) -> dict[str, int]:
    """Month `YYYY-MM` -> customers with a subscription that was not over on one of its days, to the month of `until`;
    from the first month on when the list is `whole`, else from the one after it: events begin somewhere in a month."""
    of_each: dict[str, list[Told]] = defaultdict(list)
    for one in told:
        of_each[one.subscription].append(one)
    first = min((one.at for ones in of_each.values() for one in ones), default=None)
    if first is None:
        return {}
    found: dict[str, int] = {}
    month = _month(first) if whole else _next(_month(first))
    while month <= until.replace(day=1):
        begin, end = _ms(month), _ms(_next(month))
        found[f"{month:%Y-%m}"] = len({ones[0].customer for ones in of_each.values() if _is_active(ones, begin, end)})
        month = _next(month)
    return found


def read(file: Path) -> list[Told]:
    """The rows of a CSV of subscriptions, `customer,started,ended` with days such as 2026-08-31, `ended` empty while
    they go on; raises ContentError that names the line."""
    told: list[Told] = []
    with file.open(encoding="utf-8-sig", errors="replace", newline="") as text:
        rows = csv.DictReader(text)
        if {"customer", "started", "ended"} - set(rows.fieldnames or ()):
            raise ContentError(str(file), 1, "the first line must be: customer,started,ended")
        for row in rows:
            customer = (row["customer"] or "").strip()
            if not customer:
                raise ContentError(str(file), rows.line_num, "customer is empty")
            name = f"line {rows.line_num}"
            started, ended = (_day(file, rows.line_num, column, row[column]) for column in ("started", "ended"))
            if started is None:
                raise ContentError(str(file), rows.line_num, "started is empty")
            told.append(Told(name, customer, "active", _ms(started)))
            if ended is not None:
                told.append(Told(name, customer, "ended", _ms(ended)))
    return told


def _is_active(ones: list[Told], begin: int, end: int) -> bool:
    """Whether a subscription is anything but over at some time of the month."""
    before = max((one for one in ones if one.at <= begin), key=lambda one: one.at, default=None)
    within = [one for one in ones if begin <= one.at < end]
    return any(one.state != "ended" for one in [*within, *([before] if before else [])])


def _day(file: Path, line: int, column: str, text: str | None) -> date | None:
    text = (text or "").strip()
    try:
        return date.fromisoformat(text[:10]) if text else None
    except ValueError as error:
        raise ContentError(str(file), line, f"{column} {text!r} is not a day like 2026-08-31") from error


def _month(at: int) -> date:
    return datetime.fromtimestamp(at / 1000, UTC).date().replace(day=1)


def _next(month: date) -> date:
    return date(month.year + month.month // 12, month.month % 12 + 1, 1)


def _ms(day: date) -> int:
    return int(datetime(day.year, day.month, day.day, tzinfo=UTC).timestamp() * 1000)
