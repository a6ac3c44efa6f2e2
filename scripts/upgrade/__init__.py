"""The next version of Helpfront in an adopter's repository: upstream's files are replaced, and yours are kept."""

import subprocess
import sys
import tomllib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from scripts.lib import ownership
from scripts.lib.git import GitError, git
from scripts.lib.upstream import RECORD, record
from scripts.upgrade import versions

# Upstream's tags are kept apart from your own.
OWNERSHIP = "scripts/lib/ownership.py"
TAGS, HEAD = "refs/upstream/tags", "refs/upstream/head"


class Refused(Exception):
    """The upgrade did not happen; `str()` says why and what to do."""


@dataclass(frozen=True)
class Upstream:
    """Where Helpfront comes from, and the commit that this repository has of it."""

    repository: str
    commit: str


@dataclass(frozen=True)
class Plan:
    """From which commit to which; the files that go and those that come; and what was changed here of any of them."""

    before: str
    after: str
    version: str
    gone: tuple[str, ...]
    new: tuple[str, ...]
    changed: tuple[str, ...]


def read(folder: Path) -> Upstream:
    """What .upstream.toml says; raises Refused."""
    file = folder / RECORD
    if not file.is_file():
        raise Refused(f"{RECORD} is not here. Run this in a repository that `python3 -m scripts.new_portal` made.")
    try:
        found = tomllib.loads(file.read_text("utf-8"))
        return Upstream(found["repository"], found["commit"])
    except (tomllib.TOMLDecodeError, KeyError) as error:
        raise Refused(f"{RECORD} needs two lines, repository = ... and commit = ...: {error}.") from error


def check_clean(folder: Path) -> None:
    """Raise Refused when something is not committed: an upgrade must be a commit that can be taken back."""
    dirty = git(folder, "status", "--porcelain").splitlines()
    if dirty:
        some = "\n".join(dirty[:10])
        raise Refused(f"Commit or stash what you changed first; {_files(len(dirty))} not committed:\n{some}")


def _files(count: int) -> str:
    return "1 file is" if count == 1 else f"{count} files are"


def plan(folder: Path, upstream: Upstream, version: str | None, repository: str) -> Plan | None:
    """Fetch upstream's tags, and find what would happen; None when there is nothing newer. Raises Refused."""
    try:
        git(
            folder,
            "fetch",
            "--quiet",
            "--no-tags",
            "--prune",
            "--",
            repository,
            f"+refs/tags/v*:{TAGS}/v*",
            f"+HEAD:{HEAD}",
        )
        git(folder, "cat-file", "-e", f"{upstream.commit}^{{commit}}")
    except GitError as error:
        raise Refused(
            f"{repository} cannot be read, or does not have commit {upstream.commit[:12]}, from which this portal is."
            f" Name another with --from. Git says: {error}"
        ) from error
    tags = git(folder, "for-each-ref", "--format=%(refname:lstrip=3)", TAGS).split()
    here = versions.of(git(folder, "show", f"{upstream.commit}:pyproject.toml"))
    chosen = versions.choose(tags, version, here)
    if chosen is None:
        return None
    after = git(folder, "rev-parse", f"{TAGS}/{chosen}^{{commit}}").strip()
    return _compared(folder, upstream.commit, after, chosen)


def _compared(folder: Path, before: str, after: str, version: str) -> Plan:
    base, here, next_ = (_tree(folder, commit) for commit in (before, "HEAD", after))
    was = set(ownership.upstream({*base, *here}))
    # What is upstream's in the new version, its own table says.
    program = git(folder, "show", f"{after}:{OWNERSHIP}")
    is_ = set(_owned(program, {*here, *next_}))
    changed = {path for path in was if base.get(path) != here.get(path)}
    # Yours so far, where upstream has a file now.
    changed |= {path for path in is_ - was if path in here and path in next_ and here[path] != next_[path]}
    gone = [path for path in here if path in was & is_ and path not in next_]
    return Plan(before, after, version, tuple(gone), tuple(sorted(is_ & {*next_})), tuple(sorted(changed)))


def _owned(program: str, paths: Iterable[str]) -> list[str]:
    given = "".join(f"{path}\0" for path in paths)
    command = [sys.executable, "-I", "-X", "utf8", "-c", program]
    done = subprocess.run(command, input=given, capture_output=True, encoding="utf-8", errors="surrogateescape")
    if done.returncode:
        raise Refused(f"The new version cannot say which files are upstream's:\n{done.stderr}")
    return done.stdout.split("\0")[:-1]


def _tree(folder: Path, commit: str) -> Mapping[str, str]:
    """The files of a commit, each with its mode and its content's id."""
    lines = git(folder, "ls-tree", "-r", "-z", commit).split("\0")[:-1]
    return {name: facts for facts, _, name in (line.partition("\t") for line in lines)}


def patch(folder: Path, found: Plan) -> str:
    """What was changed here of upstream's files, as `git apply --3way` takes it."""
    spec = [f":(top,literal){path}" for path in found.changed]
    return git(folder, "diff", "--binary", "--full-index", found.before, "HEAD", "--", *spec) if spec else ""


def replace(folder: Path, found: Plan, repository: str) -> str:
    """Put the new version's files into the index and the folder, on a branch of its own, and return its name. Raises
    Refused."""
    branch = f"upgrade-{found.version}"
    if git(folder, "for-each-ref", f"refs/heads/{branch}") and git(folder, "rev-list", f"HEAD..{branch}"):
        raise Refused(
            f"The branch {branch} is there already, with commits that are not here. Merge it, or delete it:"
            f" git branch --delete --force {branch}"
        )
    git(folder, "switch", "--quiet", "--force-create", branch)
    _each(folder, found.gone, "rm", "--quiet", "--force")
    _each(folder, found.new, "checkout", "--quiet", found.after)
    (folder / RECORD).write_text(record(repository, found.after), "utf-8")
    return branch


def remember(folder: Path, upstream: Upstream, repository: str) -> None:
    """Commit that Helpfront comes from `repository` from now on, so that the next upgrade looks there by itself."""
    (folder / RECORD).write_text(record(repository, upstream.commit), "utf-8")
    if git(folder, "status", "--porcelain", "--", RECORD):
        subject = "Look for new versions of Helpfront elsewhere"
        git(folder, "commit", "--quiet", "--message", subject, "--", RECORD)


def _each(folder: Path, paths: Sequence[str], *command: str) -> None:
    if paths:
        git(
            folder,
            "--literal-pathspecs",
            *command,
            "--pathspec-from-file=-",
            "--pathspec-file-nul",
            given="\0".join(paths),
        )


def finish(folder: Path, before: str) -> str:
    """Move your settings to where the new version has them, with the new version's own program; the notes on it."""
    command = [sys.executable, "-m", "scripts.upgrade.settings", "--since", before]
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True)
    if done.returncode:
        raise Refused(f"The new version could not move your settings:\n{done.stderr}")
    return done.stdout
