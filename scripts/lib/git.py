"""Git, as the commands that make and upgrade a repository call it."""

import os
import subprocess
from collections.abc import Mapping
from pathlib import Path


class GitError(Exception):
    """A call of Git that failed; `str()` is what it said."""


def git(folder: Path, *arguments: str, given: str | None = None, environ: Mapping[str, str] | None = None) -> str:
    """What `git` prints when it runs in `folder`, with `given` as its input and `environ` beside this process's
    environment; raises GitError."""
    command = ["git", "-C", str(folder), *arguments]
    try:
        done = subprocess.run(
            command,
            input=given,
            env=os.environ | dict(environ or {}),
            capture_output=True,
            encoding="utf-8",
            errors="surrogateescape",
        )
    except FileNotFoundError as error:
        raise GitError("Git is not installed: install it first (apt-get install git).") from error
    if done.returncode:
        raise GitError(done.stderr.strip() or f"git {arguments[0]} ended with {done.returncode}.")
    return done.stdout
