"""A provider's claims as ours: booleans, sets of words, and names without invisible characters."""

from collections.abc import Mapping
from typing import Any

from portal.addresses import checked, is_reserved
from portal.models import clean, is_true

FLAGS = {"account_admin", "billing_admin"}


def ours(claims: Mapping[str, Any], names: Mapping[str, str]) -> dict[str, Any]:
    """The provider's claims by our names: flags as booleans, `scopes` as a set of words, the others as text. A claim of
    another type is left out."""
    found = {}
    for name, claim in names.items():
        value = None if claims.get(claim) is None else _read(name, claims[claim])
        if value is not None:
            found[name] = value
    return found


def is_one_of_us(subject: str, account: str | None) -> bool:
    """Whether neither subject nor account is reserved or has invisible characters: storing leaves those out, which
    would make one customer, or one organisation, of two."""
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
    """The words of a text or of a list; anything that is not text is ignored."""
    if isinstance(value, str):
        return frozenset(value.split())
    return frozenset(word for word in value if isinstance(word, str)) if isinstance(value, list) else frozenset()


def _read(name: str, value: object) -> bool | frozenset[str] | str | None:
    if name in FLAGS:
        return is_true(value)
    if name == "billing_admins" and isinstance(value, list):
        return ", ".join(one for one in value if isinstance(one, str))
    return words(value) if name == "scopes" else text(value)
