"""Every setting of the environment: what it is from a table, its name and default from the code that reads it."""

from collections.abc import Iterator
from dataclasses import dataclass

from functions.vendors import VENDORS

FAMILIES = {"helpdesks": "help desk", "billers": "billing", "bots": "sign-in"}
# How the names of variables end whose value nobody else may see.
SECRET_ENDS = ("_SECRET", "_TOKEN", "_KEY", "_KEYS", "_PASSWORD")


@dataclass(frozen=True)
class Setting:
    """A variable: the part that reads it, what it is, and its default where the code does not say it by itself."""

    name: str
    part: str
    what: str
    default: str = ""
    # A secret whose name does not end like one: an address with a password in it.
    holds_secret: bool = False

    @property
    def secret(self) -> bool:
        return self.holds_secret or self.name.endswith(SECRET_ENDS)


def vendors_own(known: set[str]) -> Iterator[Setting]:
    """What each vendor needs (functions/vendors.py) and the table does not have; each name once."""
    for vendor in VENDORS:
        for name, what in vendor.needs.items():
            if name not in known:
                known = {*known, name}
                part, what = FAMILIES[vendor.family], f"{vendor.title}: {what}"
                yield Setting(name, part, what, f"required with `{vendor.name}`")
