"""How the checks of a component become its live state. Times are unix milliseconds."""

from dataclasses import dataclass, replace
from typing import Literal

from portal.clock import MINUTE_MS
from portal.status import DEGRADED, OPERATIONAL, UNKNOWN, Component

# A clock that runs ahead by more than this makes a check unbelievable rather than fresh.
CLOCK_SKEW_MS = MINUTE_MS
Result = Literal["ok", "slow", "fail"]


@dataclass(frozen=True)
class Live:
    """The checks' state of one component, `since` the first check of the run that decided it. `checked_at` is the last
    check, `ok_at` the last good one (0: none yet), `run` the length of the present run of good or bad results,
    `fails` how many results at its end failed rather than being slow."""

    component_id: str
    state: str
    since: int
    checked_at: int
    ok_at: int
    ok: bool
    run: int
    run_since: int
    error: str = ""
    fails: int = 0

    @property
    def confirmed_at(self) -> int:
        """When the state was last confirmed: `operational` by the last good check, others by the last check."""
        return self.ok_at if self.state == OPERATIONAL else self.checked_at

    def fresh(self, now: int, stale_after: int) -> bool:
        """Whether it was confirmed within `stale_after` seconds before `now`."""
        return -CLOCK_SKEW_MS <= now - self.confirmed_at <= stale_after * 1000


def advance(
    component: Component, stale_after: int, live: Live | None, *, result: Result, at: int, error: str = ""
) -> Live:
    """The live state after one more result: bad ones count after `fail_after` in a row (as degraded when some were
    only slow), a recovery after `ok_after`; a first good result after start or silence counts at once, since nothing
    contradicts it."""
    ok = result == "ok"
    first = Live(component.id, UNKNOWN, since=at, checked_at=at, ok_at=0, ok=ok, run=0, run_since=at)
    before = live or first
    silent = at - before.checked_at > stale_after * 1000
    if silent:
        # Nobody looked for a while: an old "operational" is no evidence, and the run starts anew.
        state = UNKNOWN if before.state == OPERATIONAL else before.state
        since = at if state == UNKNOWN else before.since
        before = replace(before, run=0, run_since=at, state=state, since=since, fails=0)
    repeated = before.run > 0 and before.ok == ok
    run = before.run + 1 if repeated else 1
    run_since = before.run_since if repeated else at
    fails = before.fails + 1 if result == "fail" else 0
    state = _decide(component, before.state, ok, run, fails)
    return Live(
        component_id=component.id,
        state=state,
        since=before.since if state == before.state else run_since,
        checked_at=at,
        ok_at=at if ok else before.ok_at,
        ok=ok,
        run=run,
        run_since=run_since,
        error="" if ok else error,
        fails=fails,
    )


def _decide(component: Component, state: str, ok: bool, run: int, fails: int) -> str:
    if ok and (state == UNKNOWN or run >= component.ok_after):
        return OPERATIONAL
    if ok or run < component.fail_after:
        return state
    # One slow answer does not end an outage, only good ones do.
    down = fails >= component.fail_after or state == component.impact_on_fail
    return component.impact_on_fail if down else DEGRADED
