"""What everything stands on: settings, build, store, clock, schedules and deliveries."""

import json
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from typing import Any

from functions import clock, outbox
from functions.errors import SettingsError, StoreError
from functions.health import LATE_MS, space
from functions.stores import MIGRATIONS
from functions.stores.sqlite import SQLite
from functions.tick import age_ms, failing
from portal.models import counted
from scripts.doctor import Answer, Check, Found, Portal, bad, good, unknown

DAILY = timedelta(hours=48)
SKEW = timedelta(minutes=1)


def settings(portal: Portal) -> Found:
    try:
        found = portal.services.settings
    except SettingsError as error:
        lines = [line.removeprefix("- ").rstrip(".") for line in str(error).splitlines()[1:]]
        return bad(
            "; ".join(lines), "Set these variables in the functions' environment; the operators' guide lists them all."
        )
    return good(f"complete, for {found.public_origin}")


def build(portal: Portal) -> Found:
    built = datetime.fromisoformat(portal.bundle["built_at"])
    age = datetime.now(UTC) - built.astimezone(UTC)
    if age > DAILY:
        return bad(
            f"the build is {counted(age.days, 'day')} old, so incidents, changes and planned maintenance are missing",
            "Run the deploy every day (the schedule in deploy.yml), and ship the new build with the functions.",
        )
    return good(f"build {portal.bundle['build']} of {built:%-d %b %Y}")


def store(portal: Portal) -> Found:
    found = portal.services.store
    if isinstance(found, SQLite) and not found.file.exists():
        return bad(
            f"there is no file at {found.file}",
            "Bring it back or restore a backup (python -m scripts.restore). A new portal: python -m scripts.migrate",
        )
    try:
        there = {row["name"] for row in found.all("select name from migration")}
    except StoreError as error:
        return bad(f"does not answer: {error}", "Check DATABASE_URL, and run: python -m scripts.migrate")
    missing = sorted({file.stem for file in MIGRATIONS.glob("*.sql")} - there)
    if missing:
        return bad(
            f"{counted(len(missing), 'table change')} missing: {', '.join(missing)}", "Run: python -m scripts.migrate"
        )
    size, full = space(portal.services)
    if full:
        return bad(
            f"nearly full ({size // 1_000_000} MB)",
            "Make room before it refuses tickets; DISK_FREE_MB and DATABASE_MB say when this is said.",
        )
    if not found.writable():
        return bad("can be read and not written to", "Look for a full disk or a read-only file system.")
    return good(f"up to date, {max(1, size // 1_000_000)} MB")


def time(portal: Portal) -> Found:
    moved = clock.moved(portal.services)
    if not moved.settled:
        way = "forward" if moved.by > 0 else "back"
        return bad(
            f"the machine's clock jumped {way} by {counted(abs(moved.by) // 1000, 'second')}",
            "Check its time; nothing is erased until it has gone on evenly for an hour.",
        )
    if portal.url:
        said = portal.page("api/health").headers.get("date", "")
        skew = abs(parsedate_to_datetime(said) - datetime.now(UTC)) if said else timedelta()
        if skew > SKEW:
            return bad(
                f"the site's clock and this machine's differ by {counted(int(skew.total_seconds()), 'second')}",
                "Set both by NTP: sign-in and signed webhooks fail with a wrong clock.",
            )
    return good("right, and it runs evenly" if portal.url else "it runs evenly")


def schedules(portal: Portal) -> Found:
    age = age_ms(portal.services)
    do = "Have a scheduler call POST /api/tick with TICK_TOKEN once a minute, as the operators' guide shows."
    if age is None:
        return bad("the tick never ran: nothing is checked, delivered or erased", do)
    if abs(age) > LATE_MS:
        return bad(f"the last tick was {counted(abs(age) // 60_000, 'minute')} ago", do)
    if jobs := failing(portal.services):
        return bad(f"failing in each tick: {', '.join(jobs)}", 'The functions\' log has the reason ("job").')
    return good(f"the last tick was {counted(age // 1000, 'second')} ago")


def deliveries(portal: Portal) -> Found:
    counts = outbox.count(portal.services)
    waiting = [f"{number} {what}" for what, number in counts.items() if number]
    if waiting:
        return bad(
            f"deliveries {' and '.join(waiting)}",
            'The functions\' log has the reason ("delivery"); see the rows of help desk and email.',
        )
    return good("nothing waits or was given up")


def health(portal: Portal) -> Found:
    if not portal.url:
        return unknown("the live site was not asked", "Add --url https://help.example.com/")
    answer = portal.page("api/health")
    said = _json(answer)
    if said is not None and answer.status == 503:
        return bad(
            f"the functions answer, but say: {said.get('detail') or answer.status}",
            f"Look into the functions' log for the request {said.get('request')}; it has the reason.",
        )
    if said is None or answer.status != 200:
        return bad(
            f"{answer.url} answers {answer.status} and no health: the functions are not behind the site",
            "Have the host send /api/* and /my/* to the functions; the operators' guide has the rules for each host.",
        )
    live, here = said.get("build"), portal.bundle["build"]
    if live != here:
        return bad(
            f"the functions run build {live}, and the build in this folder is {here}",
            "Deploy this build, or run the doctor where the site's build is: these rows are about the one here.",
        )
    return good(f"the functions answer behind the site, with build {here}")


def _json(answer: Answer) -> dict[str, Any] | None:
    """The object that the functions answered with; None for anything else."""
    if "json" not in answer.headers.get("content-type", ""):
        return None
    try:
        found = json.loads(answer.text)
    except ValueError:
        return None
    return found if isinstance(found, dict) else None


CHECKS = (
    Check("settings", "Settings", settings),
    Check("build", "Build", build),
    Check("store", "Store", store),
    Check("clock", "Clock", time),
    Check("schedules", "Schedules", schedules),
    Check("deliveries", "Deliveries", deliveries),
    Check("functions", "Functions behind the site", health),
)
