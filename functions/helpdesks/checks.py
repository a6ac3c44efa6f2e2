"""Faults of a help desk's set-up, each a sentence with what to do."""

from collections.abc import Callable, Collection, Iterable, Mapping

from functions.errors import VendorError


def found(vendor: str, variables: str, look: Callable[[], Iterable[str]]) -> list[str]:
    """The faults that `look` finds at the vendor; when it raises, the error and the variables that may be its cause."""
    faults: list[str] = []
    try:
        faults.extend(look())
    except VendorError as error:
        faults.append(f"{vendor} did not answer as it should ({error.kind}): {error.detail}. Look at {variables}.")
    return faults


def fields(variable: str, setting: Mapping[str, str], known: Collection[str]) -> list[str]:
    """The fields that a setting names and the desk does not have."""
    return [
        f"{variable} names {ours}={theirs}, and the desk has no such field, or hides it."
        for ours, theirs in setting.items()
        if theirs not in known
    ]


def webhook(variable: str, secret: str) -> list[str]:
    return [] if secret else [f"{variable} is not set: answers are noticed by asking."]
