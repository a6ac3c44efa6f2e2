"""A mailbox as the help desk: what arrives there, as raw bytes."""

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


def test_no_header_can_be_added_by_a_customer(environ: dict[str, str]):
    draft = Draft("exports", "Hi\r\nBcc: all@x.example", "It says 500.")
    odd = Requester("s", "ada@customer.example", "Ada\r\nBcc: all@x.example")
    with listening() as (inbox, url):
        desk = Services(read(environ | variables(url))).desk
        try:
            desk.create(Ticket("key-1", "ABCD-EFGH", odd, draft, NOW))
        except ValueError:
            assert inbox.raw == []
        assert all(b"\nBcc" not in raw for raw in inbox.raw)


def test_what_a_mailbox_cannot_do_says_so(environ: dict[str, str]):
    with listening() as (_, url):
        desk = Services(read(environ | variables(url))).desk

    assert desk.tickets(ADA) == []
    assert desk.find(Ticket("key-1", "ABCD-EFGH", ADA, DRAFT, NOW)) is None
    assert desk.check() == []
    for call in (
        lambda: desk.ticket(ADA, "x"),
        lambda: desk.set_status(ADA, "x", "solved"),
        lambda: desk.count(0, 1),
        lambda: desk.subjects(0),
        lambda: desk.notice({}, b""),
    ):
        with pytest.raises(VendorError) as error:
            call()
        assert error.value.kind == "unsupported"
