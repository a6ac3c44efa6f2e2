"""Save the portal's store to one file: `python -m scripts.backup FILE`, while the portal runs.

Everything that was accepted before the command began is in it. `python -m scripts.restore FILE` brings it back.
"""

import argparse
import sys
from datetime import UTC, datetime
from pathlib import Path

from functions.errors import StoreError
from scripts.lib import backups
from scripts.lib.environment import services


def main(argv: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="python -m scripts.backup", description=(__doc__ or "").splitlines()[0])
    parser.add_argument("file", type=Path, help="the file to write; it must not be there yet")
    file: Path = parser.parse_args(argv).file
    if file.exists():
        print(f"{file} is there already; nothing was written.", file=sys.stderr)
        return 1
    began = datetime.now(UTC)
    try:
        with services() as found:
            backups.save(found.settings.database_url, file)
    except (StoreError, OSError) as error:
        print(f"There is no backup: {error}", file=sys.stderr)
        return 1
    print(f"{file}: {file.stat().st_size:,} bytes, the store as of {began:%-d %b %Y, %H:%M:%S} UTC.")
    print("It holds customers' messages: keep it as safe as the store, and no longer than you promise.")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
