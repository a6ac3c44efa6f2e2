"""Where releases come from: a saved list, GitHub (also Enterprise), or a CHANGELOG.md in a repository."""

import base64
import json
import os
import re
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import requests
from github import Auth, Github
from github.GithubException import (
    BadCredentialsException,
    GithubException,
    RateLimitExceededException,
    UnknownObjectException,
)

from portal.changelog import versions
from portal.changelog.config import Source
from portal.changelog.releases import Release, ReleaseError, read

TIMEOUT_SECONDS = 20
PAGE = 100
# Labels cost one request for each pull request; more than this is a first sync, whose old lines need none.
MOST_LABELS = 200
NEXT = re.compile(r"[?&]page=(\d+)[^<>]*>;[ \t]*rel=\"next\"")


class SyncError(Exception):
    """A sentence for the person at the terminal: what went wrong and what to do."""


class Unreachable(SyncError):
    """GitHub did not answer, or answered that it cannot now."""


@dataclass(frozen=True)
class Listed:
    """The releases of one repository, None when nothing changed since `etag` was given; notes for the report."""

    releases: list[Release] | None
    etag: str = ""
    notes: tuple[str, ...] = ()


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


class GitHub:
    """Asks GitHub, or an Enterprise server at `base_url`, with GITHUB_TOKEN if it is set.

    The answers' JSON is read and not PyGithub's objects: an attribute that the server left out costs those a request
    for each release, and a 304 is to be told from an empty list.
    """

    def __init__(self, base_url: str) -> None:
        self.base_url = base_url
        self.token = os.environ.get("GITHUB_TOKEN", "")
        auth = Auth.Token(self.token) if self.token else None
        # No retries: the library would sleep until the rate limit resets, up to an hour of CI.
        self.api = Github(base_url=base_url, auth=auth, timeout=TIMEOUT_SECONDS, retry=None, lazy=True)

    def list(self, source: Source, etag: str = "") -> Listed:
        """The releases of a repository, or the versions of its CHANGELOG.md; one request for 100. Raises SyncError."""
        with self._said(source.repo):
            return self._file(source, etag) if source.changelog else self._releases(source.repo, etag)

    def labels(self, repo: str, numbers: Iterable[int]) -> dict[int, tuple[str, ...]]:
        """The labels of pull requests by their number; those of a number that GitHub does not know are missing."""
        found: dict[int, tuple[str, ...]] = {}
        with self._said(repo):
            for number in sorted(set(numbers), reverse=True)[:MOST_LABELS]:
                try:
                    _, data = self.api.requester.requestJsonAndCheck("GET", f"/repos/{repo}/issues/{number}")
                except UnknownObjectException:
                    continue  # `#12` may be a colour, or another tracker's
                found[number] = tuple(str(one.get("name", "")) for one in data.get("labels", ()))
        return found

    def close(self) -> None:
        self.api.close()

    def _releases(self, repo: str, etag: str) -> Listed:
        headers, data = self._get(f"/repos/{repo}/releases", 1, etag)
        if data is None:
            return Listed(None, etag)
        items, first = list(data), str(headers.get("etag", ""))
        while further := NEXT.search(str(headers.get("link", ""))):
            headers, data = self._get(f"/repos/{repo}/releases", int(further[1]), "")
            items += data
        try:
            return Listed([_of(release, repo) for release in read(items)], first)
        except ReleaseError as error:
            raise SyncError(f"GitHub's list of releases of {repo} {error}.") from error

    def _file(self, source: Source, etag: str) -> Listed:
        asked = {"If-None-Match": etag} if etag else {}
        where = f"/repos/{source.repo}/contents/{source.changelog}"
        headers, data = self.api.requester.requestJsonAndCheck("GET", where, headers=asked)
        if data is None:
            return Listed(None, etag)
        if not isinstance(data, dict) or data.get("encoding") != "base64":
            raise SyncError(f"{source.changelog} of {source.repo} is not a file that GitHub shows whole (1 MB).")
        text = base64.b64decode(data["content"]).decode("utf-8", "replace")
        found, undated = versions.read(text, source.repo, str(data.get("html_url") or ""))
        notes = (f"{source.repo}: without a date, so left out: {', '.join(undated)}",) if undated else ()
        return Listed(found, str(headers.get("etag", "")), notes)

    def _get(self, path: str, page: int, etag: str) -> tuple[dict[str, Any], Any]:
        """The headers and the decoded JSON; None for a 304, which PyGithub 2.10 reports as no data."""
        query = {"per_page": PAGE} | ({"page": page} if page > 1 else {})
        asked = {"If-None-Match": etag} if etag else {}
        return self.api.requester.requestJsonAndCheck("GET", path, parameters=query, headers=asked)

    @contextmanager
    def _said(self, repo: str) -> Iterator[None]:
        """Say each way that GitHub refuses in a sentence."""
        try:
            yield
        except BadCredentialsException as error:
            raise SyncError(
                "GitHub does not accept GITHUB_TOKEN: it is wrong or has expired. Set a new one."
            ) from error
        except RateLimitExceededException as error:
            hint = "Wait for it to reset" + ("." if self.token else ", or set GITHUB_TOKEN for a higher one.")
            raise Unreachable(f"GitHub's request limit is used up. {hint}") from error
        except UnknownObjectException as error:
            raise SyncError(
                f"GitHub has no repository {repo!r} that this token may read, or not that file in it. "
                "Check the spelling, and that GITHUB_TOKEN may read its contents."
            ) from error
        except GithubException as error:
            kind = Unreachable if error.status >= 500 else SyncError
            raise kind(f"GitHub answered {error.status}: {error.message or 'no reason given'}.") from error
        except requests.RequestException as error:
            raise Unreachable(f"GitHub could not be reached at {self.base_url}: {type(error).__name__}.") from error


def _of(release: Release, repo: str) -> Release:
    """The release under the name that was asked for: an address may be of a fork, or have other capitals."""
    return replace(release, repo=repo)
