"""The changelog as Atom, RSS and JSON Feed, for readers and for channels that take feeds."""

import json
import uuid
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from feedgenerator import Atom1Feed, Rss201rev2Feed

from portal.changelog import Entry, at_their_own_time

MOST = 50


@dataclass(frozen=True)
class Channel:
    """A feed's title and addresses; `url` is the changelog's absolute address and ends in a slash, `path` is "" or that
    of the page below it that the feed is of, e.g. "breaking/"."""

    title: str
    description: str
    url: str
    author: str
    path: str = ""

    @property
    def page(self) -> str:
        return self.url + self.path


def atom(channel: Channel, entries: Sequence[Entry], body: Callable[[Entry], str]) -> str:
    """Write Atom 1.0; `body` gives an entry's HTML."""
    return _write(Atom1Feed, channel, "atom.xml", entries, body)


def rss(channel: Channel, entries: Sequence[Entry], body: Callable[[Entry], str]) -> str:
    """Write RSS 2.0; `body` gives an entry's HTML."""
    return _write(Rss201rev2Feed, channel, "rss.xml", entries, body)


def json_feed(channel: Channel, entries: Sequence[Entry], body: Callable[[Entry], str]) -> str:
    """Write JSON Feed 1.1 (https://www.jsonfeed.org/version/1.1/); `body` gives an entry's HTML."""
    feed = {
        "version": "https://jsonfeed.org/version/1.1",
        "title": channel.title,
        "description": channel.description,
        "home_page_url": channel.page,
        "feed_url": f"{channel.page}feed.json",
        "authors": [{"name": channel.author}],
        "items": [
            {
                "id": stable_id(entry),
                "url": f"{channel.url}{entry.slug}/",
                "title": entry.title,
                "content_html": body(entry),
                "date_published": entry.published.isoformat(),
                "tags": list(entry.categories),
            }
            for entry in at_their_own_time(entries[:MOST])
        ],
    }
    return json.dumps(feed, ensure_ascii=False, indent=1) + "\n"


def stable_id(entry: Entry) -> str:
    """An id that stays the same when the entry is edited or the site moves, so that feed readers show it once."""
    return uuid.uuid5(uuid.NAMESPACE_URL, f"changelog:{entry.id}").urn


def _write(
    kind: type[Atom1Feed] | type[Rss201rev2Feed],
    channel: Channel,
    name: str,
    entries: Sequence[Entry],
    body: Callable[[Entry], str],
) -> str:
    feed = kind(
        title=channel.title,
        link=channel.page,
        description=channel.description,
        author_name=channel.author,
        feed_url=f"{channel.page}{name}",
    )
    for entry in at_their_own_time(entries[:MOST]):
        # Atom has a place for a whole body, RSS readers expect it as the description.
        where = {"description": None, "content": body(entry)} if kind is Atom1Feed else {"description": body(entry)}
        feed.add_item(
            title=entry.title,
            link=f"{channel.url}{entry.slug}/",
            pubdate=entry.published,
            updateddate=entry.published,
            unique_id=stable_id(entry),
            unique_id_is_permalink=False,
            categories=entry.categories,
            **where,
        )
    return str(feed.writeString("utf-8"))
