"""Checks that keep robots from a form: one interface, one module each."""

from typing import Protocol


class BotCheck(Protocol):
    """`name` says which part of verify.js makes the answer."""

    name: str

    def puzzle(self) -> str:
        """The public data from which the page makes one answer."""

    def passes(self, answer: str) -> bool:
        """Whether the form's `check` field holds a good answer that was not used before; raises VendorError when
        the vendor does not answer."""
