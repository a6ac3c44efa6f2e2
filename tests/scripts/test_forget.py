"""Forgetting a person, by address or by subject: everything of theirs, and nothing of others."""

import re
from collections.abc import Callable

import pytest

from functions import outbox
from functions.mail import preferences
from functions.mail.addresses import may_mail
from functions.services import Services
from functions.stores import MIGRATIONS
from portal.addresses import subject
from scripts import forget
from tests.conftest import ADA, BEN, Browser

MESSAGE = {"topic": "getting-in", "subject": "Locked out", "body": "I cannot sign in since Monday."}


@pytest.fixture(autouse=True)
def people(
    services: Services,
    browser: Browser,
    sign_in: Callable[..., None],
    environ: dict[str, str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Ada and Ben, each with rows in every table about people; the command finds the same store."""
    for name, value in environ.items():
        monkeypatch.setenv(name, value)
    for person in (BEN, ADA):
        sign_in(browser, person)
        answer = browser.post("/api/tickets", data=MESSAGE | {"body": f"{person.name} cannot sign in since Monday."})
        reference = answer.headers["Location"].partition("ref=")[2].partition("&")[0]
        browser.post("/api/tickets/reply", data={"ref": reference, "body": f"{person.name} is still waiting."})
        browser.post("/api/tickets/rating", data={"ref": reference, "good": "no", "reason": f"{person.name} waits."})
        browser.get("/my/tickets/")
        preferences.save(services, person, ["ticket_mail"], [])
        may_mail(services, person.email)
        hears = {"id": f"hears-{person.name}", "address": person.email, "components": "[]", "created_at": 1}
        services.store.run("insert into subscriber values (:id, :address, :components, :created_at)", **hears)
        outbox.put(services, "status.mail", {"to": person.email}, subject_id=hears["id"])
        hook = {"id": f"hook-{person.name}", "owner": person.subject, "url": "https://a.example", "secret": "s"}
        services.store.run("insert into webhook values (:id, :owner, :url, :secret, 0, 1)", **hook)


def everything(services: Services) -> str:
    tables = {name for file in MIGRATIONS.glob("*.sql") for name in re.findall(r"CREATE TABLE (\w+)", file.read_text())}
    return str([services.store.all(f"select * from {table}") for table in sorted(tables)])


@pytest.mark.parametrize("who", ["sub-ada", "Ada@Customer.example"])
def test_a_person_is_gone_and_the_others_are_not(services: Services, capsys: pytest.CaptureFixture[str], who: str):
    assert forget.main([who]) == 0
    left, out = everything(services), capsys.readouterr().out

    for trace in ("sub-ada", "ada@customer.example", "Ada"):
        assert trace not in left
    for table in (
        "ticket",
        "ticket_reply",
        "desk_ticket",
        "desk_message",
        "preference",
        "session",
        "verify_mailed",
        "subscriber",
        "webhook",
    ):
        count = services.store.one(f"select count(*) as n from {table}")
        assert count
        assert count["n"] >= 1, f"Ben's {table}"
    assert BEN.email in left
    assert "1 ticket\n" in out
    assert "backups" in out


def test_who_proved_their_address_by_mail_is_found_by_it(services: Services):
    services.store.run("update session set subject_id = :s where subject_id = 'sub-ada'", s=subject(ADA.email))
    forget.main([ADA.email])

    assert services.store.one("select count(*) as n from session where subject_id = :s", s=subject(ADA.email)) == {
        "n": 0
    }


def test_nobody_of_that_name_is_said(services: Services, capsys: pytest.CaptureFixture[str]):
    before = everything(services)

    assert forget.main(["nobody@customer.example"]) == 3
    assert everything(services) == before
