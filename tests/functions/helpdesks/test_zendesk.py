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
from functions.helpdesks.zendesk import Zendesk
from tests.functions.helpdesks.benches import HOOK_SECRET, ZENDESK, ticket, zendesk_sign


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
