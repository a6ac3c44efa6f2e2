"""Whether the machine's clock can be believed, which every tick notes: nothing is erased while it cannot."""

from typing import TYPE_CHECKING, NamedTuple

from portal.clock import HOUR_MS, MINUTE_MS

if TYPE_CHECKING:
    from functions.services import Services

# From one tick to the next, time goes on by this much at most, and back by the difference between two machines' clocks.
AHEAD_MS, BACK_MS = HOUR_MS, 5 * MINUTE_MS
# After a jump the new time is believed once ticks have gone on from it for so long, and so many of them.
SETTLED_MS, SETTLED_TICKS = HOUR_MS, 3
NOBODY = ("clock",)
GOES_ON = "(:now between clock.seen_at - :back and clock.seen_at + :ahead)"
NOTE = f"""
insert into clock (name, seen_at, since, ticks, moved) values ('tick', :now, 0, 0, 0)
on conflict (name) do update set
  since = case when {GOES_ON} then clock.since else :now end,
  ticks = case when {GOES_ON} then clock.ticks + 1 else 1 end,
  moved = case when {GOES_ON} then clock.moved else :now - clock.seen_at end,
  seen_at = case when :now between clock.seen_at - :back and clock.seen_at then clock.seen_at else :now end
"""  # noqa: S608 - the text is ours


class Moved(NamedTuple):
    """How the clock stands: `by` is its last jump in ms, back if negative; `settled` says that it is believed."""

    by: int = 0
    settled: bool = True


def note(services: "Services") -> None:
    """Note the time of a tick."""
    services.store.run(NOTE, now=services.now(), back=BACK_MS, ahead=AHEAD_MS)


def moved(services: "Services") -> Moved:
    """The clock's last jump, and whether the time is believed now. A portal that was off for more than an hour looks
    like a jump, too."""
    row = services.store.one("select * from clock where name = 'tick'")
    if row is None:
        return Moved()
    now = services.now()
    goes_on = row["seen_at"] - BACK_MS <= now <= row["seen_at"] + AHEAD_MS
    waited = now - row["since"] >= SETTLED_MS and row["ticks"] >= SETTLED_TICKS
    return Moved(row["moved"], goes_on and (waited or not row["since"]))
