"""The traps of Request Tracker 5, at a real one."""

from collections.abc import Iterator

import pytest

from demo import server
from demo.helpdesks.faults import Faults
from functions.errors import VendorError
from functions.helpdesks.request_tracker import RequestTracker as Desk
from portal.models import Requester
from portal.tickets import File, Reply
from tests.conftest import ADA, BEN
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


def test_a_file_that_is_none_is_a_named_error(spoiled: tuple[Desk, Faults]):
    rt, faults = spoiled
    ref = rt.create(ticket(files=(PNG,)))
    faults.mangle = lambda data: data | {"Content": "not base64"} if "Content" in data else data
    faults.next, faults.times = "mangled", 99
    with pytest.raises(VendorError, match="base64") as error:
        rt.file(ADA, ref, 0, 0)

    assert error.value.kind == "unavailable"


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


def test_a_ticket_that_was_moved_out_of_sight_is_not_found_and_nobody_is_alarmed(rt: Desk, tracker: RequestTracker):
    ref = rt.create(ticket())
    tracker.call("PUT", f"ticket/{ref}", {"Queue": "General"})
    with pytest.raises(VendorError) as error:
        rt.ticket(ADA, ref)

    assert error.value.kind == "not_found"


def test_a_subject_that_names_another_ticket_leads_no_reply_there(rt: Desk):
    foreign = rt.create(ticket("key-ben", BEN))
    draft = ticket().draft._replace(subject=f"[acme #{foreign}] Let me in")
    own = rt.create(ticket(draft=draft))
    rt.reply(ADA, own, Reply("reply-1", "Is this mine?", 1))

    assert len(rt.ticket(BEN, foreign).messages) == 1
    assert rt.ticket(ADA, own).messages[-1].body == "Is this mine?"


ODD = (
    "ada@customer.example, grace@acme.example",
    "x <grace@acme.example>",
    "grace@acme.example (x",
    "ada\nBcc: all@x.example",
    '"a, b" <grace@acme.example>',
    "jürgen@customer.example",
    "ada",
)


def test_an_odd_address_writes_as_itself_or_not_at_all(rt: Desk, tracker: RequestTracker):
    ref = rt.create(ticket())
    tracker.call("PUT", f"ticket/{ref}", {"Requestor": ["ada@customer.example", "grace@acme.example"]})
    for email in ODD:
        with pytest.raises(VendorError) as error:
            rt._api.correspond("Support", ref, "x", Requester("s", email), Reply("r", "It is me, Grace.", 1))
        assert error.value.kind in {"rejected", "unavailable"}, email

    assert len(rt.ticket(ADA, ref).messages) == 1


def test_no_header_is_added_by_a_subject_a_name_or_a_file(rt: Desk, tracker: RequestTracker):
    ref = rt.create(ticket())
    odd = File('a"; x=\r\nBcc: all@x.example\r\n.png', "image/png", PNG.data)
    rt._api.correspond("Support", ref, "Hi\r\nBcc: all@x.example\r\n\r\n", ADA, Reply("r", "Look.", 1, (odd,)))
    last = rt.ticket(ADA, ref).messages[-1]
    parts = tracker.call("GET", f"ticket/{ref}/attachments?fields=Headers&per_page=100")["items"]

    assert (last.body, [one.size for one in last.files]) == ("Look.", [len(PNG.data)])
    assert not any("\nBcc:" in part.get("Headers", "") for part in parts)


def test_a_gateway_that_does_not_take_a_reply_says_so_with_200(rt: Desk):
    ref = rt.create(ticket())
    with pytest.raises(VendorError, match="did not take") as error:  # Ben has no right to write here
        rt._api.correspond("Support", ref, "x", BEN, Reply("r", "Let me in.", 1))

    assert error.value.kind == "unavailable"


def test_what_has_just_been_written_is_found_at_once(rt: Desk):
    made = ticket()
    ref = rt.create(made)

    assert (rt.find(made), rt.capabilities.lookup_lag) == (ref, 0)


def test_request_trackers_states_in_our_words(rt: Desk, tracker: RequestTracker):
    ref = rt.create(ticket())
    found = {}
    for theirs in ("open", "stalled", "resolved", "rejected"):
        tracker.call("PUT", f"ticket/{ref}", {"Status": theirs})
        found[theirs] = (rt.ticket(ADA, ref).status, rt.ticket(ADA, ref).closed)

    assert found == {
        "open": ("open", False),
        "stalled": ("pending", False),
        "resolved": ("solved", False),
        "rejected": ("solved", True),
    }


def test_a_status_that_was_not_changed_is_no_success_though_the_answer_is_200(
    rt: Desk, tracker: RequestTracker, caplog: pytest.LogCaptureFixture
):
    ref, other = rt.create(ticket()), rt.create(ticket("key-2"))
    tracker.call("PUT", f"ticket/{ref}", {"AddDependsOn": other})  # which has to be solved first
    with pytest.raises(VendorError) as error:
        rt.set_status(ADA, ref, "solved")
    assert error.value.kind == "rejected"
    # A message that has arrived is not sent again for its state.
    rt.reply(ADA, ref, Reply("reply-1", "Thank you, it works.", 1, solves=True))

    assert (rt.ticket(ADA, ref).status, len(rt.ticket(ADA, ref).messages)) == ("open", 2)
    assert "left as it was" in caplog.text
