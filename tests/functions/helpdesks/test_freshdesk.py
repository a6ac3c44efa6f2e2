"""The traps of Freshdesk (https://developers.freshdesk.com/api/)."""

from collections.abc import Iterator

import pytest

from demo import server
from demo.helpdesks import freshdesk
from functions.errors import VendorError
from functions.helpdesks import Notice
from functions.helpdesks.freshdesk import Freshdesk
from portal.clock import DAY_MS
from portal.models import Requester
from portal.tickets import Reply
from tests.conftest import ADA, BEN
from tests.functions.helpdesks.benches import FRESHDESK, HOOK_SECRET, PNG, ticket

Pair = tuple[Freshdesk, freshdesk.Freshdesk]


@pytest.fixture
def account() -> Iterator[Pair]:
    fake = freshdesk.Freshdesk()
    with server.running(fake) as origin:
        yield Freshdesk({**FRESHDESK, "FRESHDESK_API": origin}), fake


def test_a_ticket_of_last_year_is_in_the_list(account: Pair):
    desk, fake = account
    ref = desk.create(ticket())
    fake.tickets[int(ref)] |= dict.fromkeys(("created_at", "updated_at"), "2025-01-02T03:04:05Z")

    assert [one.desk_ref for one in desk.tickets(ADA)] == [ref]


def test_subjects_of_ninety_days_are_read_and_older_ones_are_not(account: Pair):
    desk, fake = account
    new, old, changed = (int(desk.create(ticket(f"key-{number}"))) for number in range(3))
    fake.month_ago = "2026-11-01T00:00:00Z"
    fake.tickets[new] |= {"subject": "New", "created_at": "2026-09-20T00:00:00Z", "updated_at": "2026-09-20T00:00:00Z"}
    fake.tickets[old] |= {"subject": "Old", "created_at": "2025-01-01T00:00:00Z", "updated_at": "2025-01-01T00:00:00Z"}
    fake.tickets[changed] |= {"subject": "Old, and changed since", "created_at": "2025-01-01T00:00:00Z"}

    september_1 = 1_788_220_800_000
    assert desk.subjects(september_1) == ["New"]


def test_the_eleventh_answer_is_shown_as_well(account: Pair):
    desk, fake = account
    ref = desk.create(ticket())
    for number in range(1, 13):
        fake.answer(int(ref), f"Answer {number}")

    assert [one.html for one in desk.ticket(ADA, ref).messages[1:]] == [f"Answer {number}" for number in range(1, 13)]


def test_a_reply_is_a_note_of_the_contact_and_never_an_email_of_the_agent(account: Pair):
    desk, fake = account
    ref = int(desk.create(ticket()))
    desk.reply(ADA, str(ref), Reply("r", "<b>Still</b>\nthe same.", 1))

    said = fake.conversations[ref][-1]
    assert (said["body"], said["private"], said["incoming"]) == ("&lt;b&gt;Still&lt;/b&gt;<br>the same.", False, True)
    assert said["user_id"] == fake.tickets[ref]["requester_id"]
    assert not any(path.endswith("/reply") for _, path in fake.faults.calls)


def test_a_note_that_does_not_say_that_it_is_public_is_private(account: Pair):
    desk, fake = account
    ref = int(desk.create(ticket()))
    for word in (True, None, "false", 0, "missing"):
        fake.answer(ref, "Between us.")
        fake.conversations[ref][-1]["private"] = word
    del fake.conversations[ref][-1]["private"]

    assert len(desk.ticket(ADA, str(ref)).messages) == 1


def test_a_note_that_lost_its_direction_is_still_the_customers(account: Pair):
    desk, fake = account
    ref = int(desk.create(ticket()))
    desk.reply(ADA, str(ref), Reply("r", "Still the same.", 1))
    fake.conversations[ref][-1]["incoming"] = False

    assert [one.author for one in desk.ticket(ADA, str(ref)).messages] == ["customer", "customer"]


def test_what_an_agent_sent_first_is_the_agents(account: Pair):
    desk, fake = account
    ref = desk.create(ticket())
    fake.tickets[int(ref)]["source"] = 10

    assert [one.author for one in desk.ticket(ADA, ref).messages] == ["agent"]


def test_the_ticket_is_open_before_the_reply_is_written(account: Pair):
    desk, fake = account
    ref = desk.create(ticket())
    fake.answer(int(ref), "Try again now.")
    fake.faults.calls.clear()
    desk.reply(ADA, ref, Reply("r", "Still the same.", 1))

    # A state that is lost after the message would never be written again: the message is there.
    written = [call for call in fake.faults.calls if call[0] != "GET"]
    assert written == [("PUT", f"/api/v2/tickets/{ref}"), ("POST", f"/api/v2/tickets/{ref}/notes")]


def test_a_lost_answer_between_ticket_and_note_leaves_one_ticket_with_its_note(account: Pair):
    desk, fake = account
    made = ticket()
    fake.faults.next, fake.faults.method, fake.faults.below = "unavailable", "POST", "/api/v2/tickets/"
    with pytest.raises(VendorError):
        desk.create(made)
    assert [len(notes) for notes in fake.conversations.values()] == [0]
    ref = desk.find(made)
    assert desk.find(made) == ref

    assert [len(notes) for notes in fake.conversations.values()] == [1]


def test_files_make_a_form_of_the_ticket_and_nothing_is_lost_in_it(account: Pair):
    desk, fake = account
    plain, filed = (int(desk.create(ticket(f"key-{len(files)}", files=files))) for files in ((), (PNG,)))

    made, known = fake.tickets[filed], fake.tickets[plain]
    assert made["attachments"][0]["name"] == "screen shot.png"
    assert made["custom_fields"] == {"cf_account": "customer", "cf_portal_key": "key-1"}
    same = ("subject", "description", "status", "priority", "source", "tags", "requester_id")
    assert {name: made[name] for name in same} == {name: known[name] for name in same}


def test_several_contacts_of_one_address_are_nobody_and_a_second_address_is_theirs(account: Pair):
    desk, fake = account
    ref = desk.create(ticket())
    fake.contacts[7000] = {"id": 7000, "email": "ada@customer.example"}
    assert desk.tickets(ADA) == []
    del fake.contacts[7000]
    fake.contacts[6001] |= {"email": "ada@home.example", "other_emails": ["Ada@customer.example"]}
    fake.also = {"ada@customer.example": 6001}

    assert [one.desk_ref for one in desk.tickets(ADA)] == [ref]


def test_spam_and_deleted_tickets_are_nobodys_business(account: Pair):
    desk, fake = account
    spam, deleted, mine = (desk.create(ticket(f"key-{number}")) for number in range(3))
    fake.tickets[int(spam)]["spam"] = True
    fake.tickets[int(deleted)]["deleted"] = True

    assert [one.desk_ref for one in desk.tickets(ADA)] == [mine]
    for ref in (spam, deleted):
        with pytest.raises(VendorError) as error:
            desk.ticket(ADA, ref)
        assert error.value.kind == "not_found"


def test_more_than_the_search_lists_are_counted(account: Pair):
    desk, fake = account
    desk.create(ticket())
    first = fake.tickets[41]
    fake.tickets |= {number: first | {"id": number} for number in range(100, 500)}
    now = ticket().created_at

    assert desk.count(now - DAY_MS, now + DAY_MS) == 401


def test_a_month_ends_before_the_next_one_begins(account: Pair):
    desk, fake = account
    first, second = int(desk.create(ticket())), int(desk.create(ticket("key-2")))
    fake.tickets[first]["created_at"] = "2026-10-31T23:59:59Z"
    fake.tickets[second]["created_at"] = "2026-11-01T00:00:00Z"
    october, november, december = 1_790_812_800_000, 1_793_491_200_000, 1_796_083_200_000

    assert (desk.count(october, november), desk.count(november, december)) == (1, 1)


def test_an_agents_own_saved_answers_stay_their_own(account: Pair):
    desk, _ = account

    assert [one.title for one in desk.macros()] == ["Browser"]


def test_a_webhook_is_not_signed_so_its_secret_is_asked_for_and_its_words_are_not_believed(account: Pair):
    desk, _ = account
    body = b'{"ticket": 41, "requester": "eve@customer.example", "status": "Closed"}'
    assert desk.notice({"X-Portal-Secret": HOOK_SECRET}, body) == Notice("41", "")
    for given in ("", "x", HOOK_SECRET[:-1], HOOK_SECRET + ",", "\u212a"):
        with pytest.raises(VendorError) as error:
            desk.notice({"X-Portal-Secret": given}, body)
        assert error.value.kind == "authentication"
    nothing = Freshdesk({**FRESHDESK, "FRESHDESK_WEBHOOK_SECRET": ""})
    with pytest.raises(VendorError):
        nothing.notice({"X-Portal-Secret": ""}, body)
    both = Freshdesk({**FRESHDESK, "FRESHDESK_WEBHOOK_SECRET": f"new,{HOOK_SECRET}"})
    assert both.notice({"X-Portal-Secret": HOOK_SECRET}, body)


def test_webhooks_that_name_no_ticket_say_nothing(account: Pair):
    desk, _ = account
    for body in (b"", b"{}", b"[]", b"not json", b'{"ticket": "seven"}', b'{"ticket": true}', b'{"ticket": -7}'):
        assert desk.notice({"X-Portal-Secret": HOOK_SECRET}, body) is None


def test_what_is_set_up_wrong_is_named(account: Pair):
    desk, fake = account
    base = {**FRESHDESK, "FRESHDESK_API": desk._api.base.removesuffix("/api/v2")}

    assert Freshdesk({**base, "FRESHDESK_FIELDS": "plan=cf_tariff"}).check() == [
        "FRESHDESK_FIELDS names plan=cf_tariff, and the desk has no such field, or hides it."
    ]
    assert "FRESHDESK_WEBHOOK_SECRET" in Freshdesk({**base, "FRESHDESK_WEBHOOK_SECRET": ""}).check()[0]
    assert "FRESHDESK_KEY" in Freshdesk({**base, "FRESHDESK_KEY": "wrong"}).check()[0]
    fake.fields = ("subject", "cf_account")
    (fault,) = desk.check()
    assert "Portal key" in fault


def test_a_ticket_without_the_field_for_our_key_is_refused_by_name(account: Pair):
    desk, fake = account
    fake.fields = ("cf_account",)
    with pytest.raises(VendorError, match="cf_portal_key") as error:
        desk.create(ticket())

    assert error.value.kind == "rejected"
    assert fake.tickets == {}


def test_an_answer_without_a_number_is_no_ticket(account: Pair):
    desk, fake = account
    for number in (None, "x", "../7", -7, 10**30):
        fake.faults.next, fake.faults.method = "mangled", "POST"
        fake.faults.mangle = lambda data, number=number: data | {"id": number}
        with pytest.raises(VendorError, match="no number") as error:
            desk.create(ticket())
        assert error.value.kind == "unavailable"


def test_whose_a_ticket_is_is_asked_once(account: Pair):
    desk, fake = account
    ref = desk.create(ticket())
    desk.create(ticket("key-ben", BEN))
    for _ in range(3):
        desk.ticket(ADA, ref)
        desk.tickets(BEN)

    assert fake.faults.calls.count(("GET", "/api/v2/contacts")) == 2
    assert desk.tickets(Requester("sub-new", "new@customer.example")) == []


def test_a_ticket_among_many_new_ones_of_its_customer_is_found(account: Pair):
    desk, _ = account
    made = [ticket(f"key-{number}") for number in range(7)]
    refs = [desk.create(one) for one in made]

    assert [desk.find(one) for one in made] == refs


@pytest.mark.parametrize(
    ("theirs", "ours", "closed"),
    [(2, "open", False), (3, "pending", False), (4, "solved", False), (5, "solved", True), (7, "open", False)],
)
def test_freshdesks_states_in_our_words(account: Pair, theirs: int, ours: str, closed: bool):
    desk, fake = account
    ref = desk.create(ticket())
    fake.tickets[int(ref)]["status"] = theirs

    thread = desk.ticket(ADA, ref)
    assert (thread.status, thread.closed) == (ours, closed)
