"""What changed in the last 30 days."""

from datetime import date, timedelta

from scripts.doctor import Check, Found, Portal, bad, good, not_built, unknown


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


CHECKS = (
    Check("changes", "Changes of the last 30 days", recent, stage=2),
    Check("release-sync", "Releases arrive by themselves", not_built, stage=2),
)
