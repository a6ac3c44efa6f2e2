"""What rules are made of: the site of a build, its headers, and the address of its functions."""

from collections.abc import Mapping
from dataclasses import dataclass

# Below the base path, what the functions answer.
FUNCTIONS = ("api", "my")


@dataclass(frozen=True)
class Rules:
    """What a host needs to know: the base path with a slash at both ends, the headers of the site's files, the address
    of the functions, the folder of the site, and the old addresses: below the base, each with where it leads."""

    base: str
    headers: Mapping[str, str]
    functions: str
    site: str
    redirects: tuple[tuple[str, str], ...] = ()
