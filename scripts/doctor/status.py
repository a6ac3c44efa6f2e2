"""What the status page knows."""

import json
from datetime import timedelta

from functions.errors import VendorError
from functions.monitors.source import connected
from functions.status import incident_store, tell
from functions.status.live import last_checks
from portal.status import STALE_AFTER, read
from scripts.doctor import Check, Found, Portal, bad, good, unknown

HISTORY_DAYS = 3


def checked(portal: Portal) -> Found:
    if not portal.part("status"):
        return unknown("the status page is switched off")
    board = read(portal.bundle["status"])
    if not board.monitored:
        return bad(
            "nothing on the status page is checked",
            "Give components `checks` in status/components.yml, or post every incident by hand.",
        )
    live, now = last_checks(portal.services.store), portal.services.now()
    old = [one.name for one in board.monitored if one.id not in live or not live[one.id][0].fresh(now, STALE_AFTER)]
    if old:
        return bad(
            f"not checked for ten minutes: {', '.join(old)}",
            "See the row of the schedules, and that the CHECK_ variables of its addresses are set.",
        )
    without = len(board.components) - len(board.monitored)
    rest = f"; {without} {'has' if without == 1 else 'have'} none" if without else ""
    those = f"all {count} with checks are" if (count := len(board.monitored)) > 1 else "the one with checks is"
    return good(f"{those} checked{rest}")


def monitors(portal: Portal) -> Found:
    """Whether each monitor that components name answers."""
    if not portal.part("status"):
        return unknown("the status page is switched off")
    board = read(portal.bundle["status"])
    kinds = sorted({check.type for component in board.components for check in component.checks} - {"http"})
    faults = [fault for kind in kinds if (fault := _fault(portal, kind))]
    if faults:
        return bad("; ".join(faults), "Check its token or address; the operators' guide names the settings.")
    return good(f"{', '.join(kinds)} answers" if kinds else "none is named; the portal checks by itself")


def _fault(portal: Portal, kind: str) -> str:
    try:
        connected(portal.services, kind).readings()
    except VendorError as error:
        return f"{kind}: {error.detail or error.public}"
    return ""


def announced(portal: Portal) -> Found:
    """What a deploy brought later than three hours after its time is shown, and told to nobody."""
    if not portal.part("status"):
        return unknown("the status page is switched off")
    board = incident_store.board(portal.services)
    waiting = [(event.title, count) for event, _, count in tell.untold(portal.services, board)] if board else []
    missed = [title for title, count in waiting if count]
    if missed:
        return bad(
            f"deployed more than three hours late, so subscribers never heard of: {', '.join(map(repr, missed))}",
            "Run: python -m scripts.announce --send",
        )
    return good("subscribers heard of everything that is open or to come")


def history(portal: Portal) -> Found:
    """The workflow that commits each day's figures; samples are kept for four days."""
    if not portal.part("status"):
        return unknown("the status page is switched off")
    if not portal.url:
        return unknown("the live site was not asked", "Add --url https://help.example.com/")
    days = [day for back in range(HISTORY_DAYS) if (day := _day(portal, back))]
    if not days:
        return bad(
            f"no figures of the last {HISTORY_DAYS} days are in Git; after four days they are lost",
            "See the workflow status-history.yml and its PORTAL_URL, or run: python -m scripts.status_history URL",
        )
    return good(f"the latest day in Git is {days[0]}")


def _day(portal: Portal, back: int) -> str:
    """The day so many days before yesterday, when the build has its figures."""
    day = (portal.today - timedelta(days=back + 1)).isoformat()
    answer = portal.page(f"status/history/{day[:7]}.json")
    if answer.status != 200:
        return ""
    try:
        found = json.loads(answer.text)
    except ValueError:  # a host that answers every address with a page
        return ""
    return day if isinstance(found, dict) and day in found else ""


CHECKS = (
    Check("checks", "Checks of the status page", checked, stage=2),
    Check("monitors", "Monitors", monitors, stage=2),
    Check("announced", "Announcements", announced, stage=2),
    Check("history", "History of the status page", history, stage=2),
)
