"""The traps of Zendesk (https://developer.zendesk.com/api-reference/)."""

import base64
import hmac
import time
from collections.abc import Iterator
from hashlib import sha256

import pytest

from demo import server
from demo.helpdesks import zendesk
from functions.errors import VendorError
from functions.helpdesks import Macro, pages
from functions.helpdesks.zendesk import Zendesk
from portal.tickets import Reply
from tests.conftest import ADA
from tests.functions.helpdesks.benches import HOOK_SECRET, PNG, ZENDESK, ticket, zendesk_sign


@pytest.fixture
def account() -> Iterator[tuple[Zendesk, zendesk.Zendesk]]:
    fake = zendesk.Zendesk()
    with server.running(fake) as origin:
        yield (
            Zendesk({**ZENDESK, "ZENDESK_API": origin, "ZENDESK_FIELDS": "account=27648, plan=27642"}),
            fake,
        )


def test_zendesk_machine_fields_are_sent(account: tuple[Zendesk, zendesk.Zendesk]):
    desk, fake = account
    desk.create(ticket())

    assert [*fake.keys] == ["key-1"]
    assert fake.tickets[0]["custom_fields"] == [{"id": 27648, "value": "customer"}, {"id": 27642, "value": "Team"}]
    assert fake.tickets[0]["external_id"] == "key-1"
    assert "portal" in fake.tickets[0]["tags"]


def test_zendesk_answers_409_to_two_creates_at_once(account: tuple[Zendesk, zendesk.Zendesk]):
    desk, fake = account
    ref = desk.create(ticket())
    create = fake._create
    fake._create = lambda request: (create(request), zendesk._json({"error": "Conflict"}, 409))[1]  # type: ignore[method-assign]

    assert desk.create(ticket()) == ref


def test_zendesk_counts_the_timestamp_before_the_body(account: tuple[Zendesk, zendesk.Zendesk]):
    body = b'{"ticket": "7"}'
    headers = zendesk_sign(body)
    moment = headers["X-Zendesk-Webhook-Signature-Timestamp"]
    made = hmac.new(HOOK_SECRET.encode(), body + moment.encode(), sha256).digest()
    with pytest.raises(VendorError):
        account[0].notice({**headers, "X-Zendesk-Webhook-Signature": base64.b64encode(made).decode()}, body)


def test_zendesk_webhooks_of_an_hour_ago_are_refused(account: tuple[Zendesk, zendesk.Zendesk]):
    body = b'{"ticket": "7"}'
    old = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(time.time() - 3600))
    with pytest.raises(VendorError, match="old"):
        account[0].notice(zendesk_sign(body, old), body)


def test_zendesk_a_missing_field_and_a_wrong_owner_are_named(account: tuple[Zendesk, zendesk.Zendesk]):
    desk, fake = account
    fake.role = "end-user"

    assert [fault.split(":")[0] for fault in desk.check()] == [
        "The OAuth client's owner is neither agent nor admin",
        "ZENDESK_FIELDS names plan=27642, and the desk has no such field, or hides it.",
    ]


def test_zendesk_a_note_that_failed_is_written_by_the_next_try(account: tuple[Zendesk, zendesk.Zendesk]):
    desk, fake = account
    fake.faults.next, fake.faults.method = "unavailable", "PUT"
    with pytest.raises(VendorError):
        desk.create(ticket())
    ref = desk.create(ticket())

    assert len(fake.tickets) == 1
    assert [one["public"] for one in fake.comments[int(ref)]] == [True, False]


def test_zendesk_tells_a_token_of_the_wrong_scopes_by_its_first_call(account: tuple[Zendesk, zendesk.Zendesk]):
    desk, fake = account
    fake.grants = False
    with pytest.raises(VendorError) as error:
        desk.create(ticket())

    assert error.value.kind == "authentication"
    assert "the client's scopes, read and write" in desk.check()[0]


def test_zendesk_asks_once_who_a_customer_is_and_never_searches_for_tickets(account: tuple[Zendesk, zendesk.Zendesk]):
    desk, fake = account
    ref = desk.create(ticket())
    desk.tickets(ADA)
    desk.tickets(ADA)
    desk.ticket(ADA, ref)
    paths = [path for _, path in fake.faults.calls]

    assert paths.count("/api/v2/users/search") == 1
    assert not {"/api/v2/search", "/api/v2/users/create_or_update"} & {*paths}


def test_zendesk_knows_a_ticket_with_files_again_though_their_tokens_are_others(
    account: tuple[Zendesk, zendesk.Zendesk],
):
    desk, fake = account
    made = ticket(files=(PNG,))
    ref = desk.create(made)

    assert desk.create(made) == ref
    assert len(fake.tickets) == 1
    # While the list lags nobody can say which one it is; that is no reason to give up.
    fake.hide(True)
    fake.seen = 0
    with pytest.raises(VendorError) as error:
        desk.create(made)
    assert error.value.kind == "unavailable"


def test_zendesk_finds_an_old_key_in_the_list_by_external_id(account: tuple[Zendesk, zendesk.Zendesk]):
    desk, fake = account
    made = ticket()
    ref = desk.create(made)
    fake.keys.clear()  # two hours later

    assert desk.find(made) == ref
    assert fake.faults.calls[-1] == ("GET", "/api/v2/tickets")


def test_zendesk_opens_a_ticket_by_name_since_its_triggers_do_not(account: tuple[Zendesk, zendesk.Zendesk]):
    desk, fake = account
    ref = desk.create(ticket())
    fake.answer(int(ref), "Try again now.")
    desk.reply(ADA, ref, Reply("reply-1", "Still the same.", 1))

    assert (fake.tickets[0]["status"], fake.comments[int(ref)][-1]["author_id"]) == (
        "open",
        fake.tickets[0]["requester_id"],
    )


def test_zendesk_follows_a_closed_ticket_up(account: tuple[Zendesk, zendesk.Zendesk]):
    desk, fake = account
    ref = desk.create(ticket())
    desk.create(ticket("key-2", follows=ref))

    assert [one["followup_of"] for one in fake.tickets] == [None, int(ref)]


def test_zendesk_gives_a_hundred_rows_a_page_and_no_more(account: tuple[Zendesk, zendesk.Zendesk]):
    desk, fake = account
    ref = desk.create(ticket())
    desk.tickets(ADA)
    desk.ticket(ADA, ref)
    desk.check()

    assert fake.sizes == {"100"}


def test_zendesk_gets_its_token_and_nobody_else_whatever_the_next_page_is(account: tuple[Zendesk, zendesk.Zendesk]):
    desk, fake = account
    desk.create(ticket())
    desk.tickets(ADA)
    other = zendesk.Zendesk()
    with server.running(other) as elsewhere:
        for place in (f"{elsewhere}/x", f"@{elsewhere.removeprefix('http://')}/x", ".elsewhere.example/x"):
            more = {"links": {"next": place}, "meta": {"has_more": True}, "after_url": place, "end_of_stream": False}
            fake.faults.mangle = lambda data, more=more: data | more  # type: ignore[misc]
            for look in (lambda: desk.tickets(ADA), lambda: desk.subjects(0)):
                fake.faults.next = "mangled"
                with pytest.raises(VendorError) as error:
                    look()
                assert error.value.kind == "unavailable"

    assert other.faults.calls == []


def test_zendesk_is_asked_for_a_limited_number_of_pages(account: tuple[Zendesk, zendesk.Zendesk]):
    desk, fake = account
    desk.create(ticket())
    desk.tickets(ADA)
    fake.faults.mangle = lambda data: (
        data | {"links": {"next": "/api/v2/users/100/tickets/requested"}, "meta": {"has_more": True}}
    )
    fake.faults.next, fake.faults.times = "mangled", 1000

    assert len(desk.tickets(ADA)) == pages.MOST


def test_zendesk_macros_are_by_use_and_only_their_texts(account: tuple[Zendesk, zendesk.Zendesk]):
    desk, fake = account
    said = [{"field": field, "value": value} for field, value in (("comment_value", "A"), ("comment_value_html", "B"))]
    fake.macros = [
        {"title": "Two", "usage_30d": 3, "actions": said},
        {"title": "Only a state", "actions": [{"field": "status", "value": "solved"}]},
    ]

    assert desk.macros() == [Macro("Two", "A\nB", 3), Macro("Only a state", "")]


@pytest.mark.parametrize(
    ("theirs", "ours"),
    [("new", "open"), ("open", "open"), ("pending", "pending"), ("hold", "on_hold"), ("solved", "solved"),
     ("closed", "solved"), ("escalated", "open")],
)  # fmt: skip
def test_zendesk_states_in_our_words(account: tuple[Zendesk, zendesk.Zendesk], theirs: str, ours: str):
    desk, fake = account
    ref = desk.create(ticket())
    fake.tickets[0]["status"] = theirs

    assert (desk.ticket(ADA, ref).status, desk.ticket(ADA, ref).closed) == (ours, theirs == "closed")
