"""How uptime is measured, as plain values for /status/about/."""

from collections.abc import Mapping, Sequence
from datetime import date
from fractions import Fraction
from typing import Any

from portal.status import Board, Component
from portal.status import days as status_days
from portal.status.events import interval, stamp
from portal.status.summary import WORDS
from portal.status.uptime import Figures

# Below this share of known time the page says how much is known.
KNOWN = Fraction(99, 100)


def about(
    board: Board, days: Mapping[str, Mapping[str, Any]], today: date, corrections: Sequence[Mapping[str, Any]]
) -> dict[str, Any]:
    """Checks, rules, figures of each component and group, corrections, and the months whose days are files."""
    return {
        "checks": [_check(component) for component in board.monitored],
        "unmonitored": [component.name for component in board.components if not component.checks],
        "figures": _figures(board, days, today) if days else [],
        "windows": list(board.uptime.windows),
        "weights": [f"{WORDS[state].lower()} {_share(weight)}" for state, weight in board.uptime.weights.items()],
        "maintenance": board.uptime.exclude_maintenance,
        "corrections": [_correction(one, board) for one in corrections],
        "stale_minutes": board.stale_after // 60,
        "files": sorted({day[:7] for day in days if day != today.isoformat()}, reverse=True),
    }


def _share(weight: str) -> str:
    """A weight in percent: 0.3 is 30%."""
    return f"{float(Fraction(weight) * 100):g}%"


def _check(component: Component) -> dict[str, Any]:
    return {
        "name": component.name,
        "interval": interval(component.interval).removeprefix("1 "),  # "every minute"
        "fail_after": component.fail_after,
        "ok_after": component.ok_after,
        "noticed": interval(component.interval * component.fail_after),
    }


def _figures(board: Board, days: Mapping[str, Mapping[str, Any]], today: date) -> list[dict[str, Any]]:
    """Each monitored component's uptime in every window, then each group's that has one."""
    rows = [(one.name, status_days.windows(board, one, days, today)) for one in board.monitored]
    for group in board.groups:
        how = "all together" if group.uptime == "worst" else "average"
        windows = status_days.group_windows(board, group, days, today)
        rows += [(f"{group.name} ({how})", windows)] if windows else []
    return [{"name": name, "windows": [_window(number, found) for number, found in windows]} for name, windows in rows]


def _window(number: int, found: Figures) -> dict[str, Any]:
    part = found.coverage is not None and found.coverage < KNOWN
    return {"days": number, "percent": found.uptime, "coverage": status_days.share(found.coverage) if part else ""}


def _correction(one: Mapping[str, Any], board: Board) -> dict[str, Any]:
    names = {component.id: component.name for component in board.ever}
    times = {"from": stamp(one["from"] * 1000), "until": stamp(one["until"] * 1000)}
    return {
        "component": names[one["component"]],
        "state": one["state"],
        "reason": one["reason"],
        "author": one["author"],
        **times,
    }
