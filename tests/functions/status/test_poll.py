"""The poll against a real service that answers well, badly, slowly, elsewhere or not at all."""

import logging
import threading
import time
from collections.abc import Iterator
from dataclasses import replace
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest

from functions.app import Portal
from functions.monitors.http import BODY_LIMIT, check
from functions.outgoing.careful import is_public
from functions.outgoing.post import send
from functions.services import Services
from functions.settings import read
from functions.status.live import last_checks
from functions.status.poll import poll, purge
from functions.stores import Store
from portal.status import Board, Check, Component, Page, write
from tests.conftest import Browser, Clock, write_bundle

START = 1_795_384_800_000


class Service(ThreadingHTTPServer):
    """A service whose behaviour is the path that it is asked for, or `self.status` at /health."""

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Handler)
        self.status = 200
        self.asked: list[str] = []
        self.body = b""
        self.headers: dict[str, str] = {}
        self.closing = threading.Event()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_port}"


class Handler(BaseHTTPRequestHandler):
    server: Service

    def do_GET(self) -> None:
        path = self.path.partition("?")[0]
        self.server.asked.append(path)
        self.server.headers = dict(self.headers)
        if path == "/slow":
            self.server.closing.wait()
            return
        if path == "/drip-header":
            self.trickle()
            return
        status = {"/500": 500, "/moved": 302, "/204": 204}.get(path, self.server.status)
        self.send_response(status)
        if path == "/moved":
            self.send_header("Location", "/200")
        if path == "/short":
            self.send_header("Content-Length", "100")
        self.end_headers()
        if path == "/json":
            self.wfile.write(self.server.body)
        if path == "/drip":
            self.wfile.write(b"a")
            self.wfile.flush()
            self.server.closing.wait()
        if path == "/endless":
            self.pour()

    do_POST = do_GET

    def trickle(self) -> None:
        """A header that never ends, a byte at a time and each in good time."""
        try:
            self.wfile.write(b"HTTP/1.1 200 OK\r\nX-Long: ")
            while not self.server.closing.wait(0.05):
                self.wfile.write(b"x")
                self.wfile.flush()
        except OSError:
            return  # the reader left

    def pour(self) -> None:
        try:
            while not self.server.closing.is_set():
                self.wfile.write(b"x" * BODY_LIMIT)
        except OSError:
            return  # the reader had enough, which is the point

    def log_message(self, format: str, *args: Any) -> None:
        """Quiet."""


@pytest.fixture
def service() -> Iterator[Service]:
    server = Service()
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    yield server
    server.closing.set()
    server.shutdown()
    server.server_close()
    thread.join()


@pytest.fixture
def refused() -> str:
    """An address where nobody listens."""
    server = Service()
    server.server_close()
    return server.url


@pytest.mark.parametrize(
    ("path", "outcome", "error"),
    [
        ("/200", "ok", ""),
        ("/500", "fail", "answered 500 instead of 200 or 203"),
        ("/204", "fail", "answered 204 instead of 200 or 203"),
        ("/moved", "fail", "answered 302 instead of 200 or 203"),
        ("/slow", "fail", "no answer within 0.2 s"),
        ("/drip", "fail", "no answer within 0.2 s"),
        ("/short", "fail", "the answer broke off (ChunkedEncodingError)"),
        ("/endless", "ok", ""),
    ],
)
def test_a_check_tells_what_the_service_did(service: Service, path: str, outcome: str, error: str):
    result = check(service.url + path, timeout=0.2, statuses={203, 200}, private=True)

    assert (result.outcome, result.error) == (outcome, error)
    assert service.asked == [path]


@pytest.mark.parametrize(
    ("options", "outcome", "error"),
    [
        ({"expected": {"status": "ok", "db.up": "true"}}, "ok", ""),
        ({"expected": {"db.up": "false"}}, "fail", "'db.up' in the answer is not what it should be"),
        ({"expected": {"no.such": "x"}}, "fail", "'no.such' is not in the answer"),
        ({"expected": {"nodes.0.state": "up", "nodes.1.state": "down", "none": "null"}}, "ok", ""),
        ({"expected": {"nodes.2.state": "up"}}, "fail", "'nodes.2.state' is not in the answer"),
        ({"expected": {"nodes.-1.state": "down"}}, "fail", "'nodes.-1.state' is not in the answer"),
        ({"expected": {"missing": "null"}}, "fail", "'missing' is not in the answer"),
        ({"expected": {"db.0": "true"}}, "fail", "'db.0' is not in the answer"),
        ({"expected": {"status.x": "null"}}, "fail", "'status.x' is not in the answer"),
        ({"slow_ms": 0}, "slow", "the answer took longer than 0 ms"),
    ],
    ids=str,
)
def test_an_answer_can_be_expected_to_say_something_and_soon(service: Service, options: Any, outcome: str, error: str):
    service.body = b"""{"status": "ok", "db": {"up": true}, "none": null,
        "nodes": [{"state": "up"}, {"state": "down"}]}"""
    result = check(service.url + "/json", timeout=1, statuses={200}, private=True, **options)

    assert (result.outcome, result.error) == (outcome, error)


def test_an_answer_that_should_be_json_and_is_not_has_failed(service: Service):
    assert check(service.url, timeout=1, statuses={200}, private=True, expected={"a": "b"}).outcome == "fail"


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost", "[::ffff:127.0.0.1]", "0.0.0.0", "2130706433"])
def test_no_name_leads_a_check_to_a_private_address(service: Service, host: str):
    result = check(f"http://{host}:{service.server_port}/", timeout=1, statuses={200})

    assert result.outcome == "error"
    assert service.asked == []


@pytest.mark.parametrize(
    ("address", "public"),
    [
        ("8.8.8.8", True),
        ("2606:4700:4700::1111", True),
        ("64:ff9b::808:808", True),  # 8.8.8.8 as a host without IPv4 sees it
        ("::ffff:8.8.8.8", True),
        ("0.0.0.0", False),
        ("10.1.2.3", False),
        ("100.64.0.1", False),
        ("169.254.169.254", False),
        ("224.0.0.1", False),
        ("::", False),
        ("fe80::1%eth0", False),
        ("fd00:ec2::254", False),
        ("::ffff:169.254.169.254", False),
        ("64:ff9b::a9fe:a9fe", False),
        ("64:ff9b:1::808:808", False),
        ("2002:7f00:1::", False),
        ("168.63.129.16", False),  # a cloud's host
        ("100.100.100.200", False),
        ("192.0.0.9", False),
        ("192.0.0.192", False),
        ("192.88.99.1", False),
        ("192.175.48.1", False),
        ("198.19.255.254", False),
        ("240.0.0.1", False),
        ("255.255.255.255", False),
        ("239.255.255.250", False),
        ("fec0::1", False),
        ("::8.8.8.8", False),
        ("::127.0.0.1", False),
        ("::1", False),
        ("ff0e::1", False),
        ("2001::1", False),
        ("2001:1::1", False),
        ("2001:20::1", False),
        ("2001:db8::1", False),
        ("3fff::1", False),
        ("5f00::1", False),
        ("4000::1", False),
        ("100::1", False),
        ("2620:4f:8000::1", False),
        ("fd20:ce::254", False),
        ("::ffff:168.63.129.16", False),
        ("64:ff9b::a83f:8110", False),
        ("2002:a83f:8110::1", False),
        ("2a00:1450::5efe:a9fe:a9fe", False),  # ISATAP
        ("2a00:1450:4001::200e", True),
        ("192.1.0.1", True),
    ],
)
def test_an_address_is_public_by_where_it_leads(address: str, public: bool):
    assert is_public(address) is public


def test_a_refused_connection_is_a_failure_and_a_wrong_address_is_not(refused: str):
    assert check(refused, timeout=1, statuses={200}, private=True).error == "no connection"
    assert check("http://[bad", timeout=1, statuses={200}, private=True).outcome == "error"
    assert check("https://api..acme.example/health", timeout=1, statuses={200}, private=True).outcome == "error"
    for host in ("☃.example", "a\u200d-.example", "xn--ß.example", "ex\u2044ample.com", "-ä.example"):
        assert check(f"https://{host}/", timeout=1, statuses={200}, private=True).error == "the address is not valid"
    assert check("health", timeout=1, statuses={200}, private=True).outcome == "error"


def test_a_header_that_comes_byte_by_byte_is_cut_off(service: Service):
    began = time.monotonic()
    result = check(service.url + "/drip-header", timeout=0.2, statuses={200}, private=True)

    assert (result.outcome, result.timed_out) == ("fail", True)
    assert send(service.url + "/drip-header", b"{}", {}, private=True, seconds=0.3) == 0
    assert time.monotonic() - began < 10


def test_no_error_holds_the_address(service: Service, refused: str):
    secret = "?key=hunter2"
    addresses = [
        service.url + "/500",
        service.url + "/slow",
        service.url + "/short",
        refused + "/",
        "http://[bad",
        "x:/",
    ]

    errors = [check(address + secret, timeout=0.2, statuses={200}, private=True).error for address in addresses]

    assert all(errors)
    assert "hunter2" not in " ".join(errors)
    assert "127.0.0.1" not in " ".join(errors)


def test_a_check_sends_no_credentials_of_the_machine(service: Service, monkeypatch: pytest.MonkeyPatch, tmp_path):
    netrc = tmp_path / "netrc"
    netrc.write_text("machine 127.0.0.1 login root password secret\n")
    monkeypatch.setenv("NETRC", str(netrc))

    check(service.url, timeout=1, statuses={200}, private=True)

    assert "Authorization" not in service.headers


@pytest.fixture
def polled(
    environ: dict[str, str], database_url: str, store: Store, service: Service, tmp_path: Path
) -> Iterator[Services]:
    """A portal that watches `web` at the service's /health, and nobody watches `api`."""
    web = Component("web", "Web app", checks=(Check("${CHECK_SERVICE}/health"),), interval=10, timeout=5)
    bundle = write(Board(Page("acme", "Acme"), (web, Component("api", "API")), defaults={"stale_after": 600}))
    write_bundle(tmp_path / "build", status=bundle)
    services = Services(read(environ | {"DATABASE_URL": database_url, "CHECK_SERVICE": service.url}), Clock(START))
    yield services
    services.store.close()


def tick(services: Services, seconds: int = 10) -> str:
    """Let time pass, poll, and return the state of the watched component."""
    services.clock.at += seconds * 1000
    poll(services, time.monotonic() + 20)
    rows = last_checks(services.store)
    return rows["web"][0].state if rows else "never checked"


def test_an_outage_is_known_after_three_checks_and_over_after_two(polled: Services, service: Service):
    before = tick(polled)
    service.status = 503
    down = [tick(polled) for _ in range(3)]
    service.status = 200
    up = [tick(polled) for _ in range(2)]

    assert before == "operational"
    assert down == ["operational", "operational", "major_outage"]
    assert up == ["major_outage", "operational"]
    assert last_checks(polled.store).keys() == {"web"}


def test_a_component_is_asked_when_it_is_due(polled: Services, service: Service):
    for seconds in (0, 5, 4, 10, 1):
        tick(polled, seconds)

    assert len(service.asked) == 3  # at 0, at 9 (a tick is never on the second) and at 19


def test_an_address_that_is_not_set_leaves_the_component_unknown(
    polled: Services, service: Service, caplog: pytest.LogCaptureFixture
):
    unset = Services(read({k: v for k, v in polled.settings.environ.items() if k != "CHECK_SERVICE"}), Clock(START))

    with caplog.at_level(logging.WARNING):
        state = tick(unset)
    unset.store.close()

    assert state == "never checked"
    assert caplog.messages == ["status: set CHECK_SERVICE; the components checked there are not confirmed"]
    assert service.asked == []


def test_a_poll_without_time_left_blames_nobody(polled: Services, service: Service):
    poll(polled, time.monotonic() - 1)

    assert last_checks(polled.store) == {}
    assert service.asked == []


def test_a_timeout_that_the_tick_cut_short_is_not_a_failure(polled: Services, service: Service, tmp_path):
    bundle = polled.portal["status"]
    bundle["components"][0]["checks"][0]["url"] = "${CHECK_SERVICE}/slow"
    write_bundle(tmp_path / "build", status=bundle)

    poll(polled, time.monotonic() + 0.2)

    assert last_checks(polled.store) == {}


def test_of_two_pollers_the_later_one_gives_way(polled: Services, service: Service, monkeypatch: pytest.MonkeyPatch):
    tick(polled)
    polled.clock.at += 10_000
    rows = last_checks(polled.store)
    poll(polled, time.monotonic() + 20)
    with monkeypatch.context() as patch:
        # The second poller read before the first one wrote.
        patch.setattr("functions.status.poll.last_checks", lambda store: rows)
        poll(polled, time.monotonic() + 20)

    live, revision = last_checks(polled.store)["web"]
    assert (revision, live.run) == (2, 2)


def test_a_portal_without_a_status_page_polls_nothing(environ: dict[str, str], tmp_path):
    write_bundle(tmp_path / "build", status=None)

    poll(Services(read(environ), Clock(START)), time.monotonic() + 20)

    assert not (tmp_path / "portal.db").exists()


def test_one_wrong_address_does_not_silence_the_others(environ: dict[str, str], service: Service, tmp_path: Path):
    bad = Component("api", "API", checks=(Check("${CHECK_BAD}"),), interval=10, timeout=5)
    web = Component("web", "Web app", checks=(Check("${CHECK_SERVICE}/health"),), interval=10, timeout=5)
    write_bundle(
        tmp_path / "build", status=write(Board(Page("acme", "Acme"), (bad, web), defaults={"stale_after": 600}))
    )
    services = Services(read(environ | {"CHECK_SERVICE": service.url, "CHECK_BAD": "https://api..acme.example/health"}))
    services.store.migrate()
    poll(services, time.monotonic() + 20)

    assert list(last_checks(services.store)) == ["web"]
    services.store.close()


def test_an_answer_that_never_ends_costs_no_more_than_the_tick(polled: Services, service: Service, tmp_path: Path):
    bundle = polled.portal["status"]
    bundle["components"][0]["checks"][0]["url"] = "${CHECK_SERVICE}/drip-header"
    bundle["components"][0]["timeout"] = 0.2
    write_bundle(tmp_path / "build", status=bundle)

    poll(polled, time.monotonic() + 1)

    assert last_checks(polled.store)["web"][0].error == "no answer within 0.2 s"


def summary(services: Services) -> Any:
    return Browser(Portal(services)).get("/api/v2/summary.json").json


def test_an_outage_opens_an_incident_that_everybody_sees_and_its_end_closes_it(polled: Services, service: Service):
    for status, minutes in ((200, 1), (500, 3), (200, 14)):
        service.status = status
        for _ in range(minutes):
            polled.clock.at += 60_000
            poll(polled, time.monotonic() + 5)
        if status == 500:
            (incident,) = summary(polled)["incidents"]
            assert incident["impact"] == "critical"
            assert incident["incident_updates"][0]["status"] == "investigating"

    assert summary(polled)["incidents"] == []
    (row,) = polled.store.all("select * from status_incident")
    assert row["is_over"] == 1
    assert polled.store.one("select count(*) as n from status_sample") == {"n": 18}


def test_samples_are_forgotten_after_four_days(polled: Services, service: Service):
    poll(polled, time.monotonic() + 5)
    polled.clock.at += 4 * 86_400_000 + 1
    purge(polled, time.monotonic() + 5)

    assert polled.store.all("select * from status_sample") == []


def test_when_nothing_answers_at_all_it_is_we_who_cannot_see(
    polled: Services, service: Service, refused: str, tmp_path: Path
):
    board = Board(Page("acme", "Acme"), (Component("web", "Web", checks=(Check(service.url + "/health"),)),))
    write_bundle(tmp_path / "build", status=write(replace(board, control=refused)))
    service.status = 500
    for _ in range(5):
        polled.clock.at += 60_000
        poll(polled, time.monotonic() + 5)
    assert last_checks(polled.store) == {}

    write_bundle(tmp_path / "build", status=write(replace(board, control=service.url + "/500")))
    for _ in range(3):
        polled.clock.at += 60_000
        poll(polled, time.monotonic() + 5)
    assert last_checks(polled.store)["web"][0].state == "major_outage"
