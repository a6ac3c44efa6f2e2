"""Which of our own replies a help desk's thread already shows: what tells a lost answer from a lost message."""

import html
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from portal.clock import MINUTE_MS
from portal.foreign_html import MOST, tags
from portal.tickets import Message

# How far a desk's clock may be behind ours (ms).
SKEW_MS = 5 * MINUTE_MS
LINE_END = frozenset("br /p /div /li /h1 /h2 /h3 /h4 /h5 /h6".split())  # noqa: SIM905


@dataclass(frozen=True)
class Sent:
    """A reply of ours: its text, and when the desk was first given it (unix ms)."""

    body: str
    since: int


def present(sent: Sequence[Sent], messages: Sequence[Message], *, marked: bool = False) -> list[bool]:
    """For each of our replies, in their order, whether it is in the thread. Each message stands for one reply, so
    the same words said twice are two. `marked`: the desk puts a line of its own before what the customer wrote."""
    left = [(message.at, _lines(message)) for message in messages if message.author == "customer"]
    found = []
    for reply in sent:
        wanted = _text_lines(reply.body)
        match = next((one for one in left if one[0] >= reply.since - SKEW_MS and _same(one[1], wanted, marked)), None)
        found.append(match is not None)
        if match is not None:
            left.remove(match)
    return found


def _same(there: list[str], wanted: list[str], marked: bool) -> bool:
    return there == wanted or (marked and bool(wanted) and there[-len(wanted) :] == wanted)


def _lines(message: Message) -> list[str]:
    if message.body or not message.html:
        return _text_lines(message.body)
    return _text_lines(html.unescape("".join(_pieces(message.html[:MOST]))))


def _pieces(text: str) -> Iterator[str]:
    """The text of HTML, with a line end where a browser would begin a new line."""
    at = 0
    for start, end, name in tags(text):
        yield text[at:start] + ("\n" if name in LINE_END else "")
        at = end
    yield text[at:]


def _text_lines(text: str) -> list[str]:
    """The lines that hold something, however a desk has wrapped the space between."""
    return [" ".join(line.split()) for line in text.splitlines() if line.strip()]
