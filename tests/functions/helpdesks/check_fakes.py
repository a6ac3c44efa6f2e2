"""Holds adapters and fakes to the vendors' own specifications: `make check-fakes SPECS=folder`.

The folder has `zendesk.openapi.yaml`, `helpscout.openapi.yaml`, `intercom.openapi.yaml`, `front.openapi.yaml`,
`freshdesk.openapi.yaml`, `betterstack.openapi.yaml`, `pingdom.openapi.yaml`, `statuspage-public.openapi.yaml`,
`stripe.openapi.yaml`, `chargebee.openapi.yaml` and `recurly.openapi.yaml` (OpenAPI 3). Prism
(https://stoplight.io/open-source/prism), fetched when asked for, stands between each adapter and its fake while a
ticket lives its life, a monitor is asked, or a customer changes a plan; every request and every answer that the
specification does not allow is printed, exit code 1.
"""

import argparse
import json
import re
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from socket import create_server
from typing import TYPE_CHECKING, Any

import requests
from werkzeug.wrappers import Request, Response

from demo import server
from demo.helpdesks import freshdesk, front, help_scout, intercom, zendesk
from demo.monitors import TOKEN, Monitors
from functions.helpdesks import HelpDesk
from functions.helpdesks.freshdesk import Freshdesk
from functions.helpdesks.front import Front
from functions.helpdesks.help_scout import HelpScout
from functions.helpdesks.intercom import Intercom
from functions.helpdesks.zendesk import Zendesk
from functions.monitors.better_stack import BetterStack
from functions.monitors.pingdom import Pingdom
from functions.monitors.statuspage import Statuspage
from portal.clock import DAY_MS
from portal.tickets import Reply
from tests.conftest import ADA
from tests.functions.billers.check_fakes import BILLERS, Known
from tests.functions.helpdesks.benches import FRESHDESK, FRONT, HELP_SCOUT, INTERCOM, PNG, ZENDESK, ticket

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIEnvironment

PRISM = "@stoplight/prism-cli@5.14.2"
START_SECONDS = 60
# Not in the descriptions that we have: reading comments, forms with files, and reading one contact.
FORMS = Known(besides=re.compile(r"GET /conversations/cnv_\d+/comments .*|POST \S+ multipart/form-data"))
CONTACTS = Known(beyond=(f"/contacts/{intercom.CONTACT}",), circular="multiple_filter_search_request")


def main(argv: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("specs", type=Path, help="the folder with the specifications")
    specs = parser.parse_args(argv).specs
    with tempfile.TemporaryDirectory() as tools:
        install = ["npm", "install", "--silent", "--no-audit", "--no-fund", "--prefix", tools, PRISM]
        subprocess.run(install, check=True)
        prism = Path(tools) / "node_modules" / ".bin" / "prism"
        found = [
            *_check(prism, specs / "zendesk.openapi.yaml", zendesk.Zendesk(), _zendesk),
            *_check(prism, specs / "helpscout.openapi.yaml", help_scout.HelpScout(), _help_scout),
            *_check(prism, specs / "intercom.openapi.yaml", intercom.Intercom(), _intercom, CONTACTS),
            *_check(prism, specs / "front.openapi.yaml", front.Front(), _front, FORMS),
            *_check(prism, specs / "freshdesk.openapi.yaml", freshdesk.Freshdesk(), _freshdesk, Known(base="/api/v2")),
            *_check(prism, specs / "betterstack.openapi.yaml", _monitors("1", "2", "3"), _better_stack),
            *_check(prism, specs / "pingdom.openapi.yaml", _monitors("85975", "161748"), _pingdom),
            *_check(prism, specs / "statuspage-public.openapi.yaml", _monitors("x1", word="operational"), _statuspage),
            *[one for each in BILLERS for one in _check(prism, specs / each.spec, each.fake, each.run, each.known)],
        ]
    for one in found:
        print(one)
    print(f"{len(found)} violations")
    return bool(found)


def live(desk: HelpDesk, answer: Callable[[str], None]) -> None:
    """Everything that a portal asks of a desk."""
    made = ticket(files=(PNG,))
    ref = desk.create(made)
    desk.create(ticket("key-2", follows=ref))
    assert desk.find(made) == ref
    answer(ref)
    assert len(desk.tickets(ADA)) == 2
    desk.ticket(ADA, ref)
    desk.reply(ADA, ref, Reply("reply-1", "Still the same.", made.created_at, (PNG,)))
    desk.set_status(ADA, ref, "solved")
    desk.note(ref, "The customer says: this solved it.")
    desk.set_status(ADA, ref, "open")
    desk.count(made.created_at - DAY_MS, made.created_at + DAY_MS)
    desk.subjects(made.created_at - DAY_MS)
    desk.macros()


def _zendesk(origin: str, fake: zendesk.Zendesk) -> None:
    live(Zendesk({**ZENDESK, "ZENDESK_API": origin}), lambda ref: fake.answer(int(ref), "Try again now."))


def _help_scout(origin: str, fake: help_scout.HelpScout) -> None:
    live(HelpScout({**HELP_SCOUT, "HELPSCOUT_API": origin}), lambda ref: fake.answer(int(ref), "Try again now."))


def _front(origin: str, fake: front.Front) -> None:
    desk = Front({**FRONT, "FRONT_API": origin})
    live(desk, lambda ref: fake.answer(ref, "Try again now."))
    ref = desk.create(ticket("key-3"))
    desk.reply(ADA, ref, Reply("reply-3", "Without a file.", 1_700_000_000_000))


def _intercom(origin: str, fake: intercom.Intercom) -> None:
    live(Intercom({**INTERCOM, "INTERCOM_API": origin}), lambda ref: fake.answer(ref, "Try again now."))


def _freshdesk(origin: str, fake: freshdesk.Freshdesk) -> None:
    live(Freshdesk({**FRESHDESK, "FRESHDESK_API": origin}), lambda ref: fake.answer(int(ref), "Try again now."))


def _monitors(*keys: str, word: str = "up") -> Monitors:
    fake = Monitors()
    fake.states = dict.fromkeys(keys, word)
    return fake


def _better_stack(origin: str, fake: Monitors) -> None:
    assert set(BetterStack(origin, TOKEN).readings()) == set(fake.states)


def _pingdom(origin: str, fake: Monitors) -> None:
    assert set(Pingdom(origin, TOKEN).readings()) == set(fake.states)


def _statuspage(origin: str, fake: Monitors) -> None:
    assert set(Statuspage(origin).readings()) == set(fake.states)


def _check(
    prism: Path, spec: Path, fake: Any, run: Callable[[str, Any], None], known: Known | None = None
) -> list[str]:
    """What the specification does not allow, a line each, once."""
    known = known or Known()
    found: dict[str, None] = {}
    calls = 0

    def record(environ: "WSGIEnvironment", start_response: "StartResponse") -> Iterable[bytes]:
        nonlocal calls
        calls += 1
        request = Request(environ)
        headers = {name: value for name, value in request.headers if name not in {"Host", "Content-Length"}}
        call = f"{request.method} {request.path} {request.mimetype}"
        path = request.full_path if request.query_string else request.path
        url = (
            f"{upstream}{path}"
            if path.startswith(known.beyond) or known.besides.fullmatch(call)
            else f"{behind}{path.removeprefix(known.base)}"
        )
        done = requests.request(
            request.method, url, data=request.get_data(), headers=headers, timeout=30, allow_redirects=False
        )
        for one in json.loads(done.headers.get("sl-violations", "[]")):
            where = " ".join(map(str, one["location"]))
            found[f"{spec.name}: {request.method} {request.path}: {where}: {one['message']}"] = None
        kept = {
            name: done.headers[name]
            for name in ("Content-Type", "Resource-ID", "Location", "Link")
            if name in done.headers
        }
        # A next page is at the fake's own address, behind Prism.
        content = done.content.replace(upstream.encode(), request.host_url.rstrip("/").encode())
        return Response(content, done.status_code, kept)(environ, start_response)

    with (
        known.mended(spec) as right,
        server.running(fake) as upstream,
        _prism(prism, right, upstream + known.base) as behind,
        server.running(record) as origin,
    ):
        run(origin, fake)
    print(f"{spec.name}: {calls} requests")
    return list(found)


@contextmanager
def _prism(program: Path, spec: Path, upstream: str) -> Iterator[str]:
    with create_server(("127.0.0.1", 0)) as probe:
        port = str(probe.getsockname()[1])
    process = subprocess.Popen(
        [str(program), "proxy", str(spec), upstream, "-h", "127.0.0.1", "-p", port], stdout=subprocess.DEVNULL
    )
    try:
        until = time.monotonic() + START_SECONDS
        while process.poll() is None and time.monotonic() < until:
            try:
                requests.get(f"http://127.0.0.1:{port}/", timeout=5)
                break
            except requests.ConnectionError:
                time.sleep(0.2)
        yield f"http://127.0.0.1:{port}"
    finally:
        process.terminate()
        process.wait(10)


if __name__ == "__main__":
    sys.exit(main())
