"""A customer's own address is told of every update, signed; never one that is not public, nor for ever."""

import hmac
import json
import time
from base64 import b64decode, b64encode
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from hashlib import sha256
from pathlib import Path
from threading import Thread
from typing import Any

import pytest
from werkzeug.serving import make_server
from werkzeug.test import Client
from werkzeug.wrappers import Request, Response

from functions import outbox
from functions.app import Portal
from functions.errors import Problem
from functions.mail import preferences
from functions.services import Services
from functions.settings import read
from functions.status import subscribers, tell, webhooks
from functions.status.incident_store import Stored, save
from portal.clock import HOUR_MS
from portal.status import Board, Component, Incident, Maintenance, Page, Update, write
from tests.conftest import ADA, BEN, Browser, Clock, write_bundle
from tests.functions.inbox import listening

NOW = 1_795_384_800_000
BOARD = Board(Page("acme", "Acme", "http://127.0.0.1:8000/status/"), (Component("api", "API"),))


class Receiver:
    """A customer's server on loopback; it answers `status` and keeps what came."""

    def __init__(self) -> None:
        self.came: list[tuple[dict[str, str], bytes]] = []
        self.status = 204

    def __call__(self, environ: Any, start_response: Any) -> Iterable[bytes]:
        request = Request(environ)
        self.came.append((dict(request.headers), request.get_data()))
        return Response(status=self.status, headers={"Location": "/elsewhere"})(environ, start_response)


@pytest.fixture
def receiver() -> Iterator[tuple[Receiver, str]]:
    receiver = Receiver()
    server = make_server("127.0.0.1", 0, receiver)
    thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    yield receiver, f"http://127.0.0.1:{server.server_port}/hook"
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.fixture
def services(environ: dict[str, str], tmp_path: Path) -> Iterator[Services]:
    write_bundle(tmp_path / "build", status=write(BOARD))
    services = Services(read(environ), Clock(NOW))
    services.store.migrate()
    yield services
    services.store.close()


@pytest.fixture
def public(environ: dict[str, str]) -> Services:
    """A portal that is not on one's own machine."""
    return Services(read(environ | {"PUBLIC_ORIGIN": "https://help.acme.example", "TRUSTED_HOPS": "0"}))


def tick(services: Services) -> None:
    tell.announce(services, time.monotonic() + 60)
    outbox.deliver_due(services, time.monotonic() + 60)


def post(services: Services) -> None:
    updates = (Update(services.clock.at, "investigating", "We look."),)
    incident = Incident(
        "2026-11-23-api",
        "API errors",
        "investigating",
        "major",
        services.clock.at,
        None,
        {"api": "major_outage"},
        updates,
    )
    assert save(services.store, Stored(incident), services.clock.at)


def hooks(services: Services) -> list[dict[str, Any]]:
    return services.store.all("select * from webhook")


def test_a_webhook_is_called_once_for_each_update_with_a_signature(
    browser: Browser, sign_in: Callable[..., None], services: Services, receiver: tuple[Receiver, str]
):
    sign_in(browser, ADA)
    browser.post("/api/status/webhooks", data={"url": receiver[1]})
    post(services)
    tick(services)
    tick(services)

    (row,) = hooks(services)
    ((headers, body),) = receiver[0].came
    content = f"{headers['Webhook-Id']}.{headers['Webhook-Timestamp']}.".encode() + body
    expected = hmac.new(b64decode(row["secret"].removeprefix("whsec_")), content, sha256).digest()
    assert headers["Webhook-Signature"] == f"v1,{b64encode(expected).decode()}"
    assert json.loads(body)["update"]["body"] == "We look."
    assert json.loads(body)["event"]["components"] == ["api"]


def test_only_its_owner_sees_and_removes_a_webhook(browser: Browser, sign_in: Callable[..., None], services: Services):
    sign_in(browser, ADA)
    browser.post("/api/status/webhooks", data={"url": "https://ada.example/hook"})
    (row,) = hooks(services)
    assert row["secret"] in browser.get("/my/status/webhooks/").text
    sign_in(browser, BEN)
    assert row["secret"] not in browser.get("/my/status/webhooks/").text
    browser.post("/api/status/webhooks", data={"remove": row["id"]})
    assert hooks(services) == [row]
    sign_in(browser, ADA)
    browser.post("/api/status/webhooks", data={"remove": row["id"]})

    assert hooks(services) == []


def test_nobody_adds_a_webhook_without_signing_in_and_nobody_adds_many(
    browser: Browser, sign_in: Callable[..., None], services: Services
):
    as_script = {"Accept": "application/json"}
    anonymous = browser.post("/api/status/webhooks", data={"url": "https://x.example"}, headers=as_script)
    sign_in(browser, ADA)
    answers = [
        browser.post("/api/status/webhooks", data={"url": f"https://x.example/{number}"}).status_code
        for number in range(webhooks.MOST_PER_CUSTOMER + 1)
    ]

    assert anonymous.status_code == 401
    assert answers == [303] * webhooks.MOST_PER_CUSTOMER + [422]


@pytest.mark.parametrize("status", [500, 302, 404])
def test_a_webhook_that_fails_is_tried_again_and_given_up_after_three_days(
    browser: Browser, sign_in: Callable[..., None], services: Services, receiver: tuple[Receiver, str], status: int
):
    sign_in(browser, ADA)
    receiver[0].status = status
    browser.post("/api/status/webhooks", data={"url": receiver[1]})
    post(services)
    tick(services)
    services.clock.at += 6_000
    tick(services)
    assert len(receiver[0].came) == 2
    services.clock.at += webhooks.GIVE_UP_MS
    tick(services)
    services.clock.at += 24 * HOUR_MS
    tick(services)

    assert len(receiver[0].came) == 3
    assert hooks(services) == []
    assert outbox.count(services) == {"failed": 0, "overdue": 0}


def test_a_webhook_that_says_it_is_gone_is_called_no_more(
    browser: Browser, sign_in: Callable[..., None], services: Services, receiver: tuple[Receiver, str]
):
    sign_in(browser, ADA)
    receiver[0].status = 410
    browser.post("/api/status/webhooks", data={"url": receiver[1]})
    post(services)
    tick(services)

    assert hooks(services) == []


def test_a_good_answer_ends_a_time_of_failures(
    browser: Browser, sign_in: Callable[..., None], services: Services, receiver: tuple[Receiver, str]
):
    sign_in(browser, ADA)
    receiver[0].status = 503
    browser.post("/api/status/webhooks", data={"url": receiver[1]})
    post(services)
    tick(services)
    assert hooks(services)[0]["failing_since"] == services.clock.at
    assert "This URL hasn't responded since" in browser.get("/my/status/webhooks/").text
    receiver[0].status = 200
    services.clock.at += 6_000
    tick(services)

    assert hooks(services)[0]["failing_since"] == 0


def test_no_private_address_is_called_for_a_public_portal(public: Services, receiver: tuple[Receiver, str]):
    assert webhooks.post(receiver[1], b"{}", {}, public) == 0
    assert receiver[0].came == []


@pytest.mark.parametrize(
    "url", ["http://example.com/hook", "ftp://x.example", "https://a:b@example.com/", "https://[", "https:///x", "x"]
)
def test_only_an_https_address_can_be_a_webhook(public: Services, url: str):
    with pytest.raises(Problem):
        webhooks.checked(public, url)


def test_one_click_works_on_the_raw_bytes_of_a_mail(app: Portal, environ: dict[str, str], services: Services):
    with listening() as (inbox, address):
        environ |= {"SMTP_URL": address, "MAIL_FROM": "status@acme.example"}
        mailing = Services(read(environ), Clock(NOW))
        preferences.save(mailing, BEN, ["ticket_mail", "incident_mail:api"], ["api"])
        post(mailing)
        tick(mailing)
        mailing.store.close()
    lines = inbox.raw[0].splitlines()
    (header,) = (line for line in lines if line.startswith(b"List-Unsubscribe:"))
    # In one line and not encoded: mail providers read no other.
    path = header.removeprefix(b"List-Unsubscribe: <http://127.0.0.1:8000").removesuffix(b">").decode()
    server = Client(app)
    form = {"content_type": "application/x-www-form-urlencoded", "base_url": "http://127.0.0.1:8000"}

    assert b"List-Unsubscribe-Post: List-Unsubscribe=One-Click" in lines
    assert server.get(path, base_url="http://127.0.0.1:8000").text.count("<button") == 1
    assert server.post(path, data=b"", **form).status_code == 400
    assert preferences.wants(services, BEN.subject, "incident_mail", "api")
    # A mail provider's server: no cookie, no origin that is ours, exactly this body; an answer and no redirect.
    foreign = {"Origin": "https://mail.example", "Sec-Fetch-Site": "cross-site"}
    answer = server.post(path, data=b"List-Unsubscribe=One-Click", headers=foreign, **form)
    assert (answer.status_code, answer.headers.get("Location"), answer.headers.get("Set-Cookie")) == (200, None, None)
    assert not preferences.wants(services, BEN.subject, "incident_mail", "api")
    assert preferences.wants(services, BEN.subject, "ticket_mail")


def test_nobody_ends_the_mails_of_another(browser: Browser, services: Services):
    preferences.save(services, BEN, ["incident_mail:api"], ["api"])
    own = subscribers.way_out(services, f"subject:{ADA.subject}").partition("&token=")[2]
    other = subscribers.way_out(services, f"subject:{BEN.subject}").partition("&token=")[0]
    form = {"List-Unsubscribe": "One-Click"}

    assert browser.post(f"/api/status/unsubscribe{other}&token={own}", data=form).status_code == 404
    assert preferences.wants(services, BEN.subject, "incident_mail", "api")


def test_whoever_leaves_gets_no_mail_that_was_already_waiting(environ: dict[str, str], services: Services):
    preferences.save(services, BEN, ["incident_mail:api"], ["api"])
    post(services)
    with listening() as (inbox, address):
        mailing = Services(read(environ | {"SMTP_URL": address, "MAIL_FROM": "status@acme.example"}), Clock(NOW))
        tell.announce(mailing, time.monotonic() + 60)
        preferences.save(services, BEN, [], ["api"])
        outbox.deliver_due(mailing, time.monotonic() + 60)
        mailing.store.close()

    assert inbox.raw == []
    assert outbox.count(services) == {"failed": 0, "overdue": 0}


def test_a_webhook_about_maintenance_says_when_and_names_the_components(
    browser: Browser, sign_in: Callable[..., None], services: Services, receiver: tuple[Receiver, str], tmp_path: Path
):
    sign_in(browser, ADA)
    browser.post("/api/status/webhooks", data={"url": receiver[1]})
    update = Update(NOW, "scheduled", "Soon.\n\n- see https://help.acme.example/")
    work = Maintenance("disks", "New disks", "scheduled", NOW + HOUR_MS, NOW + 2 * HOUR_MS, ("api",), updates=(update,))
    write_bundle(tmp_path / "build", status=write(replace(BOARD, maintenances=(work,))))
    tick(services)

    data = json.loads(receiver[0].came[0][1])
    assert data["event"]["affected"] == [{"id": "api", "name": "API", "status": "under_maintenance"}]
    assert data["event"]["scheduled_for"] == "2026-11-22T23:00:00.000Z"
    assert data["event"]["scheduled_until"] == "2026-11-23T00:00:00.000Z"
    assert data["event"]["summary"].startswith("Planned: New disks (API), 22 Nov 2026, 23:00 to")
    assert data["update"]["body"] == update.body


def test_the_limit_holds_when_many_are_added_at_once(services: Services, environ: dict[str, str]):
    def add(number: int) -> bool:
        try:
            return webhooks._add(services, ADA.subject, f"https://x.example/{number % 12 if number < 24 else number}")
        finally:
            services.store.close()  # this thread's connection

    with ThreadPoolExecutor(8) as pool:
        added = list(pool.map(add, range(24)))

    assert len(hooks(services)) == webhooks.MOST_PER_CUSTOMER
    assert len({row["url"] for row in hooks(services)}) == webhooks.MOST_PER_CUSTOMER
    # Each of twelve addresses came twice: the same one again is no other.
    assert added.count(True) >= webhooks.MOST_PER_CUSTOMER
    services.store.run("delete from webhook where id = :id", id=hooks(services)[0]["id"])
    assert add(50)
    assert not add(51)


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ("https://straße.example/hook", "https://xn--strae-oqa.example/hook"),
        ("https://Bücher.example:8443/a?b=ü", "https://xn--bcher-kva.example:8443/a?b=ü"),
        ("https://例え.jp/x", "https://xn--r8jz45g.jp/x"),
        ("https://faß.de", "https://xn--fa-hia.de"),
        ("https://βόλος.com/", "https://xn--nxasmm1c.com/"),
        ("https://Example.com/Hook", "https://Example.com/Hook"),
        ("https://☃.example/", None),
        ("https://a\u200b-.example/", None),
        ("https://ex\u2044ample.com/", None),
    ],
)
def test_the_host_of_a_webhook_is_spelt_as_the_internet_knows_it(public: Services, typed: str, kept: str | None):
    if kept is None:
        with pytest.raises(Problem):
            webhooks.checked(public, typed)
    else:
        assert webhooks.checked(public, typed) == kept
