"""`preview-email`: the weekly email as the newest build would make it, printed and sent to nobody."""

from datetime import date, timedelta

from functions.changelog import digest
from functions.services import Services

# The link to unsubscribe is each reader's own; this one belongs to nobody.
NO_READER = "preview"


def preview(services: Services, today: date, last: bool) -> None:
    """Print the email about the running week, or the one before."""
    monday = today - timedelta(days=today.weekday() + 7 * last)
    entries = digest.of_week(services, monday)
    if not entries:
        print(f"The newest build has no changes in the week of {monday}: nobody would get an email.")
        return
    mail = digest.letter(services, "each reader", monday.isoformat(), entries, NO_READER)
    for name in ("To", "Subject", "List-Id", "List-Unsubscribe"):
        print(f"{name}: {mail[name]}")
    print(f"\n{mail.get_content()}", end="")
