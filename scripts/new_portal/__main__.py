"""Make the repository of a portal of your own: `python3 -m scripts.new_portal DIR`, in a clone of Helpfront.

It asks five things, or takes them as flags, and needs no package beside Python and Git.
"""

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path

from scripts.lib.git import GitError
from scripts.new_portal import Refused, make, to_fill_in
from scripts.new_portal.answers import QUESTIONS, asked, read

ROOT = Path(__file__).resolve().parents[2]


def main(argv: Sequence[str] | None = None) -> int:
    given = _parser().parse_args(argv)
    flags = {name: getattr(given, name) for name in QUESTIONS if getattr(given, name) is not None}
    try:
        answers = read(
            _complete(flags),
            team_of=given.team,
            security=given.security,
            articles=given.examples or not given.empty,
            examples=given.examples,
        )
        commit = make(ROOT, given.folder, answers)
    except ExceptionGroup as group:
        print(*group.exceptions, sep="\n", file=sys.stderr)
        return 2
    except (Refused, GitError) as error:
        print(error, file=sys.stderr)
        return 1
    print(
        f"{answers.name} is in {given.folder}, from commit {commit[:12]} of Helpfront. Go on there:\n\n"
        f"  cd {given.folder}\n  make serve          # the portal on http://127.0.0.1:8000\n"
        "  make check-content  # what checks every change on GitHub\n\n"
        "README.md says which file to edit for what; .github/guides/adopt.md has the rest of the hour."
    )
    if answers.articles:
        print("\nTo be filled in by you, under `facts` in mkdocs.yml; until then, no article mentions it:\n")
        print(*(f"  {line}" for line in to_fill_in(given.folder)), sep="\n")
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python3 -m scripts.new_portal", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("folder", type=Path, help="a folder that is empty or not there yet")
    for name, question in QUESTIONS.items():
        parser.add_argument(f"--{name}", help=question.words.replace("%", "%%"))
    parser.add_argument("--empty", action="store_true", help="without the starter articles")
    parser.add_argument("--examples", action="store_true", help="with examples of changes, incidents and components")
    parser.add_argument("--team", default="", help="who reviews changes on GitHub, such as @nordwind/support")
    parser.add_argument("--security", default="", help="who hears of holes; without it, the email address")
    return parser


def _complete(flags: dict[str, str]) -> dict[str, str]:
    """The flags, and the usual answer or the person's for what they lack; a program is asked nothing."""
    if sys.stdin.isatty():
        return asked(flags, input, print)
    for name, question in QUESTIONS.items():
        if name not in flags and "product" in flags:
            flags[name] = question.usual(flags)
    return flags


if __name__ == "__main__":
    sys.exit(main())
