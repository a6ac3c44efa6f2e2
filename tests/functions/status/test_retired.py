"""Who subscribed to a component that is retired hears of it once, and of nothing after that."""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from functions.mail import preferences
from functions.services import Services
from functions.status import retired
from portal.status import Board, Component, Page, write
from tests.conftest import ADA, BUNDLE, write_bundle

API, WEB, OLD = Component("api", "API"), Component("web", "Web app"), Component("old", "Old app", retired="2026-11-01")
BOARD = Board(Page("acme", "Acme", "http://127.0.0.1:8000/status/"), (API, WEB), retired=(OLD,))


@pytest.fixture
def environ(environ: dict[str, str], tmp_path: Path) -> dict[str, str]:
    folder = write_bundle(tmp_path / "retired", status=write(BOARD), parts=BUNDLE["parts"])
    return environ | {
        "PORTAL_BUILD_DIR": str(folder),
        "SMTP_URL": "smtp://127.0.0.1:2525",
        "MAIL_FROM": "help@acme.example",
    }


def subscribe(services: Services, address: str, *components: str) -> None:
    services.store.run(
        "insert into subscriber (id, address, components, created_at) values (:id, :address, :components, 1)",
        id=f"id-{address}",
        address=address,
        components=json.dumps(components),
    )


def sent(services: Services) -> Iterator[tuple[str, str]]:
    """Recipient and text of each email that is waiting."""
    for row in services.store.all("select payload from outbox where kind = 'mail.send' order by id"):
        payload = json.loads(row["payload"])
        yield payload["to"], payload["text"]


def test_each_subscription_to_it_ends_with_an_email_and_others_go_on(services: Services) -> None:
    subscribe(services, "only@customer.example", "old")
    subscribe(services, "both@customer.example", "old", "web")
    subscribe(services, "other@customer.example", "web")
    subscribe(services, "all@customer.example")
    preferences.save(services, ADA, ["incident_mail:old", "incident_mail:api"], ["old", "api"])

    retired.end(services, 0)
    retired.end(services, 0)

    found = dict(sent(services))
    assert len(list(sent(services))) == 3
    assert found.keys() == {"only@customer.example", "both@customer.example", ADA.email}
    assert all("Old app is no longer part of Acme" in text for text in found.values())
    assert "You still get updates about Web app." in found["both@customer.example"]
    assert "You still get updates about API." in found[ADA.email]
    assert "subscribe again: http://127.0.0.1:8000/status/" in found["only@customer.example"]
    rows = services.store.all("select address, components from subscriber order by address")
    assert {row["address"].partition("@")[0]: json.loads(row["components"]) for row in rows} == {
        "all": [],
        "both": ["web"],
        "other": ["web"],
    }
    assert preferences.wants(services, ADA.subject, "incident_mail", "api")
    assert not preferences.wants(services, ADA.subject, "incident_mail", "old")


def test_without_a_mail_server_it_ends_without_an_email(environ: dict[str, str], services: Services) -> None:
    services.mailer = type(services.mailer)(None, "")
    subscribe(services, "only@customer.example", "old")

    retired.end(services, 0)

    assert list(sent(services)) == []
    assert services.store.all("select 1 from subscriber") == []
