"""Build a portal with MkDocs and with another builder, and compare the files:
`python -m scripts.way_out [--config mkdocs.yml] COMMAND...`, such as `.venv/bin/python -m properdocs build --strict`.

The command runs in a copy of the portal's folder. Its exit code proves little, since a builder may leave hooks out
without a word: this prints what is the same, differs and is missing, and exits 1 unless everything is the same.
`--material` counts instead what of Material the theme uses.
"""

import argparse
import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

from scripts.way_out import Comparison, compare, files, material

ROOT = Path(__file__).parents[2]
NODE = ROOT / "tests" / "node" / "node_modules" / ".bin" / "node"
# Both builds say that they were made at one moment.
MOMENT = "1795348800"
LEFT_OUT = shutil.ignore_patterns(".git", ".venv", ".portal", "node_modules", "site", "build", "__pycache__", ".cache")


def main(argv: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="python -m scripts.way_out", description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--config", type=Path, default=ROOT / "mkdocs.yml", help="the portal's mkdocs.yml")
    parser.add_argument("--material", action="store_true", help="count what of Material the theme uses")
    parser.add_argument("command", nargs=argparse.REMAINDER, help="the other builder's command; it writes to site/")
    given = parser.parse_args(argv)
    if given.material:
        print("\n".join(material.as_text(material.uses())))
        return 0
    if not given.command:
        parser.error("name the other builder's command")
    config: Path = given.config.resolve()
    with tempfile.TemporaryDirectory(prefix="way-out-") as folder:
        ours, code = _built(config, [sys.executable, "-m", "mkdocs", "build", "--strict"], Path(folder) / "mkdocs")
        if code:
            print("MkDocs does not build this portal.", file=sys.stderr)
            return 2
        theirs, code = _built(config, given.command, Path(folder) / "other")
        found = compare(files(ours), files(theirs))
    print(f"{given.command[0]} ended with {code}.")
    print("\n".join(_as_text(found)))
    return int(bool(code) or not found.equal)


def _built(config: Path, command: list[str], folder: Path) -> tuple[Path, int]:
    """Build a copy of the portal; its site, and the command's exit code."""
    # The whole repository, since a portal of the tests inherits from it.
    shutil.copytree(ROOT, folder, ignore=LEFT_OUT, symlinks=True)
    there = folder / config.parent.relative_to(ROOT)
    environ = os.environ | {
        "PYTHONPATH": str(folder),
        "SOURCE_DATE_EPOCH": MOMENT,
        "PORTAL_BUILD_DIR": str(there / "build"),
        "NO_MKDOCS_2_WARNING": "1",
    }
    # The copy lacks the Node that came with the tests; a distribution's may be too old for the search's questions.
    if NODE.exists():
        environ.setdefault("PORTAL_NODE", str(NODE))
    done = subprocess.run(command, cwd=there, env=environ, stdout=subprocess.DEVNULL)
    return there / "site", done.returncode


def _as_text(found: Comparison) -> list[str]:
    lines = []
    for what in ("same", "different", "missing", "added"):
        names: tuple[str, ...] = getattr(found, what)
        shown = f": {', '.join(names[:3])}{', ...' if len(names) > 3 else ''}" if names and what != "same" else ""
        lines.append(f"{len(names)} files {what}, {found.pages(names)} of them pages{shown}")
    return lines


if __name__ == "__main__":
    raise SystemExit(main())
