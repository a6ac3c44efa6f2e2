"""Write changelog/*.md from a product's releases: `python -m scripts.changelog sync --from FILE | --repo OWNER/NAME`.

Running it twice changes nothing the second time. A file that a writer edited is kept; no file is ever removed.
"""

import argparse
import json
import os
import re
import sys
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

import requests
from github import Auth, Github
from github.GithubException import (
    BadCredentialsException,
    GithubException,
    RateLimitExceededException,
    UnknownObjectException,
)

from portal.changelog import front_matter
from portal.changelog.releases import Release, ReleaseError, draft, fingerprint, read, untouched
from portal.errors import ContentError
from portal.models import counted
from portal.sanitise import clean

TIMEOUT_SECONDS = 20


class SyncError(Exception):
    """A sentence for the person at the terminal: what went wrong and what to do."""


@dataclass
class Report:
    """What a sync did, as file names and release ids."""

    written: list[str] = field(default_factory=list)
    updated: list[str] = field(default_factory=list)
    unchanged: list[str] = field(default_factory=list)
    kept: list[str] = field(default_factory=list)
    outdated: list[str] = field(default_factory=list)
    empty: list[str] = field(default_factory=list)
    gone: list[str] = field(default_factory=list)
    renamed: dict[str, str] = field(default_factory=dict)
    unpublished: int = 0
    left_out: dict[str, tuple[tuple[str, str], ...]] = field(default_factory=dict)
    unsure: dict[str, tuple[tuple[str, str], ...]] = field(default_factory=dict)


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command; returns 0, or 2 after printing what is wrong."""
    options = _parser().parse_args(arguments)
    try:
        releases = from_file(options.file) if options.file else from_github(options.repo, options.base_url)
        report = sync(releases, options.folder, options.product)
    except (SyncError, ContentError) as error:
        print(error, file=sys.stderr)
        return 2
    print("\n".join(describe(report, len(releases), options.show_left_out)))
    return 0


def sync(releases: Iterable[Release], folder: Path, product: str = "") -> Report:
    """Write or update one file per public release in `folder`. Raises ContentError for a file that cannot be read."""
    report = Report()
    folder.mkdir(parents=True, exist_ok=True)
    existing = _existing(folder)
    seen: set[str] = set()
    repos: set[str] = set()
    for release in sorted(releases, key=lambda r: (str(r.published_at), r.id)):
        repos.add(release.repo)
        release = _as_known(release, existing, report)
        repos.add(release.repo)
        if not release.public:
            report.unpublished += 1
        elif release.id not in seen:
            seen.add(release.id)
            _sync_one(release, product, folder, existing, report)
    report.gone = sorted(
        path.name for id, path in existing.items() if id not in seen and "@" in id and id.partition("@")[0] in repos
    )
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


def from_file(path: Path) -> list[Release]:
    """Read a saved list of releases. Raises SyncError."""
    try:
        return read(json.loads(path.read_text(encoding="utf-8")))
    except OSError as error:
        raise SyncError(f"{path} cannot be read: {error.strerror}.") from error
    except (UnicodeDecodeError, json.JSONDecodeError, RecursionError) as error:
        raise SyncError(f"{path} is not JSON: {error}. Save the answer of GET /repos/OWNER/NAME/releases.") from error
    except ReleaseError as error:
        raise SyncError(f"{path} {error}.") from error


def from_github(repo: str, base_url: str) -> list[Release]:
    """Ask GitHub (or an Enterprise server) for every release. Raises SyncError."""
    if not re.fullmatch(r"[\w.-]+/[\w.-]+", repo):
        raise SyncError(f"--repo {repo!r} is not OWNER/NAME.")
    token = os.environ.get("GITHUB_TOKEN", "")
    auth = Auth.Token(token) if token else None
    # No retries: the library would sleep until the rate limit resets, up to an hour of CI.
    github = Github(base_url=base_url, auth=auth, timeout=TIMEOUT_SECONDS, retry=None, per_page=100, lazy=True)
    try:
        return [
            Release(
                tag=found.tag_name,
                name=clean(found.name or ""),
                body=clean(found.body or ""),
                url=found.html_url,
                repo=repo,
                draft=found.draft,
                prerelease=found.prerelease,
                published_at=found.published_at,
            )
            for found in github.get_repo(repo).get_releases()
        ]
    except BadCredentialsException as error:
        raise SyncError("GitHub does not accept GITHUB_TOKEN: it is wrong or has expired. Set a new one.") from error
    except RateLimitExceededException as error:
        hint = "Wait for it to reset" + ("." if token else ", or set GITHUB_TOKEN for a higher one.")
        raise SyncError(f"GitHub's request limit is used up. {hint}") from error
    except UnknownObjectException as error:
        raise SyncError(
            f"GitHub has no repository {repo!r} that this token may read. "
            "Check its spelling, and that GITHUB_TOKEN may read its contents."
        ) from error
    except GithubException as error:
        raise SyncError(f"GitHub answered {error.status}: {error.message or 'no reason given'}.") from error
    except requests.RequestException as error:
        raise SyncError(f"GitHub could not be reached at {base_url}: {type(error).__name__}.") from error
    finally:
        github.close()


def describe(report: Report, total: int, show_left_out: bool = False) -> list[str]:
    """The report as lines for a terminal."""
    left_out = sum(map(len, report.left_out.values()))
    lines = [f"{name}: written" for name in report.written]
    lines += [f"{name}: updated, the release was edited" for name in report.updated]
    lines += [f"{name}: kept as a writer left it" for name in report.kept]
    lines += [f"{name}: kept, but its release has changed since; compare them" for name in report.outdated]
    lines += [f"{name}: its release is no longer listed; delete the file to hide it"
              for name in report.gone]  # fmt: skip
    lines += [f"{name}: the repository was renamed ({names}); the file keeps the old name"
              for name, names in report.renamed.items()]  # fmt: skip
    lines += [f"{id}: no text for customers, so not published; add some if it needs it" for id in report.empty]
    if show_left_out:
        lines += [
            f"{id}: left out ({rule}): {block}" for id, found in report.left_out.items() for block, rule in found
        ]
    counts = [(len(report.written), "written"), (len(report.updated), "updated"), (len(report.unchanged), "unchanged"),
              (len(report.kept) + len(report.outdated), "kept"), (len(report.empty), "without text for customers"),
              (report.unpublished, "unpublished")]  # fmt: skip
    said = ", ".join(f"{count} {what}" for count, what in counts if count)
    lines.append(f"{counted(total, 'release')}: {said}.")
    if left_out:
        hint = "" if show_left_out else "; see --show-left-out"
        lines.append(f"{counted(left_out, 'line')} left out as internal{hint}.")
    if not report.written and not report.updated:
        lines.append("Nothing changed.")
    return lines


def _sync_one(release: Release, product: str, folder: Path, existing: dict[str, Path], report: Report) -> None:
    made = draft(release, product)
    if made.left_out:
        report.left_out[release.id] = made.left_out
    path = existing.get(release.id)
    if not made.text:
        report.empty.append(release.id)
    elif path is None:
        path = _path(release, folder)
        path.write_text(made.text, encoding="utf-8", newline="\n")
        report.written.append(path.name)
    elif (text := clean(path.read_text(encoding="utf-8"))) == made.text:
        report.unchanged.append(path.name)
    elif untouched(text):
        path.write_text(made.text, encoding="utf-8", newline="\n")
        report.updated.append(path.name)
    elif f'\nsource: "{release.source}"\n' in text:
        report.kept.append(path.name)  # a writer edited it; the file wins over the release
    else:
        report.outdated.append(path.name)


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


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m scripts.changelog", description="Keep the changelog.")
    command = parser.add_subparsers(required=True).add_parser("sync", help="write changelog/*.md from releases")
    source = command.add_mutually_exclusive_group(required=True)
    source.add_argument("--from", dest="file", type=Path, metavar="FILE", help="releases as GitHub's REST lists them")
    source.add_argument("--repo", metavar="OWNER/NAME", help="ask GitHub, with GITHUB_TOKEN if it is set")
    command.add_argument(
        "--base-url", default="https://api.github.com", help="of GitHub Enterprise: https://HOST/api/v3"
    )
    command.add_argument("--product", default="", help="the product's name in titles (default: the repository's)")
    command.add_argument("--folder", type=Path, default=Path("changelog"))
    command.add_argument("--show-left-out", action="store_true", help="print every line that was left out")
    return parser


if __name__ == "__main__":
    sys.exit(main())
