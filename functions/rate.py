"""Rate limits and daily budgets that hold across function instances: a fixed window, counted in the store in one
statement."""

from typing import TYPE_CHECKING

from functions.errors import Problem
from functions.stores.people import Held
from portal.clock import DAY_MS
from portal.models import counted

if TYPE_CHECKING:
    from collections.abc import Callable

    from functions.services import Services
    from functions.stores import Row

# The name of the counted one is the end of `who`, after a colon or a space.
ENDS = "substr(who, length(who) - length(cast(:name as text))) in (':' || :name, ' ' || :name)"
PEOPLE = (Held("rate", ENDS),)


def limit(services: "Services", what: str, who: str, times: int, per_seconds: int) -> None:
    """Count one more `what` by `who`; raises Problem 429 past `times` in `per_seconds`."""
    _count(services, services.store.all, what, who, times, per_seconds)


def limit_reading(services: "Services", what: str, who: str, times: int, per_seconds: int) -> None:
    """As `limit`, for a page that only reads: while the store cannot write, nothing is counted and nobody refused."""
    _count(services, services.store.note, what, who, times, per_seconds)


def hold(services: "Services", what: str, who: str) -> None:
    """Inside a transaction: let another one about the same `what` and `who` wait until this one ends, on either
    engine."""
    services.store.run(
        "insert into rate (who, span, n) values (:who, 0, 0) on conflict (who, span) do update set n = rate.n",
        who=f"{what}:{who}",
    )


def spend(services: "Services", what: str, who: str, amount: int, most: int) -> bool:
    """Take `amount` from who's budget of `most` for a day (UTC); False, and nothing is taken, when that is too much."""
    row = amount <= most and services.store.one(
        "insert into rate (who, span, n) values (:who, :span, :amount) on conflict (who, span)"
        " do update set n = rate.n + :amount where rate.n + :amount <= :most returning n",
        who=f"{what}:{who}",
        span=_today(services),
        amount=amount,
        most=most,
    )
    return bool(row)


def spent(services: "Services", what: str, who: str) -> int:
    """How much of a budget was taken today."""
    row = services.store.one(
        "select n from rate where who = :who and span = :span", who=f"{what}:{who}", span=_today(services)
    )
    return row["n"] if row else 0


def _today(services: "Services") -> int:
    return services.now() // DAY_MS * DAY_MS


def _count(
    services: "Services", write: "Callable[..., list[Row] | None]", what: str, who: str, times: int, per_seconds: int
) -> None:
    now = services.now()
    length = per_seconds * 1000
    span = now // length * length
    rows = write(
        "insert into rate (who, span, n) values (:who, :span, 1)"
        " on conflict (who, span) do update set n = rate.n + 1 returning n",
        who=f"{what}:{who}",
        span=span,
    )
    if rows and rows[0]["n"] > times:
        wait = (span + length - now) // 1000 + 1
        minutes = (wait + 59) // 60
        raise Problem(429, f"Too many attempts. Try again in {counted(minutes, 'minute')}.", retry_after=wait)


def purge(services: "Services", deadline: float) -> None:
    """Job of the tick: forget windows that have been over for a day."""
    services.store.run("delete from rate where span < :old", old=services.now() - 2 * DAY_MS)
