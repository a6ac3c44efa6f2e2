"""Compares what another builder makes of a portal with what MkDocs makes of it, file by file."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class Comparison:
    """Files of MkDocs's build that are the same, differ, or are missing in the other, and those that only it has."""

    same: tuple[str, ...]
    different: tuple[str, ...]
    missing: tuple[str, ...]
    added: tuple[str, ...]

    @property
    def equal(self) -> bool:
        return bool(self.same) and not (self.different or self.missing or self.added)

    def pages(self, names: tuple[str, ...]) -> int:
        """How many of these files are pages."""
        return sum(name.endswith(".html") for name in names)


def files(folder: Path) -> dict[str, bytes]:
    """Every file below a folder, by its path."""
    return {file.relative_to(folder).as_posix(): file.read_bytes() for file in folder.rglob("*") if file.is_file()}


def compare(ours: Mapping[str, bytes], theirs: Mapping[str, bytes]) -> Comparison:
    return Comparison(
        same=tuple(sorted(name for name in ours if theirs.get(name) == ours[name])),
        different=tuple(sorted(name for name in ours if name in theirs and theirs[name] != ours[name])),
        missing=tuple(sorted(set(ours) - set(theirs))),
        added=tuple(sorted(set(theirs) - set(ours))),
    )
