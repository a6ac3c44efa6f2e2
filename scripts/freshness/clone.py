"""A product's or the articles' Git repository on this computer, read with `git`."""

import subprocess
import tarfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import IO

from portal.freshness import catalogues, diffs
from portal.freshness.check import Commit
from portal.freshness.diffs import Change
from portal.freshness.facts import Renamed
from portal.freshness.history import Past, Together
from portal.freshness.product import is_product
from portal.freshness.tree import LARGEST
from scripts.freshness.errors import FreshnessError

# One line before each commit: its id, the time, the subject.
HEADER = "--format=%x00%H%x00%ct%x00%s"
# What begins a file in a diff; its lines begin with a sign or a blank.
FILE = "\ndiff --git "
# Git's output is read in pieces of so many bytes.
READ = 1 << 20
# So many commits before a range say what changes together.
MOST_PAST = 3000
NOTHING = Together()


@dataclass(frozen=True)
class Raw:
    """A commit as Git lists it: the diff holds the product's files and catalogues only."""

    sha: str
    at: datetime
    change: Change


@dataclass(frozen=True)
class Clone:
    """A repository in a folder."""

    folder: Path

    def revision(self, name: str) -> str:
        """The commit that a name stands for; raises FreshnessError."""
        # A name that begins with a dash would be an option to Git.
        run = None if name.startswith("-") else self._run("rev-parse", "--verify", "--quiet", f"{name}^{{commit}}")
        if run is None or run.returncode:
            raise FreshnessError(f"{self.folder} has no commit or tag {name!r}. Fetch its tags: git fetch --tags.")
        return run.stdout.strip()

    def back(self, count: int) -> str:
        """The commit that so many commits follow, or the first of all."""
        # HEAD~N follows first parents alone, and merges bring many commits at once.
        return self._run("rev-list", "--no-merges", f"--max-count={count + 1}", "HEAD").stdout.split()[-1]

    def commits(self, first: str, last: str, together: Together = NOTHING, language: str = "en") -> list[Commit]:
        """The commits after `first` up to `last` that touch the product."""
        found = []
        for raw in self._changes(f"{self.revision(first)}..{self.revision(last)}"):
            names = [path for path in raw.change.paths if catalogues.is_catalogue(path)]
            read = [path for path in names if catalogues.is_read(path, language)]
            renamed = [one for path in read for one in self._renamed(raw.sha, path)]
            change = _without(raw.change, names)
            if change.paths or renamed:
                found.append(Commit(change, tuple(renamed), together.of(change.paths), raw.sha))
        return found

    def texts(self, revision: str) -> Iterator[str]:
        """The text of every file of the product at a revision."""
        # A stream cannot be rewound, so the archive is read file by file.
        with (
            self._output("archive", "--format=tar", self.revision(revision)) as output,
            tarfile.open(fileobj=output, mode="r|") as archive,
        ):
            for member in archive:
                if member.isfile() and member.size <= LARGEST and is_product(member.name):
                    file = archive.extractfile(member)
                    content = file.read() if file else b""
                    if b"\0" not in content[:8000]:
                        yield content.decode("utf-8", "replace")

    def past(self, revision: str = "HEAD", folder: str = ".", most: int = MOST_PAST) -> list[Past]:
        """The commits up to a revision, with the files below a folder that each touched."""
        options = ["--no-merges", "--no-renames", f"--max-count={most}", HEADER, "--name-only", "--relative"]
        listing = self._run("log", *options, self.revision(revision), "--", folder)
        found = []
        for block in listing.stdout.split("\n\0") if listing.stdout else []:
            head, _, names = block.partition("\n")
            sha, time, _ = head.removeprefix("\0").split("\0", 2)
            files = tuple(name for name in names.split("\n") if name)
            found.append(Past(sha, datetime.fromtimestamp(int(time), UTC), files))
        return found

    def product_past(self, revision: str) -> list[Past]:
        """The same for the product's files alone."""
        found = ((past, tuple(filter(is_product, past.files))) for past in self.past(revision))
        return [replace(past, files=files) for past, files in found if files]

    def _renamed(self, sha: str, path: str) -> list[Renamed]:
        """The labels of a catalogue that a commit changed; none when it is broken on one side."""
        before, after = self._text(f"{sha}^", path), self._text(sha, path)
        try:
            return catalogues.renamed(path, catalogues.read(path, before), catalogues.read(path, after), before)
        except catalogues.CatalogueError:
            return []

    def _text(self, revision: str, path: str) -> str:
        """A file's text, "" where it is not there."""
        shown = self._run("show", f"{revision}:{path}")
        return "" if shown.returncode else shown.stdout

    def _changes(self, between: str) -> Iterator[Raw]:
        options = ["-p", "-U1", "-M", "--no-merges", "--no-color", "--no-ext-diff", "--no-textconv", HEADER]
        with self._output("log", *options, between) as output:
            for block in _blocks(output):
                yield _raw(block.decode("utf-8", "replace"))

    def _run(self, *arguments: str) -> "subprocess.CompletedProcess[str]":
        return subprocess.run(self._command(arguments), capture_output=True, encoding="utf-8", errors="replace")

    @contextmanager
    def _output(self, *arguments: str) -> "Iterator[subprocess._ReadableBytes]":  # type: ignore[name-defined]
        """The output of a command while it runs; raises FreshnessError when it fails."""
        with subprocess.Popen(self._command(arguments), stdout=subprocess.PIPE, stderr=subprocess.PIPE) as process:
            assert process.stdout is not None
            assert process.stderr is not None
            yield process.stdout
            said = process.stderr.read().decode("utf-8", "replace").strip()
        if process.returncode:
            raise FreshnessError(f"git {arguments[0]} failed in {self.folder}: {said}")

    def _command(self, arguments: Sequence[str]) -> list[str]:
        # Names beyond ASCII as they are, and no setting of the reader's own that changes the diff.
        settings = ["core.quotePath=off", "diff.noprefix=false", "diff.mnemonicPrefix=false", "log.showSignature=false"]
        return ["git", "-C", str(self.folder), *(part for one in settings for part in ("-c", one)), *arguments]


def open_clone(folder: Path) -> Clone:
    """The repository in a folder; raises FreshnessError."""
    clone = Clone(folder)
    try:
        if clone._run("rev-parse", "--git-dir").returncode:
            raise FreshnessError(f"{folder} is no Git repository. Give --clone the folder of a clone of your product.")
    except FileNotFoundError as error:
        raise FreshnessError("git is not installed.") from error
    return clone


def _blocks(output: IO[bytes]) -> Iterator[bytes]:
    """The output of `git log`, commit by commit: a line of a diff never begins with the header's first byte."""
    rest = b""
    while more := output.read(READ):
        *whole, rest = (rest + more).split(b"\n\0")
        yield from whole
    if rest:
        yield rest


def _raw(block: str) -> Raw:
    """A commit from its header and its diff."""
    head, _, diff = block.removeprefix("\0").partition("\n")
    sha, time, subject = head.split("\0", 2)
    _, *files = f"\n{diff}".split(FILE)
    kept = "".join(f"{FILE}{file}" for file in files if _is_read(file))
    return Raw(sha, datetime.fromtimestamp(int(time), UTC), diffs.parse(kept, subject))


def _is_read(file: str) -> bool:
    """Whether a file of the diff is one of the product or a catalogue."""
    head, _, _ = file.partition("\n")
    names = [name for name in diffs.names(f"diff --git {head}") if name]
    return any(is_product(name) or catalogues.is_catalogue(name) for name in names) or not names


def _without(change: Change, names: Sequence[str]) -> Change:
    """The change without its catalogues, whose labels are read whole."""
    files = tuple(file for file in change.files if file.path not in names and is_product(file.path))
    paths = tuple(path for path in change.paths if path not in names and is_product(path))
    return Change(files, change.subject, paths)
