"""The fault run with systems that hang: desk and webhook receivers accept every connection and never answer, 3,000
status mails wait, and at last the mail server hangs too. Status checks and sign-in mails must go on."""

import json
import socket
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass, field
from itertools import pairwise
from pathlib import Path

import requests
from aiosmtpd.controller import Controller

from functions import outbox
from functions.services import Services
from functions.settings import read
from functions.tickets import ledger
from portal.models import Requester
from portal.tickets import Draft
from scripts.lib.faults_world import GREY, TOKEN, Mailbox, Server, environment, free_port, process

MAILS, TICKETS, RECEIVERS = 3_000, 30, 5
COMPONENTS = ("api", "web", "jobs")
# As `make serve` calls it; a scheduler does not wait for the answer of the call before.
TICK_SECONDS = 5
SIGN_IN_SECONDS = 10
# A mail server in another place: connection and talk take about this long.
MAIL_SECONDS = 0.1
MOST_GAP, MOST_WAIT = 60.0, 30.0


@dataclass
class Hanging:
    """One run: the servers' origins, and when each address asked for a sign-in mail."""

    origins: list[str]
    asked: dict[str, float] = field(default_factory=dict)
    done: threading.Event = field(default_factory=threading.Event)


def run(url: str, seconds: int, kind: str = "found") -> int:
    """Both parts, `seconds` each; prints the figures and returns the exit code. `kind` as in scripts.faults."""
    with tempfile.TemporaryDirectory(prefix="portal-hanging-") as temporary, ExitStack() as stack:
        folder = Path(temporary)
        hole = stack.enter_context(_never_answers())
        healthy, _ = stack.enter_context(process([sys.executable, "-m", "demo.desk", "found", "0", "1"], _plain()))
        environ = environment(url or f"sqlite:///{folder / 'portal.db'}", folder) | {
            "MAIL_FROM": "portal@acme.example",
            "SMTP_URL": f"smtp://127.0.0.1:{free_port()}",
            "BOT_CHECK": "none",
            **(_speaking_to(kind, hole) if kind != "found" else {}),
        }
        _add_status(folder, f"{healthy}/state")
        mailbox = Mailbox(seconds=MAIL_SECONDS)
        smtp = Controller(mailbox, hostname="127.0.0.1", port=int(environ["SMTP_URL"].rpartition(":")[2]))
        smtp.start()
        stack.callback(smtp.stop)
        services = Services(read(environ))
        services.store.migrate()
        _fill(services, hole)
        servers = [Server([hole, kind, "--hanging"], environ, stack) for _ in range(2)]
        hanging = Hanging([server.origin for server in servers])
        good = _part(hanging, services, mailbox, seconds, "desk and webhook receivers hang")
        mailbox.hangs = True
        good &= _part(hanging, services, mailbox, seconds, "the mail server hangs too", mails=False)
        services.store.close()
    print("ok: checks and sign-in mails go on" if good else "FAILED")
    return 0 if good else 1


def _speaking_to(vendor: str, hole: str) -> dict[str, str]:
    """The variables of a portal whose desk is a vendor's that never answers."""
    with process([sys.executable, "-m", "demo.helpdesks", vendor, "0", "1"], _plain()) as (desk, _):
        found: dict[str, str] = requests.get(f"{desk}/environ", timeout=10).json()
    return {name: hole if value == desk else value for name, value in found.items()}


def _part(
    hanging: Hanging, services: Services, mailbox: Mailbox, seconds: int, what: str, *, mails: bool = True
) -> bool:
    """Tick for a while, ask for sign-in mails, and print the longest waits; whether they are within the limits."""
    began, at = time.monotonic(), services.now()
    hanging.done.clear()
    helpers = [threading.Thread(target=_tick, args=(hanging,))]
    helpers += [threading.Thread(target=_sign_in, args=(hanging,))] if mails else []
    for helper in helpers:
        helper.start()
    hanging.done.wait(seconds)
    hanging.done.set()
    for helper in helpers:
        helper.join()
    gap = max(_gap(services, component, at) for component in COMPONENTS)
    print(f"{what}, {time.monotonic() - began:.0f} s:")
    print(f"  {len(COMPONENTS)} components, each checked at the latest after {gap:.0f} s")
    good = gap <= MOST_GAP
    if mails:
        # The last one may still be on its way.
        waits = [
            mailbox.came.get(address, time.monotonic()) - asked
            for address, asked in hanging.asked.items()
            if address in mailbox.came or time.monotonic() - asked > MOST_WAIT
        ]
        print(f"  {len(waits)} sign-in mails, each put off once, left after {max(waits):.0f} s at the latest")
        good &= max(waits) <= MOST_WAIT
    for row in services.store.all(
        "select kind, count(done_at) as done, count(*) as n, max(attempts) as tries from outbox group by kind"
    ):
        print(f"  {row['kind']}: {row['done']} of {row['n']} delivered, at most {row['tries']} tries")
    return good


def _gap(services: Services, component: str, since: int) -> float:
    """The longest time without a check of a component, in seconds."""
    rows = services.store.all(
        "select at from status_sample where component_id = :id and at >= :since order by at", id=component, since=since
    )
    times: list[int] = [since, *(row["at"] for row in rows), services.now()]
    return max(after - before for before, after in pairwise(times)) / 1000


def _tick(hanging: Hanging) -> None:
    number = 0
    calls: list[threading.Thread] = []
    while not hanging.done.wait(TICK_SECONDS if calls else 0):
        number += 1
        calls.append(threading.Thread(target=_call_tick, args=(hanging.origins[number % len(hanging.origins)],)))
        calls[-1].start()
    for call in calls:
        call.join()


def _call_tick(origin: str) -> None:
    with suppress(requests.RequestException):
        requests.post(f"{origin}/api/tick", headers={"Authorization": f"Bearer {TOKEN}"}, timeout=60)


def _sign_in(hanging: Hanging) -> None:
    """Ask for a sign-in mail again and again, to an address whose server puts the first try off."""
    while not hanging.done.wait(SIGN_IN_SECONDS):
        address = f"code{len(hanging.asked)}{GREY}"
        hanging.asked[address] = time.monotonic()
        requests.post(
            f"{hanging.origins[0]}/api/verify",
            {"email": address, "check": "passes"},
            headers={"Sec-Fetch-Site": "same-origin"},
            allow_redirects=False,
            timeout=30,
        ).raise_for_status()


def _fill(services: Services, hole: str) -> None:
    """Queue the status mails, calls of webhooks and tickets that wait."""
    now = services.now()
    with services.store.transaction():
        for number in range(MAILS):
            who = f"reader{number}"
            services.store.run(
                "insert into subscriber (id, address, components, created_at) values (:who, :to, '[]', :now)",
                who=who,
                to=f"{who}@acme.example",
                now=now,
            )
            mail = {"title": "API errors", "body": "We look into it.", "link": "https://acme.example", "update": "u1"}
            outbox.put(services, "status.mail", {"to": f"{who}@acme.example", "who": who, **mail}, subject_id=who)
        for number in range(RECEIVERS):
            services.store.run(
                "insert into webhook (id, owner, url, secret, created_at) values (:id, 'o', :url, 'whsec_QUJD', :now)",
                id=f"w{number}",
                url=f"{hole}/{number}",
                now=now,
            )
            outbox.put(services, "status.webhook", {"webhook": f"w{number}", "id": "u1", "data": {}}, subject_id="")
        for number in range(TICKETS):
            person = Requester(f"c{number}", f"c{number}@customer.example", "Customer")
            ledger.add(services, person, Draft("help", f"Ticket {number}", "Please look."), f"key-{number}")


def _add_status(folder: Path, address: str) -> None:
    """Components with a healthy address, in the build that the functions read."""
    file = folder / "portal.json"
    bundle = json.loads(file.read_text())
    page = {"id": "acme", "name": "Acme", "url": "http://127.0.0.1:8000/status/", "time_zone": "UTC"}
    check = {"type": "http", "url": address, "statuses": [200]}
    components = [{"id": name, "name": name, "checks": [check]} for name in COMPONENTS]
    bundle["status"] = {"page": page, "defaults": {}, "groups": [], "components": components}
    bundle["status"] |= {"incidents": [], "maintenances": []}
    bundle["parts"]["status"] = True
    file.write_text(json.dumps(bundle))


def _plain() -> dict[str, str]:
    return {"PATH": "/usr/bin:/bin"}


@contextmanager
def _never_answers() -> Iterator[str]:
    """The origin of a server that takes every connection, and never says a word."""
    with socket.create_server(("127.0.0.1", 0), backlog=512) as listening:
        taken: list[socket.socket] = []

        def take() -> None:
            with suppress(OSError):  # the end of the run
                while True:
                    taken.append(listening.accept()[0])

        threading.Thread(target=take, daemon=True).start()
        yield f"http://127.0.0.1:{listening.getsockname()[1]}"
        for one in taken:
            one.close()
