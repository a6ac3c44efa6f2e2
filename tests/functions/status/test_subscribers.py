"""Status updates by mail: asked for, confirmed by a button, told once, and ended by one click, as raw bytes."""

import re
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from functions import outbox
from functions.app import Portal
from functions.mail import preferences
from functions.rate import purge
from functions.services import Services
from functions.settings import read
from functions.status import incident_store
from functions.status.incident_store import Stored
from functions.status.tell import MOST_INCIDENTS, MOST_PER_DAY, MOST_PER_HOUR, announce
from functions.stores import Store
from portal.status import Board, Component, Incident, Maintenance, Page, Update, write
from tests.conftest import ADA, Browser, Clock, write_bundle
from tests.functions.inbox import Inbox, listening

START = 1_795_384_800_000
BOARD = Board(
    Page("acme", "Acme", "http://127.0.0.1:8000/status/"), (Component("web", "Web app"), Component("api", "API"))
)


@pytest.fixture
def inbox() -> Iterator[tuple[Inbox, str]]:
    with listening() as found:
        yield found


@pytest.fixture
def services(
    environ: dict[str, str], database_url: str, store: Store, tmp_path: Path, inbox: tuple[Inbox, str]
) -> Iterator[Services]:
    write_bundle(tmp_path / "build", status=write(BOARD))
    mail = {"SMTP_URL": inbox[1], "MAIL_FROM": "status@acme.example"}
    services = Services(read(environ | {"DATABASE_URL": database_url} | mail), Clock(START))
    yield services
    services.store.close()


@pytest.fixture
def kept(inbox: tuple[Inbox, str]) -> Inbox:
    return inbox[0]


@pytest.fixture
def client(services: Services) -> Browser:
    return Browser(Portal(services))


def subscribe(client: Browser, kept: Inbox, address: str = "eve@customer.example", *components: str) -> None:
    """All three steps."""
    asked = client.post("/api/status/subscribe", data={"email": address, "component": list(components)})
    assert (asked.status_code, asked.location) == (303, "/my/status/sent/")
    asked.close()
    token = kept.link().partition("token=")[2]
    assert client.post("/api/status/confirm", data={"token": token}).status_code == 200
    kept.forget()


def post(services: Services, *bodies: str, key: str = "2026-11-22-web") -> None:
    """An incident of the web app with one update a minute."""
    updates = tuple(Update(services.clock.at + 60_000 * n, "investigating", body, {}) for n, body in enumerate(bodies))
    found = incident_store.find(services.store, key)
    states = {"web": "degraded_performance"}
    incident = Incident(key, "Web is slow", "investigating", "minor", services.clock.at, None, states, updates)
    assert incident_store.save(
        services.store, Stored(incident, revision=found.revision if found else 0), services.clock.at
    )
    services.clock.at += 60_000 * len(bodies)


def told(services: Services, kept: Inbox) -> list[str]:
    """Run the tick's jobs; the addresses that got a mail."""
    kept.forget()
    announce(services, time.monotonic() + 20)
    outbox.deliver_due(services, time.monotonic() + 20)
    return sorted(kept.to)


def test_nothing_is_kept_of_an_address_before_its_owner_pressed_the_button(
    client: Browser, services: Services, kept: Inbox
):
    client.post("/api/status/subscribe", data={"email": "eve@customer.example"}).close()
    path = kept.link()

    assert client.get(path).status_code == 200
    assert services.store.all("select * from subscriber") == []
    post(services, "We look.")
    assert told(services, kept) == []


def test_the_answer_is_the_same_for_every_address_and_one_mail_is_all(client: Browser, services: Services, kept: Inbox):
    subscribe(client, kept)
    both = ("eve@customer.example", "new@customer.example")
    answers = [client.post("/api/status/subscribe", data={"email": address}) for address in both]

    assert answers[0].data == answers[1].data
    assert answers[0].location == answers[1].location
    for answer in answers:
        answer.close()
    assert kept.to == ["new@customer.example"]  # the other one had its mail a moment ago


def test_each_update_is_told_once_to_who_wants_its_component(client: Browser, services: Services, kept: Inbox):
    subscribe(client, kept, "all@customer.example")
    subscribe(client, kept, "web@customer.example", "web")
    subscribe(client, kept, "api@customer.example", "api")
    preferences.save(services, ADA, ["incident_mail:web"], ["web", "api"])
    post(services, "We look.")

    assert told(services, kept) == ["ada@customer.example", "all@customer.example", "web@customer.example"]
    assert told(services, kept) == []
    post(services, "Found.")
    assert len(told(services, kept)) == 3


def test_old_updates_are_not_told(client: Browser, services: Services, kept: Inbox):
    post(services, "We look.")
    services.clock.at += 4 * 3_600_000
    subscribe(client, kept)

    assert told(services, kept) == []


def test_what_flaps_sends_a_few_mails_and_not_forty(client: Browser, services: Services, kept: Inbox):
    subscribe(client, kept)
    services.clock.at = START // 3_600_000 * 3_600_000
    bodies: list[str] = []
    sent = 0
    start = services.clock.at
    for number in range(40):
        bodies.append(f"Update {number}")
        services.clock.at = start
        post(services, *bodies)
        sent += len(told(services, kept))

    assert sent == MOST_PER_HOUR
    # What came too often for a mail of its own is in the next.
    services.clock.at = start
    post(services, *bodies, "One more")
    services.clock.at = start + 3_600_000
    assert len(told(services, kept)) == 1
    assert "Earlier updates:" in kept.text()
    assert "Update 39" in kept.text()


def test_an_incident_that_flaps_all_day_sends_a_few_mails(client: Browser, services: Services, kept: Inbox):
    subscribe(client, kept)
    services.clock.at = START // 86_400_000 * 86_400_000
    sent = 0
    for number in range(40):
        services.clock.at += 30 * 60_000
        post(services, f"Update {number}")
        sent += len(told(services, kept))

    assert sent == MOST_PER_DAY


def test_a_component_that_opens_an_incident_every_quarter_sends_a_few_mails_a_day(
    client: Browser, services: Services, kept: Inbox
):
    services.clock.at -= 21 * 3_600_000  # within one day
    subscribe(client, kept)
    sent: list[str] = []
    for number in range(MOST_INCIDENTS + 3):
        key = f"2026-11-23-web-{number}"
        for status in ("investigating", "monitoring", "resolved"):
            found = incident_store.find(services.store, key)
            before = found.incident.updates if found else ()
            updates = (*before, Update(services.clock.at, status, status, {}))
            incident = Incident(key, "Web", status, "minor", services.clock.at, None, {"web": "major_outage"}, updates)
            assert incident_store.save(
                services.store, Stored(incident, revision=found.revision if found else 0), services.clock.at
            )
            told(services, kept)
            sent += [str(kept.message(n)["Subject"]).partition("] ")[2].partition(":")[0] for n in range(len(kept.raw))]
            services.clock.at += 5 * 60_000

    assert len(sent) == 3 * MOST_INCIDENTS < 40
    # Whoever heard of a beginning hears of the end.
    assert sent.count("Resolved") == sent.count("Investigating") == MOST_INCIDENTS


def test_an_end_after_midnight_is_not_told_to_who_never_heard_of_the_beginning(
    client: Browser, services: Services, kept: Inbox
):
    services.clock.at = (START // 86_400_000 + 1) * 86_400_000 - 10 * 60_000
    subscribe(client, kept)
    for number in range(MOST_INCIDENTS + 1):
        post(services, "We look.", key=f"2026-11-23-web-{number}")
        told(services, kept)
    services.clock.at += 15 * 60_000
    purge(services, 0)
    found = incident_store.find(services.store, f"2026-11-23-web-{MOST_INCIDENTS}")
    assert found
    over = Update(services.clock.at, "resolved", "Over.", {})
    incident = replace(
        found.incident, status="resolved", resolved_at=services.clock.at, updates=(*found.incident.updates, over)
    )
    assert incident_store.save(services.store, Stored(incident, revision=found.revision), services.clock.at)

    assert told(services, kept) == []


def test_a_mail_has_the_headers_of_one_click_and_the_click_ends_it(client: Browser, services: Services, kept: Inbox):
    subscribe(client, kept)
    post(services, "We look.")
    told(services, kept)
    raw = kept.raw[0].decode()
    headers = raw.partition("\r\n\r\n")[0].replace("\r\n ", " ").replace("\r\n\t", " ")

    assert "\r\nList-Unsubscribe-Post: List-Unsubscribe=One-Click" in headers
    url = re.search(r"^List-Unsubscribe: <(http://127\.0\.0\.1:8000(/\S+))>", headers, re.M)
    assert url
    assert re.search(r"^List-Id: Acme status <status\.127\.0\.0\.1>", headers, re.M)
    assert re.search(r"^Message-ID: <status-2026-11-22-web-\d+-[0-9a-f]{24}@acme\.example>", headers, re.M)
    # As a mail program does it: no cookie, no origin, exactly this body.
    program = Browser(Portal(services), use_cookies=False)
    answer = program.open(
        url[2],
        method="POST",
        data=b"List-Unsubscribe=One-Click",
        content_type="application/x-www-form-urlencoded",
        headers={"Sec-Fetch-Site": "none"},
    )

    assert (answer.status_code, answer.headers.get("Set-Cookie")) == (200, None)
    assert services.store.all("select * from subscriber") == []
    post(services, "We look.", "Found.")
    assert told(services, kept) == []


def test_following_the_link_alone_ends_nothing(client: Browser, services: Services, kept: Inbox):
    subscribe(client, kept)
    post(services, "We look.")
    told(services, kept)
    path = re.search(r"^http://127\.0\.0\.1:8000(/my/status/unsubscribe/\S+)$", kept.text(), re.M)
    assert path
    page = client.get(path[1])

    assert ">Unsubscribe</button>" in page.text
    assert len(services.store.all("select * from subscriber")) == 1
    assert client.get(path[1].replace("token=", "token=0")).status_code == 404


def test_a_link_of_before_a_change_of_keys_works_until_the_old_key_goes(
    client: Browser, services: Services, kept: Inbox, environ: dict[str, str], database_url: str
):
    subscribe(client, kept)
    post(services, "We look.")
    told(services, kept)
    path = re.search(r"^http://127\.0\.0\.1:8000(/my/status/unsubscribe/\S+)$", kept.text(), re.M)
    assert path
    answers = []
    for keys in (f"{'n' * 32},{'k' * 32}", "n" * 32):
        changed = Services(read(environ | {"DATABASE_URL": database_url, "SECRET_KEYS": keys}), services.clock)
        answers.append(Browser(Portal(changed)).get(path[1]))
        changed.store.close()

    assert [answer.status_code for answer in answers] == [200, 404]
    assert "or use the one in our latest email" in answers[1].text


def test_a_customer_ends_it_with_the_same_click(client: Browser, services: Services, kept: Inbox):
    preferences.save(services, ADA, ["incident_mail:web", "ticket_mail"], ["web"])
    post(services, "We look.")
    assert told(services, kept) == ["ada@customer.example"]
    path = re.search(r"(/api/status/unsubscribe\S+)>", kept.raw[0].decode().replace("\r\n ", ""))
    assert path
    client.post(path[1], data={"List-Unsubscribe": "One-Click"})

    assert list(preferences.recipients(services, "incident_mail", "web")) == []
    assert preferences.wants(services, ADA.subject, "ticket_mail")


@pytest.mark.parametrize("token", ["", "x", "WyJhIl0.abc.def"])
def test_a_made_up_token_subscribes_nobody(client: Browser, services: Services, token: str):
    assert client.post("/api/status/confirm", data={"token": token}).status_code == 404
    assert services.store.all("select * from subscriber") == []


def test_a_link_is_over_after_two_days(client: Browser, services: Services, kept: Inbox):
    client.post("/api/status/subscribe", data={"email": "eve@customer.example"}).close()
    path = kept.link()
    services.clock.at += 48 * 3_600_000

    assert client.get(path).status_code == 404


@pytest.mark.parametrize("typed", ["", "eve", "eve@x", "a@b.example\nBcc: c@d.example"])
def test_what_is_no_address_is_said(client: Browser, kept: Inbox, typed: str):
    answer = client.post("/api/status/subscribe", data={"email": typed})

    assert answer.status_code == 422
    assert "Enter a complete email address" in answer.text
    assert kept.to == []


def test_only_robots_fill_in_the_hidden_field(client: Browser, kept: Inbox):
    data = {"email": "eve@customer.example", "website": "x"}
    client.post("/api/status/subscribe", data=data).close()

    assert kept.to == []


def test_a_mail_about_maintenance_says_when_and_one_about_an_incident_what_is_affected(
    client: Browser, services: Services, kept: Inbox, tmp_path: Path
):
    subscribe(client, kept)
    update = Update(START, "scheduled", "We put in new disks.")
    work = Maintenance(
        "disks", "New disks", "scheduled", START + 7_200_000, START + 9_000_000, ("api",), updates=(update,)
    )
    page = replace(BOARD.page, time_zone="Europe/Berlin")
    write_bundle(tmp_path / "build", status=write(replace(BOARD, page=page, maintenances=(work,))))
    told(services, kept)
    planned, text = kept.message(), kept.text()
    post(services, "We look.")
    told(services, kept)
    broken = kept.message()

    assert planned["Subject"] == "[Acme status] Planned: New disks (API), 23 Nov 2026, 00:00-00:30 UTC"
    assert "We put in new disks.\n\nWhen: 23 Nov 2026, 00:00-00:30 UTC" in text
    assert "(23 Nov 2026, 01:00-01:30 CET)\nAffects: API\n" in text
    assert broken["Subject"] == "[Acme status] Investigating: Web is slow (Web app)"
    assert "Affects: Web app (degraded performance)\n" in kept.text()
