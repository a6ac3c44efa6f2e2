"""The traps of Front (https://dev.frontapp.com/reference/)."""

import base64
import hmac
import json
import time
from collections.abc import Iterator
from hashlib import sha1

import pytest

from demo import server
from demo.helpdesks import front
from functions.errors import VendorError
from functions.helpdesks.front import Front
from functions.http import Request
from functions.services import Services
from functions.settings import read
from functions.tickets import webhook
from portal.clock import DAY_MS
from portal.tickets import Reply
from tests.conftest import ADA, BEN
from tests.functions.helpdesks.benches import FRONT, HOOK_SECRET, PNG, front_event, front_sign, ticket

Pair = tuple[Front, front.Front]


@pytest.fixture
def company() -> Iterator[Pair]:
    fake = front.Front()
    with server.running(fake) as origin:
        yield Front({**FRONT, "FRONT_API": origin}), fake


def test_a_ticket_is_not_born_archived_and_rules_see_it(company: Pair):
    desk, fake = company
    ref = desk.create(ticket())

    assert fake.conversations[ref]["status"] == "unassigned"
    metadata = fake.imports[0]["metadata"]
    assert (metadata["is_inbound"], metadata["is_archived"], metadata["should_skip_rules"]) == (True, False, False)


def test_what_is_accepted_and_not_there_yet_is_looked_for_by_its_key(company: Pair):
    desk, fake = company
    fake.slow = True
    made = ticket()
    with pytest.raises(VendorError, match="accepted and not there yet") as error:
        desk.create(made)
    assert (error.value.kind, error.value.alone) == ("unavailable", True)
    assert desk.find(made) is None
    fake.settle()

    ref = desk.find(made)
    assert ref
    assert ("GET", "/messages/alt:uid:uid1") in fake.faults.calls
    assert "Portal key: key-1" in fake.comments[ref][0]["body"]


def test_the_same_key_is_imported_once(company: Pair):
    desk, fake = company
    fake.slow = True
    for _ in range(2):
        with pytest.raises(VendorError):
            desk.create(ticket())
    fake.settle()

    assert len(desk.tickets(ADA)) == 1


def test_a_reply_that_is_accepted_and_not_there_yet_is_tried_again_under_its_key(company: Pair):
    desk, fake = company
    ref = desk.create(ticket())
    fake.slow = True
    for _ in range(2):
        with pytest.raises(VendorError, match="not there yet"):
            desk.reply(ADA, ref, Reply("reply-1", "Still the same.", 1))
    fake.settle()

    assert [one.html for one in desk.ticket(ADA, ref).messages[1:]] == ["Still the same."]


@pytest.mark.parametrize("uid", ["", "../../me", "a b", "x" * 81])
def test_a_uid_becomes_a_part_of_an_address_only_when_it_is_one(
    company: Pair, monkeypatch: pytest.MonkeyPatch, uid: str
):
    desk, fake = company
    monkeypatch.setattr(fake, "_accept", lambda _: front._json({"message_uid": uid}, 202))
    with pytest.raises(VendorError, match="no uid") as error:
        desk.create(ticket())
    assert error.value.kind == "unavailable"


def test_custom_fields_that_others_wrote_are_not_erased(company: Pair):
    desk, fake = company
    ref = desk.create(ticket())

    assert fake.conversations[ref]["custom_fields"] == {"Tier": "gold", "Account": "customer"}


@pytest.mark.parametrize(
    ("category", "status", "ours"),
    [
        ("open", "assigned", "open"),
        ("waiting", "archived", "pending"),
        ("resolved", "archived", "solved"),
        ("parked", "assigned", "open"),
    ],
)
def test_with_ticketing_the_category_is_what_counts(
    company: Pair, monkeypatch: pytest.MonkeyPatch, category: str, status: str, ours: str
):
    desk, fake = company
    ref = desk.create(ticket())
    fake.conversations[ref]["status"] = status
    monkeypatch.setitem(front.STATUSES, fake.conversations[ref]["status_id"], category)

    assert desk.ticket(ADA, ref).status == ours


@pytest.mark.parametrize(("status", "ours"), [("assigned", "open"), ("unassigned", "open"), ("archived", "solved")])
def test_without_ticketing_the_status_is_what_counts(company: Pair, status: str, ours: str):
    desk, fake = company
    fake.ticketing = False
    ref = desk.create(ticket())
    fake.conversations[ref]["status"] = status

    assert desk.ticket(ADA, ref).status == ours


def test_states_are_written_in_other_words_than_they_are_read(company: Pair):
    desk, fake = company
    fake.ticketing = False
    ref = desk.create(ticket())
    desk.set_status(ADA, ref, "solved")
    assert fake.conversations[ref]["status"] == "archived"
    desk.reply(ADA, ref, Reply("r", "It is back.", 1))

    assert fake.conversations[ref]["status"] == "unassigned"


def test_deleted_private_and_internal_conversations_are_nobodys_business(company: Pair):
    desk, fake = company
    own = [desk.create(ticket(f"key-{number}")) for number in range(5)]
    for ref, change in zip(
        own,
        ({"status": "deleted"}, {"status": "spam"}, {"is_private": True}, {"type": "discussion"}, {}),
        strict=True,
    ):
        fake.conversations[ref] |= change

    assert [one.desk_ref for one in desk.tickets(ADA)] == own[4:]
    for ref in own[:4]:
        with pytest.raises(VendorError):
            desk.ticket(ADA, ref)


def test_a_conversation_that_says_nothing_of_being_private_is_private(company: Pair):
    desk, fake = company
    del fake.conversations[desk.create(ticket())]["is_private"]

    assert desk.tickets(ADA) == []


def test_drafts_and_internal_messages_are_not_shown(company: Pair):
    desk, fake = company
    ref = desk.create(ticket())
    fake.add(ref, "Not sent yet", inbound=False, draft_mode="shared")
    fake.add(ref, "Between us", inbound=False, type="internal")
    fake.add(ref, "Sent", inbound=False)

    assert [one.html for one in desk.ticket(ADA, ref).messages[1:]] == ["Sent"]


def test_a_conversation_that_was_merged_is_followed_and_still_has_to_be_ones_own(company: Pair):
    desk, fake = company
    old, new, other = desk.create(ticket()), desk.create(ticket("key-2")), desk.create(ticket("key-3", BEN))
    fake.moved = {old: new}
    assert desk.ticket(ADA, old).desk_ref == new
    fake.moved = {old: other}
    with pytest.raises(VendorError) as error:
        desk.ticket(ADA, old)

    assert error.value.kind == "not_found"


def test_a_first_try_that_ended_before_its_note_is_completed_once(company: Pair):
    desk, fake = company
    made = ticket(files=(PNG,))
    ref = desk.create(made)
    fake.comments[ref].clear()

    assert [desk.find(made), desk.find(made)] == [ref, ref]
    assert len(fake.comments[ref]) == 1


def test_a_report_that_is_still_made_is_asked_for_again_later(company: Pair):
    desk, fake = company
    desk.create(ticket())
    now = int(time.time() * 1000)
    fake.looks = 3
    assert desk.count(now - DAY_MS, now + DAY_MS) == 1
    fake.looks = 4
    with pytest.raises(VendorError, match="report is not ready"):
        desk.count(now - DAY_MS, now + DAY_MS)


def test_a_rule_signs_with_sha1_and_no_time(company: Pair):
    body = json.dumps({"id": "evt_2", "type": "outbound", "conversation": {"id": "cnv_7"}}).encode()
    made = base64.b64encode(hmac.new(HOOK_SECRET.encode(), body, sha1).digest()).decode()
    notice = company[0].notice({"X-Front-Signature": made}, body)
    assert notice
    assert (notice.desk_ref, notice.delivery) == ("cnv_7", "evt_2")
    # Neither scheme is good for the other.
    other = front_sign(body)
    for headers in (
        {"X-Front-Signature": made, "X-Front-Request-Timestamp": other["X-Front-Request-Timestamp"]},
        {"X-Front-Signature": other["X-Front-Signature"]},
    ):
        with pytest.raises(VendorError) as refused:
            company[0].notice(headers, body)
        assert refused.value.kind == "authentication"


@pytest.mark.parametrize("late", [3_600, -3_600])
def test_an_applications_webhook_of_another_hour_is_refused(company: Pair, late: int):
    body = front_event("outbound")
    for moment in (int(time.time()) - late, int(time.time() * 1000) - late * 1000):
        with pytest.raises(VendorError, match="old"):
            company[0].notice(front_sign(body, str(moment)), body)


def test_the_challenge_is_answered_only_when_it_is_signed(environ: dict[str, str]):
    services = Services(read({**environ, **FRONT}))
    services.store.migrate()
    body = json.dumps({"type": "sync", "payload": {}}).encode()
    headers = {**front_sign(body), "X-Front-Challenge": "c" * 900}
    answer = webhook.receive(Request.from_values(method="POST", data=body, headers=headers), services)

    assert (answer.status_code, answer.mimetype, answer.get_data(as_text=True)) == (200, "text/plain", "c" * 500)
    services.store.close()


def test_what_the_customer_did_is_an_echo_and_a_comment_is_the_agents_business(company: Pair):
    found = {}
    for kind in ("inbound", "outbound", "archive", "comment", "mention"):
        body = front_event(kind)
        notice = company[0].notice(front_sign(body), body)
        found[kind] = notice and notice.own

    assert [*found.values()] == [True, False, False, None, None]


@pytest.mark.parametrize("conversation", ["", "7", "cnv_../7", "cnv_7/messages", "msg_7"])
def test_webhooks_that_are_not_about_a_conversation_say_nothing(company: Pair, conversation: str):
    body = front_event("outbound", conversation)

    assert company[0].notice(front_sign(body), body) is None


def test_what_is_set_up_wrong_is_named(company: Pair):
    base = {**FRONT, "FRONT_API": company[0]._api.base}

    assert Front({**base, "FRONT_FIELDS": "plan=Plan"}).check() == [
        "FRONT_FIELDS names plan=Plan, and the desk has no such field, or hides it."
    ]
    assert "FRONT_INBOX" in Front({**base, "FRONT_INBOX": "inb_1"}).check()[0]
    assert "FRONT_TOKEN" in Front({**base, "FRONT_TOKEN": "wrong"}).check()[0]
    assert "FRONT_WEBHOOK_SECRET" in Front({**base, "FRONT_WEBHOOK_SECRET": ""}).check()[0]


def test_subjects_of_what_was_only_answered_since_then_are_left_out(company: Pair):
    desk, fake = company
    old = desk.create(ticket())
    fake.conversations[old]["created_at"] = time.time() - 10 * 86_400
    made = ticket("key-2")
    desk.create(made._replace(draft=made.draft._replace(subject="A new one")))

    assert desk.subjects(made.created_at - DAY_MS) == ["A new one"]
