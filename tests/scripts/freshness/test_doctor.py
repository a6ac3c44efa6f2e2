"""The doctor's row on articles that a release flagged."""

import json
from pathlib import Path

import pytest

from scripts.doctor import Portal
from scripts.doctor.articles import flagged

FLAGS = {
    "checks": [{"release": "v2", "day": "2026-11-02", "articles": [{"id": "a", "tier": 1}, {"id": "b", "tier": 3}]}]
}


def portal(folder: Path, reviewed: str | None) -> Portal:
    """A built portal in whose folder the doctor looks."""
    articles = [{"id": id, "title": f"How {id}?", "url": f"/{id}/", "reviewed": reviewed} for id in "ab"]
    (folder / "portal.json").write_text(json.dumps({"articles": articles}))
    return Portal(
        {
            "PUBLIC_ORIGIN": "https://help.acme.example",
            "SECRET_KEYS": "k" * 64,
            "TICK_TOKEN": "t" * 32,
            "TRUSTED_HOPS": "0",
            "DATABASE_URL": f"sqlite:///{folder / 'portal.db'}",
            "PORTAL_BUILD_DIR": str(folder),
        }
    )


@pytest.mark.parametrize(
    ("flags", "reviewed", "state", "says"),
    [
        (None, None, "unknown", "no release was checked"),
        ("{", None, "fail", "freshness.json "),
        (json.dumps(FLAGS), None, "fail", "not reviewed since: 'How a?' (v2)"),
        (json.dumps(FLAGS), "2026-11-01", "fail", "not reviewed since: 'How a?' (v2)"),
        (json.dumps(FLAGS), "2026-11-02", "pass", "was reviewed since"),
    ],
)
def test_flagged_articles_are_named_until_they_are_reviewed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, flags: str | None, reviewed: str | None, state: str, says: str
) -> None:
    monkeypatch.chdir(tmp_path)
    if flags is not None:
        Path("freshness.json").write_text(flags)

    found = flagged(portal(tmp_path, reviewed))

    assert found.state == state
    assert says in found.says
