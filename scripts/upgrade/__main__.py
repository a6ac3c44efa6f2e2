"""Bring the next version of Helpfront into this repository: `python -m scripts.upgrade [vX.Y]`, without one the newest.

Everything of upstream's is replaced, nothing of yours is touched but settings that moved, and the result is a commit on
a branch, upgrade-vX.Y. What was changed here of upstream's files is shown, and stops it: --keep writes it into a patch
to apply again, --discard drops it.
"""

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path

from scripts.lib.git import GitError, git
from scripts.upgrade import Plan, Refused, check_clean, finish, patch, plan, read, remember, replace, versions


def main(argv: Sequence[str] | None = None) -> int:
    given = _parser().parse_args(argv)
    folder = Path.cwd()
    try:
        check_clean(folder)
        upstream = read(folder)
        repository = given.repository or upstream.repository
        found = plan(folder, upstream, given.version, repository)
        if found is None:
            print("Nothing to do: this is the version you have, and there is none that is newer.")
            if given.repository:
                remember(folder, upstream, repository)
            return 0
        changes = patch(folder, found)
        if changes and not given.discard and not given.keep:
            print(changes)
            raise Refused(_stopped(found))
        notes = _upgrade(folder, found, repository, changes if given.keep else "")
    except (Refused, GitError, versions.Unknown) as error:
        print(error, file=sys.stderr)
        return 1
    print(notes)
    if given.notes:
        given.notes.write_text(notes, "utf-8")
    return 0


def _upgrade(folder: Path, found: Plan, repository: str, kept: str) -> str:
    """Do it and commit it; the notes for the pull request."""
    # Before anything is replaced: the modules of this program are among what is.
    old = ".".join(map(str, versions.of(git(folder, "show", f"{found.before}:pyproject.toml"))))
    branch = replace(folder, found, repository)
    moved = finish(folder, old)
    lines = [
        f"From v{old} to {found.version}, on the branch {branch}. CHANGELOG.md says what is new.",
        "",
        moved.strip(),
    ]
    if kept:
        file = Path("custom", f"patches/before-{found.version}.patch")
        (folder / file).parent.mkdir(parents=True, exist_ok=True)
        (folder / file).write_text(kept, "utf-8", errors="surrogateescape")
        lines += [
            "",
            f"What was changed here of upstream's files is in {file}. To apply it again: git apply --3way {file}",
        ]
    lines += ["", "Look at it with `make check-content` and `make serve`, then merge the branch."]
    git(folder, "add", "--all")
    git(folder, "commit", "--quiet", "--message", f"Upgrade Helpfront to {found.version}", "--message", moved)
    return "\n".join(lines)


def _stopped(found: Plan) -> str:
    names = "\n".join(f"  {path}" for path in found.changed)
    return (
        f"Stopped: {found.version} would overwrite what was changed here of upstream's files (the patch is above):\n"
        f"{names}\n"
        "Say --keep to have it as a patch in custom/patches/, or --discard to drop it. What your portal alone needs"
        " goes into custom/; what others need as well, into a pull request upstream."
    )


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m scripts.upgrade", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("version", nargs="?", help="a version such as v0.2.0; without it the newest")
    parser.add_argument("--from", dest="repository", help="another repository of Helpfront: a URL or a folder")
    parser.add_argument("--notes", type=Path, help="a file for what it says at the end")
    what = parser.add_mutually_exclusive_group()
    what.add_argument("--keep", action="store_true", help="write what was changed here into custom/patches/")
    what.add_argument("--discard", action="store_true", help="drop what was changed here")
    return parser


if __name__ == "__main__":
    sys.exit(main())
