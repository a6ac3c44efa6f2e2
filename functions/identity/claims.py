"""What a provider's claims mean to the portal: flags that are flags, and names that cannot pass for another's."""

from collections.abc import Mapping
from typing import Any

from portal.addresses import checked, is_reserved
from portal.models import clean, is_true

FLAGS = {"account_admin", "billing_admin"}


def ours(claims: Mapping[str, Any], names: Mapping[str, str]) -> dict[str, Any]:
    """Our claims by our names, as far as the provider gives them in a form that means something: flags as true or
    false, `scopes` as a set of words, everything else as text."""
    found = {}
    for name, claim in names.items():
        value = None if claims.get(claim) is None else _read(name, claims[claim])
        if value is not None:
            found[name] = value
    return found


def is_one_of_us(subject: str, account: str | None) -> bool:
    """Whether subject and account are names that stay what they are: without characters that nobody sees, which
    are left out before they are kept, and so would make one customer, or one organisation, of two."""
    return not is_reserved(subject) and all(clean(name) == name for name in (subject, account or ""))


def address(value: object) -> str | None:
    """The one address that a claim is, its domain in ASCII; None for anything else, such as two addresses."""
    return checked(value) if isinstance(value, str) else None


def text(value: object) -> str | None:
    """A text, or a number as text; None for anything else."""
    if isinstance(value, bool) or not isinstance(value, str | int):
        return None
    return str(value)


def words(value: object) -> frozenset[str]:
    """The words of a text or of a list; whatever else is in there is none."""
    if isinstance(value, str):
        return frozenset(value.split())
    return frozenset(word for word in value if isinstance(word, str)) if isinstance(value, list) else frozenset()


def _read(name: str, value: object) -> bool | frozenset[str] | str | None:
    if name in FLAGS:
        return is_true(value)
    return words(value) if name == "scopes" else text(value)
