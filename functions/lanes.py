"""The lanes of deliveries: which kinds wait for which other system, and how long a slow one may hold them up."""

from collections import Counter, defaultdict
from typing import NamedTuple

from portal.clock import HOUR_MS, MINUTE_MS


class Lane(NamedTuple):
    """Deliveries that are as urgent as each other. Those of one lane are tried again after `pause` ms at the latest;
    `hold` is how many seconds a system that does not answer may cost the lane in a tick. `each` names the field of the
    payload that tells the systems of a lane apart, where there are many."""

    name: str
    kinds: tuple[str, ...]
    hold: float = 8.0
    pause: int = HOUR_MS
    each: str = ""


# The most urgent first; a kind that stands nowhere is in the last.
LANES = {
    lane.name: lane
    for lane in (
        # A code is of use for a quarter of an hour.
        Lane("sign-in", ("mail.verify",), pause=5 * MINUTE_MS),
        Lane("ticket", ("ticket.create",)),
        Lane("reply", ("ticket.reply", "ticket.rating", "ticket.look")),
        Lane("letter", ("mail.send", "status.confirm", "changelog.confirm")),
        Lane("news", ("status.mail",)),
        Lane("digest", ("changelog.mail",)),
        Lane("webhook", ("status.webhook",), hold=4.0, each="webhook"),
    )
}
# A tick works on these at the same time, and takes the lanes of one in turn: of four calls to the desk three are for
# tickets while both wait, so that neither starves. A desk gets one call at a time, since a reply follows its ticket.
WORKERS = (
    ("sign-in",),
    ("ticket", "ticket", "ticket", "reply"),
    ("letter",),
    ("news", "news", "news", "digest"),
    ("webhook",),
)
# So many failures of one system in a row end what a tick gives it.
MOST_FAILURES = 3


def lane_of(kind: str) -> Lane:
    """The lane of a kind of delivery."""
    return next((lane for lane in LANES.values() if kind in lane.kinds), [*LANES.values()][-1])


class Patience:
    """What each system has cost in this tick: one that fails again and again, or does not answer, rests until the
    next."""

    def __init__(self) -> None:
        self._failures: Counter[tuple[str, str]] = Counter()
        self._held: defaultdict[tuple[str, str], float] = defaultdict(float)

    def is_over(self, lane: Lane, system: str) -> bool:
        """Whether the system rests."""
        key = (lane.name, system)
        return self._failures[key] >= MOST_FAILURES or self._held[key] >= lane.hold

    def count(self, lane: Lane, system: str, seconds: float, *, failed: bool) -> None:
        """Note a try of `seconds`; one that the system answered as it should ends the row of failures."""
        key = (lane.name, system)
        if failed:
            self._failures[key] += 1
            self._held[key] += seconds
        else:
            self._failures.pop(key, None)
            self._held.pop(key, None)
