"""A product's change: the files, hunks and lines of a unified diff, as Git and GitHub write it."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from functools import cached_property
from typing import NamedTuple

HUNK = re.compile(r"@@ -(\d+)(?:,(\d+))? \+(\d+)(?:,(\d+))? @@ ?(.*)")
# A name in `diff --git` and `---` may be quoted, with octal bytes, when it has characters beyond ASCII.
OCTAL = re.compile(rb"\\([0-7]{3})")
NOTHING = "/dev/null"


class Line(NamedTuple):
    """A line that a change took away or added, with its number in the old or the new file."""

    file: str
    number: int
    text: str


@dataclass(frozen=True)
class Hunk:
    """Lines that changed together; `within` is the function or section that Git names."""

    within: str
    removed: tuple[Line, ...]
    added: tuple[Line, ...]


@dataclass(frozen=True)
class FileChange:
    """One file before and after; `old` or `new` is "" for a file that was added or removed."""

    old: str
    new: str
    hunks: tuple[Hunk, ...] = ()

    @property
    def path(self) -> str:
        """The file's name after the change, or its last one."""
        return self.new or self.old


@dataclass(frozen=True)
class Change:
    """What happened to a product: its files, and the subjects of the commits."""

    files: tuple[FileChange, ...]
    subject: str = ""
    paths: tuple[str, ...] = field(default=())

    @cached_property
    def lower(self) -> str:
        """All lines that were taken away or added, in lower case."""
        lines = (line.text for _, hunk in self.hunks for line in (*hunk.removed, *hunk.added))
        return "\n".join(lines).lower()

    @property
    def hunks(self) -> Iterator[tuple[FileChange, Hunk]]:
        """Each hunk with its file."""
        return ((file, hunk) for file in self.files for hunk in file.hunks)


def parse(text: str, subject: str = "", paths: Iterable[str] = ()) -> Change:
    """The change in a unified diff; what is no diff is left out. `paths` names files whose lines were left out."""
    files = tuple(_files(text.split("\n")))
    named = dict.fromkeys([*(name for file in files for name in (file.old, file.new) if name), *paths])
    return Change(files, subject, tuple(named))


def of_patch(old: str, new: str, patch: str) -> FileChange:
    """One file's change from its hunks alone, as GitHub's API gives them; a name is "" where the file is not there."""
    reading = _Reading(old, new)
    for line in patch.split("\n"):
        reading.take(line)
    return reading.done()


@dataclass
class _Reading:
    """The file that is being read."""

    old: str = ""
    new: str = ""
    hunks: list[Hunk] = field(default_factory=list)
    within: str = ""
    removed: list[Line] = field(default_factory=list)
    added: list[Line] = field(default_factory=list)
    # The number of the next line before and after the change, and how many lines of each the hunk still has.
    before: int = 0
    after: int = 0
    left: int = 0
    right: int = 0

    @property
    def inside(self) -> bool:
        """Whether the hunk still has lines to come."""
        return self.left > 0 or self.right > 0

    def take(self, line: str) -> bool:
        """Read a line of a hunk or its first; False when it is neither."""
        if self.left > 0 or self.right > 0:
            self.take_inside(line)
            return True
        match = HUNK.match(line) if line.startswith("@@") else None
        if match:
            self.begin_hunk(match)
        return match is not None

    def take_inside(self, line: str) -> None:
        sign = line[:1]
        if sign == "-":
            self.removed.append(Line(self.old or self.new, self.before, line[1:]))
            self.before, self.left = self.before + 1, self.left - 1
        elif sign == "+":
            self.added.append(Line(self.new or self.old, self.after, line[1:]))
            self.after, self.right = self.after + 1, self.right - 1
        elif sign != "\\":
            # Lines between two changes of a hunk part it: what stands far apart was not changed together.
            self.end_hunk()
            self.before, self.left = self.before + 1, self.left - 1
            self.after, self.right = self.after + 1, self.right - 1

    def begin_hunk(self, match: re.Match[str]) -> None:
        self.end_hunk()
        self.before, self.after, self.within = int(match[1]), int(match[3]), match[5]
        self.left, self.right = int(match[2] or 1), int(match[4] or 1)

    def end_hunk(self) -> None:
        if self.removed or self.added:
            self.hunks.append(Hunk(self.within, tuple(self.removed), tuple(self.added)))
        self.removed, self.added = [], []

    def done(self) -> FileChange:
        self.end_hunk()
        return FileChange(self.old, self.new, tuple(self.hunks))


def _files(lines: Iterable[str]) -> Iterator[FileChange]:
    reading: _Reading | None = None
    for line in lines:
        inside = reading is not None and reading.inside
        # A diff that Git did not write has no `diff --git`: there, the names begin a file.
        if line.startswith("diff --git ") or (line.startswith("--- ") and not inside and _is_over(reading)):
            if reading is not None:
                yield reading.done()
            reading = _Reading(*names(line))
        if reading is not None and not reading.take(line):
            _header(reading, line)
    if reading is not None:
        yield reading.done()


def _is_over(reading: _Reading | None) -> bool:
    return reading is None or bool(reading.hunks or reading.removed or reading.added)


def _header(reading: _Reading, line: str) -> None:
    if line.startswith(("--- ", "rename from ")):
        reading.old = _name(line.removeprefix("rename from ").removeprefix("--- "))
    elif line.startswith(("+++ ", "rename to ")):
        reading.new = _name(line.removeprefix("rename to ").removeprefix("+++ "))
    elif line.startswith("deleted file"):
        reading.new = ""
    elif line.startswith("new file"):
        reading.old = ""


def names(line: str) -> tuple[str, str]:
    """The names in `diff --git a/old b/new`, which alone say what a change of mode or a binary file is about."""
    if not line.startswith("diff --git "):
        return "", ""
    names = line.removeprefix("diff --git ")
    half = len(names) // 2
    if names[:half].removeprefix("a/") == names[half + 1 :].removeprefix("b/"):
        return _name(names[:half]), _name(names[half + 1 :])
    return "", ""


def _name(text: str) -> str:
    name = text.split("\t")[0].strip()
    if name.startswith('"') and name.endswith('"'):
        raw = OCTAL.sub(lambda match: bytes([int(match[1], 8) & 255]), name[1:-1].encode())
        name = raw.decode("utf-8", "replace").replace('\\"', '"').replace("\\\\", "\\")
    return "" if name == NOTHING else re.sub(r"^[abciwo]/", "", name)
