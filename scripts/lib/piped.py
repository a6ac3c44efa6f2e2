"""A command whose output is read by another, which may stop reading: `python -m scripts.settings | head`."""

import os
import sys
from collections.abc import Callable

# What a shell reports of a program that SIGPIPE ended.
READER_GONE = 141


def run(main: Callable[[], int]) -> int:
    """Run a command and return its exit code; READER_GONE, without a traceback, when nobody reads its output."""
    try:
        code = main()
        sys.stdout.flush()
    except BrokenPipeError:
        # Python writes what is left at its exit, and would complain again.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return READER_GONE
    return code
