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
    # Their own count may come later than their refusal.
    fake.conversations[int(ref)]["threads"] = 99
    with pytest.raises(VendorError, match="100 threads") as error:
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


def test_help_scout_is_asked_for_its_token_with_a_form(inbox: Pair):
    desk, fake = inbox
    desk.create(ticket())

    assert fake.faults.calls[0] == ("POST", "/v2/oauth2/token")
    assert len(fake.tokens) == 1


def test_an_answer_without_a_number_is_no_ticket(inbox: Pair, monkeypatch: pytest.MonkeyPatch):
    desk, fake = inbox
    for number in ("", "x", "../7", "²", "7" * 20):
        monkeypatch.setattr(fake, "number", number)
        with pytest.raises(VendorError, match="no number") as error:
            desk.create(ticket())
        assert error.value.kind == "unavailable"


def test_the_desk_sends_no_second_greeting(inbox: Pair):
    desk, fake = inbox
    desk.create(ticket())

    assert (fake.last["autoReply"], fake.last["type"], fake.last["status"]) == (False, "email", "active")


def test_an_empty_page_has_no_rows_at_all(inbox: Pair):
    desk, _ = inbox

    assert desk.tickets(ADA) == []
    assert desk.subjects(0) == []
    assert desk.count(0, 1_000) == 0


def test_only_what_was_said_is_shown(inbox: Pair):
    desk, fake = inbox
    ref = int(desk.create(ticket()))
    for kind in ("lineitem", "note", "forwardparent", "beaconchat", "chat", "phone", "message"):
        fake._thread(ref, kind, kind, "user")
    fake.answer(ref, "hidden")
    fake.threads[ref][-1]["state"] = "hidden"

    assert [one.html for one in desk.ticket(ADA, str(ref)).messages[1:]] == ["beaconchat", "chat", "phone", "message"]


def test_a_month_ends_before_the_next_one_begins(inbox: Pair):
    desk, fake = inbox
    first, second = int(desk.create(ticket())), int(desk.create(ticket("key-2")))
    fake.conversations[first]["createdAt"] = "2026-10-31T23:59:59Z"
    fake.conversations[second]["createdAt"] = "2026-11-01T00:00:00Z"
    october, november, december = 1_790_812_800_000, 1_793_491_200_000, 1_796_083_200_000

    assert (desk.count(october, november), desk.count(november, december)) == (1, 1)


def test_what_the_customer_did_is_an_echo_and_a_note_is_the_agents_business(inbox: Pair):
    desk, _ = inbox
    body = b'{"id": 7}'
    found = {
        event: desk.notice(help_scout_sign(body, event), body)
        for event in (
            "convo.created",
            "convo.customer.reply.created",
            "convo.agent.reply.created",
            "convo.note.created",
        )
    }

    assert {event: notice and notice.own for event, notice in found.items()} == {
        "convo.created": True,
        "convo.customer.reply.created": True,
        "convo.agent.reply.created": False,
        "convo.note.created": None,
    }


def test_a_conversation_among_many_new_ones_of_its_customer_is_found(inbox: Pair):
    desk, _ = inbox
    made = [ticket(f"key-{number}") for number in range(7)]
    refs = [desk.create(one) for one in made]

    assert [desk.find(one) for one in made] == refs


@pytest.mark.parametrize(
    ("theirs", "ours"),
    [("active", "open"), ("open", "open"), ("pending", "pending"), ("closed", "solved"), ("paused", "open")],
)
def test_help_scouts_states_in_our_words(inbox: Pair, theirs: str, ours: str):
    desk, fake = inbox
    ref = desk.create(ticket())
    fake.conversations[int(ref)]["status"] = theirs

    assert desk.ticket(ADA, ref).status == ours
