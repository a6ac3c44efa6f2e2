"""What the five metrics count, in one pass over the events: one SQL text for SQLite and PostgreSQL.

COUNTS gives rows of `start` (the hour in which the visits began, unix ms), `measure`, `bucket` and `n`, all integers.
Parameters: `:since` and `:until` bound the start of a visit, `:read_since` and `:read_until` the events that are looked
at (unix ms), see `window`.
"""

from collections.abc import Mapping

from portal.clock import DAY_MS, HOUR_MS
from portal.insights.events import KINDS, NAMES, VOTES

# (measure, bucket) -> number of visits.
Counts = Mapping[tuple[int, int], int]

# Measures, and what their buckets are.
OUTCOME, ALL, SEARCHED, FOUND, LANDED = 1, 2, 3, 4, 5
UNKNOWN, LIKELY, FAILED, CONFIRMED, ESCALATED = range(5)  # OUTCOME: visits that sought help
IN_PORTAL, WITH_TICKET = range(2)  # ALL: every visit
WENT_ON, MISSING, RANKING = range(3)  # SEARCHED: how visits with a search ended
# FOUND, LANDED: seconds until the answer was read, rounded up, after a search for it and without one.

# A moment orders the events of a visit in one number: milliseconds since `:read_since`, and `seq` in the last 17 bits.
# With a vote or half of the reading time behind it that fits 63 bits for two years.
SEQ, HALF = 2**17, 2**10
WIDEST_MS = 2**36
LONGEST_READING_MS = 300_000

_WORDS = {
    **{f"name_{word}": number for word, number in NAMES.items()},
    **{f"kind_{word}": number for word, number in KINDS.items()},
    **{f"vote_{word}": number for word, number in VOTES.items()},
    **{"outcome": OUTCOME, "all": ALL, "searched": SEARCHED, "found": FOUND, "landed": LANDED},
    **{"unknown": UNKNOWN, "likely": LIKELY, "failed": FAILED, "confirmed": CONFIRMED, "escalated": ESCALATED},
    **{"went_on": WENT_ON, "missing": MISSING, "ranking": RANKING},
    **{"seq": SEQ, "half": HALF, "reading": LONGEST_READING_MS, "hour": HOUR_MS},
}

# A visit: the events of one id without a gap of more than 30 minutes; only ids that were seen for longer can have one,
# so that the windows, which are slow, see few events. An article counts as read with 15 s engaged and half of it
# scrolled. The last of something is the greatest moment with the something in its last bits, the first is the
# smallest: groups do what windows would, in a quarter of the time. Of an outcome's words the first that fits wins. Only
# a visit's last settled query can be its exit: a query that was refined is no failure. A vote that came without its
# visit (no JavaScript, or Do Not Track) has no time.
COUNTS = """
with seen as not materialized (
  select visit, view, at - :read_since as at, (at - :read_since) * {seq} + seq as moment, name, kind, vote, results,
    engaged_ms, scroll
  from event where at >= :read_since and at < :read_until
),
long as materialized (
  select visit as long_visit from seen group by visit having max(at) - min(at) > 1800000
),
spaced as (
  select seen.*, at - lag(at) over (partition by visit order by moment) as gap
  from long join seen on visit = long_visit
),
ev as not materialized (
  select visit, 0 as part, view, at, moment, name, kind, vote, results, engaged_ms, scroll
  from seen where not exists (select 1 from long where long_visit = visit)
  union all
  select visit, sum(case when gap > 1800000 then 1 else 0 end) over (partition by visit order by moment), view, at,
    moment, name, kind, vote, results, engaged_ms, scroll
  from spaced
),
page as not materialized (
  select visit, part, min(at) as at,
    min(case when kind = {kind_article} then moment end) as opening,
    max(case when kind = {kind_article} and name = {name_page} then 1 else 0 end) as opened,
    max(case when kind = {kind_article} and engaged_ms > 0 then engaged_ms else 0 end) as engaged_ms,
    max(case when kind = {kind_article} and scroll >= 50 then 1 else 0 end) as scrolled,
    max(case when name = {name_vote} then moment * 4 + vote end) % 4 as vote,
    max(case when kind = {kind_article} or name in ({name_search}, {name_search_zero}, {name_help_open},
      {name_ticket_start}, {name_contact_other}) then 1 else 0 end) as help_seeking,
    max(case when name in ({name_ticket_submit}, {name_contact_other}) then 1 else 0 end) as escalated,
    max(case when name = {name_suggest_solved} then 1 else 0 end) as solved_in_form,
    max(case when name in ({name_search}, {name_search_zero})
      then moment * 2 + case when results > 0 then 1 else 0 end end) as search,
    max(case when (name = {name_page} and kind <> {kind_search}) or name in ({name_search_click},
      {name_suggest_click}, {name_help_open}, {name_ticket_start}, {name_billing_open}, {name_account_open},
      {name_status_view}) then moment end) as step
  from ev group by visit, part, view
),
article as not materialized (
  select page.*,
    case when opening is not null and engaged_ms >= 15000 and scrolled = 1 then 1 else 0 end as engaged,
    case when opened = 1 and (vote = {vote_yes} or (vote is null and engaged_ms >= 15000 and scrolled = 1))
      then opening end as helpful,
    case when engaged_ms > {reading} then {reading} else engaged_ms end as reading
  from page
),
visit as materialized (
  select min(at) as at, max(help_seeking) as help_seeking, max(escalated) as escalated,
    max(solved_in_form) as solved_in_form, max(search) as search, max(step) as step,
    max(case when opening is not null and vote = {vote_yes} then 1 else 0 end) as voted_yes,
    max(case when vote is not null then opening * 4 + vote end) % 4 as last_vote,
    max(opening * 2 + engaged) % 2 as engaged_last,
    min(helpful * {half} + reading / {half}) as helpful,
    min(helpful * {half} + reading % {half}) % {half} as reading
  from article group by visit, part
  having min(at) >= :since - :read_since and min(at) < :until - :read_since
),
counted as (
  select at, {all} as measure, escalated as bucket from visit
  union all
  select at, {outcome}, case
      when escalated = 1 then {escalated}
      when solved_in_form = 1 or (voted_yes = 1 and coalesce(last_vote, 0) <> {vote_no}) then {confirmed}
      when last_vote = {vote_no} then {failed}
      when engaged_last = 1 then {likely}
      else {unknown} end
  from visit where help_seeking = 1
  union all
  select at, {searched}, case
      when step >= search / 2 then {went_on}
      when search % 2 = 0 then {missing}
      else {ranking} end
  from visit where search is not null
  union all
  select at, case when helpful / ({half} * {seq}) = at then {landed} else {found} end,
    (helpful / ({half} * {seq}) - at + helpful % {half} * {half} + reading + 999) / 1000
  from visit where helpful is not null
)
select (at + :read_since) / {hour} * {hour} as start, measure, bucket, count(*) as n
from counted group by 1, 2, 3 order by 1, 2, 3
""".format(**_WORDS)  # noqa: S608 - the numbers are ours


def window(since: int, until: int) -> dict[str, int]:
    """The parameters of COUNTS for visits that start from `since` to before `until` (unix ms, two years at most); a day
    of events on either side keeps visits across the border whole."""
    read_since, read_until = since - DAY_MS, until + DAY_MS
    if read_until - read_since > WIDEST_MS:
        raise ValueError("COUNTS reads two years of events at most: ask for less at a time")
    return {"since": since, "until": until, "read_since": read_since, "read_until": read_until}
