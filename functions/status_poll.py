"""The tick's job that asks each monitored component how it is and writes what follows to the store."""

import logging
import re
import time
from collections.abc import Mapping
from concurrent.futures import Future, ThreadPoolExecutor
from typing import TYPE_CHECKING

from functions.monitors.http import Result, check
from functions.status import live_rows
from portal.status import Board, Component, Live, advance, read

if TYPE_CHECKING:
    from functions.services import Services

AT_ONCE = 8
# A scheduler is never on the second: a check that is due this much later is done now rather than a tick late.
EARLY_SHARE = 0.1
VARIABLE = re.compile(r"\$\{([A-Z][A-Z0-9_]*)\}")

log = logging.getLogger(__name__)


def poll(services: "Services", deadline: float) -> None:
    """Check every component that is due, longest unchecked first, until `deadline` (monotonic seconds)."""
    bundle = services.portal.get("status")
    if not bundle:
        return
    board = read(bundle)
    rows = live_rows(services.store)
    due = [component for component in board.monitored if _is_due(component, rows, services.now())]
    due.sort(key=lambda component: rows[component.id][0].checked_at if component.id in rows else 0)
    ready = _with_addresses(due, services.settings.environ)
    if not ready:
        return
    pool = ThreadPoolExecutor(min(AT_ONCE, len(ready)))
    given = deadline - time.monotonic()
    waiting = [(component, pool.submit(_ask, component, urls, deadline)) for component, urls in ready]
    for component, future in waiting:
        _record(services, board, component, rows.get(component.id), _outcome(component, future, deadline, given))
    # A server that sends a header byte by byte outlives every timeout; nobody waits for it here.
    pool.shutdown(wait=False, cancel_futures=True)


def _outcome(component: Component, future: "Future[Result]", deadline: float, given: float) -> Result:
    started = future.running()
    try:
        return future.result(timeout=max(0.0, deadline - time.monotonic()))
    except TimeoutError:
        if started and given > component.timeout * len(component.checks):
            return Result("fail", "no complete answer in a whole tick", timed_out=True)
        return Result("error", "there was no time left in this tick")


def _is_due(component: Component, rows: Mapping[str, tuple[Live, int]], now: int) -> bool:
    if component.id not in rows:
        return True
    since = now - rows[component.id][0].checked_at
    # A check from the future is a clock that was set back: look again.
    return since < 0 or since >= component.interval * 1000 * (1 - EARLY_SHARE)


def _with_addresses(due: list[Component], environ: Mapping[str, str]) -> list[tuple[Component, list[str]]]:
    """The components whose addresses are complete; the others stay unknown, and the log names what is not set."""
    ready = []
    missing: set[str] = set()
    for component in due:
        names = {name for one in component.checks for name in VARIABLE.findall(one.url)}
        unset = {name for name in names if not environ.get(name)}
        missing |= unset
        if not unset:
            ready.append(
                (
                    component,
                    [VARIABLE.sub(lambda match: environ[match[1]], one.url) for one in component.checks],
                )
            )
    if missing:
        log.warning("status: set %s; the components checked there are not confirmed", ", ".join(sorted(missing)))
    return ready


def _ask(component: Component, urls: list[str], deadline: float) -> Result:
    """The first result that is not ok, or ok; with too little time left it learns nothing rather than blame."""
    for one, url in zip(component.checks, urls, strict=True):
        left = deadline - time.monotonic()
        if left <= 0:
            return Result("error", "there was no time left in this tick")
        result = check(url, timeout=min(component.timeout, left), statuses=one.statuses)
        if result.timed_out and left < component.timeout:
            return Result("error", "the tick ended before the check's own timeout")
        if result.outcome != "ok":
            return result
    return Result("ok")


def _record(
    services: "Services", board: Board, component: Component, known: tuple[Live, int] | None, result: Result
) -> None:
    if result.outcome == "error":
        log.warning("status: %s was not checked: %s", component.id, result.error)
        return
    before, revision = known or (None, 0)
    ok = result.outcome == "ok"
    now = advance(component, board.stale_after, before, ok=ok, at=services.now(), error=result.error)
    if not _swap(services, now, revision):
        log.info("status: another poller was faster with %s", component.id)
    elif before is None or before.state != now.state:
        log.warning("status: %s is %s%s", component.id, now.state, f": {now.error}" if now.error else "")


def _swap(services: "Services", live: Live, revision: int) -> bool:
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
        "revision": revision + 1,
    }
    if revision == 0:
        sql = """insert into status_live
            (component_id, state, since, checked_at, ok_at, ok, run, run_since, error, revision)
            values (:component, :state, :since, :checked_at, :ok_at, :ok, :run, :run_since, :error, :revision)
            on conflict (component_id) do nothing"""
        return services.store.run(sql, **values) == 1
    sql = """update status_live set state = :state, since = :since, checked_at = :checked_at, ok_at = :ok_at,
        ok = :ok, run = :run, run_since = :run_since, error = :error, revision = :revision
        where component_id = :component and revision = :before"""
    return services.store.run(sql, before=revision, **values) == 1
