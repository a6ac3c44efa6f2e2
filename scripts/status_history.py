"""Write yesterday into status/history/YYYY-MM.json: `python -m scripts.status_history https://help.acme.com`.

Once a day, after midnight UTC (.github/workflows/status-history.yml). A day that is in the files stays as it is, and
a day that is not over is not written, so running it twice changes nothing the second time. The portal keeps samples for
four days: a day that was never written stays without data.
"""

import argparse
import json
import sys
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import requests

from portal.status.days import KEYS
from portal.status.uptime import DAY

TIMEOUT_SECONDS = 30


class HistoryError(Exception):
    """A sentence for the person at the terminal."""


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command; returns 0, or 2 after printing what is wrong."""
    parser = argparse.ArgumentParser(
        prog="python -m scripts.status_history",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("portal", help="the portal's address")
    parser.add_argument("--folder", type=Path, default=Path("status"), help="the portal's status/ folder")
    options = parser.parse_args(arguments)
    try:
        written = write(fetch(options.portal), options.folder, f"{datetime.now(UTC):%Y-%m-%d}")
    except HistoryError as error:
        print(error, file=sys.stderr)
        return 2
    print("\n".join(written) or "nothing new")
    return 0


def write(days: Mapping[str, Any], folder: Path, today: str) -> list[str]:
    """Add the days before `today` that the files do not have; returns them. Raises HistoryError."""
    written = []
    for day in sorted(day for day in days if day < today):
        file = folder / "history" / f"{day[:7]}.json"
        try:
            known = json.loads(file.read_text("utf-8")) if file.exists() else {}
        except ValueError as error:
            raise HistoryError(f"{file} is not JSON; put it right, or take it out of the last commit.") from error
        measured = {key: one for key, one in days[day].items() if one["n"] or one["inc"]}
        if day in known or not measured:
            continue
        known[day] = measured
        file.parent.mkdir(parents=True, exist_ok=True)
        lines = ",\n".join(f'"{key}":{json.dumps(known[key], separators=(",", ":"))}' for key in sorted(known))
        file.write_text(f"{{\n{lines}\n}}\n", encoding="utf-8")
        written.append(day)
    return written


def fetch(portal: str) -> dict[str, Any]:
    """The last days of a running portal; raises HistoryError."""
    url = f"{portal.rstrip('/')}/api/status/days.json"
    try:
        response = requests.get(url, timeout=TIMEOUT_SECONDS, headers={"Accept": "application/json"})
        response.raise_for_status()
        days: dict[str, Any] = response.json()
        for components in days.values():
            for one in components.values():
                if sum(one[key] for key in KEYS.values()) != DAY:
                    raise ValueError("a day whose seconds are not a day")
    except (requests.RequestException, AttributeError, KeyError, TypeError, ValueError) as error:
        raise HistoryError(f"{url} gave no days ({type(error).__name__}); is it this portal's address?") from error
    return days


if __name__ == "__main__":
    sys.exit(main())
