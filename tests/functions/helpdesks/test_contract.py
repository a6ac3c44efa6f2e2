"""What every help desk must do, driven by its capabilities, against desks that misbehave as their vendors do."""

import base64
import hmac
import json
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest

from demo import server
from demo.helpdesks import zendesk
from functions.errors import VendorError
from functions.helpdesks import HelpDesk
from functions.helpdesks.zendesk import Zendesk
from functions.services import Services
from functions.settings import read
from portal.models import Requester
from portal.tickets import Draft, File, Reply, Ticket
from tests.conftest import ADA, BEN

NOW = 1_795_384_800_000
HOOK_SECRET = "webhook-secret"
PNG = File("screen shot.png", "image/png", b"\x89PNG\r\n\x1a\n" + b"0" * 100)


@dataclass
class Bench:
    """A desk, and its fake's side: `answer(ref, text, public)`, `shut(ref)`, `faults` (None for our own desk)."""

    desk: HelpDesk
    answer: Callable[[str, str, bool], None]
    shut: Callable[[str], None] | None = None
    fake: Any = None
    notes: Callable[[str], list[str]] = lambda ref: []
    sign: Callable[[bytes], dict[str, str]] | None = None


@pytest.fixture
def database_url(tmp_path: Path) -> str:
    return f"sqlite:///{tmp_path / 'portal.db'}"


@pytest.fixture(params=["built_in", "zendesk"])
def bench(request: pytest.FixtureRequest, environ: dict[str, str], services: Services) -> Iterator[Bench]:
    if request.param == "built_in":
        yield _built_in(services)
        return
    fake = zendesk.Zendesk()
    with server.running(fake) as origin:
        variables = {
            "HELPDESK": "zendesk",
            "ZENDESK_API": origin,
            "ZENDESK_SUBDOMAIN": "acme",
            "ZENDESK_CLIENT_ID": zendesk.CLIENT_ID,
            "ZENDESK_CLIENT_SECRET": zendesk.CLIENT_SECRET,
            "ZENDESK_WEBHOOK_SECRET": HOOK_SECRET,
            "ZENDESK_FIELDS": "account=27648",
        }
        desk = Services(read(environ | variables)).desk
        yield Bench(
            desk,
            lambda ref, body, public: fake.answer(int(ref), body, public),
            lambda ref: fake.close(int(ref)),
            fake,
            lambda ref: [one["body"] for one in fake.comments[int(ref)] if not one["public"]],
            _zendesk_sign,
        )


def _built_in(services: Services) -> Bench:
    desk = services.desk

    def answer(ref: str, body: str, public: bool) -> None:
        row = services.store.one("select reference from desk_ticket where id = :id", id=ref)
        assert row
        if public:
            desk.answer(row["reference"], body, "pending")  # type: ignore[attr-defined]

    def notes(ref: str) -> list[str]:
        rows = services.store.all("select body from desk_message where ticket_id = :id and is_public = 0", id=ref)
        return [row["body"] for row in rows]

    return Bench(desk, answer, notes=notes)


def _zendesk_sign(body: bytes, moment: str = "") -> dict[str, str]:
    moment = moment or time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime())
    made = hmac.new(HOOK_SECRET.encode(), moment.encode() + body, sha256).digest()
    return {
        "X-Zendesk-Webhook-Signature": base64.b64encode(made).decode(),
        "X-Zendesk-Webhook-Signature-Timestamp": moment,
        "X-Zendesk-Webhook-Invocation-Id": "inv-1",
    }


def ticket(key: str = "key-1", requester: Requester = ADA, **changes: Any) -> Ticket:
    draft = Draft("exports", "Cannot export <b>CSV</b>", "It says 500.\n\nSince noon.", {"article": "exports/csv"})
    made = Ticket(key, "ABCD-EFGH", requester, draft, NOW, facts={"Plan": "Team", "Seconds in the form": "40"})
    return replace(made, **changes)


def test_a_ticket_arrives_with_its_context_which_customers_never_see(bench: Bench):
    ref = bench.desk.create(ticket())
    thread = bench.desk.ticket(ADA, ref)

    assert (thread.subject, thread.status) == ("Cannot export <b>CSV</b>", "open")
    assert [(one.author, one.body) for one in thread.messages] == [("customer", "It says 500.\n\nSince noon.")]
    (note,) = bench.notes(ref)
    assert "Plan: Team" in note
    assert "key-1" in note or "ABCD-EFGH" in note


def test_one_key_is_one_ticket(bench: Bench):
    first = bench.desk.create(ticket())

    assert bench.desk.create(ticket()) == first
    assert bench.desk.find(ticket()) == first
    assert bench.desk.find(ticket("key-2")) is None
    assert len(bench.desk.tickets(ADA)) == 1
    assert len(bench.notes(first)) == 1


def test_the_list_is_the_customers_own_however_long_it_is(bench: Bench):
    own = {bench.desk.create(ticket(f"key-{number}")) for number in range(5)}
    bench.desk.create(ticket("key-ben", BEN))

    assert {thread.desk_ref for thread in bench.desk.tickets(ADA)} == own
    assert len(bench.desk.tickets(BEN)) == 1
    assert bench.desk.tickets(Requester("sub-new", "new@customer.example")) == []


@pytest.mark.parametrize("ref", ["", "0", "999999", "../../users/me", "1 or 1", "１２"])
def test_what_is_not_there_is_not_found(bench: Bench, ref: str):
    bench.desk.create(ticket())
    with pytest.raises(VendorError) as error:
        bench.desk.ticket(ADA, ref)

    assert error.value.kind == "not_found"


def test_a_foreign_ticket_is_not_found_and_not_touched(bench: Bench):
    ref = bench.desk.create(ticket())
    # A prefix of the address, which some desks' search finds as well.
    near = Requester("sub-near", "ada@customer.exam")
    for stranger in (BEN, near):
        for act in (
            lambda who: bench.desk.ticket(who, ref),
            lambda who: bench.desk.reply(who, ref, Reply("r", "Let me in, please.", NOW)),
            lambda who: bench.desk.set_status(who, ref, "solved"),
        ):
            with pytest.raises(VendorError) as error:
                act(stranger)
            assert error.value.kind == "not_found"

    assert len(bench.desk.ticket(ADA, ref).messages) == 1
    assert bench.desk.ticket(ADA, ref).status == "open"


def test_public_answers_are_shown_and_notes_are_not(bench: Bench):
    ref = bench.desk.create(ticket())
    bench.answer(ref, "Between us: a known bug.", False)
    bench.answer(ref, "Try again now.", True)
    thread = bench.desk.ticket(ADA, ref)

    assert [one.body for one in thread.messages if one.author == "agent"] == ["Try again now."]
    assert thread.status == "pending"


def test_a_reply_is_the_customers_and_opens_the_ticket(bench: Bench):
    ref = bench.desk.create(ticket())
    bench.answer(ref, "Try again now.", True)
    bench.desk.reply(ADA, ref, Reply("reply-1", "Still the same.", NOW, (PNG,)))
    thread = bench.desk.ticket(ADA, ref)

    last = thread.messages[-1]
    assert (last.author, last.body, thread.status) == ("customer", "Still the same.", "open")
    if bench.desk.capabilities.attaches:
        assert [(one.name, one.size) for one in last.files] == [("screen shot.png", len(PNG.data))]


def test_a_ticket_is_solved_and_opened_again(bench: Bench):
    ref = bench.desk.create(ticket())
    bench.desk.set_status(ADA, ref, "solved")
    bench.desk.set_status(ADA, ref, "solved")
    assert bench.desk.ticket(ADA, ref).status == "solved"
    bench.desk.set_status(ADA, ref, "open")
    assert bench.desk.ticket(ADA, ref).status == "open"
    bench.desk.reply(ADA, ref, Reply("reply-1", "Thank you, it works.", NOW, solves=True))

    assert bench.desk.ticket(ADA, ref).status == "solved"


def test_what_is_closed_for_good_says_so_and_is_followed_up(bench: Bench):
    if bench.shut is None:
        assert bench.desk.capabilities.reopens
        return
    ref = bench.desk.create(ticket())
    bench.shut(ref)
    assert bench.desk.ticket(ADA, ref).closed
    with pytest.raises(VendorError) as error:
        bench.desk.reply(ADA, ref, Reply("reply-1", "It is back.", NOW))

    assert error.value.kind == "rejected"
    assert bench.desk.create(ticket("key-2", follows=ref)) != ref


def test_the_desk_counts_and_knows_its_subjects(bench: Bench):
    bench.desk.create(ticket())

    if bench.desk.capabilities.counts:
        assert bench.desk.count(0, int(time.time() * 1000) + 60_000) == 1
    if bench.desk.capabilities.subjects:
        assert bench.desk.subjects(NOW - 90 * 86_400_000) == ["Cannot export <b>CSV</b>"]
    if bench.desk.capabilities.macros != "no":
        (macro,) = bench.desk.macros()
        assert (macro.title, macro.text, macro.uses) == ("Browser", "Try another browser.", 12)
    assert bench.desk.check() == []


KINDS = {
    "unavailable": "unavailable",
    "lost": "unavailable",
    "broken_after": "unavailable",
    "garbage": "unavailable",
    "list": "unavailable",
    "redirect": "unavailable",
    "limited": "rate_limited",
}


@pytest.mark.parametrize("fault", KINDS)
def test_a_create_that_goes_wrong_says_how_and_the_next_one_makes_no_second_ticket(bench: Bench, fault: str):
    if bench.fake is None:
        return
    bench.desk.tickets(ADA)  # signed in
    bench.fake.faults.next, bench.fake.faults.method = fault, "POST"
    with pytest.raises(VendorError) as error:
        bench.desk.create(ticket())
    ref = bench.desk.create(ticket())

    assert error.value.kind == KINDS[fault]
    assert error.value.retry_after == (30 if fault == "limited" else None)
    assert [thread.desk_ref for thread in bench.desk.tickets(ADA)] == [ref]
    assert len(bench.notes(ref)) == 1


@pytest.mark.parametrize("fault", KINDS)
@pytest.mark.parametrize("call", ["tickets", "ticket", "find"])
def test_a_look_that_goes_wrong_is_a_named_error(bench: Bench, fault: str, call: str):
    if bench.fake is None:
        return
    ref = bench.desk.create(ticket())
    looks: dict[str, Callable[[], Any]] = {
        "tickets": lambda: bench.desk.tickets(ADA),
        "ticket": lambda: bench.desk.ticket(ADA, ref),
        "find": lambda: bench.desk.find(ticket()),
    }
    bench.fake.faults.next, bench.fake.faults.method = fault, "GET"
    with pytest.raises(VendorError) as error:
        looks[call]()

    assert error.value.kind == KINDS[fault]
    for secret in (zendesk.CLIENT_SECRET, "Zendesk", "token-", "customer.example"):
        assert secret not in error.value.public
    for secret in (zendesk.CLIENT_SECRET, "token-", "customer.example"):
        assert secret not in f"{error.value} {error.value.detail}"


def test_a_token_that_was_taken_back_is_renewed_once(bench: Bench):
    if bench.fake is None:
        return
    ref = bench.desk.create(ticket())
    bench.fake.tokens.clear()

    assert bench.desk.ticket(ADA, ref).desk_ref == ref


def test_a_webhook_means_look_again_and_only_when_it_is_signed(bench: Bench):
    if bench.desk.capabilities.webhooks == "no":
        with pytest.raises(VendorError) as error:
            bench.desk.notice({}, b"{}")
        assert error.value.kind == "unsupported"
        return
    assert bench.sign
    body = json.dumps({"ticket": "1000", "by": "agent"}).encode()
    headers = bench.sign(body)
    notice = bench.desk.notice(headers, body)
    assert notice
    assert (notice.desk_ref, notice.own) == ("1000", False)
    again = bench.desk.notice(headers, body)
    assert again
    assert again.delivery == notice.delivery
    for wrong in ({}, {**headers, "X-Zendesk-Webhook-Signature": "x"}):
        with pytest.raises(VendorError) as refused:
            bench.desk.notice(wrong, body)
        assert refused.value.kind == "authentication"
    with pytest.raises(VendorError):
        bench.desk.notice(headers, body + b" ")


# The traps of Zendesk (https://developer.zendesk.com/api-reference/).


@pytest.fixture
def account(environ: dict[str, str]) -> Iterator[tuple[Zendesk, zendesk.Zendesk]]:
    fake = zendesk.Zendesk()
    with server.running(fake) as origin:
        yield (
            Zendesk(
                {
                    "ZENDESK_API": origin,
                    "ZENDESK_CLIENT_ID": zendesk.CLIENT_ID,
                    "ZENDESK_CLIENT_SECRET": zendesk.CLIENT_SECRET,
                    "ZENDESK_FIELDS": "account=27648, plan=27642",
                    "ZENDESK_WEBHOOK_SECRET": HOOK_SECRET,
                }
            ),
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
    headers = _zendesk_sign(body)
    moment = headers["X-Zendesk-Webhook-Signature-Timestamp"]
    made = hmac.new(HOOK_SECRET.encode(), body + moment.encode(), sha256).digest()
    with pytest.raises(VendorError):
        account[0].notice({**headers, "X-Zendesk-Webhook-Signature": base64.b64encode(made).decode()}, body)


def test_zendesk_webhooks_of_an_hour_ago_are_refused(account: tuple[Zendesk, zendesk.Zendesk]):
    body = b'{"ticket": "7"}'
    old = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(time.time() - 3600))
    with pytest.raises(VendorError, match="old"):
        account[0].notice(_zendesk_sign(body, old), body)


def test_zendesk_a_missing_field_and_a_wrong_owner_are_named(account: tuple[Zendesk, zendesk.Zendesk]):
    desk, fake = account
    fake.role = "end-user"

    assert [fault.split(":")[0] for fault in desk.check()] == [
        "The OAuth client's owner is neither agent nor admin",
        "ZENDESK_FIELDS names plan=27642, and there is no such ticket field.",
    ]


def test_zendesk_a_note_that_failed_is_written_by_the_next_try(account: tuple[Zendesk, zendesk.Zendesk]):
    desk, fake = account
    fake.faults.next, fake.faults.method = "unavailable", "PUT"
    with pytest.raises(VendorError):
        desk.create(ticket())
    ref = desk.create(ticket())

    assert len(fake.tickets) == 1
    assert [one["public"] for one in fake.comments[int(ref)]] == [True, False]
