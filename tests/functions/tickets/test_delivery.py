"""What happens between the ledger and the desk: nothing is lost, nothing is doubled, and order is kept."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest

from functions import outbox
from functions.errors import VendorError
from functions.helpdesks import Capabilities
from functions.helpdesks.built_in import BuiltIn
from functions.services import Services
from functions.tickets import delivery, ledger
from portal.tickets import Draft, Reply, Ticket
from tests.conftest import ADA
from tests.functions.inbox import Inbox, listening

DRAFT = Draft("getting-in", "Locked out", "I cannot sign in since Monday.")


class Desk(BuiltIn):
    """The built-in desk with another desk's habits: `faults` happen to the next calls that write, after the writing
    when they start with `after`."""

    def __init__(self, services: Services, **changes: Any) -> None:
        super().__init__(services)
        self.capabilities = Capabilities(creates="found", lookup_lag=60)._replace(**changes)
        self.faults: list[str] = []
        self.calls: list[str] = []

    def create(self, ticket: Ticket) -> str:
        self.calls.append(f"create {ticket.key}")
        # A vendor that does not know our key makes a new ticket of each call.
        unknown = self.capabilities.creates != "keyed"
        return str(
            self._do(
                lambda: super(Desk, self).create(
                    ticket._replace(key=f"{ticket.key}{len(self.calls)}") if unknown else ticket
                )
            )
        )

    def find(self, ticket: Ticket) -> str | None:
        self.calls.append("find")
        row = self._store.one("select id from desk_ticket where key like :key", key=f"{ticket.key}%")
        return str(row["id"]) if row else None

    def reply(self, requester: Any, desk_ref: str, reply: Reply) -> None:
        self.calls.append(f"reply {reply.body}")
        # Nor does it know the key of a reply.
        self._do(lambda: super(Desk, self).reply(requester, desk_ref, reply._replace(key=f"{len(self.calls)}")))

    def _do(self, write: Callable[[], Any]) -> Any:
        fault = self.faults.pop(0) if self.faults else ""
        when, _, kind = fault.partition(" ")
        if when == "before":
            raise VendorError(kind=kind)  # type: ignore[arg-type]
        done = write()
        if when == "after":
            raise VendorError(kind=kind)  # type: ignore[arg-type]
        return done


@pytest.fixture
def later(services: Services) -> Callable[[float], None]:
    """Move the clock on by minutes, and deliver what is due."""
    start, passed = services.now(), [0.0]

    def later(minutes: float) -> None:
        passed[0] += minutes
        services.clock.at = start + int(passed[0] * 60_000)
        outbox.deliver_due(services, deadline=float("inf"))

    return later


@pytest.fixture
def desk(services: Services) -> Desk:
    return use(services)


def use(services: Services, **changes: Any) -> Desk:
    desk = services.__dict__["desk"] = Desk(services, **changes)
    return desk


def file(services: Services, **more: Any) -> dict[str, Any]:
    row = ledger.add(services, ADA, DRAFT, "key-1", **more)
    assert row
    outbox.deliver(services, row["delivery"])
    return row


def state(services: Services) -> list[str]:
    return [row["state"] for row in services.store.all("select state from ticket order by created_at, id")]


def test_after_a_lost_answer_the_ticket_is_looked_up_and_not_made_again(services: Services, desk: Desk, later):
    desk.faults = ["after unavailable"]
    file(services)
    later(0.5)
    early = list(desk.calls)
    later(1)

    assert early == ["create key-1"]  # the desk could not have it in its index yet
    assert desk.calls == ["create key-1", "find"]
    assert state(services) == ["delivered"]
    assert len(desk.queue()) == 1


def test_what_was_never_written_is_made_again_after_looking(services: Services, desk: Desk, later):
    desk.faults = ["before unavailable"]
    file(services)
    later(2)

    assert desk.calls == ["create key-1", "find", "create key-1"]
    assert len(desk.queue()) == 1


def test_a_desk_that_knows_the_key_gets_it_again_until_it_forgets_it(services: Services, later):
    desk = use(services, creates="keyed", key_ms=2 * 3_600_000)
    desk.faults = ["after unavailable", "before unavailable"]
    file(services)
    later(1)
    within = list(desk.calls)
    later(100)

    assert within == ["create key-1", "create key-1"]
    assert desk.calls == [*within, "find"]
    assert len(desk.queue()) == 1


def test_a_desk_without_key_and_lookup_gets_the_ticket_at_least_once_with_its_key(services: Services, later):
    desk = use(services, creates="repeated")
    desk.faults = ["after unavailable"]
    file(services)
    later(1)

    assert desk.calls == ["create key-1", "create key-1"]
    assert all("Portal key: key-1" in desk.messages(one.desk_ref, private=True)[1].body for one in desk.queue())


def test_a_try_is_written_down_before_it_begins(services: Services, desk: Desk, later):
    class Killed(BaseException):
        pass

    def die() -> None:
        raise Killed

    desk._do = lambda write: (write(), die())  # type: ignore[method-assign]
    with pytest.raises(Killed):
        file(services)
    del desk._do
    later(outbox.LEASE_MS / 60_000 + 0.1)

    assert desk.calls[-1] == "find"
    assert len(desk.queue()) == 1


def test_replies_wait_for_their_ticket_and_keep_their_order(services: Services, desk: Desk, later):
    desk.faults = ["before unavailable"]
    row = file(services)
    rows = [
        ledger.add_reply(services, row, f"reply-{n}", f"Addition number {n}", "solved" if n == 2 else "")
        for n in (1, 2)
    ]
    for reply in reversed(rows):
        outbox.deliver(services, str(reply))
    waiting = list(desk.calls)
    desk.faults = ["", "before rate_limited"]
    for minutes in (2, 1, 1, 1, 1):
        later(minutes)

    assert waiting == ["create key-1"]
    assert [call for call in desk.calls if call.startswith("reply")] == [
        "reply Addition number 1",
        "reply Addition number 1",
        "reply Addition number 2",
    ]
    (thread,) = desk.queue()
    assert [message.body for message in desk.messages(thread.desk_ref)][1:] == [
        "Addition number 1",
        "Addition number 2",
    ]
    assert thread.status == "solved"


def test_a_reply_whose_answer_got_lost_is_found_in_the_thread(services: Services, desk: Desk, later):
    row = file(services)
    for key in ("reply-1", "reply-2"):  # the same words twice are two messages
        desk.faults = ["after unavailable"]
        outbox.deliver(services, str(ledger.add_reply(services, row, key, "Still locked out.", "")))
        later(0.1)
        later(2)

    bodies = [message.body for message in desk.messages(desk.queue()[0].desk_ref)]
    assert bodies.count("Still locked out.") == 2
    assert desk.calls.count("reply Still locked out.") == 2


def test_a_reply_that_was_never_written_is_sent_again(services: Services, desk: Desk, later):
    row = file(services)
    desk.faults = ["before unavailable"]
    outbox.deliver(services, str(ledger.add_reply(services, row, "reply-1", "Still locked out.", "")))
    later(2)

    assert desk.calls.count("reply Still locked out.") == 2
    assert [message.body for message in desk.messages(desk.queue()[0].desk_ref)].count("Still locked out.") == 1


def test_a_reply_to_a_ticket_that_is_closed_for_good_goes_on_as_another(services: Services, desk: Desk, later):
    row = file(services)
    picture = ledger.File("a.txt", "text/plain", b"hello")
    desk.faults = ["before rejected"]
    outbox.deliver(services, str(ledger.add_reply(services, row, "reply-1", "It is back again.", "", [picture])))
    later(1)

    assert state(services) == ["delivered", "delivered"]
    new = services.store.one("select * from ticket where follows <> ''")
    old = services.store.one("select * from ticket where follows = ''")
    assert new
    assert old
    assert (new["follows"], new["body"], new["subject_id"]) == (old["desk_ref"], "It is back again.", ADA.subject)
    assert [file.name for message in desk.messages(new["desk_ref"]) for file in message.files] == ["a.txt"]
    assert f"Follow-up to our request: {old['reference']}" in desk.messages(new["desk_ref"], private=True)[1].body


@pytest.fixture
def mailbox(environ: dict[str, str]) -> Iterator[Inbox]:
    with listening() as (inbox, url):
        environ |= {"SMTP_URL": url, "MAIL_FROM": "portal@acme.example", "SUPPORT_MAILBOX": "help@acme.example"}
        yield inbox


@pytest.mark.parametrize("kind", ["rejected", "authentication"])
def test_what_the_desk_will_never_take_is_in_the_mailbox_at_once(
    mailbox: Inbox, services: Services, desk: Desk, kind: str
):
    desk.faults = [f"before {kind}"]
    file(services, files=[ledger.File("a.txt", "text/plain", b"hello")])

    assert state(services) == ["mailed"]
    assert mailbox.to == ["help@acme.example"]
    assert "key-1" in mailbox.message()["Message-ID"]
    assert mailbox.message()["Reply-To"].addresses[0].addr_spec == ADA.email
    assert DRAFT.body in mailbox.text()
    assert [part.get_filename() for part in mailbox.message().iter_attachments()] == ["a.txt"]


def test_what_the_desk_does_not_take_for_six_hours_is_in_the_mailbox(
    mailbox: Inbox, services: Services, desk: Desk, later
):
    desk.faults = ["before unavailable"] * 1000
    row = file(services)
    ledger.add_reply(services, row, "reply-1", "Still locked out.", "")
    later(5 * 60)
    before = list(mailbox.to)
    for _ in range(4):
        later(60)

    assert before == []
    assert state(services) == ["mailed"]
    assert [row["state"] for row in services.store.all("select state from ticket_reply")] == ["mailed"]
    assert len(mailbox.raw) == 2
    assert services.store.one("select count(*) as n from outbox where done_at is null") == {"n": 0}


def test_what_arrived_with_the_last_try_is_not_mailed_as_well(mailbox: Inbox, services: Services, later):
    desk = use(services, creates="keyed", key_ms=48 * 3_600_000)
    desk.faults = ["after unavailable"]
    row = file(services)
    desk.faults = ["before unavailable"] * 1000
    later(5 * 60)
    services.store.run("update outbox set next_at = :at", at=services.now() + 2 * 3_600_000)
    later(2 * 60)
    desk.faults = ["after unavailable"]
    outbox.deliver(services, str(ledger.add_reply(services, row, "reply-1", "Still locked out.", "")))
    services.store.run("update outbox set next_at = :at where done_at is null", at=services.now() + 7 * 3_600_000)
    later(7 * 60)

    assert mailbox.raw == []
    assert state(services) == ["delivered"]
    assert [row["state"] for row in services.store.all("select state from ticket_reply")] == ["delivered"]
    assert len(desk.queue()) == 1


def test_without_a_mailbox_it_is_kept_and_tried_on(services: Services, desk: Desk, later, caplog):
    desk.faults = ["before authentication"]
    file(services)
    seen = state(services)
    later(20)
    later(20)

    assert seen == ["failed"]
    assert state(services) == ["delivered"]
    assert "the help desk does not take it" in caplog.text


def test_files_travel_with_their_message_and_are_erased_after_it(services: Services, desk: Desk, later):
    from functions.tickets import purge

    row = file(services, files=[ledger.File("a.txt", "text/plain", b"hello")])
    desk.faults = ["before unavailable"]
    ledger.add_reply(services, row, "reply-1", "More.", "", [ledger.File("b.txt", "text/plain", b"more")])
    outbox.deliver_due(services, deadline=float("inf"))
    purge.purge(services, float("inf"))
    kept = {row["name"]: row["data"] for row in services.store.all("select name, data from ticket_file")}
    later(3)
    purge.purge(services, float("inf"))

    assert kept["a.txt"] == ""
    assert kept["b.txt"] != ""
    assert desk.file(ADA, desk.queue()[0].desk_ref, 0, 0).data == b"hello"
    assert desk.file(ADA, desk.queue()[0].desk_ref, 1, 0).data == b"more"
    assert {row["data"] for row in services.store.all("select data from ticket_file")} == {""}


def test_the_budget_is_about_six_hours() -> None:
    assert delivery.BUDGET_MS == 6 * 3_600_000
