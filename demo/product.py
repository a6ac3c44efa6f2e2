"""The demo's product: a small repository with two releases, the second of which makes articles wrong.

`python -m demo.product [FOLDER]` makes it; a second run changes nothing.
"""

import os
import shutil
import subprocess
import sys
from pathlib import Path

FOLDER = Path(".portal/product")
LABELS = """{
  "billing": {
    "update_card": "Update card",
    "see_invoices": "See invoices",
    "change_plan": "Change plan",
    "cancel_plan": "Cancel plan"
  },
  "data": {
    "export": "Export data",
    "delete": "Delete account"
  }
}
"""
SETTINGS = """# How long somebody stays signed in, and how fresh a sign-in must be to set a new password.
SESSION_HOURS = 24
PASSWORD_SIGN_IN_MINUTES = 15
"""
TEAM = """def members(workspace):
    return [person for person in workspace.people if person.active]
"""
BILLING = """{% extends "page.html" %}
<h1>Billing</h1>
<a href="{{ card_url }}">{{ t("billing.update_card") }}</a>
<a href="{{ invoices_url }}">{{ t("billing.see_invoices") }}</a>
"""
TEST = """def test_a_member_who_left_is_not_listed(workspace):
    assert members(workspace) == []
"""
WHO = {"NAME": "Acme", "EMAIL": "dev@acme.example"}
# Each commit: its day, its subject, the files that it writes, and the release that it is.
COMMITS: tuple[tuple[str, str, dict[str, str], str], ...] = (
    (
        "2026-10-05",
        "Billing, team and settings",
        {
            "web/locales/en.json": LABELS,
            "web/settings.py": SETTINGS,
            "web/team.py": TEAM,
            "web/templates/billing.html": BILLING,
            "tests/test_team.py": TEST,
        },
        "v1.0.0",
    ),
    (
        "2026-10-19",
        "List members without asking for each of them",
        {"web/team.py": TEAM.replace("workspace.people", 'workspace.people.select_related("team")')},
        "",
    ),
    (
        "2026-10-26",
        "Name the card's button after what it does",
        {"web/locales/en.json": LABELS.replace('"Update card"', '"Replace payment card"')},
        "",
    ),
    (
        "2026-11-02",
        "Allow a new password for 30 minutes after a sign-in",
        {"web/settings.py": SETTINGS.replace("= 15", "= 30")},
        "v1.1.0",
    ),
)


def make(folder: Path) -> bool:
    """Make the repository, unless it is there or Git is not installed; returns whether it was made."""
    if (folder / ".git").exists() or shutil.which("git") is None:
        return False
    folder.mkdir(parents=True, exist_ok=True)
    _git(folder, "init", "--quiet", "--initial-branch=main")
    for day, subject, files, release in COMMITS:
        for name, text in files.items():
            path = folder / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text, "utf-8")
        _git(folder, "add", ".", day=day)
        _git(folder, "commit", "--quiet", "--no-gpg-sign", "--no-verify", "--message", subject, day=day)
        if release:
            _git(folder, "tag", release, day=day)
    return True


def _git(folder: Path, *arguments: str, day: str = "") -> None:
    """Run Git with a name and a day of the demo, whatever this computer's own are."""
    who = {f"GIT_{role}_{what}": said for role in ("AUTHOR", "COMMITTER") for what, said in WHO.items()}
    when = {f"GIT_{role}_DATE": f"{day}T09:00:00+0000" for role in ("AUTHOR", "COMMITTER")} if day else {}
    environ = {name: value for name, value in os.environ.items() if not name.startswith("GIT_")}
    subprocess.run(["git", "-C", str(folder), *arguments], check=True, env=environ | who | when)


if __name__ == "__main__":
    target = Path(sys.argv[1]) if len(sys.argv) > 1 else FOLDER
    made = make(target)
    print(f"{target}: made, with the releases v1.0.0 and v1.1.0" if made else f"{target}: nothing to make")
