"""Writes the table of .github/guides/help-desks.md from what each adapter declares:
`python -m scripts.help_desk_table [--check]`."""

import argparse
import importlib
import sys
from collections.abc import Callable
from pathlib import Path

from functions.helpdesks import Capabilities
from functions.vendors import Vendor, family

FILE = Path(__file__).parent.parent / ".github" / "guides" / "help-desks.md"
BEGIN, END = "<!-- table: python -m scripts.help_desk_table -->\n", "<!-- end of the table -->"
CREATES = {
    "keyed": "once: it knows our key again for {hours}",
    "found": "once: we look the key up before a second try",
    "repeated": "at least once, with the same Message-ID",
}
REPLIES = {"as_customer": "as the customer", "marked": "by the portal's user, marked", "no": "no"}
WEBHOOKS = {"signed": "signed", "secret": "a shared secret", "no": "no, asked every ten minutes"}
MACROS = {"by_use": "yes, by use", "unordered": "yes", "no": "no"}
ROWS: list[tuple[str, Callable[[Capabilities], str]]] = [
    ("A ticket arrives", lambda can: CREATES[can.creates].format(hours=_hours(can.key_ms))),
    (
        "What is new shows after",
        lambda can: f"up to {max(can.list_lag, can.lookup_lag)} s" if can.list_lag else "at once",
    ),
    ("Customers read answers in the portal", lambda can: _yes(can.reads)),
    ("Replies", lambda can: REPLIES[can.replies]),
    ("Files to the desk", lambda can: _yes(can.attaches)),
    ("Files from the desk", lambda can: _yes(can.downloads, "their names only") if can.reads else "no"),
    ("Customers solve and reopen", lambda can: _yes(can.solves and can.reopens)),
    ("Context as a private note", lambda can: _yes(can.private_context, "in the text")),
    ("Emails answers to the customer", lambda can: _yes(can.mails_customer, "no, the portal does")),
    ("Webhooks", lambda can: WEBHOOKS[can.webhooks] if can.reads else "no"),
    ("Counts by month", lambda can: _yes(can.counts)),
    ("Saved answers", lambda can: MACROS[can.macros]),
    ("Subjects of the last 90 days", lambda can: _yes(can.subjects)),
]


def main(argv: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="python -m scripts.help_desk_table", description=(__doc__ or "")[:66])
    parser.add_argument("--check", action="store_true", help="exit 1 when the page is not current; write nothing")
    before = FILE.read_text("utf-8")
    current = written(before)
    if parser.parse_args(argv).check:
        if before == current:
            return 0
        print(f"{FILE.name} is not current: run python -m scripts.help_desk_table", file=sys.stderr)
        return 1
    FILE.write_text(current, "utf-8")
    return 0


def written(page: str) -> str:
    """The page with a current table; raises ValueError when it has no place for one."""
    head, begin, rest = page.partition(BEGIN)
    _, end, tail = rest.partition(END)
    if not begin or not end:
        raise ValueError(f"{FILE.name} needs the lines {BEGIN.strip()} and {END}")
    return f"{head}{BEGIN}\n{table()}\n{END}{tail}"


def table() -> str:
    can = {desk.title: capabilities(desk) for desk in family("helpdesks").values()}
    lines = [f"| | {' | '.join(can)} |", f"|---{'|---' * len(can)}|"]
    lines += [f"| {what} | {' | '.join(say(one) for one in can.values())} |" for what, say in ROWS]
    return "\n".join(lines) + "\n"


def capabilities(desk: Vendor) -> Capabilities:
    """The capabilities that a desk's adapter declares."""
    module = importlib.import_module(desk.module)
    (found,) = [
        one.capabilities
        for one in vars(module).values()
        if isinstance(one, type) and one.__module__ == module.__name__ and hasattr(one, "capabilities")
    ]
    return found  # type: ignore[no-any-return]


def _hours(ms: int) -> str:
    return "ever" if ms > 10**12 else f"{ms // 60_000} minutes"


def _yes(value: bool, otherwise: str = "no") -> str:
    return "yes" if value else otherwise


if __name__ == "__main__":
    raise SystemExit(main())
