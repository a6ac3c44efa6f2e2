"""What changed by email: asked for, confirmed, sent once a week from the newest build, and ended by one click."""

import re
import time
from collections.abc import Iterator
from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from functions import outbox
from functions.app import Portal
from functions.changelog.digest import announce
from functions.mail import preferences
from functions.services import Services
from functions.settings import read
from functions.stores import Store
from scripts.changelog.preview import preview
from tests.conftest import ADA, Browser, Clock, write_bundle
from tests.functions.inbox import Inbox, listening

LAST, BEFORE = "2026-11-18", "2026-11-11"


def at(day: str) -> int:
    return int(datetime.fromisoformat(day).replace(tzinfo=UTC).timestamp() * 1000)


MONDAY = at("2026-11-23T07:00")


def change(day: str, title: str, **more: object) -> dict[str, object]:
    lines = [["New", "Share a report by link."], ["", "And a word about it."]]
    return {"slug": f"{day}-x", "title": title, "day": day, "lines": lines, "more": 0, "action": ""} | more


CHANGES = [change(LAST, "Sharing", more=2, action="Make a new key."), change(BEFORE, "Older")]


@pytest.fixture
def inbox() -> Iterator[tuple[Inbox, str]]:
    with listening() as found:
        yield found


@pytest.fixture
def kept(inbox: tuple[Inbox, str]) -> Inbox:
    return inbox[0]


def portal(environ: dict[str, str], inbox: tuple[Inbox, str], folder: Path, built_at: str) -> Services:
    write_bundle(folder, built_at=built_at, changelog={"digest": CHANGES})
    mail = {"SMTP_URL": inbox[1], "MAIL_FROM": "news@acme.example", "PORTAL_BUILD_DIR": str(folder)}
    return Services(read(environ | mail), Clock(MONDAY))


@pytest.fixture
def services(environ: dict[str, str], store: Store, tmp_path: Path, inbox: tuple[Inbox, str]) -> Iterator[Services]:
    found = portal(environ, inbox, tmp_path / "build", "2026-11-23T03:40:00Z")
    yield found
    found.store.close()


@pytest.fixture
def client(services: Services) -> Browser:
    return Browser(Portal(services))


def subscribe(client: Browser, kept: Inbox, address: str = "eve@customer.example") -> None:
    """All three steps."""
    asked = client.post("/api/changelog/subscribe", data={"email": address})
    assert (asked.status_code, asked.location) == (303, "/my/changelog/sent/")
    asked.close()
    token = kept.link().partition("token=")[2]
    assert address in client.get(f"/my/changelog/confirm/?token={token}").text
    assert client.post("/api/changelog/confirm", data={"token": token}).status_code == 200
    kept.forget()


def sent(services: Services, kept: Inbox) -> list[str]:
    """What a run of the job sends, as raw text."""
    kept.forget()
    announce(services, time.monotonic() + 20)
    outbox.deliver_due(services, time.monotonic() + 20)
    return [mail.decode() for mail in kept.raw]


def test_last_weeks_changes_come_once_with_what_to_do_and_a_way_out(
    client: Browser, services: Services, kept: Inbox
) -> None:
    subscribe(client, kept)

    (mail,) = sent(services, kept)
    assert "Subject: What changed in Acme in the week of 16 November 2026" in mail
    assert "To: eve@customer.example" in mail
    assert "List-Unsubscribe-Post: List-Unsubscribe=One-Click" in mail
    for line in (
        "Sharing (18 November 2026)",
        "- New: Share a report by link.",
        "- And a word about it.",
        "And 2 more.",
        "What to do: Make a new key.",
        "http://127.0.0.1:8000/changelog/2026-11-18-x/",
    ):
        assert line in mail
    assert "Older" not in mail
    assert sent(services, kept) == []


def test_one_click_ends_it_also_for_one_that_is_queued(client: Browser, services: Services, kept: Inbox) -> None:
    subscribe(client, kept)
    (mail,) = sent(services, kept)
    address = re.search(r"List-Unsubscribe: <http://127.0.0.1:8000(.+)>", mail)[1]  # type: ignore[index]

    assert client.post(address, data={"List-Unsubscribe": "no"}).status_code == 400
    services.clock.at = at("2026-11-30T08:00")
    services.portal["changelog"]["digest"] = [change("2026-11-25", "Newer")]
    services.portal["built_at"] = "2026-11-30T03:40:00Z"
    announce(services, time.monotonic() + 20)
    assert client.post(address, data={"List-Unsubscribe": "One-Click"}, headers={"Origin": ""}).status_code == 200

    kept.forget()
    outbox.deliver_due(services, time.monotonic() + 20)
    assert kept.raw == []


def test_a_customer_who_chose_it_gets_it_and_each_address_once(
    client: Browser, services: Services, kept: Inbox
) -> None:
    preferences.save(services, ADA, ["changelog_digest"], [])
    subscribe(client, kept, ADA.email)

    assert len(sent(services, kept)) == 1


@pytest.mark.parametrize(
    ("now", "built_at", "count"),
    [
        ("2026-11-23T06:59", "2026-11-23T03:40:00Z", 0),
        ("2026-11-23T07:00", "2026-11-22T03:40:00Z", 0),
        ("2026-11-24T07:00", "2026-11-22T03:40:00Z", 1),
        ("2026-11-25T23:59", "2026-11-25T03:40:00Z", 1),
        ("2026-11-26T00:00", "2026-11-26T03:40:00Z", 0),
    ],
)
def test_it_waits_for_mondays_build_but_not_for_ever(
    environ: dict[str, str], store: Store, tmp_path: Path, inbox: tuple[Inbox, str], now: str, built_at: str, count: int
) -> None:
    services = portal(environ, inbox, tmp_path / "other", built_at)
    services.clock.at = at(now)
    preferences.save(services, ADA, ["changelog_digest"], [])

    assert len(sent(services, inbox[0])) == count
    services.store.close()


def test_a_week_without_changes_brings_no_email(client: Browser, services: Services, kept: Inbox) -> None:
    subscribe(client, kept)
    services.portal["changelog"]["digest"] = [change(BEFORE, "Older")]

    assert sent(services, kept) == []


@pytest.mark.parametrize("path", ["/my/changelog/confirm/?token=x", "/my/changelog/unsubscribe/?id=a&token=x"])
def test_a_broken_link_is_said(client: Browser, path: str) -> None:
    answer = client.get(path)

    assert answer.status_code == 404
    assert "incomplete" in answer.text


def test_a_link_to_join_one_list_does_not_join_another(client: Browser, kept: Inbox) -> None:
    client.post("/api/changelog/subscribe", data={"email": "eve@customer.example"}).close()
    token = kept.link().partition("token=")[2]

    assert client.post("/api/status/confirm", data={"token": token}).status_code == 404


def test_a_robot_gets_the_same_answer_and_no_email(client: Browser, kept: Inbox) -> None:
    data = {"email": "eve@customer.example", "website": "x"}
    answer = client.post("/api/changelog/subscribe", data=data)
    answer.close()

    assert (answer.status_code, kept.raw) == (303, [])


def test_what_is_shown_before_it_goes_out_is_what_readers_get(
    client: Browser, services: Services, kept: Inbox, capsys: pytest.CaptureFixture[str]
) -> None:
    preview(services, date(2026, 11, 22), last=False)
    shown = capsys.readouterr().out
    preview(services, date(2026, 11, 23), last=True)

    assert capsys.readouterr().out == shown
    assert kept.raw == []
    subscribe(client, kept)
    (mail,) = sent(services, kept)
    head, _, body = shown.partition("\n\n")
    own = "unsubscribe/?"
    assert next(line for line in head.split("\n") if line.startswith("Subject: ")) in mail
    assert body.partition(own)[0] == mail.replace("\r\n", "\n").partition("\n\n")[2].partition(own)[0]


def test_a_week_without_changes_is_said_before_monday(services: Services, capsys: pytest.CaptureFixture[str]) -> None:
    preview(services, date(2026, 11, 25), last=False)

    assert "no changes in the week of 2026-11-23" in capsys.readouterr().out
