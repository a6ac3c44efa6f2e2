"""Better Stack Uptime (https://betterstack.com/docs/uptime/api/list-all-existing-monitors/): an API token."""

from collections.abc import Mapping
from datetime import UTC, datetime
from urllib.parse import urlsplit

from functions.errors import VendorError
from functions.monitors.source import Reading, address, get, items, need, reading

# Validating, paused, pending and maintenance say nothing about now.
WORDS = {"up": "ok", "down": "fail"}
MOST_PAGES = 20


def connect(environ: Mapping[str, str]) -> "BetterStack":
    api = address(environ, "BETTER_STACK_API", "https://uptime.betterstack.com")
    return BetterStack(api, need(environ, "BETTER_STACK_TOKEN"))


class BetterStack:
    """The monitors of one team."""

    def __init__(self, api: str, token: str) -> None:
        self._api = api
        self._headers = {"Authorization": f"Bearer {token}"}

    def readings(self) -> dict[str, Reading]:
        found: dict[str, Reading] = {}
        url = f"{self._api}/api/v2/monitors?per_page=250"
        for _ in range(MOST_PAGES):
            data = get(url, self._headers, "Better Stack")
            for monitor in items(data, "data", "Better Stack"):
                attributes = monitor.get("attributes")
                known = attributes if isinstance(attributes, dict) else {}
                at = _moment(known.get("last_checked_at"))
                found[str(monitor.get("id"))] = reading(WORDS, known.get("status"), at)
            pagination = data.get("pagination")
            following = pagination.get("next") if isinstance(pagination, dict) else None
            if not isinstance(following, str):
                return found
            # The token goes to the API alone.
            if urlsplit(following)[:2] != urlsplit(self._api)[:2]:
                raise VendorError(detail="Better Stack's next page is on another host")
            url = following
        raise VendorError(detail="Better Stack's list has no end")


def _moment(text: object) -> float | None:
    try:
        moment = datetime.fromisoformat(text) if isinstance(text, str) else None
    except ValueError:
        return None
    return moment.replace(tzinfo=moment.tzinfo or UTC).timestamp() if moment else None
