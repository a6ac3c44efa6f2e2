"""Which of our own replies a help desk's thread already shows: what tells a lost answer from a lost message."""

from collections.abc import Sequence
from dataclasses import dataclass

from portal.clock import MINUTE_MS
from portal.tickets import Message, plain

# How far a desk's clock may be behind ours (ms).
SKEW_MS = 5 * MINUTE_MS


@dataclass(frozen=True)
class Sent:
    """A reply of ours: its text, and when the desk was first given it (unix ms)."""

    body: str
    since: int


def present(sent: Sequence[Sent], messages: Sequence[Message], *, marked: bool = False) -> list[bool]:
    """For each of our replies, in their order, whether it is in the thread. Each message stands for one reply, so
    the same words said twice are two. `marked`: the desk puts a line of its own before what the customer wrote."""
    left = [(message.at, _text_lines(plain.text(message))) for message in messages if message.author == "customer"]
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


def _text_lines(text: str) -> list[str]:
    """The lines that hold something, however a desk has wrapped the space between."""
    return [" ".join(line.split()) for line in text.splitlines() if line.strip()]
