"""The five metrics: whether the portal answers questions, each with its uncertainty.

They are made of counts (`portal.insights.counts`), so that no number can be shown without the number of cases behind
it.
"""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from math import sqrt

from portal.insights.counts import (
    ALL,
    CONFIRMED,
    ESCALATED,
    FAILED,
    FOUND,
    IN_PORTAL,
    LANDED,
    LIKELY,
    MISSING,
    OUTCOME,
    RANKING,
    SEARCHED,
    Counts,
)  # fmt: skip

ENOUGH = 30

TICKETS = "select count(*) as n from ticket where created_at >= :since and created_at < :until"


@dataclass(frozen=True)
class Share:
    """A share of `n` cases; `low` and `high` are its 95 % Wilson interval."""

    cases: int
    n: int

    @property
    def value(self) -> float | None:
        return self.cases / self.n if self.n else None

    @property
    def interval(self) -> tuple[float, float]:
        return wilson(self.cases, self.n)


@dataclass(frozen=True)
class Deflection:
    """Help-seeking visits that were answered without a ticket: `low` counts those that said so, `high` adds those that
    read an answer. Visits that just left count in neither."""

    low: Share
    high: Share
    told_us: Share


@dataclass(frozen=True)
class TimeToFind:
    """Seconds, each rounded up, from landing to the end of reading what helped; direct landings on the article are
    apart, since their search happened elsewhere."""

    n: int
    median_s: float | None
    within_60_s: Share
    over_90_s: Share
    direct: int
    searched_median_s: float | None


@dataclass(frozen=True)
class SearchExit:
    """Visits that ended at a search, with no result or no click."""

    exits: Share
    missing: int
    ranking: int


@dataclass(frozen=True)
class MonthOfTickets:
    """Tickets per active customer; changes in percent, against the month before and two months before."""

    month: str
    tickets: int
    active_customers: int
    change: float | None = None
    change_two_months: float | None = None

    @property
    def rate(self) -> float:
        return self.tickets / self.active_customers


def deflection(counts: Counts) -> Deflection:
    """From the visits that sought help, by outcome."""
    count = _buckets(counts, OUTCOME)
    n, confirmed = count.total(), count[CONFIRMED]
    told = confirmed + count[FAILED] + count[ESCALATED]
    return Deflection(Share(confirmed, n), Share(confirmed + count[LIKELY], n), Share(confirmed, told))


def self_service(counts: Counts) -> Share:
    """The share of all visits that ended in the portal."""
    count = _buckets(counts, ALL)
    return Share(count[IN_PORTAL], count.total())


def time_to_find(counts: Counts) -> TimeToFind:
    """From the visits that found an answer, by seconds."""
    searched, landed = _buckets(counts, FOUND), _buckets(counts, LANDED)
    both = searched + landed
    n = both.total()
    return TimeToFind(
        n=n,
        median_s=_median(both),
        within_60_s=Share(sum(number for second, number in both.items() if second <= 60), n),
        over_90_s=Share(sum(number for second, number in both.items() if second > 90), n),
        direct=landed.total(),
        searched_median_s=_median(searched),
    )


def search_exit(counts: Counts) -> SearchExit:
    """From the visits with a search, by their end."""
    count = _buckets(counts, SEARCHED)
    missing, ranking = count[MISSING], count[RANKING]
    return SearchExit(Share(missing + ranking, count.total()), missing, ranking)


def ticket_reduction(months: Mapping[str, tuple[int, int]]) -> list[MonthOfTickets]:
    """From complete months, `YYYY-MM` -> (tickets, active customers), in calendar order."""
    rates = {month: tickets / customers for month, (tickets, customers) in months.items()}
    return [
        MonthOfTickets(month, *months[month], _change(rates, month, 1), _change(rates, month, 2))
        for month in sorted(months)
    ]


def month_before(month: str, steps: int = 1) -> str:
    """The calendar month `steps` before a `YYYY-MM`."""
    year, number = divmod(int(month[:4]) * 12 + int(month[5:]) - 1 - steps, 12)
    return f"{year:04}-{number + 1:02}"


def wilson(cases: int, n: int, z: float = 1.96) -> tuple[float, float]:
    """The 95 % Wilson score interval of a share; (0, 1) when there are no cases."""
    if not n:
        return 0.0, 1.0
    share, square = cases / n, z * z / n
    middle = (share + square / 2) / (1 + square)
    reach = z / (1 + square) * sqrt(share * (1 - share) / n + square / (4 * n))
    return max(0.0, middle - reach), min(1.0, middle + reach)


def _change(rates: Mapping[str, float], month: str, steps: int) -> float | None:
    before = rates.get(month_before(month, steps))
    return 100 * (rates[month] / before - 1) if before else None


def _buckets(counts: Counts, measure: int) -> Counter[int]:
    return Counter({bucket: n for (one, bucket), n in counts.items() if one == measure})


def _median(count: Counter[int]) -> float | None:
    """The median of values that came so many times."""
    n = count.total()
    if not n:
        return None
    places, passed = [(n - 1) // 2, n // 2], 0
    middle = []
    for value in sorted(count):
        passed += count[value]
        while places and places[0] < passed:
            middle.append(value)
            places.pop(0)
    return sum(middle) / 2
