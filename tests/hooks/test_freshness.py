"""On an article's page: that it is being checked against a release, and that it is due for a review."""

import json
import os
import subprocess
from pathlib import Path

from portal.freshness.library import digest
from tests.hooks.portals import CONFIG, mkdocs, write

CHECKING = "We're checking this article against release v2.0.0."
DUE = "This article has been due for a review since"
TOLD = CONFIG + "    freshness: {notice: true}\n"
SURE = ("billing/card", "billing/plan", "team/invite", "team/roles")
FLAGS = {
    "checks": [
        {
            "repo": "acme/web",
            "release": "v2.0.0",
            "day": "2026-11-02",
            "articles": [*({"id": id, "tier": 2} for id in SURE), {"id": "team/limits", "tier": 3}],
        }
    ]
}


def article(reviewed: str = "") -> str:
    return f"---\ntitle: A\n{f'reviewed: {reviewed}' if reviewed else ''}\n---\n\nText.\n"


def build(portal: Path, site: Path, articles: dict[str, str], flags: object = FLAGS) -> dict[str, str]:
    """The pages of a portal that has a freshness.json, by article."""
    (portal / "freshness.json").write_text(json.dumps(flags))
    done = mkdocs(portal, site)
    assert done.returncode == 0, done.stderr
    return {id: (site / id / "index.html").read_text() for id in articles}


def commit(portal: Path, day: str) -> None:
    """Commit all articles on a day."""
    git = ["git", "-C", str(portal), "-c", "user.name=A", "-c", "user.email=a@acme.example"]
    when = os.environ | {f"GIT_{role}_DATE": f"{day}T09:00:00+0000" for role in ("AUTHOR", "COMMITTER")}
    subprocess.run([*git, "init", "--quiet"], check=True)
    subprocess.run([*git, "add", "docs"], check=True)
    subprocess.run([*git, "commit", "--quiet", "-m", "Edit"], check=True, env=when)


def test_only_sure_articles_say_so_until_somebody_reviewed_them(tmp_path: Path) -> None:
    flags = json.loads(json.dumps(FLAGS))
    flags["checks"][0]["articles"][1]["digest"] = digest(article("2026-11-02"))
    # A walkthrough without a release says the day.
    walked = {"repo": "walkthroughs", "release": "2026-11-03", "day": "2026-11-03"}
    flags["checks"].append(walked | {"articles": [{"id": "team/other", "tier": 1}]})
    articles = {
        "billing/card": article("2026-11-01"),
        # Unchanged since the check, which was on the day of its review.
        "billing/plan": article("2026-11-02"),
        "team/invite": article("2026-11-02"),
        "team/roles": article("2026-11-20"),
        "team/limits": article(),
        "team/other": article(),
    }

    found = build(write(tmp_path, articles, TOLD), tmp_path / "site", articles, flags)

    assert {id for id, html in found.items() if CHECKING in html} == {"billing/card", "billing/plan"}
    assert "We're checking this article against the current version." in found["team/other"]


def test_an_edit_counts_as_a_review_and_a_commit_of_many_articles_does_not(tmp_path: Path) -> None:
    many = {f"many/a{number}": article("2024-01-01") for number in range(25)}
    articles = {"billing/card": article("2024-01-01"), "billing/plan": article(), **many}
    portal = write(tmp_path, articles, TOLD)
    commit(portal, "2026-11-20")
    (portal / "docs/billing/card.md").write_text(f"{articles['billing/card']}More.\n")
    commit(portal, "2026-11-21")

    found = build(portal, tmp_path / "site", articles)

    assert {id for id, html in found.items() if CHECKING in html} == {"billing/plan"}
    assert {id for id, html in found.items() if DUE in html} == {*many}
    assert '<time datetime="2024-06-29">29 Jun 2024</time>' in found["many/a0"]


def test_a_topic_has_its_own_days_and_readers_are_told_of_releases_only_where_the_team_wants_it(tmp_path: Path) -> None:
    config = CONFIG + (
        "    freshness: {review_days: 3650}\n"
        "    topics:\n"
        "      - {id: billing, title: Billing, review_days: 30}\n"
        "      - {id: team, title: Team}\n"
    )
    articles = {"billing/card": article("2025-01-01"), "team/invite": article("2025-01-01"), "team/roles": article()}

    found = build(write(tmp_path, articles, config), tmp_path / "site", articles)

    assert {id for id, html in found.items() if DUE in html} == {"billing/card"}
    assert not any(CHECKING in html for html in found.values())


def test_a_freshness_file_of_another_form_stops_the_build_with_what_to_do(tmp_path: Path) -> None:
    write(tmp_path, {"billing/card": article()}, TOLD)
    (tmp_path / "freshness.json").write_text('{"checks": [{"release": 1}]}')

    done = mkdocs(tmp_path, tmp_path / "site")

    assert done.returncode == 1
    assert "freshness.json has no text 'release'" in done.stderr
    assert "Write it again: python -m scripts.freshness ... --json" in done.stderr
