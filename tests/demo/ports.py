"""Free ports for tests that must know one before it is opened."""

import os
import socket
from contextlib import ExitStack

from demo.server import HOST


def free(count: int = 1) -> int:
    """The first of `count` free ports in a row, from a range of this xdist worker's own."""
    worker = int(os.environ.get("PYTEST_XDIST_WORKER", "gw0").removeprefix("gw"))
    for first in range(21_000 + 2_000 * (worker % 4), 23_000 + 2_000 * (worker % 4), 10):
        with ExitStack() as stack:
            try:
                for port in range(first, first + count):
                    stack.enter_context(socket.socket()).bind((HOST, port))
            except OSError:
                continue
            return first
    raise RuntimeError(f"no {count} free ports in a row")
