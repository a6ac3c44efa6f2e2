"""What the metrics count, read from the events for any range of time."""

from functions.stores import Store
from portal.insights.counts import COUNTS, Counts, window


def read(store: Store, since: int, until: int) -> Counts:
    """The visits that began from `since` to before `until` (unix ms), by measure and bucket."""
    found: dict[tuple[int, int], int] = {}
    for row in store.all(COUNTS, **window(since, until)):
        key = row["measure"], row["bucket"]
        found[key] = found.get(key, 0) + row["n"]
    return found
