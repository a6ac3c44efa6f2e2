"""Versions of Helpfront: v0.2.0 in tags, 0.2.0 in pyproject.toml."""

import re
import tomllib
from collections.abc import Iterable

TAG = re.compile(r"v(\d+)\.(\d+)(?:\.(\d+))?")
Version = tuple[int, int, int]


class Unknown(Exception):
    """There is no such version; `str()` says which there are."""


def read(tag: str) -> Version | None:
    """The numbers of a tag, None for a tag that is no version."""
    found = TAG.fullmatch(tag)
    return (int(found[1]), int(found[2]), int(found[3] or 0)) if found else None


def of(pyproject: str) -> Version:
    """The version that a pyproject.toml names; raises Unknown."""
    text = str(tomllib.loads(pyproject)["project"]["version"])
    found = read(f"v{text}")
    if found is None:
        raise Unknown(f"pyproject.toml has the version {text!r}, which is not one such as 0.2.0.")
    return found


def choose(tags: Iterable[str], wanted: str | None, here: Version) -> str | None:
    """The tag of the version `wanted` (v0.2 is v0.2.0), or of the newest; None when it is not newer than `here`.
    Raises Unknown."""
    known = {version: tag for tag in tags if (version := read(tag))}
    if wanted is None:
        newest = max(known, default=here)
        return known[newest] if newest > here else None
    version = read(wanted)
    if version is None or version not in known:
        names = ", ".join(known[one] for one in sorted(known)) or "none at all"
        raise Unknown(f"There is no version {wanted!r}. Upstream has {names}.")
    if version < here:
        raise Unknown(
            f"{wanted} is older than what is here, v{'.'.join(map(str, here))}. An upgrade only goes forward;"
            " to go back, revert its commit."
        )
    return known[version] if version > here else None
