"""The traps of Intercom (https://developers.intercom.com/docs/references/rest-api/)."""

import json
from collections.abc import Iterator
from typing import Any

import pytest

from demo import server
from demo.helpdesks import intercom
from functions.errors import VendorError
from functions.helpdesks.intercom import Intercom
from portal.clock import DAY_MS
from portal.models import Requester
from portal.tickets import Reply
from tests.conftest import ADA, BEN
from tests.functions.helpdesks.benches import INTERCOM, PNG, intercom_event, intercom_sign, ticket

Pair = tuple[Intercom, intercom.Intercom]
# 1 November 2026, a Sunday.
NOVEMBER = 1_793_491_200


@pytest.fixture
def workspace() -> Iterator[Pair]:
    fake = intercom.Intercom()
    with server.running(fake) as origin:
        yield Intercom({**INTERCOM, "INTERCOM_API": origin}), fake


def calls(fake: intercom.Intercom, path: str) -> int:
    return [found for _, found in fake.faults.calls].count(path)


def test_a_contact_that_is_there_already_is_taken_from_the_sentence_of_the_409(workspace: Pair):
    desk, fake = workspace
    fake.hide(True)  # a new contact, which no search finds yet
    known = fake.add_contact("ada@customer.example")
    ref = desk.create(ticket())

    assert fake.tickets[ref]["contacts"]["contacts"] == [{"type": "contact", "id": known}]
    assert calls(fake, "/contacts") == 1
    assert len(fake.contacts) == 1


def test_a_409_without_an_id_is_no_contact(workspace: Pair, monkeypatch: pytest.MonkeyPatch):
    desk, fake = workspace
    for said in ("exists", "exists with id=", "exists with id=../tickets", "exists with id=Z1"):
        monkeypatch.setattr(fake, "_create_contact", lambda _, said=said: intercom._error(409, "conflict", said))
        with pytest.raises(VendorError) as error:
            desk.create(ticket())
        assert error.value.kind == "unavailable", said
    assert fake.tickets == {}


def test_several_contacts_share_an_address_and_their_customer_sees_the_tickets_of_each(workspace: Pair):
    desk, fake = workspace
    own = [desk.create(ticket())]
    for role in ("lead", "user"):
        other = fake.add_contact("Ada@customer.example", role)
        own.append(ref := desk.create(ticket(f"key-{role}")))
        fake.tickets[ref]["contacts"]["contacts"] = [{"type": "contact", "id": other}]
    desk.create(ticket("key-ben", BEN))

    assert {one.desk_ref for one in desk.tickets(ADA)} == set(own)
    desk.reply(ADA, own[2], Reply("r", "It is me.", 1))
    assert fake.parts[own[2]][-1]["author"]["id"] == other


def test_a_lead_of_the_messenger_does_not_become_the_one_who_writes(workspace: Pair):
    desk, fake = workspace
    lead = fake.add_contact("ada@customer.example", "lead")
    ref = desk.create(ticket())

    assert fake.tickets[ref]["contacts"]["contacts"] != [{"type": "contact", "id": lead}]


def test_a_ticket_that_the_search_gives_away_is_not_shown(workspace: Pair, monkeypatch: pytest.MonkeyPatch):
    desk, _ = workspace
    desk.create(ticket())
    ref = desk.create(ticket("key-2", BEN))
    monkeypatch.setattr(intercom, "_fits", lambda *_: True)

    assert [one.desk_ref for one in desk.tickets(BEN)] == [ref]
    assert desk.find(ticket("key-1", BEN)) is None


def test_a_contact_that_the_search_gives_away_is_not_written_as(workspace: Pair, monkeypatch: pytest.MonkeyPatch):
    desk, fake = workspace
    eve = fake.add_contact("ada@customer.example.org")
    page = fake._page
    monkeypatch.setattr(fake, "_search_contacts", lambda request: page(request, "data", [*fake.contacts.values()]))
    ref = desk.create(ticket())

    assert fake.tickets[ref]["contacts"]["contacts"] != [{"type": "contact", "id": eve}]


@pytest.mark.parametrize(
    ("first", "last", "expected"),
    [
        # All of November, though `>` at its first second would begin on the second day.
        (NOVEMBER, NOVEMBER + 30 * 86_400, 2),
        (NOVEMBER - 31 * 86_400, NOVEMBER, 1),
        # They count by whole days.
        (NOVEMBER + 40_000, NOVEMBER + 86_400, 1),
    ],
)
def test_days_are_counted_whole_and_a_month_begins_on_its_first(workspace: Pair, first: int, last: int, expected: int):
    desk, fake = workspace
    moments = (NOVEMBER - 1, NOVEMBER, NOVEMBER + 30 * 86_400 - 1, NOVEMBER + 30 * 86_400)
    for number, moment in enumerate(moments):
        fake.tickets[desk.create(ticket(f"key-{number}"))]["created_at"] = moment

    assert desk.count(first * 1000, last * 1000) == expected


def test_subjects_of_earlier_on_the_first_day_are_left_out(workspace: Pair):
    desk, fake = workspace
    for number, moment in enumerate((NOVEMBER + 100, NOVEMBER + 300)):
        made = ticket(f"key-{number}")
        ref = desk.create(made._replace(draft=made.draft._replace(subject=f"Subject {number}")))
        fake.tickets[ref]["created_at"] = moment

    assert desk.subjects((NOVEMBER + 200) * 1000) == ["Subject 1"]


@pytest.mark.parametrize(
    ("says", "seconds"), [("", None), ("soon", None), ("9" * 20, None), ("1000000000", 0), ("99999999999", 86_400)]
)
def test_the_wait_after_a_429_is_a_moment_and_has_a_limit(workspace: Pair, says: str, seconds: int | None):
    desk, fake = workspace
    fake.faults.wait, fake.faults.moment = says, False
    fake.faults.next = "limited"
    with pytest.raises(VendorError) as error:
        desk.tickets(ADA)

    assert (error.value.kind, error.value.retry_after) == ("rate_limited", seconds)


def test_the_version_is_said_with_every_call(workspace: Pair):
    desk, fake = workspace
    desk.create(ticket())
    desk.macros()

    assert fake.versions == {"2.16"}


def test_files_go_with_a_private_note_and_are_shown_with_the_message_that_they_came_with(workspace: Pair):
    desk, fake = workspace
    ref = desk.create(ticket(files=(PNG,)))
    desk.reply(ADA, ref, Reply("r-1", "Without one.", 1))
    desk.reply(ADA, ref, Reply("r-2", "With one.", 1, (PNG,)))
    fake.answer(ref, "Thank you.")
    desk.reply(ADA, ref, Reply("r-3", "Bye.", 1))
    thread = desk.ticket(ADA, ref)

    assert [len(one.files) for one in thread.messages] == [1, 0, 1, 0, 0]
    assert "secret=1" not in repr(thread)
    assert [len(one["attachments"]) for one in fake.parts[ref] if one["part_type"] == "note"] == [1, 1]


def test_an_agents_own_note_with_files_stays_with_the_agents(workspace: Pair):
    desk, fake = workspace
    ref = desk.create(ticket())
    held = [{"name": "invoice.pdf", "content_type": "application/pdf", "data": "AA=="}]
    fake.add_part(ref, "note", "Files that came with the next message of the customer: key-1", intercom.AGENT, held)
    desk.reply(ADA, ref, Reply("r", "Hello?", 1))

    assert [one.files for one in desk.ticket(ADA, ref).messages] == [(), ()]


def test_only_comments_are_shown_and_nothing_that_was_redacted(workspace: Pair):
    desk, fake = workspace
    ref = desk.create(ticket())
    for kind in ("note", "assignment", "ticket_state_updated_by_admin", "attribute_updated_by_admin", "comment"):
        fake.add_part(ref, kind, f"<p>{kind}</p>", intercom.AGENT)
    fake.add_part(ref, "comment", None, intercom.AGENT)["redacted"] = True

    assert [one.html for one in desk.ticket(ADA, ref).messages[1:]] == ["<p>comment</p>"]


def test_the_number_that_agents_see_is_not_the_one_that_the_api_takes(workspace: Pair):
    desk, fake = workspace
    ref = desk.create(ticket())

    assert (ref, fake.tickets[ref]["ticket_id"]) == ("1000", "1")
    with pytest.raises(VendorError):
        desk.ticket(ADA, "1")


def test_a_first_try_that_ended_before_its_note_is_completed_with_its_files(workspace: Pair):
    desk, fake = workspace
    made = ticket(files=(PNG,))
    ref = desk.create(made)
    fake.parts[ref].clear()

    assert [desk.find(made), desk.find(made)] == [ref, ref]
    assert [len(one["attachments"]) for one in fake.parts[ref]] == [1]


def test_a_message_is_plain_text_and_a_note_is_markup_there(workspace: Pair):
    desk, fake = workspace
    ref = desk.create(ticket())
    desk.reply(ADA, ref, Reply("r", "<b>\n&", 1))
    desk.note(ref, "<b>\n&")

    assert [one["body"] for one in fake.parts[ref][1:]] == ["<p>&lt;b&gt;<br>&amp;</p>", "&lt;b&gt;<br>&amp;"]


def test_a_solved_ticket_is_opened_before_the_message_and_gets_a_state_of_its_own_type(workspace: Pair):
    desk, fake = workspace
    ref = desk.create(ticket())
    desk.set_status(ADA, ref, "solved")
    assert fake.tickets[ref]["ticket_state"]["id"] == "4"
    fake.faults.calls.clear()
    desk.reply(ADA, ref, Reply("r", "It is back.", 1))

    assert [one for one in fake.faults.calls if one[0] != "GET"] == [
        ("PUT", f"/tickets/{ref}"),
        ("POST", f"/tickets/{ref}/reply"),
    ]
    assert fake.tickets[ref]["ticket_state"]["category"] == "in_progress"


def test_a_type_without_such_a_state_cannot_be_solved(workspace: Pair, monkeypatch: pytest.MonkeyPatch):
    desk, fake = workspace
    ref = desk.create(ticket())
    monkeypatch.setattr(fake, "_states", list)
    with pytest.raises(VendorError, match="no state of the category resolved"):
        desk.set_status(ADA, ref, "solved")


@pytest.mark.parametrize(
    ("theirs", "ours"),
    [
        ("submitted", "open"),
        ("in_progress", "open"),
        ("waiting_on_customer", "pending"),
        ("resolved", "solved"),
        ("parked", "open"),
    ],
)
def test_intercoms_states_in_our_words(workspace: Pair, theirs: str, ours: str):
    desk, fake = workspace
    ref = desk.create(ticket())
    fake.tickets[ref]["ticket_state"] = {"id": "7", "category": theirs}

    assert desk.ticket(ADA, ref).status == ours


def test_what_the_customer_did_is_an_echo_and_a_note_is_the_agents_business(workspace: Pair):
    desk, _ = workspace
    topics = ("ticket.created", "ticket.contact.replied", "ticket.admin.replied", "ticket.note.created", "ping")
    found = {}
    for topic in topics:
        body = intercom_event(topic)
        notice = desk.notice(intercom_sign(body), body)
        found[topic] = notice and notice.own

    assert [*found.values()] == [True, True, False, None, None]


@pytest.mark.parametrize("item", [{}, [], {"type": "ticket"}, {"type": "ticket", "id": "../7"}, {"type": "x", "id": 7}])
def test_webhooks_that_are_not_about_a_ticket_say_nothing(workspace: Pair, item: Any):
    body = json.dumps({"topic": "ticket.admin.replied", "id": "n", "data": {"item": item}}).encode()

    assert workspace[0].notice(intercom_sign(body), body) is None


def test_a_part_of_a_ticket_names_its_ticket(workspace: Pair):
    item = {"type": "ticket_part", "id": "77", "ticket": {"id": "1000"}}
    body = json.dumps({"topic": "ticket.admin.replied", "id": "n", "data": {"item": item}}).encode()
    notice = workspace[0].notice(intercom_sign(body), body)

    assert notice
    assert (notice.desk_ref, notice.delivery) == ("1000", "n")


@pytest.mark.parametrize("scheme", ["", "sha256=", "SHA1=", "sha1"])
def test_a_signature_of_another_scheme_is_refused(workspace: Pair, scheme: str):
    body = intercom_event("ticket.admin.replied")
    made = intercom_sign(body)["X-Hub-Signature"].removeprefix("sha1=")
    with pytest.raises(VendorError) as refused:
        workspace[0].notice({"X-Hub-Signature": f"{scheme}{made}"}, body)

    assert refused.value.kind == "authentication"


def test_what_is_set_up_wrong_is_named(workspace: Pair):
    desk, fake = workspace
    base = {**INTERCOM, "INTERCOM_API": desk._api.base}
    fake.attributes.remove("Portal key")

    assert Intercom({**base, "INTERCOM_FIELDS": "plan=Tier"}).check() == [
        "The ticket type has no attribute 'Portal key': add one, of type text.",
        "INTERCOM_FIELDS names plan=Tier, and the desk has no such field, or hides it.",
    ]
    assert "INTERCOM_TICKET_TYPE" in Intercom({**base, "INTERCOM_TICKET_TYPE": "79"}).check()[0]
    assert "INTERCOM_TOKEN" in Intercom({**base, "INTERCOM_TOKEN": "wrong"}).check()[0]
    assert "INTERCOM_ADMIN" in Intercom({**base, "INTERCOM_ADMIN": "12"}).check()[0]
    assert "INTERCOM_WEBHOOK_SECRET" in Intercom({**base, "INTERCOM_WEBHOOK_SECRET": ""}).check()[-1]
    with pytest.raises(VendorError, match="no number") as error:
        Intercom({**base, "INTERCOM_ADMIN": "mia"})
    assert error.value.kind == "authentication"


def test_a_reply_of_nobody_by_that_name_is_refused(workspace: Pair):
    desk, fake = workspace
    ref = desk.create(ticket())
    fake.contacts[next(iter(fake.contacts))]["email"] = "eve@customer.example"
    stranger = Requester("sub-ada", "ada@customer.example.org")
    with pytest.raises(VendorError) as error:
        desk.reply(stranger, ref, Reply("r", "Let me in, please.", 1))

    assert error.value.kind == "not_found"
    assert desk.find(ticket(created_at=ticket().created_at + 3 * DAY_MS)) is None
