"""Count the customers who pay, by month, as `python -m scripts.report --customers FILE.csv` reads it.

python -m scripts.active_customers > customers.csv               from the billing system's webhooks
python -m scripts.active_customers --csv subscriptions.csv       from a list with customer,started,ended
python -m scripts.active_customers --now                         what the billing system counts at this moment
"""

import argparse
import csv
import sys
from datetime import UTC, date, datetime
from pathlib import Path

from functions.errors import Problem, StoreError, VendorError
from portal.billing import active
from portal.errors import ContentError
from scripts.active_customers import from_webhooks
from scripts.lib.environment import services as environment


def main(argv: list[str] | None = None) -> int:
    """Print the months; 1 when something does not answer or there is nothing to count, 2 when the file is wrong."""
    parser = argparse.ArgumentParser(
        prog="python -m scripts.active_customers", description=(__doc__ or "").splitlines()[0]
    )
    source = parser.add_mutually_exclusive_group()
    source.add_argument("--csv", type=Path, metavar="FILE.csv", help="columns customer,started,ended")
    source.add_argument("--now", action="store_true", help="ask the billing system, for this month")
    given = parser.parse_args(argv)
    today = datetime.now(UTC).date()
    try:
        found = _months(given.csv, given.now, today)
    except (ContentError, OSError) as error:
        print(error, file=sys.stderr)
        return 2
    except (StoreError, VendorError, Problem) as error:
        print(f"The customers could not be counted: {error}", file=sys.stderr)
        return 1
    if not found:
        print("No month is complete yet: webhooks count from the month after the first one.", file=sys.stderr)
        return 1
    rows = csv.writer(sys.stdout, lineterminator="\n")
    rows.writerow(("month", "active_customers"))
    rows.writerows(found.items())
    return 0


def _months(file: Path | None, now: bool, today: date) -> dict[str, int]:
    if file is not None:
        return active.months(active.read(file), today, whole=True)
    with environment() as services:
        if now:
            return {f"{today:%Y-%m}": services.biller.active_customers()}
        return active.months(from_webhooks(services.store), today)


if __name__ == "__main__":
    raise SystemExit(main())
