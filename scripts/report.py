"""The five metrics from the command line: `python -m scripts.report [--customers FILE.csv] [--from DAY] [--to DAY]`.

The file of customers has the columns `month,active_customers`; the months that it names are the months reported.
Without a file they are counted from the billing system's webhooks.
"""

import argparse
import csv
import json
import re
import sys
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path

from functions.errors import StoreError
from functions.insights import rollups
from functions.stores import Store
from portal.billing import active
from portal.errors import ContentError
from portal.insights import metrics
from portal.insights.metrics import ENOUGH, Deflection, MonthOfTickets, SearchExit, Share, TimeToFind
from portal.models import counted
from scripts.active_customers import from_webhooks
from scripts.lib.environment import services as environment

DEFAULT_DAYS = 30


@dataclass(frozen=True)
class Report:
    """The five metrics of the visits that started from `since` to before `until`."""

    since: date
    until: date
    deflection: Deflection
    self_service: Share
    time_to_find: TimeToFind
    search_exit: SearchExit
    tickets: list[MonthOfTickets]


def main(argv: list[str] | None = None) -> int:
    """Print the report; 1 when the store does not answer, 2 when the file of customers is wrong."""
    now = datetime.now(UTC)
    parser = _parser(now.date())
    arguments = parser.parse_args(argv)
    if arguments.since > arguments.until:
        parser.error(f"--from {arguments.since} is after --to {arguments.until}")
    try:
        given = read_customers(arguments.customers) if arguments.customers else None
        # `--to` names the last day that counts.
        with environment() as services:
            customers = _told(services.store, now) if given is None else given
            if arguments.rebuild:
                rollups.rebuild(services.store)
            report = measure(services.store, arguments.since, arguments.until + timedelta(days=1), customers, now)
    except (ContentError, OSError) as error:
        print(error, file=sys.stderr)
        return 2
    except StoreError as error:
        print(f"{error}\nIs DATABASE_URL right, and did `python -m scripts.migrate` run?", file=sys.stderr)
        return 1
    print(as_json(report, arguments.all) if arguments.json else as_text(report, arguments.all))
    return 0


def measure(store: Store, since: date, until: date, customers: Mapping[str, int], now: datetime) -> Report:
    """The metrics of a store; months of `customers` that are not over at `now` are left out."""
    rollups.catch_up(store, int(now.timestamp() * 1000))
    counts = rollups.read(store, _ms(since), _ms(until))
    return Report(
        since=since,
        until=until,
        deflection=metrics.deflection(counts),
        self_service=metrics.self_service(counts),
        time_to_find=metrics.time_to_find(counts),
        search_exit=metrics.search_exit(counts),
        tickets=metrics.ticket_reduction(_months(store, customers, now)),
    )


def _told(store: Store, now: datetime) -> dict[str, int]:
    """The customers of each month that webhooks told of; a rate needs at least one."""
    return {month: count for month, count in active.months(from_webhooks(store), now.date()).items() if count}


def read_customers(file: Path) -> dict[str, int]:
    """Month `YYYY-MM` -> active customers; raises ContentError that names the line."""
    # A spreadsheet that saves in another encoding spoils at most a cell that is not a number, which is then named.
    with file.open(encoding="utf-8-sig", errors="replace", newline="") as text:
        rows = csv.DictReader(text)
        if {"month", "active_customers"} - set(rows.fieldnames or ()):
            raise ContentError(str(file), 1, "the first line must be: month,active_customers")
        customers: dict[str, int] = {}
        for row in rows:
            month, count = (row["month"] or "").strip(), (row["active_customers"] or "").strip()
            if not re.fullmatch(r"20[0-9]{2}-(0[1-9]|1[0-2])", month):
                raise ContentError(str(file), rows.line_num, f"month {month!r} is not like 2026-08")
            if not re.fullmatch(r"[0-9]{1,12}", count) or not int(count):
                raise ContentError(str(file), rows.line_num, f"active_customers {count!r} is not a number above 0")
            if month in customers:
                raise ContentError(str(file), rows.line_num, f"month {month} is there twice")
            customers[month] = int(count)
    return customers


def as_text(report: Report, show_all: bool) -> str:
    """The report for people: each number with its cases, its interval and what it cannot say."""
    d, t, s = report.deflection, report.time_to_find, report.search_exit
    last = report.until - timedelta(days=1)

    def share(value: Share) -> str:
        return _share(value, show_all)

    lines = [
        f"Visits from {report.since} to {last} (UTC). Shares with their 95 % interval.",
        "",
        f"1 Deflection: visits that sought help and found it (n={d.low.n})",
        f"    said so                {share(d.low)}",
        f"    said so or read like it  {share(d.high)}",
        f"    of those who answered  {share(d.told_us)}",
        "    The real figure lies between the first two. Visitors who just left count as unknown, never as helped.",
        "",
        "2 Self-service: visits that ended in the portal, without a ticket",
        f"    all visits             {share(report.self_service)}",
        "    An email straight to support is not counted here.",
        "",
        f"3 Time to find: from landing to the end of reading what helped (n={t.n})",
        f"    median                 {_seconds(t.median_s, t.n, show_all)}",
        f"    within 60 s            {share(t.within_60_s)}",
        f"    over 90 s              {share(t.over_90_s)}",
        f"    median without the {t.direct} who landed on it  "
        f"{_seconds(t.searched_median_s, t.n - t.direct, show_all)}",
        "    Until the answer was read, not just opened.",
        "",
        "4 Search exit: visits that ended at their last search",
        f"    visits with a search   {share(s.exits)}",
        f"    nothing found: {s.missing} (write it); found, not opened: {s.ranking} (rank or title it better)",
        "",
        "5 Ticket reduction: tickets per active customer, by month",
        *(_month(month, show_all) for month in report.tickets),
    ]
    if not report.tickets:
        lines.append("    needs --customers FILE.csv with: month,active_customers (months that are over),")
        lines.append("    or the billing system's webhooks for a whole month")
    lines += ["", "Blocked scripts and Do Not Track hide visits: compare shares, not totals."]
    return "\n".join(lines)


def as_json(report: Report, show_all: bool) -> str:
    """The report for scripts; a share, median or change of too few cases is null."""
    d, t, s = report.deflection, report.time_to_find, report.search_exit

    def share(value: Share) -> dict[str, object]:
        shown = bool(value.n) and (show_all or value.n >= ENOUGH)
        return asdict(value) | {
            "share": value.value if shown else None,
            "interval": list(value.interval) if shown else None,
        }

    def seconds(value: float | None, n: int) -> float | None:
        return value if show_all or n >= ENOUGH else None

    return json.dumps(
        {
            "from": str(report.since),
            "to": str(report.until - timedelta(days=1)),
            "deflection": {"low": share(d.low), "high": share(d.high), "told_us": share(d.told_us)},
            "self_service": share(report.self_service),
            "time_to_find": {
                "n": t.n,
                "median_s": seconds(t.median_s, t.n),
                "within_60_s": share(t.within_60_s),
                "over_90_s": share(t.over_90_s),
                "direct": t.direct,
                "searched_median_s": seconds(t.searched_median_s, t.n - t.direct),
            },
            "search_exit": share(s.exits) | {"missing": s.missing, "ranking": s.ranking},
            "tickets": [
                asdict(month)
                | {"rate": month.rate}
                | ({} if show_all or month.tickets >= ENOUGH else {"change": None, "change_two_months": None})
                for month in report.tickets
            ],
        },
        indent=2,
    )


def _months(store: Store, customers: Mapping[str, int], now: datetime) -> dict[str, tuple[int, int]]:
    """Complete months only: half a month of tickets would look like a reduction."""
    months = {}
    for month, paying in customers.items():
        since = date.fromisoformat(f"{month}-01")
        until = date.fromisoformat(f"{metrics.month_before(month, -1)}-01")
        if until <= now.date():
            row = store.all(metrics.TICKETS, since=_ms(since), until=_ms(until))[0]
            months[month] = (int(row["n"]), paying)
    return months


def _share(share: Share, show_all: bool) -> str:
    few = _few(share.n, show_all)
    if few or share.value is None:
        return few
    low, high = share.interval
    return f"{share.value:.1%}  ({low:.1%} to {high:.1%}, {share.cases} of n={share.n})"


def _seconds(value: float | None, n: int, show_all: bool) -> str:
    few = _few(n, show_all)
    return few if few or value is None else f"{value:.0f} s  (n={n})"


def _few(n: int, show_all: bool) -> str:
    if not n:
        return "no cases yet (n=0)"
    return "" if show_all or n >= ENOUGH else f"too few to show (n={n}, from {ENOUGH} on)"


def _month(month: MonthOfTickets, show_all: bool) -> str:
    cases = f"{counted(month.tickets, 'ticket')}, {counted(month.active_customers, 'customer')}"
    line = f"    {month.month}  {month.rate:.4f}  ({cases})"
    if month.change is None and month.change_two_months is None:
        return line
    if not show_all and month.tickets < ENOUGH:
        return f"{line}  change: too few to show"
    changes = [(month.change, "one month"), (month.change_two_months, "two months")]
    return line + "".join(f"  {value:+.1f} % in {words}" for value, words in changes if value is not None)


def _ms(day: date) -> int:
    return int(datetime.combine(day, time(), UTC).timestamp() * 1000)


def _parser(today: date) -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m scripts.report", description="Print the five metrics.")
    parser.add_argument("--customers", type=Path, metavar="FILE.csv", help="columns month,active_customers")
    parser.add_argument(
        "--from",
        dest="since",
        type=date.fromisoformat,
        default=today - timedelta(days=DEFAULT_DAYS - 1),
        metavar="YYYY-MM-DD",
        help=f"first day, UTC (default: {DEFAULT_DAYS} days ending today)",
    )
    parser.add_argument(
        "--to",
        dest="until",
        type=date.fromisoformat,
        default=today,
        metavar="YYYY-MM-DD",
        help="last day, UTC (default: today)",
    )
    parser.add_argument("--all", action="store_true", help=f"show shares of fewer than {ENOUGH} cases, too")
    parser.add_argument("--rebuild", action="store_true", help="count all visits that are kept again first")
    parser.add_argument("--json", action="store_true", help="print JSON")
    return parser


if __name__ == "__main__":
    raise SystemExit(main())
