"""The status page for feed readers and calendars: an item for each update, with an id that stays for ever.

Nothing here knows Markdown: whoever asks says how an update becomes HTML (the build) or stays text (the functions).
"""

import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from feedgenerator import Atom1Feed, Rss201rev2Feed

from portal.status import PHASES, Board, Update
from portal.status_summary import iso, update_id

MOST = 100


@dataclass(frozen=True)
class Item:
    """One update of an incident or a maintenance."""

    id: str
    title: str
    link: str
    update: Update


def items(board: Board, component: str = "") -> list[Item]:
    """The newest updates, of one component or of all; newest first."""
    url = board.page.url
    found = [
        Item(f"{url}#{update_id(one.id, update)}", f"{PHASES[update.status]}: {one.title}", link, update)
        for one, link, affected in _events(board)
        if not component or component in affected
        for update in one.updates
    ]
    return sorted(found, key=lambda item: (-item.update.at, item.id))[:MOST]


def atom(board: Board, name: str, html: Callable[[str], str], component: str = "") -> str:
    """Atom 1.0; `name` is the feed's own file below the status page."""
    return _write(Atom1Feed, board, name, html, component)


def rss(board: Board, name: str, html: Callable[[str], str], component: str = "") -> str:
    """RSS 2.0."""
    return _write(Rss201rev2Feed, board, name, html, component)


def json_feed(board: Board, name: str, html: Callable[[str], str], component: str = "") -> str:
    """JSON Feed 1.1 (https://www.jsonfeed.org/version/1.1/)."""
    feed = {
        "version": "https://jsonfeed.org/version/1.1",
        "title": _title(board, component),
        "home_page_url": board.page.url,
        "feed_url": f"{board.page.url}{name}",
        "items": [
            {
                "id": item.id,
                "url": item.link,
                "title": item.title,
                "content_html": html(item.update.body),
                "date_published": iso(item.update.at),
            }
            for item in items(board, component)
        ],
    }
    return json.dumps(feed, ensure_ascii=False, indent=1) + "\n"


def calendar(board: Board) -> str:
    """Planned maintenance as iCalendar (RFC 5545), in UTC: a UID that stays, a SEQUENCE that grows with each update."""
    from icalendar import Calendar, Event

    found = Calendar()
    found.add("prodid", "-//Helpfront//Status//EN")
    found.add("version", "2.0")
    found.add("x-wr-calname", f"{board.page.name} maintenance")
    names = {component.id: component.name for component in board.components}
    for work in board.maintenances:
        event = Event()
        event.add("uid", f"{work.id}@{board.page.id}.status")
        event.add("summary", f"{board.page.name}: {work.title}")
        event.add("dtstart", _moment(work.actual_start or work.scheduled_for))
        event.add("dtend", _moment(work.actual_end or work.scheduled_until))
        event.add("dtstamp", _moment(work.updates[-1].at if work.updates else work.scheduled_for))
        event.add("sequence", len(work.updates))
        event.add("status", "CANCELLED" if work.status == "cancelled" else "CONFIRMED")
        event.add("url", f"{board.page.url}#{work.id}")
        affected = ", ".join(names[key] for key in work.components if key in names)
        event.add("description", f"Affects: {affected}" if affected else work.title)
        found.add_component(event)
    return str(found.to_ical().decode())


def _events(board: Board) -> Iterator[tuple[Any, str, set[str]]]:
    url = board.page.url
    for one in board.incidents:
        yield one, f"{url}incidents/{one.id}/" if one.built else f"{url}#{one.id}", set(one.states)
    for work in board.maintenances:
        yield work, f"{url}#{work.id}", set(work.components)


def _write(
    kind: type[Atom1Feed] | type[Rss201rev2Feed], board: Board, name: str, html: Callable[[str], str], component: str
) -> str:
    url = board.page.url
    feed = kind(
        _title(board, component),
        url,
        f"Incidents and maintenance of {board.page.name}",
        feed_url=f"{url}{name}",
        feed_guid=url,
    )
    for item in items(board, component):
        at = _moment(item.update.at)
        # Atom has a place for a whole body, RSS readers expect it as the description.
        body = html(item.update.body)
        where = {"description": None, "content": body} if kind is Atom1Feed else {"description": body}
        feed.add_item(
            title=item.title,
            link=item.link,
            pubdate=at,
            updateddate=at,
            unique_id=item.id,
            unique_id_is_permalink=False,
            author_name=board.page.name,
            **where,
        )
    return str(feed.writeString("utf-8"))


def _title(board: Board, component: str) -> str:
    name = next((one.name for one in board.components if one.id == component), "")
    return f"{board.page.name} status: {name}" if name else f"{board.page.name} status"


def _moment(at: int) -> datetime:
    return datetime.fromtimestamp(at / 1000, UTC)
