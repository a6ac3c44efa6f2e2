"""The traps of Request Tracker 5, at a real one."""

from collections.abc import Iterator

import pytest

from demo import server
from demo.helpdesks.faults import Faults
from functions.errors import VendorError
from functions.helpdesks.request_tracker import RequestTracker as Desk
from portal.models import Requester
from portal.tickets import Reply
from tests.conftest import ADA
from tests.functions.helpdesks.benches import PNG, ticket
from tests.functions.helpdesks.request_tracker import RequestTracker

pytestmark = pytest.mark.request_tracker


@pytest.fixture
def rt(tracker: RequestTracker) -> Desk:
    tracker.empty()
    return Desk(tracker.variables)


@pytest.fixture
def spoiled(tracker: RequestTracker) -> Iterator[tuple[Desk, Faults]]:
    tracker.empty()
    faults = Faults()
    with server.running(tracker.proxy(faults)) as origin:
        yield Desk({**tracker.variables, "RT_URL": origin}), faults


@pytest.mark.parametrize(
    "email", ["o'brien@customer.example", "x' or id > 0 or Subject = 'x@customer.example", "a\\@b.c"]
)
def test_an_address_is_no_part_of_the_query(rt: Desk, email: str):
    rt.create(ticket())
    who = Requester("sub-odd", email)

    assert rt.tickets(who) == []
    assert rt.find(ticket(requester=who)) is None


def test_an_apostrophe_finds_its_own_tickets(rt: Desk):
    who = Requester("sub-o", "o'brien@customer.example", "Miles O'Brien")
    ref = rt.create(ticket(requester=who))

    assert [thread.desk_ref for thread in rt.tickets(who)] == [ref]
    rt.reply(who, ref, Reply("reply-1", "It is me.", 1))
    assert rt.ticket(who, ref).messages[-1].author == "customer"


def test_the_machine_fields_are_filled(rt: Desk, tracker: RequestTracker):
    ref = rt.create(ticket())
    known = {one["name"]: one["values"] for one in tracker.call("GET", f"ticket/{ref}")["CustomFields"]}

    assert known == {"Portal key": ["key-1"], "Account": ["customer"], "Plan": ["Team"], "Article": ["exports/csv"]}


def test_a_note_that_failed_is_written_when_the_ticket_is_found(spoiled: tuple[Desk, Faults], tracker: RequestTracker):
    rt, faults = spoiled
    made = ticket()
    post = Desk.__dict__["note"]

    def broken(self: Desk, desk_ref: str, one: object) -> None:
        faults.next, faults.method = "unavailable", "POST"
        post(self, desk_ref, one)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Desk, "note", broken)
        with pytest.raises(VendorError):
            rt.create(made)
    ref = rt.find(made)
    assert ref
    assert len(tracker.notes(ref)) == 1
    assert rt.find(made) == ref
    assert len(tracker.notes(ref)) == 1


def test_an_answer_in_html_is_html(rt: Desk, tracker: RequestTracker):
    ref = rt.create(ticket())
    tracker.call(
        "POST", f"ticket/{ref}/correspond", {"Content": "<p>Try <b>again</b>.</p>", "ContentType": "text/html"}
    )
    last = rt.ticket(ADA, ref).messages[-1]

    assert (last.author, last.body) == ("agent", "")
    assert "<b>again</b>" in last.html


def test_files_are_fetched_for_their_owner_alone(rt: Desk):
    ref = rt.create(ticket(files=(PNG,)))
    (attached,) = rt.ticket(ADA, ref).messages[0].files

    assert (attached.name, attached.type, attached.size) == (PNG.name, PNG.type, len(PNG.data))
    assert rt.file(ADA, ref, 0, 0) == PNG
    for who, message, number in (
        (Requester("b", "ben@customer.example"), 0, 0),
        (ADA, 1, 0),
        (ADA, 0, 1),
        (ADA, 0, -1),
    ):
        with pytest.raises(VendorError) as error:
            rt.file(who, ref, message, number)
        assert error.value.kind == "not_found"


def test_a_rejected_ticket_is_closed_and_its_follow_up_refers_to_it(rt: Desk, tracker: RequestTracker):
    ref = rt.create(ticket())
    tracker.call("PUT", f"ticket/{ref}", {"Status": "rejected"})
    assert rt.ticket(ADA, ref).closed
    for act in (lambda: rt.reply(ADA, ref, Reply("r", "It is back.", 1)), lambda: rt.set_status(ADA, ref, "open")):
        with pytest.raises(VendorError) as error:
            act()
        assert error.value.kind == "rejected"
    rt.set_status(ADA, ref, "solved")
    new = rt.create(ticket("key-2", follows=ref))
    links = tracker.call("GET", f"ticket/{new}")["_hyperlinks"]

    assert any(one["ref"] == "refers-to" and str(one["id"]) == ref for one in links)


def test_a_ticket_that_was_merged_is_found_under_its_new_number(rt: Desk, tracker: RequestTracker):
    first, second = rt.create(ticket()), rt.create(ticket("key-2"))
    tracker.call("PUT", f"ticket/{second}", {"MergeInto": int(first)})

    assert rt.ticket(ADA, second).subject == rt.ticket(ADA, first).subject
    assert [thread.desk_ref for thread in rt.tickets(ADA)] == [first]


def test_an_unknown_queue_and_a_token_that_is_gone_alarm_the_operator(tracker: RequestTracker):
    for wrong in ({"RT_QUEUE": "Nowhere"}, {"RT_TOKEN": "1-27-0123456789abcdef"}):
        with pytest.raises(VendorError) as error:
            Desk({**tracker.variables, **wrong}).create(ticket())
        assert error.value.kind == "authentication"
        assert "RT_QUEUE" in Desk({**tracker.variables, **wrong}).check()[0]


def test_missing_fields_and_a_time_zone_are_named(tracker: RequestTracker):
    desk = Desk({**tracker.variables, "RT_FIELDS": "plan=Tariff"})
    tracker.call("PUT", "user/portal", {"Timezone": "Europe/Berlin"})
    try:
        assert desk.check() == [
            "Set the time zone of portal to UTC, or months are off.",
            "RT_FIELDS names plan=Tariff, and the desk has no such field, or hides it.",
        ]
    finally:
        tracker.call("PUT", "user/portal", {"Timezone": "UTC"})
    assert Desk(tracker.variables).check() == []
