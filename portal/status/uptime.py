"""How much of a window a component was up: states of every second, the six buckets of a day, and one figure.

The rules (printed on the status page's method, too):
- a second's state is, in this order: what people said in an incident, also inside a maintenance; maintenance, which
  hides failed checks; what the checks saw. Outside a maintenance the worse of people and checks counts;
- without a sample for more than three intervals nothing is known, from one interval after the last sample;
- uptime = 1 - down / measured. `down` is the seconds in each bad state times its weight, `measured` the window without
  maintenance, unknown seconds and the time before the component began. Integers and fractions only, rounded down to
  two decimals: one second down is 99.99, never 100.00. Nothing measured is no figure (None).

Times are unix seconds (any integers will do), a span is (start, end, state) with the end excluded.
"""

import itertools
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

Span = tuple[int, int, str]
OPERATIONAL, DEGRADED, PARTIAL, MAJOR = "operational", "degraded", "partial", "major"
MAINTENANCE, UNKNOWN = "maintenance", "unknown"
BUCKETS = (OPERATIONAL, DEGRADED, PARTIAL, MAJOR, MAINTENANCE, UNKNOWN)
# From best to worst, for two sources that disagree; unknown gives way to anything known.
SEVERITY = {state: rank for rank, state in enumerate((UNKNOWN, OPERATIONAL, DEGRADED, PARTIAL, MAJOR))}
# The order for a group, which is well only when all its components are known to be.
WORSE = (OPERATIONAL, UNKNOWN, MAINTENANCE, DEGRADED, PARTIAL, MAJOR)
WEIGHTS: Mapping[str, str] = {DEGRADED: "0", PARTIAL: "0.3", MAJOR: "1"}
DAY = 86_400
SILENT_INTERVALS = 3


@dataclass(frozen=True)
class Figures:
    """`uptime` in percent as text with two decimals, None when nothing was measured; `coverage` is the known share of
    the window, maintenance included, None for an empty window."""

    uptime: str | None
    coverage: Fraction | None


def figures(
    seconds: Mapping[str, int], weights: Mapping[str, str] = WEIGHTS, *, exclude_maintenance: bool = True
) -> Figures:
    """Uptime and coverage of a window's buckets. `weights` are decimals between 0 and 1 as text or numbers;
    maintenance that is not excluded is time in which nothing was down."""
    window = sum(seconds.get(state, 0) for state in BUCKETS)
    measured = window - seconds.get(UNKNOWN, 0) - (seconds.get(MAINTENANCE, 0) if exclude_maintenance else 0)
    down = sum((Fraction(str(weight)) * seconds.get(state, 0) for state, weight in weights.items()), Fraction())
    coverage = Fraction(window - seconds.get(UNKNOWN, 0), window) if window else None
    return Figures(percent(1 - down / measured) if measured else None, coverage)


def percent(share: Fraction) -> str:
    """A share as percent, rounded down to two decimals."""
    hundredths = share * 10_000 // 1
    return f"{hundredths // 100}.{hundredths % 100:02d}"


def buckets(spans: Iterable[Span], start: int, end: int) -> dict[str, int]:
    """Seconds in each of the six states between `start` and `end`; what no span covers is unknown. The sum is the
    window's length. Where spans overlap the worst counts."""
    seconds = dict.fromkeys(BUCKETS, 0)
    for one, other, state in flat(spans, start, end):
        seconds[state] += other - one
    return seconds


def days(spans: Sequence[Span], start: int, end: int) -> Iterator[tuple[int, dict[str, int]]]:
    """The buckets of each UTC day that `start` to `end` touches, with the day's first second. A day that is not over,
    or began before `start`, has unknown seconds; every day's sum is 86,400."""
    pieces = flat(spans, start, end)
    place = 0
    for day in range(start // DAY * DAY, end, DAY):
        seconds = dict.fromkeys(BUCKETS, 0)
        while place < len(pieces) and pieces[place][0] < day + DAY:
            one, other, state = pieces[place]
            seconds[state] += min(other, day + DAY) - max(one, day)
            if other > day + DAY:
                break  # the rest of it is the next day's
            place += 1
        seconds[UNKNOWN] += DAY - sum(seconds.values())
        yield day, seconds


def flat(spans: Iterable[Span], start: int, end: int) -> list[Span]:
    """The same time as spans that touch and never overlap, from `start` to `end`; of several states the worst."""
    return _overlaid(start, end, [list(spans)], lambda states: states[0])


def merged(
    automatic: Iterable[Span],
    manual: Iterable[Span],
    maintenance: Iterable[tuple[int, int]],
    start: int,
    end: int,
) -> list[Span]:
    """The spans of people, maintenance and checks as one timeline (the module's first rule)."""
    planned = [(one, other, MAINTENANCE) for one, other in maintenance]

    def decide(states: Sequence[str]) -> str:
        seen, said, work = states
        if work == MAINTENANCE:
            return MAINTENANCE if said == UNKNOWN else said
        return max(seen, said, key=lambda state: SEVERITY.get(state, 0))

    return _overlaid(start, end, [list(automatic), list(manual), planned], decide)


def together(timelines: Sequence[Sequence[Span]], start: int, end: int) -> list[Span]:
    """The timeline of a group: in each second its worst component's state."""
    return _overlaid(start, end, [list(spans) for spans in timelines], lambda states: max(states, key=WORSE.index))


def observed(
    samples: Sequence[tuple[Any, ...]],
    interval: int,
    start: int,
    end: int,
    *,
    fail_after: int = 3,
    ok_after: int = 2,
    impact: str = MAJOR,
) -> list[Span]:
    """The checks' spans: `samples` are (time, "ok" | "slow" | "fail", ...) in order, `interval` the seconds between
    them.

    `fail_after` bad ones in a row count from the first of them: as `impact` when all of them failed, as degraded when
    some were only slow. `ok_after` good ones in a row end it, from the first of those. Fewer change nothing. After the
    start or a silence the first good one counts at once.
    """
    changes: list[tuple[int, str]] = []
    state = ""  # undecided
    run: list[tuple[int, str]] = []
    resumed = samples[0][0] if samples else 0
    for place, silent in _eventful(samples, interval, ok_after):
        at, result = samples[place][:2]
        if silent:
            changes.append((samples[place - 1][0] + interval, UNKNOWN))
            resumed, run = at, []
            if state in {"", OPERATIONAL}:
                state = ""
            else:  # an outage whose end no check saw
                changes.append((at, state))
        if run and (run[-1][1] == "ok") != (result == "ok"):
            run = []
        run.append((at, result))
        decided = _decide(state, run, fail_after, ok_after, impact)
        if decided != state:
            # Bad samples under the threshold, before anything was decided, count as nothing.
            since = resumed if not state and decided == OPERATIONAL else _since(run, decided)
            changes.append((since, decided))
            state = decided
    if samples and end - samples[-1][0] > SILENT_INTERVALS * interval:
        changes.append((samples[-1][0] + interval, UNKNOWN))
    return _from_changes(changes, start, end)


def _eventful(samples: Sequence[tuple[Any, ...]], interval: int, ok_after: int) -> Iterator[tuple[int, bool]]:
    """The places of the samples that can change anything, each with whether a silence lies before it: the first, bad
    ones, what follows a silence, and after each of these as many good ones as end an outage. Most days have few."""
    longest = SILENT_INTERVALS * interval
    silent = {place for place, (one, other) in enumerate(itertools.pairwise(samples), 1) if other[0] - one[0] > longest}
    bad = (place for place, one in enumerate(samples) if one[1] != "ok")
    turns = sorted({0, *silent, *bad}) if samples else []
    for turn, following in itertools.pairwise([*turns, len(samples)]):
        for place in range(turn, min(turn + ok_after + 1, following)):
            yield place, place in silent


def _decide(state: str, run: Sequence[tuple[int, str]], fail_after: int, ok_after: int, impact: str) -> str:
    if run[-1][1] == "ok":
        return OPERATIONAL if not state or len(run) >= ok_after else state
    if len(run) < fail_after:
        return state
    down = all(result == "fail" for _, result in run[-fail_after:])
    # One slow answer does not end an outage, only good ones do.
    return impact if down or state == impact else DEGRADED


def _since(run: Sequence[tuple[int, str]], decided: str) -> int:
    """When the run that decided began; an outage after slow answers begins with the first failure of its own."""
    if decided in {OPERATIONAL, DEGRADED}:
        return run[0][0]
    first = len(run)
    while first and run[first - 1][1] == "fail":
        first -= 1
    return run[first][0]


def _from_changes(changes: Sequence[tuple[int, str]], start: int, end: int) -> list[Span]:
    found: list[Span] = []
    ends = [*(at for at, _ in changes[1:]), end]
    for (at, state), until in zip(changes, ends, strict=False):
        one, other = max(at, start), min(until, end)
        if one < other:
            found.append((one, other, state))
    return flat(found, start, end)


def _overlaid(start: int, end: int, layers: Sequence[list[Span]], decide: Callable[[Sequence[str]], str]) -> list[Span]:
    """Cut the window wherever a span of any layer begins or ends, and decide each piece from the worst state of each
    layer (unknown where a layer says nothing). One walk over the cuts, with the number of open spans of each state."""
    changes: dict[int, list[tuple[int, str, int]]] = {start: [], end: []}
    for number, layer in enumerate(layers):
        for one, other, state in layer:
            one, other = max(one, start), min(other, end)
            if one < other:
                changes.setdefault(one, []).append((number, state, 1))
                changes.setdefault(other, []).append((number, state, -1))
    found: list[Span] = []
    active: list[dict[str, int]] = [{} for _ in layers]
    for one, other in itertools.pairwise(sorted(changes)):
        for number, state, step in changes[one]:
            active[number][state] = active[number].get(state, 0) + step
        state = decide([_worst(counts) for counts in active])
        if found and found[-1][2] == state:
            found[-1] = (found[-1][0], other, state)
        else:
            found.append((one, other, state))
    return found


def _worst(counts: Mapping[str, int]) -> str:
    """The worst state of those with a span."""
    # Only a layer of maintenance, or a timeline that is already decided, has it; there nothing overlaps.
    if counts.get(MAINTENANCE):
        return MAINTENANCE
    return max((state for state, count in counts.items() if count), key=SEVERITY.__getitem__, default=UNKNOWN)
