"""Forgetting a person, by address or by subject: everything of theirs, and nothing of others."""

import hmac
import re
from collections import Counter
from collections.abc import Callable
from hashlib import sha256

import pytest

from functions import outbox
from functions.mail import preferences
from functions.mail.addresses import may_mail
from functions.rate import limit
from functions.services import Services
from functions.signin import sessions
from functions.stores import MIGRATIONS
from portal.addresses import subject
from portal.models import Requester
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
        reads = {"id": f"reads-{person.name}", "address": person.email}
        services.store.run("insert into digest_subscriber values (:id, :address, 1)", **reads)
        outbox.put(services, "changelog.mail", {"to": person.email}, subject_id=reads["id"])
        hook = {"id": f"hook-{person.name}", "owner": person.subject, "url": "https://a.example", "secret": "s"}
        services.store.run("insert into webhook values (:id, :owner, :url, :secret, 0, 1)", **hook)


def everything(services: Services) -> str:
    tables = {name for file in MIGRATIONS.glob("*.sql") for name in re.findall(r"CREATE TABLE (\w+)", file.read_text())}
    return str([services.store.all(f"select * from {table}") for table in sorted(tables)])


def hashes(services: Services, address: str) -> set[str]:
    """What the store may hold of an address that can be made from it again."""
    names = {sha256(address.encode()).hexdigest()[:40], sha256(address.encode()).hexdigest()}
    for key in services.settings.secret_keys:
        for about in ("", "status:", "changelog:"):
            names.add(hmac.new(key.encode(), f"{about}{address}".encode(), sha256).hexdigest())
    return names


def queue(services: Services, person: Requester) -> None:
    """A row of every kind of outbox, as the parts write it, by whatever subject."""
    payloads: dict[str, tuple[str, dict[str, object]]] = {
        "ticket.create": (person.subject, {"ticket": "t1"}),
        "ticket.reply": (person.subject, {"reply": "r1"}),
        "ticket.rating": (person.subject, {"ticket": "t1"}),
        "ticket.look": (person.subject, {"ticket": "t1"}),
        "mail.send": ("another-subject", {"to": person.email.upper(), "subject": "Answered", "text": "There is one."}),
        "mail.verify": (subject(person.email), {"verify": "v1", "nonce": "n1"}),
        "status.confirm": ("", {"address": person.email, "components": [], "asked_at": 1}),
        "status.mail": (f"subject:{person.subject}", {"to": person.email, "who": f"subject:{person.subject}"}),
        "changelog.confirm": ("", {"address": person.email, "asked_at": 1}),
        "changelog.mail": (f"subject:{person.subject}", {"to": person.email, "who": f"subject:{person.subject}"}),
        "status.webhook": ("", {"webhook": f"hook-{person.name}", "id": "u1", "data": {"type": "status.update"}}),
    }
    assert payloads.keys() == outbox.KINDS.keys()
    for kind, (by, payload) in payloads.items():
        outbox.put(services, kind, payload, subject_id=by)


@pytest.mark.parametrize("who", ["sub-ada", "Ada@Customer.example", " ada@customer.example"])
def test_no_table_and_no_log_has_an_address_that_was_forgotten(
    services: Services, caplog: pytest.LogCaptureFixture, who: str
):
    store = services.store
    for person in (ADA, BEN):
        queue(services, person)
        may_mail(services, person.email, "status:")
        limit(services, "status-mail", f"2026-11-22-web hears-{person.name}", 9, 60)
        limit(services, "status-mail", f"2026-11-22-web subject:{person.subject}", 9, 60)
        for heard in (f"hears-{person.name}", f"subject:{person.subject}"):
            store.run("insert into status_heard values ('2026-11-22-web', :who, 1, 1)", who=heard)
        store.run(
            "insert into verify values (:id, :address, '/my/', 'n', null, null, 0, 1)",
            id=f"asked-{person.name}",
            address=person.email,
        )
        by_mail = Requester(subject(person.email), person.email)
        sessions.start(services, by_mail, {})
        limit(services, "look", by_mail.subject, 9, 60)
    before = everything(services).lower()
    with caplog.at_level(0):
        assert forget.main([who]) == 0
    left, kinds = everything(services).lower(), Counter(row["kind"] for row in store.all("select kind from outbox"))

    for trace in (ADA.email, ADA.subject, "hears-ada", "hook-ada", "asked-ada", *hashes(services, ADA.email)):
        assert trace not in left
    assert ADA.email not in caplog.text.lower()
    # Ben keeps everything: one of each kind, and what his ticket and his subscription put there.
    assert set(kinds) == set(outbox.KINDS)
    for trace in (BEN.email, BEN.subject, "hears-ben", "hook-ben", "asked-ben"):
        assert left.count(trace) == before.count(trace)
    assert {one for one in hashes(services, BEN.email) if one in before} == {
        one for one in hashes(services, BEN.email) if one in left
    }


def test_an_address_counted_under_a_key_of_before_is_forgotten_too(
    services: Services, environ: dict[str, str], monkeypatch: pytest.MonkeyPatch
):
    may_mail(services, "eve@customer.example")
    monkeypatch.setenv("SECRET_KEYS", f"{'n' * 32},{environ['SECRET_KEYS']}")

    assert forget.main(["eve@customer.example"]) == 0


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
    assert capsys.readouterr().out.startswith(
        "Nothing here belongs to 'nobody@customer.example', so nothing was erased"
    )
    assert everything(services) == before
