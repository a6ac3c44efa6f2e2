"""The CPU of each kind of call, and the bytes of its rows, measured in this process on a store of SQLite."""

import json
import secrets
import tempfile
import time
import uuid
from collections.abc import Callable
from pathlib import Path
from urllib.parse import urlencode

from werkzeug.test import EnvironBuilder, run_wsgi_app

from functions.app import Portal
from functions.services import Services
from functions.settings import read
from functions.signin import sessions
from portal.models import Requester
from scripts.lib.faults_world import environment
from scripts.lib.portal_faults.world import build

CALLS, ROUNDS, EVENTS = 100, 5, 5
HERE = "http://127.0.0.1:8000"
AGENT = "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0"


def measured(calls: int = CALLS, rounds: int = ROUNDS) -> dict[str, float]:
    """The figures of `Figures` that concern the functions, from so many calls of each kind in a round."""
    with tempfile.TemporaryDirectory(prefix="portal-cost-") as folder:
        file = Path(folder) / "portal.db"
        services = Services(read(environment(f"sqlite:///{file}", Path(folder)) | {"DISK_FREE_MB": "0"}))
        build(Path(folder))
        services.store.migrate()
        portal = Portal(services)
        figures = {name: round(_ms(portal, call, calls, rounds), 2) for name, call in _calls(services).items()}
        figures |= {
            "event_bytes": _row(services, "event", lambda: _run(portal, _events()), calls * rounds),
            "ticket_bytes": _row(services, "ticket", lambda: _run(portal, _ticket(services)), calls * rounds),
        }
        services.store.close()
    return figures


def _calls(services: Services) -> dict[str, Callable[[], EnvironBuilder]]:
    return {
        "status_ms": lambda: _call("/api/v2/summary.json"),
        "events_ms": _events,
        "ticket_ms": lambda: _ticket(services),
        "page_ms": lambda: _call("/my/tickets/", {"Cookie": _cookie(services)}),
        "tick_ms": lambda: _call("/api/tick", {"Authorization": f"Bearer {services.settings.tick_tokens[0]}"}),
    }


def _events() -> EnvironBuilder:
    rows = [
        {"event_id": str(uuid.uuid4()), "visit": str(uuid.uuid4()), "view": str(uuid.uuid4()), "seq": number}
        | {"name": "page", "path": "/getting-in/forgot-password/", "kind": "article"}
        for number in range(EVENTS)
    ]
    headers = {"User-Agent": AGENT, "Sec-Fetch-Site": "same-origin"}
    body = json.dumps(rows)
    return _call("/api/events", headers, body, "application/json")


def _ticket(services: Services) -> EnvironBuilder:
    form = {"topic": "exports", "subject": "The export is empty", "body": "It has no rows. " * 40}
    form["key"] = secrets.token_hex(16)
    kind = "application/x-www-form-urlencoded"
    headers = {"Cookie": _cookie(services), "Sec-Fetch-Site": "same-origin"}
    return _call("/api/tickets", headers, urlencode(form), kind)


def _call(path: str, headers: dict[str, str] | None = None, body: str = "", kind: str = "") -> EnvironBuilder:
    """A call at the portal's own origin: POST with a body, else GET."""
    method = "POST" if body else "GET"
    return EnvironBuilder(
        path, HERE, method=method, data=body or None, content_type=kind or None, headers=list((headers or {}).items())
    )


def _cookie(services: Services) -> str:
    """The sign-in of a new customer, since each may ask only so often."""
    who = secrets.token_hex(8)
    return f"portal={sessions.start(services, Requester(who, f'{who}@customer.example', 'Ada'), {})}"


def _run(portal: Portal, call: EnvironBuilder) -> int:
    body, status, _ = run_wsgi_app(portal, call.get_environ())
    b"".join(body)
    return int(status.split()[0])


def _ms(portal: Portal, call: Callable[[], EnvironBuilder], calls: int, rounds: int) -> float:
    """The least of some rounds: other programs on this machine only add to it."""
    best = float("inf")
    for _ in range(rounds):
        asked = [call() for _ in range(calls)]
        before = time.process_time()
        answers = {_run(portal, one) for one in asked}
        best = min(best, (time.process_time() - before) * 1000 / calls)
        if not answers <= {200, 201, 204}:
            raise RuntimeError(f"the portal answered {sorted(answers)}")
    return best


def _row(services: Services, table: str, call: Callable[[], int], times: int) -> int:
    """Bytes of the store for each new row, with what else the call writes."""

    def now() -> tuple[int, int]:
        pages = services.store.one("select page_count * page_size as n from pragma_page_count, pragma_page_size")
        count = services.store.one(f"select count(*) as n from {table}")  # noqa: S608 - the names are ours
        return (pages or {})["n"], (count or {})["n"]

    before, rows = now()
    for _ in range(times):
        call()
    after, more = now()
    return round((after - before) / (more - rows))
