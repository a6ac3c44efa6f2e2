"""How often each article was read, from a file or from the portal's store."""

import json
from collections.abc import Mapping
from pathlib import Path

from functions.insights import rows
from functions.stores import Store
from portal.clock import DAY_MS
from scripts.freshness.errors import FreshnessError
from scripts.lib.environment import services

DAYS = 90


def read(source: str) -> dict[str, int]:
    """The views of articles by id: of a JSON file, or of the last 90 days for `store`; raises FreshnessError."""
    if source == "store":
        return _stored()
    try:
        found = json.loads(Path(source).read_text("utf-8"))
    except (OSError, ValueError) as error:
        raise FreshnessError(f"{source} cannot be read: {error}") from error
    if not isinstance(found, dict) or not all(isinstance(count, int) for count in found.values()):
        raise FreshnessError(f'{source} is not an object of article ids and views, such as {{"team/invite": 120}}.')
    return found


def stored(store: Store, now: int, ids: Mapping[str, str]) -> dict[str, int]:
    """The views of the last 90 days in a store; `ids` has the article of each address, `now` is in milliseconds."""
    counts = rows.views(store, now - DAYS * DAY_MS)
    return {ids[path]: count for path, count in counts.items() if path in ids}


def _stored() -> dict[str, int]:
    with services() as portal:
        ids = {article["url"]: article["id"] for article in portal.portal["articles"]}
        return stored(portal.store, portal.now(), ids)
