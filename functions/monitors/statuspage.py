"""Any page that speaks Statuspage's public API v2 (https://metastatuspage.com/api): no key, only the page's address."""

from collections.abc import Mapping

from functions.monitors.source import Reading, address, get, items, need, reading

# Work on a component says nothing of whether it answers.
WORDS = {"operational": "ok", "degraded_performance": "slow", "partial_outage": "fail", "major_outage": "fail"}


def connect(environ: Mapping[str, str]) -> "Statuspage":
    need(environ, "STATUSPAGE_URL")
    return Statuspage(address(environ, "STATUSPAGE_URL", ""))


class Statuspage:
    """The components of one page."""

    def __init__(self, page: str) -> None:
        self._page = page

    def readings(self) -> dict[str, Reading]:
        data = get(f"{self._page}/api/v2/components.json", {}, "Statuspage")
        return {
            str(component.get("id")): reading(WORDS, component.get("status"))
            for component in items(data, "components", "Statuspage")
        }
