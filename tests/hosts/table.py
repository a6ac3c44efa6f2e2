"""The table of hosts and cases in the guide: `python -m tests.hosts.table` writes it from what the tests run."""

import sys
from pathlib import Path

from tests.hosts.cases import CASES
from tests.hosts.hosts import DIFFERENT, FUNCTIONS_ONLY, HOSTS

GUIDE = Path(__file__).parents[2] / ".github/guides/hosts.md"
BEGIN, END = "<!-- written by python -m tests.hosts.table -->", "<!-- end of the table -->"


def table() -> str:
    """A row a case, a column a host; a number leads to the notes below."""
    notes = list(dict.fromkeys(DIFFERENT.values()))
    lines = [f"| Case | {' | '.join(HOSTS)} |", "|---|" + "---|" * len(HOSTS)]
    for cases, only in ((CASES.functions, set(HOSTS)), (CASES.site, set(HOSTS) - FUNCTIONS_ONLY)):
        for name, case in cases.items():
            cells = [_cell(host, name, notes) if host in only else "" for host in HOSTS]
            lines.append(f"| {' '.join((case.__doc__ or '').split())} | {' | '.join(cells)} |")
    return "\n".join([*lines, "", *(f"{number}. {note}." for number, note in enumerate(notes, 1))])


def _cell(host: str, case: str, notes: list[str]) -> str:
    different = DIFFERENT.get((host, case))
    return f"[{notes.index(different) + 1}]" if different else "yes"


def written(text: str) -> str:
    """The guide with the table of now."""
    before, _, rest = text.partition(BEGIN)
    after = rest.partition(END)[2]
    return f"{before}{BEGIN}\n{table()}\n{END}{after}"


def main() -> int:
    GUIDE.write_text(written(GUIDE.read_text("utf-8")), "utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
