"""A mailbox as the help desk: what arrives there, as raw bytes."""

from dataclasses import replace
from pathlib import Path

import pytest

from functions.errors import VendorError
from functions.services import Services
from functions.settings import read
from portal.models import Requester
from portal.tickets import Draft, File, Reply, Ticket
from tests.conftest import ADA
from tests.functions.inbox import listening

NOW = 1_795_384_800_000
DRAFT = Draft("exports", "Cannot export\tCSV", "It says 500.", {"article": "exports/csv"})


@pytest.fixture
def database_url(tmp_path: Path) -> str:
    return f"sqlite:///{tmp_path / 'portal.db'}"


def variables(url: str) -> dict[str, str]:
    return {
        "HELPDESK": "email",
        "SUPPORT_MAILBOX": "team@acme.example",
        "SMTP_URL": url,
        "MAIL_FROM": "help@acme.example",
    }


def test_a_ticket_and_a_reply_are_mails_with_their_keys(environ: dict[str, str]):
    with listening() as (inbox, url):
        desk = Services(read(environ | variables(url))).desk
        ref = desk.create(
            Ticket("key-1", "ABCD-EFGH", ADA, DRAFT, NOW, (File("a.png", "image/png", b"x"),), {"Plan": "Team"})
        )
        desk.create(Ticket("key-1", "ABCD-EFGH", ADA, DRAFT, NOW))
        desk.reply(ADA, ref, Reply("reply-1", "Still so.", NOW))
        first, second, reply = (inbox.message(number) for number in range(3))

    assert ref == "ABCD-EFGH"
    assert first["Message-ID"] == second["Message-ID"] == "<key-1@acme.example>"
    assert (first["To"], first["From"], first["Reply-To"]) == (
        "team@acme.example", "help@acme.example", "Ada Byron <ada@customer.example>",
    )  # fmt: skip
    text = inbox.text(0)
    assert text.startswith("It says 500.\n")
    assert "Plan: Team" in text
    assert [part.get_filename() for part in first.iter_attachments()] == ["a.png"]
    assert (reply["Message-ID"], "[ABCD-EFGH]" in reply["Subject"]) == ("<reply-1@acme.example>", True)


def test_rules_of_the_mailbox_find_the_machine_fields_in_a_header(environ: dict[str, str]):
    account = Requester("s", "ada@customer.example", "Ada", "acme; topic=x\r\nBcc: all@x.example")
    with listening() as (inbox, url):
        desk = Services(read(environ | variables(url))).desk
        desk.create(Ticket("key-1", "ABCD-EFGH", account, DRAFT, NOW, facts={"Plan": "Team ü"}))
        (said, *_) = (inbox.message(0)["X-Portal-Context"],)

    assert dict(pair.split("=") for pair in said.split("; ")) == {
        "reference": "ABCD-EFGH",
        "key": "key-1",
        "topic": "exports",
        "account": "acme%3B%20topic%3DxBcc%3A%20all%40x.example",
        "plan": "Team%20%C3%BC",
        "article": "exports/csv",
    }


@pytest.mark.parametrize(
    "name", ["Ada\r\nBcc: all@x.example", "Ada <all@x.example>,", '"Ada', "Ada\N{RIGHT-TO-LEFT OVERRIDE}", "A" * 5000]
)
def test_no_header_can_be_added_by_a_customer(environ: dict[str, str], name: str):
    draft = Draft("exports", f"Hi\r\nBcc: all@x.example {name}", "It says 500.\r\n.\r\nRCPT TO:<all@x.example>")
    file = File("a.png\r\nBcc: all@x.example", "image/png", b"x")
    odd = Requester("s", "ada@customer.example", name)
    with listening() as (inbox, url):
        desk = Services(read(environ | variables(url))).desk
        ref = desk.create(Ticket("key-1", "ABCD-EFGH", odd, draft, NOW, (file,)))
        desk.reply(odd, ref, Reply("reply-1", ".\r\nQUIT\r\n", NOW, (file,)))
        mails = [inbox.message(0), inbox.message(1)]

    assert inbox.to == ["team@acme.example", "team@acme.example"]
    for mail in mails:
        assert mail["Bcc"] is None
        (answer_to,) = mail["Reply-To"].addresses
        assert answer_to.addr_spec == "ada@customer.example"


def test_a_mail_server_that_is_away_is_an_unknown_outcome(environ: dict[str, str]):
    with listening() as (_, url):
        pass
    desk = Services(read(environ | variables(url))).desk
    with pytest.raises(VendorError) as error:
        desk.create(Ticket("key-1", "ABCD-EFGH", ADA, DRAFT, NOW))

    assert error.value.kind == "unavailable"


def test_the_set_up_is_checked(environ: dict[str, str]):
    with listening() as (_, url):
        settings = replace(read(environ | variables(url)), support_mailbox="")

    assert "SUPPORT_MAILBOX" in Services(settings).desk.check()[0]
