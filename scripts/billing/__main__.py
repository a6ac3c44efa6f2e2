"""`python -m scripts.billing check` asks the billing system whether key and portal settings are right.

`capabilities` writes the table of the guide from the adapters, `money` the table of locales from Babel; with --check
they write nothing, and exit 1 when the file is not current.
"""

import argparse
import sys
from collections.abc import Callable
from pathlib import Path

from functions.errors import Problem, VendorError
from scripts.lib.environment import services as environment


def main(argv: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="python -m scripts.billing", description=(__doc__ or "").splitlines()[0])
    parser.add_argument("what", choices=["check", "capabilities", "money"])
    parser.add_argument("--check", action="store_true", help="exit 1 when the file is not current; write nothing")
    given = parser.parse_args(argv)
    if given.what == "check":
        return check()
    if given.what == "money":
        from scripts.billing import money  # Babel is in the writers' environment, not in the functions'

        return keep(money.FILE, lambda _: money.table(), write=not given.check)
    from scripts.billing import capabilities

    return keep(capabilities.FILE, capabilities.written, write=not given.check)


def check() -> int:
    """Ask the billing system; exit code 1 with a sentence for each fault."""
    with environment() as services:
        name = services.settings.biller
        try:
            faults = services.biller.check()
        except Problem:
            print("BILLER is not set, so there is nothing to check.", file=sys.stderr)
            return 1
        except VendorError as error:
            print(f"{name} does not answer as it should: {error.detail or error.public}", file=sys.stderr)
            return 1
    for fault in faults:
        print(f"- {fault}", file=sys.stderr)
    print(f"{name}: {len(faults)} faults" if faults else f"{name} answers, and its settings are right.")
    return bool(faults)


def keep(file: Path, current: Callable[[str], str], *, write: bool) -> int:
    """Write a file that is made from the code, or tell that it is not current."""
    before = file.read_text("utf-8") if file.exists() else ""
    after = current(before)
    if before == after:
        return 0
    if write:
        file.write_text(after, "utf-8")
        return 0
    print(f"{file.name} is not current: write it again without --check", file=sys.stderr)
    return 1


if __name__ == "__main__":
    raise SystemExit(main())
