"""What every help desk must do, driven by its capabilities, against desks that misbehave as their vendors do."""

import json
import random
import re
import time
import traceback
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import asdict
from html import unescape
from typing import Any, cast

import pytest

from functions.errors import VendorError
from functions.helpdesks import Downloads, web
from functions.tickets.markup import clean
from portal.clock import DAY_MS
from portal.models import Requester
from portal.tickets import Message, Reply, plain
from tests.conftest import ADA, BEN
from tests.functions.helpdesks.benches import PNG, Bench, ticket


def said(message: Message) -> str:
    """What a customer reads."""
    return message.body or unescape(re.sub("</?p>", "", str(clean(message.html))).replace("<br>", "\n"))


def test_machine_fields_and_a_note_say_who_asks_and_from_where(every: Bench):
    ref = every.desk.create(ticket())

    assert "customer" in every.fields(ref)
    (note,) = every.notes(ref)
    for fact in (
        "Article you came from: exports/csv",
        "Plan: Team",
        "Portal reference: ABCD-EFGH",
        "Portal key: key-1",
    ):
        assert fact in note


def test_what_a_desk_cannot_do_is_unsupported_and_what_it_can_is_not(every: Bench):
    desk, can = every.desk, every.desk.capabilities
    ref, now = desk.create(ticket()), int(time.time() * 1000)
    able: list[tuple[bool, Callable[[], Any]]] = [
        (can.reads, lambda: desk.ticket(ADA, ref)),
        (can.replies != "no", lambda: desk.reply(ADA, ref, Reply("reply-1", "Still the same.", now, (PNG,)))),
        (can.solves, lambda: desk.set_status(ADA, ref, "solved")),
        (can.reopens, lambda: desk.set_status(ADA, ref, "open")),
        (can.private_context, lambda: desk.note(ref, "The customer says: this solved it.")),
        (can.counts, lambda: desk.count(now - DAY_MS, now + DAY_MS)),
        (can.subjects, lambda: desk.subjects(now - DAY_MS)),
        (can.macros != "no", desk.macros),
        (can.webhooks != "no", lambda: desk.notice(every.sign(every.hook) if every.sign else {}, every.hook)),
    ]
    for is_able, call in able:
        if is_able:
            call()
            continue
        with pytest.raises(VendorError) as error:
            call()
        assert error.value.kind == "unsupported"
    assert can.reads or (desk.tickets(ADA), desk.find(ticket())) == ([], None)
    assert desk.check() == []


def test_a_ticket_arrives_with_its_context_which_customers_never_see(bench: Bench):
    ref = bench.desk.create(ticket())
    thread = bench.desk.ticket(ADA, ref)

    assert (thread.subject, thread.status) == ("Cannot export <b>CSV</b>", "open")
    assert [(one.author, said(one)) for one in thread.messages] == [("customer", "It says 500.\n\nSince noon.")]


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


def test_what_is_not_there_is_not_found(bench: Bench):
    bench.desk.create(ticket())
    for ref in ("", "0", "999999", "../../users/me", "1 or 1", "１２", "7" * 30):
        with pytest.raises(VendorError) as error:
            bench.desk.ticket(ADA, ref)
        assert error.value.kind == "not_found", ref


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


def test_nobody_is_somebody_else_by_a_letter_that_looks_the_same(bench: Bench):
    mark = Requester("sub-mark", "mark@customer.example")
    ref = bench.desk.create(ticket(requester=mark))
    # The Kelvin sign, whose small letter is k; and nobody at all.
    for stranger in (Requester("sub-x", "mar\N{KELVIN SIGN}@customer.example"), Requester("sub-y", "")):
        assert bench.desk.tickets(stranger) == []
        with pytest.raises(VendorError) as error:
            bench.desk.ticket(stranger, ref)
        assert error.value.kind == "not_found"
    if bench.faults:  # desks that know customers by their address, in any case of its letters
        assert bench.desk.ticket(Requester("sub-mark", "Mark@Customer.example"), ref).desk_ref == ref


ODD = (
    'x" OR email:"ada@customer.example',
    'x") OR (email:"ada',
    "x' or id > 0 or Subject = 'x@customer.example",
    "\\' or 1=1 --@customer.example",
    "a\\@b.c",
    "o'brien@customer.example",
    "ada@customer.example\\",
    "%@%",
    "*",
)


def test_an_address_is_no_part_of_a_query(bench: Bench):
    bench.desk.create(ticket())
    for email in ODD:
        who = Requester("sub-odd", email)
        assert bench.desk.tickets(who) == [], email
        assert bench.desk.find(ticket("x' or Subject LIKE '%", who)) is None, email


def test_public_answers_are_shown_and_notes_are_not(bench: Bench):
    ref = bench.desk.create(ticket())
    bench.answer(ref, "Between us: a known bug.", False)
    bench.answer(ref, "Try again now.", True)
    thread = bench.desk.ticket(ADA, ref)

    answers = [one for one in thread.messages if one.author == "agent"]
    assert [(said(one), plain.first_name(one.name)) for one in answers] == [("Try again now.", bench.agent)]
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


def test_files_are_fetched_for_their_owner_alone(bench: Bench):
    ref = bench.desk.create(ticket(files=(PNG,)))
    (attached,) = bench.desk.ticket(ADA, ref).messages[0].files
    assert (attached.name, attached.type, attached.size) == (PNG.name, PNG.type, len(PNG.data))
    if not bench.desk.capabilities.downloads:
        assert not hasattr(bench.desk, "file")
        return
    desk = cast("Downloads", bench.desk)
    for who, message, number in ((BEN, 0, 0), (ADA, 1, 0), (ADA, 0, 1), (ADA, 0, -1), (ADA, -1, 0)):
        with pytest.raises(VendorError) as error:
            desk.file(who, ref, message, number)
        assert error.value.kind == "not_found"

    assert desk.file(ADA, ref, 0, 0) == PNG


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


# What goes wrong with a call, and the class of the error.
KINDS = {
    "unavailable": "unavailable",
    "lost": "unavailable",
    "broken_after": "unavailable",
    "accepted": "unavailable",
    "conflict": "unavailable",
    "garbage": "unavailable",
    "list": "unavailable",
    "deep": "unavailable",
    "redirect": "unavailable",
    "limited": "rate_limited",
    "refused": "rejected",
    "forbidden": "authentication",
    "slow": "unavailable",
    "trickle": "unavailable",
    "large": "unavailable",
}
# Half a second each, or ten megabytes: for one call of each desk.
COSTLY = ("slow", "trickle", "large")


@contextmanager
def spoiled(bench: Bench, fault: str, method: str, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """The next call of that method goes wrong; half a second is slow here."""
    assert bench.faults
    faults = bench.faults
    # A token that was refused is renewed, once.
    faults.next, faults.method, faults.times = fault, method, 2 if fault == "forbidden" and bench.forget_tokens else 1
    faults.patience.clear()
    faults.finished.clear()
    with monkeypatch.context() as patch:
        if fault in COSTLY:
            patch.setattr(web, "TIMEOUT_SECONDS", 0.5)
            patch.setattr(web, "BODY_SECONDS", 0.5)
        yield
    assert faults.next == "", "the fault has happened"
    faults.patience.set()
    if fault == "slow":
        assert faults.finished.wait(20)


def is_harmless(bench: Bench, error: VendorError) -> bool:
    """Whether it may be in a log, with everything that led to it."""
    shown = "".join([error.public, str(error), error.detail, *traceback.format_exception(error)])
    return not any(secret in shown for secret in bench.secrets)


def test_a_create_that_goes_wrong_says_how_and_the_next_one_makes_no_second_ticket(
    bench: Bench, monkeypatch: pytest.MonkeyPatch
):
    if bench.faults is None:
        return
    bench.desk.tickets(ADA)  # signed in
    refs = set()
    for fault in [fault for fault in KINDS if fault not in {"trickle", "large", "conflict"}]:
        # Files get other tokens at each try.
        made = ticket(f"key-{fault}", files=(PNG,))
        with spoiled(bench, fault, "POST", monkeypatch), pytest.raises(VendorError) as error:
            bench.desk.create(made)
        refs.add(bench.again(made))
        assert error.value.kind == KINDS[fault], fault
        # A second more or less, where the vendor says when and not how long.
        assert error.value.retry_after in ((29, 30, 31) if fault == "limited" else (None,))
        assert is_harmless(bench, error.value)

    assert {thread.desk_ref for thread in bench.desk.tickets(ADA)} == refs
    assert len(refs) == len(KINDS) - 3
    assert [len(bench.notes(ref)) for ref in refs] == [1] * len(refs)


def test_the_answer_to_the_create_itself_is_lost_and_no_second_ticket_is_made(
    bench: Bench, monkeypatch: pytest.MonkeyPatch
):
    if bench.faults is None:
        return
    bench.desk.create(ticket("key-known"))  # where the vendor knows the customer, the create is the first call
    for number, fault in enumerate(("lost", "broken_after", "accepted", "conflict")):
        made = ticket(f"key-{number}")
        # A conflict may say that another try was first, which is as good.
        either = suppress(VendorError) if fault == "conflict" else pytest.raises(VendorError)
        with spoiled(bench, fault, "POST", monkeypatch), either:
            bench.desk.create(made)
        ref = bench.again(made)
        assert ref == bench.desk.find(made)
        assert len(bench.notes(ref)) == 1

    assert len(bench.desk.tickets(ADA)) == 5


def test_a_look_that_goes_wrong_is_a_named_error(bench: Bench, monkeypatch: pytest.MonkeyPatch):
    if bench.faults is None:
        return
    made = ticket()
    ref = bench.desk.create(made)
    now, can = made.created_at, bench.desk.capabilities
    looks: list[Callable[[], Any]] = [
        lambda: bench.desk.tickets(ADA),
        lambda: bench.desk.ticket(ADA, ref),
        lambda: bench.desk.find(made),
        lambda: bench.desk.count(now - DAY_MS, now + DAY_MS),
        lambda: bench.desk.subjects(now - DAY_MS),
        *([] if can.macros == "no" else [lambda: bench.desk.macros()]),
    ]
    for fault, kind in KINDS.items():
        for look in looks[:1] if fault in COSTLY else looks:
            with spoiled(bench, fault, bench.looks, monkeypatch), pytest.raises(VendorError) as error:
                look()
            assert error.value.kind == kind, fault
            assert is_harmless(bench, error.value)


def test_a_change_that_goes_wrong_is_a_named_error(bench: Bench, monkeypatch: pytest.MonkeyPatch):
    if bench.faults is None:
        return
    ref = bench.desk.create(ticket())
    nothing_done = ("unavailable", "limited", "refused", "forbidden")
    for fault in (*nothing_done, "lost", "broken_after", "conflict"):
        with spoiled(bench, fault, bench.replies, monkeypatch), pytest.raises(VendorError) as error:
            bench.desk.reply(ADA, ref, Reply(f"reply-{fault}", f"Still so: {fault}.", 1))
        assert error.value.kind == KINDS[fault], fault
        with spoiled(bench, fault, bench.changes, monkeypatch), pytest.raises(VendorError) as error:
            bench.desk.set_status(ADA, ref, "open" if bench.desk.ticket(ADA, ref).status == "solved" else "solved")
        assert error.value.kind == KINDS[fault], fault
        assert is_harmless(bench, error.value)

    # What was done before the answer was lost is there, for the portal to see before it tries again.
    assert [said(message) for message in bench.desk.ticket(ADA, ref).messages[1:]] == [
        "Still so: lost.",
        "Still so: broken_after.",
        "Still so: conflict.",
    ]


def test_what_is_rejected_names_the_fields_and_nothing_that_is_in_them(bench: Bench, monkeypatch: pytest.MonkeyPatch):
    if bench.faults is None or bench.faults.refusal is None:
        return
    bench.desk.tickets(ADA)
    with spoiled(bench, "refused", "POST", monkeypatch), pytest.raises(VendorError) as error:
        bench.desk.create(ticket())

    assert error.value.detail == "POST was answered with 422: subject"


def test_what_the_desk_gives_away_of_others_is_not_passed_on(bench: Bench, monkeypatch: pytest.MonkeyPatch):
    if bench.faults is None:
        return
    made = ticket()
    ref = bench.desk.create(made)
    bench.desk.tickets(ADA)
    with spoiled(bench, "foreign", bench.looks, monkeypatch):
        assert bench.desk.tickets(ADA) == []
    for act in (
        lambda: bench.desk.ticket(ADA, ref),
        lambda: bench.desk.reply(ADA, ref, Reply("r", "It is me.", 1)),
        lambda: bench.desk.set_status(ADA, ref, "solved"),
    ):
        with spoiled(bench, "foreign", bench.looks, monkeypatch), pytest.raises(VendorError) as error:
            act()
        assert error.value.kind == "not_found"


JUNK: tuple[Any, ...] = (None, True, -1, 10**30, 1.5, "", "\0\ud800<b>", "../../x", [], [[]], {}, {"id": {}}, [None, 7])


def mangle(choice: random.Random) -> Callable[[Any], Any]:
    """Puts junk in the place of one value in eight."""

    def change(data: Any) -> Any:
        if choice.random() < 0.125:
            return choice.choice(JUNK)
        if isinstance(data, list):
            return [change(one) for one in data]
        return {name: change(value) for name, value in data.items()} if isinstance(data, dict) else data

    return change


def test_no_answer_is_believed(bench: Bench):
    if bench.faults is None:
        return
    made = ticket(files=(PNG,))
    ref = bench.desk.create(made)
    now = made.created_at
    looks: list[Callable[[], Any]] = [
        lambda: bench.desk.tickets(ADA),
        lambda: bench.desk.ticket(ADA, ref),
        lambda: bench.desk.find(made),
        lambda: bench.desk.check(),
        lambda: bench.desk.count(now, now + DAY_MS),
        lambda: bench.desk.subjects(now - DAY_MS),
        lambda: bench.desk.macros(),
        lambda: bench.desk.create(made),
    ]
    for seed in range(bench.tries):
        bench.faults.mangle = mangle(random.Random(seed))
        bench.faults.next, bench.faults.method, bench.faults.times = "mangled", "", 9
        try:
            found = looks[seed % len(looks)]()
        except VendorError as error:
            found = f"{error.public} {error.detail}"
        bench.faults.next, bench.faults.times = "", 1
        shown = repr(found) if isinstance(found, int) else json.dumps(found, default=asdict, ensure_ascii=False)
        assert "\\u0000" not in shown, "no database holds it"
        assert shown.encode(), "no page holds half a character"


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
        return
    assert bench.sign
    headers = bench.sign(bench.hook)
    notice = bench.desk.notice(headers, bench.hook)
    assert notice
    assert (notice.desk_ref, notice.own) == (bench.ref, False)
    again = bench.desk.notice(headers, bench.hook)
    assert again
    assert again.delivery == notice.delivery
    for wrong in ({}, {name: f"x{value}" for name, value in headers.items()}):
        with pytest.raises(VendorError) as refused:
            bench.desk.notice(wrong, bench.hook)
        assert refused.value.kind == "authentication"
    if bench.desk.capabilities.webhooks == "signed":
        with pytest.raises(VendorError):
            bench.desk.notice(headers, bench.hook + b" ")


def test_what_a_customer_typed_is_text_in_the_desk(bench: Bench):
    nasty = '<img src=x onerror=alert(1)> **bold** [link](https://evil.example) & "quotes"\n\t{{ticket.id}} {% x %}'
    made = ticket(facts={"Plan": "{{ticket.id}}"})
    ref = bench.desk.create(made._replace(draft=made.draft._replace(body=nasty)))
    bench.desk.reply(ADA, ref, Reply("reply-1", nasty, 1))

    for message in bench.desk.ticket(ADA, ref).messages:
        assert " ".join(said(message).split()) == " ".join(nasty.split())
    assert not any("stands for" in note for note in bench.notes(ref))
