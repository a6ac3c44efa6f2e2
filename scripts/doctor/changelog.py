"""What changed in the last 30 days, and whether releases arrive by themselves."""

from datetime import date, timedelta

from scripts.doctor import Check, Found, Portal, bad, good, unknown


def recent(portal: Portal) -> Found:
    if not portal.part("changelog"):
        return unknown("the changelog is switched off")
    latest = (portal.bundle.get("changelog") or {}).get("latest") or []
    if not latest:
        return bad("the changelog is empty", "Run: python -m scripts.changelog --help")
    day = date.fromisoformat(str(latest[0]["date"])[:10])
    if day < portal.today - timedelta(days=30):
        return unknown(
            f"nothing in the last 30 days; the latest is of {day:%-d %b %Y}",
            "See that each release reaches the changelog.",
        )
    return good(f"the latest is of {day:%-d %b %Y}")


def arriving(portal: Portal) -> Found:
    found = portal.bundle.get("changelog")
    if not found:
        return unknown("the changelog is switched off")
    if not found.get("synced"):
        return unknown(
            "the changelog is written by hand: there is no changelog/config.yml",
            "Name your product's repositories in it: the writers' guide, When something changed.",
        )
    if since := found.get("unreachable"):
        return bad(
            f"the product's releases could not be asked for since {str(since)[:16].replace('T', ' ')} UTC",
            "Run python -m scripts.changelog sync and do what it says.",
        )
    return good("releases arrive from changelog/config.yml's repositories")


CHECKS = (
    Check("changes", "Changes of the last 30 days", recent, stage=2),
    Check("release-sync", "Releases arrive by themselves", arriving, stage=2),
)
