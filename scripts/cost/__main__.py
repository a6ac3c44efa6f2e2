"""What a month costs: `python -m scripts.cost --views 100000 --tickets 500 [--prices FILE.toml] [--measure]`.

Work comes from figures that were measured (scripts/cost/figures.toml; `--measure` measures the functions' CPU on this
machine), money from the prices of a file, each with its day. No tax, no staff, no vendor but the
host.
"""

import argparse
import sys
import tomllib
from pathlib import Path

from portal.models import counted
from scripts.cost import GB, Figures, Prices, Traffic, Work, prices, work

HERE = Path(__file__).parent
FIGURES = HERE / "figures.toml"


def main(argv: list[str] | None = None) -> int:
    given = _parser().parse_args(argv)
    figures = Figures(**tomllib.loads(FIGURES.read_text("utf-8")))
    if given.measure:
        from scripts.cost.measure import measured

        for name, value in measured().items():
            print(f"{name} = {value}  # was {getattr(figures, name)}")
        return 0
    try:
        traffic = Traffic(
            given.views, given.tickets, views_per_visit=given.views_per_visit, cached=given.cached, events=given.events
        )
    except ValueError as error:
        print(error, file=sys.stderr)
        return 2
    try:
        known = [prices(name, row) for name, row in tomllib.loads(given.prices.read_text("utf-8")).items()]
    except (OSError, ValueError) as error:
        print(f"{given.prices}: {error}", file=sys.stderr)
        return 2
    done = work(traffic, figures)
    print("\n".join(_work(done)))
    for host in known:
        print(f"{host.name}: {host.cost(done):,.2f} {host.currency} a month ({host.seen}, {host.source})")
    print(f"Database: {_database(done, known)}")
    return 0


def _work(done: Work) -> list[str]:
    return [
        f"{done.bytes_out / GB:,.1f} GB out, {done.calls / 1e6:,.2f} million calls of the functions with"
        f" {_time(done.cpu_seconds)} of CPU",
        f"{done.cores_at_peak:.2f} cores at a peak of five times the mean, and a store of {done.stored / GB:,.2f} GB",
    ]


def _time(seconds: float) -> str:
    """A length in minutes, or from two hours on in hours."""
    return f"{seconds / 3600:,.0f} hours" if seconds >= 7200 else counted(round(seconds / 60), "minute")


def _database(done: Work, known: list[Prices]) -> str:
    """What the store grows to, and whose prices have it in them."""
    size = f"{done.stored / GB:,.1f} GB of PostgreSQL after 400 days"
    priced = [host.name for host in known if host.gb_stored]
    if priced:
        return f"{size}, in the prices of {', '.join(priced)}"
    return f"{size}, in none of these prices: add your host's as gb_stored; on one machine it is on its disk"


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m scripts.cost", description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--views", type=int, default=100_000, help="page views a month")
    parser.add_argument("--tickets", type=int, default=500, help="requests of customers a month")
    parser.add_argument("--views-per-visit", type=float, default=Traffic.views_per_visit)
    parser.add_argument("--events", type=float, default=Traffic.events, help="events that a page view sends")
    parser.add_argument("--cached", type=float, default=0.0, help="share of status answers from a shared cache, 0 to 1")
    parser.add_argument(
        "--prices", type=Path, default=HERE / "prices.toml", help="a file like scripts/cost/prices.toml"
    )
    parser.add_argument("--measure", action="store_true", help="measure the functions' CPU on this machine")
    return parser


if __name__ == "__main__":
    raise SystemExit(main())
