"""Tell subscribers of what was deployed too late: `python -m scripts.announce [--send]`.

The portal tells of an update in its first three hours. A maintenance or an incident that a deploy brings later is shown
and never emailed: this lists the last update of each that is not over and was not told, and with `--send` tells it. A
second run sends nothing again.
"""

import argparse
import sys

from functions.errors import StoreError
from functions.pages import when
from functions.status import incident_store, tell
from scripts.lib.environment import services as environment


def main(argv: list[str] | None = None) -> int:
    """0, or 1 when the store does not answer."""
    parser = argparse.ArgumentParser(prog="python -m scripts.announce", description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--send", action="store_true", help="tell them; without it nothing is sent")
    send = parser.parse_args(argv).send
    try:
        with environment() as services:
            board = incident_store.board(services)
            waiting = tell.untold(services, board) if board else []
            for event, update, count in waiting:
                print(
                    f"{event.title}, update of {when(update.at)}:"
                    f" {f'{count} to tell' if count else 'nobody chose to hear of it'}"
                )
                if send and board:
                    tell.tell(services, board, event, update)
    except StoreError as error:
        print(f"{error}\nIs DATABASE_URL right, and did `python -m scripts.migrate` run?", file=sys.stderr)
        return 1
    if not waiting:
        print("Everything that is open or to come was told.")
    elif not any(count for _, _, count in waiting):
        print("Nobody waits to hear of it.")
    elif send:
        print("Queued; the tick sends it within a minute.")
    else:
        print("Not told yet. With --send they hear of it.")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
