"""A checked release: its hits as data that other programs read, and back."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from portal.freshness.check import POSSIBLE, Hit

TIERS = {1: "certain", 2: "likely", 3: "possible"}


@dataclass(frozen=True)
class Checked:
    """What a check found: the product, the release, the day, and the articles."""

    repo: str
    release: str
    day: str
    hits: tuple[Hit, ...]

    @property
    def sure(self) -> list[Hit]:
        """The hits that a person should look at: certain or likely."""
        return [hit for hit in self.hits if hit.tier != POSSIBLE]


def as_json(checked: Checked) -> dict[str, Any]:
    """One product's entry of freshness.json."""
    return {
        "repo": checked.repo,
        "release": checked.release,
        "day": checked.day,
        "articles": [_hit(hit) for hit in checked.hits],
    }


def merged(before: Mapping[str, Any] | None, checked: Checked) -> dict[str, Any]:
    """freshness.json with this check in place of the product's last one."""
    others = [one for one in (before or {}).get("checks", []) if one.get("repo") != checked.repo]
    return {"version": 1, "checks": sorted([*others, as_json(checked)], key=lambda one: str(one["repo"]))}


@dataclass(frozen=True)
class Notice:
    """What the build says on an article's page: it is being checked against this release, since that day, when its
    text had this digest."""

    release: str
    day: str
    digest: str = ""


def notices(data: object) -> dict[str, Notice]:
    """The articles of a freshness.json that are certain or likely to be wrong, each with the latest release.

    Raises ValueError for a file of another form.
    """
    found: dict[str, Notice] = {}
    for check in _list(data, "checks"):
        name, day = _text(check, "release"), _text(check, "day")
        for article in _list(check, "articles"):
            id, notice = _text(article, "id"), Notice(name, day, str(article.get("digest", "")))
            if article.get("tier") in {1, 2} and (id not in found or found[id].day < notice.day):
                found[id] = notice
    return found


def _hit(hit: Hit) -> dict[str, Any]:
    proofs = [
        {"line": proof.line, "text": proof.text, "at": proof.at._asdict() if proof.at else None, "what": proof.what}
        for proof in hit.proofs
    ]
    return {
        "id": hit.id,
        "file": hit.file,
        "tier": hit.tier,
        "chance": round(hit.chance, 3),
        "because": list(hit.because),
        "digest": hit.digest,
        "proofs": proofs,
    }


def _list(data: object, name: str) -> Iterable[dict[str, Any]]:
    rows = data.get(name) if isinstance(data, dict) else None
    if not isinstance(rows, list) or not all(isinstance(row, dict) for row in rows):
        raise ValueError(f"has no list of objects '{name}'")
    return rows


def _text(data: Mapping[str, Any], name: str) -> str:
    value = data.get(name)
    if not isinstance(value, str):
        raise ValueError(f"has no text '{name}'")
    return value
