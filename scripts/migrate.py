"""Bring the store's tables up to date: `python -m scripts.migrate`, before new functions go live."""

import sys

from functions.errors import StoreError
from scripts.lib.environment import services


def main() -> int:
    try:
        with services() as found:
            done = found.store.migrate()
    except StoreError as error:
        print(f"The store was not migrated: {error}", file=sys.stderr)
        return 1
    print(f"Applied {', '.join(done)}." if done else "The store is up to date.")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
