"""Mistakes in content files, with file and line."""


class ContentError(ValueError):
    """A mistake in a content file; `str()` names the file and, where known, the line (1-based)."""

    def __init__(self, file: str, line: int | None, message: str) -> None:
        self.file = file
        self.line = line
        self.message = message
        super().__init__(f"{file}:{line}: {message}" if line else f"{file}: {message}")
