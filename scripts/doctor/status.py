"""What the status page knows."""

from functions.status.live import last_checks
from portal.status import STALE_AFTER, read
from scripts.doctor import Check, Found, Portal, bad, good, unknown


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
    return good(f"{len(board.monitored)} of {len(board.components)} components were checked just now")


CHECKS = (Check("checks", "Checks of the status page", checked, stage=2),)
