"""Move the settings of mkdocs.yml to where this version has them: `python -m scripts.upgrade.settings --since 0.1.0`.

An upgrade runs it from the new version's files, in the environment of the old one: it imports PyYAML and nothing newer.
Comments and order stay, since the text is edited and not written anew. A second run changes nothing.
"""

import argparse
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import yaml

from scripts.upgrade import versions, yaml_text

CONFIG = Path("mkdocs.yml")


def in_docs(value: str) -> str:
    """A path in docs/, from the repository's folder."""
    return f"docs/{value}"


@dataclass(frozen=True)
class Move:
    """A setting that has another place since a version; `change` makes its new value from the old one."""

    since: str
    old: str
    new: str
    why: str
    change: Callable[[str], str] | None = None


MOVES = (
    Move("0.2.0", "theme.logo", "extra.portal.brand.logo", "it is checked, and can have one for dark colours", in_docs),
    Move("0.2.0", "theme.favicon", "extra.portal.brand.favicon", "it is checked like the other files", in_docs),
)


def moved(text: str, since: versions.Version, moves: Sequence[Move] = MOVES) -> tuple[str, list[str]]:
    """The text of mkdocs.yml as versions later than `since` want it, and a sentence for each setting that moved or
    that a person has to move."""
    notes = []
    for move in moves:
        version = versions.read(f"v{move.since}")
        if version is None or version <= since:
            continue
        try:
            after = yaml_text.move(text, tuple(move.old.split(".")), tuple(move.new.split(".")), move.change)
        except yaml_text.ByHand as error:
            notes.append(f"- {CONFIG}: move {move.old} to {move.new} yourself ({move.why}): {error}")
            continue
        if after != text:
            notes.append(f"- {CONFIG}: {move.old} is now {move.new}: {move.why}.")
        text = after
    return text, notes


def main(argv: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="python -m scripts.upgrade.settings", description=__doc__)
    parser.add_argument("--since", required=True, help="the version before, such as 0.1.0")
    since = versions.read(f"v{parser.parse_args(argv).since}")
    if since is None:
        parser.error("--since takes a version such as 0.1.0")
    if not CONFIG.is_file():
        return 0
    try:
        text, notes = moved(CONFIG.read_text("utf-8"), since)
    except yaml.YAMLError as error:
        print(f"{CONFIG} is not valid YAML: {error}", file=sys.stderr)
        return 1
    CONFIG.write_text(text, "utf-8")
    print(*notes, sep="\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
