"""The five metrics: whether the portal answers questions, each with its uncertainty.

The SQL is one text for SQLite and PostgreSQL. It returns counts; shares and intervals are made here, so that no
number can be shown without the number of cases behind it. Parameters: `:since` and `:until` bound the start of
a visit, `:read_since` and `:read_until` the events that are looked at (unix ms), see `window`.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from math import sqrt
from statistics import median
from typing import Any

from portal.clock import DAY_MS

ENOUGH = 30

# A visit: the events of one id without a gap of more than 30 minutes. An article counts as read with 15 s
# engaged and half of it scrolled. Of an outcome's words the first that fits wins. Windows instead of joins: each
# step reads the one before it once, so that the time grows with the events and not with their square.
VISITS = """
with spaced as (
  select visit, view, at, seq, name, kind, vote, results, engaged_ms, scroll,
    at - lag(at) over (partition by visit order by at, seq) as gap
  from event where at >= :read_since and at < :read_until
),
numbered as (
  select spaced.*, sum(case when gap > 1800000 then 1 else 0 end) over (partition by visit order by at, seq) as visit_no
  from spaced
),
ev as materialized (
  select numbered.*, min(at) over (partition by visit, visit_no) as visit_at,
    first_value(case when name = 'vote' then vote end) over (
      partition by visit, visit_no, view order by case when name = 'vote' then 0 else 1 end, at desc, seq desc
    ) as last_vote
  from numbered
),
article as (
  select visit, visit_no, view, min(visit_at) as visit_at, min(at) as started_at, min(seq) as seq,
    max(coalesce(engaged_ms, 0)) as engaged_ms, max(coalesce(scroll, 0)) as scroll, max(last_vote) as vote,
    max(case when name = 'page' then 1 else 0 end) as opened
  from ev where kind = 'article' group by visit, visit_no, view
),
ranked_article as (
  select article.*,
    case when engaged_ms >= 15000 and scroll >= 50 then 1 else 0 end as engaged,
    row_number() over (partition by visit, visit_no order by started_at desc, seq desc) as latest,
    row_number() over (
      partition by visit, visit_no, case when vote is null then 0 else 1 end order by started_at desc, seq desc
    ) as latest_of_kind
  from article
),
sign as (
  select visit, visit_no, visit_at,
    case when kind = 'article' or name in
      ('search', 'search_zero', 'help_open', 'ticket_start', 'contact_other') then 1 else 0 end as help_seeking,
    case when name in ('ticket_submit', 'contact_other') then 1 else 0 end as escalated,
    case when name = 'suggest_solved' then 1 else 0 end as solved_in_form,
    0 as voted_yes, 0 as last_vote_no, 0 as engaged_last
  from ev
  union all
  select visit, visit_no, visit_at, 1, 0, 0,
    case when vote = 'yes' then 1 else 0 end,
    case when vote = 'no' and latest_of_kind = 1 then 1 else 0 end,
    case when latest = 1 then engaged else 0 end
  from ranked_article
),
outcome as (
  select visit, visit_no, max(help_seeking) as help_seeking, max(escalated) as escalated,
    case when max(escalated) = 1 then 'escalated'
         when max(solved_in_form) = 1 or (max(voted_yes) = 1 and max(last_vote_no) = 0) then 'confirmed'
         when max(last_vote_no) = 1 then 'failed'
         when max(engaged_last) = 1 then 'likely'
         else 'unknown' end as outcome
  from sign where visit_at >= :since and visit_at < :until
  group by visit, visit_no
)
"""


def _of_visits(select: str) -> str:
    return VISITS + select


OUTCOMES = _of_visits("select outcome, count(*) as n from outcome where help_seeking = 1 group by outcome")

SELF_SERVICE = _of_visits("select count(*) as n, count(*) - coalesce(sum(escalated), 0) as cases from outcome")

# From the landing to the first article that helped, and its engaged reading (5 minutes at most). A vote that came
# without its visit (no JavaScript, or Do Not Track) has no time.
TIME_TO_FIND = _of_visits("""
, helpful as (
  select article.*, row_number() over (partition by visit, visit_no order by started_at, seq) as nth
  from article where opened = 1 and (vote = 'yes' or (vote is null and engaged_ms >= 15000 and scroll >= 50))
)
select started_at - visit_at + case when engaged_ms > 300000 then 300000 else engaged_ms end as ms,
  case when started_at = visit_at then 1 else 0 end as direct
from helpful
where nth = 1 and visit_at >= :since and visit_at < :until
""")

# Only a visit's last settled query can be its exit: a query that was refined is no failure. `steps` counts what
# was done after the event.
SEARCH_EXIT = _of_visits("""
, followed as (
  select ev.*, sum(case when (name = 'page' and kind <> 'search') or name in ('search_click', 'suggest_click',
      'help_open', 'ticket_start', 'billing_open', 'account_open', 'status_view') then 1 else 0 end)
    over (partition by visit, visit_no order by at desc, seq desc) as steps
  from ev where visit_at >= :since and visit_at < :until
),
query as (
  select followed.*, row_number() over (partition by visit, visit_no order by at desc, seq desc) as latest
  from followed where name in ('search', 'search_zero')
)
select count(*) as n, coalesce(sum(case when steps = 0 then 1 else 0 end), 0) as exits,
  coalesce(sum(case when steps = 0 and coalesce(results, 0) = 0 then 1 else 0 end), 0) as missing
from query where latest = 1
""")

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
    """Seconds from landing to the end of reading what helped; direct landings on the article are apart, since
    their search happened elsewhere."""

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


def window(since: int, until: int) -> dict[str, int]:
    """The parameters of the SQL for visits that start from `since` to before `until` (unix ms); a day of
    events on either side keeps visits across the border whole."""
    return {"since": since, "until": until, "read_since": since - DAY_MS, "read_until": until + DAY_MS}


def deflection(rows: list[dict[str, Any]]) -> Deflection:
    """From the rows of OUTCOMES."""
    count = {str(row["outcome"]): int(row["n"]) for row in rows}
    n, confirmed = sum(count.values()), count.get("confirmed", 0)
    told = confirmed + count.get("failed", 0) + count.get("escalated", 0)
    return Deflection(Share(confirmed, n), Share(confirmed + count.get("likely", 0), n), Share(confirmed, told))


def self_service(row: Mapping[str, Any]) -> Share:
    """From the row of SELF_SERVICE: the share of all visits that ended in the portal."""
    return Share(int(row["cases"]), int(row["n"]))


def time_to_find(rows: list[dict[str, Any]]) -> TimeToFind:
    """From the rows of TIME_TO_FIND."""
    seconds = [int(row["ms"]) / 1000 for row in rows]
    searched = [int(row["ms"]) / 1000 for row in rows if not row["direct"]]
    return TimeToFind(
        n=len(seconds),
        median_s=median(seconds) if seconds else None,
        within_60_s=Share(sum(second <= 60 for second in seconds), len(seconds)),
        over_90_s=Share(sum(second > 90 for second in seconds), len(seconds)),
        direct=len(seconds) - len(searched),
        searched_median_s=median(searched) if searched else None,
    )


def search_exit(row: Mapping[str, Any]) -> SearchExit:
    """From the row of SEARCH_EXIT."""
    exits, missing = int(row["exits"]), int(row["missing"])
    return SearchExit(Share(exits, int(row["n"])), missing, exits - missing)


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
