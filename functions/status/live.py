"""The stored live state of each component."""

import logging
from typing import TYPE_CHECKING

from functions.errors import StoreError
from portal.status.live import Live

if TYPE_CHECKING:
    from functions.services import Services
    from functions.stores import Store

NOBODY = ("status_live",)

log = logging.getLogger(__name__)


def last_checks(store: "Store") -> dict[str, tuple[Live, int]]:
    """Component -> its live state, with the revision that a writer must name."""
    found = {}
    for row in store.all("select * from status_live"):
        revision = row.pop("revision")
        found[row["component_id"]] = (Live(**{**row, "ok": bool(row["ok"])}), revision)
    return found


def known(services: "Services") -> dict[str, Live]:
    """Component -> its live state; without the store the last one that this process read."""
    try:
        services.memory["live"] = {key: state for key, (state, _) in last_checks(services.store).items()}
    except StoreError as error:
        log.warning("status: the store does not answer: %s", error)
    last: dict[str, Live] = services.memory.get("live", {})
    return last


def swap(services: "Services", live: Live, revision: int) -> bool:
    """Write unless somebody else has written since `revision` was read."""
    values = {
        "component": live.component_id,
        "state": live.state,
        "since": live.since,
        "checked_at": live.checked_at,
        "ok_at": live.ok_at,
        "ok": int(live.ok),
        "run": live.run,
        "run_since": live.run_since,
        "error": live.error,
        "fails": live.fails,
        "revision": revision + 1,
    }
    if revision == 0:
        sql = """insert into status_live
            (component_id, state, since, checked_at, ok_at, ok, run, run_since, error, fails, revision)
            values (:component, :state, :since, :checked_at, :ok_at, :ok, :run, :run_since, :error, :fails, :revision)
            on conflict (component_id) do nothing"""
        return services.store.run(sql, **values) == 1
    sql = """update status_live set state = :state, since = :since, checked_at = :checked_at, ok_at = :ok_at,
        ok = :ok, run = :run, run_since = :run_since, error = :error, fails = :fails, revision = :revision
        where component_id = :component and revision = :before"""
    return services.store.run(sql, before=revision, **values) == 1
