"""Checks that keep robots from a form: one interface, one module each."""

from typing import Protocol


class BotCheck(Protocol):
    """`name` says which part of verify.js makes the answer."""

    name: str

    def puzzle(self) -> str:
        """What the page needs to make one answer; public."""

    def passes(self, answer: str) -> bool:
        """Whether the form's `check` field holds a good answer that was never used; raises VendorError when nobody
        can tell."""
