"""The weekly email of what changed: queued once on Monday, from the entries of the week before in the newest build."""

from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta
from email.message import EmailMessage
from email.policy import SMTP
from typing import TYPE_CHECKING, Any

from functions import outbox
from functions.changelog.subscribers import LIST, recipients, wanted
from functions.errors import VendorError
from functions.mail import opt_in
from portal.clock import DAY_MS

if TYPE_CHECKING:
    from functions.services import Services

# After the night's build of Monday, whose entries are complete; without one the newest build has to do.
READY_HOUR, LATE_HOUR = 7, 31
# A digest of a week that is long over is no news.
OVER_HOUR = 3 * 24
KEPT_MS = 40 * DAY_MS
LONGEST_LINE = 998  # RFC 5322, 2.1.1
NOBODY = ("digest_sent",)


def announce(services: "Services", deadline: float) -> None:
    """Job of the tick: queue last week's digest for everyone who wants it, once, all times in UTC."""
    now = datetime.fromtimestamp(services.now() / 1000, UTC)
    monday = datetime(now.year, now.month, now.day, tzinfo=UTC) - timedelta(days=now.weekday())
    hours = (now - monday).total_seconds() / 3600
    fresh = datetime.fromisoformat(services.portal["built_at"]) >= monday
    if not services.mailer.configured or hours < (READY_HOUR if fresh else LATE_HOUR) or hours >= OVER_HOUR:
        return
    first = monday.date() - timedelta(days=7)
    entries = of_week(services, first)
    with services.store.transaction():
        is_new = services.store.run(
            "insert into digest_sent (week, at) values (:week, :now) on conflict (week) do nothing",
            week=first.isoformat(),
            now=services.now(),
        )
        for who, address in recipients(services) if is_new and entries else ():
            payload = {"to": address, "who": who, "week": first.isoformat(), "entries": entries}
            outbox.put(services, "changelog.mail", payload, subject_id=who)


def purge(services: "Services", deadline: float) -> None:
    """Job of the tick: forget which weeks were sent after 40 days."""
    services.store.run("delete from digest_sent where at < :old", old=services.now() - KEPT_MS)


def deliver(services: "Services", payload: dict[str, Any]) -> None:
    """Outbox `changelog.mail`: one week to one address."""
    if not services.mailer.configured:
        raise VendorError("This portal can't send email.", "unsupported", detail="SMTP_URL is not set")
    if not wanted(services, payload["who"]):
        return
    mail = letter(services, payload["to"], payload["week"], payload["entries"], payload["who"])
    services.mailer.post(mail, f"changelog-{payload['week']}-{payload['who']}".replace(":", "-"))


def of_week(services: "Services", monday: date) -> list[dict[str, Any]]:
    """The entries of the newest build from a Monday to its Sunday."""
    entries = (services.portal.get("changelog") or {}).get("digest") or ()
    return [one for one in entries if monday <= date.fromisoformat(one["day"]) < monday + timedelta(days=7)]


def letter(services: "Services", to: str, week: str, entries: Sequence[dict[str, Any]], who: str) -> EmailMessage:
    """The email about a week (its Monday) to one reader, with the headers of an unsubscribe button."""
    product = services.portal["product"]
    out = opt_in.way_out(services, LIST, who)
    # Mail programs show no button for a folded or encoded List-Unsubscribe.
    mail = EmailMessage(policy=SMTP.clone(max_line_length=LONGEST_LINE))
    mail["To"] = to
    mail["Subject"] = f"What changed in {product} in the week of {_spoken(week)}"
    mail["Auto-Submitted"] = "auto-generated"
    host = services.settings.public_host.partition(":")[0]
    mail["List-Id"] = f"{' '.join(product.split())} changes <changelog.{host}>"
    mail["List-Unsubscribe"] = f"<{services.absolute('api/changelog/unsubscribe' + out)}>"
    mail["List-Unsubscribe-Post"] = "List-Unsubscribe=One-Click"
    body = "\n\n".join(_told(services, entry) for entry in entries)
    mail.set_content(
        f"{body}\n\nSee all changes:\n{services.absolute('changelog/')}\n\n"
        f"Unsubscribe:\n{services.absolute('my/changelog/unsubscribe/' + out)}\n"
    )
    return mail


def _told(services: "Services", entry: dict[str, Any]) -> str:
    """An entry as plain text: title and day, its lines by category, what to do, and the link."""
    lines = [f"{entry['title']} ({_spoken(entry['day'])})"]
    lines += [f"- {category}: {text}" if category else f"- {text}" for category, text in entry["lines"]]
    lines += [f"And {entry['more']} more."] if entry["more"] else []
    lines += [f"What to do: {entry['action']}"] if entry["action"] else []
    return "\n".join([*lines, services.absolute(f"changelog/{entry['slug']}/")])


def _spoken(day: str) -> str:
    return f"{date.fromisoformat(day):%-d %B %Y}"
