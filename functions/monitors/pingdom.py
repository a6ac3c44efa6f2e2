"""Pingdom 3.1 (https://docs.pingdom.com/api/): a read-only token is enough."""

from collections.abc import Mapping

from functions.monitors.source import Reading, address, get, items, need, reading

# A failure that Pingdom has not confirmed, a pause and a new check say nothing.
WORDS = {"up": "ok", "down": "fail"}


def connect(environ: Mapping[str, str]) -> "Pingdom":
    return Pingdom(address(environ, "PINGDOM_API", "https://api.pingdom.com/api/3.1"), need(environ, "PINGDOM_TOKEN"))


class Pingdom:
    """The checks of one account."""

    def __init__(self, api: str, token: str) -> None:
        self._api = api
        self._headers = {"Authorization": f"Bearer {token}"}

    def readings(self) -> dict[str, Reading]:
        data = get(f"{self._api}/checks?limit=25000", self._headers, "Pingdom")
        found = {}
        for check in items(data, "checks", "Pingdom"):
            looked = check.get("lasttesttime")
            at = float(looked) if isinstance(looked, int) and not isinstance(looked, bool) else None
            found[str(check.get("id"))] = reading(WORDS, check.get("status"), at)
        return found
