"""Keeps changelog/*.md true to a product's releases. A second run changes nothing, and a file that a writer edited is
kept."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path

from portal.changelog import front_matter
from portal.changelog.config import Overrides
from portal.changelog.news import Decisions
from portal.changelog.releases import Draft, Release, draft, fingerprint, untouched
from portal.sanitise import clean

# A list that lost more than this is more likely a wrong token than a decision.
MOST_REMOVED = 5


@dataclass
class Report:
    """What a sync did, as file names and release ids."""

    written: list[str] = field(default_factory=list)
    updated: list[str] = field(default_factory=list)
    unchanged: list[str] = field(default_factory=list)
    kept: list[str] = field(default_factory=list)
    # File -> (the writer's text, the text that the release would have now).
    outdated: dict[str, tuple[str, str]] = field(default_factory=dict)
    empty: list[str] = field(default_factory=list)
    gone: list[str] = field(default_factory=list)
    removed: list[str] = field(default_factory=list)
    renamed: dict[str, str] = field(default_factory=dict)
    unpublished: int = 0
    left_out: dict[str, tuple[tuple[str, str], ...]] = field(default_factory=dict)
    unsure: dict[str, tuple[tuple[str, str], ...]] = field(default_factory=dict)
    unused: list[tuple[str, str]] = field(default_factory=list)


@dataclass(frozen=True)
class Wanted:
    """How releases become files: the product's name in titles, a team's decisions, and its overrides by release. With
    `whole` the list is complete, so that the file of a release that is missing is removed."""

    product: str = ""
    decisions: Decisions = field(default_factory=Decisions)
    overrides: Overrides = field(default_factory=dict)
    prereleases: bool = False
    whole: bool = False

    def of(self, release: Release) -> Draft:
        own = replace(self.decisions, overrides=self.overrides.get(release.id, {}))
        return draft(release, self.product, own)

    def shows(self, release: Release) -> bool:
        """Whether customers may see a release."""
        return release.public or (self.prereleases and replace(release, prerelease=False).public)


def sync(releases: Iterable[Release], folder: Path, wanted: Wanted, report: Report | None = None) -> Report:
    """Write or update one file per public release in `folder`. Raises ContentError for a file that cannot be read."""
    report = report or Report()
    folder.mkdir(parents=True, exist_ok=True)
    existing = _existing(folder)
    seen: set[str] = set()
    repos: set[str] = set()
    for release in sorted(releases, key=lambda r: (str(r.published_at), r.id)):
        repos.add(release.repo)
        release = _as_known(release, existing, report)
        repos.add(release.repo)
        if not wanted.shows(release):
            report.unpublished += 1
        elif release.id not in seen:
            seen.add(release.id)
            _sync_one(release, wanted, folder, existing, report)
    missing = {id: path for id, path in existing.items() if id not in seen and "@" in id}
    _end([path for id, path in missing.items() if id.partition("@")[0] in repos], wanted, report)
    return report


def _as_known(release: Release, existing: Mapping[str, Path], report: Report) -> Release:
    """The release under the name of its repository in `existing`: one that was renamed, or is written in other
    capitals, is no second release."""
    if release.id in existing:
        return release
    for id, path in existing.items():
        repo, _, tag = id.partition("@")
        if tag == release.tag and repo and (repo.lower() == release.repo.lower() or _is_of(path, release)):
            report.renamed[path.name] = f"{repo} -> {release.repo}"
            return replace(release, repo=repo, url=release.url.replace(f"/{release.repo}/", f"/{repo}/"))
    return release


def _is_of(path: Path, release: Release) -> bool:
    """Whether a file's release was published in the same second; two repositories do not do that with one tag."""
    fields, _ = front_matter(clean(path.read_text(encoding="utf-8")), path.name)
    published = release.published_at
    return published is not None and fields.get("date") == f"{published:%Y-%m-%dT%H:%M:%SZ}"


def _sync_one(release: Release, wanted: Wanted, folder: Path, existing: dict[str, Path], report: Report) -> None:
    made = wanted.of(release)
    report.unused += [(release.id, key) for key in wanted.overrides.get(release.id, {}) if key not in made.used]
    if made.left_out:
        report.left_out[release.id] = made.left_out
    path = existing.get(release.id)
    if not made.text:
        report.empty.append(release.id)
        return
    if path is None:
        path = _path(release, folder)
        _write(path, made.text)
        report.written.append(path.name)
    elif (text := clean(path.read_text(encoding="utf-8"))) == made.text:
        report.unchanged.append(path.name)
    elif untouched(text):
        _write(path, made.text)
        report.updated.append(path.name)
    elif f'\nsource: "{release.source}"\n' in text:
        report.kept.append(path.name)  # a writer edited it; the file wins over the release
        return
    else:
        report.outdated[path.name] = text, made.text
        return
    if made.unsure:
        report.unsure[release.id] = made.unsure


def _end(paths: list[Path], wanted: Wanted, report: Report) -> None:
    """Remove the files of releases that are gone, unless a writer worked on them, or too many are."""
    ours = [path for path in paths if untouched(path.read_text(encoding="utf-8"))]
    removable = ours if wanted.whole and len(ours) <= MOST_REMOVED else []
    for path in removable:
        path.unlink()
    report.removed += sorted(path.name for path in removable)
    report.gone += sorted(path.name for path in paths if path not in removable)


def _existing(folder: Path) -> dict[str, Path]:
    """The files of the folder by the id in their front matter."""
    found: dict[str, Path] = {}
    for path in sorted(folder.glob("*.md")):
        if path.name != "README.md":
            fields, _ = front_matter(clean(path.read_text(encoding="utf-8")), f"{folder.name}/{path.name}")
            found[str(fields.get("id") or path.stem)] = path
    return found


def _path(release: Release, folder: Path) -> Path:
    words = [f"{release.published_at:%Y-%m-%d}", release.repo.rpartition("/")[2], release.tag]
    name = "-".join(slug for word in words if (slug := re.sub(r"[^\w.]+", "-", word, flags=re.ASCII).strip("-.")))
    path = folder / f"{name[:120]}.md"
    # Two owners may have a repository of the same name, and `a/1` and `a-1` are different tags.
    return path if not path.exists() else folder / f"{name[:110]}-{fingerprint(release.id)[:6]}.md"


def _write(path: Path, text: str) -> None:
    path.write_text(text, encoding="utf-8", newline="\n")
