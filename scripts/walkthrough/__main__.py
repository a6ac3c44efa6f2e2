"""Walk through the product as the articles do: take their pictures, and say where the words no longer fit.

python -m scripts.walkthrough
python -m scripts.walkthrough docs/reports/export.steps.yml --url https://staging.acme.example/
python -m scripts.walkthrough --check --annotations
"""

import argparse
import json
import os
import sys
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

from mkdocs.exceptions import ConfigurationError
from mkdocs.utils.yaml import yaml_load

from portal import settings
from portal.errors import ContentError
from portal.freshness import release, report
from portal.freshness.release import Checked
from portal.walkthroughs.steps import Walkthrough
from scripts.freshness import hub
from scripts.freshness.errors import FreshnessError
from scripts.lib.world import running
from scripts.walkthrough import files
from scripts.walkthrough import report as words
from scripts.walkthrough.files import Job
from scripts.walkthrough.product import Product
from scripts.walkthrough.run import Where, run
from scripts.walkthrough.walk import Orders, Result, SecretMissing

FLAGS = Path("freshness.json")
FINE, UNTRUE, WRONG, UNKNOWN = 0, 1, 2, 3


def main(argv: Sequence[str] | None = None) -> int:
    """Run the command: 0, 1 when a step is no longer true, 2 after printing what is wrong, 3 when a product does not
    answer."""
    options = _parser().parse_args(argv)
    try:
        found = files.jobs(Path(), options.docs, options.files, _parts(options.config))
        if not found:
            print(f"No walkthrough to take in {options.docs}: no *.steps.yml beside a published article.")
            return FINE
        now = datetime.now(UTC)
        orders = Orders(options.patience, now, takes=not options.check, again=options.again)
        with _products(options, found) as where:
            results = run(found, where, orders, options.at_once)
        # Only now: a demo that runs would build its site anew.
        pairs = zip(found, results, strict=True)
        changed = [name for job, result in pairs for name in files.write(Path(), job, result)] if orders.takes else []
        return _told(options, results, changed, now)
    except (ContentError, SecretMissing, FreshnessError, RuntimeError) as error:
        print(error, file=sys.stderr)
        return WRONG


def _told(options: argparse.Namespace, results: list[Result], changed: list[str], now: datetime) -> int:
    """Print the report, and write what was asked for; the command's code. Raises FreshnessError."""
    day = now.date().isoformat()
    checked = words.checked(Path(), results, options.release or day, day)
    if checked.hits:
        print(report.text(checked), end="\n\n")
    if options.annotations:
        print("\n".join(report.annotations(checked)))
    if options.times:
        print("\n".join(words.seconds(results)))
    print("\n".join(words.summary(Path(), results, changed, takes=not options.check)))
    is_unknown = any(result.unknown for result in results)
    if options.json and not is_unknown:
        _write(options.json, checked)
    if options.issue and not is_unknown:
        with hub.connected(options.issue, options.base_url) as portal:
            if address := portal.publish(checked, {}):
                print(address)
    return UNTRUE if checked.hits else UNKNOWN if is_unknown else FINE


def _write(file: Path, checked: Checked) -> None:
    """Put what was found into freshness.json, beside the checks of releases."""
    try:
        before = json.loads(file.read_text("utf-8")) if file.is_file() else None
    except ValueError as error:
        raise FreshnessError(f"{file} cannot be read: {error}") from error
    text = json.dumps(release.merged(before, checked), indent=1, ensure_ascii=False) + "\n"
    if not file.is_file() or file.read_text("utf-8") != text:
        file.write_text(text, "utf-8")


@contextmanager
def _products(options: argparse.Namespace, jobs: Sequence[Job]) -> Iterator[Where]:
    """Which product each walkthrough is of; this portal's demo is started when one is of the portal."""
    known: dict[str, Product] = {}

    def where(walkthrough: Walkthrough) -> Product | None:
        address = portal if walkthrough.is_of_portal else options.url or walkthrough.product
        return known.setdefault(address, Product(address)) if address else None

    portal = options.portal
    if portal or not any(job.walkthrough.is_of_portal for job in jobs):
        yield where
        return
    with (
        tempfile.TemporaryDirectory() as state,
        files.stood_in(Path(), jobs),
        running(Path(state), config=options.config.resolve()) as world,
    ):
        portal = world.url
        yield where


def _parts(config: Path) -> dict[str, bool]:
    """Which parts this portal has. Raises FreshnessError."""
    text = config.read_text("utf-8")
    try:
        data = yaml_load(text) or {}
        return settings.load((data.get("extra") or {}).get("portal"), config.name, text).on
    except ConfigurationError as error:
        raise FreshnessError(f"{config} is not valid: {error}") from error
    except ExceptionGroup as group:
        raise FreshnessError("\n".join(str(one) for one in group.exceptions)) from group


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m scripts.walkthrough",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("files", nargs="*", metavar="FILE", help="files of steps (default: all below --docs)")
    parser.add_argument("--check", action="store_true", help="write no picture; say which are out of date")
    parser.add_argument("--again", action="store_true", help="take also the pictures that are up to date")
    parser.add_argument("--url", default=os.environ.get("WALKTHROUGH_URL", ""), help="the product's address")
    parser.add_argument(
        "--portal", default="", metavar="URL", help="a running demo of this portal (else one is started)"
    )
    parser.add_argument("--annotations", action="store_true", help="GitHub's annotations as well")
    parser.add_argument("--json", type=Path, nargs="?", const=FLAGS, help="put what is found into freshness.json")
    parser.add_argument("--issue", default="", metavar="OWNER/NAME", help="keep an issue with what is found there")
    parser.add_argument("--release", default="", help="the product's release, for reports (default: the day)")
    parser.add_argument(
        "--base-url", default="https://api.github.com", help="of GitHub Enterprise: https://HOST/api/v3"
    )
    parser.add_argument("--docs", default="docs", help="the folder of your articles")
    parser.add_argument("--config", type=Path, default=Path("mkdocs.yml"), help="the portal's settings")
    parser.add_argument("--patience", type=float, default=5, metavar="SECONDS", help="how long to wait for an element")
    parser.add_argument(
        "--at-once", type=int, default=os.cpu_count() or 2, metavar="N", help="walkthroughs in parallel"
    )
    parser.add_argument("--times", action="store_true", help="print how long each took")
    return parser


if __name__ == "__main__":
    sys.exit(main())
