"""What functions-framework looks for: `functions-framework --target api`."""

from functions.hosts.google import api

__all__ = ["api"]
