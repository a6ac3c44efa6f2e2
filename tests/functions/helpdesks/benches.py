"""Every help desk with its vendor's side at hand: fakes that misbehave, and a real Request Tracker."""

import base64
import hmac
import json
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from hashlib import sha1, sha256
from html import unescape
from typing import Any, cast

from demo import server
from demo.helpdesks import freshdesk, front, help_scout, intercom, zendesk
from demo.helpdesks.faults import Faults
from functions.helpdesks import HelpDesk
from functions.helpdesks.built_in import BuiltIn
from functions.services import Services
from functions.settings import read
from portal.models import Requester
from portal.tickets import Draft, File, Ticket
from tests.conftest import ADA
from tests.functions.helpdesks.request_tracker import RequestTracker
from tests.functions.inbox import listening

HOOK_SECRET = "webhook-secret"
PNG = File("screen shot.png", "image/png", b"\x89PNG\r\n\x1a\n" + b"0" * 100)


@dataclass
class Bench:
    """A desk and what can be done on its vendor's side.

    `answer` is an agent's; `notes` are the private ones and `fields` the machine fields of a ticket (of a mailbox the
    mails, and a header). `late` hides what is new from lists, or shows it; `sign` makes a webhook's headers, and `hook`
    is one about the ticket `ref`; `secrets` must never be in an error; `looks`, `replies` and `changes` are the methods
    by which something is looked for ("" for any), a reply and a state are written; `tries` is how often an answer is
    spoiled at random; `agent` is the first name of the agent who answers."""

    desk: HelpDesk
    answer: Callable[[str, str, bool], None]
    notes: Callable[[str], list[str]]
    fields: Callable[[str], list[str]]
    shut: Callable[[str], None] | None = None
    faults: Faults | None = None
    forget_tokens: Callable[[], None] | None = None
    late: Callable[[bool], None] | None = None
    sign: Callable[[bytes], dict[str, str]] | None = None
    hook: bytes = b""
    secrets: tuple[str, ...] = field(default=("customer.example",))
    ref: str = "1000"
    looks: str = "GET"
    replies: str = "POST"
    changes: str = "PUT"
    tries: int = 200
    agent: str = "Mia"

    def again(self, made: Ticket) -> str:
        """What the outbox does after an unknown outcome: look where looking is all there is, else create again."""
        found = self.desk.find(made) if self.desk.capabilities.creates == "found" else None
        return found or self.desk.create(made)


def ticket(key: str = "key-1", requester: Requester = ADA, **changes: Any) -> Ticket:
    draft = Draft("exports", "Cannot export <b>CSV</b>", "It says 500.\n\nSince noon.", {"article": "exports/csv"})
    facts = {"Plan": "Team", "Seconds in the form": "40"}
    made = Ticket(key, "ABCD-EFGH", requester, draft, int(time.time() * 1000), facts=facts)
    return made._replace(**changes)


@contextmanager
def built_in(environ: Mapping[str, str]) -> Iterator[Bench]:
    services = Services(read(environ))
    services.store.migrate()
    desk = cast("BuiltIn", services.desk)

    def answer(ref: str, body: str, public: bool) -> None:
        row = services.store.one("select reference from desk_ticket where id = :id", id=ref)
        assert row
        if public:
            desk.answer(row["reference"], body, "pending", "Mia Chen")

    def notes(ref: str) -> list[str]:
        rows = services.store.all("select body from desk_message where ticket_id = :id and is_public = 0", id=ref)
        return [row["body"] for row in rows]

    def fields(ref: str) -> list[str]:
        row = services.store.one("select account, topic from desk_ticket where id = :id", id=ref)
        assert row
        return [*row.values()]

    yield Bench(desk, answer, notes, fields)
    services.store.close()


EMAIL = {"HELPDESK": "email", "SUPPORT_MAILBOX": "team@acme.example", "MAIL_FROM": "help@acme.example"}


@contextmanager
def email(environ: Mapping[str, str]) -> Iterator[Bench]:
    with listening() as (inbox, url):

        def fields(ref: str) -> list[str]:
            pairs = [pair.partition("=") for pair in inbox.message(0)["X-Portal-Context"].split("; ")]
            return [value for _, _, value in pairs]

        yield Bench(
            Services(read({**environ, **EMAIL, "SMTP_URL": url})).desk,
            lambda ref, body, public: None,
            lambda ref: [inbox.text(number) for number in range(len(inbox.raw))],
            fields,
        )


INTERCOM = intercom.VARIABLES | {
    "HELPDESK": "intercom",
    "INTERCOM_FIELDS": "account=Account ID",
    "INTERCOM_WEBHOOK_SECRET": HOOK_SECRET,
}


@contextmanager
def intercom_desk(environ: Mapping[str, str]) -> Iterator[Bench]:
    fake = intercom.Intercom()
    with server.running(fake) as origin:
        yield Bench(
            Services(read({**environ, **INTERCOM, "INTERCOM_API": origin})).desk,
            fake.answer,
            lambda ref: [unescape(one["body"]) for one in fake.parts[ref] if one["part_type"] == "note"],
            lambda ref: [*fake.tickets[ref]["ticket_attributes"].values()],
            faults=fake.faults,
            late=fake.hide,
            sign=intercom_sign,
            hook=intercom_event("ticket.admin.replied"),
            secrets=(intercom.TOKEN, "customer.example"),
            looks="",  # searches are posted
            changes="PUT",
        )


def intercom_event(topic: str, ticket: str = "1000", number: str = "notif_1") -> bytes:
    item = {"type": "ticket", "id": ticket}
    return json.dumps({"type": "notification_event", "topic": topic, "id": number, "data": {"item": item}}).encode()


def intercom_sign(body: bytes) -> dict[str, str]:
    return {"X-Hub-Signature": f"sha1={hmac.new(HOOK_SECRET.encode(), body, sha1).hexdigest()}"}


FRONT = front.VARIABLES | {
    "HELPDESK": "front",
    "FRONT_FIELDS": "account=Account",
    "FRONT_WEBHOOK_SECRET": HOOK_SECRET,
}


@contextmanager
def front_desk(environ: Mapping[str, str]) -> Iterator[Bench]:
    fake = front.Front()
    with server.running(fake) as origin:
        yield Bench(
            Services(read({**environ, **FRONT, "FRONT_API": origin})).desk,
            fake.answer,
            lambda ref: [one["body"] for one in fake.comments[ref]],
            lambda ref: [*fake.conversations[ref]["custom_fields"].values()],
            faults=fake.faults,
            late=fake.hide,
            sign=front_sign,
            hook=front_event("outbound"),
            ref="cnv_1000",
            secrets=(front.TOKEN, "customer.example"),
            changes="PATCH",
        )


def front_event(kind: str, conversation: str = "cnv_1000", number: str = "evt_1") -> bytes:
    """What an application is sent."""
    event = {"id": number, "type": kind, "conversation": {"id": conversation}}
    return json.dumps({"type": kind, "authorization": {"id": "cmp_1"}, "payload": event}).encode()


def front_sign(body: bytes, moment: str = "") -> dict[str, str]:
    moment = moment or str(int(time.time() * 1000))
    made = hmac.new(HOOK_SECRET.encode(), moment.encode() + b":" + body, sha256).digest()
    return {"X-Front-Signature": base64.b64encode(made).decode(), "X-Front-Request-Timestamp": moment}


ZENDESK = {"HELPDESK": "zendesk", **zendesk.VARIABLES, "ZENDESK_WEBHOOK_SECRET": HOOK_SECRET}


@contextmanager
def zendesk_desk(environ: Mapping[str, str]) -> Iterator[Bench]:
    fake = zendesk.Zendesk()
    with server.running(fake) as origin:
        yield Bench(
            Services(read({**environ, **ZENDESK, "ZENDESK_API": origin})).desk,
            lambda ref, body, public: fake.answer(int(ref), body, public),
            lambda ref: [one["body"] for one in fake.comments[int(ref)] if not one["public"]],
            lambda ref: [one["value"] for one in fake._ticket(int(ref))["custom_fields"]],
            lambda ref: fake.close(int(ref)),
            fake.faults,
            fake.tokens.clear,
            fake.hide,
            zendesk_sign,
            b'{"ticket": "1000"}',
            (zendesk.CLIENT_SECRET, "token-", "customer.example"),
            replies="PUT",
        )


def zendesk_sign(body: bytes, moment: str = "") -> dict[str, str]:
    moment = moment or time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime())
    made = hmac.new(HOOK_SECRET.encode(), moment.encode() + body, sha256).digest()
    return {
        "X-Zendesk-Webhook-Signature": base64.b64encode(made).decode(),
        "X-Zendesk-Webhook-Signature-Timestamp": moment,
        "X-Zendesk-Webhook-Invocation-Id": "inv-1",
    }


HELP_SCOUT = {"HELPDESK": "help_scout", **help_scout.VARIABLES, "HELPSCOUT_WEBHOOK_SECRET": HOOK_SECRET}


@contextmanager
def help_scout_desk(environ: Mapping[str, str]) -> Iterator[Bench]:
    fake = help_scout.HelpScout()
    with server.running(fake) as origin:
        yield Bench(
            Services(read({**environ, **HELP_SCOUT, "HELPSCOUT_API": origin})).desk,
            lambda ref, body, public: fake.answer(int(ref), body, public),
            lambda ref: [one["body"] for one in fake.threads[int(ref)] if one["type"] == "note"],
            lambda ref: [one["value"] for one in fake.conversations[int(ref)]["customFields"]],
            lambda ref: fake.fill(int(ref)),
            fake.faults,
            fake.tokens.clear,
            fake.hide,
            help_scout_sign,
            json.dumps({"id": 1000, "status": "active"}).encode(),
            (help_scout.APP_SECRET, "token-", "customer.example"),
            changes="PATCH",
        )


def help_scout_sign(body: bytes, event: str = "convo.agent.reply.created") -> dict[str, str]:
    made = base64.b64encode(hmac.new(HOOK_SECRET.encode(), body, sha1).digest()).decode()
    return {"X-HelpScout-Signature": made, "X-HelpScout-Event": event}


FRESHDESK = {"HELPDESK": "freshdesk", **freshdesk.VARIABLES, "FRESHDESK_WEBHOOK_SECRET": HOOK_SECRET}


@contextmanager
def freshdesk_desk(environ: Mapping[str, str]) -> Iterator[Bench]:
    fake = freshdesk.Freshdesk()
    with server.running(fake) as origin:
        yield Bench(
            Services(read({**environ, **FRESHDESK, "FRESHDESK_API": origin})).desk,
            lambda ref, body, public: fake.answer(int(ref), body, public),
            lambda ref: [unescape(one["body"]) for one in fake.conversations[int(ref)] if one["private"]],
            lambda ref: [*fake.tickets[int(ref)]["custom_fields"].values()],
            lambda ref: fake.close(int(ref)),
            fake.faults,
            late=fake.hide,
            sign=lambda body: {"X-Portal-Secret": HOOK_SECRET},
            hook=b'{"ticket": "1000"}',
            secrets=(freshdesk.KEY, "customer.example"),
            agent="",  # names only an administrator's key could read
        )


@contextmanager
def request_tracker(environ: Mapping[str, str], tracker: RequestTracker) -> Iterator[Bench]:
    tracker.empty()
    faults = Faults()
    with server.running(tracker.proxy(faults)) as origin:
        yield Bench(
            Services(read({**environ, **tracker.variables, "RT_URL": origin})).desk,
            tracker.answer,
            tracker.notes,
            tracker.fields,
            faults=faults,
            secrets=(tracker.token, "customer.example"),
            tries=24,
            agent="Grace",
        )
