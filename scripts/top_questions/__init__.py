"""What customers asked in the last 90 days: tickets, saved answers, and searches without a result."""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence

from functions.services import Services
from portal.articles import demand
from portal.articles.demand import Asked, Question
from portal.articles.writing import Checked, library
from portal.clock import DAY_MS
from portal.insights.events import NAMES, redact_query

DAYS = 90
ZERO = f"""
select query, count(*) as n from event
where name = {NAMES["search_zero"]} and query is not null and at >= :since group by query
"""  # noqa: S608 - the number is ours
# A saved answer's uses are those of 30 days.
PER_MACRO_USE = 3
# One customer's own words are nobody else's to read.
FEWEST = 2


def asked(services: Services) -> Iterator[Asked]:
    """Every wording of the last 90 days, with how often it came."""
    since = services.now() - DAYS * DAY_MS
    desk = services.desk
    if desk.capabilities.subjects:
        # One that is all private counts as a ticket, and as no question.
        subjects = Counter(redact_query(demand.bare(one)) or "" for one in desk.subjects(since))
        yield from (Asked(text, times, "ticket") for text, times in subjects.items())
    if desk.capabilities.macros == "by_use":
        yield from (Asked(macro.title, macro.uses * PER_MACRO_USE, "macro") for macro in desk.macros() if macro.uses)
    yield from (Asked(row["query"], int(row["n"]), "search") for row in services.store.all(ZERO, since=since))


def library_of(known: Mapping[str, Checked]) -> dict[str, list[list[str]]]:
    """The words of each article's own questions, by its id."""
    return {
        library.id_of(name): [words for _, _, words in one.facts.questions]
        for name, one in known.items()
        if one.facts and one.facts.listed
    }


def tickets_in(wordings: Sequence[Asked]) -> int:
    """How many tickets the wordings are of."""
    return sum(one.times for one in wordings if one.source == "ticket")


def headline(found: Sequence[Question], top: int, tickets: int) -> str:
    """One sentence on the whole list."""
    share, missing = demand.covered(found, top, tickets)
    if not found:
        return f"Nobody asked anything in the last {DAYS} days."
    has = "has" if missing == 1 else "have"
    return f"The top {min(top, len(found))} cover {share:.0%} of tickets; {missing} {has} no article."
