"""What goes wrong in the command, in a sentence for the person at the terminal."""


class FreshnessError(Exception):
    """`str()` says what went wrong and what to do."""
