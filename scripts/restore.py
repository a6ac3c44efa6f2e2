"""Bring the portal's store back from a backup: `python -m scripts.restore FILE`, while the functions are stopped.

What was accepted after the backup is not in it. A store that is there is only replaced with `--replace`, after it was
saved beside the backup; a damaged one is kept as it is. Then the tables are brought up to date.
"""

import argparse
import sys
from datetime import UTC, datetime
from pathlib import Path

from functions.errors import StoreError
from functions.services import Services
from functions.stores import connect
from functions.tick import age_ms
from portal.clock import MINUTE_MS
from scripts.lib import backups
from scripts.lib.environment import services

RUNNING = (
    "Warning: the functions ran within the last minute. If they still run, stop them and restore again: what they"
    " accept meanwhile is lost."
)


def main(argv: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="python -m scripts.restore", description=(__doc__ or "").splitlines()[0])
    parser.add_argument("file", type=Path, help="a file that scripts.backup wrote")
    parser.add_argument("--replace", action="store_true", help="replace the store that is there")
    parser.add_argument("--to", default="", metavar="URL", help="another store than DATABASE_URL, to try a backup")
    given = parser.parse_args(argv)
    try:
        with services() as found:
            url = given.to or found.settings.database_url
            if not given.file.is_file():
                raise StoreError(f"{given.file} is not there.")
            backups.check(url, given.file)
            if backups.holds_rows(url):
                if not given.replace:
                    raise StoreError("there is a store already; say --replace to replace it.")
                if not given.to and _is_running(found):
                    print(RUNNING, file=sys.stderr)
                found.store.close()
                print(_keep(url, given.file))
            backups.load(url, given.file)
        store = connect(url)
        store.migrate()
        store.close()
    except (StoreError, OSError) as error:
        print(f"Nothing was restored: {error}", file=sys.stderr)
        return 1
    if given.to:
        print(f"{given.file} is whole: its store is in {given.to.partition('@')[2] or given.to}.")
    else:
        print(f"The store is that of {given.file}. Start the functions; what had not been delivered then is sent now.")
    return 0


def _is_running(services: Services) -> bool:
    """Whether a job ended within the last minute; a store that cannot be read does not tell."""
    try:
        age = age_ms(services)
    except StoreError:
        return False
    return age is not None and abs(age) < MINUTE_MS


def _keep(url: str, backup: Path) -> str:
    """Save the store that is about to be replaced; a sentence about where it is."""
    kept = backup.with_name(f"before-restore-{datetime.now(UTC):%Y%m%dT%H%M%S%f}")
    try:
        backups.save(url, kept)
    except StoreError as error:
        backups.set_aside(url, kept)
        return f"The store that was there cannot be read ({error}); as it was it is in {kept}."
    return f"The store that was there is in {kept}."


if __name__ == "__main__":
    raise SystemExit(main())
