"""GitHub: the changes of a release or pull request, and the issue in which people tick what they checked."""

import os
import re
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass

import requests
from github import Auth, Github
from github.File import File
from github.GithubException import (
    BadCredentialsException,
    GithubException,
    RateLimitExceededException,
    UnknownObjectException,
)
from github.Issue import Issue
from github.Repository import Repository

from portal.freshness import catalogues, diffs, issue
from portal.freshness.answers import Answer
from portal.freshness.check import Commit
from portal.freshness.diffs import Change, FileChange
from portal.freshness.facts import Renamed
from portal.freshness.product import of_product
from portal.freshness.release import Checked
from scripts.freshness.errors import FreshnessError

TIMEOUT_SECONDS = 20
LABEL = "freshness"
REPOSITORY = re.compile(r"[\w.-]+/[\w.-]+")
# GitHub lists no more commits of a range on its first pages; each is a request of its own.
MOST_COMMITS = 250


@dataclass(frozen=True)
class Hub:
    """One repository on GitHub or an Enterprise server."""

    repository: Repository

    def release(self, first: str, last: str, language: str = "en") -> list[Commit]:
        """The commits after `first` up to `last`, without merges."""
        compared = self.repository.compare(first, last)
        if compared.total_commits > MOST_COMMITS:
            raise FreshnessError(
                f"{first}..{last} has {compared.total_commits} commits, too many to ask GitHub for one by one. "
                "Clone the repository, and give its folder with --clone."
            )
        found = []
        for commit in compared.commits:
            parents = [parent.sha for parent in commit.parents]
            if len(parents) < 2:
                subject = commit.commit.message.partition("\n")[0]
                files = list(commit.files)
                found.append(self._commit(files, subject, parents[0] if parents else "", commit.sha, language))
        return [commit for commit in found if commit.change.paths or commit.renamed]

    def pull(self, number: int, language: str = "en") -> list[Commit]:
        """A pull request as one commit, with its title."""
        pull = self.repository.get_pull(number)
        commit = self._commit(list(pull.get_files()), pull.title, pull.base.sha, pull.head.sha, language)
        return [commit] if commit.change.paths or commit.renamed else []

    def answers(self) -> list[Answer]:
        """What people ticked in the issues of all releases."""
        return [answer for one in self._issues() for answer in issue.answers(one.body or "")]

    def publish(self, checked: Checked, views: Mapping[str, int]) -> str:
        """Open the release's issue, or bring it up to date; returns its address, "" when there is nothing to check."""
        mark = issue.mark(checked)
        known = next((one for one in self._issues() if mark in (one.body or "")), None)
        if known is None:
            if not checked.hits:
                return ""
            text = issue.body(checked, views=views)
            return str(self.repository.create_issue(issue.title(checked), text, labels=[LABEL]).html_url)
        text = issue.body(checked, known.body or "", views)
        if text.strip() != (known.body or "").replace("\r\n", "\n").strip():
            known.edit(body=text)
        return str(known.html_url)

    def _issues(self) -> Iterable[Issue]:
        return self.repository.get_issues(state="all", labels=[LABEL])

    def _commit(self, files: list[File], subject: str, before: str, after: str, language: str) -> Commit:
        changes = {file.filename: _change(file) for file in files}
        names = [path for path in changes if catalogues.is_catalogue(path)]
        read = [path for path in names if catalogues.is_read(path, language)]
        renamed = [one for path in read for one in self._renamed(changes[path], before, after)]
        kept = tuple(change for path, change in changes.items() if path not in names)
        paths = tuple(dict.fromkeys(path for change in kept for path in (change.old, change.new) if path))
        return Commit(of_product(Change(kept, subject, paths)), tuple(renamed), sha=after)

    def _renamed(self, change: FileChange, before: str, after: str) -> list[Renamed]:
        """The labels of a catalogue that a commit changed; none when it is broken on one side."""
        old, new = self._text(change.old, before), self._text(change.new, after)
        try:
            return catalogues.renamed(
                change.path, catalogues.read(change.path, old), catalogues.read(change.path, new), old
            )
        except catalogues.CatalogueError:
            return []

    def _text(self, path: str, revision: str) -> str:
        if not path or not revision:
            return ""
        found = self.repository.get_contents(path, ref=revision)
        return "" if isinstance(found, list) else found.decoded_content.decode("utf-8", "replace")


@contextmanager
def connected(name: str, base_url: str) -> Iterator[Hub]:
    """A repository of GitHub, with GITHUB_TOKEN if it is set; raises FreshnessError for what goes wrong inside."""
    if not REPOSITORY.fullmatch(name):
        raise FreshnessError(f"{name!r} is not OWNER/NAME.")
    token = os.environ.get("GITHUB_TOKEN", "")
    auth = Auth.Token(token) if token else None
    # No retries: the library would sleep until the rate limit resets, up to an hour of CI.
    github = Github(base_url=base_url, auth=auth, timeout=TIMEOUT_SECONDS, retry=None, per_page=100, lazy=True)
    try:
        yield Hub(github.get_repo(name))
    except BadCredentialsException as error:
        raise FreshnessError(
            "GitHub does not accept GITHUB_TOKEN: it is wrong or has expired. Set a new one."
        ) from error
    except RateLimitExceededException as error:
        hint = "Wait for it to reset" + ("." if token else ", or set GITHUB_TOKEN for a higher one.")
        raise FreshnessError(f"GitHub's request limit is used up. {hint}") from error
    except UnknownObjectException as error:
        raise FreshnessError(
            f"GitHub has no repository {name!r}, or in it no such tag or pull request, that this token may read. "
            "Check the spelling, and that GITHUB_TOKEN may read its contents and write its issues."
        ) from error
    except GithubException as error:
        raise FreshnessError(f"GitHub answered {error.status}: {error.message or 'no reason given'}.") from error
    except requests.RequestException as error:
        raise FreshnessError(f"GitHub could not be reached at {base_url}: {type(error).__name__}.") from error
    finally:
        github.close()


def _change(file: File) -> FileChange:
    old = "" if file.status == "added" else file.previous_filename or file.filename
    return diffs.of_patch(old, "" if file.status == "removed" else file.filename, file.patch or "")
