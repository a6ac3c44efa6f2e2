"""Billing under fire: `python -m scripts.faults --billing` changes seats while the vendor fails and functions die.

Customers look at a price, confirm it (often twice at once), and follow the page after it until it tells what became
of the change. Afterwards the vendor must have exactly the seats that each customer was told, and one invoice for each
change that was told as done. With --without-wait a change is given up at once instead of after SETTLE_MS, at a vendor
that writes late: the run must notice.
"""

import os
import random
import re
import sys
import tempfile
import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, suppress
from dataclasses import dataclass, field
from html import unescape
from pathlib import Path
from urllib.parse import urlsplit

import requests
from werkzeug.serving import make_server

from functions.app import Portal
from functions.billers import web
from functions.billing import changes, ledger
from functions.services import Services
from functions.settings import read
from functions.signin import sessions
from portal.models import Requester
from scripts.lib.faults_world import TOKEN, Server, environment, process, stores

EACH = 5
SERVERS = 2
SEATS_AT_FIRST, INVOICES_AT_FIRST = 5, 2
# As in `functions.billing.ledger`: longer than a call can take, with its second try, and the vendor's late writes.
SETTLE_MS = 9_000
TIMEOUT = (1.0, 1.0)
GIVE_UP_SECONDS = 100
KEY = "rk_test_demo"
HOST = "127.0.0.1:8000"
# What no second try makes better.
FINAL = {307, 403, 404, 409, 422, 429}


@dataclass
class Run:
    """One run: what each customer was told last, and how many changes were told as done."""

    changes: int
    kills: int
    seed: str
    origins: list[str] = field(default_factory=list)
    seats: dict[str, int] = field(default_factory=dict)
    done: dict[str, int] = field(default_factory=dict)
    unchanged: int = 0
    killed: int = 0
    told: int = 0
    over: threading.Event = field(default_factory=threading.Event)


class BillingServer(Server):
    """A server of the functions with this module's times."""

    def __init__(self, arguments: list[str], environ: dict[str, str], stack: ExitStack) -> None:
        self._command = [sys.executable, "-m", "scripts.billing.faults", *arguments]
        self._environ = environ
        self._stack = stack
        self.start()


def run(database: str, changes: int, kills: int, seed: str, *, without_wait: bool) -> int:
    """Run on every engine; exit code 1 when a customer was told anything else than the vendor has."""
    bad = 0
    with tempfile.TemporaryDirectory(prefix="portal-billing-") as temporary, ExitStack() as stack:
        for store, url in stores(database, Path(temporary), stack):
            folder = Path(temporary) / f"run-{store}"
            folder.mkdir()
            one = Run(changes, kills, seed)
            started = time.monotonic()
            wrong = _one(one, url, folder, ["--without-wait"] if without_wait else [])
            bad += wrong
            print(
                f"{store}: {one.told} changes, {sum(one.done.values())} done, {one.unchanged} not made, {wrong} told"
                f" wrongly, {one.killed} kills, {time.monotonic() - started:.0f} s",
                flush=True,
            )
    print(f"{'FAILED' if bad else 'ok'}: {bad} customers were told anything else than the vendor has")
    return 1 if bad else 0


def _one(run: Run, url: str, folder: Path, switches: list[str]) -> int:
    customers = run.changes // EACH
    environ = environment(url, folder)
    vendor = [sys.executable, "-m", "demo.billers.failing", "0", run.seed, str(customers)]
    vendor += ["late"] if switches else []  # the fault for which the functions wait
    with process(vendor, environ) as (origin, _), ExitStack() as stack:
        environ |= {"BILLER": "stripe", "STRIPE_KEY": KEY, "STRIPE_API": origin}
        environ["BILLING_HOSTS"] = urlsplit(origin).netloc
        services = Services(read(environ))
        services.store.migrate()
        for table in ("billing_change", "billing_known", "rate", "job", "session"):
            services.store.run(f"delete from {table}")  # noqa: S608 - the names are ours
        servers = [BillingServer(switches, environ, stack) for _ in range(SERVERS)]
        run.origins = [server.origin for server in servers]
        helpers = [threading.Thread(target=_tick, args=(run,)), threading.Thread(target=_kill, args=(run, servers))]
        for helper in helpers:
            helper.start()
        cookies = {number: _cookies(services, number) for number in range(customers)}
        try:
            with ThreadPoolExecutor(customers) as pool:
                list(pool.map(lambda number: _customer(run, number, cookies[number]), range(customers)))
        finally:
            run.over.set()
            for helper in helpers:
                helper.join()
        requests.post(f"{origin}/calm", timeout=10).raise_for_status()
        state = requests.get(f"{origin}/state", timeout=10).json()
        services.store.close()
    return sum(
        state["seats"][name] != run.seats[name] or state["invoices"][name] != INVOICES_AT_FIRST + run.done.get(name, 0)
        for name in run.seats
    )


def _customer(run: Run, number: int, cookies: list[str]) -> None:
    """One change after the other, each by another admin, since one may change only so often."""
    chance = random.Random(f"{run.seed}-{number}")  # noqa: S311
    name = f"cus_{number}"
    run.seats[name] = SEATS_AT_FIRST
    for cookie in cookies:
        wanted = chance.choice([seats for seats in range(1, 30) if seats != run.seats[name]])
        offer = _offer(run, f"sub_{number}", wanted, cookie, chance)
        where = _press(run, offer, cookie, chance)
        if _outcome(run, where, wanted, cookie, chance):
            run.seats[name] = wanted
            run.done[name] = run.done.get(name, 0) + 1
        else:
            run.unchanged += 1
        run.told += 1


def _offer(run: Run, subscription: str, seats: int, cookie: str, chance: random.Random) -> str:
    """Look at the price until the vendor tells it."""
    path = f"/my/billing/change/?what=seats&subscription={subscription}&seats={seats}"
    page = _ask(run, "GET", path, cookie, chance, lambda answer: 'name="offer"' in answer.text)
    found = re.search(r'name="offer" value="([^"]+)"', page.text)
    return unescape(found[1]) if found else ""


def _press(run: Run, offer: str, cookie: str, chance: random.Random) -> str:
    """Confirm, often twice at once; a press without an answer is pressed again. Returns the path of the page after."""

    def press(_: int) -> str:
        answer = _ask(
            run, "POST", "/api/billing/change", cookie, chance, lambda answer: answer.status_code == 303, offer=offer
        )
        return answer.headers["Location"]

    with ThreadPoolExecutor(2) as pool:
        return next(iter(pool.map(press, range(chance.choice((1, 2))))))


def _outcome(run: Run, where: str, seats: int, cookie: str, chance: random.Random) -> bool:
    """Follow the page until it tells what became of the change: whether it was made."""
    made = f"Your plan has {seats} seat"

    def is_told(answer: requests.Response) -> bool:
        return made in answer.text or "Nothing was changed" in answer.text

    return made in _ask(run, "GET", where, cookie, chance, is_told).text


def _ask(
    run: Run,
    method: str,
    path: str,
    cookie: str,
    chance: random.Random,
    enough: Callable[[requests.Response], bool],
    **form: str,
) -> requests.Response:
    """Ask either server until the answer is enough, as somebody who reloads; RuntimeError when that takes too long."""
    headers = {"Accept": "text/html", "Sec-Fetch-Site": "same-origin", "Cookie": f"portal={cookie}"}
    headers["Host"] = HOST  # a portal on loopback sends every other one there
    until = time.monotonic() + GIVE_UP_SECONDS
    answer = None
    while time.monotonic() < until:
        with suppress(requests.RequestException):  # it was just killed; the next one finds it or another
            url = chance.choice(run.origins) + path
            answer = requests.request(method, url, data=form, headers=headers, timeout=30, allow_redirects=False)
            if enough(answer):
                return answer
            if answer.status_code in FINAL:
                break
        run.over.wait(0.2)
    raise RuntimeError(f"{path}: {answer.status_code if answer is not None else 'no answer'}")


def _kill(run: Run, servers: list[BillingServer]) -> None:
    """Kill a server at random moments, spread over the run by the number of changes that were told."""
    chance = random.Random(run.seed)  # noqa: S311
    for point in sorted(chance.uniform(0, 0.95) * run.changes for _ in range(run.kills)):
        while run.told < point and not run.over.wait(0.01):
            continue
        run.over.wait(chance.uniform(0, 0.2))
        number = chance.randrange(len(servers))
        servers[number].kill()
        run.killed += 1
        servers[number].start()
        run.origins[number] = servers[number].origin


def _tick(run: Run) -> None:
    """Call the tick as a host's scheduler does, but every second."""
    while not run.over.wait(1):
        with suppress(requests.RequestException):
            headers = {"Authorization": f"Bearer {TOKEN}"}
            requests.post(run.origins[0] + "/api/tick", headers=headers, timeout=20)


def _cookies(services: Services, number: int) -> list[str]:
    """A session for each change of a customer."""
    claims = {"billing_admin": True, "billing_customer": f"cus_{number}"}
    people = [Requester(f"c{number}-{n}", f"c{number}-{n}@customer.example") for n in range(EACH)]
    return [sessions.start(services, person, claims) for person in people]


def main(argv: list[str]) -> None:
    """One server of the functions, with minutes shortened to seconds; prints its address."""
    web.TIMEOUT_SECONDS = TIMEOUT  # type: ignore[assignment]
    changes.LOOKED_AT_MOST = 100_000  # the customers of a run do not tire
    ledger.SETTLE_MS = -1 if "--without-wait" in argv else SETTLE_MS
    server = make_server("127.0.0.1", 0, Portal(Services(read(os.environ))), threaded=True)
    print(f"http://127.0.0.1:{server.server_port}", flush=True)
    server.serve_forever()


if __name__ == "__main__":
    main(sys.argv[1:])
