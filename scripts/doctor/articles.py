"""The knowledge base: enough answers, found by search, and true for the product of today."""

import json
from datetime import date, timedelta
from pathlib import Path

from functions.insights import rows
from portal.clock import DAY_MS
from portal.freshness import release
from portal.models import counted
from scripts.doctor import Check, Found, Portal, bad, good, unknown

FLAGS = Path("freshness.json")
TOP = 50
REVIEW_DAYS = 180
# Of the visits to articles in the last 90 days.
VIEWED_DAYS = 90


def enough(portal: Portal) -> Found:
    count = len(portal.bundle["articles"])
    if count < TOP:
        return bad(
            f"{counted(count, 'article')}; the first {TOP} questions come before anything else",
            "Write the questions that your help desk answers most.",
        )
    return good(f"{count} articles")


def unreviewed(portal: Portal) -> Found:
    """The most read articles that nobody has looked at since the latest release, or for half a year."""
    articles = {article["url"]: article for article in portal.bundle["articles"]}
    if not articles:
        return bad("there is no article", "Write the first.")
    latest = _latest(portal)
    old = [
        article["title"]
        for url, article in articles.items()
        if url in _top(portal, list(articles)) and _is_old(article, latest, portal.today)
    ]
    if old:
        more = f" and {len(old) - 3} more" if len(old) > 3 else ""
        since = f"the release of {latest}" if latest else f"the last {REVIEW_DAYS} days"
        return bad(
            f"not reviewed since {since}: {', '.join(repr(title) for title in old[:3])}{more}",
            "Read each against the product, mend it, and set `reviewed:` to the day.",
        )
    return good(f"the {min(TOP, len(articles))} most read articles were reviewed")


def _top(portal: Portal, urls: list[str]) -> set[str]:
    """The most read articles; all of them while nothing was read."""
    views = rows.views(portal.services.store, portal.services.now() - VIEWED_DAYS * DAY_MS)
    read = [path for path in views if path in urls]
    return set(read[:TOP] or urls[:TOP])


def _is_old(article: dict[str, str | None], latest: date | None, today: date) -> bool:
    if not article.get("reviewed"):
        return True
    reviewed = date.fromisoformat(str(article["reviewed"]))
    return reviewed < today - timedelta(days=REVIEW_DAYS) or bool(latest and reviewed < latest)


def _latest(portal: Portal) -> date | None:
    """The day of the latest release that customers read of."""
    latest = (portal.bundle.get("changelog") or {}).get("latest") or []
    return date.fromisoformat(str(latest[0]["date"])[:10]) if latest else None


def found(portal: Portal) -> Found:
    """Stage 1: someone new finds an article within 30 seconds on a slow phone connection."""
    from scripts.doctor import browser

    articles = portal.bundle["articles"]
    if not portal.url or not articles:
        return unknown("the live site was not asked", "Add --url https://help.example.com/")
    return browser.find(portal, articles[0])


def flagged(portal: Portal) -> Found:
    """Articles that the last checked release of each product may have made wrong, and that nobody reviewed since."""
    command = "python -m scripts.freshness --clone PRODUCT --range OLD..NEW --json"
    if not FLAGS.is_file():
        return unknown("no release was checked against the articles", f"Run {command} (guides/freshness.md).")
    try:
        notices = release.notices(json.loads(FLAGS.read_text("utf-8")))
    except ValueError as error:
        return bad(f"{FLAGS} {error}", f"Write it again: {command}")
    reviewed = {article["id"]: article for article in portal.bundle["articles"]}
    wrong = [
        f"{reviewed[id]['title']!r} ({notice.release})"
        for id, notice in sorted(notices.items())
        if id in reviewed and str(reviewed[id].get("reviewed") or "") < notice.day
    ]
    if wrong:
        more = f" and {len(wrong) - 3} more" if len(wrong) > 3 else ""
        return bad(
            f"flagged by a release and not reviewed since: {', '.join(wrong[:3])}{more}",
            "Check each against the release, and set `reviewed:` to the day.",
        )
    return good("every article that a release flagged was reviewed since")


CHECKS = (
    Check("articles", f"The first {TOP} questions", enough, stage=1),
    Check("found", "An article in under 30 s on throttled 4G", found, stage=1),
    Check("reviewed", "Articles true for the current release", unreviewed, stage=4, mistake=2),
    Check("flagged", "Articles that a release made wrong", flagged, stage=4),
)
