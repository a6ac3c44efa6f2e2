"""What every help desk must do, driven by its capabilities, against desks that misbehave as their vendors do."""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from html import unescape
from threading import Event
from typing import Any

import pytest

from functions.errors import VendorError
from functions.helpdesks import web
from functions.ticket_html import clean
from portal.models import Requester
from portal.tickets import Message, Reply
from tests.conftest import ADA, BEN
from tests.functions.helpdesks.benches import PNG, Bench, ticket

DAY_MS = 86_400_000


def said(message: Message) -> str:
    """What a customer reads."""
    return message.body or unescape(str(clean(message.html)).replace("<br>", "\n"))


def test_a_ticket_arrives_with_its_context_which_customers_never_see(bench: Bench):
    ref = bench.desk.create(ticket())
    thread = bench.desk.ticket(ADA, ref)

    assert (thread.subject, thread.status) == ("Cannot export <b>CSV</b>", "open")
    assert [(one.author, said(one)) for one in thread.messages] == [("customer", "It says 500.\n\nSince noon.")]
    (note,) = bench.notes(ref)
    assert "Plan: Team" in note
    assert "key-1" in note or "ABCD-EFGH" in note


def test_one_key_is_one_ticket(bench: Bench):
    made = ticket()
    first = bench.desk.create(made)

    assert bench.again(made) == first
    assert bench.desk.find(made) == first
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
            lambda who: bench.desk.reply(who, ref, Reply("r", "Let me in, please.", 1)),
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

    assert [said(one) for one in thread.messages if one.author == "agent"] == ["Try again now."]
    assert thread.status == "pending"


def test_a_later_note_is_for_the_agents_alone(bench: Bench):
    ref = bench.desk.create(ticket())
    bench.desk.note(ref, "The customer says: this solved it.")

    assert bench.notes(ref)[-1].strip() == "The customer says: this solved it."
    assert len(bench.desk.ticket(ADA, ref).messages) == 1


def test_a_reply_is_the_customers_and_opens_the_ticket(bench: Bench):
    ref = bench.desk.create(ticket())
    bench.answer(ref, "Try again now.", True)
    bench.desk.reply(ADA, ref, Reply("reply-1", "Still the same.", 1, (PNG,)))
    thread = bench.desk.ticket(ADA, ref)

    last = thread.messages[-1]
    assert (last.author, said(last), thread.status) == ("customer", "Still the same.", "open")
    if bench.desk.capabilities.attaches:
        assert [(one.name, one.size) for one in last.files] == [("screen shot.png", len(PNG.data))]


def test_a_ticket_is_solved_and_opened_again(bench: Bench):
    ref = bench.desk.create(ticket())
    bench.desk.set_status(ADA, ref, "solved")
    bench.desk.set_status(ADA, ref, "solved")
    assert bench.desk.ticket(ADA, ref).status == "solved"
    bench.desk.set_status(ADA, ref, "open")
    assert bench.desk.ticket(ADA, ref).status == "open"
    bench.desk.reply(ADA, ref, Reply("reply-1", "Thank you, it works.", 1, solves=True))

    assert bench.desk.ticket(ADA, ref).status == "solved"


def test_what_is_closed_for_good_says_so_and_is_followed_up(bench: Bench):
    if bench.shut is None:
        assert bench.desk.capabilities.reopens
        return
    ref = bench.desk.create(ticket())
    bench.shut(ref)
    assert bench.desk.ticket(ADA, ref).closed
    with pytest.raises(VendorError) as error:
        bench.desk.reply(ADA, ref, Reply("reply-1", "It is back.", 1))

    assert error.value.kind == "rejected"
    assert bench.desk.create(ticket("key-2", follows=ref)) != ref


def test_the_desk_counts_and_knows_its_subjects(bench: Bench):
    bench.desk.create(ticket())
    now = int(time.time() * 1000)

    if bench.desk.capabilities.counts:
        assert bench.desk.count(now - DAY_MS, now + DAY_MS) == 1
        assert bench.desk.count(now - 3 * DAY_MS, now - 2 * DAY_MS) == 0
    if bench.desk.capabilities.subjects:
        assert bench.desk.subjects(now - 90 * DAY_MS) == ["Cannot export <b>CSV</b>"]
    if bench.desk.capabilities.macros != "no":
        (macro,) = bench.desk.macros()
        uses = 12 if bench.desk.capabilities.macros == "by_use" else None
        assert (macro.title, macro.text, macro.uses) == ("Browser", "Try another browser.", uses)
    assert bench.desk.check() == []


KINDS = {
    "unavailable": "unavailable",
    "lost": "unavailable",
    "broken_after": "unavailable",
    "accepted": "unavailable",
    "garbage": "unavailable",
    "list": "unavailable",
    "slow": "unavailable",
    "redirect": "unavailable",
    "limited": "rate_limited",
}


@contextmanager
def spoiled(bench: Bench, fault: str, method: str, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """The next call of that method goes wrong; half a second is slow here."""
    assert bench.faults
    bench.faults.next, bench.faults.method = fault, method
    with monkeypatch.context() as patch:
        if fault == "slow":
            patch.setattr(web, "TIMEOUT_SECONDS", 0.5)
        yield
    bench.faults.patience.set()
    bench.faults.patience = Event()


@pytest.mark.parametrize("fault", KINDS)
def test_a_create_that_goes_wrong_says_how_and_the_next_one_makes_no_second_ticket(
    bench: Bench, fault: str, monkeypatch: pytest.MonkeyPatch
):
    if bench.faults is None:
        return
    bench.desk.tickets(ADA)  # signed in
    made = ticket()
    with spoiled(bench, fault, "POST", monkeypatch), pytest.raises(VendorError) as error:
        bench.desk.create(made)
    ref = bench.again(made)

    assert error.value.kind == KINDS[fault]
    assert error.value.retry_after == (30 if fault == "limited" else None)
    assert [thread.desk_ref for thread in bench.desk.tickets(ADA)] == [ref]
    assert len(bench.notes(ref)) == 1


def test_a_look_that_goes_wrong_is_a_named_error(bench: Bench, monkeypatch: pytest.MonkeyPatch):
    if bench.faults is None:
        return
    made = ticket()
    ref = bench.desk.create(made)
    looks: list[Callable[[], Any]] = [
        lambda: bench.desk.tickets(ADA),
        lambda: bench.desk.ticket(ADA, ref),
        lambda: bench.desk.find(made),
    ]
    for fault, kind in KINDS.items():
        for look in looks:
            with spoiled(bench, fault, "GET", monkeypatch), pytest.raises(VendorError) as error:
                look()
            assert error.value.kind == kind, fault
            for secret in bench.secrets:
                assert secret not in f"{error.value.public} {error.value} {error.value.detail}"


def test_a_list_that_lags_is_no_proof_and_no_error(bench: Bench):
    if bench.late is None:
        assert bench.desk.capabilities.list_lag == 0
        return
    assert bench.desk.capabilities.lookup_lag > 0
    bench.late(True)
    made = ticket()
    ref = bench.desk.create(made)
    assert bench.desk.tickets(ADA) == []
    assert bench.desk.find(made) is None
    assert bench.desk.ticket(ADA, ref).desk_ref == ref
    bench.late(False)

    assert bench.desk.find(made) == ref
    assert [thread.desk_ref for thread in bench.desk.tickets(ADA)] == [ref]


def test_a_token_that_was_taken_back_is_renewed_once(bench: Bench):
    if bench.forget_tokens is None:
        return
    ref = bench.desk.create(ticket())
    bench.forget_tokens()

    assert bench.desk.ticket(ADA, ref).desk_ref == ref


def test_a_webhook_means_look_again_and_only_when_it_is_signed(bench: Bench):
    if bench.desk.capabilities.webhooks == "no":
        with pytest.raises(VendorError) as error:
            bench.desk.notice({}, b"{}")
        assert error.value.kind == "unsupported"
        return
    assert bench.sign
    headers = bench.sign(bench.hook)
    notice = bench.desk.notice(headers, bench.hook)
    assert notice
    assert (notice.desk_ref, notice.own) == ("1000", False)
    again = bench.desk.notice(headers, bench.hook)
    assert again
    assert again.delivery == notice.delivery
    for wrong in ({}, {name: f"x{value}" for name, value in headers.items()}):
        with pytest.raises(VendorError) as refused:
            bench.desk.notice(wrong, bench.hook)
        assert refused.value.kind == "authentication"
    with pytest.raises(VendorError):
        bench.desk.notice(headers, bench.hook + b" ")


def test_what_a_customer_typed_is_text_in_the_desk(bench: Bench):
    nasty = '<img src=x onerror=alert(1)> **bold** [link](https://evil.example) & "quotes"\n\tIndented'
    ref = bench.desk.create(ticket(facts={"Plan": "Team"}))
    bench.desk.reply(ADA, ref, Reply("reply-1", nasty, 1))
    last = bench.desk.ticket(ADA, ref).messages[-1]

    assert " ".join(said(last).split()) == " ".join(nasty.split())
