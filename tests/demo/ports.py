"""Free ports for tests that must name one before it is open."""

import socket
from contextlib import ExitStack

from demo.server import HOST


def free(count: int = 1) -> int:
    """The first of `count` free ports in a row."""
    for first in range(21_000, 29_000, 10):
        with ExitStack() as stack:
            try:
                for port in range(first, first + count):
                    stack.enter_context(socket.socket()).bind((HOST, port))
            except OSError:
                continue
            return first
    raise RuntimeError(f"no {count} free ports in a row")
