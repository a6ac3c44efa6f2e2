"""The tick's job that checks each monitored component, and writes samples, live states, and the incidents that the
checks open and close."""

import logging
import re
import time
from collections.abc import Mapping
from concurrent.futures import Future, ThreadPoolExecutor
from typing import TYPE_CHECKING

from functions.errors import Problem, VendorError
from functions.http import json_response, knows
from functions.monitors.http import Result, check
from functions.monitors.source import connected
from functions.rate import limit
from functions.status import incident_store
from functions.status.incident_store import Stored
from functions.status.live import last_checks, swap
from portal.clock import DAY_MS
from portal.status import Board, Check, Component, read
from portal.status.auto import Watched, review
from portal.status.live import Live, advance

if TYPE_CHECKING:
    from werkzeug.wrappers import Response

    from functions.http import Request
    from functions.services import Services

AT_ONCE = 8
HOOK_SECONDS = 15
# Schedulers are not exact: a check is done this much early rather than a tick late.
EARLY_SHARE = 0.1
# A day goes to status/history/ once it is over, with time to repeat a run that failed.
SAMPLES_MS = 4 * DAY_MS
NOBODY = ("status_sample",)
VARIABLE = re.compile(r"\$\{(CHECK_[A-Z0-9_]+)\}")

log = logging.getLogger(__name__)


def poll(services: "Services", deadline: float) -> None:
    """Check every component that is due, longest unchecked first, until `deadline` (monotonic seconds), then review
    the incidents: also when nothing was due, since a maintenance may have ended."""
    bundle = services.portal.get("status")
    if bundle:
        board = read(bundle)
        _check_due(services, board, deadline)
        _review(services, board)


def purge(services: "Services", deadline: float) -> None:
    """Job of the tick: forget samples after four days; by then their day is in status/history/."""
    services.store.run("delete from status_sample where at < :old", old=services.now() - SAMPLES_MS)


def hook(request: "Request", services: "Services") -> "Response":
    """POST /api/status/hook?token=: a monitor's webhook. None of them is signed, so it only means: ask now.
    Answers 202 and asks afterwards."""
    tokens = services.settings.environ.get("STATUS_HOOK_TOKEN", "").split(",")
    if not knows(request.args.get("token", ""), (token for token in tokens if len(token) >= 16)):
        raise Problem(404, "There is no page here.")
    limit(services, "status hook", "all", times=6, per_seconds=60)
    response = json_response({"asked": True}, 202)
    response.call_on_close(lambda: _ask_now(services))
    return response


def _ask_now(services: "Services") -> None:
    bundle = services.portal.get("status")
    if bundle:
        board = read(bundle)
        asked = [one for one in board.monitored if any(check.type != "http" for check in one.checks)]
        _check_due(services, board, time.monotonic() + HOOK_SECONDS, asked)
        _review(services, board)


def _check_due(services: "Services", board: Board, deadline: float, asked: list[Component] | None = None) -> None:
    """Check what is due, or `asked` whether due or not."""
    rows = last_checks(services.store)
    now = services.now()
    every = services.settings.status_interval
    due = asked if asked is not None else [one for one in board.monitored if _is_due(one, every, rows, now)]
    due.sort(key=lambda component: rows[component.id][0].checked_at if component.id in rows else 0)
    ready = _with_addresses(due, services.settings.environ)
    if not ready:
        return
    pool = ThreadPoolExecutor(min(AT_ONCE, len(ready)))
    given = deadline - time.monotonic()
    private = services.settings.loopback
    said = _readings(services, ready)
    waiting = [(component, pool.submit(_ask, component, urls, deadline, private, said)) for component, urls in ready]
    results = [(component, _outcome(component, future, deadline, given)) for component, future in waiting]
    if _blind(board, [result for _, result in results], services.settings.environ, deadline, private):
        log.error("status: nothing answers, and the control address neither: the fault is on our side")
    else:
        for component, result in results:
            _record(services, board, component, rows.get(component.id), result)
    # A header sent byte by byte outlives every timeout, so do not wait for its thread.
    pool.shutdown(wait=False, cancel_futures=True)


def _blind(board: Board, results: list[Result], environ: Mapping[str, str], deadline: float, private: bool) -> bool:
    """Whether the fault is on our side: every check failed, and so did the control address."""
    if not board.control or not results or any(result.outcome in {"ok", "slow"} for result in results):
        return False
    control = VARIABLE.sub(lambda match: environ.get(match[1], ""), board.control)
    left = min(5.0, deadline - time.monotonic())
    # Any answer shows that our network works.
    return left <= 0 or check(control, timeout=left, statuses=range(100, 600), private=private).outcome != "ok"


def _review(services: "Services", built: Board) -> None:
    store, now = services.store, services.now()
    live = {key: state for key, (state, _) in last_checks(store).items()}
    # An outage may have outlived the incident that people closed.
    oldest = min([now - incident_store.KEPT_MS, *(state.since for state in live.values() if not state.ok)])
    rows = incident_store.stored(store, since=oldest)
    known = {one.incident.id: incident_store.marked(one, built) for one in rows}
    # Automation works on what people see, which may be the build's newer text.
    whole = incident_store.joined(built, list(known.values()))
    newest = {incident.id: incident for incident in whole.incidents}
    watched = [Watched(newest[key], one.seen) for key, one in known.items() if key in newest]
    removed = [one.incident for key, one in known.items() if key not in newest]
    for one in rows:
        if one.seen != known[one.incident.id].seen:
            incident_store.mark(store, known[one.incident.id])
    for found in review(whole, live, watched, now, removed):
        incident = found.incident
        revision = known[incident.id].revision if incident.id in known else 0
        if incident_store.save(store, incident_store.marked(Stored(incident, found.seen, revision), built), now):
            log.warning("status: incident %s is %s", incident.id, incident.status)
        else:
            log.info("status: somebody else was faster with incident %s", incident.id)


def _outcome(component: Component, future: "Future[Result]", deadline: float, given: float) -> Result:
    started = future.running()
    try:
        return future.result(timeout=max(0.0, deadline - time.monotonic()))
    except TimeoutError:
        if started and given > component.timeout * len(component.checks):
            return Result("fail", "no complete answer in a whole tick", timed_out=True)
        return Result("error", "there was no time left in this tick")


def _is_due(component: Component, every: int, rows: Mapping[str, tuple[Live, int]], now: int) -> bool:
    if component.id not in rows:
        return True
    since = now - rows[component.id][0].checked_at
    # A check from the future is a clock that was set back: look again.
    return since < 0 or since >= (every or component.interval) * 1000 * (1 - EARLY_SHARE)


def _with_addresses(due: list[Component], environ: Mapping[str, str]) -> list[tuple[Component, list[str]]]:
    """The components whose addresses are complete; the others stay unknown, and the log names the missing variables."""
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


def _readings(services: "Services", ready: list[tuple[Component, list[str]]]) -> dict[tuple[str, str], Result]:
    """Other monitors' results by (type, id), with one call for each kind of monitor."""
    wanted = {(check.type, check.id) for component, _ in ready for check in component.checks if check.type != "http"}
    found: dict[tuple[str, str], Result] = {}
    for kind in sorted({kind for kind, _ in wanted}):
        try:
            readings = connected(services, kind).readings()
        except VendorError as error:
            log.warning("status: %s was not asked: %s %s", kind, error.kind, error.detail)
            continue
        except Exception:
            # Whatever an adopter's module does: all other checks go on.
            log.exception("status: %s was not asked: fault in the adapter", kind)
            continue
        known = {(kind, key): one.result(time.time()) for key, one in readings.items()}
        found |= {key: result for key, result in known.items() if key in wanted}
    return found


def _ask(
    component: Component, urls: list[str], deadline: float, private: bool, said: Mapping[tuple[str, str], Result]
) -> Result:
    """The worst result of a component's checks, or the first failure; `error` when the tick's time ran out."""
    worst = Result("ok")
    for one, url in zip(component.checks, urls, strict=True):
        left = deadline - time.monotonic()
        if left <= 0:
            return Result("error", "there was no time left in this tick")
        if one.type != "http":
            result = said.get((one.type, one.id), Result("error", f"{one.type} says nothing of its check {one.id}"))
        else:
            result = _check_address(component, one, url, left, private)
        if result.timed_out and left < component.timeout:
            return Result("error", "the tick ended before the check's own timeout")
        if result.outcome in {"fail", "error"}:
            return result
        worst = max(worst, result, key=lambda one: (one.outcome == "slow", one.ms))
    return worst


def _check_address(component: Component, one: Check, url: str, left: float, private: bool) -> Result:
    return check(
        url,
        timeout=min(component.timeout, left),
        statuses=one.statuses,
        expected=one.json,
        slow_ms=component.slow_ms,
        tls_days=one.tls_days,
        private=private,
    )


def _record(
    services: "Services", board: Board, component: Component, known: tuple[Live, int] | None, result: Result
) -> None:
    if result.outcome == "error":
        log.warning("status: %s was not checked: %s", component.id, result.error)
        return
    before, revision = known or (None, 0)
    at = services.now()
    services.store.run(
        "insert into status_sample (component_id, at, result, ms) values (:component, :at, :result, :ms)"
        " on conflict (component_id, at) do nothing",
        component=component.id,
        at=at,
        result=result.outcome,
        ms=result.ms,
    )
    now = advance(component, board.stale_after, before, result=result.outcome, at=at, error=result.error)
    if not swap(services, now, revision):
        log.info("status: another poller was faster with %s", component.id)
    elif before is None or before.state != now.state:
        log.warning("status: %s is %s%s", component.id, now.state, f": {now.error}" if now.error else "")
