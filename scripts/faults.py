"""Tickets under fire: `python -m scripts.faults` submits while desk and functions fail, then counts.

Real servers of the functions take tickets, replies and files from many clients at once; a desk that fails in every way
(demo.desk) is behind them, a killer ends them with SIGKILL at random points, and the tick runs as a host's scheduler
would call it. When everything is delivered, the desk is compared with what customers were told. Exit code 1 when
anything was lost or doubled; the last line is the summary.

With --hanging the other systems accept every connection and never answer, while 3,000 status mails wait: exit code 1
when a component is not checked once a minute, or a sign-in mail takes longer than 30 seconds.

With --billing customers change seats while the billing system fails: exit code 1 when it has anything else than
customers were told.
With --portal a customer walks through a portal whose store, help desk, billing system, identity provider, mail server,
clock and deploy fail one at a time; prints what they saw, and exits 1 when something accepted is lost or doubled.
"""

import argparse
import random
import secrets
import sys
import tempfile
import threading
import time
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import requests
from aiosmtpd.controller import Controller

from functions.services import Services
from functions.settings import read
from functions.signin import sessions
from portal.models import Requester
from scripts.billing import faults as faults_billing
from scripts.lib import faults_hanging, portal_faults
from scripts.lib.faults_world import TOKEN, Mailbox, Server, environment, free_port, process, stores

# How demo.desk can take a ticket, and the vendors whose fakes fail by chance.
KINDS = ("found", "keyed", "repeated")
VENDORS = ("zendesk", "help_scout", "intercom", "front", "freshdesk")
SERVERS = 2
PER_CUSTOMER = 10
DRAIN_SECONDS = 180


@dataclass
class Run:
    """One run: the answers that customers got, by the marker in their text."""

    submissions: int
    clients: int
    kills: int
    kind: str
    url: str
    switches: list[str]
    chance: random.Random
    accepted: set[str] = field(default_factory=set)
    unknown: set[str] = field(default_factory=set)
    replied: set[str] = field(default_factory=set)
    killed: int = 0
    origins: list[str] = field(default_factory=list)
    done: threading.Event = field(default_factory=threading.Event)


def main(argv: list[str] | None = None) -> int:
    given = _parser().parse_args(argv)
    if given.billing:
        return faults_billing.run(
            given.database, given.changes, given.kills, given.seed, without_wait=given.without_wait
        )
    if given.portal is not None:
        return portal_faults.run(given.portal)
    if given.hanging:
        return faults_hanging.run(given.database, given.seconds, given.desk[0])
    switches = [f"--{name}" for name in ("without-claim", "without-key") if getattr(given, name.replace("-", "_"))]
    bad = 0
    lines = []
    with tempfile.TemporaryDirectory(prefix="portal-faults-") as temporary, ExitStack() as stack:
        folder = Path(temporary)
        for store, url in stores(given.database, folder, stack):
            for kind in given.desk:
                run = Run(
                    given.submissions,
                    given.clients,
                    given.kills,
                    kind,
                    url,
                    switches,
                    random.Random(given.seed),  # noqa: S311
                )
                started = time.monotonic()
                outcome, state = _run(run, folder / f"{store}-{kind}")
                bad += outcome["lost"] + outcome["doubled"]
                line = f"{store}, {kind}: " + ", ".join(f"{count} {name}" for name, count in outcome.items())
                print(f"{line}, {run.killed} kills, {time.monotonic() - started:.0f} s", flush=True)
                print(
                    f"  the desk: {', '.join(f'{count} {name}' for name, count in sorted(state.items()))}", flush=True
                )
                lines.append(outcome)
    total = sum(map(Counter, lines), Counter[str]())
    print(
        f"{'FAILED' if bad else 'ok'}: {total['accepted']} accepted, {total['replies']} replies,"
        f" {total['lost']} lost, {total['doubled']} doubled"
    )
    return 1 if bad else 0


def _run(run: Run, folder: Path) -> tuple[dict[str, int], dict[str, int]]:
    folder.mkdir()
    mailbox = Mailbox()
    environ = environment(run.url, folder) | {
        "MAIL_FROM": "portal@acme.example",
        "SUPPORT_MAILBOX": "help@acme.example",
    }
    environ["SMTP_URL"] = f"smtp://127.0.0.1:{free_port()}"
    smtp = Controller(mailbox, hostname="127.0.0.1", port=int(environ["SMTP_URL"].rpartition(":")[2]))
    smtp.start()
    services = Services(read(environ))
    services.store.migrate()
    for table in ("outbox", "ticket_file", "ticket_reply", "ticket", "rate", "job", "session"):
        services.store.run(f"delete from {table}")  # noqa: S608 - the names are ours
    seed = str(run.chance.random())
    module = "demo.desk" if run.kind in KINDS else "demo.helpdesks"
    with process([sys.executable, "-m", module, run.kind, "0", seed], environ) as (desk, _):
        if run.kind not in KINDS:
            environ |= requests.get(f"{desk}/environ", timeout=10).json()
        with ExitStack() as stack:
            servers = [Server([desk, run.kind, *run.switches], environ, stack) for _ in range(SERVERS)]
            run.origins = [server.origin for server in servers]
            helpers = [threading.Thread(target=_tick, args=(run,)), threading.Thread(target=_kill, args=(run, servers))]
            for helper in helpers:
                helper.start()
            cookies = [_cookies(services, run, client) for client in range(run.clients)]
            with ThreadPoolExecutor(run.clients) as pool:
                list(pool.map(lambda client: _client(run, client, cookies[client]), range(run.clients)))
            requests.post(f"{desk}/calm", timeout=10).raise_for_status()
            left = _drain(services)
            run.done.set()
            for helper in helpers:
                helper.join()
        state = _state(run, desk)
    services.store.close()
    smtp.stop()
    return _compare(run, state["tickets"], mailbox) | {"undelivered": left}, state["happened"]


def _state(run: Run, desk: str) -> dict[str, Any]:
    """What the desk has and which faults happened. A vendor's fake knows no keys: each ticket is its own, and so is
    each text."""
    state: dict[str, Any] = requests.get(f"{desk}/state", timeout=30).json()
    if run.kind in KINDS:
        return state
    tickets = [
        {"subject": subject, "key": str(number), "replies": [{"body": text, "key": ""} for text in texts]}
        for subject, copies in state.items()
        for number, texts in enumerate(copies)
    ]
    return {"tickets": tickets, "happened": requests.get(f"{desk}/happened", timeout=30).json()}


def _compare(run: Run, tickets: list[dict[str, Any]], mailbox: Mailbox) -> dict[str, int]:
    """Compare what customers were told with desk and mailbox. A `repeated` desk may have a ticket twice under one key,
    and so may the mailbox."""
    there = Counter(ticket["subject"] for ticket in tickets)
    if run.kind == "repeated":
        there = Counter(subject for subject, _ in {(ticket["subject"], ticket["key"]) for ticket in tickets})
    there += Counter({subject: len(ids) for subject, ids in mailbox.ids.items()})
    replies = Counter(reply for ticket in tickets for reply in {(one["body"], one["key"]) for one in ticket["replies"]})
    if run.kind != "repeated":
        replies = Counter((one["body"], one["key"]) for ticket in tickets for one in ticket["replies"])
    by_body = Counter[str]()
    for (body, _), count in replies.items():
        by_body[body] += count
    if run.kind == "repeated":  # a doubled ticket may have got the reply in either of its copies, never in both
        by_body = Counter({body: min(count, 1) for body, count in by_body.items()})
    return {
        "accepted": len(run.accepted),
        "unanswered": len(run.unknown),
        "in the mailbox": len(mailbox.ids),
        "replies": len(run.replied),
        "lost": sum(there[one] == 0 for one in run.accepted) + sum(by_body[one] == 0 for one in run.replied),
        "doubled": sum(count > 1 for count in there.values()) + sum(count > 1 for count in by_body.values()),
    }


def _client(run: Run, client: int, cookies: list[str]) -> None:
    """Submits one ticket after the other, and mostly sends again under the same key until there is an answer."""
    chance = random.Random(f"{client}")  # noqa: S311
    for number in range(client, run.submissions, run.clients):
        what = "Rejected" if number % 25 == 12 else "Submission"  # the desk always rejects this
        marker = f"{what} {number} of client {client}"
        form = {
            "topic": "help",
            "subject": marker,
            "body": f"{marker}: please look at this.",
            "key": secrets.token_hex(16),
        }
        files = {"files": ("log.txt", b"a line\n" * 50, "text/plain")} if number % 5 == 0 else None
        cookie = cookies[number // run.clients // PER_CUSTOMER]
        location = _post(run, "/api/tickets", form, cookie, chance, files, patient=number % 10 != 3)
        if location is None:
            run.unknown.add(marker)
            continue
        run.accepted.add(marker)
        if number % 5 == 1:
            reference = location.partition("ref=")[2].partition("&")[0]
            for turn in ("first", "second"):
                body = f"The {turn} addition to {marker}"
                form = {"ref": reference, "body": body, "key": secrets.token_hex(16)}
                if _post(run, "/api/tickets/reply", form, cookie, chance, None, patient=True):
                    run.replied.add(body)


def _post(
    run: Run, path: str, form: dict[str, str], cookie: str, chance: random.Random, files: Any, *, patient: bool
) -> str | None:
    """The address that the customer is sent to; without `patient`, None when the first try gets no answer."""
    headers = {"Accept": "application/json", "Sec-Fetch-Site": "same-origin", "Cookie": f"portal={cookie}"}
    while True:
        try:
            answer = requests.post(chance.choice(run.origins) + path, form, files=files, headers=headers, timeout=30)
        except requests.RequestException:
            answer = None
        if answer is not None and answer.status_code == 201:
            return str(answer.json()["location"])
        if answer is not None and answer.status_code < 500:
            raise RuntimeError(f"{path}: {answer.status_code} {answer.text[:300]}")
        if not patient:
            return None
        run.done.wait(0.1)


def _kill(run: Run, servers: list[Server]) -> None:
    """Kills a server at random moments, spread over the run by the number of accepted submissions."""
    points = sorted(run.chance.uniform(0, 0.95) * run.submissions for _ in range(run.kills))
    for point in points:
        while len(run.accepted) + len(run.unknown) < point and not run.done.wait(0.01):
            continue
        run.done.wait(run.chance.uniform(0, 0.1))
        number = run.chance.randrange(len(servers))
        servers[number].kill()
        run.killed += 1
        servers[number].start()
        run.origins[number] = servers[number].origin


def _tick(run: Run) -> None:
    """Call the tick as a host's scheduler does, but every half second instead of every minute."""
    while not run.done.wait(0.5):
        with suppress(requests.RequestException):  # it was just killed; the next call finds it or another
            requests.post(
                run.chance.choice(run.origins) + "/api/tick", headers={"Authorization": f"Bearer {TOKEN}"}, timeout=20
            )


def _drain(services: Services) -> int:
    """Wait until everything is delivered; the number of deliveries left when that takes too long."""
    end = time.monotonic() + DRAIN_SECONDS
    while True:
        row = services.store.one("select count(*) as n from outbox where done_at is null")
        if row is None or row["n"] == 0 or time.monotonic() > end:
            return int(row["n"]) if row else 0
        time.sleep(0.2)


def _cookies(services: Services, run: Run, client: int) -> list[str]:
    """Session cookies for a client: enough customers that none exceeds the hourly limit."""
    count = run.submissions // run.clients // PER_CUSTOMER + 1
    people = [
        Requester(f"c{client}-{n}", f"c{client}-{n}@customer.example", f"Customer {client}") for n in range(count)
    ]
    return [sessions.start(services, person, {}) for person in people]


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m scripts.faults", description=__doc__.splitlines()[0])
    parser.add_argument("--submissions", type=int, default=500)
    parser.add_argument("--clients", type=int, default=20)
    parser.add_argument("--kills", type=int, default=20)
    parser.add_argument("--desk", nargs="+", default=["found"], choices=[*KINDS, *VENDORS])
    parser.add_argument("--database", default="", help="a database to use instead of both engines (it is emptied)")
    parser.add_argument("--seed", default="1")
    parser.add_argument("--hanging", action="store_true", help="other systems accept and never answer")
    parser.add_argument(
        "--portal", nargs="?", const="", metavar="NAME", help="the portal's faults, or those whose name fits"
    )
    parser.add_argument("--seconds", type=int, default=150, help="length of each of the two parts of --hanging")
    parser.add_argument("--billing", action="store_true", help="seats are changed while the billing system fails")
    parser.add_argument("--changes", type=int, default=200, help="how many changes of --billing")
    parser.add_argument("--without-wait", action="store_true", help="give a change up at once: must fail")
    parser.add_argument("--without-claim", action="store_true", help="deliver without the lease: must fail")
    parser.add_argument("--without-key", action="store_true", help="give the desk no key: must fail")
    return parser


if __name__ == "__main__":
    raise SystemExit(main())
