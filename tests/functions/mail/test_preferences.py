"""Which mails someone wants: chosen in a form, kept on both engines, honoured by what sends."""

import json
from collections.abc import Callable

import pytest

from functions.errors import Problem
from functions.mail import preferences
from functions.services import Services
from scripts import desk
from tests.conftest import ADA, BEN, BUNDLE, Browser, write_bundle

COMPONENTS = [{"id": "api", "name": "API"}, {"id": "exports", "name": "Exports & imports"}]


@pytest.fixture
def environ(environ: dict[str, str], tmp_path) -> dict[str, str]:
    status = BUNDLE["status"] | {"components": COMPONENTS}
    folder = write_bundle(tmp_path / "preferences", status=status)
    mail = {"SMTP_URL": "smtp://127.0.0.1:1", "MAIL_FROM": "support@acme.example"}
    return environ | mail | {"PORTAL_BUILD_DIR": str(folder)}


def save(browser: Browser, *wanted: str):
    return browser.post("/api/account", data={"job": "save_notifications", "want": list(wanted)})


def test_answers_come_unasked_and_news_does_not(services: Services):
    assert preferences.wants(services, "sub-ada", "ticket_mail")
    assert not preferences.wants(services, "sub-ada", "changelog_digest")
    assert not preferences.wants(services, "sub-ada", "incident_mail", "api")


def test_what_was_chosen_is_kept_and_can_be_changed(browser: Browser, services: Services, sign_in: Callable[..., None]):
    sign_in(browser)
    first = save(browser, "incident_mail:api")
    page = browser.get(first.location).text
    chosen = preferences.choices(services, "sub-ada", ["api", "exports"])
    save(browser, "ticket_mail")

    assert first.status_code == 303
    assert "Saved." in page
    assert 'value="incident_mail:api" checked' in page
    assert "Exports &amp; imports" in page
    assert chosen == {
        "ticket_mail": False,
        "changelog_digest": False,
        "incident_mail:api": True,
        "incident_mail:exports": False,
    }
    assert preferences.wants(services, "sub-ada", "ticket_mail")
    assert not preferences.wants(services, "sub-ada", "incident_mail", "api")


def test_a_choice_counts_for_one_customer_only(browser: Browser, services: Services, sign_in: Callable[..., None]):
    sign_in(browser)
    save(browser)

    assert not preferences.wants(services, "sub-ada", "ticket_mail")
    assert preferences.wants(services, "sub-ben", "ticket_mail")


def test_whatever_sends_finds_who_asked_for_it(services: Services):
    preferences.save(services, BEN, ["incident_mail:api"], ["api"])
    preferences.save(services, ADA, ["incident_mail:api"], ["api"])

    assert list(preferences.recipients(services, "incident_mail", "api")) == [
        ("sub-ada", "ada@customer.example"),
        ("sub-ben", "ben@customer.example"),
    ]
    assert list(preferences.recipients(services, "changelog_digest")) == []


def test_a_weekly_email_of_changes_is_offered_and_can_be_stopped(
    browser: Browser, services: Services, sign_in: Callable[..., None]
):
    sign_in(browser)
    assert save(browser, "changelog_digest").status_code == 303
    assert 'value="changelog_digest" checked' in browser.get("/my/account/notifications/").text

    preferences.stop(services, "sub-ada", "changelog_digest")
    assert not preferences.wants(services, "sub-ada", "changelog_digest")


def test_a_field_that_is_not_on_the_form_changes_nothing(services: Services):
    with pytest.raises(Problem) as caught:
        preferences.save(services, ADA, ["incident_mail:gone"], ["api"])

    assert caught.value.status == 422
    assert services.store.all("select * from preference") == []


def test_a_kind_that_nobody_can_choose_is_a_fault_of_the_sender(services: Services):
    with pytest.raises(KeyError):
        preferences.wants(services, "sub-ada", "advertising")
    with pytest.raises(KeyError):
        preferences.wants(services, "sub-ada", "incident_mail")


def test_the_page_needs_a_session(browser: Browser):
    assert browser.get("/my/account/notifications/").status_code == 303
    assert save(browser, "ticket_mail").status_code == 401


@pytest.mark.parametrize("wanted", [True, False])
def test_the_desk_mails_an_answer_only_to_who_wants_it(
    environ: dict[str, str],
    browser: Browser,
    services: Services,
    sign_in: Callable[..., None],
    monkeypatch: pytest.MonkeyPatch,
    wanted: bool,
):
    for name, value in environ.items():
        monkeypatch.setenv(name, value)
    sign_in(browser)
    browser.post(
        "/api/tickets", data={"topic": "getting-in", "subject": "Locked out", "body": "I cannot sign in today."}
    )
    preferences.save(services, ADA, ["ticket_mail"] if wanted else [], ["api", "exports"])
    number = services.desk.tickets(ADA)[0].reference
    assert desk.main(["reply", number, "Use the recovery code."]) == 0
    mails = [
        json.loads(row["payload"]) for row in services.store.all("select payload from outbox where kind = 'mail.send'")
    ]

    assert [mail["to"] for mail in mails] == ([ADA.email] if wanted else [])
    assert services.desk.tickets(ADA)[0].status == "pending"
