"""Measurement: visits arrive, the metrics have numbers, and their curves move."""

from datetime import UTC, date, datetime, timedelta

from functions.services import Services
from portal.clock import DAY_MS
from portal.insights import metrics
from portal.models import counted
from scripts.doctor import Check, Found, Portal, bad, good, unknown


def flowing(portal: Portal) -> Found:
    row = portal.services.store.one(
        "select count(*) as n from event where at >= :since", since=portal.services.now() - 7 * DAY_MS
    )
    if not row or not row["n"]:
        return bad(
            "no visit was counted in the last seven days",
            "Open the live site and read a page; see that POST /api/events reaches the functions.",
        )
    return good(f"{counted(row['n'], 'event')} in the last seven days")


def curves(portal: Portal) -> Found:
    """Stage 4: from one whole month to the next, more customers find the answer, or fewer requests come."""
    before, last = _months(datetime.fromtimestamp(portal.services.now() / 1000, UTC).date())
    shares = [_solved(portal.services, month) for month in (before, last)]
    tickets = [_tickets(portal.services, month) for month in (before, last)]
    if min(share.n for share in shares) < metrics.ENOUGH:
        return unknown(f"fewer than {metrics.ENOUGH} visits that looked for help in one of the last two months")
    first, second = (share.value or 0.0 for share in shares)
    if second > first or tickets[1] < tickets[0]:
        return good(
            f"solved without a request: {first:.0%}, then {second:.0%}; requests: {tickets[0]}, then {tickets[1]}"
        )
    return bad(
        f"neither moved: solved without a request {first:.0%}, then {second:.0%};"
        f" requests {tickets[0]}, then {tickets[1]}",
        "Write what customers searched and did not find: python -m scripts.report",
    )


def _months(today: date) -> tuple[date, date]:
    last = (today.replace(day=1) - timedelta(days=1)).replace(day=1)
    return (last - timedelta(days=1)).replace(day=1), last


def _window(month: date) -> dict[str, int]:
    after = (month + timedelta(days=32)).replace(day=1)
    start, end = (int(datetime(day.year, day.month, 1, tzinfo=UTC).timestamp() * 1000) for day in (month, after))
    return metrics.window(start, end)


def _solved(services: Services, month: date) -> metrics.Share:
    return metrics.deflection(services.store.all(metrics.OUTCOMES, **_window(month))).high


def _tickets(services: Services, month: date) -> int:
    window = _window(month)
    row = services.store.one(metrics.TICKETS, since=window["since"], until=window["until"])
    return int(row["n"]) if row else 0


CHECKS = (
    Check("measured", "Measurement flowing", flowing, stage=4, mistake=7),
    Check("curves", "The curves move month over month", curves, stage=4),
)
