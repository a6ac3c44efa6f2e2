"""The traps of Help Scout (https://developer.helpscout.com/mailbox-api/)."""

from collections.abc import Iterator

import pytest

from demo import server
from demo.helpdesks import help_scout
from functions.errors import VendorError
from functions.helpdesks.help_scout import HelpScout
from portal.models import Requester
from portal.tickets import Reply
from tests.conftest import ADA, BEN
from tests.functions.helpdesks.benches import HELP_SCOUT, help_scout_sign, ticket

Pair = tuple[HelpScout, help_scout.HelpScout]


@pytest.fixture
def inbox() -> Iterator[Pair]:
    fake = help_scout.HelpScout()
    with server.running(fake) as origin:
        yield HelpScout({**HELP_SCOUT, "HELPSCOUT_API": origin}), fake


def test_ticket_note_and_fields_are_one_call(inbox: Pair):
    desk, fake = inbox
    ref = int(desk.create(ticket()))

    assert [call for call in fake.faults.calls if call[0] == "POST"] == [
        ("POST", "/v2/oauth2/token"),
        ("POST", "/v2/conversations"),
    ]
    assert [one["type"] for one in fake.threads[ref]] == ["customer", "note"]
    assert fake.conversations[ref]["customFields"] == [{"id": 10, "value": "customer"}]


def test_what_is_typed_is_escaped_and_keeps_its_lines(inbox: Pair):
    desk, fake = inbox
    ref = desk.create(ticket())
    desk.reply(ADA, ref, Reply("r", "<script>alert(1)</script>\n& more", 1))

    assert fake.threads[int(ref)][-1]["body"] == "&lt;script&gt;alert(1)&lt;/script&gt;<br>&amp; more"


def test_closed_conversations_are_in_the_list(inbox: Pair):
    desk, _ = inbox
    ref = desk.create(ticket())
    desk.set_status(ADA, ref, "solved")

    assert [(one.desk_ref, one.status) for one in desk.tickets(ADA)] == [(ref, "solved")]


def test_spam_and_drafts_are_nobodys_business(inbox: Pair):
    desk, fake = inbox
    spam, draft, said = (desk.create(ticket(f"key-{number}")) for number in range(3))
    fake.conversations[int(spam)]["status"] = "spam"
    fake.conversations[int(draft)]["state"] = "draft"
    fake.answer(int(said), "Not sent yet")
    fake.threads[int(said)][-1]["state"] = "draft"

    assert [one.desk_ref for one in desk.tickets(ADA)] == [said]
    assert [one.html for one in desk.ticket(ADA, said).messages] == ["It says 500.<br><br>Since noon."]


def test_an_address_that_begins_the_same_is_somebody_else(inbox: Pair):
    desk, _ = inbox
    desk.create(ticket(requester=Requester("s", "ada@customer.example.org")))

    assert desk.tickets(ADA) == []
    assert desk.find(ticket()) is None


def test_a_quote_in_an_address_is_no_query(inbox: Pair):
    desk, _ = inbox
    desk.create(ticket())

    assert desk.tickets(Requester("s", 'x") OR (email:"ada@customer.example')) == []


def test_a_conversation_that_was_merged_is_followed_and_still_has_to_be_ones_own(inbox: Pair):
    desk, fake = inbox
    old, new, other = desk.create(ticket()), desk.create(ticket("key-2")), desk.create(ticket("key-3", BEN))
    fake.moved = {int(old): int(new)}
    assert desk.ticket(ADA, old).desk_ref == new
    fake.moved = {int(old): int(other)}
    with pytest.raises(VendorError) as error:
        desk.ticket(ADA, old)

    assert error.value.kind == "not_found"


def test_the_hundred_and_first_thread_is_a_follow_up(inbox: Pair):
    desk, fake = inbox
    ref = desk.create(ticket())
    fake.fill(int(ref))
    with pytest.raises(VendorError) as error:
        desk.reply(ADA, ref, Reply("r", "One more thing.", 1))

    assert error.value.kind == "rejected"


def test_webhooks_that_are_not_about_a_conversation_say_nothing(inbox: Pair):
    desk, _ = inbox
    for body in (b"{}", b"[]", b"not json", b'{"id": "seven"}', b'{"id": true}', b'{"id": -7}'):
        assert desk.notice(help_scout_sign(body), body) is None
    first, second = (desk.notice(help_scout_sign(b'{"id": 7}', event), b'{"id": 7}') for event in ("convo.status", "x"))
    assert first
    assert second
    assert first.delivery != second.delivery


def test_what_is_set_up_wrong_is_named(inbox: Pair):
    desk, fake = inbox
    base = {**HELP_SCOUT, "HELPSCOUT_API": desk._api._api.base}

    assert HelpScout({**base, "HELPSCOUT_FIELDS": "plan=99"}).check() == [
        "HELPSCOUT_FIELDS names plan=99, and the desk has no such field, or hides it."
    ]
    assert "HELPSCOUT_WEBHOOK_SECRET" in HelpScout({**base, "HELPSCOUT_WEBHOOK_SECRET": ""}).check()[0]
    assert "HELPSCOUT_APP_SECRET" in HelpScout({**base, "HELPSCOUT_APP_SECRET": "wrong"}).check()[0]
    for wrong in ({"HELPSCOUT_MAILBOX": "support"}, {"HELPSCOUT_FIELDS": "account=Account"}):
        with pytest.raises(VendorError, match="no number") as error:
            HelpScout({**base, **wrong}).create(ticket())
        assert error.value.kind == "authentication"
    assert fake.conversations == {}
