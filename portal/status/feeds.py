"""The status page for feed readers and calendars: an item for each update, with an id that stays for ever.

The caller says how an update becomes HTML: from Markdown (the build) or from plain text (the functions).
"""

import json
import uuid
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from html import escape
from typing import Any

from feedgenerator import Atom1Feed, Rss201rev2Feed

from portal.status import PHASES, Board, Incident, Maintenance, Update, notice
from portal.status.summary import iso, update_id

MOST = 100
# For so long a calendar with a local time is told when summer begins and ends there.
ZONE_YEARS = 12


@dataclass(frozen=True)
class Item:
    """One update of an incident or a maintenance; `update` has its times in unix ms, `facts` are what it is about."""

    id: str
    title: str
    link: str
    update: Update
    facts: tuple[str, ...] = ()

    @property
    def changed_at(self) -> int:
        return self.update.edited_at or self.update.at

    def html(self, html: Callable[[str], str]) -> str:
        """The text and the facts."""
        return html(self.update.body) + "".join(f"<p>{escape(fact)}</p>" for fact in self.facts)


def items(board: Board, component: str = "") -> list[Item]:
    """The newest updates, of one component or of all; newest first."""
    found = [
        Item(
            _stable(board, update_id(event.key, update)),
            f"{PHASES[update.status]}: {event.title}",
            link,
            update,
            tuple(notice.facts(event, board)),
        )
        for event, link, affected in _events(board)
        if not component or component in affected
        for update in event.updates
    ]
    return sorted(found, key=lambda item: (-item.update.at, item.id))[:MOST]


def _stable(board: Board, key: str) -> str:
    """An id that survives an edit of the update and a move of the page, so that no reader sees it twice."""
    return uuid.uuid5(uuid.NAMESPACE_URL, f"status:{board.page.id}:{key}").urn


def atom(board: Board, address: str, html: Callable[[str], str], component: str = "", most: int = MOST) -> str:
    """Atom 1.0; `address` is the feed's own, which readers follow; empty when it is not known."""
    return _write(Atom1Feed, board, address, html, component, most)


def rss(board: Board, address: str, html: Callable[[str], str], component: str = "", most: int = MOST) -> str:
    """RSS 2.0."""
    return _write(Rss201rev2Feed, board, address, html, component, most)


def json_feed(board: Board, address: str, html: Callable[[str], str], component: str = "", most: int = MOST) -> str:
    """JSON Feed 1.1 (https://www.jsonfeed.org/version/1.1/)."""
    feed = {
        "version": "https://jsonfeed.org/version/1.1",
        "title": _title(board, component),
        "home_page_url": board.page.url,
        **({"feed_url": address} if address else {}),
        "items": [
            {
                "id": item.id,
                "url": item.link,
                "title": item.title,
                "content_html": item.html(html),
                "date_published": iso(item.update.at),
                "date_modified": iso(item.changed_at),
            }
            for item in items(board, component)[:most]
        ],
    }
    return json.dumps(feed, ensure_ascii=False, indent=1) + "\n"


def calendar(board: Board, only: str = "") -> str:
    """Planned maintenance (or one of it) as iCalendar (RFC 5545), in UTC or in the zone of a rule: a UID that stays, a
    SEQUENCE that grows with each update, and a rule for what comes again. `board` is the writer's, with what comes
    again as one."""
    from icalendar import Calendar

    found = Calendar()
    found.add("prodid", "-//Helpfront//Status//EN")
    found.add("version", "2.0")
    found.add("x-wr-calname", f"{board.page.name} maintenance")
    for work in board.maintenances:
        if only in ("", work.id):
            found.add_component(_event(work, board))
    first = min((_moment(work.start).date() for work in board.maintenances), default=date(2026, 1, 1))
    found.add_missing_timezones(first.replace(day=1, month=1), date(first.year + ZONE_YEARS, 1, 1))
    for change in found.walk("STANDARD") + found.walk("DAYLIGHT"):
        _put_right(change)
    return str(found.to_ical().decode())


def _put_right(change: Any) -> None:
    """Give the moments of a clock's change by the clock before it (RFC 5545, 3.6.5), where icalendar gives that after
    it. Each has a line of its own, the first as well: ical.js reads no DTSTART beside RDATE, and one RDATE a line."""
    late = max(change["TZOFFSETTO"].td - change["TZOFFSETFROM"].td, timedelta())
    others = change.pop("RDATE", None)
    starts = [one - late for one in [change["DTSTART"].dt, *(one.dt for one in (others.dts if others else ()))]]
    change.DTSTART = starts[0]
    for start in starts if others else ():
        change.add("RDATE", [start])


def _event(work: Maintenance, board: Board) -> Any:
    from icalendar import Event
    from icalendar.prop import vRecur

    from portal.status import recur

    affected = ", ".join(one.name for one in board.components if one.id in work.components)
    event = Event()
    event.add("uid", f"{work.id}@{board.page.id}.status")
    event.add("summary", f"{board.page.name}: {work.title}")
    event.add("dtstart", _moment(work.start).astimezone(recur.zone(work)))
    event.add("dtend", _moment(work.end).astimezone(recur.zone(work)))
    event.add("dtstamp", _moment(work.updates[-1].at if work.updates else work.scheduled_for))
    # Calendars take a change only with a higher number: each update counts, and each time that became known.
    event.add("sequence", len(work.updates) + (work.actual_start is not None) + (work.actual_end is not None))
    event.add("status", "CANCELLED" if work.status == "cancelled" else "CONFIRMED")
    event.add("url", f"{board.page.url}#{work.id}")
    event.add("description", f"Affects: {affected}" if affected else work.title)
    if work.rrule:
        event.add("rrule", vRecur.from_ical(recur.rule(work)))
    return event


def _events(board: Board) -> Iterator[tuple[Incident | Maintenance, str, set[str]]]:
    """Every incident and maintenance with its link and its components."""
    url = board.page.url
    for one in board.incidents:
        yield one, f"{url}incidents/{one.id}/" if one.built else f"{url}#{one.id}", set(one.states)
    for work in board.maintenances:
        yield work, f"{url}#{work.key}", set(work.components)


def _write(
    kind: type[Atom1Feed] | type[Rss201rev2Feed],
    board: Board,
    address: str,
    html: Callable[[str], str],
    component: str,
    most: int,
) -> str:
    url = board.page.url
    feed = kind(
        _title(board, component),
        url,
        f"Incidents and maintenance of {board.page.name}",
        feed_url=address or None,
        feed_guid=_stable(board, f"feed {component}"),
    )
    for item in items(board, component)[:most]:
        # Atom has a place for a whole body, RSS readers expect it as the description.
        body = item.html(html)
        where = {"description": None, "content": body} if kind is Atom1Feed else {"description": body}
        feed.add_item(
            title=item.title,
            link=item.link,
            pubdate=_moment(item.update.at),
            updateddate=_moment(item.changed_at),
            unique_id=item.id,
            unique_id_is_permalink=False,
            author_name=board.page.name,
            **where,
        )
    return str(feed.writeString("utf-8"))


def _title(board: Board, component: str) -> str:
    name = next((one.name for one in board.ever if one.id == component), "")
    return f"{board.page.name} status: {name}" if name else f"{board.page.name} status"


def _moment(at: int) -> datetime:
    return datetime.fromtimestamp(at / 1000, UTC)
