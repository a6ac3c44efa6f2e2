"""Every setting of the environment as a table: `python -m scripts.settings [--write | --check | --secrets]`.

`--write` puts it into the operators' guide, `--check` exits 1 when the guide has another one, `--secrets` prints the
names of secrets alone, for a list of what to rotate.
"""

import argparse
import sys
from pathlib import Path

from scripts.lib import piped
from scripts.settings import Setting, code, vendors_own
from scripts.settings.rows import ROWS

FILE = Path(__file__).parents[2] / ".github" / "guides" / "operators.md"
BEGIN, END = "<!-- table: python -m scripts.settings --write -->\n", "<!-- end of the table -->"


def main(argv: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="python -m scripts.settings", description=(__doc__ or "").splitlines()[0])
    how = parser.add_mutually_exclusive_group()
    how.add_argument("--write", action="store_true", help="put the table into the operators' guide")
    how.add_argument("--check", action="store_true", help="exit 1 when the guide is not current")
    how.add_argument("--secrets", action="store_true", help="print the names of the secrets, one a line")
    given = parser.parse_args(argv)
    if given.secrets:
        print("\n".join(setting.name for setting in every() if setting.secret))
    elif given.write or given.check:
        return _guide(write=given.write)
    else:
        print(table(), end="")
    return 0


def every() -> list[Setting]:
    """All settings: those of the table, then what each vendor needs beside them, by part."""
    parts = list(dict.fromkeys(setting.part for setting in ROWS))
    found = [*ROWS, *vendors_own({setting.name for setting in ROWS})]
    return sorted(found, key=lambda setting: parts.index(setting.part))


def table() -> str:
    """The table in Markdown."""
    defaults = code.read()
    lines = ["| Variable | Part | Default | Secret | What it is |", "|---|---|---|---|---|"]
    for one in every():
        default = one.default or (f"`{defaults[one.name]}`" if defaults.get(one.name) else "none")
        lines.append(f"| `{one.name}` | {one.part} | {default} | {'yes' if one.secret else ''} | {one.what} |")
    return "\n".join(lines) + "\n"


def written(page: str) -> str:
    """The guide with a current table; raises ValueError when it has no place for one."""
    head, begin, rest = page.partition(BEGIN)
    _, end, tail = rest.partition(END)
    if not begin or not end:
        raise ValueError(f"{FILE.name} needs the lines {BEGIN.strip()} and {END}")
    return f"{head}{BEGIN}\n{table()}\n{END}{tail}"


def _guide(*, write: bool) -> int:
    before = FILE.read_text("utf-8")
    current = written(before)
    if write:
        FILE.write_text(current, "utf-8")
    elif before != current:
        print(f"{FILE.name} is not current: run python -m scripts.settings --write", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    raise SystemExit(piped.run(main))
