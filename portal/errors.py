"""Mistakes in content files, with file and line."""

import difflib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager


class ContentError(ValueError):
    """A mistake in a content file; `str()` names the file and, where known, the line (1-based)."""

    def __init__(self, file: str, line: int | None, message: str) -> None:
        self.file = file
        self.line = line
        self.message = message
        super().__init__(f"{file}:{line}: {message}" if line else f"{file}: {message}")

    @property
    def all(self) -> "tuple[ContentError, ...]":
        """This mistake, or each of several."""
        return (self,)


class ContentErrors(ContentError):
    """Several mistakes: `str()` has a line for each, and file, line and message are those of the first."""

    def __init__(self, found: Sequence[ContentError]) -> None:
        super().__init__(found[0].file, found[0].line, found[0].message)
        self._found = tuple(one for error in found for one in error.all)

    def __str__(self) -> str:
        return "\n".join(str(one) for one in self.all)

    @property
    def all(self) -> tuple[ContentError, ...]:
        """Each of them."""
        return self._found


class Mistakes:
    """Collects the mistakes of several files or fields, to be raised together."""

    def __init__(self) -> None:
        self.found: list[ContentError] = []

    @contextmanager
    def kept(self) -> Iterator[None]:
        """Keep what is raised inside as a ContentError, and go on below."""
        try:
            yield
        except ContentError as error:
            self.found += error.all

    def add(self, file: str, line: int | None, message: str) -> None:
        """Keep one more."""
        self.found.append(ContentError(file, line, message))

    def stop(self) -> None:
        """Raise what was kept, if anything was."""
        if len(self.found) == 1:
            raise self.found[0]
        if self.found:
            raise ContentErrors(self.found)


def absent(id: str, known: Iterable[str], hidden: Mapping[str, str]) -> str:
    """Why an article cannot be named in a list; `hidden` has those that no list may have, each with what it is."""
    if id in hidden:
        return f"'{id}' is {hidden[id]}, and no list may have it."
    return f"there is no article '{id}'.{suggestion(id, known)}"


def suggestion(word: str, known: Iterable[str]) -> str:
    """` Did you mean ...?` for a misspelt word, or ""."""
    close = difflib.get_close_matches(word, list(known), n=1, cutoff=0.6)
    return f" Did you mean '{close[0]}'?" if close else ""
